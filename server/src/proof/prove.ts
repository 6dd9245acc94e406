import path from 'node:path';
import type { Span } from '../../../rules/model';
import type { OverlayStore } from '../go/compile/overlay';
import type { ListedPackage } from '../go/plan/packages';
import type { Skeleton } from '../service/engine';
import { buildTests, packagesOf, runTests, type GoTests, type TestBinary } from './go-tests';
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
      /** The benchmark that was made for this, because none reached the place. */
      readonly made?: Pick<Skeleton, 'file' | 'text'>;
    }
  /** No benchmark runs the lines; the hint is a sentence. */
  | { readonly kind: 'unreached'; readonly hint?: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface SkeletonOptions {
  /** Benchmarks for a place that none reaches, the best first; a sentence when there is none. Absent: none are made. */
  readonly skeletons?: ((place: ChangedPlace) => Promise<readonly Skeleton[] | string>) | undefined;
}

export type ProveOptions = MeasureOptions & ReachOptions & SkeletonOptions;

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
    outcomes.push(
      reaching.length > 0
        ? await trials.outcome(change, reaching, which)
        : await trials.outcomeOfMade(change, targets, which),
    );
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

  /** As `outcome`, by a benchmark that is made for the first place of the change. */
  async outcomeOfMade(
    { texts, places }: Change,
    targets: readonly ListedPackage[],
    which: string,
  ): Promise<Outcome> {
    const { skeletons, progress } = this.options;
    const [place] = places;
    const tested = targets.find(({ folder }) => folder === path.dirname(place!.file));
    if (!skeletons || !tested)
      return { kind: 'unreached', hint: '“alloclens prove --skeleton” makes one, for the time of the run.' };
    const made = await skeletons(place!);
    if (typeof made === 'string') return { kind: 'unreached', hint: made };
    let hint = '';
    for (const skeleton of made) {
      const { benchmark: name, file, text, check, notes } = skeleton;
      try {
        progress(`${which}compiling ${name}, which was made for ${tested.importPath}`);
        if (check) {
          const marked = await this.overlays.write(
            new Map([
              [file, check.text],
              [place!.file, check.marked],
            ]),
          );
          const binary = await this.#build(tested, [`-overlay=${marked.file}`]);
          await runTests(this.tests, binary, [`-test.bench=^${name}$`, '-test.benchtime=20ms']);
        }
        const sides = [new Map([[file, text]]), new Map([...texts, [file, text]])] as const;
        const overlays = [await this.overlays.write(sides[0]), await this.overlays.write(sides[1])] as const;
        const before = await this.#build(tested, [`-overlay=${overlays[0].file}`]);
        const after = await this.#build(tested, [`-overlay=${overlays[1].file}`]);
        progress(`${which}${name} of ${tested.importPath}`);
        const found = await measure(
          this.tests,
          { name, importPath: tested.importPath },
          [before, after],
          this.options,
        );
        const measured = found.map((one) => ({ ...one, cautions: [...notes, ...one.cautions] }));
        return {
          kind: 'measured',
          verdict: togetherOf(measured),
          benchmarks: measured,
          made: { file, text },
        };
      } catch (error) {
        if (!(error instanceof ProofError)) throw error;
        hint = `One that was made, ${notes[0]!.replace(/^\S+ was made for this run /, '')}, says nothing. ${error.message}`;
      }
    }
    return { kind: 'unreached', hint };
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
