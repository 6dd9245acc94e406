import path from 'node:path';
import type { Answer, Figures, Job, JobPlace, OperationAnswer } from '../../host/benchmarked/job';
import { kindAt, readText } from '../../host/files';
import { realPath } from '../../host/paths';
import { ProcessRunner, ToolError } from '../../host/process';
import { TemporaryFolder } from '../../host/temporary-folder';
import { displayPath } from '../../service/walk';
import type { BenchmarkRun } from '../benchmark-output';
import { compareRuns, togetherOf, type MeasuredBenchmark } from '../measure';
import { patienceWith, type ModuleOptions } from '../module';
import type { Change, Outcome, Proofs } from '../prove';
import { ProofError } from '../proof-error';
import { watchFolders } from '../touched';
import { benchFilesReaching } from './bench-files';
import { launchesOf, type Launch } from './launch';
import { runProgram, usableNode, type NodePrograms } from './program';

export interface ProjectOptions extends ModuleOptions {
  /** The benchmark file that somebody named, relative to `cwd`; else those that import what is changed. */
  readonly benchFile: string | undefined;
  /** Absolute. */
  readonly cwd: string;
}

/** A benchmark of a file: one of a library's, or a run of the file as a whole. */
interface Benchmark {
  readonly file: string;
  readonly name: string;
  /** Indices of the places that it runs. */
  readonly places: ReadonlySet<number>;
}

/**
 * Holds changes of TypeScript and JavaScript against benchmark files, which Node runs with a hook that puts other texts in the place of
 * modules: the working tree stays as it is. What stops all of them, such as a Node without such hooks, is the outcome of each.
 * @param folder absolute; where benchmark files are looked for
 * @throws UntrustedError, AbortError
 */
export async function proveInProject(
  folder: string,
  changes: readonly Change[],
  options: ProjectOptions,
): Promise<Proofs> {
  const { trust, logger, patience, signal } = options;
  const runner = new ProcessRunner(trust, logger, patienceWith(patience));
  const temporary = await TemporaryFolder.create();
  try {
    const node = await usableNode(runner, folder, signal);
    const programs = { runner, node, folder: temporary, signal };
    return await new Project(folder, changes, programs, options).proofs();
  } catch (error) {
    if (!(error instanceof ToolError || error instanceof ProofError)) throw error;
    return { outcomes: changes.map(() => ({ kind: 'failed', reason: error.message })), notes: [] };
  } finally {
    await temporary.dispose();
  }
}

class Project {
  readonly #notes = new Set<string>();
  readonly #length: Job['length'];
  /** Real path → text, of all files that a change touches, as they are. */
  readonly #unchanged = new Map<string, string>();
  /** Of all benchmarks of a file, wanted or not. */
  readonly #names = new Map<string, readonly string[]>();
  /** How each file runs. */
  readonly #launches = new Map<string, Launch>();
  /** Files for which a loader makes other code of the modules. */
  readonly #rewritten = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly changes: readonly Change[],
    private readonly programs: NodePrograms,
    private readonly options: ProjectOptions,
  ) {
    this.#length = lengthOf(options.benchtime);
  }

  async proofs(): Promise<Proofs> {
    const { progress } = this.options;
    for (const file of new Set(this.changes.flatMap(({ texts }) => [...texts.keys()])))
      this.#unchanged.set(real(file), (await readText(file)).text);
    const files = await this.#files();
    const places = this.changes.flatMap((change, i) =>
      change.places.map(({ file, span }) => ({ change: i, file: real(file), ...span })),
    );
    const touched = await watchFolders(
      files.map((file) => ({ folder: path.dirname(file), importPath: this.#shown(file) })),
      (name) => name !== 'node_modules',
    );
    const benchmarks: Benchmark[] = [];
    for (const file of files) {
      progress(`looking what ${this.#shown(file)} runs`);
      benchmarks.push(...(await this.#reached(file, places)));
    }
    const outcomes: Outcome[] = [];
    for (const [i, change] of this.changes.entries()) {
      const own = benchmarks.filter((one) => [...one.places].some((at) => places[at]!.change === i));
      const which = this.changes.length === 1 ? '' : `change ${i + 1} of ${this.changes.length}, `;
      outcomes.push(
        own.length > 0
          ? await this.#outcome(change, own, which)
          : { kind: 'unreached', ...(files.length === 0 && { hint: this.#noFile(change) }) },
      );
    }
    for (const note of await touched()) this.#notes.add(note);
    return { outcomes, notes: [...this.#notes] };
  }

  async #files(): Promise<readonly string[]> {
    const { benchFile, cwd, signal } = this.options;
    if (benchFile === undefined)
      return benchFilesReaching(this.folder, new Set(this.#unchanged.keys()), signal);
    const file = path.resolve(cwd, benchFile);
    if ((await kindAt(file)) !== 'file') throw new ProofError(`There is no file ${benchFile} to be run.`);
    return [file];
  }

  /** One run without a change: which benchmarks run which places. */
  async #reached(file: string, places: readonly JobPlace[]): Promise<Benchmark[]> {
    const shown = this.#shown(file);
    let answers: readonly Answer[] | undefined;
    let failure: ProofError | undefined;
    for (const launch of await launchesOf(real(file))) {
      this.#launches.set(file, launch);
      try {
        answers = await this.#run(file, this.#unchanged, [], places);
        break;
      } catch (error) {
        if (!(error instanceof ProofError)) throw error;
        failure ??= error;
      }
    }
    if (!answers) {
      this.#notes.add(`${shown} says nothing. ${failure!.message}`);
      return [];
    }
    if (answers.every(({ loaded }) => loaded.length === 0)) {
      const wanted = [...this.#unchanged.keys()].map((one) => this.#shown(one)).join(', ');
      this.#notes.add(
        `${shown} says nothing: it ran without loading ${wanted}, so the hook that puts a fix in place did not fire. It may run a compiled copy, or another process or loader may read the file.`,
      );
      return [];
    }
    const all = operationsOf(answers);
    if (all.some(({ rewritten }) => rewritten)) this.#rewritten.add(file);
    this.#names.set(
      file,
      all.map(({ name }) => name),
    );
    return all
      .filter(({ name }) => this.options.bench?.test(name) ?? true)
      .map(({ name, places: reached }) => ({ file, name, places: new Set(reached) }));
  }

  async #outcome({ texts }: Change, benchmarks: readonly Benchmark[], which: string): Promise<Outcome> {
    const changed = new Map([...texts].map(([file, text]) => [real(file), text]));
    const unchanged = new Map([...changed.keys()].map((file) => [file, this.#unchanged.get(file)!]));
    const measured: MeasuredBenchmark[] = [];
    try {
      for (const file of new Set(benchmarks.map((one) => one.file))) {
        const names = benchmarks.filter((one) => one.file === file).map(({ name }) => name);
        const without = this.#names.get(file)!.filter((name) => !names.includes(name));
        measured.push(...(await this.#measure(file, [unchanged, changed], without, which)));
      }
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      return { kind: 'failed', reason: error.message };
    }
    return { kind: 'measured', verdict: togetherOf(measured), benchmarks: measured };
  }

  /** Runs a file with both texts in turns, each time in a process of its own. */
  async #measure(
    file: string,
    sides: readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>],
    without: readonly string[],
    which: string,
  ): Promise<MeasuredBenchmark[]> {
    const shown = this.#shown(file);
    const { count, progress } = this.options;
    const runs: [BenchmarkRun[], BenchmarkRun[]] = [[], []];
    const cautions = new Map<string, Set<string>>();
    for (let turn = 0; turn < count; turn++) {
      for (const side of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        progress(`${which}${shown}, run ${turn + 1} of ${count} ${side === 0 ? 'before' : 'after'}`);
        try {
          const answers = await this.#run(file, sides[side], without);
          if (answers.every(({ loaded }) => loaded.length === 0))
            throw new ProofError(
              'It ran without loading the changed file, so the hook that puts the fix in place did not fire.',
            );
          const found = operationsOf(answers).filter(({ figures }) => figures !== undefined);
          if (found.length === 0) throw new ProofError('It measured nothing.');
          for (const { name, figures } of found) {
            runs[side].push(runOf(name, figures!));
            const known = cautions.get(name) ?? new Set();
            cautions.set(name, known);
            for (const one of figures!.cautions) known.add(one);
          }
        } catch (error) {
          if (!(error instanceof ProofError)) throw error;
          throw new ProofError(
            `${shown} proves nothing. ${error.message} That was ${side === 0 ? 'before' : 'after'} the change.`,
          );
        }
      }
    }
    return compareRuns(shown, ...runs).map((one) => ({
      ...one,
      cautions: [
        ...(this.#rewritten.has(file)
          ? [
              'a loader made other code of the module: that it was loaded is known, and not that this benchmark runs the place',
            ]
          : []),
        ...(cautions.get(one.name) ?? []),
        ...one.cautions,
      ],
    }));
  }

  #run(
    file: string,
    texts: ReadonlyMap<string, string>,
    without: readonly string[],
    places?: readonly JobPlace[],
  ): Promise<Answer[]> {
    return runProgram(this.programs, {
      file: real(file),
      ...this.#launches.get(file)!,
      texts,
      without,
      length: this.#length,
      ...(places && { places }),
    });
  }

  #shown(file: string): string {
    return displayPath(this.options.cwd, file);
  }

  #noFile({ places }: Change): string {
    const { file } = places[0]!;
    return `No benchmark file below ${this.#shown(this.folder)} imports ${this.#shown(file)}: looked for were files called like parse.bench.ts or in a folder called bench. “alloclens prove --bench-file FILE” names another one.`;
  }
}

function operationsOf(answers: readonly Answer[]): OperationAnswer[] {
  return answers.flatMap(({ operations, whole }) => [...operations, ...(whole ? [whole] : [])]);
}

function runOf(name: string, { iterations, nanoseconds, bytes }: Figures): BenchmarkRun {
  return {
    name,
    iterations,
    values: new Map([
      ['ns/op', nanoseconds],
      ['B/op', bytes],
    ]),
  };
}

/** As `go test` takes it: "100ms", "1.5s", "1m", "500x". */
function lengthOf(benchtime: string): Job['length'] {
  const [, number, unit] = /^([\d.]+)(x|ms|s|m)$/.exec(benchtime) ?? [];
  if (unit === 'x') return { iterations: Number(number) };
  const factors: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
  return { milliseconds: Number(number) * (factors[unit ?? ''] ?? 1) };
}

/** Node knows modules by their real path. */
function real(file: string): string {
  return realPath(file) ?? file;
}
