/**
 * `node out/test/bench/scale.js go|typescript [--largest N]`: the built command line on made projects of four sizes, one after the other. Says the
 * processor time of all its processes, the memory of them together, how linear that is, and how it shows progress and is interrupted.
 * Reads /proc, so Linux only.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, openSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { linearRegression, linearRegressionLine, rSquared } from 'simple-statistics';
import { inRepository } from '../support/repository';
import { writeGoModule, writeTypeScriptProject, type Written } from './scale-projects';
import { print } from './table';

/** Bytes, of all processes together (issue 15). */
const memoryLimit = 1.5e9;

interface Kind {
  readonly unit: string;
  readonly largest: number;
  readonly write: (folder: string, size: number) => Written;
}

const kinds: Readonly<Record<string, Kind>> = {
  go: {
    unit: 'packages',
    largest: 2000,
    write: (folder, size) => writeGoModule(folder, `example.com/scale${size}`, size),
  },
  typescript: { unit: 'lines', largest: 500_000, write: writeTypeScriptProject },
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { largest: { type: 'string' } },
  });
  const kind = kinds[positionals[0] ?? ''];
  if (!kind) throw new Error(`Say which: ${Object.keys(kinds).join(' or ')}.`);
  const largest = Number(values.largest ?? kind.largest);
  const root = mkdtempSync(path.join(tmpdir(), 'alloclens-scale-'));
  try {
    // A build cache of its own, with the standard library in it: what is measured are the packages of the project.
    const env = { ...process.env, GOCACHE: path.join(root, 'cache') };
    const at = (size: number): string => path.join(root, String(size));
    kind.write(at(4), kind === kinds['go'] ? 4 : 400);
    await scan(at(4), env);
    console.log('warmed up');
    const rows: Row[] = [];
    for (const part of [0.125, 0.25, 0.5, 1]) {
      const size = Math.round(largest * part);
      mkdirSync(at(size));
      const written = kind.write(at(size), size);
      const cold = await scan(at(size), env);
      rows.push({ size, written, cold });
      const { cpu, peak } = cold;
      console.log(`${size} ${kind.unit}: ${cpu.toFixed(1)} s, ${(peak / 1e6).toFixed(0)} MB`);
      if (part < 1) rmSync(at(size), { recursive: true });
    }
    const again = await scan(at(largest), env);
    report(kind.unit, rows, again);
    await interrupted(at(largest), env, again);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

interface Row {
  readonly size: number;
  readonly written: Written;
  /** Without anything of the project in the build cache. */
  readonly cold: Ran;
}

interface Ran {
  /** Seconds of processor time, of the process and of all that it started. */
  readonly cpu: number;
  /** Of it, the process' own. */
  readonly own: number;
  readonly wall: number;
  /** Bytes resident at one time: of all processes, looked at each second, and of the process alone. */
  readonly peak: number;
  readonly ownPeak: number;
  readonly findings: number;
}

/** @param again the largest once more, with what it compiled still in the build cache */
function report(unit: string, rows: readonly Row[], again: Ran): void {
  const seconds = (value: number): string => `${value.toFixed(1)} s`;
  const megabytes = (value: number): string => (value / 1e6).toFixed(0);
  print(
    'scan --format json, processor time of all processes',
    [unit, 'files', 'lines', 'findings', 'time', 'of it node', 'peak MB', 'of it node', 'wall'],
    rows.map(({ size, written, cold }) => [
      String(size),
      String(written.files),
      String(written.lines),
      String(cold.findings),
      seconds(cold.cpu),
      seconds(cold.own),
      megabytes(cold.peak),
      megabytes(cold.ownPeak),
      seconds(cold.wall),
    ]),
  );
  const series: [string, (row: Row) => number][] = [
    ['time', ({ cold }) => cold.cpu],
    ['of it node', ({ cold }) => cold.own],
  ];
  for (const [name, of] of series) {
    const points = rows.map((row): [number, number] => [row.size, of(row)]);
    const line = linearRegression(points);
    const fit = rSquared(points, linearRegressionLine(line));
    console.log(
      `${name}: ${(1000 * line.m).toPrecision(3)} ms a ${unit.replace(/s$/, '')} + ${line.b.toFixed(1)} s, R² ${fit.toFixed(4)}`,
    );
  }
  console.log(`the largest again: ${seconds(again.cpu)}, of it node ${seconds(again.own)}`);
  const most = Math.max(again.peak, ...rows.map(({ cold }) => cold.peak));
  if (most > memoryLimit)
    throw new Error(`${megabytes(most)} MB is over the limit of ${megabytes(memoryLimit)}.`);
}

/** Runs a scan to its end. Exit codes 0 and 1 are those of one that could look at everything. */
async function scan(folder: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  const output = path.join(folder, '..', 'out.json');
  const target = openSync(output, 'w');
  const started = performance.now();
  const usage = path.join(folder, '..', 'usage');
  // The shell knows what it waited for, through others, too.
  const script = '"$@"; code=$?; times >"$USAGE"; exit $code';
  const args = [process.execPath, inRepository('dist', 'cli.js'), 'scan', '.', '--format', 'json'];
  const child = spawn('sh', ['-c', script, 'sh', ...args], {
    cwd: folder,
    env: { ...env, USAGE: usage },
    stdio: ['ignore', target, 'inherit'],
  });
  let [peak, ownPeak, own] = [0, 0, 0];
  // Not more often: to look at all processes of a machine takes time that the scan would have.
  const watch = setInterval(() => {
    const tree = processTree(child.pid!);
    peak = Math.max(peak, sum(tree.map(({ resident }) => resident)));
    const node = tree.find(({ parent }) => parent === child.pid);
    if (!node) return;
    ownPeak = Math.max(ownPeak, highWater(node.pid));
    own = node.cpu;
  }, 1000);
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearInterval(watch);
  closeSync(target);
  const wall = (performance.now() - started) / 1000;
  if (code !== 0 && code !== 1) throw new Error(`The scan of ${folder} ended with ${code}.`);
  const { findings, notes } = JSON.parse(readFileSync(output, 'utf8')) as {
    findings: unknown[];
    notes: unknown[];
  };
  if (notes.length > 0) throw new Error(`The scan of ${folder} has notes: ${JSON.stringify(notes[0])}`);
  // "0m1.234s 0m0.567s" of the shell, then of its children.
  const times = [...readFileSync(usage, 'utf8').matchAll(/(\d+)m([\d.]+)s/g)];
  const cpu = sum(times.slice(2).map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds)));
  return { cpu, own, wall, peak, ownPeak, findings: findings.length };
}

/** On a terminal, which is what shows progress; interrupted after a quarter of the time that a scan takes. */
async function interrupted(folder: string, env: NodeJS.ProcessEnv, { wall }: Ran): Promise<void> {
  const command = [process.execPath, inRepository('dist', 'cli.js'), 'scan', '.'].join(' ');
  rmSync(env['GOCACHE']!, { recursive: true, force: true });
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const shown: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    shown.push(...[...chunk.toString().matchAll(/(\d+)\/\d+ /g)].map(([, done]) => done!));
  });
  await new Promise((resolve) => setTimeout(resolve, Math.max(3, wall / 4) * 1000));
  const tree = processTree(child.pid!);
  const node = tree.find(({ parent }) => parent === child.pid)!;
  const asked = performance.now();
  process.kill(node.pid, 'SIGINT');
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  const seconds = (performance.now() - asked) / 1000;
  const left = tree.filter(({ pid, name }) => pid !== child.pid && isRunning(pid, name));
  console.log(
    `progress: ${new Set(shown).size} figures in ${Math.max(3, wall / 4).toFixed(0)} s, the last ${shown.at(-1) ?? 'none'}; ` +
      `interrupted: exit ${code} after ${seconds.toFixed(1)} s, ${left.length} processes left`,
  );
  if (code !== 130 || left.length > 0 || shown.length === 0)
    throw new Error('It is not interrupted cleanly.');
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Bytes. */
  readonly resident: number;
  /** Seconds of its own. */
  readonly cpu: number;
}

const pageSize = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** A process and all that it started, through others, too (proc(5), /proc/pid/stat). */
function processTree(root: number): Process[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? processOf(Number(name)) : []));
  const found = new Set([root]);
  // A set that grows while it is walked.
  for (const pid of found) for (const one of all) if (one.parent === pid) found.add(one.pid);
  return all.filter(({ pid }) => found.has(pid));
}

function processOf(pid: number): Process[] {
  try {
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))!;
    const fields = rest!.split(' ').map(Number);
    const [parent, user, system, pages] = [fields[1]!, fields[11]!, fields[12]!, fields[21]!];
    return [{ pid, parent, name: name!, resident: pages * pageSize, cpu: (user + system) / ticks }];
  } catch {
    return [];
  }
}

/** Bytes: the most that a process has had resident at one time, as the kernel counted it (proc(5), VmHWM). */
function highWater(pid: number): number {
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function isRunning(pid: number, name: string): boolean {
  return processOf(pid).some((one) => one.name === name);
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
