import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** True for the folder itself and everything below it. Both absolute; links are not followed. */
export function inside(file: string, folder: string): boolean {
  if (folder === '') return false;
  const relative = path.relative(folder, file);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
}

/** The folder and all around it, the innermost first. */
export function foldersAround(folder: string): string[] {
  const found = [folder];
  for (let at = folder; path.dirname(at) !== at;) found.push((at = path.dirname(at)));
  return found;
}

/** Where symbolic links lead; undefined when nothing is there. */
export function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

/** The path itself is a symbolic link, whatever its folders are. */
export function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
