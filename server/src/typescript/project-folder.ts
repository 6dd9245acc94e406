import path from 'node:path';
import { LRUCache } from 'lru-cache';
import { exists } from '../host/files';

/** What stands in the folder of a project. */
const marks = ['package.json', 'tsconfig.json', 'jsconfig.json', 'deno.json', '.git'];

const known = new LRUCache<string, string>({ max: 10_000 });

/**
 * The path below the project that a file belongs to: what its folders are called says something about it, and what the folders of a
 * disk are called above the project does not. A relative path stays.
 */
export function pathInProject(file: string): string {
  if (!path.isAbsolute(file)) return file;
  return path.relative(projectFolder(path.dirname(file)), file);
}

/** The nearest folder at or above with a mark of a project; the folder itself when there is none. */
function projectFolder(folder: string): string {
  let found = known.get(folder);
  if (found === undefined) {
    found = folder;
    for (let at = folder; ; at = path.dirname(at)) {
      if (marks.some((mark) => exists(path.join(at, mark)))) found = at;
      else if (at !== path.dirname(at)) continue;
      break;
    }
    known.set(folder, found);
  }
  return found;
}
