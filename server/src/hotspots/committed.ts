import { dirname, join } from 'node:path';
import { kindAt, readText } from '../host/files';

/**
 * CPU profiles that a project keeps for the compiler: `default.pgo` beside a main package (go.dev/doc/pgo).
 * @param files absolute paths
 * @returns absolute paths, sorted
 */
export async function committedProfiles(files: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of new Set(files.filter((file) => file.endsWith('.go')).map((file) => dirname(file)))) {
    const profile = join(folder, 'default.pgo');
    if ((await kindAt(profile)) !== 'file') continue;
    const beside = files.filter((file) => dirname(file) === folder);
    if ((await Promise.all(beside.map(isMain))).includes(true)) found.push(profile);
  }
  return found.sort();
}

async function isMain(file: string): Promise<boolean> {
  const source = await readText(file).catch(() => undefined);
  return source !== undefined && /^package main\b/m.test(source.text);
}
