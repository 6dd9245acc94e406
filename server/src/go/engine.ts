import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { FileEdit, Fix, Note, RuleId } from '../../../rules/model';
import { goRules } from '../../../rules/go/index';
import type { GoFix, GoPackage, GoRule, GoVersion } from '../../../rules/go/rule';
import type {
  AnalysisRequest,
  CombinedFix,
  Engine,
  EngineHost,
  FileAnalysis,
  SourceDocument,
  ToolchainReport,
} from '../service/engine';
import type { Settings } from '../service/settings';
import { checkPackage, type CheckedFile } from './check';
import type { GoCompiler, GoUnit, ListedPackage } from './compiler';
import type { CompilerRecord } from './compiler-record';
import { PackageRecords } from './facts';
import { combineFixes } from './fixes';
import { buildPackage } from './package';
import { GoSyntax, type GrammarPaths, type ParsedFile } from './syntax';

export interface GoEngineOptions {
  readonly grammar: GrammarPaths;
  /** Absent: only syntax is analysed. */
  readonly compiler?: GoCompiler;
  /** For tests of single rules. */
  readonly rules?: readonly GoRule[];
}

export interface ScanRequest {
  /** Absolute folders, each one package. */
  readonly directories: readonly string[];
  readonly buffers?: ReadonlyMap<string, SourceDocument>;
  readonly settings: Settings;
}

export async function createGoEngine(host: EngineHost, options: GoEngineOptions): Promise<GoEngine> {
  return new GoEngine(host, await GoSyntax.load(options.grammar), options);
}

/** A compile error, placed where the compiler saw it. */
interface CompileError {
  readonly file: string | undefined;
  readonly line: number;
  readonly message: string;
}

interface Sources {
  readonly directory: string;
  /** Absolute path → what the editor or the disk has. */
  readonly texts: ReadonlyMap<string, SourceDocument>;
}

/** What one compile said about all its folders. */
interface Compiled {
  readonly unit: GoUnit;
  readonly records: PackageRecords;
  readonly packages: readonly ListedPackage[];
  readonly errors: readonly CompileError[];
}

/** The text of a fix before it was offered, kept to combine fixes. */
const origins = new WeakMap<Fix, { fix: GoFix; pkg: GoPackage }>();

/** Packages that one compile of a scan takes: it bounds memory, and each compile costs a start of `go`. */
const scanBatch = 24;

export class GoEngine implements Engine {
  readonly language = 'go';
  readonly #rules: readonly GoRule[];
  readonly #broken = new Map<RuleId, unknown>();
  readonly #toolchains = new Map<string, ToolchainReport>();
  readonly #disposed = new AbortController();

  constructor(
    private readonly host: EngineHost,
    private readonly syntax: GoSyntax,
    private readonly options: GoEngineOptions,
  ) {
    this.#rules = options.rules ?? goRules;
  }

  accepts(document: Pick<SourceDocument, 'path' | 'languageId'>): boolean {
    return document.languageId === 'go' || document.path.endsWith('.go');
  }

  async analyse(
    request: AnalysisRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const either = AbortSignal.any([signal, this.#disposed.signal]);
    const { document, buffers, settings } = request;
    if (document.virtual) {
      const sources = { directory: path.dirname(document.path), texts: new Map([[document.path, document]]) };
      const reason =
        'Only the syntax was analysed: the document is not a file on disk, so there is nothing to compile.';
      return this.#analyse([sources], reason, settings, publish, either);
    }
    const directory = path.dirname(document.path);
    const all = new Map(buffers).set(document.path, document);
    const sources = await readSources(directory, all);
    const compiled = await this.#compile([sources], all, settings, either);
    await this.#analyse([sources], compiled, settings, publish, either);
  }

  /**
   * Analyses many packages, a few in each compile, so that memory stays bounded. `onFiles` gets each package once, with
   * its fixes verified, in the order of `directories`.
   */
  async scan(
    request: ScanRequest,
    onFiles: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const either = AbortSignal.any([signal, this.#disposed.signal]);
    const buffers = request.buffers ?? new Map<string, SourceDocument>();
    for (let i = 0; i < request.directories.length; i += scanBatch) {
      either.throwIfAborted();
      const batch: Sources[] = [];
      for (const directory of request.directories.slice(i, i + scanBatch)) {
        const sources = await readSources(directory, buffers);
        if (sources.texts.size > 0) batch.push(sources);
      }
      if (batch.length === 0) continue;
      const compiled = await this.#compile(batch, buffers, request.settings, either);
      await this.#analyse(batch, compiled, request.settings, onFiles, either);
    }
  }

  /** One compile of all folders, which must be of one module; or one sentence that says why there is none. */
  async #compile(
    batch: readonly Sources[],
    buffers: ReadonlyMap<string, SourceDocument>,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<Compiled | string> {
    const { compiler } = this.options;
    if (!compiler) return 'Only the syntax was analysed: there is no Go compiler.';
    const unit = await compiler.locate(batch[0]!.directory, settings, signal);
    if ('reason' in unit) return unit.reason;
    for (const { texts } of batch) {
      for (const file of texts.keys()) {
        this.#toolchains.set(file, { version: unit.toolchainName, path: unit.command, how: unit.how });
      }
    }
    const resolve = resolver(unit);
    const records = new PackageRecords(resolve);
    const errors: CompileError[] = [];
    let unaccounted = 0;
    const onRecord = (record: CompilerRecord): void => {
      records.add(record);
      if (record.kind === 'unaccounted') {
        if (unaccounted++ < 5) this.host.logger.debug(`line of the compiler not understood: ${record.line}`);
      } else if (record.kind === 'error') {
        errors.push({ file: record.at?.file, line: record.at?.line ?? 0, message: record.message });
      }
    };
    const overlay = new Map<string, string>();
    for (const [file, document] of buffers) {
      if (!document.virtual && file.endsWith('.go') && file.startsWith(unit.root))
        overlay.set(file, document.text);
    }
    const directories = batch.map(({ directory }) => directory);
    const { packages } = await compiler.compile(unit, { directories, overlay }, settings, onRecord, signal);
    return { unit, records, packages, errors };
  }

  async #analyse(
    batch: readonly Sources[],
    compiled: Compiled | string,
    settings: Settings,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (const sources of batch) {
      await turn();
      signal.throwIfAborted();
      const leases: ParsedFile[] = [];
      try {
        const { checked, notes } = this.#check(sources, compiled, settings, leases);
        publish(
          checked.map(({ file, candidates, notes: own }) => ({
            path: file.path,
            version: sources.texts.get(file.path)!.version,
            text: file.text,
            findings: candidates.map(({ finding, fixes }) => ({
              ...finding,
              fixes: fixes.flatMap((fix) => offer(file.pkg, fix)),
            })),
            notes: [...own, ...notes.filter((note) => note.file === undefined || note.file === file.path)],
          })),
        );
      } finally {
        for (const lease of leases) lease.release();
      }
    }
  }

  /** Parses a folder, joins the facts, runs the rules. */
  #check(
    { directory, texts }: Sources,
    compiled: Compiled | string,
    settings: Settings,
    leases: ParsedFile[],
  ): { checked: CheckedFile[]; notes: Note[] } {
    const notes: Note[] = [];
    const groups = new Map<string, ParsedFile[]>();
    for (const [file, { text }] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const parsed = this.syntax.parse(file, text);
      if (!parsed) {
        notes.push({ file, message: `${path.basename(file)} was not analysed: parsing it took too long.` });
        continue;
      }
      leases.push(parsed);
      const name = parsed.packageName ?? '';
      groups.set(name, [...(groups.get(name) ?? []), parsed]);
    }
    if (typeof compiled === 'string') {
      for (const file of texts.keys()) notes.push({ file, message: compiled });
    }
    const listed =
      typeof compiled === 'string' ? undefined : compiled.packages.find((p) => p.directory === directory);
    const checked: CheckedFile[] = [];
    for (const files of groups.values()) {
      const paths = new Set(files.map((file) => file.path));
      let records: PackageRecords | undefined;
      if (typeof compiled !== 'string') {
        const failure = failureOf(compiled, directory, paths);
        if (failure !== undefined) for (const file of paths) notes.push({ file, message: failure });
        else if (listed && files.some((file) => listed.files.includes(file.path))) ({ records } = compiled);
        else {
          for (const file of paths) {
            notes.push({
              file,
              message: 'Only the syntax was analysed: the file is not part of this build.',
            });
          }
        }
      }
      const unit = typeof compiled === 'string' ? undefined : compiled.unit;
      const pkg = buildPackage({
        importPath: listed?.importPath ?? path.basename(directory),
        files,
        records,
        toolchain: unit?.toolchain ?? unknownVersion,
        language: unit?.language ?? unknownVersion,
      });
      checked.push(...checkPackage(pkg, this.#rules, settings, this.#broken));
    }
    return { checked, notes };
  }

  async combine(
    analysis: FileAnalysis,
    fixes: readonly Fix[],
    _request: AnalysisRequest,
    _signal: AbortSignal,
  ): Promise<CombinedFix> {
    const known = fixes.flatMap((offered) => {
      const origin = origins.get(offered);
      return origin ? [{ offered, ...origin.fix, pkg: origin.pkg }] : [];
    });
    const first = known[0];
    if (!first) return { edits: [], applied: [] };
    const { texts } = await this.#reparse(first.pkg);
    try {
      const pkg = texts.pkg;
      if (pkg.files.find((file) => file.path === analysis.path)?.text !== analysis.text) {
        return { edits: [], applied: [] };
      }
      const { edits, applied } = combineFixes(pkg, known);
      return { edits, applied: applied.map(({ offered }) => offered) };
    } finally {
      texts.release();
    }
  }

  /** The trees of an analysis are freed when it ends: parse its files again. */
  async #reparse(pkg: GoPackage): Promise<{ texts: { pkg: GoPackage; release(): void } }> {
    const files = pkg.files.flatMap(({ path, text }) => this.syntax.parse(path, text) ?? []);
    const fresh = buildPackage({ ...pkg, files, records: undefined });
    return { texts: { pkg: fresh, release: () => files.forEach((file) => file.release()) } };
  }

  toolchain(file: string): ToolchainReport | undefined {
    return this.#toolchains.get(file);
  }

  async dispose(): Promise<void> {
    this.#disposed.abort();
    this.syntax.dispose();
  }
}

const unknownVersion: GoVersion = { major: 1, minor: 21 };

/** A fix as the editor shows it. */
function offer(pkg: GoPackage, fix: GoFix): Fix[] {
  const { edits, applied } = combineFixes(pkg, [fix]);
  if (applied.length === 0) return [];
  const offered: Fix = {
    title: fix.title,
    kind: fix.kind,
    edits: edits as FileEdit[],
    verification: 'unverified',
  };
  origins.set(offered, { fix, pkg });
  return [offered];
}

/** From `import/path/file.go`, as -trimpath prints it, to the file in the module. */
export function resolver(unit: Pick<GoUnit, 'root' | 'modulePath'>): (file: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  const directoryOf = (importPath: string): string | undefined => {
    if (unit.modulePath === 'std') return path.join(unit.root, importPath);
    if (importPath === unit.modulePath) return unit.root;
    return importPath.startsWith(`${unit.modulePath}/`)
      ? path.join(unit.root, importPath.slice(unit.modulePath.length + 1))
      : undefined;
  };
  const resolve = (file: string): string | undefined => {
    if (path.isAbsolute(file)) return file;
    const slash = file.lastIndexOf('/');
    if (slash < 0 || !file.endsWith('.go')) return undefined;
    const base = file.slice(slash + 1);
    // The external test package of p is compiled as p_test.
    const importPath = base.endsWith('_test.go')
      ? file.slice(0, slash).replace(/_test$/, '')
      : file.slice(0, slash);
    const directory = directoryOf(importPath);
    return directory && path.join(directory, base);
  };
  return (file) => {
    if (known.has(file)) return known.get(file);
    const path = resolve(file);
    known.set(file, path);
    return path;
  };
}

/** Why the compiler's part is missing for these files, with the first error; undefined when it is there. */
function failureOf({ errors }: Compiled, directory: string, files: ReadonlySet<string>): string | undefined {
  const own = errors.filter(({ file }) => file !== undefined && path.dirname(file) === directory);
  // Errors of test files leave the package itself compiled.
  const production = own.find(({ file }) => !file!.endsWith('_test.go'));
  const first = production ?? own.find(({ file }) => files.has(file!));
  if (!first) return undefined;
  return (
    'Only the syntax was analysed: the package does not compile. ' +
    `${path.basename(first.file!)}:${first.line}: ${first.message}`
  );
}

/** The Go files of a folder: buffers first, else the disk. */
async function readSources(
  directory: string,
  buffers: ReadonlyMap<string, SourceDocument>,
): Promise<Sources> {
  const texts = new Map<string, SourceDocument>();
  for (const [file, document] of buffers) {
    if (path.dirname(file) === directory && file.endsWith('.go')) texts.set(file, document);
  }
  let names: string[] = [];
  try {
    names = await readdir(directory);
  } catch {
    // A folder that exists only in the editor.
  }
  for (const name of names.sort()) {
    const file = path.join(directory, name);
    if (!name.endsWith('.go') || /^[._]/.test(name) || texts.has(file)) continue;
    try {
      texts.set(file, { path: file, languageId: 'go', version: 0, text: await readFile(file, 'utf8') });
    } catch (error) {
      if (
        (error as NodeJS.ErrnoException).code !== 'ENOENT' &&
        (error as NodeJS.ErrnoException).code !== 'EISDIR'
      ) {
        throw error;
      }
    }
  }
  return { directory, texts };
}
