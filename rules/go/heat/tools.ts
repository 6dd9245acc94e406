import type { GoPackage } from '../rule';

/** Programs of a module beside what it is for, and packages that serve its tests, examples and debugging. */
const forDevelopers =
  /^(?:tools?|scripts?|hack|debug|_?examples?|_?demos?|bench(?:marks?)?|testutils?|testing|testsupport|testhelpers?|mocks?|fakes?)$/;

/** As `httptest`, `iotest`, `fstest` are called, and no word of its own. */
const forTests = /^(?!(?:at|con|de|pro|la|grea|fas)test$)[a-z0-9]+test$/;

/** What a program imports that answers others for as long as it runs. */
const serving = /^(?:net|net\/http|net\/rpc|google\.golang\.org\/grpc)$/;

/**
 * Runs when a developer wants something: a command in a folder `cmd`, examples with all that they serve, benchmarks, what tests share. Folders of the import path are looked at, and
 * not the names of hosts, owners and modules. A command that serves is none.
 */
export function isTool({ importPath, name, files }: GoPackage): boolean {
  const folders = importPath.split('/');
  if (folders.slice(3).some((folder) => forDevelopers.test(folder) || forTests.test(folder))) return true;
  if (name !== 'main' || !folders.slice(2).includes('cmd')) return false;
  return !files.some(({ imports }) => [...imports.values()].some((path) => serving.test(path)));
}
