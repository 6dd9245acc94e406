import path from 'node:path';
import type { Note } from '../../../../rules/model';
import type { GoVersion } from '../../../../rules/go/rule';
import { atLeast } from '../../../../rules/go/syntax/version';
import { inside } from '../../host/paths';
import { ToolError, type Environment, type ProcessRunner } from '../../host/process';
import { CompilerOutputParser, parseCompilerOutput } from './output';
import type { CompilerPosition, CompilerRecord } from './record';
import { FileNames } from './file-names';
import { describeError, failureIn, reasonsOf } from '../plan/failure';
import { withoutGoFlags } from '../plan/go-flags';
import { packagePattern } from '../plan/module';
import { type CompileUnit } from '../plan/unit';
import { noOverlay, type Overlay, type OverlayStore } from './overlay';
import { parseGoVersion, type GoToolchain } from '../plan/toolchain';

export interface CompileRequest {
  readonly toolchain: GoToolchain;
  /** Where to run, and what to compile: from `compileUnit`, or the module's folder with `./...`. */
  readonly unit: CompileUnit;
  /** Unsaved or changed files, absolute path → text; null deletes. What cannot be replaced is left out with a note. */
  readonly files?: ReadonlyMap<string, string | null>;
  /** Build tags and the like: the setting `alloclens.go.buildFlags`. */
  readonly buildFlags?: readonly string[];
  /** Leave the `-S` listing out: no `call` records, two thirds of the text gone. */
  readonly withoutListing?: boolean;
  /** No decisions and no listing: the compiler's ordinary flags, for which the build cache mostly has an answer. */
  readonly errorsOnly?: boolean;
  /** Where the export data of everything lies that the packages depend on, for the type checker. */
  readonly exports?: boolean;
}

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

export interface CompileSummary {
  readonly packages: readonly CompiledPackage[];
  /** All errors, those of the packages included, each once. */
  readonly errors: readonly CompileError[];
  readonly notes: readonly Note[];
  /** Empty unless it was asked for. */
  readonly exports: Exports;
  /** Lines of the compiler that the grammar does not know, and the first of them. */
  readonly unaccounted: { readonly count: number; readonly examples: readonly string[] };
  readonly exitCode: number | null;
  readonly bytes: number;
  readonly milliseconds: number;
}

const LIST_FIELDS =
  'ImportPath,ForTest,DepOnly,Dir,Name,Standard,Export,ImportMap,BuildID,Module,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,IgnoredGoFiles,InvalidGoFiles,Error,DepsErrors';

/** Fields of `go list -json` that are used; see `go help list`. */
interface ListedPackage {
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

/**
 * One compile of the unit's packages and their tests, without linking. Records stream into `onRecord` under their
 * `package` header, with absolute file names; decisions that belong to no file of the user are left out. A package that
 * does not build gives errors in the summary and does not keep the others from being compiled, nor do its tests keep a
 * package from it: a test file that has no package clause yet, or a wrong one, is left out in a second run.
 *
 * @throws UntrustedError, ToolError (the go command cannot be started, or fails as a whole), or the abort reason of
 * `signal`.
 */
export async function compile(
  runner: ProcessRunner,
  store: OverlayStore,
  request: CompileRequest,
  onRecord: (record: CompilerRecord) => void,
  signal?: AbortSignal,
): Promise<CompileSummary> {
  const first = await compileOnce(runner, store, request, onRecord, signal);
  const { unit } = request;
  const held = first.packages.filter(({ unusableTests }) => unusableTests.length > 0);
  // Files that are named one by one belong together already.
  const named = unit.patterns.some((pattern) => pattern.endsWith('.go'));
  if (held.length === 0 || named || !unit.overlay) return first;

  const files = new Map(request.files);
  for (const { unusableTests } of held) for (const file of unusableTests) files.set(file, null);
  const patterns = held.map(({ folder }) => packagePattern(unit.folder, folder));
  const again = await compileOnce(
    runner,
    store,
    { ...request, files, unit: { ...unit, patterns, notes: [] } },
    onRecord,
    signal,
  );
  const packages = first.packages.map((before) => {
    const after = again.packages.find(
      ({ folder }) => before.unusableTests.length > 0 && folder === before.folder,
    );
    if (!after) return before;
    const errors = [...new Set([...before.errors, ...after.errors])];
    const { ignoredFiles, unusableTests } = before;
    return { ...after, ignoredFiles, unusableTests, testsCompiled: false, errors };
  });
  const known = new Set(first.errors.map((error) => JSON.stringify(error)));
  return {
    packages,
    errors: [...first.errors, ...again.errors.filter((error) => !known.has(JSON.stringify(error)))],
    notes: first.notes,
    exports: {
      files: new Map([...first.exports.files, ...again.exports.files]),
      imports: new Map([...first.exports.imports, ...again.exports.imports]),
    },
    unaccounted: {
      count: first.unaccounted.count + again.unaccounted.count,
      examples: [...first.unaccounted.examples, ...again.unaccounted.examples].slice(0, 5),
    },
    exitCode: again.exitCode,
    bytes: first.bytes + again.bytes,
    milliseconds: first.milliseconds + again.milliseconds,
  };
}

async function compileOnce(
  runner: ProcessRunner,
  store: OverlayStore,
  request: CompileRequest,
  onRecord: (record: CompilerRecord) => void,
  signal: AbortSignal | undefined,
): Promise<CompileSummary> {
  const { toolchain, unit } = request;
  const notes: Note[] = [...toolchain.notes, ...unit.notes];
  const overlay = await overlayOf(store, request, notes);
  const copied = unit.modfile && { path: unit.modfile.modulePath, folder: unit.folder };
  const modules = copied ? [copied, ...toolchain.modules] : toolchain.modules;
  const names = new FileNames(unit.folder, { ...toolchain, modules }, overlay);

  const stderrErrors: CompileError[] = [];
  const examples: string[] = [];
  let importPath: string | undefined;
  let testMain = false;
  const parser = new CompilerOutputParser(
    (record) => {
      switch (record.kind) {
        case 'package':
          ({ importPath } = record);
          names.enter(importPath);
          // The program that `go test` generates: `p.test`, compiled from a file of the build cache.
          testMain = importPath.endsWith('.test') && names.packageDirectory(importPath) === undefined;
          if (!testMain) onRecord(record);
          return;
        case 'error':
          stderrErrors.push({
            at: record.at && { ...record.at, file: names.resolveRelative(record.at.file) },
            message: record.message,
            importPath,
          });
          return;
        case 'unaccounted':
          if (examples.length < 5) examples.push(record.line);
          onRecord(record);
          return;
        case 'call':
          if (!testMain) onRecord(record);
          return;
        default:
          if (!testMain && path.isAbsolute(record.at.file)) onRecord(record);
      }
    },
    { resolve: names.resolve },
  );
  const listed = new ListReader();

  const exit = await runner.run({
    command: toolchain.go,
    args: await compileArguments(store, request, overlay),
    cwd: unit.folder,
    env: environmentFor(toolchain, unit),
    signal,
    onStdout: (chunk) => listed.write(chunk),
    onStderr: (chunk) => parser.write(chunk),
  });
  parser.end();

  const errors = new ErrorList(names);
  for (const error of stderrErrors) errors.add(error);
  const all = listed.end();
  const packages = describePackages(
    all.filter((entry) => !entry.DepOnly),
    errors,
  );
  const { unaccounted, bytes } = parser.counts;
  // With -e, what is wrong with a package is listed with it. This is about the go command, its cache or its modules.
  if (exit.code !== 0) {
    const said = reasonsOf([...stderrErrors.map(describeError), ...examples].join('\n'));
    const failure = failureIn(unit.folder, said, exit);
    if (packages.length === 0) throw new ToolError(failure);
    notes.push({ message: failure });
  }
  return {
    packages,
    errors: errors.all,
    notes,
    exports: exportsOf(request.exports ? all : []),
    unaccounted: { count: unaccounted, examples },
    exitCode: exit.code,
    bytes,
    milliseconds: exit.milliseconds,
  };
}

/** Files of the module cache may not be replaced: Go ends the whole run over it (cmd/go/internal/work/init.go). */
async function overlayOf(store: OverlayStore, request: CompileRequest, notes: Note[]): Promise<Overlay> {
  const { toolchain, unit } = request;
  const wanted = new Map(unit.overlay ? unit.replaced : []);
  for (const [file, text] of request.files ?? []) {
    if (unit.overlay && !inside(file, toolchain.modcache)) wanted.set(file, text);
    else if (inside(file, unit.folder)) {
      notes.push({
        file,
        message: 'Unsaved changes in the module cache are not analysed: Go does not allow it.',
      });
    }
  }
  return wanted.size === 0 ? noOverlay : store.write(wanted);
}

async function compileArguments(
  store: OverlayStore,
  request: CompileRequest,
  overlay: Overlay,
): Promise<string[]> {
  const { toolchain, unit } = request;
  // `escapedebug` is an error before Go 1.25: unknown debug key.
  const debug = atLeast(toolchain.version, 1, 25) ? 'escapedebug=1,closure=1' : 'closure=1';
  const listing = request.withoutListing ? '' : ' -S';
  const args = ['list', '-e', '-export'];
  if (unit.tests) args.push('-test');
  if (request.exports) args.push('-deps');
  args.push('-trimpath', ...(request.buildFlags ?? []));
  if (overlay.file !== undefined) args.push('-overlay', overlay.file);
  if (unit.modfile !== undefined) {
    args.push('-mod=mod', `-modfile=${await store.moduleFile(unit.modfile.text, unit.modfile.sum)}`);
  }
  if (!request.errorsOnly) args.push(`-gcflags=-m=2${listing} -d=${debug}`);
  args.push(`-json=${LIST_FIELDS}`, '--', ...unit.patterns);
  return args;
}

function environmentFor(toolchain: GoToolchain, unit: CompileUnit): Environment {
  if (unit.modfile === undefined) return toolchain.env;
  return {
    ...toolchain.env,
    // -modfile and go.work exclude each other. What go.sum lacks is taken as it lies in the cache: the sums that are
    // written go into the copy.
    GOWORK: 'off',
    GOSUMDB: 'off',
    GOFLAGS: withoutGoFlags(toolchain.env['GOFLAGS'] ?? '', ['mod', 'modfile']),
  };
}

/** Takes apart the objects that `go list -json` prints one after the other, each ending with a brace in column 0. */
class ListReader {
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
class ErrorList {
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

function exportsOf(listed: readonly ListedPackage[]): Exports {
  const files = new Map<string, string>();
  const imports = new Map<string, Readonly<Record<string, string>>>();
  for (const { ImportPath, Export, ImportMap } of listed) {
    if (Export) files.set(ImportPath, Export);
    if (ImportMap) imports.set(ImportPath, ImportMap);
  }
  return { files, imports };
}

/** The packages as they were asked for: the errors of their test variants are theirs, the variants are not listed. */
function describePackages(listed: readonly ListedPackage[], errors: ErrorList): CompiledPackage[] {
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
