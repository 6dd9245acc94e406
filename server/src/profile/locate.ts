import path from 'node:path';
import type { Frame } from './sample';
import { packageOf } from './weights';

/** A package of the code at hand. */
export interface LocalPackage {
  readonly importPath: string;
  /** Absolute folder. */
  readonly folder: string;
  /** Names of its Go files. */
  readonly files: ReadonlySet<string>;
}

/**
 * Finds the files of a profile's frames. A program built elsewhere, or with `-trimpath`, names other folders: the package
 * in the function's name decides, not the path. Functions of a main package are called `main.…` wherever they lie: there
 * the folders of the path decide, and nothing does where two files fit equally well.
 */
export function locator(packages: readonly LocalPackage[]): (frame: Frame) => string | undefined {
  const byPath = new Map(packages.map((one) => [one.importPath, one]));
  const known = new Map<string, string | undefined>();
  const find = ({ name, file }: Frame): string | undefined => {
    const base = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
    const importPath = packageOf(name);
    // External tests are a package of their own in the same folder.
    const found = byPath.get(importPath) ?? byPath.get(importPath.replace(/_test$/, ''));
    if (found) return found.files.has(base) ? path.join(found.folder, base) : undefined;
    return importPath === 'main' ? bySuffix(packages, file, base) : undefined;
  };
  return (frame) => {
    const key = `${frame.file}\0${packageOf(frame.name)}`;
    if (!known.has(key)) known.set(key, find(frame));
    return known.get(key);
  };
}

/** The one file that shares the most trailing folders with the profile's path, at least one; undefined when two do. */
function bySuffix(packages: readonly LocalPackage[], file: string, base: string): string | undefined {
  const wanted = file.split(/[\\/]/).slice(0, -1).reverse();
  let best: { file: string | undefined; shared: number } = { file: undefined, shared: 0 };
  for (const { importPath, folder, files } of packages) {
    if (!files.has(base)) continue;
    // A trimmed path begins with the import path, any other ends with the folder.
    const shared = Math.max(
      commonStart(wanted, folder.split(/[\\/]/).reverse()),
      commonStart(wanted, importPath.split('/').reverse()),
    );
    if (shared > best.shared) best = { file: path.join(folder, base), shared };
    else if (shared === best.shared) best = { ...best, file: undefined };
  }
  return best.shared > 0 ? best.file : undefined;
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
