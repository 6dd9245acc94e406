import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ToolError } from '../../host/process';
import type { Logger } from '../../host/logger';
import type { GoFolder } from '../plan/folder';
import { dependencyStamp, headerOf, mayChange, planStamp } from '../plan/stamp';
import {
  packageIn,
  unaccountedNotes,
  type Build,
  type Builds,
  type BuildUnit,
  type Overlays,
} from './builds';
import { UnexpectedEnd, type DirectResult, type Wanted } from './direct';
import type { CompiledPackage } from './listed';
import { stubbed } from './stubs';
import { symbolsOf } from './symbols';
import { assumeListing, type Assumed } from './assumed';
import type { Comparison, DeclaredIn } from './declared';
import type { CompilePlan, PlannedCompile } from './plan';
import { PackageRecords } from './records';
import { Sameness } from './sameness';
import { variantFiles, variantName, variantOf, variants, type Variant } from './variant';

/** Folders of which is kept what was last compiled: those that a person goes to and fro between. */
const remembered = 4;

/** A build that is good for something, on the way to the one that has everything. */
export interface Stage {
  readonly build: Build;
  /** The files about which this is the last word; absolute. All when absent. */
  readonly settled: ReadonlySet<string> | undefined;
  /** Present while code is still generated for the listing: it is assumed to be that of before. */
  readonly assumed?: Comparison | undefined;
  /** What was assumed is so: nothing else is said of the settled files than the stage before said. */
  readonly confirms?: boolean;
}

/** An edit as it is compiled: of one folder, by the unit. */
export interface Edit {
  readonly unit: BuildUnit;
  readonly folder: GoFolder;
  /** Absolute: the file that somebody is at. */
  readonly document: string;
  /** All unsaved texts. */
  readonly buffers: Overlays;
}

/** What one compile said, of which texts. */
interface Part {
  readonly plan: CompilePlan | undefined;
  readonly texts: ReadonlyMap<string, string>;
  readonly records: PackageRecords;
  /** Absolute; where there is export data. */
  readonly exported: string | undefined;
  /** Export data of what it was compiled with, by name; absolute. */
  readonly imported: ReadonlyMap<string, string>;
  /** Of its texts, where they can be told apart. */
  readonly declared: ReadonlyMap<string, DeclaredIn> | undefined;
  readonly same: Sameness | undefined;
}

interface Planned {
  readonly stamp: string;
  readonly dependencies: readonly string[];
  readonly dependencyStamp: string;
  readonly plan: CompilePlan;
}

interface Known {
  readonly unit: BuildUnit;
  /** As the last complete build had it. */
  pkg: CompiledPackage;
  readonly parts: Map<Variant, Part>;
  testsAdd: boolean;
  planned: Planned | undefined;
  /** The last edit did not compile as planned: where the go command compiles it, the plan is at fault. */
  doubted: boolean;
}

/**
 * Compiles a folder that is being edited without the go command: the package first, its tests after it, and only what has changed.
 * It knows the folder when the go command has compiled it once. When it is in any doubt, it leaves the edit to the go command.
 */
export class Stages {
  readonly #known: LRUCache<string, Known>;

  /** @param declaredIn the declarations of a file with a text, absolute; undefined where they cannot be told apart */
  constructor(
    private readonly builds: Builds,
    private readonly logger: Logger,
    private readonly declaredIn: (file: string, text: string) => DeclaredIn | undefined,
  ) {
    this.#known = new LRUCache<string, Known>({
      max: remembered,
      dispose: ({ parts }) => {
        for (const part of parts.values()) this.#discard(part);
      },
    });
  }

  /**
   * A build by the go command, made with `parts` and `exports`, of the folder's texts. Of one with errors nothing is kept: what was
   * known before is good for the text in which they are put right.
   */
  remember({ build, folder }: { readonly build: Build; readonly folder: GoFolder }): Sameness | undefined {
    const { directory } = folder;
    const pkg = packageIn(build, directory);
    if (!pkg?.compiled || !build.parts || pkg.errors.length > 0 || !isPlannable(build.unit)) return undefined;
    const before = this.#known.get(directory);
    const parts = new Map<Variant, Part>();
    for (const variant of pkg.testsCompiled ? variants : (['package'] as const)) {
      const records = build.parts.get(variant);
      const texts = textsOf(folder, variantFiles(pkg, variant));
      if (!records || !texts) continue;
      const imported = build.exports.files;
      const exported = imported.get(variantName(pkg.importPath, variant));
      const declared = variant === 'package' ? this.declared(texts, undefined) : undefined;
      const same = declared && Sameness.of(declared);
      parts.set(variant, { plan: undefined, texts, records, exported, imported, declared, same });
    }
    const holds = before && !before.doubted && sameUnit(before.unit, build.unit);
    this.#known.set(directory, {
      unit: build.unit,
      pkg,
      parts,
      testsAdd: testsAdd(pkg, parts),
      planned: holds ? before.planned : undefined,
      doubted: false,
    });
    return parts.get('package')?.same;
  }

  /**
   * The builds of an edit, each better than the one before. Returns whether the last had everything; otherwise the go command has
   * to compile.
   * @throws UntrustedError, and the abort reason of `signal`
   */
  async *of(edit: Edit, signal: AbortSignal): AsyncGenerator<Stage, boolean> {
    const { unit, folder, document } = edit;
    const known = this.#known.get(folder.directory);
    if (!known || !sameUnit(known.unit, unit)) return false;
    known.doubted = false;
    try {
      const plan = await this.#planOf(known, edit, signal);
      const first = plan && variantOf(plan.pkg, document);
      if (!plan || !first || !plan.compiles.has(first)) return false;
      const run = new EditRun(this.builds, known, edit, plan, this, signal);
      // Of a test somebody wants to see the test.
      const together: Variant[] = first === 'package' && known.testsAdd ? ['package', 'with tests'] : [first];
      if (first === 'package' && together.length === 1) {
        const decided = await run.decide();
        if (run.failed) return inDoubt(known, run);
        if (decided) yield decided;
        const looked = decided && (await run.look());
        if (looked) yield looked;
      }
      for (const variant of together) if (!(await run.compile(variant))) return inDoubt(known, run);
      const confirms = run.assumptionHolds;
      if (run.open.length === 0) {
        yield { ...run.whole(), confirms };
        return true;
      }
      if (first === 'package') yield { ...run.first(), confirms };
      for (const variant of run.open) if (!(await run.compile(variant))) return inDoubt(known, run);
      yield run.whole();
      return true;
    } catch (error) {
      if (!(error instanceof UnexpectedEnd || error instanceof ToolError)) throw error;
      this.logger.debug(`${folder.directory} is compiled by the go command: ${error.message}`);
      known.doubted = true;
      return false;
    }
  }

  /** The known plan, when it still holds, or a new one. */
  async #planOf(known: Known, edit: Edit, signal: AbortSignal): Promise<CompilePlan | undefined> {
    const { unit, folder, buffers } = edit;
    const stamp = await planStamp(folder, unit.unit);
    const before = known.planned;
    if (
      before?.stamp === stamp &&
      before.dependencyStamp === (await dependencyStamp(before.dependencies, buffers))
    )
      return before.plan;
    const plan = await this.builds.plan(unit, folder.directory, buffers, signal);
    known.planned = undefined;
    if (!plan) return undefined;
    const dependencies = plan.dependencies.filter((one) => mayChange(one, unit.toolchain));
    const planned = {
      stamp,
      dependencies,
      dependencyStamp: await dependencyStamp(dependencies, buffers),
      plan,
    };
    known.planned = planned;
    return plan;
  }

  /** The files' declarations; those of `before` where the text is the same. */
  declared(
    texts: ReadonlyMap<string, string>,
    before: Part | undefined,
  ): Map<string, DeclaredIn> | undefined {
    const found = new Map<string, DeclaredIn>();
    for (const [file, text] of texts) {
      const same = before?.texts.get(file) === text ? before.declared?.get(file) : undefined;
      const declared = same ?? this.declaredIn(file, text);
      if (!declared) return undefined;
      found.set(file, declared);
    }
    return found;
  }

  #discard({ plan, exported }: Part): void {
    if (plan && exported !== undefined) void this.builds.discard(exported);
  }
}

/** The compiles of one edit. */
class EditRun {
  readonly #fresh = new Map<Variant, Part>();
  /** There was an error; not merely no plan. */
  failed = false;
  #unaccounted: DirectResult['unaccounted'] = { count: 0, examples: [] };
  /** What escape analysis said of the package, and the listing that is assumed. */
  #decided:
    | {
        readonly compile: PlannedCompile;
        readonly records: PackageRecords;
        readonly assumed: Assumed;
        readonly texts: ReadonlyMap<string, string>;
        readonly declared: ReadonlyMap<string, DeclaredIn>;
        readonly same: Sameness | undefined;
      }
    | undefined;
  /** Of what is assumed, what was open is known. */
  #looked: PackageRecords | undefined;
  /** The listing has come, and is what was assumed. */
  assumptionHolds = false;

  constructor(
    private readonly builds: Builds,
    private readonly known: Known,
    private readonly edit: Edit,
    private readonly plan: CompilePlan,
    private readonly stages: Stages,
    private readonly signal: AbortSignal,
  ) {
    for (const variant of plan.variants) {
      const part = known.parts.get(variant);
      if (part && this.#holds(variant, part)) this.#fresh.set(variant, part);
    }
  }

  /** What has changed and is not compiled yet, in the order in which it can be. */
  get open(): Variant[] {
    return this.plan.variants.filter((variant) => !this.#fresh.has(variant));
  }

  #holds(variant: Variant, part: Part): boolean {
    const compile = this.plan.compiles.get(variant);
    if (!compile || part.plan !== this.plan) return false;
    const { texts } = this.edit.folder;
    if (!compile.files.every((file) => part.texts.get(file) === texts.get(file)?.text)) return false;
    return !compile.needs || this.#fresh.has(compile.needs.variant);
  }

  /** Escape analysis of the package alone, where what is missing can be assumed. Undefined where it cannot, or with an error. */
  async decide(): Promise<Stage | undefined> {
    const compile = this.plan.compiles.get('package');
    const texts = compile && textsOf(this.edit.folder, compile.files);
    const before = this.known.parts.get('package');
    if (!compile || !texts || !before || this.#fresh.has('package') || !this.builds.canStop(this.edit.unit))
      return undefined;
    const declared = before.declared && this.stages.declared(texts, before);
    if (!before.declared || !declared || !this.#hasSurroundings(before, texts)) return undefined;
    const result = await this.#direct(compile, 'decisions');
    if (!result) return undefined;
    const { records } = result;
    const now = { texts, declared, records };
    const assumed = assumeListing(
      { texts: before.texts, declared: before.declared, records: before.records },
      now,
    );
    if (!assumed) return undefined;
    const same = before.same?.next(assumed.comparison, declared);
    this.#decided = { compile, records, assumed, texts, declared, same };
    return { ...this.#firstOf(assumed.records), assumed: assumed.comparison };
  }

  /** Whether imports and what is imported are the same. */
  #hasSurroundings(before: Part, texts: ReadonlyMap<string, string>): boolean {
    if (before.plan === this.plan) return true;
    const own = new Set(variants.map((variant) => variantName(this.plan.pkg.importPath, variant)));
    for (const [name, file] of this.plan.exports.files)
      if (!own.has(name) && before.imported.get(name) !== file) return false;
    return [...texts].every(([file, text]) => {
      const old = before.texts.get(file);
      return old === text || (old !== undefined && headerOf(old) === headerOf(text));
    });
  }

  /**
   * The listing of what an edit has opened, made without the bodies that it does not depend on; with what is assumed of the rest that is all.
   * Undefined where the whole has to be compiled for it.
   */
  async look(): Promise<Stage | undefined> {
    if (!this.#decided) return undefined;
    const { compile, assumed, texts, declared } = this.#decided;
    const { comparison } = assumed;
    const all = [...declared.values()].flat();
    const open = comparison.all.filter((one) => comparison.isOpen(one)).map((one) => one.declared);
    const functions = open.filter(({ kind }) => kind === 'function');
    if (open.some(({ kind, text }) => kind === 'other' && isInitialised(text))) return undefined;
    const symbols = functions.map((one) => symbolsOf(this.plan.pkg.importPath, one, all));
    if (symbols.includes(undefined)) return undefined;
    if (functions.length === 0) {
      this.#looked = assumed.records;
      return { ...this.#firstOf(assumed.records, 'unconfirmed'), confirms: true };
    }
    const stubs = stubbed({ texts, declared }, functions);
    const listing = stubs && (await this.#listingOf(compile, stubs));
    if (!listing) return undefined;
    this.#looked = assumed.records.withListingOfCode(
      listing,
      symbols.flatMap((some) => some ?? []),
      (file, line) => comparison.isOpenAt(file, line),
    );
    const confirms = assumed.records.hasListingOf(this.#looked);
    return { ...this.#firstOf(this.#looked, 'unconfirmed'), confirms };
  }

  /** Undefined where it does not compile: an import seems unused in it. */
  async #listingOf(
    compile: PlannedCompile,
    stubs: ReadonlyMap<string, string>,
  ): Promise<PackageRecords | undefined> {
    const { toolchain, unit } = this.edit.unit;
    const files = new Map([...ownFiles(this.edit), ...stubs]);
    const request = { toolchain, unit, plan: this.plan, compile, files, wanted: 'calls' } as const;
    const { errors, exported, records } = await this.builds.direct(request, this.signal);
    if (exported !== undefined) await this.builds.discard(exported);
    return errors.length > 0 ? undefined : records;
  }

  /** Undefined with an error. */
  async #direct(compile: PlannedCompile, wanted: Wanted): Promise<DirectResult | undefined> {
    const { toolchain, unit } = this.edit.unit;
    const exported = compile.needs && this.#fresh.get(compile.needs.variant)?.exported;
    const files = ownFiles(this.edit);
    const request = { toolchain, unit, plan: this.plan, compile, files, exported, wanted };
    const result = await this.builds.direct(request, this.signal);
    if (result.errors.length > 0) this.failed = true;
    if (this.failed) return undefined;
    const { count, examples } = this.#unaccounted;
    this.#unaccounted = {
      count: count + result.unaccounted.count,
      examples: [...examples, ...result.unaccounted.examples].slice(0, 5),
    };
    return result;
  }

  /** True when it was compiled, or need not be. */
  async compile(variant: Variant): Promise<boolean> {
    if (this.#fresh.has(variant)) return true;
    const compile = this.plan.compiles.get(variant);
    const texts = compile && textsOf(this.edit.folder, compile.files);
    if (!compile || !texts) return false;
    if (compile.needs && !(await this.compile(compile.needs.variant))) return false;
    const decided = variant === 'package' ? this.#decided : undefined;
    const result = await this.#direct(compile, decided ? 'calls' : 'all');
    if (!result) return false;
    const records = decided ? decided.records.withListing(result.records) : result.records;
    this.assumptionHolds = (this.#looked ?? decided?.assumed.records)?.hasListingOf(records) ?? false;
    const declared =
      decided?.declared ?? (variant === 'package' ? this.stages.declared(texts, undefined) : undefined);
    const part: Part = {
      plan: this.plan,
      texts,
      records,
      exported: result.exported,
      imported: this.plan.exports.files,
      declared,
      same: decided?.same ?? (declared && Sameness.of(declared)),
    };
    const before = this.known.parts.get(variant);
    this.#fresh.set(variant, part);
    this.known.parts.set(variant, part);
    // Export data of the build cache is not ours.
    if (before?.plan && before.exported !== undefined) await this.builds.discard(before.exported);
    return true;
  }

  /** With the package compiled: of its tests stands what was last said, as long as their texts are the same. */
  first(): Stage {
    return this.#firstOf(this.#fresh.get('package')!.records);
  }

  /** @param mark of builds whose verdicts are not good for others of the same texts */
  #firstOf(records: PackageRecords, mark?: string): Stage {
    const { parts, pkg } = this.known;
    const { texts } = this.edit.folder;
    const own = new Set(this.plan.pkg.goFiles);
    const all = empty();
    for (const variant of this.plan.variants) {
      const part = parts.get(variant);
      if (variant === 'package') all.merge(records);
      if (!part || variant === 'package') continue;
      if (this.#fresh.has(variant)) all.merge(part.records);
      else {
        const same = [...part.texts].filter(
          ([file, text]) => !own.has(file) && texts.get(file)?.text === text,
        );
        all.merge(part.records, new Set(same.map(([file]) => file)));
      }
    }
    const build = this.#build(all, this.known.testsAdd, pkg.testsCompiled, mark);
    return { build, settled: this.plan.variants.length > 1 ? new Set(this.plan.pkg.goFiles) : undefined };
  }

  whole(): Stage {
    const all = empty();
    for (const variant of this.plan.variants) all.merge(this.#fresh.get(variant)!.records);
    const { pkg } = this.plan;
    const adds = testsAdd(pkg, this.#fresh);
    const build = this.#build(all, adds, pkg.testFiles.length + pkg.externalTestFiles.length > 0);
    this.known.testsAdd = adds;
    this.known.pkg = build.packages[0]!;
    return { build, settled: undefined };
  }

  #build(records: PackageRecords, adds: boolean, testsCompiled: boolean, mark = ''): Build {
    const { unit, folder } = this.edit;
    const { plan, known } = this;
    const hash = createHash('sha256');
    for (const [file, { text }] of folder.texts) hash.update(`${file}\0${text}\0`);
    const fingerprint = `${numberOf(plan)} ${adds} ${hash.digest('hex')}${mark}`;
    const exported = new Map<Variant, string>();
    for (const [variant, part] of known.parts)
      if (part.exported !== undefined) exported.set(variant, part.exported);
    const files = new Map(plan.exports.files);
    for (const [variant, file] of exported) files.set(variantName(plan.pkg.importPath, variant), file);
    return {
      unit,
      records,
      packages: [{ ...plan.pkg, compiled: true, testsCompiled, fingerprint }],
      errors: [],
      notes: [...unit.toolchain.notes, ...unit.unit.notes, ...unaccountedNotes(this.#unaccounted)],
      exports: { files, imports: plan.exports.imports },
      direct: { plan, exported, testsAdd: adds },
      same: this.#decided ? this.#decided.same : known.parts.get('package')?.same,
    };
  }
}

/** What does not compile is said by the go command. */
function inDoubt(known: Known, { failed }: EditRun): boolean {
  known.doubted = failed;
  return false;
}

/** The declaration is one of variables with values, which package initialisation computes. */
function isInitialised(text: string): boolean {
  return /^var\b/m.test(text) && text.includes('=');
}

const empty = (): PackageRecords => new PackageRecords((file) => file);

const numbers = new WeakMap<CompilePlan, number>();
let plans = 0;

/** Tells plans apart in a fingerprint. */
function numberOf(plan: CompilePlan): number {
  const known = numbers.get(plan);
  if (known !== undefined) return known;
  numbers.set(plan, ++plans);
  return plans;
}

/** Files of the module cache are not edited, and a folder of loose files is several programs. */
function isPlannable({ unit }: BuildUnit): boolean {
  return unit.overlay && unit.program === undefined && unit.modfile === undefined;
}

function sameUnit(a: BuildUnit, b: BuildUnit): boolean {
  return (
    a.toolchain === b.toolchain &&
    a.unit.folder === b.unit.folder &&
    a.unit.tests === b.unit.tests &&
    a.unit.patterns.join('\n') === b.unit.patterns.join('\n') &&
    a.buildFlags.join('\n') === b.buildFlags.join('\n')
  );
}

function testsAdd({ goFiles }: CompiledPackage, parts: ReadonlyMap<Variant, Part>): boolean {
  const own = parts.get('package');
  const tests = parts.get('with tests');
  if (!tests) return false;
  return !own || own.records.addsTo(new Set(goFiles), tests.records);
}

/** Undefined when one of them was not read. */
function textsOf({ texts }: GoFolder, files: readonly string[]): Map<string, string> | undefined {
  const found = new Map<string, string>();
  for (const file of files) {
    const text = texts.get(file)?.text;
    if (text === undefined) return undefined;
    found.set(file, text);
  }
  return found;
}

/** The unsaved texts of the folder. */
function ownFiles({ folder, buffers }: Edit): Map<string, string | null> {
  return new Map([...buffers].filter(([file]) => folder.texts.has(file)));
}
