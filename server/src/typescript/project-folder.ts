import path from 'node:path';
import { LRUCache } from 'lru-cache';
import { exists } from '../host/files';
import { foldersAround } from '../host/paths';

/** What stands in the folder of a project that lies in no repository. */
const marks = ['package.json', 'tsconfig.json', 'jsconfig.json', 'deno.json'];

const known = new LRUCache<string, string>({ max: 10_000 });

/**
 * The path below the project that a file belongs to: what its folders are called says something about it, and what the folders of a
 * disk are called above the project does not. A relative path stays.
 */
export function pathInProject(file: string): string {
  if (!path.isAbsolute(file)) return file;
  return path.relative(projectFolder(path.dirname(file)), file);
}

/**
 * The repository at or above, whose packages lie in folders that say what they are for: `playground/ssr`, `docs`; else the nearest folder
 * with a mark of a project; the folder itself when there is neither.
 */
function projectFolder(folder: string): string {
  let found = known.get(folder);
  if (found === undefined) {
    const around = foldersAround(folder);
    found =
      around.find((at) => exists(path.join(at, '.git'))) ??
      around.find((at) => marks.some((mark) => exists(path.join(at, mark)))) ??
      folder;
    known.set(folder, found);
  }
  return found;
}
