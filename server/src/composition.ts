import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RuleMeta } from '../../rules/model';
import { typescriptRules } from '../../rules/typescript/index';
import type { EngineLoaders } from './service/analyser';

/** The parts that the language server and the command line are put together from. */

export const engines: EngineLoaders = {
  // Its own bundle (esbuild.mjs): who writes only Go never loads TypeScript's parser.
  typescript: async () => {
    const { createTypeScriptEngine } = await import('./typescript/main.js');
    return (host) => createTypeScriptEngine({ log: (message) => host.logger.warn(message) });
  },
};

/** All rules, by id. */
export const rules: readonly RuleMeta[] = typescriptRules.flatMap((rule) => rule.meta.docs ?? []);

/** The version in the nearest package.json: the package's own, both from the bundle and from the compiled sources. */
export const version: string = readVersion(__dirname);

function readVersion(folder: string): string {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
      string,
      string
    >;
    if (name === 'alloclens' && version) return version;
  } catch {
    // Not here; look above.
  }
  const above = dirname(folder);
  return above === folder ? 'unknown' : readVersion(above);
}
