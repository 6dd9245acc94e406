// Bundles everything that ships: `node esbuild.mjs [--watch]`. Type checking is `tsc -b`'s work.
import { build, context } from 'esbuild';
import { createRequire } from 'node:module';
import { copyFile, cp, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePages } from './scripts/lib/rule-pages.mjs';
import { thirdPartyNotices } from './scripts/lib/third-party-notices.mjs';
import { typescriptParserOnly } from './scripts/lib/typescript-parser-only.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const dist = join(root, 'dist');
const watch = process.argv.includes('--watch');

/** Loaded on the first TypeScript document, so that who writes only Go never pays for TypeScript's compiler. */
const typescriptEntry = join(root, 'server', 'src', 'typescript', 'main.ts');

/** Turns `await import('…/typescript/main')` into a load of its own bundle. Nothing else may reach into that folder. */
const typescriptApart = {
  name: 'typescript-apart',
  setup(build) {
    const folder = dirname(typescriptEntry);
    build.onResolve({ filter: /\/typescript(\/|$)/ }, (args) => {
      if (!args.path.startsWith('.')) return;
      const target = join(args.resolveDir, args.path);
      if (target !== folder && !target.startsWith(folder)) return;
      if (args.resolveDir.startsWith(folder)) return;
      if (args.kind === 'dynamic-import') return { path: './typescript.js', external: true };
      return {
        errors: [
          { text: `load ${args.path} with import(): a static import would put TypeScript into every start` },
        ],
      };
    });
  },
};

/**
 * A module with a bundle of its own, beside the one that loads it: turns `await import('…/<module>.js')` into a load of that bundle.
 * @param entry path of its source below the repository
 * @param name of the bundle, without its ending
 * @param why nobody may import it at once
 */
const apart = (entry, name, why) => {
  const [folder, module] = entry.replace(/\.ts$/, '').split('/').slice(-2);
  const path = folder === 'src' ? `/${module}` : `/${folder}/${module}`;
  return {
    name: `${name}-apart`,
    setup(build) {
      build.onResolve({ filter: new RegExp(`${path}(?:\\.js)?$`) }, ({ kind, path }) => {
        if (kind === 'entry-point') return;
        return kind === 'dynamic-import'
          ? { path: `./${name}.js`, external: true }
          : { errors: [{ text: `load ${path} with import(): ${why}` }] };
      });
    },
  };
};

/** Loaded by `alloclens mcp` only, and knows nothing of the rest: the SDK of the protocol with what we need of it. */
const mcpEntry = 'server/src/mcp/main.ts';

/** What speaks the Language Server Protocol, nine tenths of what VS Code would read through in order to activate the extension. */
const clientEntry = 'client/src/language-client.ts';

/**
 * ESLint's own rules and its own parser never run here, and are a fifth of the TypeScript bundle. The Linter finds an
 * empty table (eslint/lib/config/default-config.js), and a default parser (eslint/lib/languages/js/index.js) that says so
 * should anything ever ask it. No rule of ours has options, so there is nothing for the schema validator
 * (eslint/lib/shared/ajv.js) to validate.
 */
const ownRulesOnly = {
  name: 'own-rules-only',
  setup(build) {
    const replacements = {
      'eslint-rules': 'module.exports = new Map();',
      ajv: `module.exports = class {
        _opts = {};
        addMetaSchema() {}
        compile() { return () => true; }
      };`,
      espree: `exports.parse = () => { throw new Error('espree is not part of this bundle'); };`,
    };
    const replace = (path) => ({ path, namespace: 'alloclens' });
    build.onResolve({ filter: /^\.\.\/rules$/ }, ({ resolveDir }) =>
      /eslint[\\/]lib[\\/]config$/.test(resolveDir) ? replace('eslint-rules') : undefined,
    );
    build.onResolve({ filter: /^(?:ajv|espree)$/ }, ({ path }) => replace(path));
    build.onLoad({ filter: /.*/, namespace: 'alloclens' }, ({ path }) => ({ contents: replacements[path] }));
  },
};

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
  // import() becomes require(): Node's ES module loader would first read a bundle through for its exports, which takes
  // longer for the TypeScript one than running it.
  supported: { 'dynamic-import': false },
  alias: {
    // As an ES module it asks for import.meta.url, which a CommonJS bundle does not have (Parser.init then throws).
    'web-tree-sitter': require.resolve('web-tree-sitter'),
    // Its other form calls a `require` that a bundler does not see.
    'jsonc-parser': require.resolve('jsonc-parser/lib/esm/main.js'),
  },
};

/**
 * Server and command line share nearly everything, so they share one bundle; each runs only its own modules, because a
 * module behind `require` is not evaluated before it is asked for.
 */
const shared = `exports.server = () => require('./server/src/main.ts');
exports.cli = () => require('./server/src/cli.ts');`;
const entries = {
  'server.js': `require('./main.js').server();\n`,
  'cli.js': `#!/usr/bin/env node\nrequire('./main.js').cli();\n`,
};

const bundles = [
  {
    ...common,
    entryPoints: { extension: 'client/src/extension.ts' },
    plugins: [apart(clientEntry, 'language-client', 'VS Code waits for the activation')],
  },
  // Loaded once VS Code does not wait any more.
  { ...common, entryPoints: { 'language-client': clientEntry } },
  {
    ...common,
    stdin: { contents: shared, resolveDir: root, sourcefile: 'main.js', loader: 'js' },
    entryNames: 'main',
    plugins: [typescriptApart, apart(mcpEntry, 'mcp', 'a static import would put the SDK into every start')],
  },
  { ...common, entryPoints: { mcp: mcpEntry } },
  // Loaded into the programs that `alloclens record` starts.
  { ...common, entryPoints: { recorder: 'server/src/host/v8-recorder.ts' } },
  // Loaded into the programs that `alloclens prove` starts for benchmarks of JavaScript and TypeScript.
  { ...common, entryPoints: { benchmarked: 'server/src/host/benchmarked/main.ts' } },
  // The page of flame graphs, which a browser runs; its style comes out beside it.
  {
    ...common,
    platform: 'browser',
    target: 'chrome134',
    format: 'iife',
    entryPoints: { 'flame/flame': 'client/webview/src/main.ts' },
  },
  // The thread that reads profiles.
  { ...common, entryPoints: { 'profile-reader': 'server/src/hotspots/profile-thread.ts' } },
  {
    ...common,
    entryPoints: { typescript: relative(root, typescriptEntry) },
    plugins: [ownRulesOnly, typescriptParserOnly()],
  },
].map((options) => ({ ...options, outdir: dist }));

const wasm = [
  require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
  join(dirname(require.resolve('tree-sitter-go/package.json')), 'tree-sitter-go.wasm'),
];

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
for (const [name, text] of Object.entries(entries)) await writeFile(join(dist, name), text, { mode: 0o755 });
for (const file of wasm) await copyFile(file, join(dist, file.split(/[\\/]/).at(-1)));
await cp(join(root, 'samples', 'start'), join(dist, 'sample'), { recursive: true });
for (const language of ['go', 'typescript'])
  await writePages(join(root, 'rules', language), join(dist, 'rules', language));

if (watch) {
  for (const options of bundles) await (await context(options)).watch();
} else {
  const results = [];
  for (const options of bundles) results.push(await build(options));
  const warnings = results.flatMap((result) => result.warnings);
  if (warnings.length > 0) throw new Error(`esbuild warned ${warnings.length} time(s): see above`);
  const inputs = results.flatMap((result) => Object.keys(result.metafile.inputs));
  await writeFile(join(dist, 'ThirdPartyNotices.txt'), await thirdPartyNotices(root, [...inputs, ...wasm]));
  await report(results);
}

/** What each bundle weighs, and the five packages that weigh most in it. */
async function report(results) {
  const rows = [];
  for (const { metafile } of results) {
    for (const [file, { bytes, inputs }] of Object.entries(metafile.outputs)) {
      const packed = gzipSync(readFileSync(join(root, file)), { level: 9 }).length;
      const weights = new Map();
      for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
        const name =
          /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(input)?.[1] ?? input.split('/')[0];
        weights.set(name, (weights.get(name) ?? 0) + bytesInOutput);
      }
      const heaviest = [...weights].sort((a, b) => b[1] - a[1]).slice(0, 5);
      rows.push([file, bytes, packed, heaviest.map(([name, size]) => `${name} ${kib(size)}`).join(', ')]);
    }
  }
  for (const file of wasm) {
    const copied = join(dist, file.split(/[\\/]/).at(-1));
    rows.push([
      relative(root, copied),
      (await stat(copied)).size,
      gzipSync(readFileSync(copied), { level: 9 }).length,
      '',
    ]);
  }
  for (const [file, bytes, packed, parts] of rows)
    console.log(`${file.padEnd(28)} ${kib(bytes).padStart(10)} ${kib(packed).padStart(10)} gzip  ${parts}`);
}

function kib(bytes) {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
