// The license texts of everything that was bundled: most licenses ask that their text travels with the code.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

/**
 * @param {string} root
 * @param {readonly string[]} inputs bundled files, relative to root or absolute
 * @returns {Promise<string>}
 */
export async function thirdPartyNotices(root, inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const file = isAbsolute(input) ? input : join(root, input);
    const found = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file);
    if (found) folders.add(found[0]);
  }
  const packages = [];
  for (const folder of folders) {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    packages.push({
      id: `${manifest.name} ${manifest.version}`,
      license: manifest.license,
      text: await licenseText(folder, manifest),
    });
  }
  packages.sort((a, b) => (a.id < b.id ? -1 : 1));
  const sections = packages.map(
    ({ id, license, text }) => `${'='.repeat(80)}\n${id} (${license})\n\n${text.trim()}\n`,
  );
  return `AllocLens contains the following third-party software.\n\n${[...new Set(sections)].join('\n')}`;
}

async function licenseText(folder, manifest) {
  const names = (await readdir(folder))
    .filter((name) => /^(licen[sc]e|copying|notice|thirdpartynotice)/i.test(name))
    .sort();
  const texts = [];
  for (const name of names) texts.push((await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n'));
  if (texts.length > 0) return texts.join('\n');
  // Some packages of a monorepo ship no text of their own: the name of the license and its holder are all there is.
  if (!manifest.license) throw new Error(`${manifest.name} in ${folder} says nothing about its license`);
  const holder =
    typeof manifest.author === 'string' ? manifest.author : (manifest.author?.name ?? manifest.name);
  const readme = join(folder, 'README.md');
  const said = existsSync(readme)
    ? /^#+\s*licen[sc]e[^\n]*\n+([\s\S]*?)(?=\n#|$)/im.exec(await readFile(readme, 'utf8'))?.[1]
    : undefined;
  return `License: ${manifest.license}. Copyright: ${holder}.\n${said ?? ''}`;
}
