import { existsSync } from 'node:fs';
import path from 'node:path';

/** The repository's root, found from the compiled test. */
export const root = (() => {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package-lock.json'))) folder = path.dirname(folder);
  return folder;
})();

/** An absolute path inside the repository. */
export const inRepository = (...parts: string[]): string => path.join(root, ...parts);
