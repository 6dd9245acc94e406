import path from 'node:path';
import { exists, readText } from '../../host/files';
import { foldersAround } from '../../host/paths';
import { parsedJson } from '../../text/json';
import { packageFolder } from './bench-files';

/** How Node is started with a benchmark file. */
export interface Launch {
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
}

/**
 * The ways to run a benchmark file, the first one first: by Vitest where the file imports it, else by Node alone, and by tsx where the project has
 * it, for what Node does not load (imports without endings, enums).
 * @param file real path
 */
export async function launchesOf(file: string): Promise<readonly [Launch, ...Launch[]]> {
  const cwd = packageFolder(file);
  const vitest = installed('vitest/vitest.mjs', cwd);
  const { text } = await readText(file).catch(() => ({ text: '' }));
  if (vitest !== undefined && /['"]vitest['"]/.test(text))
    return [{ args: [vitest, 'bench', '--run', ...(await withoutCaches(vitest)), file], cwd }];
  const plain = { args: [file], cwd };
  return installed('tsx/package.json', cwd) === undefined
    ? [plain]
    : [plain, { args: ['--import', 'tsx', file], cwd }];
}

/** Nothing is to be left of a proof, least of all a module with the fix in it: Vitest 5 keeps those on the disk. */
async function withoutCaches(vitest: string): Promise<readonly string[]> {
  const { text } = await readText(path.join(path.dirname(vitest), 'package.json')).catch(() => ({
    text: '',
  }));
  const { version } = (parsedJson(text) ?? {}) as { version?: unknown };
  const major = Number.parseInt(String(version), 10);
  return major >= 5 ? ['--no-cache', '--no-fsModuleCache'] : ['--no-cache'];
}

/** The absolute path of a file of a package as Node looks for it. */
function installed(name: string, from: string): string | undefined {
  return foldersAround(from)
    .map((folder) => path.join(folder, 'node_modules', name))
    .find(exists);
}
