import path from 'node:path';
import type { Note, WayOut } from '../../../../rules/model';
import type { ProcessRunner } from '../../host/process';
import { UntrustedError } from '../../host/trust';
import type { EngineHost } from '../../service/engine';
import type { Settings } from '../../service/settings';
import { compile, planCompiles, type CompileSummary } from './compile';
import { compileDirectly, NotStopped, type DirectRequest, type DirectResult } from './direct';
import type { CompiledPackage, CompileError, Exports } from './listed';
import type { CompilePlan } from './plan';
import { PackageRecords } from './records';
import type { Sameness } from './sameness';
import { variantName, variants, type Variant } from './variant';
import { GoFolder, type GoText } from '../plan/folder';
import { findModule, packagePattern, UnusableModuleError } from '../plan/module';
import { everyPackage, importersOf, listPackages } from '../plan/packages';
import { compileUnit, type CompileUnit } from '../plan/unit';
import { OverlayStore } from './overlay';
import { markerPackage } from './stop-file';
import { Toolchains, type GoToolchain } from '../plan/toolchain';

/** Folders that one compile can take, and the toolchain that compiles them. */
export interface BuildUnit {
  readonly toolchain: GoToolchain;
  readonly unit: CompileUnit;
  readonly buildFlags: readonly string[];
}

/** Nothing was compiled: a sentence for the user says why, and what helps when one step does. */
export class NotCompiled {
  constructor(
    readonly why: string,
    readonly wayOut?: WayOut,
  ) {}
}

/** What one compile said about all its packages. */
export interface Build {
  readonly unit: BuildUnit;
  readonly records: PackageRecords;
  readonly packages: readonly CompiledPackage[];
  readonly errors: readonly CompileError[];
  readonly notes: readonly Note[];
  /** Empty unless it was asked for. */
  readonly exports: Exports;
  /** What each compile said, when it was asked for and there was one package. */
  readonly parts?: ReadonlyMap<Variant, PackageRecords>;
  /** Absent when the go command compiled. */
  readonly direct?: DirectBuild;
  /** Of the package's own files, where versions of them can be compared. */
  readonly same?: Sameness | undefined;
}

/** A build without the go command: texts like its own can be compiled in the same way. */
export interface DirectBuild {
  readonly plan: CompilePlan;
  /** Export data of what was compiled; absolute. */
  readonly exported: ReadonlyMap<Variant, string>;
  /** The tests make the compiler say more about the package's own files: they use generic functions of it. */
  readonly testsAdd: boolean;
}

/** The package of the folder. */
export function packageIn(build: Build, directory: string): CompiledPackage | undefined {
  return build.packages.find(({ folder }) => folder === directory);
}

/** Absolute path → text; null deletes. */
export type Overlays = ReadonlyMap<string, string | null>;

/** Toolchains, overlays and compiles of one engine. Nothing is started before the workspace is trusted. */
export class Builds {
  readonly #toolchains = new Map<string, Toolchains>();
  #store: Promise<OverlayStore> | undefined;
  /** Versions of the compiler that the stop file does not stop. */
  readonly #withoutStopFile = new Set<string>();

  constructor(
    private readonly host: EngineHost,
    private readonly runner: ProcessRunner,
  ) {}

  /**
   * The unit that compiles the file's package, or why there is none.
   * @param buffers unsaved files by absolute path: a new file counts although it is not on disk
   * @param folder the file's, when it was read with these buffers
   */
  async locate(
    file: string,
    buffers: ReadonlyMap<string, GoText>,
    settings: Settings,
    signal: AbortSignal,
    folder?: GoFolder,
  ): Promise<BuildUnit | NotCompiled> {
    try {
      const module = await findModule(file);
      const answer = await this.#toolchainsFor(settings).for(module, signal);
      if (!answer.toolchain) return new NotCompiled(answer.note.message, answer.note.wayOut);
      const sources = folder ?? (await GoFolder.read(path.dirname(file), buffers));
      const unit = await compileUnit(file, module, answer.toolchain, sources);
      return { toolchain: answer.toolchain, unit, buildFlags: settings.go.buildFlags };
    } catch (error) {
      if (error instanceof UntrustedError || error instanceof UnusableModuleError)
        return new NotCompiled(error.message, error instanceof UntrustedError ? 'trust' : undefined);
      throw error;
    }
  }

  /**
   * One compile. Rejects with AbortError when `signal` fires.
   * @param more what is wanted besides
   * @throws ToolError when the go command cannot be started or fails as a whole
   */
  async run(
    unit: BuildUnit,
    files: Overlays,
    signal: AbortSignal,
    more: { readonly exports?: boolean; readonly parts?: boolean } = {},
  ): Promise<Build> {
    const store = await this.#overlays();
    const empty = (): PackageRecords =>
      new PackageRecords((file) => (path.isAbsolute(file) ? file : undefined));
    let records = empty();
    const byName = new Map<string, PackageRecords>();
    const summary: CompileSummary = await compile(
      this.runner,
      store,
      { ...unit, files, ...more },
      (record) => {
        if (more.parts && record.kind === 'package') {
          const name = record.variant ? `${record.importPath} [${record.variant}]` : record.importPath;
          byName.set(name, (records = byName.get(name) ?? empty()));
        }
        records.add(record);
      },
      signal,
    );
    const { packages, errors, exports, unaccounted } = summary;
    const notes = [...summary.notes, ...unaccountedNotes(unaccounted)];
    const build = { unit, packages, errors, notes, exports };
    if (!more.parts) return { ...build, records };
    const all = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
    const merged = all.reduce((sum, one) => sum.merge(one), empty());
    const [only] = packages.length === 1 ? packages : [];
    return { ...build, records: merged, ...(only && { parts: partsOf(only, byName) }) };
  }

  /**
   * How the compiler would be called for the folder's package; see planCompiles.
   * @throws as `run`
   */
  async plan(
    unit: BuildUnit,
    directory: string,
    files: Overlays,
    signal: AbortSignal,
  ): Promise<CompilePlan | undefined> {
    return planCompiles(this.runner, await this.#overlays(), { ...unit, files }, directory, signal);
  }

  /**
   * One compile of a plan, without the go command; see compileDirectly.
   * @throws as `run`, and UnexpectedEnd
   */
  async direct(request: DirectRequest, signal: AbortSignal): Promise<DirectResult> {
    const store = await this.#overlays();
    const { versionText } = request.toolchain;
    const run = (stops: boolean): Promise<DirectResult> =>
      compileDirectly(this.runner, store, { ...request, stops }, signal);
    if (this.#withoutStopFile.has(versionText)) return run(false);
    try {
      return await run(true);
    } catch (error) {
      if (!(error instanceof NotStopped)) throw error;
      this.#withoutStopFile.add(versionText);
      this.host.logger.warn(`${error.message}. Fixes are checked by whole compiles, which takes longer.`);
      return run(false);
    }
  }

  /** Whether escape analysis can be asked for alone, as far as is known. */
  canStop({ toolchain: { version, versionText } }: BuildUnit): boolean {
    return markerPackage(version) !== undefined && !this.#withoutStopFile.has(versionText);
  }

  /** Removes export data that a compile of a plan left; that of the build cache stays. */
  async discard(exported: string): Promise<void> {
    await (await this.#overlays()).discard(exported);
  }

  /** The errors of a compile of which nothing else is wanted. As `run` in everything else. */
  async errors(unit: BuildUnit, files: Overlays, signal: AbortSignal): Promise<readonly CompileError[]> {
    const request = { ...unit, files, errorsOnly: true };
    return (await compile(this.runner, await this.#overlays(), request, () => {}, signal)).errors;
  }

  /**
   * The packages of the module's workspace that import the folder's package, through others or in their tests. Undefined
   * when there are none.
   * @throws ToolError when the go command cannot tell
   */
  async dependents(unit: BuildUnit, directory: string, signal: AbortSignal): Promise<BuildUnit | undefined> {
    const { toolchain, unit: compiled, buildFlags } = unit;
    if (toolchain.modules.length === 0) return undefined;
    const { folder } = compiled;
    const { file: overlay } = await (await this.#overlays()).write(compiled.replaced);
    const flags = [...(overlay === undefined ? [] : [`-overlay=${overlay}`]), ...buildFlags];
    const all = everyPackage(toolchain, folder);
    const packages = await listPackages(this.runner, toolchain, folder, flags, all, signal);
    const patterns = importersOf(packages, new Set([directory]))
      .filter((found) => found.folder !== directory)
      .map((found) => packagePattern(folder, found.folder));
    if (patterns.length === 0) return undefined;
    return { ...unit, unit: { ...compiled, patterns, notes: [] } };
  }

  /** The temporary files; made anew when they could not be made, or something has removed them since. */
  #overlays(): Promise<OverlayStore> {
    const create = (): Promise<OverlayStore> => OverlayStore.create();
    this.#store = this.#store?.then((store) => (store.exists ? store : create()), create) ?? create();
    return this.#store;
  }

  #toolchainsFor({ go }: Settings): Toolchains {
    const key = JSON.stringify([go.path, Object.entries(go.environment).sort()]);
    let toolchains = this.#toolchains.get(key);
    if (!toolchains) {
      toolchains = new Toolchains({
        runner: this.runner,
        logger: this.host.logger,
        configured: go.path,
        environment: go.environment,
      });
      this.#toolchains.set(key, toolchains);
    }
    return toolchains;
  }

  async dispose(): Promise<void> {
    await (await this.#store?.catch(() => undefined))?.dispose();
    this.#store = undefined;
  }
}

/** What the parser's grammar does not know is said, because a decision may be among it. */
export function unaccountedNotes({ count, examples }: CompileSummary['unaccounted']): Note[] {
  if (count === 0) return [];
  const lines = count === 1 ? 'One line' : `${count} lines`;
  return [
    {
      message: `${lines} of the compiler's output could not be accounted for and may hide findings, such as: ${examples.join(' | ')}`,
    },
  ];
}

/** Of the headers under which the go command prints what it compiled, those of the package. */
function partsOf(
  { importPath }: CompiledPackage,
  byName: ReadonlyMap<string, PackageRecords>,
): Map<Variant, PackageRecords> {
  return new Map(
    variants.flatMap((variant) => {
      const part = byName.get(variantName(importPath, variant));
      return part ? [[variant, part] as const] : [];
    }),
  );
}

/** True when one compile can take the packages of both. */
export function sameBuild(a: BuildUnit, b: BuildUnit): boolean {
  return (
    a.toolchain === b.toolchain &&
    a.unit.folder === b.unit.folder &&
    a.unit.overlay === b.unit.overlay &&
    a.unit.tests === b.unit.tests &&
    a.unit.modfile?.text === b.unit.modfile?.text &&
    a.unit.program === undefined &&
    b.unit.program === undefined
  );
}

/** One unit for the packages of all; they must be of the same build. */
export function joinBuilds(units: readonly BuildUnit[]): BuildUnit {
  const first = units[0]!;
  const patterns = [...new Set(units.flatMap(({ unit }) => unit.patterns))].sort();
  const notes = units.flatMap(({ unit }) => unit.notes);
  const replaced = new Map(units.flatMap(({ unit }) => [...unit.replaced]));
  return { ...first, unit: { ...first.unit, patterns, notes, replaced } };
}
