// Measures the TypeScript samples before and after the tool's own fix, in a fresh process per sample and Node major.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { nodeBinary } from '../lib/node-binary.mjs';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const root = dirname(dirname(import.meta.dirname));

/** The majors whose figures the pages quote: the oldest that is supported and those after it. */
export const defaultMajors = [20, 22, 24, 26];

/**
 * @param {{ rules?: readonly string[], majors?: readonly number[], log?: (line: string) => void }} options
 *   rules: ids to measure, all when absent
 * @returns {Promise<{ id: string, page: string, table: string }[]>} the table of each rule's page
 */
export async function measureTypeScript({ rules, majors = defaultMajors, log = console.log } = {}) {
  const { typescriptRules } = require(join(root, 'out/rules/typescript/index.js'));
  const binaries = [];
  for (const major of majors) binaries.push(await nodeBinary(major, log));
  const folder = await mkdtemp(join(tmpdir(), 'alloclens-measure-'));
  const results = [];
  try {
    for (const { meta } of typescriptRules) {
      const { id, fix, sample } = meta.docs;
      if (rules && !rules.includes(id)) continue;
      const source = join(root, 'samples', sample, 'sample.ts');
      const before = await readFile(source, 'utf8');
      // Without a fix the page quotes what the pattern costs.
      const after = fix === 'none' ? undefined : await fixed(source, before, id);
      if (after === before) throw new Error(`${id}: the tool fixes nothing in ${source}`);
      const rows = [];
      for (const binary of binaries) {
        const a = await measureOne(binary, folder, `${id.slice(3)}.before`, before);
        if (after === undefined) {
          rows.push({ before: a });
          log(`${id}  Node ${a.node}: ${time(a)}, ${size(a)}`);
          continue;
        }
        const b = await measureOne(binary, folder, `${id.slice(3)}.after`, after);
        rows.push({ before: a, after: b });
        log(`${id}  Node ${a.node}: ${time(a)} → ${time(b)}, ${size(a)} → ${size(b)}`);
      }
      results.push({ id, page: `rules/typescript/${id.slice(3)}.md`, table: table(rows) });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return results;
}

/** The sample after all fixes of the rule, suggestions included. */
async function fixed(path, text, id) {
  const { TypeScriptEngine } = require(join(root, 'out/server/src/typescript/engine.js'));
  const { typescriptRules } = require(join(root, 'out/rules/typescript/index.js'));
  const { fixAll } = require(join(root, 'out/server/src/typescript/fix-all.js'));
  const problems = [];
  const engine = new TypeScriptEngine({ log: (line) => problems.push(line) }, typescriptRules);
  const result = await fixAll(engine, path, text, { rule: id, suggestions: true });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return result;
}

async function measureOne(binary, folder, name, text) {
  const file = join(folder, `${name}.cjs`);
  const { code } = await transform(text, { loader: 'ts', format: 'cjs', target: 'node20' });
  await writeFile(file, code);
  const { stdout } = await run(
    binary,
    ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64', join(import.meta.dirname, 'typescript-runner.cjs'), file], // prettier-ignore
    { env: { PATH: process.env.PATH } },
  );
  return JSON.parse(stdout);
}

function table(rows) {
  if (rows.every(({ after }) => after === undefined)) {
    return [
      '| Node | time | allocated |',
      '| --- | ---: | ---: |',
      ...rows.map(({ before }) => `| ${before.node} | ${time(before)} | ${size(before)} |`),
    ].join('\n');
  }
  const lines = rows.map(
    ({ before, after }) =>
      `| ${before.node} | ${time(before)} | ${time(after)} | ${ratio(before.nanoseconds, after.nanoseconds)} | ${size(before)} | ${size(after)} |`,
  );
  return [
    '| Node | before | after | time | allocated before | after |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
}

function time({ nanoseconds }) {
  const [value, unit] =
    nanoseconds < 1000
      ? [nanoseconds, 'ns']
      : nanoseconds < 1e6
        ? [nanoseconds / 1000, 'µs']
        : [nanoseconds / 1e6, 'ms'];
  return `${digits(value)} ${unit}`;
}

function size({ bytes }) {
  if (bytes < 1) return '0 B';
  return bytes < 10_000 ? `${Math.round(bytes)} B` : `${digits(bytes / 1000)} kB`;
}

function ratio(before, after) {
  return before >= after ? `÷ ${digits(before / after)}` : `× ${digits(after / before)}`;
}

function digits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
