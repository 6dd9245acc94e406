import { createHash } from 'node:crypto';
import path from 'node:path';
import type { ProcessRunner } from '../host/process';
import { stampOf } from '../host/files';
import { inside } from '../host/paths';
import type { ResultStore } from '../host/result-store';
import type { FileAnalysis } from '../service/engine';
import type { Settings } from '../service/settings';
import { NotCompiled, type BuildUnit } from './compile/builds';
import { packagePattern } from './plan/module';
import { PackageInputs } from './compile/inputs';
import { everyPackage } from './plan/packages';
import type { Sources } from './publish';

/** Above so many folders the pattern is `./...`: a command line has an end. */
const namedFolders = 64;

/** What is kept of a package: its analyses without the texts. `everything`: they are kept under what the whole workspace depends on. */
type Kept =
  { readonly files: readonly Omit<FileAnalysis, 'text' | 'version'>[] } | { readonly everything: true };

/** The last word about a folder's files. */
export interface Word {
  readonly sources: Sources;
  readonly analyses: readonly FileAnalysis[];
  /** Other packages of the workspace were asked about fixes. */
  readonly everything: boolean;
}

/**
 * The last word about packages, kept from one scan to the next: compiled, judged, fixes checked. The key is all that it depends on
 * (texts, dependencies, toolchain, environment, settings); only packages of the user have one.
 */
export class KeptPackages {
  /** By folder of the unit, flags and patterns. */
  readonly #inputs = new Map<string, Promise<PackageInputs | undefined>>();

  /** @param directories absolute: all folders of the scan */
  constructor(
    private readonly store: ResultStore,
    private readonly runner: ProcessRunner,
    private readonly directories: readonly string[],
    private readonly settings: Settings,
    private readonly signal: AbortSignal,
  ) {}

  /** What a scan would say of the folder. Offered fixes have no origin: they cannot be combined. */
  async find(sources: Sources): Promise<FileAnalysis[] | undefined> {
    const key = await this.#key(sources);
    let kept = key && ((await this.store.read(key)) as Kept | undefined);
    if (kept && 'everything' in kept) {
      const wide = await this.#key(sources, true);
      kept = wide && ((await this.store.read(wide)) as Kept | undefined);
    }
    if (!kept || 'everything' in kept) return undefined;
    return kept.files.map((file) => {
      const { text = '', version = 0 } = sources.texts.get(file.path) ?? {};
      return { ...file, text, version };
    });
  }

  /**
   * Packages in the order in which they are compiled best: those of a module together, each behind what it imports. A compile takes some at a time, with
   * flags for them alone: what lay between two of them would be compiled again.
   */
  async dependenciesFirst<T extends { readonly sources: Pick<Sources, 'directory' | 'unit'> }>(
    packages: readonly T[],
  ): Promise<T[]> {
    const modules = new Map<PackageInputs | undefined, T[]>();
    for (const one of packages) {
      const inputs = await this.#inputsOf(one.sources);
      const together = modules.get(inputs) ?? [];
      together.push(one);
      modules.set(inputs, together);
    }
    return [...modules].flatMap(([inputs, together]) => {
      const places = new Map([...(inputs?.folders ?? [])].map((folder, place) => [folder, place]));
      const placeOf = ({ sources: { directory } }: T): number => places.get(directory) ?? places.size;
      return together.sort((a, b) => placeOf(a) - placeOf(b));
    });
  }

  /** What was said of packages that were compiled together, unless something that they depend on was written to meanwhile. */
  async keep(all: readonly Word[]): Promise<void> {
    /** All files of the workspace are looked at for it: once, and not for each package. */
    const held = new Map<PackageInputs, Promise<boolean>>();
    const holds = async (inputs: PackageInputs | undefined): Promise<boolean> => {
      if (!inputs) return false;
      const known = held.get(inputs) ?? inputs.hold();
      held.set(inputs, known);
      return known;
    };
    for (const { sources, analyses, everything } of all) {
      if (!(await holds(await this.#inputsOf(sources)))) continue;
      if (everything && !(await holds(await this.#inputsOf(sources, true)))) continue;
      const key = await this.#key(sources);
      const wide = everything ? await this.#key(sources, true) : key;
      if (key === undefined || wide === undefined) continue;
      const files = analyses.map(({ text: _text, version: _version, ...file }) => file);
      await this.store.write(wide, { files } satisfies Kept);
      if (everything) await this.store.write(key, { everything: true } satisfies Kept);
    }
  }

  async #key(sources: Sources, everything = false): Promise<string | undefined> {
    const { unit: build, directory, texts, unread } = sources;
    if (build instanceof NotCompiled) return undefined;
    const inputs = await this.#inputsOf(sources, everything);
    const own = everything ? inputs?.all() : inputs?.of(directory);
    if (own === undefined) return undefined;
    const { toolchain, unit, buildFlags } = build;
    const { versionText, goroot, modcache, gopathMode, modules, goos, goarch, notes } = toolchain;
    return JSON.stringify([
      'go',
      everything,
      directory,
      own,
      [...texts].map(([file, { text }]) => [file, createHash('sha256').update(text).digest('hex')]),
      unread,
      [unit.folder, unit.notes, buildFlags],
      [versionText, goroot, modcache, gopathMode, modules, goos, goarch, notes],
      await stampOf(path.join(goroot, 'VERSION')),
      Object.entries(toolchain.compilerEnv)
        .filter(([name]) => /^(?:GO|CGO_)/.test(name))
        .sort(),
      this.settings,
    ]);
  }

  async #inputsOf(
    { unit: build }: Pick<Sources, 'unit'>,
    everything = false,
  ): Promise<PackageInputs | undefined> {
    if (build instanceof NotCompiled || !isKept(build)) return undefined;
    const { toolchain, unit, buildFlags } = build;
    const patterns = everything ? everyPackage(toolchain, unit.folder) : this.#patterns(unit.folder);
    if (patterns.length === 0) return undefined;
    const id = JSON.stringify([unit.folder, buildFlags, patterns]);
    let known = this.#inputs.get(id);
    if (!known) {
      known = PackageInputs.list(this.runner, toolchain, unit.folder, buildFlags, patterns, this.signal);
      this.#inputs.set(id, known);
    }
    return known;
  }

  #patterns(folder: string): string[] {
    const own = this.directories.filter((directory) => inside(directory, folder));
    return own.length > namedFolders ? ['./...'] : own.map((directory) => packagePattern(folder, directory));
  }
}

/** Packages of the user, whose compiles the go command decides about alone. */
function isKept({ unit }: BuildUnit): boolean {
  return (
    unit.overlay &&
    unit.tests &&
    unit.program === undefined &&
    unit.modfile === undefined &&
    unit.replaced.size === 0
  );
}
