/** What `go list -json` says about packages, and the errors among it. */
import path from 'node:path';
import type { GoVersion } from '../../../../rules/go/rule';
import { parseCompilerOutput } from './output';
import type { CompilerPosition } from './record';
import type { FileNames } from './file-names';
import { parseGoVersion } from '../plan/toolchain';

/** Export data in the build cache, by the names that the go command gives packages: `p`, or `p [q.test]` as q's tests see it. */
export interface Exports {
  /** Absolute file of each package that was built. */
  readonly files: ReadonlyMap<string, string>;
  /** Of a package: import as it is spelled → name, where they are not the same. */
  readonly imports: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** A compile error or one of the go command, at the logical file. */
export interface CompileError {
  /** Absolute file; column in bytes, 1-based, 0 when there is none. */
  readonly at: CompilerPosition | undefined;
  readonly message: string;
  /** The package that it belongs to; undefined for the run as a whole. */
  readonly importPath: string | undefined;
}

export interface CompiledPackage {
  readonly importPath: string;
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly standard: boolean;
  readonly module:
    { readonly path: string; readonly folder: string; readonly language: GoVersion | undefined } | undefined;
  /** Absolute paths, by the role that the go command gives them. */
  readonly goFiles: readonly string[];
  readonly cgoFiles: readonly string[];
  readonly testFiles: readonly string[];
  readonly externalTestFiles: readonly string[];
  /** Left out by build constraints or by name. */
  readonly ignoredFiles: readonly string[];
  /** The package itself was compiled, so its decisions are complete. True when it consists of tests alone. */
  readonly compiled: boolean;
  /** Build IDs of the package and its tests: others when they, what they depend on, the flags or the toolchain changed. */
  readonly fingerprint: string | undefined;
  /** Its tests were compiled, too. False when there are none. */
  readonly testsCompiled: boolean;
  readonly errors: readonly CompileError[];
  /** Test files without a package clause, or with a wrong one: the go command compiles nothing while they are there. */
  readonly unusableTests: readonly string[];
}

/** Fields of `go list -json` that are read here. */
export const LIST_FIELDS =
  'ImportPath,ForTest,DepOnly,Dir,Name,Standard,Export,ImportMap,BuildID,Module,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,IgnoredGoFiles,InvalidGoFiles,Error,DepsErrors';

/** See `go help list`. */
export interface ListedPackage {
  readonly ImportPath: string;
  readonly ForTest?: string;
  readonly DepOnly?: boolean;
  readonly Dir?: string;
  readonly Name?: string;
  readonly Standard?: boolean;
  readonly Export?: string;
  readonly ImportMap?: Readonly<Record<string, string>>;
  readonly BuildID?: string;
  readonly Module?: { readonly Path: string; readonly Dir?: string; readonly GoVersion?: string };
  readonly GoFiles?: readonly string[];
  readonly CgoFiles?: readonly string[];
  readonly TestGoFiles?: readonly string[];
  readonly XTestGoFiles?: readonly string[];
  readonly IgnoredGoFiles?: readonly string[];
  readonly InvalidGoFiles?: readonly string[];
  readonly Error?: ListedError;
  readonly DepsErrors?: readonly (ListedError | null)[];
}

interface ListedError {
  readonly Pos?: string;
  readonly Err?: string;
}

/** Takes apart the objects that `go list -json` prints one after the other, each ending with a brace in column 0. */
export class ListReader {
  private readonly packages: ListedPackage[] = [];
  private pending: Buffer = Buffer.alloc(0);

  write(chunk: Uint8Array): void {
    let text = Buffer.concat([this.pending, chunk]);
    for (;;) {
      const end = text.indexOf('\n}\n');
      if (end < 0) break;
      this.object(text.toString('utf8', 0, end + 3));
      text = text.subarray(end + 3);
    }
    this.pending = Buffer.from(text);
  }

  end(): readonly ListedPackage[] {
    this.object(this.pending.toString('utf8'));
    return this.packages;
  }

  private object(text: string): void {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null && 'ImportPath' in value) {
        this.packages.push(value as ListedPackage);
      }
    } catch {
      // Not an object: nothing was listed, and the error is in stderr.
    }
  }
}

/** Each error once, although every package that depends on a broken one repeats it. */
export class ErrorList {
  private readonly known = new Map<string, CompileError>();

  constructor(private readonly names: FileNames) {}

  get all(): readonly CompileError[] {
    return [...this.known.values()];
  }

  add(error: CompileError): CompileError {
    const { at } = error;
    const key = JSON.stringify([at?.file, at?.line, at?.column, error.message]);
    const known = this.known.get(key);
    if (known) return known;
    this.known.set(key, error);
    return error;
  }

  /** The text of an `.Error`: `FILE:LINE:COL: message` lines under a `# package` header, or one message. */
  addListed(error: ListedError | null | undefined, importPath: string): CompileError[] {
    const message = error?.Err?.trimEnd() ?? '';
    if (message === '') return [];
    const text = error?.Pos && !message.startsWith('# ') ? `${error.Pos}: ${message}` : message;
    const added: CompileError[] = [];
    for (const record of parseCompilerOutput(text, { errors: true, resolve: this.names.resolveRelative })) {
      // The compiler stops after ten; the ten are there.
      if (record.kind === 'error' && record.message !== 'too many errors')
        added.push(this.add({ at: record.at, message: record.message, importPath }));
    }
    return added;
  }
}

export function exportsOf(listed: readonly ListedPackage[]): Exports {
  const files = new Map<string, string>();
  const imports = new Map<string, Readonly<Record<string, string>>>();
  for (const { ImportPath, Export, ImportMap } of listed) {
    if (Export) files.set(ImportPath, Export);
    if (ImportMap) imports.set(ImportPath, ImportMap);
  }
  return { files, imports };
}

/** The packages as they were asked for: the errors of their test variants are theirs, the variants are not listed. */
export function describePackages(listed: readonly ListedPackage[], errors: ErrorList): CompiledPackage[] {
  const tested = new Map<string, { errors: CompileError[]; compiled: boolean; builds: string[] }>();
  for (const entry of listed) {
    const target = entry.ForTest || testMainOf(entry);
    if (target === undefined) continue;
    const known = tested.get(target) ?? { errors: [], compiled: true, builds: [] };
    known.errors.push(...errors.addListed(entry.Error, target));
    for (const dependency of entry.DepsErrors ?? [])
      known.errors.push(...errors.addListed(dependency, target));
    if (entry.ForTest && !entry.Export) known.compiled = false;
    if (entry.Export && entry.BuildID) known.builds.push(entry.BuildID);
    tested.set(target, known);
  }

  const packages: CompiledPackage[] = [];
  for (const entry of listed) {
    if (entry.ForTest || testMainOf(entry) !== undefined) continue;
    const folder = entry.Dir ?? '';
    const files = (list: readonly string[] | undefined) =>
      (list ?? []).map((name) => path.resolve(folder, name));
    const own = errors.addListed(entry.Error, entry.ImportPath);
    for (const dependency of entry.DepsErrors ?? [])
      own.push(...errors.addListed(dependency, entry.ImportPath));
    const tests = tested.get(entry.ImportPath);
    const invalid = files(entry.InvalidGoFiles);
    const hasFiles = (entry.GoFiles?.length ?? 0) + (entry.CgoFiles?.length ?? 0) > 0;
    const hasTests = (entry.TestGoFiles?.length ?? 0) + (entry.XTestGoFiles?.length ?? 0) > 0;
    packages.push({
      importPath: entry.ImportPath,
      name: entry.Name ?? '',
      folder,
      standard: entry.Standard ?? false,
      module: entry.Module && {
        path: entry.Module.Path,
        folder: entry.Module.Dir ?? '',
        language: parseGoVersion(entry.Module.GoVersion ?? ''),
      },
      goFiles: files(entry.GoFiles),
      cgoFiles: files(entry.CgoFiles),
      testFiles: files(entry.TestGoFiles),
      externalTestFiles: files(entry.XTestGoFiles),
      ignoredFiles: files([...(entry.IgnoredGoFiles ?? []), ...(entry.InvalidGoFiles ?? [])]),
      // A folder of tests alone has nothing to compile but them.
      compiled: (entry.Export ?? '') !== '' || (!hasFiles && own.length === 0),
      fingerprint: entry.Export ? [entry.BuildID, ...(tests?.builds ?? [])].join(' ') : undefined,
      testsCompiled: hasTests && tests?.compiled === true,
      errors: [...new Set([...own, ...(tests?.errors ?? [])])],
      unusableTests: !entry.Export && invalid.every((file) => file.endsWith('_test.go')) ? invalid : [],
    });
  }
  return packages;

  /** `p` for the generated program `p.test`, whose only file lies in the build cache. */
  function testMainOf(entry: ListedPackage): string | undefined {
    if (entry.Name !== 'main' || !entry.ImportPath.endsWith('.test')) return undefined;
    const generated = (entry.GoFiles ?? []).every((file) => path.isAbsolute(file));
    return generated ? entry.ImportPath.slice(0, -'.test'.length) : undefined;
  }
}
