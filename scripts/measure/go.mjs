// Measures the Go samples before and after the tool's own fix, with the benchmarks that lie beside them.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const root = dirname(dirname(import.meta.dirname));

/** Runs of each benchmark; figures are medians of these. */
const runs = 5;

/**
 * Copies each rule's sample, tests and benchmarks it, applies the tool's fix with the bundled command line, and does the
 * same again. A benchmark may say what the fix has to reach: `//measure:allocs/op 0` or `//measure:bytes/op -50%`
 * in its doc comment.
 * @param {{ rules?: readonly string[], log?: (line: string) => void }} options
 *   rules: ids to measure, all with a fix when absent
 * @returns {Promise<{ results: { id: string, page: string, table: string, environment: string }[], problems: string[] }>}
 *   the table of each rule's page; samples that are missing and figures that were not reached
 */
export async function measureGo({ rules, log = console.log } = {}) {
  const { goRules } = require(join(root, 'out/rules/go/index.js'));
  const folder = await mkdtemp(join(tmpdir(), 'alloclens-measure-'));
  const results = [];
  const unmeasured = [];
  try {
    const module = join(folder, 'go');
    await cp(join(root, 'samples', 'go'), module, { recursive: true });
    const environment = await environmentOf(module);
    for (const { meta } of goRules) {
      const { id, fix, sample } = meta;
      if (fix === 'none' || (rules && !rules.includes(id))) continue;
      const sampleFolder = join(folder, sample);
      if (!existsSync(sampleFolder)) {
        unmeasured.push(`${id}: there is no samples/${sample}`);
        continue;
      }
      const goals = await goalsOf(sampleFolder);
      const before = await benchmark(sampleFolder);
      log(`${id}: ${(await applyFix(sampleFolder, id)).trimEnd().replaceAll('\n', `\n${id}: `)}`);
      const after = await benchmark(sampleFolder);
      const problems = judge(id, before, after, goals);
      for (const [name, was] of before) {
        const is = after.get(name);
        if (is) log(`${id} ${name}: ${was.allocs} → ${is.allocs} allocs/op, ${was.bytes} → ${is.bytes} B/op`);
      }
      results.push({
        id,
        page: `rules/go/${id.slice(3)}.md`,
        table: table(before, after),
        environment,
        problems,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { results, problems: [...unmeasured, ...results.flatMap(({ problems }) => problems)] };
}

/** The Go version, the platform and the processor: figures of two machines are not comparable. */
async function environmentOf(folder) {
  const { stdout } = await run('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd: folder });
  const [version, os, architecture] = stdout.trim().split('\n');
  return `${version.replace('go', 'Go ')}, ${os}/${architecture}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
}

/** Applies all fixes of the rule, suggestions included, to the folder; resolves to what the command line says. */
async function applyFix(folder, id) {
  const cli = join(root, 'dist', 'cli.js');
  const args = [cli, 'fix', '--rule', id, '--show', 'all', '--suggestions', folder];
  const { stdout, stderr, code } = await run(process.execPath, args, { cwd: folder }).catch((error) => error);
  // 1: findings are left, which is the sample's business.
  if (code !== undefined && code !== 1)
    throw new Error(`alloclens fix failed on ${folder}:\n${stdout}${stderr}`);
  if (!/[1-9]\d* fix(?:es)? applied/.test(stdout))
    throw new Error(`${id}: the tool fixes nothing in its sample:\n${stdout}${stderr}`);
  return stdout;
}

/**
 * Tests the package, then runs its benchmarks.
 * @returns {Promise<Map<string, { time: number, bytes: number, allocs: number, extra: Record<string, number> }>>} by name, in
 *   source order: nanoseconds, bytes, allocations, and what the benchmark measures itself per operation, medians of its runs
 */
async function benchmark(folder) {
  const go = (args) => run('go', args, { cwd: folder, maxBuffer: 64 << 20 });
  try {
    await go(['vet', '.']);
    const { stdout } = await go(['test', '-run', '.', '-bench', '.', '-benchmem', '-count', String(runs), '-benchtime', '100ms', '.']); // prettier-ignore
    return readBenchmarks(stdout);
  } catch (error) {
    throw new Error(`The sample does not pass its tests:\n${error.stdout ?? ''}${error.stderr ?? error}`, {
      cause: error,
    });
  }
}

/** The lines `BenchmarkX-8  1000  12.3 ns/op  8 B/op  1 allocs/op` of several runs. */
export function readBenchmarks(text) {
  const samples = new Map();
  for (const [, name, time, rest] of text.matchAll(
    /^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns\/op(.*)$/gm,
  )) {
    const value = (unit) => Number(new RegExp(`([\\d.]+) ${unit}/op`).exec(rest)?.[1] ?? 0);
    const known = samples.get(name) ?? [];
    // What a benchmark measures itself: b.ReportMetric(n, "scanned-B/op").
    const own = [...rest.matchAll(/([\d.]+) (\S+)\/op/g)].filter(
      ([, , unit]) => !/^(?:B|allocs)$/.test(unit),
    );
    const extra = Object.fromEntries(own.map(([, figure, unit]) => [unit, Number(figure)]));
    samples.set(name, [...known, { time: Number(time), bytes: value('B'), allocs: value('allocs'), extra }]);
  }
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return new Map(
    [...samples].map(([name, all]) => [
      name,
      {
        time: median(all.map(({ time }) => time)),
        bytes: median(all.map(({ bytes }) => bytes)),
        allocs: median(all.map(({ allocs }) => allocs)),
        extra: Object.fromEntries(
          Object.keys(all[0].extra).map((unit) => [unit, median(all.map(({ extra }) => extra[unit]))]),
        ),
      },
    ]),
  );
}

/** What benchmarks say that they reach: `//measure:allocs/op 0`, `//measure:bytes/op -50%`. */
async function goalsOf(folder) {
  const goals = new Map();
  for (const file of await readdir(folder)) {
    if (!file.endsWith('_test.go')) continue;
    const text = await readFile(join(folder, file), 'utf8');
    for (const [, comment, name] of text.matchAll(/((?:^\/\/.*\n)+)func Benchmark(\w+)\(/gm)) {
      const own = [...comment.matchAll(/^\/\/measure:(allocs|bytes)\/op (?:(\d+)|-(\d+)%)$/gm)];
      goals.set(
        name,
        own.map(([, unit, most, less]) => ({ unit, most, less })),
      );
    }
  }
  return goals;
}

/**
 * Sentences about figures that the fix does not reach. A benchmark that names its figure is held to that alone: the fix
 * of a bug may cost an allocation.
 */
function judge(id, before, after, goals) {
  const problems = [];
  let gains = false;
  for (const [name, was] of before) {
    const is = after.get(name);
    if (!is) {
      problems.push(`${id}: the benchmark ${name} is gone after the fix`);
      continue;
    }
    if (is.allocs > was.allocs && !goals.has(name))
      problems.push(`${id}: ${name} allocates more after the fix: ${was.allocs} → ${is.allocs}`);
    gains ||= is.allocs < was.allocs || is.bytes < was.bytes;
    for (const { unit, most, less } of goals.get(name) ?? []) {
      const [a, b] = unit === 'bytes' ? [was.bytes, is.bytes] : [was.allocs, is.allocs];
      const limit = most === undefined ? a * (1 - Number(less) / 100) : Number(most);
      if (b > limit) problems.push(`${id}: ${name} was to reach ${limit} ${unit}/op, and has ${a} → ${b}`);
    }
  }
  if (!gains && goals.size === 0) problems.push(`${id}: the fix lowers neither allocs/op nor B/op`);
  return problems;
}

function table(before, after) {
  const change = (a = '', b = '') => (a === b ? a : `${a} → ${b}`);
  const units = [...new Set([...before.values()].flatMap(({ extra }) => Object.keys(extra)))];
  const lines = [...before].map(([name, was]) => {
    const is = after.get(name) ?? was;
    const extra = units.map((unit) => ` ${change(was.extra[unit], is.extra[unit])} |`).join('');
    return `| ${name} | ${change(was.allocs, is.allocs)} | ${change(was.bytes, is.bytes)} |${extra} ${round(was.time)} → ${round(is.time)} |`;
  });
  const titles = units.map((unit) => ` ${unit}/op |`).join('');
  const rule = units.map(() => ' ---: |').join('');
  return [
    `| benchmark | allocs/op | B/op |${titles} ns/op |`,
    `| --- | ---: | ---: |${rule} ---: |`,
    ...lines,
  ].join('\n');
}

function round(nanoseconds) {
  return nanoseconds >= 100 ? nanoseconds.toFixed(0) : nanoseconds.toPrecision(2);
}
