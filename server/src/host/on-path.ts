import path from 'node:path';
import { isExecutable } from './files';
import type { Environment } from './process';

/**
 * The absolute path of a program: as it is when the name has a separator, else the first on the PATH. Relative entries of
 * the PATH are passed over: they would let the folder choose the program.
 * @param platform whose way to name programs counts
 */
export async function onPath(
  name: string,
  cwd: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  const names = platform === 'win32' && path.extname(name) === '' ? [`${name}.exe`, name] : [name];
  const folders = /[\\/]/.test(name) ? [cwd] : pathFolders(env);
  for (const folder of folders) {
    for (const candidate of names.map((one) => path.resolve(folder, one))) {
      if (await isExecutable(candidate)) return candidate;
    }
  }
  return undefined;
}

/** The absolute entries of the PATH, in their order. */
export function pathFolders(env: Environment): string[] {
  const value = Object.entries(env).find(([key]) => key.toUpperCase() === 'PATH')?.[1] ?? '';
  return value.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}
