import path from 'node:path';
import type { Span } from '../../../rules/model';
import type { OverlayStore } from '../go/compile/overlay';
import type { ListedPackage } from '../go/plan/packages';
import { buildTests, packagesOf, type GoTests, type TestBinary } from './go-tests';
import { ProofError } from './proof-error';
import { measure, togetherOf, type MeasuredBenchmark, type MeasureOptions, type Verdict } from './measure';
import { benchmarksOf, testedPackages, type Benchmark, type Place, type ReachOptions } from './reach';

import { watchFolders } from './touched';

/** A change of the program that is to be held against its benchmarks. */
export interface Change {
  /** Absolute path → text with the change. */
  readonly texts: ReadonlyMap<string, string>;
  /** The lines that it is about, as they are before: a benchmark that runs one of them says something. */
  readonly places: readonly ChangedPlace[];
}

export interface ChangedPlace extends Place {
  /** UTF-16 offsets. */
  readonly span: Span;
}

export type Outcome =
  | {
      readonly kind: 'measured';
      readonly verdict: Verdict;
      readonly benchmarks: readonly MeasuredBenchmark[];
    }
  /** No benchmark runs the lines; the hint is a sentence. */
  | { readonly kind: 'unreached'; readonly hint?: string }
  | { readonly kind: 'failed'; readonly reason: string };

export type ProveOptions = MeasureOptions & ReachOptions;

export interface Proofs {
  /** As the changes. */
  readonly outcomes: readonly Outcome[];
  /** What limits them all, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Runs the benchmarks that reach the changed lines before and after each change. Nothing is written into the working tree: what
 * changes is an overlay, and the binaries lie in a private folder.
 * @throws ToolError when the go command cannot list the packages, AbortError
 */
export async function prove(
  changes: readonly Change[],
  tests: GoTests,
  overlays: OverlayStore,
  options: ProveOptions,
): Promise<Proofs> {
  const all = await packagesOf(tests);
  const changed = new Set(changes.flatMap(({ places }) => places.map(({ file }) => path.dirname(file))));
  const targets = all.filter((one) => changed.has(one.folder));
  const notes = new Set<string>();
  const tested = await testedPackages(all, changed);
  const touched = await watchFolders(tested);
  const benchmarks = await benchmarksOf(tests, tested, targets, options, (message) => notes.add(message));

  const trials = new Trials(tests, overlays, options);
  const outcomes: Outcome[] = [];
  for (const [i, change] of changes.entries()) {
    const reaching = benchmarks.filter((one) => change.places.some((place) => one.reaches(place)));
    const which = changes.length === 1 ? '' : `change ${i + 1} of ${changes.length}, `;
    outcomes.push(await trials.outcome(change, reaching, which));
  }
  for (const note of await touched()) notes.add(note);
  return { outcomes, notes: [...notes] };
}

/** Before and after, one change at a time; the binaries without a change are built once. */
class Trials {
  readonly #before = new Map<string, Promise<TestBinary>>();
  #built = 0;

  constructor(
    private readonly tests: GoTests,
    private readonly overlays: OverlayStore,
    private readonly options: ProveOptions,
  ) {}

  async outcome({ texts }: Change, reaching: readonly Benchmark[], which: string): Promise<Outcome> {
    if (reaching.length === 0) return { kind: 'unreached' };
    const measured: MeasuredBenchmark[] = [];
    try {
      const overlay = await this.overlays.write(texts);
      for (const tested of new Set(reaching.map((one) => one.package))) {
        this.options.progress(`${which}compiling the tests of ${tested.importPath}`);
        const before = await this.#unchanged(tested);
        const after = await this.#build(tested, [`-overlay=${overlay.file}`]);
        if (before.digest === after.digest)
          throw new ProofError(
            `The test binary of ${tested.importPath} is the same with the fix and without: the fix was not compiled in.`,
          );
        for (const { name } of reaching.filter((one) => one.package === tested)) {
          this.options.progress(`${which}${name} of ${tested.importPath}`);
          measured.push(
            ...(await measure(
              this.tests,
              { name, importPath: tested.importPath },
              [before, after],
              this.options,
            ).catch((error: unknown) => {
              if (error instanceof ProofError)
                throw new ProofError(`${name} of ${tested.importPath} proves nothing. ${error.message}`);
              throw error;
            })),
          );
        }
      }
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      return { kind: 'failed', reason: error.message };
    }
    return { kind: 'measured', verdict: togetherOf(measured), benchmarks: measured };
  }

  #unchanged(tested: ListedPackage): Promise<TestBinary> {
    let known = this.#before.get(tested.importPath);
    if (!known) this.#before.set(tested.importPath, (known = this.#build(tested, [])));
    return known;
  }

  #build(tested: ListedPackage, more: readonly string[]): Promise<TestBinary> {
    return buildTests(this.tests, tested, `${this.#built++}-${path.basename(tested.folder)}.test`, more);
  }
}
