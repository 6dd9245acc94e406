import path from 'node:path';
import { importersOf, type ListedPackage } from '../go/plan/packages';
import { readText } from '../host/files';
import { hasBenchmarks } from './benchmarks';
import { reachedBlocks, reaches, type ReachedLines } from './coverage';
import { benchmarksIn, buildTests, runTests, type GoTests } from './go-tests';
import { ProofError } from './proof-error';

/** Lines of a file, by absolute path. */
export interface Place extends ReachedLines {
  readonly file: string;
}

/** A top-level benchmark and what of the packages under proof it runs. */
export interface Benchmark {
  readonly name: string;
  readonly package: ListedPackage;
  reaches(place: Place): boolean;
}

/** The packages with benchmarks that may run code of the folders: those there, and those that import them. */
export async function testedPackages(
  all: readonly ListedPackage[],
  folders: ReadonlySet<string>,
): Promise<ListedPackage[]> {
  const tested: ListedPackage[] = [];
  for (const one of importersOf(all, folders)) if (await hasBenchmarks(one)) tested.push(one);
  return tested;
}

export interface ReachOptions {
  /** Which top-level benchmarks are asked for, by their whole name. */
  readonly wanted: (name: string) => boolean;
  readonly progress: (what: string) => void;
}

/**
 * As `benchmarksReaching`, of several packages.
 * @param onFailure hears of tests that do not compile, too
 * @throws AbortError
 */
export async function benchmarksOf(
  tests: GoTests,
  tested: readonly ListedPackage[],
  targets: readonly ListedPackage[],
  { wanted, progress }: ReachOptions,
  onFailure: (message: string) => void,
): Promise<Benchmark[]> {
  const benchmarks: Benchmark[] = [];
  for (const [i, one] of tested.entries()) {
    progress(`looking for benchmarks, package ${i + 1} of ${tested.length}: ${one.importPath}`);
    try {
      benchmarks.push(...(await benchmarksReaching(tests, one, targets, wanted, onFailure)));
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      onFailure(error.message);
    }
  }
  return benchmarks;
}

/**
 * The benchmarks of a package that run code of the targets, found by one run each under coverage, without an overlay.
 * @param targets packages whose code matters
 * @param wanted which benchmarks are asked for
 * @param onFailure hears of benchmarks that fail; they are left out
 * @throws ProofError when the package's tests do not compile, AbortError
 */
async function benchmarksReaching(
  tests: GoTests,
  tested: ListedPackage,
  targets: readonly ListedPackage[],
  wanted: (name: string) => boolean,
  onFailure: (message: string) => void,
): Promise<Benchmark[]> {
  const covered = targets.map(({ importPath }) => importPath).join(',');
  const name = `cover-${path.basename(tested.folder)}-${process.hrtime.bigint()}`;
  const binary = await buildTests(tests, tested, name, ['-cover', '-covermode=set', `-coverpkg=${covered}`]);
  const names = (await benchmarksIn(tests, binary)).filter(wanted);
  const folders = new Map(targets.map(({ importPath, folder }) => [importPath, folder]));
  const found: Benchmark[] = [];
  for (const benchmark of names) {
    const profile = `${binary.path}.cover`;
    try {
      await runTests(tests, binary, [
        `-test.bench=^${benchmark}$`,
        // Inputs may take turns: once would meet the first of them. What takes longer runs once.
        '-test.benchtime=20ms',
        `-test.coverprofile=${profile}`,
      ]);
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      onFailure(`${benchmark} of ${tested.importPath} says nothing. ${error.message}`);
      continue;
    }
    const { text } = await readText(profile);
    const blocks = new Map(
      [...reachedBlocks(text)].map(([file, lines]) => {
        const slash = file.lastIndexOf('/');
        const folder = folders.get(file.slice(0, slash));
        return [folder === undefined ? file : path.join(folder, file.slice(slash + 1)), lines];
      }),
    );
    found.push({
      name: benchmark,
      package: tested,
      reaches: (place) => reaches(blocks.get(place.file), place),
    });
  }
  return found;
}
