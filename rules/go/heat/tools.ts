import type { GoPackage } from '../rule';

/** Programs of a module beside what it is for, and packages that serve its tests and examples. */
const forDevelopers =
  /^(?:tools?|scripts?|hack|_?examples?|_?demos?|testutils?|testing|testsupport|testhelpers?|mocks?|fakes?)$/;

/**
 * Runs when a developer wants something: a command in a folder `cmd`, examples, what tests share. Folders of the import path are looked at, and
 * not the names of hosts, owners and modules.
 */
export function isTool({ importPath, name }: GoPackage): boolean {
  const folders = importPath.split('/');
  return (
    (name === 'main' && folders.slice(2).includes('cmd')) ||
    folders.slice(3).some((folder) => forDevelopers.test(folder))
  );
}
