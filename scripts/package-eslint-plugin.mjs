// node scripts/package-eslint-plugin.mjs: builds dist/eslint-plugin-alloclens, ready for `npm publish`.
import { build } from 'esbuild';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { thirdPartyNotices } from './lib/third-party-notices.mjs';
import { writePages } from './lib/rule-pages.mjs';
import { root } from './lib/run.mjs';

/** The folder of the package. */
export const pluginFolder = join(root, 'dist', 'eslint-plugin-alloclens');

/** One CommonJS file without dependencies: `import alloclens from 'eslint-plugin-alloclens'` gives the plugin. */
export async function packageEslintPlugin(folder = pluginFolder) {
  const own = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: 'rules/typescript/plugin.ts' },
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    define: { ALLOCLENS_VERSION: JSON.stringify(own.version) },
    footer: { js: 'module.exports = module.exports.default;' },
  });
  const manifest = {
    name: 'eslint-plugin-alloclens',
    version: own.version,
    description:
      'ESLint rules for allocation hotspots in TypeScript and JavaScript; each one measured on V8.',
    license: own.license,
    repository: own.repository,
    bugs: own.bugs,
    keywords: ['eslint', 'eslintplugin', 'eslint-plugin', 'oxlint', 'performance', 'allocation', 'garbage collection', 'v8'], // prettier-ignore
    main: './index.js',
    types: './index.d.ts',
    engines: { node: own.engines.node },
    peerDependencies: { eslint: '>=9' },
    peerDependenciesMeta: { eslint: { optional: true } },
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await writeFile(join(folder, 'index.d.ts'), declarations);
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  await writePages(join(root, 'rules', 'typescript'), join(folder, 'rules'));
  await writeFile(join(folder, 'README.md'), await readme());
  await writeFile(
    join(folder, 'ThirdPartyNotices.txt'),
    await thirdPartyNotices(root, Object.keys(metafile.inputs)),
  );
  console.log(
    `dist/eslint-plugin-alloclens: index.js ${((await stat(join(folder, 'index.js'))).size / 1024).toFixed(0)} KiB`,
  );
}

const declarations = `import type { ESLint, Linter } from 'eslint';

declare const plugin: ESLint.Plugin & {
  readonly configs: { readonly recommended: Linter.Config; readonly hot: Linter.Config };
};

export = plugin;
`;

async function readme() {
  const { createRequire } = await import('node:module');
  const { typescriptRules } = createRequire(import.meta.url)(join(root, 'out/rules/typescript/index.js'));
  const rows = typescriptRules.map(({ name, meta: { docs } }) => {
    const where = { bug: 'everywhere', allocation: 'everywhere but cold code', 'hot only': 'hot code' }[
      docs.reports
    ];
    return `| [\`alloclens/${name}\`](./rules/${name}.md) | ${docs.summary} | ${where} | ${docs.fix} |`;
  });
  return `# eslint-plugin-alloclens

Rules for allocation hotspots in TypeScript and JavaScript: the ones of the AllocLens extension for VS Code, for ESLint's
command line, oxlint and CI. Every rule with a fix has a measured sample; its page quotes the figures for each Node major.

\`\`\`js
// eslint.config.js
import tseslint from 'typescript-eslint';
import alloclens from 'eslint-plugin-alloclens';

export default [tseslint.configs.base, alloclens.configs.recommended];
\`\`\`

- \`recommended\`: what matters in ordinary code; quiet in start-up code, tests and on error paths.
- \`hot\`: only loops, request and per-frame handlers, and functions tagged \`/** @hot */\`.

oxlint (JavaScript plugins): \`{ "jsPlugins": ["eslint-plugin-alloclens"], "rules": { "alloclens/accumulating-spread": "warn" } }\`.

| Rule | Reports | Where | Fix |
| --- | --- | --- | --- |
${rows.join('\n')}

A \`safe\` fix is applied by \`eslint --fix\`; a \`suggestion\` is offered in the editor and names its condition. ESLint applies
fixes without the check that the AllocLens server makes before it offers one.
`;
}

if (process.argv[1] === import.meta.filename) await packageEslintPlugin(process.argv[2]);
