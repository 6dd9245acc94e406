import { createHash } from 'node:crypto';
import path from 'node:path';
import { entriesOf, stampOf } from '../../host/files';
import { inside } from '../../host/paths';
import type { GoFolder } from './folder';
import type { GoToolchain } from './toolchain';

/**
 * What of a Go file decides how its package is compiled: build constraints, package clause, imports, and the files that it
 * embeds. Everything before the first declaration counts, and where that cannot be told for sure, more.
 */
export function headerOf(text: string): string {
  const declaration = /^(?:func|type|var|const)\b/m.exec(text);
  const header = declaration ? text.slice(0, declaration.index) : text;
  return header + (text.match(/^\/\/go:embed .*$/gm) ?? []).join('\n');
}

/**
 * A hash that is another one when the folder's package may be compiled otherwise: its files and their headers, go.sum and what
 * is vendored.
 */
export async function planStamp(
  { directory, texts }: GoFolder,
  module: { readonly folder: string },
): Promise<string> {
  const hash = createHash('sha256');
  for (const [file, { text }] of texts) hash.update(`${file}\0${headerOf(text)}\0`);
  for (const { name, kind } of await entriesOf(directory)) if (kind !== 'folder') hash.update(`${name}\0`);
  for (const name of ['go.sum', path.join('vendor', 'modules.txt')])
    hash.update(`${await stampOf(path.join(module.folder, name))}\0`);
  return hash.digest('hex');
}

/**
 * A hash of the packages that the user may edit and that another depends on: names, sizes and times of their files, and what
 * editors hold of them.
 * @param folders absolute, of all dependencies
 * @param buffers unsaved texts by absolute path
 */
export async function dependencyStamp(
  folders: readonly string[],
  buffers: ReadonlyMap<string, string | null>,
): Promise<string> {
  const hash = createHash('sha256');
  const known = new Set(folders);
  for (const folder of folders) {
    const files = (await entriesOf(folder)).filter(({ kind }) => kind === 'file');
    const stamps = await Promise.all(files.map(({ name }) => stampOf(path.join(folder, name))));
    files.forEach(({ name }, i) => hash.update(`${name}\0${stamps[i]}\0`));
  }
  for (const [file, text] of [...buffers].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (known.has(path.dirname(file))) hash.update(`${file}\0${text ?? ''}\0${text === null}\0`);
  return hash.digest('hex');
}

/** Whether files of the folder may change while the editor is open: neither the toolchain's nor the module cache's. */
export function mayChange(
  folder: string,
  { goroot, modcache }: Pick<GoToolchain, 'goroot' | 'modcache'>,
): boolean {
  return !inside(folder, path.join(goroot, 'src')) && !inside(folder, modcache);
}
