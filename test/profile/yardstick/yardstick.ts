import { build } from 'esbuild';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readProfile } from '../../../server/src/hotspots/read';
import type { JsonHotspots } from '../../../server/src/report/hotspots';
import { checkOut } from '../../corpus/projects';
import { alloclens } from '../../support/real-cli';
import type { YardstickModule } from './modules';
import type { YardstickPackage } from './packages';
import { areaUnderCurve, precisionAt, type Predicted } from './prediction';

/** One of the heaviest lines and what the tool says of it. */
export interface HeavyLine {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly function: string;
  readonly bytes: number;
  /** Of what the module's own lines allocate, 0 to 1. */
  readonly share: number;
  /** Its source text. */
  readonly text: string;
  readonly joined: string;
  readonly why: string;
  readonly what: readonly string[];
  /** Of rules with a remedy. */
  readonly rules: readonly string[];
  readonly fixes: readonly string[];
}

export interface Measured {
  readonly name: string;
  readonly lines: readonly HeavyLine[];
  /** Part of the module's bytes in these lines. */
  readonly share: number;
  /** The estimate that `hotspots` makes without a profile against the profile; undefined when there is nothing to compare. */
  readonly auc: number | undefined;
  readonly precision: number | undefined;
  /** Benchmarks that reach the fixes; undefined: they were not run. */
  readonly benchmarks: { readonly lower: number; readonly higher: number; readonly all: number } | undefined;
  readonly fixes: number;
  /** What limits the figures. */
  readonly notes: readonly string[];
}

interface ProofJson {
  readonly changes: readonly {
    readonly titles: readonly string[];
    readonly outcome: string;
    readonly reason?: string;
    readonly benchmarks?: readonly { readonly name: string; readonly verdict: string }[];
  }[];
  readonly notes: readonly string[];
}

/** Lines that are taken of each module. */
const top = 10;

/** Bytes between samples: of short runs enough are left. */
const interval = '512';

/**
 * Records a module's own benchmarks, looks at its heaviest lines, and holds its fixes against the benchmarks.
 * @param prove false: the last step is left out; it is the slow one
 * @param progress hears what is being done
 * @throws Error with what the command line said
 */
export async function measureModule(
  module: YardstickModule,
  prove: boolean,
  progress: (what: string) => void,
): Promise<Measured> {
  const { cwd } = checkOut({ kind: 'go module', ...module });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-yardstick-'));
  try {
    const profile = path.join(folder, 'allocs.pprof');
    progress(`${module.name}: recording ${module.bench} of ${module.package}, ${module.benchtime}`);
    const how = ['--bench', module.bench, '--benchtime', module.benchtime, '--interval', interval];
    await run(cwd, ['record', '--go', module.package, ...how, '--out', profile], [0]);

    const { weights } = await readProfile({ path: profile, name: profile, notes: [] }, goFiles(cwd));
    const own = weights.lines.filter(({ file }) => !file.endsWith('_test.go'));
    const total = own.reduce((sum, { amount }) => sum + amount, 0);
    progress(`${module.name}: hotspots`);
    const heaviest = own.slice(0, top);
    const lasting = weights.lines.indexOf(heaviest.at(-1)!) + 1;
    const { hotspots } = await json<JsonHotspots>(
      cwd,
      ['hotspots', './...', '--profile', profile, '--top', String(lasting), '--format', 'json'],
      [1],
    );
    const shown = hotspots.filter(({ file }) => !file.endsWith('_test.go'));
    const lines = shown.map((one) => heavyLine(one, cwd, total));

    progress(`${module.name}: the estimate`);
    const folders = [...new Set(own.map(({ file }) => path.dirname(file)))];
    const estimate = await json<JsonHotspots>(
      cwd,
      ['hotspots', ...folders, '--top', String(Number.MAX_SAFE_INTEGER), '--format', 'json'],
      [1],
    );
    const measuredLines = own.map(({ file, line }) => `${path.relative(cwd, file)}:${line}`);
    const predicted = predictions(measuredLines, estimate);

    const notes: string[] = [];
    let [benchmarks, fixes]: [Measured['benchmarks'], number] = [undefined, 0];
    if (prove) {
      progress(`${module.name}: proving`);
      ({ benchmarks, fixes } = await proveAll(cwd, module, profile, notes));
    }
    return {
      name: `${module.name} ${module.version}`,
      lines,
      share: lines.reduce((sum, { share }) => sum + share, 0),
      auc: areaUnderCurve(predicted),
      precision: precisionAt(top, predicted),
      benchmarks,
      fixes,
      notes,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Compiles a package's sources with a program that uses them, records it, and looks at the heaviest functions: V8 knows no lines.
 * @throws Error with what the command line said
 */
export async function measurePackage(
  { name, version, sources, program }: YardstickPackage,
  progress: (what: string) => void,
): Promise<Measured> {
  const { cwd } = checkOut({ kind: 'npm', name, version, sources });
  // Source maps are followed within the package only.
  const folder = mkdtempSync(path.join(cwd, '.alloclens-'));
  try {
    progress(`${name}: recording`);
    await build({
      absWorkingDir: cwd,
      stdin: { contents: program, resolveDir: cwd, loader: 'ts' },
      outfile: path.join(folder, 'program.js'),
      bundle: true,
      platform: 'node',
      sourcemap: 'linked',
      logLevel: 'error',
    });
    const profile = path.join(folder, 'out.heapprofile');
    const command = [process.execPath, path.join(folder, 'program.js')];
    await run(cwd, ['record', '--out', profile, '--', ...command], [0]);
    progress(`${name}: hotspots`);
    const { hotspots, total, elsewhere } = await json<JsonHotspots>(
      cwd,
      ['hotspots', sources, '--profile', profile, '--top', String(top), '--format', 'json'],
      [1],
    );
    const own = total - elsewhere;
    const lines = hotspots.map((one) => heavyLine(one, cwd, own));
    return {
      name: `${name} ${version}`,
      lines,
      share: lines.reduce((sum, { share }) => sum + share, 0),
      auc: undefined,
      precision: undefined,
      benchmarks: undefined,
      fixes: 0,
      notes: [`${((100 * elsewhere) / total).toFixed(0)} % elsewhere (Node itself, and the program)`],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function heavyLine(one: JsonHotspots['hotspots'][number], cwd: string, total: number): HeavyLine {
  return {
    ...one,
    bytes: one.amount,
    share: one.amount / total,
    text: readFileSync(path.join(cwd, one.file), 'utf8').split('\n')[one.line - 1]!.trim(),
    rules: one.rules.filter((rule) => rule !== 'go/escape'),
    fixes: one.fixes.map(({ title, kind }) => `${kind}: ${title}`),
  };
}

/**
 * Every line of the profiled packages that allocates or may, and every line that was measured; one that is not known to allocate is
 * ranked last.
 * @param measured `file:line`, relative to the module, 1-based
 */
function predictions(measured: readonly string[], { hotspots }: JsonHotspots): Predicted[] {
  const hit = new Set(measured);
  const scores = new Map(hotspots.map(({ file, line, amount }) => [`${file}:${line}`, amount]));
  for (const key of hit) if (!scores.has(key)) scores.set(key, -1);
  return [...scores].map(([key, score]) => ({ score, isMeasured: hit.has(key) }));
}

const goFiles = (cwd: string): string[] =>
  readdirSync(cwd, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.go'))
    .map((file) => path.join(cwd, file));

async function proveAll(
  cwd: string,
  { benchtime, count }: YardstickModule,
  profile: string,
  notes: string[],
): Promise<Pick<Measured, 'benchmarks' | 'fixes'>> {
  const how = ['--count', String(count), '--benchtime', benchtime, '--format', 'json'];
  const what = ['./...', '--profile', profile, '--suggestions'];
  const { code, out, err } = await alloclens(cwd, 'prove', ...what, ...how);
  if (out === '') {
    notes.push(`prove (exit ${code}): ${err.trim().split('\n').at(-1)}`);
    return { benchmarks: { lower: 0, higher: 0, all: 0 }, fixes: 0 };
  }
  const { changes, notes: said } = JSON.parse(out) as ProofJson;
  notes.push(...said, ...changes.flatMap(({ reason }) => (reason === undefined ? [] : [reason])));
  const all = changes.flatMap(({ benchmarks = [] }) => benchmarks);
  const of = (verdict: string): number => all.filter((one) => one.verdict === verdict).length;
  return {
    benchmarks: { lower: of('better'), higher: of('worse'), all: all.length },
    fixes: changes.reduce((sum, { titles }) => sum + titles.length, 0),
  };
}

async function json<T>(cwd: string, args: readonly string[], codes: readonly number[]): Promise<T> {
  return JSON.parse(await run(cwd, args, codes)) as T;
}

async function run(cwd: string, args: readonly string[], codes: readonly number[]): Promise<string> {
  if (!existsSync(cwd)) throw new Error(`${cwd} does not exist.`);
  const { code, out, err } = await alloclens(cwd, ...args);
  if (!codes.includes(code)) throw new Error(`alloclens ${args.join(' ')} in ${cwd}: exit ${code}\n${err}`);
  return out;
}
