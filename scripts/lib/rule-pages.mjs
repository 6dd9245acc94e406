// The rules' pages as they ship. In the sources each precondition names its marker cases in an HTML comment, beside what
// they show; who reads the page of an installed rule has neither the cases nor a use for their names.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A page for users.
 * @param {string} source the page as it lies beside its rule
 */
export function pageForUsers(source) {
  return source
    .replace(/[ \t]*<!--[^]*?-->/g, '')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()
    .concat('\n');
}

/**
 * Writes the pages of a folder of rules.
 * @param {string} from absolute path of the folder
 * @param {string} to absolute path; what lies there goes
 */
export async function writePages(from, to) {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from))
    if (name.endsWith('.md'))
      await writeFile(join(to, name), pageForUsers(await readFile(join(from, name), 'utf8')));
}
