import { benchmarkRuns, type BenchmarkRun } from './benchmark-output';
import { runTests, type GoTests, type TestBinary } from './go-tests';
import { ProofError } from './proof-error';
import { alpha, compare, summarise, type Comparison, type Summary } from './statistics';
import { tidied } from './units';

export interface MeasureOptions {
  /** Runs of each side. */
  readonly count: number;
  /** As `-test.benchtime` takes it: "100ms", "500x". */
  readonly benchtime: string;
}

/** As long as a person waits for; milliseconds of patience with a silent benchmark. Six runs of each side tell p = 0.002 apart. */
export const usualRun = { count: 6, benchtime: '100ms', patience: 120_000 } as const;

/** One unit of one benchmark, before and after. */
export interface Row {
  /** As benchstat shows it: "sec/op", "B/op", "allocs/op". */
  readonly unit: string;
  readonly before: Summary;
  readonly after: Summary;
  readonly comparison: Comparison;
}

export type Verdict = 'better' | 'same' | 'worse';

export interface MeasuredBenchmark {
  /** With its sub-benchmark: "BenchmarkParse/small". */
  readonly name: string;
  /** Of its package; of TypeScript the benchmark file as it is shown. */
  readonly importPath: string;
  /** sec/op, B/op, allocs/op, then what the benchmark itself reports. */
  readonly rows: readonly Row[];
  /** By B/op and allocs/op only: time is reported and decides nothing. */
  readonly verdict: Verdict;
  /** What limits the figures. */
  readonly cautions: readonly string[];
}

/**
 * Runs a benchmark of both binaries in turns (before after, after before, …), so that a machine that gets slower or hotter meets both.
 * @throws ProofError when it fails or prints no result, AbortError
 */
export async function measure(
  tests: GoTests,
  { name, importPath }: { readonly name: string; readonly importPath: string },
  [before, after]: readonly [TestBinary, TestBinary],
  { count, benchtime }: MeasureOptions,
): Promise<MeasuredBenchmark[]> {
  const args = [`-test.bench=^${name}$`, '-test.benchmem', '-test.count=1', `-test.benchtime=${benchtime}`];
  const samples = new Map<TestBinary, BenchmarkRun[]>([
    [before, []],
    [after, []],
  ]);
  for (let turn = 0; turn < count; turn++) {
    for (const binary of turn % 2 === 0 ? [before, after] : [after, before]) {
      try {
        const runs = benchmarkRuns(await runTests(tests, binary, args), name);
        if (runs.length === 0) throw new ProofError('It printed no result, so there is nothing to compare.');
        samples.get(binary)!.push(...runs);
      } catch (error) {
        if (!(error instanceof ProofError)) throw error;
        throw new ProofError(
          `${error.message} That was ${binary === before ? 'before' : 'after'} the change.`,
        );
      }
    }
  }
  return compareRuns(importPath, samples.get(before)!, samples.get(after)!);
}

/** Benchmark by benchmark, in the order of the first sample; those that only one side has are left out. */
export function compareRuns(
  importPath: string,
  before: readonly BenchmarkRun[],
  after: readonly BenchmarkRun[],
): MeasuredBenchmark[] {
  return [...new Set(before.map(({ name }) => name))].flatMap((name) => {
    const of = (runs: readonly BenchmarkRun[]): BenchmarkRun[] => runs.filter((run) => run.name === name);
    const [old, fixed] = [of(before), of(after)];
    return fixed.length === 0 ? [] : [judged(name, importPath, old, fixed)];
  });
}

const firstUnits = ['ns/op', 'B/op', 'allocs/op'];

function judged(
  name: string,
  importPath: string,
  old: readonly BenchmarkRun[],
  fixed: readonly BenchmarkRun[],
): MeasuredBenchmark {
  const reported = new Set([...old, ...fixed].flatMap(({ values }) => [...values.keys()]));
  const units = [...firstUnits.filter((unit) => reported.delete(unit)), ...reported];
  const rows = units.flatMap((unit): Row[] => {
    const shown = tidied(unit);
    const of = (runs: readonly BenchmarkRun[]): number[] =>
      runs.flatMap(({ values }) => (values.has(unit) ? [values.get(unit)! * shown.factor] : []));
    const [before, after] = [of(old), of(fixed)];
    if (before.length === 0 || after.length === 0) return [];
    return [
      {
        unit: shown.unit,
        before: summarise(before),
        after: summarise(after),
        comparison: compare(before, after),
      },
    ];
  });
  return { name, importPath, rows, verdict: verdictOf(rows), cautions: cautionsOf([...old, ...fixed], rows) };
}

/** Worse when either figure rises, whatever the other does: a fix has to be worth its reader's time. */
export function verdictOf(rows: readonly Row[]): Verdict {
  const changes = rows
    .filter(({ unit, comparison }) => (unit === 'B/op' || unit === 'allocs/op') && comparison.p <= alpha)
    .map(({ before, after }) => Math.sign(after.center - before.center));
  if (changes.includes(1)) return 'worse';
  return changes.includes(-1) ? 'better' : 'same';
}

/** Of several benchmarks: worse when one is. */
export function togetherOf(measured: readonly MeasuredBenchmark[]): Verdict {
  const verdicts = new Set(measured.map(({ verdict }) => verdict));
  return verdicts.has('worse') ? 'worse' : verdicts.has('better') ? 'better' : 'same';
}

function cautionsOf(runs: readonly BenchmarkRun[], rows: readonly Row[]): string[] {
  const cautions: string[] = [];
  const least = Math.min(...runs.map(({ iterations }) => iterations));
  if (least < 100)
    cautions.push(
      `ran only ${least === 1 ? 'once' : `${least} times`} in a run, so what it allocates once is in the figures`,
    );
  const center = (unit: string, side: 'before' | 'after'): number | undefined =>
    rows.find((row) => row.unit === unit)?.[side].center;
  // Package testing divides whole numbers (testing.BenchmarkResult.AllocsPerOp).
  if (
    (['before', 'after'] as const).some(
      (side) => center('allocs/op', side) === 0 && (center('B/op', side) ?? 0) > 0,
    )
  )
    cautions.push('0 allocs/op with B/op above 0 is less than one allocation for each operation, not none');
  const warning = rows.find(({ comparison }) => comparison.warning?.startsWith('need'))?.comparison.warning;
  if (warning !== undefined) cautions.push(warning);
  return cautions;
}
