import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { goRules } from '../../rules/go/index';
import type { RuleMeta } from '../../rules/model';
import { typescriptRules } from '../../rules/typescript/index';
import { createGoEngine } from './go/engine';
import { exists, ownProgram, readBytesSync, readTextSync } from './host/files';
import type { EngineLoaders } from './service/analyser';
import { ThreadedEngine } from './service/threaded-engine';

/** The parts that the language server and the command line are put together from. */

const grammar = {
  runtime: wasm('web-tree-sitter/web-tree-sitter.wasm'),
  go: wasm('tree-sitter-go/tree-sitter-go.wasm'),
};

/** Beside the bundle's folder, or in the sources. */
const typeChecker = [
  join(__dirname, '../server/typechecker'),
  join(__dirname, '../../../server/typechecker'),
].find((folder) => exists(join(folder, 'main.go')));

export const engines: EngineLoaders = {
  go: () =>
    Promise.resolve((host) =>
      createGoEngine(host, {
        grammar,
        ...(typeChecker !== undefined && { types: { sources: typeChecker } }),
      }),
    ),
  // Its own bundle (esbuild.mjs): who writes only Go never loads TypeScript's parser.
  typescript: async () => {
    const { createTypeScriptEngine } = await import('./typescript/main.js');
    return (host) => createTypeScriptEngine({ log: (message) => host.logger.warn(message) });
  },
};

const typescript = ownProgram(__dirname, 'typescript.js', 'typescript/main.js');

/** Several times what the largest text takes. In MiB. */
const typescriptHeap = 1024;

/** Those of the language server, whose main thread must not wait for a syntax tree. */
export const residentEngines: EngineLoaders = {
  ...engines,
  typescript: () =>
    Promise.resolve(
      ({ logger }) =>
        new ThreadedEngine('typescript', {
          entry: typescript,
          heap: typescriptHeap,
          log: (message) => logger.warn(message),
        }),
    ),
};

/** What `alloclens record` loads into Node programs. */
export const recorder = ownProgram(__dirname, 'recorder.js', 'host/v8-recorder.js');

/** All rules, by id. */
export const rules: readonly RuleMeta[] = [
  ...goRules.map(({ meta }) => meta),
  ...typescriptRules.flatMap((rule) => rule.meta.docs ?? []),
];

/** The version in the nearest package.json: the package's own, both from the bundle and from the compiled sources. */
export const version: string = readVersion(__dirname);

/** A hash of the program: of the bundles that analyse, and of the type checker's sources. */
export function build(): string {
  const hash = createHash('sha256').update(version);
  const parts = [__filename, join(__dirname, 'typescript.js')];
  if (typeChecker !== undefined) parts.push(join(typeChecker, 'main.go'), join(typeChecker, 'answer.go'));
  for (const file of parts.filter(exists)) hash.update(readBytesSync(file));
  return hash.digest('hex');
}

function readVersion(folder: string): string {
  try {
    const { name, version } = JSON.parse(readTextSync(join(folder, 'package.json')).text) as Record<
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

/** A package's wasm file: beside the bundle, or else in node_modules. */
function wasm(specifier: string): string {
  const bundled = join(__dirname, specifier.slice(specifier.lastIndexOf('/') + 1));
  return exists(bundled) ? bundled : createRequire(__filename).resolve(specifier);
}
