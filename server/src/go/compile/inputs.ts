import { createHash } from 'node:crypto';
import path from 'node:path';
import { exists, readBytes, stampOf } from '../../host/files';
import type { ProcessRunner } from '../../host/process';
import { ListReader, type ListedPackage } from './listed';
import { variantName, variants } from './variant';
import { mayChange } from '../plan/stamp';
import type { GoToolchain } from '../plan/toolchain';

/** Files of a package whose contents decide how it is compiled, by the field of `go list` that names them. */
const contents = ['GoFiles', 'HFiles', 'SFiles', 'SysoFiles'] as const;
/** Files of which the names alone do. */
const names = ['EmbedFiles', 'IgnoredGoFiles', 'InvalidGoFiles'] as const;
/** Files that need programs and headers of the machine. */
const foreign = ['CgoFiles', 'CFiles', 'CXXFiles', 'MFiles', 'FFiles', 'SwigFiles', 'SwigCXXFiles'] as const;
const fields = [
  ...['ImportPath', 'Dir', 'Name', 'ForTest', 'Standard', 'Module', 'Imports', 'ImportMap'],
  ...[...contents, ...names, ...foreign],
].join();

type FileField = (typeof contents)[number] | (typeof names)[number] | (typeof foreign)[number];
type InputPackage = ListedPackage & Readonly<Partial<Record<FileField | 'Imports', readonly string[]>>>;

/** What is compiled of one package, without what it imports. */
interface Own {
  /** Undefined when it cannot be told. */
  readonly hash: string | undefined;
  /** As the go command names packages. */
  readonly imports: readonly string[];
}

/**
 * What the compiles of packages depend on, told without compiling: of packages that may be edited the contents of their files, of those
 * in the module cache the folder, whose name is a version. Where more than that decides (cgo, a profile) nothing is told.
 */
export class PackageInputs {
  readonly #hashes = new Map<string, string | undefined>();

  private constructor(
    private readonly packages: ReadonlyMap<string, Own>,
    /** Absolute folder → import path. */
    private readonly paths: ReadonlyMap<string, string>,
    /** Absolute path of what was read → its time and size. */
    private readonly stamps: ReadonlyMap<string, string>,
  ) {}

  /**
   * Undefined when the go command cannot tell.
   * @param folder where it runs; patterns are relative to it
   * @throws ToolError when it cannot be started; the abort reason of `signal`
   */
  static async list(
    runner: ProcessRunner,
    toolchain: GoToolchain,
    folder: string,
    flags: readonly string[],
    patterns: readonly string[],
    signal: AbortSignal,
  ): Promise<PackageInputs | undefined> {
    const reader = new ListReader();
    const { code } = await runner.run({
      command: toolchain.go,
      args: ['list', '-e', '-deps', '-test', ...flags, `-json=${fields}`, '--', ...patterns],
      cwd: folder,
      env: toolchain.env,
      signal,
      onStdout: (chunk) => reader.write(chunk),
      onStderr: () => {},
    });
    const listed: readonly InputPackage[] = reader.end();
    if (code !== 0 || hasProfile(toolchain, listed)) return undefined;
    const [packages, paths, stamps] = [
      new Map<string, Own>(),
      new Map<string, string>(),
      new Map<string, string>(),
    ];
    for (const entry of listed) {
      const { ImportPath, Dir, ForTest, Imports = [], ImportMap = {} } = entry;
      const hash = await ownHash(entry, toolchain, stamps);
      packages.set(ImportPath, { hash, imports: Imports.map((name) => ImportMap[name] ?? name) });
      if (Dir && !ForTest && !ImportPath.endsWith('.test')) paths.set(Dir, ImportPath);
    }
    return new PackageInputs(packages, paths, stamps);
  }

  /** Absolute folders, those of a package before those of packages that import it. */
  get folders(): Iterable<string> {
    return this.paths.keys();
  }

  /** A hash of all that the folder's package, its tests and its external tests depend on; undefined when it cannot be told. */
  of(directory: string): string | undefined {
    const importPath = this.paths.get(directory);
    if (importPath === undefined) return undefined;
    const present = variants
      .map((variant) => variantName(importPath, variant))
      .filter((name) => this.packages.has(name));
    return this.#together(present);
  }

  /** As `of`, of everything that was listed. */
  all(): string | undefined {
    return this.#together([...this.packages.keys()].filter((name) => !name.endsWith('.test')).sort());
  }

  /** False when a file or folder has been written to since it was read. */
  async hold(): Promise<boolean> {
    const same = await Promise.all(
      [...this.stamps].map(async ([file, stamp]) => (await stampOf(file)) === stamp),
    );
    return same.every(Boolean);
  }

  #together(all: readonly string[]): string | undefined {
    const hashes = all.map((name) => this.#hash(name));
    return hashes.includes(undefined) ? undefined : hashOf([all, hashes]);
  }

  #hash(name: string): string | undefined {
    if (name === 'C' || name === 'unsafe') return '';
    if (this.#hashes.has(name)) return this.#hashes.get(name);
    // Packages that import each other in a circle do not compile.
    this.#hashes.set(name, undefined);
    const own = this.packages.get(name);
    const imports = own?.imports.map((one) => this.#hash(one));
    const hash =
      own?.hash === undefined || imports!.includes(undefined) ? undefined : hashOf([name, own.hash, imports]);
    this.#hashes.set(name, hash);
    return hash;
  }
}

/** A profile of a program decides how the packages that it imports are compiled. */
function hasProfile({ env }: GoToolchain, listed: readonly InputPackage[]): boolean {
  if (/-pgo=(?!off|auto)/.test(env['GOFLAGS'] ?? '')) return true;
  return listed.some(
    ({ Dir, Name, Standard }) => Dir && Name === 'main' && !Standard && exists(path.join(Dir, 'default.pgo')),
  );
}

async function ownHash(
  entry: InputPackage,
  toolchain: GoToolchain,
  stamps: Map<string, string>,
): Promise<string | undefined> {
  const { Dir, Name, Standard, Module } = entry;
  if (!Dir) return undefined;
  if (!mayChange(Dir, toolchain)) {
    // The toolchain's own use of cgo is part of the toolchain.
    if (!Standard && foreign.some((field) => entry[field]?.length)) return undefined;
    return Dir;
  }
  if (foreign.some((field) => entry[field]?.length)) return undefined;
  const about: unknown[] = [Dir, Name, Module?.GoVersion, names.map((field) => entry[field])];
  stamps.set(Dir, await stampOf(Dir));
  for (const name of contents.flatMap((field) => entry[field] ?? [])) {
    const file = path.resolve(Dir, name);
    if (!stamps.has(file)) stamps.set(file, await stampOf(file));
    const bytes = await readBytes(file).catch(() => undefined);
    if (!bytes) return undefined;
    about.push(name, createHash('sha256').update(bytes).digest('hex'));
  }
  return hashOf(about);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
