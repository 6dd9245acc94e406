import path from 'node:path';
import type { Note } from '../../../../rules/model';
import { atLeast } from '../../../../rules/go/syntax/version';
import { inside } from '../../host/paths';
import { ToolError, type Environment, type ProcessRunner } from '../../host/process';
import {
  describePackages,
  ErrorList,
  exportsOf,
  LIST_FIELDS,
  ListReader,
  type CompiledPackage,
  type CompileError,
  type Exports,
} from './listed';
import { CompilerOutputParser } from './output';
import type { CompilerRecord } from './record';
import { FileNames } from './file-names';
import { describeError, failureIn, reasonsOf } from '../plan/failure';
import { withoutGoFlags } from '../plan/go-flags';
import { packagePattern } from '../plan/module';
import { type CompileUnit } from '../plan/unit';
import { noOverlay, type Overlay, type OverlayStore } from './overlay';
import { nonce, planFrom, type CompilePlan } from './plan';
import type { GoToolchain } from '../plan/toolchain';

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
  const names = fileNamesOf(request, overlay);
  const asked = ['-m=2', ...(request.withoutListing ? [] : ['-S']), debugFlag(toolchain)];

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
    args: await compileArguments(store, request, overlay, request.errorsOnly ? undefined : asked.join(' ')),
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

/** What the compiler is asked for besides decisions and calls: values in read-only data. */
export function debugFlag({ version }: Pick<GoToolchain, 'version'>): string {
  // `escapedebug` is an error before Go 1.25: unknown debug key.
  return atLeast(version, 1, 25) ? '-d=escapedebug=1,closure=1' : '-d=closure=1';
}

/** Names of files as the compiler prints them, for a unit. */
export function fileNamesOf(
  { toolchain, unit }: Pick<CompileRequest, 'toolchain' | 'unit'>,
  overlay: Overlay,
): FileNames {
  const copied = unit.modfile && { path: unit.modfile.modulePath, folder: unit.folder };
  const modules = copied ? [copied, ...toolchain.modules] : toolchain.modules;
  return new FileNames(unit.folder, { ...toolchain, modules }, overlay);
}

/**
 * How the compiler would be called for the package of a folder and its tests. Nothing is compiled, and what it depends on must
 * have been: otherwise it is undefined, as it is when anything is wrong with the package.
 * @throws as `compile`
 */
export async function planCompiles(
  runner: ProcessRunner,
  store: OverlayStore,
  request: Omit<CompileRequest, 'withoutListing' | 'errorsOnly' | 'exports'>,
  folder: string,
  signal: AbortSignal,
): Promise<CompilePlan | undefined> {
  const { toolchain, unit } = request;
  const overlay = await overlayOf(store, request, []);
  const flag = nonce();
  const listed = new ListReader();
  const printed: Uint8Array[] = [];
  const args = await compileArguments(store, { ...request, exports: true }, overlay, flag);
  const exit = await runner.run({
    command: toolchain.go,
    args: [args[0]!, '-n', ...args.slice(1)],
    cwd: unit.folder,
    env: environmentFor(toolchain, unit),
    signal,
    onStdout: (chunk) => listed.write(chunk),
    onStderr: (chunk) => printed.push(Uint8Array.from(chunk)),
  });
  if (exit.code !== 0) return undefined;
  const all = listed.end();
  const errors = new ErrorList(fileNamesOf(request, overlay));
  const packages = describePackages(
    all.filter(({ DepOnly }) => !DepOnly),
    errors,
  );
  const pkg = packages.find((one) => one.folder === folder);
  if (!pkg || pkg.errors.length > 0 || pkg.unusableTests.length > 0) return undefined;
  return planFrom(
    Buffer.concat(printed).toString('utf8'),
    flag,
    all,
    pkg,
    exportsOf(all),
    overlay,
    toolchain.goroot,
  );
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
  gcflags: string | undefined,
): Promise<string[]> {
  const { unit } = request;
  const args = ['list', '-e', '-export'];
  if (unit.tests) args.push('-test');
  if (request.exports) args.push('-deps');
  args.push('-trimpath', ...(request.buildFlags ?? []));
  if (overlay.file !== undefined) args.push('-overlay', overlay.file);
  if (unit.modfile !== undefined) {
    args.push('-mod=mod', `-modfile=${await store.moduleFile(unit.modfile.text, unit.modfile.sum)}`);
  }
  if (gcflags !== undefined) args.push(`-gcflags=${gcflags}`);
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
