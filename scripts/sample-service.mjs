// npm run sample:service [-- --table]
// Records the profiles of the two services in samples/service, proves the fixes of the Go service's five heaviest lines, applies them in a
// copy, measures that, and writes the table into README.md. With --table the profiles stay as they are.
// The paths of this machine are taken out of what is recorded.
import { execFile as execFileWithCallback } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import prettier from 'prettier';
import { nodeBinary } from './lib/node-binary.mjs';
import { recordGo } from './lib/record-go.mjs';
import { output, root, run, Sentence, step } from './lib/run.mjs';
import { bytesOf, countArguments, recordArguments, requests, rounds } from './lib/sample-service.mjs';

const execFile = promisify(execFileWithCallback);

const cli = join(root, 'dist', 'cli.js');
const go = join(root, 'samples', 'service', 'go');
const typescript = join(root, 'samples', 'service', 'typescript');

await run(process.execPath, ['esbuild.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
if (!process.argv.includes('--table')) {
  step('Record the Go service');
  await recordGo(go, recordArguments(join(go, 'catalogue.pprof')));
  step('Record the TypeScript service');
  await recordTypeScript();
}
await writeTable(await measured());

async function recordTypeScript() {
  const out = join(typescript, 'catalogue.heapprofile');
  const node = await nodeBinary(24, (line) => console.log(line));
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  const args = ['record', '--interval', '65536', '--out', out, '--', 'node', 'load.ts', '3300'];
  await run(process.execPath, [cli, ...args], { cwd: typescript, env });
  const text = (await readFile(out, 'utf8')).replaceAll(
    `file://${join(root, 'samples')}/`,
    'file:///samples/',
  );
  await writeFile(out, text);
}

/** The five heaviest lines, what their fixes save by `prove`, and what they save when they are applied. */
async function measured() {
  step('Measure the Go service');
  const hotspots = JSON.parse(
    await anyway(['hotspots', '.', '--profile', 'catalogue.pprof', '--top', '5', '--format', 'json'], go),
  );
  const rules = [...new Set(hotspots.hotspots.map((one) => one.rules.find((rule) => rule !== 'go/escape')))];
  if (rules.includes(undefined))
    throw new Sentence('One of the five heaviest lines has no finding of a rule.');
  const only = rules.flatMap((rule) => ['--rule', rule]);
  const how = ['--benchtime', `${rounds}x`, '--count', '4', '--format', 'json', ...only];
  const each = JSON.parse(await anyway(['prove', '.', '--each', ...how], go));
  const [all] = JSON.parse(await anyway(['prove', '.', ...how], go)).changes;
  const copy = await mkdtemp(join(tmpdir(), 'alloclens-service-'));
  try {
    await cp(go, copy, { recursive: true });
    const before = await counted(copy);
    await anyway(['fix', '.', ...only], copy);
    return { hotspots: hotspots.hotspots, each: each.changes, all, before, after: await counted(copy) };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function counted(folder) {
  return bytesOf(await output('go', countArguments, { cwd: folder }));
}

/** What a command prints that may end with 1, because it has found something. */
async function anyway(args, cwd) {
  const options = { cwd, maxBuffer: 64 * 1024 * 1024 };
  const found = await execFile(process.execPath, [cli, ...args], options).catch((error) => error);
  if (found.code > 1 || typeof found.code === 'string')
    throw new Sentence(`alloclens ${args.join(' ')} failed: ${found.stderr}`);
  return found.stdout;
}

async function writeTable({ hotspots, each, all, before, after }) {
  const rowOf = (change) => change?.benchmarks?.[0].rows.find(({ unit }) => unit === 'B/op');
  const figures = ({ before: old, after: fixed }) => `${bytes(old / requests)} → ${bytes(fixed / requests)}`;
  // One fix may be about several lines: a compressor makes its tables at its first write.
  const fixes = new Map();
  for (const one of hotspots) {
    const key = `${one.file} ${one.what[0]}`;
    fixes.set(key, [...(fixes.get(key) ?? []), one]);
  }
  const lines = [...fixes.values()].map((places) => {
    const [{ file, what }] = places;
    const change = each.find((one) => one.file === file && one.titles.includes(what[0]));
    if (!rowOf(change)) throw new Sentence(`prove says nothing of ${file}:${places[0].line}.`);
    const share = places.reduce((sum, one) => sum + one.share, 0);
    const at = places.map(({ line }) => line).join(', ');
    return [`\`${file}:${at}\``, `${(100 * share).toFixed(1)} %`, what[0], figures(rowOf(change))];
  });
  const table = [
    ['line', 'of all bytes', 'fix', 'bytes a request, by `prove`'],
    ['---', '--:', '---', '--:'],
    ...lines,
    ['all of them, by `prove`', '', '', figures(rowOf(all))],
    ['all of them, applied and measured', '', '', figures({ before, after })],
  ];
  const file = join(root, 'README.md');
  const text = await readFile(file, 'utf8');
  const section = /(<!-- service -->\n)[^]*?(<!-- \/service -->)/;
  if (!section.test(text)) throw new Sentence('README.md has no <!-- service --> section.');
  const filled = text.replace(
    section,
    (_, open, close) => `${open}\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n${close}`,
  );
  await writeFile(
    file,
    await prettier.format(filled, { ...(await prettier.resolveConfig(file)), filepath: file }),
  );
}

function bytes(count) {
  return Math.round(count).toLocaleString('en');
}
