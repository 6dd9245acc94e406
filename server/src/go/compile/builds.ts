import path from 'node:path';
import type { Note, WayOut } from '../../../../rules/model';
import type { ProcessRunner } from '../../host/process';
import { UntrustedError } from '../../host/trust';
import type { EngineHost } from '../../service/engine';
import type { Settings } from '../../service/settings';
import {
  compile,
  type CompileError,
  type CompiledPackage,
  type CompileSummary,
  type Exports,
} from './compile';
import { PackageRecords } from './records';
import { GoFolder, type GoText } from '../plan/folder';
import { findModule, packagePattern, UnusableModuleError } from '../plan/module';
import { everyPackage, importersOf, listPackages } from '../plan/packages';
import { compileUnit, type CompileUnit } from '../plan/unit';
import { OverlayStore } from './overlay';
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
    more: { readonly exports?: boolean } = {},
  ): Promise<Build> {
    const store = await this.#overlays();
    const records = new PackageRecords((file) => (path.isAbsolute(file) ? file : undefined));
    const summary: CompileSummary = await compile(
      this.runner,
      store,
      { ...unit, files, ...more },
      (record) => records.add(record),
      signal,
    );
    const { packages, errors, exports, unaccounted } = summary;
    const notes = unaccounted.count === 0 ? summary.notes : [...summary.notes, unaccountedNote(unaccounted)];
    return { unit, records, packages, errors, notes, exports };
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
function unaccountedNote({ count, examples }: CompileSummary['unaccounted']): Note {
  const lines = count === 1 ? 'One line' : `${count} lines`;
  return {
    message: `${lines} of the compiler's output could not be accounted for and may hide findings, such as: ${examples.join(' | ')}`,
  };
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
