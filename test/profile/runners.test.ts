import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type * as NodeBinary from '../../scripts/lib/node-binary.mjs' with { 'resolution-mode': 'import' };
import { alloclens } from '../support/real-cli';
import { inRepository } from '../support/repository';

const joins = `export function names(xs: readonly { name: string }[]): string {
  let out: string[] = [];
  for (const x of xs) out = [...out, x.name];
  return out.join(',');
}
`;
const input = "import { names } from './joins';\nconst xs = Array.from({ length: 50 }, (_, i) => ({ name: String(i) }));\n"; // prettier-ignore

/** Runners that load modules in ways of their own, each with a benchmark as its users write it. */
const runners = [
  {
    packages: ['vitest@4'],
    bench: `import { bench } from 'vitest';\n${input}bench('names', () => void names(xs));\n`,
  },
  {
    packages: ['vitest@5'],
    bench: `import { test } from 'vitest';\n${input}test('names', async ({ bench }: any) => void (await bench('names', () => names(xs)).run()));\n`,
  },
  {
    packages: ['tsx@4', 'mitata@1'],
    bench: `import { bench, run } from 'mitata';\n${input}enum Names { All = 'names' }\nbench(Names.All, () => names(xs));\nawait run();\n`,
  },
  {
    packages: ['tsx@4', 'benchmark@2'],
    bench: `import Benchmark from 'benchmark';\n${input}new Benchmark.Suite().add('names', () => names(xs)).run();\n`,
  },
];

describe('a fix of TypeScript held against benchmarks of runners from npm', { timeout: 900_000 }, () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'alloclens-runners-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  const usualPath = process.env['PATH'];
  after(() => void (process.env['PATH'] = usualPath));
  before(async () => {
    const { nodeBinary } = (await import(
      inRepository('scripts', 'lib', 'node-binary.mjs')
    )) as typeof NodeBinary;
    process.env['PATH'] = `${path.dirname(await nodeBinary(24, () => {}))}${path.delimiter}${usualPath}`;
  });

  for (const { packages, bench } of runners)
    it(packages.join(' and '), async () => {
      const folder = path.join(root, packages.join('-'));
      const files = { 'package.json': '{"type":"module"}', 'joins.ts': joins, 'joins.bench.ts': bench };
      mkdirSync(folder);
      for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
      install(packages, folder);
      const { code, out } = await alloclens(
        folder,
        ...['prove', 'joins.ts', '--show', 'all', '--count', '4', '--benchtime', '200x', '--format', 'json'],
      );
      assert.equal(code, 0, out);
      const { changes } = JSON.parse(out) as {
        changes: {
          verdict: string;
          benchmarks: { name: string; rows: { unit: string; before: number }[] }[];
        }[];
      };
      const [{ verdict, benchmarks }] = changes as [(typeof changes)[0]];
      assert.equal(verdict, 'better');
      assert.deepEqual(
        benchmarks.map(({ name }) => name),
        ['names'],
      );
      // 50 arrays that grow by one, 8 bytes an element: 10 KB at least.
      assert.ok(benchmarks[0]!.rows.find(({ unit }) => unit === 'B/op')!.before > 10_000);
      const left = readdirSync(path.join(folder, 'node_modules')).filter((name) => /^\.vite/.test(name));
      assert.deepEqual(left, []);
    });
});

/** From the user's cache folder, as other Node versions are. */
function install(packages: readonly string[], folder: string): void {
  const cache = path.join(
    process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'),
    'alloclens',
    packages.join('-').replaceAll('@', '-'),
  );
  if (!existsSync(path.join(cache, 'node_modules'))) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(path.join(cache, 'package.json'), '{ "private": true }\n');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], {
      cwd: cache,
      stdio: 'pipe',
    });
  }
  cpSync(path.join(cache, 'node_modules'), path.join(folder, 'node_modules'), { recursive: true });
}
