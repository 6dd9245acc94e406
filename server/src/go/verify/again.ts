import type { TextEdit } from '../../../../rules/model';
import type { GoPackage } from '../../../../rules/go/rule';
import { allocates } from '../../../../rules/go/sites/emitted-calls';
import { packageIn, type Build, type Builds, type Overlays } from '../compile/builds';
import { UnexpectedEnd, type DirectResult, type Wanted } from '../compile/direct';
import type { CompileError } from '../compile/listed';
import { PackageRecords } from '../compile/records';
import { variantOf, type Variant } from '../compile/variant';
import type { GoSyntax } from '../facts/syntax-trees';
import { stubsFor } from './looked';
import { fileOf, homeOf, insideBodies, type Question } from './questions';
import { exportedSignature } from './signatures';

/** Changed texts of one package, and what is asked about them. */
export interface Changed {
  readonly pkg: GoPackage;
  /** Absolute. */
  readonly directory: string;
  readonly questions: readonly Question[];
  /** What was changed of each file, obligations included. */
  readonly edits: ReadonlyMap<string, readonly TextEdit[]>;
  /** The texts, and the unsaved ones beside them. */
  readonly files: Overlays;
}

/**
 * Compiles changed texts as the build's own were, without the go command, and only as far as the questions need it: code is
 * generated where calls are counted, escape analysis is enough for probes, and tests are compiled when they can notice the change.
 * Undefined when only the go command can tell.
 */
export async function compileAgain(
  builds: Builds,
  build: Build,
  changed: Changed,
  syntax: GoSyntax,
  signal: AbortSignal,
): Promise<Build | undefined> {
  const { direct, unit } = build;
  const pkg = packageIn(build, changed.directory);
  const wanted = direct && pkg && wantedOf(build, changed);
  if (!direct || !wanted) return undefined;
  const records = new PackageRecords((file) => file);
  const errors: CompileError[] = [];
  try {
    for (const [variant, what] of wanted) {
      const compile = direct.plan.compiles.get(variant);
      if (!compile) return undefined;
      const exported = compile.needs && direct.exported.get(compile.needs.variant);
      const { toolchain } = unit;
      const own = new Map([...changed.files].filter(([file]) => compile.files.includes(file)));
      const request = { toolchain, unit: unit.unit, plan: direct.plan, compile, exported, wanted: what };
      const run = (files: Overlays): Promise<DirectResult> =>
        builds.direct({ ...request, files, widened: true }, signal);
      const stubs = stubsFor(changed, compile.files, syntax);
      let result = await run(new Map([...own, ...(stubs ?? [])]));
      // What is wrong is said of the text that somebody has.
      if (stubs && result.errors.length > 0) result = await run(own);
      // An import that the package does not depend on, or export data that is gone.
      if (result.errors.some(({ message }) => /could not import|export data/.test(message))) return undefined;
      if (result.exported !== undefined) await builds.discard(result.exported);
      records.merge(result.records);
      errors.push(...result.errors);
      // What does not compile by itself does not compile with tests either, and would be said twice.
      if (errors.length > 0) break;
    }
  } catch (error) {
    if (error instanceof UnexpectedEnd) return undefined;
    throw error;
  }
  const packages = [{ ...pkg, compiled: errors.length === 0, errors }];
  return { unit, records, packages, errors, notes: [], exports: build.exports };
}

/** Calls that the claim is about may be counted where they were inlined (call-counts.ts, inlines). */
function claimsInlined({ records }: Build, job: Question['job']): boolean {
  const { callees = [] } = job.fix.claim ?? {};
  const inlined = records.records(homeOf(job))?.inlined.values() ?? [];
  return !callees.some(allocates) && [...inlined].some(({ callee }) => callees.includes(callee));
}

/** What each compile is asked for, in the order in which they run; undefined when only the go command can tell. */
function wantedOf(
  build: Build,
  { pkg, directory, questions, edits }: Changed,
): Map<Variant, Wanted> | undefined {
  const compiled = packageIn(build, directory)!;
  const { plan, testsAdd } = build.direct!;
  const all = [...edits].flatMap(([file, own]) => own.map((edit) => ({ ...edit, file })));
  const changes = questions.flatMap(({ change }) => change.edits);
  // Other packages are asked by the go command, and external tests are one.
  if (exportedSignature(pkg, changes)) return undefined;
  const counts = questions.some(
    ({ job, probe }) => !probe && job.fix.claim && job.fix.claim.effect !== 'runs less',
  );
  const probes = questions.some(({ probe }) => probe !== undefined);
  // Only the decisions name the functions that were inlined.
  const inlined = counts && questions.some(({ job }) => claimsInlined(build, job));
  const what = counts ? (probes || inlined ? 'all' : 'calls') : probes ? 'decisions' : 'errors';
  const looked = questions.map(({ job, probe }) => (probe ? fileOf(probe, job) : homeOf(job)));
  const variants = new Set<Variant>();
  for (const file of new Set([...looked, ...edits.keys()])) {
    const variant = variantOf(compiled, file);
    if (variant === undefined) return undefined;
    variants.add(variant);
    if (variant === 'package' && testsAdd) variants.add('with tests');
  }
  const outside = !insideBodies(pkg, all);
  if (outside && variants.has('with tests')) return undefined;
  const wanted = new Map<Variant, Wanted>();
  for (const variant of plan.variants) if (variants.has(variant)) wanted.set(variant, what);
  const tested = plan.variants.includes('with tests') && compiled.testsCompiled;
  if (outside && tested && variants.has('package')) wanted.set('with tests', 'errors');
  return wanted;
}
