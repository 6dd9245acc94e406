import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { globby } from 'globby';
import type { Language } from '../../../rules/model';
import { extensionsOf } from './languages';
import { compareText } from './ranking';

/** Folders that hold other people's or generated code, at any depth; .gitignore adds the project's own. */
const skipped = ['node_modules', 'vendor', 'dist', 'out', 'build', 'coverage', 'testdata', '.*'];

/**
 * The source files below a folder that a person of this project edits: .gitignore is respected, and node_modules,
 * vendor, build output, testdata and hidden folders are left out. Declaration files have no code and are left out.
 * @returns absolute paths, sorted
 * @throws AbortError when the signal fires
 */
export async function sourceFiles(
  folder: string,
  languages: readonly Language[],
  options: { recursive?: boolean; signal?: AbortSignal } = {},
): Promise<string[]> {
  const extensions = languages.flatMap(extensionsOf);
  const files = await globby(options.recursive === false ? '*' : '**', {
    cwd: folder,
    absolute: true,
    gitignore: true,
    ignore: ['**/*.d.{ts,mts,cts}', ...skipped.map((name) => `**/${name}/**`)],
    expandDirectories: false,
    suppressErrors: true,
    followSymbolicLinks: false,
    ...(options.signal && { signal: options.signal }),
  });
  const wanted = new RegExp(`\\.(?:${extensions.join('|')})$`, 'i');
  return files
    .filter((file) => wanted.test(file))
    .map((file) => resolve(file))
    .sort(compareText);
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
