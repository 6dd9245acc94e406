import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { FileEdit, Finding, Fix, Note, RuleId, Span, WayOut } from '../../../rules/model';
import { goRules } from '../../../rules/go/index';
import { suppressionsOf } from '../../../rules/go/syntax/directives';
import type { GoFix, GoPackage, GoRule, GoVersion } from '../../../rules/go/rule';
import { ProcessRunner, ToolError, type Patience } from '../host/process';
import { entriesOf, readText } from '../host/files';
import type { ResultStore } from '../host/result-store';
import { Turns } from '../host/turns';
import type {
  AnalysisRequest,
  CombinedFix,
  Engine,
  EngineHost,
  FileAnalysis,
  Skeleton,
  SourceDocument,
  ToolchainReport,
} from '../service/engine';
import type { Settings } from '../service/settings';
import { compareText } from '../service/ranking';
import { laidOut, plain, type Changed } from '../text/lay-out';
import { checkFile, confirmedFile } from './check';
import { Builds, joinBuilds, NotCompiled, packageIn, sameBuild, type Build } from './compile/builds';
import type { Comparison } from './compile/declared';
import { Stages } from './compile/stages';
import type { CompileError, CompiledPackage } from './compile/listed';
import { describeError, withWayOut } from './plan/failure';
import { GoFolder } from './plan/folder';
import type { GoToolchain } from './plan/toolchain';
import { combineFixes, fixedTexts } from './verify/combine';
import { declaredInText } from './facts/declared';
import { Awaited } from './facts/file-facts';
import { buildPackage } from './facts/package';
import { KeptPackages, type Word } from './kept';
import { unjoinedNotes } from './facts/unjoined';
import { gofmt } from './layout/gofmt';
import { GoSyntax, type GrammarPaths, type ParsedFile } from './facts/syntax-trees';
import { skeletonsFor } from './skeleton/skeleton';
import { noTypes, Types, type FolderTypes, type TypesOptions } from './types/types';
import { Allowance } from './verify/allowance';
import { Verifier } from './verify/verifier';
import { type Verdict } from './verify/verdict';
import { type FixJob } from './verify/questions';
import { concerns, newErrors } from './verify/errors';
import { exportedSignature } from './verify/signatures';
import { analyses, Confirmed, jobsOf, originOf, type Checked, type Sources } from './publish';

export interface GoEngineOptions {
  readonly grammar: GrammarPaths;
  /** The type checker; without it types come from declarations alone. */
  readonly types?: TypesOptions | undefined;
  /** For tests of single rules. */
  readonly rules?: readonly GoRule[];
  /** How long the go command may be still; ProcessRunner's unless given. */
  readonly patience?: Patience;
  /** Milliseconds after which the syntax of an opened file is shown while its first compile is still at work. */
  readonly meanwhile?: number;
}

export interface ScanRequest {
  /** Absolute folders, each one package, or without a module any number of programs. */
  readonly directories: readonly string[];
  /** Absolute; of a folder without a module only the programs are analysed that these belong to. All when absent. */
  readonly files?: ReadonlySet<string>;
  readonly buffers?: ReadonlyMap<string, SourceDocument>;
  readonly settings: Settings;
  /** See FolderRequest. */
  readonly store?: ResultStore | undefined;
}

/** What is true of a finished analysis of a folder, of which everything could be said. */
interface Whole {
  /** Whether fixes stand rests on other packages of the workspace, too. */
  readonly everything: boolean;
}

/** What was found in some folders, their trees still alive. */
interface Report {
  readonly open: Checked[];
  /** Folders of which everything could be said; absolute. */
  readonly whole: Map<string, Whole>;
  readonly verdicts: Map<GoFix, Verdict>;
}

function release(report: Report | undefined): void {
  for (const { leases } of report?.open ?? []) for (const lease of leases) lease.release();
}

export async function createGoEngine(host: EngineHost, options: GoEngineOptions): Promise<GoEngine> {
  return new GoEngine(host, await GoSyntax.load(options.grammar), options);
}

/** What an analysis is about, and whom it tells. */
interface Work {
  /** Absolute: the file that somebody is at; undefined in a scan. */
  readonly document: string | undefined;
  readonly buffers: ReadonlyMap<string, SourceDocument>;
  readonly settings: Settings;
  readonly publish: (files: readonly FileAnalysis[]) => void;
  readonly signal: AbortSignal;
}

/** Packages that one compile of a scan takes: it bounds memory, and each compile costs a start of `go`. */
const scanBatch = 16;

export class GoEngine implements Engine {
  readonly language = 'go';
  readonly #rules: readonly GoRule[];
  readonly #broken = new Map<RuleId, unknown>();
  readonly #toolchains = new Map<string, ToolchainReport>();
  readonly #disposed = new AbortController();
  /** Folders of which the compiler has said something: their findings are not taken back while it works on an edit. */
  readonly #compiled = new Set<string>();
  readonly #meanwhile: number;
  readonly #builds: Builds;
  readonly #stages: Stages;
  readonly #runner: ProcessRunner;
  readonly #verifier: Verifier;
  readonly #types: Types | undefined;
  readonly #confirmed = new Confirmed();

  constructor(
    private readonly host: EngineHost,
    private readonly syntax: GoSyntax,
    options: GoEngineOptions,
  ) {
    this.#rules = options.rules ?? goRules;
    this.#meanwhile = options.meanwhile ?? 3000;
    this.#runner = new ProcessRunner(host.trust, host.logger, options.patience);
    this.#builds = new Builds(host, this.#runner);
    this.#stages = new Stages(this.#builds, host.logger, (file, text) =>
      declaredInText(this.syntax, file, text),
    );
    this.#types = options.types && new Types(this.#runner, host.logger, options.types);
    this.#verifier = new Verifier(this.#builds, syntax, host.logger);
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
    const directory = path.dirname(document.path);
    if (document.virtual) {
      const unit = new NotCompiled('The document is not a file on disk, so there is nothing to compile.');
      const texts = new Map([[document.path, document]]);
      const sources = { directory, texts, unread: [], unit };
      const work = { document: document.path, buffers: new Map(), settings, publish, signal: either };
      await this.#report([sources], unit, work);
      return;
    }
    const all = new Map(buffers).set(document.path, document);
    const folder = await GoFolder.read(directory, all);
    const answered = new AbortController();
    const meanwhile = async (): Promise<void> => {
      const wanted = AbortSignal.any([either, answered.signal]);
      if (wanted.aborted || this.#compiled.has(directory)) return;
      try {
        publish(await this.#syntaxOnly(folder, settings, wanted));
      } catch (error) {
        if (!wanted.aborted) throw error;
      }
    };
    const timer = setTimeout(() => void meanwhile(), this.#meanwhile);
    const answer = (files: readonly FileAnalysis[]): void => {
      clearTimeout(timer);
      answered.abort();
      publish(files);
    };
    try {
      const sources = await this.#sources(folder, document.path, all, settings, either);
      const work = { document: document.path, buffers: all, settings, publish: answer, signal: either };
      if (await this.#edited(folder, sources, work)) return;
      const build = await this.#compile([sources], work);
      if (build instanceof NotCompiled) await this.#report([sources], build, work);
      else {
        const same = this.#stages.remember({ build, folder });
        await this.#report([sources], { ...build, same }, work);
      }
    } finally {
      clearTimeout(timer);
      answered.abort();
    }
  }

  /** Compiles an edit without the go command and publishes what each stage is good for. False when that is not all. */
  async #edited(folder: GoFolder, sources: Sources, work: Work): Promise<boolean> {
    const { unit } = sources;
    if (unit instanceof NotCompiled) return false;
    const { document, buffers, signal } = work;
    const edit = { unit, folder, document: document!, buffers: overlaysOf(buffers) };
    const stages = this.#stages.of(edit, signal);
    /** What was said of the stage before. */
    let before: Report | undefined;
    let next = stages.next();
    try {
      for (;;) {
        const { value: stage, done } = await next;
        if (done) return stage;
        const { build, settled, assumed, confirms } = stage;
        // The compiler is at work while the rules run.
        if (assumed) next = stages.next();
        // Where they end early nobody waits for it.
        next.catch(() => undefined);
        if (before && confirms) this.#confirm(before, work);
        else {
          release(before);
          before = undefined;
          before = await this.#check([sources], build, work, settled, assumed);
        }
        if (assumed) continue;
        await this.#verify(before, build, work);
        next = stages.next();
      }
    } finally {
      release(before);
    }
  }

  /** What can be said while the first compile is at work; fixes wait for it. @throws AbortError */
  async #syntaxOnly(
    { directory, texts, notes: unread }: GoFolder,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<FileAnalysis[]> {
    const unit = new NotCompiled('The Go compiler is still at work.');
    const sources = { directory, texts, unread, unit };
    const checked = this.#prepare(sources, unit, noTypes, new Set());
    const broken = new Map(this.#broken);
    const turns = new Turns(signal);
    try {
      for (const file of checked.packages.flatMap(({ files }) => files))
        checked.files.push(await checkFile(file, this.#rules, settings, broken, turns));
      signal.throwIfAborted();
      return analyses({ ...checked, unverifiable: new Map() }, () => undefined, this.#confirmed);
    } finally {
      for (const lease of checked.leases) lease.release();
    }
  }

  /**
   * Analyses many packages, several in each compile, so that memory stays bounded. `onFiles` gets the files of one
   * package at a time, once, with their fixes verified. Rejects with AbortError when `signal` fires.
   */
  async scan(
    request: ScanRequest,
    onFiles: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const either = AbortSignal.any([signal, this.#disposed.signal]);
    const buffers = request.buffers ?? new Map<string, SourceDocument>();
    const { settings, store, directories } = request;
    const kept =
      store && buffers.size === 0
        ? new KeptPackages(store, this.#runner, directories, settings, either)
        : undefined;
    let batch: Sources[] = [];
    const published = new Set<string>();
    // What several programs of a scratch folder share is told by the first.
    const tell = ({ texts, unread }: Sources, analyses: readonly FileAnalysis[]): void => {
      onFiles(analyses.filter(({ path: file }) => !published.has(file)));
      for (const file of [...texts.keys(), ...unread.flatMap(({ file }) => file ?? [])]) published.add(file);
    };
    const finish = async (): Promise<void> => {
      const ready = batch;
      batch = [];
      // Only the last word about a file goes out.
      const last = new Map<string, FileAnalysis>();
      const keep = (files: readonly FileAnalysis[]): void =>
        files.forEach((file) => last.set(file.path, file));
      if (ready.length === 0) return;
      const work = { document: undefined, buffers, settings, publish: keep, signal: either };
      const whole = await this.#report(ready, await this.#compile(ready, work), work);
      const words: Word[] = [];
      for (const sources of ready) {
        const { texts, unread, directory } = sources;
        const files = [...texts.keys(), ...unread.flatMap(({ file }) => file ?? [])];
        const analyses = files.flatMap((file) => last.get(file) ?? []);
        tell(sources, analyses);
        const how = whole.get(directory);
        if (how) words.push({ sources, analyses, everything: how.everything });
      }
      await kept?.keep(words);
    };
    for (const directory of directories) {
      const folder = await GoFolder.read(directory, buffers);
      const left = new Set(folder.texts.keys());
      for (const file of left) {
        either.throwIfAborted();
        const sources = await this.#sources(folder, file, buffers, settings, either);
        for (const covered of sources.texts.keys()) left.delete(covered);
        const wanted = request.files;
        if (wanted && ![...sources.texts.keys()].some((covered) => wanted.has(covered))) continue;
        const before = await kept?.find(sources);
        if (before) {
          tell(sources, before);
          continue;
        }
        const first = batch[0];
        const joins =
          !first ||
          (first.unit instanceof NotCompiled
            ? sources.unit instanceof NotCompiled && first.unit.why === sources.unit.why
            : !(sources.unit instanceof NotCompiled) && sameBuild(first.unit, sources.unit));
        if (!joins || batch.length >= scanBatch) await finish();
        batch.push(sources);
      }
    }
    await finish();
  }

  /** The texts that are compiled together with the file, and the unit that compiles them. */
  async #sources(
    folder: GoFolder,
    file: string,
    buffers: ReadonlyMap<string, SourceDocument>,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<Sources> {
    const { directory, notes: unread } = folder;
    const unit = await this.#builds.locate(file, buffers, settings, signal, folder);
    const program = unit instanceof NotCompiled ? undefined : unit.unit.program;
    const members = program && new Set(program);
    const texts = members ? new Map([...folder.texts].filter(([name]) => members.has(name))) : folder.texts;
    if (!(unit instanceof NotCompiled)) {
      const report = reportOf(unit.toolchain);
      for (const name of texts.keys()) this.#toolchains.set(name, report);
    }
    return { directory, texts, unread, unit };
  }

  /** One compile for all that can be compiled. */
  async #compile(
    batch: readonly Sources[],
    { document, buffers, signal }: Work,
  ): Promise<Build | NotCompiled> {
    const units = batch.flatMap(({ unit }) => (unit instanceof NotCompiled ? [] : [unit]));
    const [first] = batch;
    if (units.length === 0) return first!.unit as NotCompiled;
    const unit = joinBuilds(units);
    this.#types?.prepare(unit.toolchain);
    try {
      const more = { exports: this.#types !== undefined, parts: document !== undefined };
      return await this.#builds.run(unit, overlaysOf(buffers), signal, more);
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      return new NotCompiled(reason, 'log');
    }
  }

  /**
   * Checks, publishes; then verifies the fixes and publishes what has any again.
   * @returns the folders of which everything was said; absolute
   */
  async #report(
    batch: readonly Sources[],
    build: Build | NotCompiled,
    work: Work,
  ): Promise<ReadonlyMap<string, Whole>> {
    const report = await this.#check(batch, build, work);
    try {
      if (!(build instanceof NotCompiled)) await this.#verify(report, build, work);
    } finally {
      release(report);
    }
    return report.whole;
  }

  /**
   * Runs the rules and publishes what they find. With a document, its file is checked and published first. The report's trees are
   * alive: it has to be released.
   * @param settled absolute paths; nothing is said of other files. All when absent
   * @param assumed while the listing is assumed
   */
  async #check(
    batch: readonly Sources[],
    build: Build | NotCompiled,
    { document, buffers, settings, publish, signal }: Work,
    settled?: ReadonlySet<string>,
    assumed?: Comparison,
  ): Promise<Report> {
    const report: Report = { open: [], whole: new Map(), verdicts: new Map() };
    const verdictOf = (fix: GoFix): Verdict | undefined => report.verdicts.get(fix);
    const awaited = assumed && new Awaited(assumed);
    const turns = new Turns(signal);
    const tell = (checked: Checked, said: Build | NotCompiled): void => {
      // What the compiler said of a fix before an edit elsewhere holds.
      if (document !== undefined && !(said instanceof NotCompiled))
        for (let known = this.#knownOf(checked, report, said); known > 0;)
          known = this.#knownOf(checked, report, said);
      publish(analyses(checked, verdictOf, this.#confirmed));
    };
    try {
      for (const sources of batch) {
        await turn();
        signal.throwIfAborted();
        const said = sources.unit instanceof NotCompiled ? sources.unit : build;
        const types =
          said instanceof NotCompiled
            ? undefined
            : await this.#types?.of(said, sources.directory, sources.texts, signal);
        const checked = this.#prepare(sources, said, types ?? noTypes, revealedIn(buffers), awaited);
        report.open.push(checked);
        if (isWhole(checked, said, types) && this.#broken.size === 0)
          report.whole.set(sources.directory, { everything: false });
        const files = checked.packages
          .flatMap((pkg) => pkg.files)
          .filter(({ path: file }) => settled?.has(file) ?? true)
          .sort(
            (a, b) =>
              Number(b.path === document) - Number(a.path === document) || compareText(a.path, b.path),
          );
        for (const [i, file] of files.entries()) {
          if (!(said instanceof NotCompiled)) checked.notes.push(...unjoinedNotes(file, said.records));
          checked.files.push(await checkFile(file, this.#rules, settings, this.#broken, turns, awaited));
          await turns.rest();
          if (i > 0 || file.path !== document || files.length === 1) continue;
          tell(checked, said);
          await turn();
          signal.throwIfAborted();
        }
        tell(checked, said);
        if (document !== undefined && !awaited) this.#confirmed.remember(checked.files, verdictOf);
      }
      return report;
    } catch (error) {
      release(report);
      throw error;
    }
  }

  /** How many verdicts are there without a compile. */
  #knownOf(checked: Checked, { verdicts }: Report, build: Build): number {
    const known = this.#verifier.known(
      build,
      jobsOf(checked, (fix) => verdicts.get(fix)),
    );
    for (const [{ fix }, verdict] of known) verdicts.set(fix, verdict);
    return known.size;
  }

  /** The listing is what was assumed: what waited for it is said. */
  #confirm({ open, verdicts }: Report, { publish }: Work): void {
    for (const checked of open) {
      const verdictOf = (fix: GoFix): Verdict | undefined => verdicts.get(fix);
      const waits = checked.files.some((file) => file.waits);
      checked.awaits = false;
      checked.files.splice(0, checked.files.length, ...checked.files.map(confirmedFile));
      if (waits) publish(analyses(checked, verdictOf, this.#confirmed));
      this.#confirmed.remember(checked.files, verdictOf);
    }
  }

  /** Verifies the fixes and publishes what has any again; with a document, those of each compile when it ends. */
  async #verify(
    { open, whole, verdicts }: Report,
    build: Build,
    { document, buffers, publish, signal }: Work,
  ): Promise<void> {
    const overlays = overlaysOf(buffers);
    const verdictOf = (fix: GoFix): Verdict | undefined => verdicts.get(fix);
    const publishAll = (of: (checked: Checked) => boolean): void => {
      for (const checked of open) if (of(checked)) publish(analyses(checked, verdictOf, this.#confirmed));
    };
    const next = (): FixJob[] => open.flatMap((checked) => jobsOf(checked, verdictOf));
    // Of the document in question first: whoever edits it looks at it.
    const wanted = (job: FixJob): number => (job.fix.edits.some(({ file }) => file === document) ? 0 : 1);
    try {
      const allowance = new Allowance();
      // What is refuted may have something in its place, which is checked then.
      for (let jobs = next(); jobs.length > 0; jobs = next()) {
        const ordered = jobs.sort((a, b) => wanted(a) - wanted(b));
        for (const { directory, pkg, fix } of jobs)
          if (whole.has(directory) && exportedSignature(pkg, fix.edits))
            whole.set(directory, { everything: true });
        const onVerdicts = (certain: ReadonlyMap<FixJob, Verdict>): void => {
          for (const [{ fix }, verdict] of certain) verdicts.set(fix, verdict);
          if (signal.aborted || document === undefined || next().length === 0) return;
          const directories = new Set([...certain.keys()].map(({ directory }) => directory));
          publishAll(({ sources }) => directories.has(sources.directory));
        };
        await this.#verifier.verify(build, overlays, ordered, signal, onVerdicts, allowance);
      }
      if (document !== undefined) for (const { files } of open) this.#confirmed.remember(files, verdictOf);
    } catch (error) {
      if (signal.aborted || !(error instanceof ToolError)) throw error;
      // What was found stays, and what was verified until then.
      whole.clear();
      for (const checked of open)
        for (const file of new Set(jobsOf(checked, verdictOf).map(({ at }) => at.file)))
          checked.notes.push({ file, message: `Not all fixes were checked. ${error.message}` });
    }
    signal.throwIfAborted();
    publishAll(({ files }) =>
      files.some(({ candidates }) =>
        candidates.some(({ fixes, restsOn }) => fixes.length > 0 || restsOn !== 'nothing'),
      ),
    );
  }

  /** Parses a folder and joins the facts, so that the rules can run. */
  #prepare(
    sources: Sources,
    build: Build | NotCompiled,
    types: FolderTypes,
    revealed: ReadonlySet<string>,
    awaited?: Awaited,
  ): Checked {
    const { directory, texts } = sources;
    const notes: Note[] = [];
    const leases: ParsedFile[] = [];
    const unparsed: string[] = [];
    const groups = new Map<string, ParsedFile[]>();
    for (const [file, { text }] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const parsed = this.syntax.parse(file, text);
      if (!parsed) {
        unparsed.push(file);
        notes.push({ file, message: `${path.basename(file)} was not analysed: parsing it took too long.` });
        continue;
      }
      leases.push(parsed);
      const name = parsed.packageName ?? '';
      groups.set(name, [...(groups.get(name) ?? []), parsed]);
    }
    const compiled = build instanceof NotCompiled ? undefined : packageIn(build, directory);
    const unit = sources.unit instanceof NotCompiled ? undefined : sources.unit;
    if (!(build instanceof NotCompiled)) {
      this.#compiled.add(directory);
      notes.push(...build.notes.filter(({ file }) => file === undefined || texts.has(file)));
      if (types.fault !== undefined) notes.push({ message: types.fault });
    }
    const packages: GoPackage[] = [];
    const unverifiable = new Map<string, string>();
    const incomplete = new Map<string, string>();
    // The tests of another package clause are a package of their own. The name alone does not tell: any may end so.
    const isExternal = (parsed: readonly ParsedFile[]): boolean =>
      parsed.some(({ path: file }) => compiled?.externalTestFiles.includes(file));
    const ordered = [...groups.values()].sort((a, b) => Number(isExternal(b)) - Number(isExternal(a)));
    for (const parsed of ordered) {
      for (const { path: file } of parsed) {
        const missing =
          build instanceof NotCompiled
            ? {
                note: `Only the syntax was analysed. ${build.why}`,
                short: reasonFor(this.host),
                wayOut: build.wayOut,
                error: build.why.replace(/\.$/, ''),
              }
            : missingPart(build, compiled, file);
        if (!missing) continue;
        const { note: message, wayOut } = missing;
        notes.push({ file, message, ...(wayOut !== undefined && { wayOut }) });
        unverifiable.set(file, missing.short);
        if (missing.error !== undefined) incomplete.set(file, missing.error);
      }
      const external = isExternal(parsed);
      const importPath = compiled?.importPath ?? path.basename(directory);
      const pkg = buildPackage({
        importPath: external ? `${importPath}_test` : importPath,
        files: parsed,
        records: build instanceof NotCompiled ? undefined : build.records,
        compiled: (file) => isCompiled(compiled, file),
        types: types.files,
        awaited,
        externalTests: external ? undefined : packages.find(({ importPath }) => importPath.endsWith('_test')),
        toolchain: unit?.toolchain.version ?? unknownVersion,
        language: compiled?.module?.language ?? unit?.toolchain.version ?? unknownVersion,
      });
      packages.push(pkg);
    }
    return {
      sources,
      packages,
      files: [],
      unparsed,
      notes,
      leases,
      revealed,
      unverifiable,
      incomplete,
      awaits: awaited !== undefined,
      offers: new Map(),
    };
  }

  async combine(
    analysis: FileAnalysis,
    fixes: readonly Fix[],
    request: AnalysisRequest,
    signal: AbortSignal,
    unchecked = false,
  ): Promise<CombinedFix> {
    const either = AbortSignal.any([signal, this.#disposed.signal]);
    either.throwIfAborted();
    const known = fixes.flatMap((offered) => {
      const origin = originOf(offered);
      return origin ? [{ ...origin.fix, offered, pkg: origin.pkg }] : [];
    });
    const first = known[0];
    if (!first) return { edits: [], applied: [] };
    // The trees of an analysis are freed when it ends: its files are parsed again.
    const files = first.pkg.files.flatMap(({ path, text }) => this.syntax.parse(path, text) ?? []);
    try {
      if (files.find((file) => file.path === analysis.path)?.text !== analysis.text) {
        return { edits: [], applied: [] };
      }
      const pkg = buildPackage({ ...first.pkg, files, records: undefined });
      const all = combineFixes(pkg, known);
      if (unchecked || (await this.#compiles(pkg, all.edits, request, either))) {
        return { edits: all.edits, applied: all.applied.map(({ offered }) => offered), checked: true };
      }
      // Each is right alone, but not all together: one after the other, leaving out what does not join.
      let joined = combineFixes(pkg, all.applied.slice(0, 1));
      for (const fix of all.applied.slice(1)) {
        const attempt = combineFixes(pkg, [...joined.applied, fix]);
        if (await this.#compiles(pkg, attempt.edits, request, either)) joined = attempt;
      }
      return { edits: joined.edits, applied: joined.applied.map(({ offered }) => offered), checked: true };
    } finally {
      for (const file of files) file.release();
    }
  }

  async layOut(
    texts: readonly (Changed & { readonly path: string })[],
    settings: Settings,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const either = AbortSignal.any([signal, this.#disposed.signal]);
    const [first] = texts;
    const unit = first && (await this.#builds.locate(first.path, new Map(), settings, either));
    if (unit === undefined || unit instanceof NotCompiled) return texts.map(({ after }) => after);
    try {
      const both = texts.flatMap(({ before, after }) => [plain(before), plain(after)]);
      const formatted = await gofmt(this.#runner, unit.toolchain, both, either);
      return texts.map((text, i) =>
        laidOut(text, { before: formatted[2 * i]!, after: formatted[2 * i + 1]! }),
      );
    } catch (error) {
      either.throwIfAborted();
      this.host.logger.debug(
        `Nothing was laid out: ${error instanceof Error ? error.message : String(error)}`,
      );
      return texts.map(({ after }) => after);
    }
  }

  /** True when the package compiles with the edits, and when no compiler can tell. */
  async #compiles(
    pkg: GoPackage,
    edits: readonly FileEdit[],
    { document, buffers, settings }: AnalysisRequest,
    signal: AbortSignal,
  ): Promise<boolean> {
    const overlays = overlaysOf(new Map(buffers).set(document.path, document));
    const texts = new Map([...overlays, ...fixedTexts(pkg.files, edits)]);
    const buffered = new Map([...texts].map(([file, text]) => [file, { text, version: 0 }]));
    const unit = await this.#builds.locate(document.path, buffered, settings, signal);
    if (unit instanceof NotCompiled) return true;
    const { errors } = await this.#builds.run(unit, texts, signal);
    const directory = path.dirname(document.path);
    const own = errors.filter((error) => error.at && concerns(error, directory));
    if (own.length === 0) return true;
    const before = await this.#builds.run(unit, overlays, signal);
    return newErrors(own, before.errors).length === 0;
  }

  async skeletons(file: string, span: Span): Promise<readonly Skeleton[] | string> {
    const directory = path.dirname(file);
    const parsed: ParsedFile[] = [];
    try {
      for (const { name, kind } of await entriesOf(directory)) {
        const at = path.join(directory, name);
        if (kind !== 'file' || !(name.endsWith('_test.go') || at === file)) continue;
        const { text } = await readText(at).catch(() => ({ text: '' }));
        const one = this.syntax.parse(at, text);
        if (one) parsed.push(one);
      }
      const own = parsed.find((one) => one.path === file);
      if (!own) return 'The file cannot be read.';
      return skeletonsFor(
        own,
        span,
        parsed.filter((one) => one !== own),
      );
    } finally {
      for (const one of parsed) one.release();
    }
  }

  suppressions({
    path: file,
    text,
  }: SourceDocument): (finding: Pick<Finding, 'ruleId' | 'span' | 'related'>) => boolean {
    const parsed = this.syntax.parse(file, text);
    if (!parsed) return () => false;
    try {
      const { hides } = suppressionsOf(parsed.root);
      const lines = parsed.lines;
      return ({ ruleId, span, related }) => {
        const around = related.filter(({ location }) => location.file === file);
        return hides(
          ruleId,
          lines.lineAt(span.start),
          around.map(({ location }) => lines.lineAt(location.span.start)),
        );
      };
    } finally {
      parsed.release();
    }
  }

  toolchain(file: string): ToolchainReport | undefined {
    return this.#toolchains.get(file);
  }

  async findToolchain(
    file: string,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<ToolchainReport | Note> {
    const either = AbortSignal.any([signal, this.#disposed.signal]);
    const unit = await this.#builds.locate(file, new Map(), settings, either);
    if (!(unit instanceof NotCompiled)) return reportOf(unit.toolchain);
    return { message: unit.why, ...(unit.wayOut !== undefined && { wayOut: unit.wayOut }) };
  }

  async dispose(): Promise<void> {
    this.#disposed.abort(new DOMException('The engine was stopped.', 'AbortError'));
    await this.#types?.dispose();
    await this.#builds.dispose();
    this.syntax.dispose();
  }
}

/** Unsaved texts for the compile. */
function overlaysOf(buffers: ReadonlyMap<string, SourceDocument>): Map<string, string> {
  const overlays = new Map<string, string>();
  for (const [file, { virtual, text }] of buffers) {
    if (!virtual && file.endsWith('.go')) overlays.set(file, text);
  }
  return overlays;
}

function revealedIn(buffers: ReadonlyMap<string, SourceDocument>): ReadonlySet<string> {
  return new Set([...buffers].flatMap(([file, { revealed }]) => (revealed ? [file] : [])));
}

const unknownVersion: GoVersion = { major: 1, minor: 21 };

/** Why nothing can be compiled at all, for the title of a fix. */
function reasonFor({ trust }: EngineHost): string {
  return trust.trusted ? 'nothing was compiled' : 'the workspace is not trusted';
}

function reportOf({ versionText, go, why }: GoToolchain): ToolchainReport {
  return { version: versionText, path: go, how: why };
}

function isCompiled(compiled: CompiledPackage | undefined, file: string): boolean {
  if (!compiled) return false;
  if (compiled.goFiles.includes(file) || compiled.cgoFiles.includes(file)) return compiled.compiled;
  return (
    compiled.testsCompiled && (compiled.testFiles.includes(file) || compiled.externalTestFiles.includes(file))
  );
}

/** Whether nothing is missing in what can be said of the folder, and nothing of it is due to this run alone. */
function isWhole(
  { sources: { directory }, unparsed, incomplete }: Checked,
  build: Build | NotCompiled,
  types: FolderTypes | undefined,
): boolean {
  if (build instanceof NotCompiled || types?.fault !== undefined || unparsed.length + incomplete.size > 0)
    return false;
  const compiled = packageIn(build, directory);
  const { toolchain, unit } = build.unit;
  // More than these are about the compile that all packages of the batch share.
  const expected = build.notes.length === toolchain.notes.length + unit.notes.length;
  return expected && compiled?.compiled === true && compiled.errors.length === 0;
}

interface MissingPart {
  readonly note: string;
  /** For the title of a fix. */
  readonly short: string;
  readonly wayOut?: WayOut | undefined;
  /** What has to be put right before there is a part again; absent where there is none to come. */
  readonly error?: string;
}

/** Why the compiler's part is missing for the file, with what the go command said; undefined when it is there. */
function missingPart(
  { unit: { unit }, errors }: Build,
  compiled: CompiledPackage | undefined,
  file: string,
): MissingPart | undefined {
  if (isCompiled(compiled, file)) return undefined;
  const missing = (short: string, more = '.') => ({
    note: `Only the syntax was analysed: ${short}${more}`,
    short,
  });
  const because = (short: string, error: CompileError) => {
    const said = withWayOut(describeError(error), unit.folder);
    return { ...missing(short, `. ${said}`), error: said.replace(/\.$/, '') };
  };
  const unexplained = ', and the go command gave no reason.';
  const [first] = compiled ? compiled.errors : errors;
  if (!compiled)
    return first
      ? because('the package does not compile', first)
      : missing('the go command lists no package in this folder');
  if (compiled.ignoredFiles.includes(file) && !compiled.errors.some(({ at }) => at?.file === file))
    return missing('build constraints or its name leave this file out of the build');
  const isTest = compiled.testFiles.includes(file) || compiled.externalTestFiles.includes(file);
  if (!compiled.compiled && first) return because('the package does not compile', first);
  if (isTest && first) return because('the tests do not compile', first);
  if (isTest)
    return unit.tests
      ? missing('the tests were not compiled', unexplained)
      : missing('the tests of this module are not compiled', ', because it is not yours.');
  if (!compiled.compiled) return missing('the package was not compiled', unexplained);
  return missing('the go command does not count this file among those of the package');
}
