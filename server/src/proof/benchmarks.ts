import path from 'node:path';
import type { ListedPackage } from '../go/plan/packages';
import { readText } from '../host/files';
import { benchmarkRuns } from './benchmark-output';
import { benchmarksIn, buildTests, packagesOf, runTests, type GoTests } from './go-tests';
import { ProofError } from './proof-error';
import type { MeasuredCeiling } from './lock';
import type { MeasureOptions } from './measure';

export interface BenchmarksRun extends MeasureOptions {
  /** Absolute; packages in none of them are left out. */
  readonly folders: ReadonlySet<string>;
  /** Top-level benchmarks that are asked for. */
  readonly wanted: (name: string) => boolean;
  readonly progress: (what: string) => void;
}

/** What the benchmarks of a module allocate. One that fails is noted and left out. */
export async function measureBenchmarks(
  tests: GoTests,
  { folders, wanted, progress, count, benchtime }: BenchmarksRun,
): Promise<{ readonly measured: readonly MeasuredCeiling[]; readonly notes: readonly string[] }> {
  const all = await packagesOf(tests);
  const measured: MeasuredCeiling[] = [];
  const notes: string[] = [];
  const attempt = async (what: string, job: () => Promise<void>): Promise<void> => {
    try {
      await job();
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      notes.push(`${what}${error.message}`);
    }
  };
  for (const [i, one] of all.entries()) {
    if (!folders.has(one.folder) || !(await hasBenchmarks(one))) continue;
    const { importPath } = one;
    await attempt('', async () => {
      progress(`compiling the tests of ${importPath}`);
      const binary = await buildTests(tests, one, `${i}-${path.basename(one.folder)}.test`, []);
      for (const name of (await benchmarksIn(tests, binary)).filter(wanted)) {
        progress(`${name} of ${importPath}`);
        await attempt(`${name} of ${importPath} says nothing. `, async () => {
          const args = ['-test.benchmem', `-test.count=${count}`, `-test.benchtime=${benchtime}`];
          const output = await runTests(tests, binary, [`-test.bench=^${name}$`, ...args]);
          const runs = benchmarkRuns(output, name);
          if (runs.length === 0) throw new ProofError('It printed no result.');
          for (const benchmark of new Set(runs.map((run) => run.name))) {
            const own = runs.filter((run) => run.name === benchmark);
            const figures = (unit: string): number[] => own.flatMap(({ values }) => values.get(unit) ?? []);
            measured.push({ importPath, benchmark, allocs: figures('allocs/op'), bytes: figures('B/op') });
          }
        });
      }
    });
  }
  return { measured, notes };
}

/** Looks for the word only: which benchmarks there are, the test binary says. */
export async function hasBenchmarks({ folder, testFiles }: ListedPackage): Promise<boolean> {
  for (const name of testFiles) {
    const found = await readText(path.join(folder, name)).catch(() => undefined);
    if (found && /^func Benchmark/m.test(found.text)) return true;
  }
  return false;
}
