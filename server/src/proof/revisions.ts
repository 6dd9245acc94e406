import { dirname, join, relative } from 'node:path';
import { changedCode, allCode, type ChangedCode, type GoSide } from '../history/changed-code';
import { OverlayStore } from '../go/compile/overlay';
import { findModule, UnusableModuleError, type GoModule } from '../go/plan/module';
import type { ListedPackage } from '../go/plan/packages';
import { kindAt, readText } from '../host/files';
import { ToolError } from '../host/process';
import { benchmarksIn, buildTests, packagesOf, type GoTests, type TestBinary } from './go-tests';
import { ProofError } from './proof-error';
import { measure, type MeasuredBenchmark } from './measure';
import { patienceWith, withGoTests, type ModuleOptions } from './module';
import { benchmarksOf, testedPackages, type Benchmark } from './reach';
import { watchFolders } from './touched';

/** What the benchmarks say of a change between two revisions. */
export interface RevisionsProof {
  /** What has changed in Go, outside of tests; empty: there was no question. */
  readonly changed: readonly ChangedCode[];
  /** Benchmarks that run some of it, on both sides. */
  readonly measured: readonly MeasuredBenchmark[];
  /** Packages whose tests are the same program on both sides: their benchmarks cannot differ, and were not run. */
  readonly identical: readonly string[];
  /** Why benchmarks say nothing, in sentences: they fail, hang, do not compile. */
  readonly failures: readonly string[];
  /** What limits the figures, and benchmarks that the older side does not have. */
  readonly notes: readonly string[];
}

export interface RevisionsProofRun extends ModuleOptions {
  /** As the user named the older side. */
  readonly from: string;
  readonly before: GoSide;
  readonly after: GoSide;
  /** Whether something has changed that is in no function's text: dependencies, the language's version, assembly. */
  readonly isElsewhere: boolean;
}

/**
 * Runs the benchmarks that reach what has changed, on both sides in turns. Both sides run the tests of the newer one if they compile with
 * the older code: a benchmark that came with the change is the same program then, and so is one that was changed.
 * @throws UntrustedError, AbortError
 */
export async function proveRevisions(run: RevisionsProofRun): Promise<RevisionsProof> {
  const { before, after, isElsewhere } = run;
  const changed = await (isElsewhere ? allCode(after) : changedCode(before, after));
  const result = {
    changed,
    measured: [] as MeasuredBenchmark[],
    identical: [] as string[],
    failures: [] as string[],
    notes: [] as string[],
  };
  const modules = new Map<string, { readonly module: GoModule; readonly code: ChangedCode[] }>();
  for (const one of changed) {
    try {
      const module = await findModule(one.file);
      const known = modules.get(module.folder) ?? { module, code: [] };
      modules.set(module.folder, known);
      known.code.push(one);
    } catch (error) {
      if (!(error instanceof UnusableModuleError)) throw error;
      if (!result.failures.includes(error.message)) result.failures.push(error.message);
    }
  }
  for (const { module, code } of modules.values()) {
    try {
      await proveModule(module, code, run, result);
    } catch (error) {
      if (!(error instanceof ProofError || error instanceof ToolError)) throw error;
      result.failures.push(error.message);
    }
  }
  return result;
}

type Result = { readonly [Key in keyof Omit<RevisionsProof, 'changed'>]: RevisionsProof[Key][number][] };

async function proveModule(
  module: GoModule,
  code: readonly ChangedCode[],
  run: RevisionsProofRun,
  result: Result,
): Promise<void> {
  const place = relative(run.after.root, module.folder);
  const there = join(run.before.root, place);
  if (module.moduleFile === undefined || (await kindAt(join(there, 'go.mod'))) !== 'file')
    throw new ProofError(
      `${place === '' ? 'The repository' : place} has no go.mod ${module.moduleFile === undefined ? '' : `at ${run.from}, `}so its benchmarks cannot be compared.`,
    );
  const older = await findModule(join(there, 'x.go'));
  const patience = patienceWith(run.patience);
  await withGoTests(module, module.folder, run, patience, (now) =>
    withGoTests(older, older.folder, run, patience, async (then) => {
      const overlays = await OverlayStore.create();
      try {
        await compare(code, { then, now, overlays }, run, result);
      } finally {
        await overlays.dispose();
      }
    }),
  );
}

interface Sides {
  readonly then: GoTests;
  readonly now: GoTests;
  readonly overlays: OverlayStore;
}

async function compare(
  code: readonly ChangedCode[],
  sides: Sides,
  run: RevisionsProofRun,
  result: Result,
): Promise<void> {
  const { then, now } = sides;
  const wanted = (name: string): boolean => run.bench?.test(name) ?? true;
  const folders = new Set(code.map(({ file }) => dirname(file)));
  const all = await packagesOf(now);
  const tested = await testedPackages(all, folders);
  const targets = all.filter(({ folder }) => folders.has(folder));
  const touched = await watchFolders(tested);
  const options = { wanted, progress: run.progress };
  const benchmarks = (
    await benchmarksOf(now, tested, targets, options, (message) => result.failures.push(message))
  ).filter((one) => code.some((place) => one.reaches(place)));
  const older = benchmarks.length === 0 ? [] : await packagesOf(then);
  for (const one of new Set(benchmarks.map((benchmark) => benchmark.package))) {
    const same = older.find(({ importPath }) => importPath === one.importPath);
    if (!same) {
      result.notes.push(`There is no package ${one.importPath} at ${run.from}: nothing to compare with.`);
      continue;
    }
    try {
      run.progress(`compiling the tests of ${one.importPath}`);
      const pair = await binariesOf(same, one, sides);
      const reaching = benchmarks.filter((benchmark) => benchmark.package === one);
      await measureBoth(reaching, pair, now, run, result);
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      result.failures.push(error.message);
    }
  }
  result.notes.push(...(await touched()));
}

interface Pair {
  readonly before: TestBinary;
  readonly after: TestBinary;
  /** Each side's own tests are in it, and they differ. */
  readonly ownTests: boolean;
}

/** Without the paths of folders, which differ and may be in what is allocated. */
const alike = ['-trimpath'];

async function binariesOf(
  older: ListedPackage,
  newer: ListedPackage,
  { then, now, overlays }: Sides,
): Promise<Pair> {
  const after = await buildTests(now, newer, 'after.test', alike);
  const texts = await testsOver(older, newer);
  if (texts.size > 0) {
    const overlay = await overlays.write(texts);
    try {
      const before = await buildTests(then, older, 'before.test', [...alike, `-overlay=${overlay.file}`]);
      // The files that tests read belong to them.
      return { before: { ...before, folder: after.folder }, after, ownTests: false };
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
    }
  }
  return { before: await buildTests(then, older, 'before.test', alike), after, ownTests: texts.size > 0 };
}

/** Where the tests of two packages differ: the newer ones, at the older one's place; null for those that are gone. */
async function testsOver(older: ListedPackage, newer: ListedPackage): Promise<Map<string, string | null>> {
  const texts = new Map<string, string | null>();
  const read = (folder: string, name: string): Promise<string | null> =>
    readText(join(folder, name)).then(
      ({ text }) => text,
      () => null,
    );
  for (const name of new Set([...older.testFiles, ...newer.testFiles])) {
    const text = newer.testFiles.includes(name) ? await read(newer.folder, name) : null;
    if (text !== (await read(older.folder, name))) texts.set(join(older.folder, name), text);
  }
  return texts;
}

async function measureBoth(
  benchmarks: readonly Benchmark[],
  { before, after, ownTests }: Pair,
  now: GoTests,
  run: RevisionsProofRun,
  { measured, identical, failures, notes }: Result,
): Promise<void> {
  const { importPath } = benchmarks[0]!.package;
  if (before.digest === after.digest) {
    identical.push(importPath);
    return;
  }
  const known = ownTests ? await benchmarksIn(now, before) : undefined;
  for (const { name } of benchmarks) {
    if (known && !known.includes(name)) {
      notes.push(
        `${name} of ${importPath} is not there at ${run.from}, and the newer tests do not compile with the older code: nothing to compare with.`,
      );
      continue;
    }
    run.progress(`${name} of ${importPath}`);
    try {
      const found = await measure(now, { name, importPath }, [before, after], run);
      if (found.length === 0)
        notes.push(`${name} of ${importPath} has no part that both sides have: nothing to compare.`);
      for (const one of found)
        measured.push({
          ...one,
          cautions: [
            ...(ownTests
              ? [
                  'each side ran its own tests, which differ: the newer ones do not compile with the older code',
                ]
              : []),
            ...one.cautions,
          ],
        });
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      failures.push(`${name} of ${importPath} says nothing. ${error.message}`);
    }
  }
}
