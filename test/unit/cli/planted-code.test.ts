import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../support/fake-editor';
import { inRepository } from '../../support/repository';

/** What a folder may bring that other tools load: each writes down that it ran. */
const planted = [
  'node_modules/typescript/index.js',
  'node_modules/eslint/index.js',
  'node_modules/@typescript-eslint/parser/index.js',
  'node_modules/eslint-plugin-alloclens/index.js',
  'node_modules/picocolors/index.js',
  'eslint.config.js',
  'eslint.config.mjs',
  '.eslintrc.js',
  'prettier.config.js',
  'typescript.js',
  'index.js',
];

test('a scan loads no code of the folder', (t) => {
  const files: Record<string, string> = {
    'a.ts': 'export const double = (xs: number[]) => xs.reduce((all: number[], x) => [...all, x * 2], []);\n',
    'package.json': '{"name":"planted","main":"index.js","eslintConfig":{"plugins":["alloclens"]}}',
    'tsconfig.json': '{"compilerOptions":{"plugins":[{"name":"./typescript.js"}]},"extends":"./index.js"}',
  };
  for (const name of planted) files[name] = "require('node:fs').writeFileSync(__dirname + '/ran', '');\n";
  const { folder, remove } = temporaryFolder(files);
  t.after(remove);
  const cli = inRepository('dist', 'cli.js');
  assert.ok(existsSync(cli), `${cli} is missing: run "npm run bundle" first.`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'scan', 'a.ts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(status, 1, stderr);
  assert.match(stdout, /ts\/accumulating-spread/);
  for (const name of planted) assert.equal(existsSync(join(folder, name, '..', 'ran')), false, name);
});
