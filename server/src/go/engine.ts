import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Finding, Fix, Note, RuleId, Span } from '../../../rules/model';
import { goRules } from '../../../rules/go/index';
import { suppressionsOf } from '../../../rules/go/syntax/directives';
import type { GoFix, GoRule } from '../../../rules/go/rule';
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
import { Builds, joinBuilds, NotCompiled, sameBuild, type Build } from './compile/builds';
import type { Comparison } from './compile/declared';
import { Stages } from './compile/stages';
import { GoFolder } from './plan/folder';
import type { GoToolchain } from './plan/toolchain';
import { declaredInText } from './facts/declared';
import { Awaited } from './facts/file-facts';
import { KeptPackages, type Word } from './kept';
import { unjoinedNotes } from './facts/unjoined';
import { gofmt } from './layout/gofmt';
import { GoSyntax, type GrammarPaths, type ParsedFile } from './facts/syntax-trees';
import { skeletonsFor } from './skeleton/skeleton';
import { noTypes, Types, type TypesOptions } from './types/types';
import { Allowance } from './verify/allowance';
import { Verifier } from './verify/verifier';
import { type Verdict } from './verify/verdict';
import { type FixJob } from './verify/questions';
import { exportedSignature } from './verify/signatures';
import { analyses, Confirmed, jobsOf, type Checked, type Sources } from './publish';
import { isWhole } from './missing';
import { prepare, type Joined } from './prepare';
import { combineCompiled } from './together';
import { overlaysOf } from './compile/overlay';

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

/**
 * What one compile of a scan takes at most, in packages and in UTF-16 units of their text: it bounds memory. Each compile costs a start of the
 * go command, which reads all that its packages import, so that many small packages are compiled at once.
 */
const scanBatch = { packages: 128, text: 600_000 };

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
    const checked = this.#prepare({ sources, build: unit, types: noTypes, revealed: new Set() });
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
    let length = 0;
    const published = new Set<string>();
    // What several programs of a scratch folder share is told by the first.
    const tell = ({ texts, unread }: Sources, analyses: readonly FileAnalysis[]): void => {
      onFiles(analyses.filter(({ path: file }) => !published.has(file)));
      for (const file of [...texts.keys(), ...unread.flatMap(({ file }) => file ?? [])]) published.add(file);
    };
    const finish = async (): Promise<void> => {
      const ready = batch;
      batch = [];
      length = 0;
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
    // Texts are read again when it is their turn: those of all packages would not be bounded.
    const missed: { readonly file: string; readonly sources: Pick<Sources, 'directory' | 'unit'> }[] = [];
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
        if (before) tell(sources, before);
        else missed.push({ file, sources: { directory, unit: sources.unit } });
      }
    }
    for (const {
      file,
      sources: { directory },
    } of (await kept?.dependenciesFirst(missed)) ?? missed) {
      either.throwIfAborted();
      const folder = await GoFolder.read(directory, buffers);
      const sources = await this.#sources(folder, file, buffers, settings, either);
      const first = batch[0];
      const joins =
        !first ||
        (first.unit instanceof NotCompiled
          ? sources.unit instanceof NotCompiled && first.unit.why === sources.unit.why
          : !(sources.unit instanceof NotCompiled) && sameBuild(first.unit, sources.unit));
      const room = batch.length < scanBatch.packages && length + lengthOf(sources) <= scanBatch.text;
      if (!joins || !room) await finish();
      batch.push(sources);
      length += lengthOf(sources);
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
        const revealed = revealedIn(buffers);
        const checked = this.#prepare({ sources, build: said, types: types ?? noTypes, revealed, awaited });
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

  #prepare(joined: Joined): Checked {
    if (!(joined.build instanceof NotCompiled)) this.#compiled.add(joined.sources.directory);
    return prepare({ syntax: this.syntax, trust: this.host.trust }, joined);
  }

  async combine(
    analysis: FileAnalysis,
    fixes: readonly Fix[],
    request: AnalysisRequest,
    signal: AbortSignal,
    unchecked = false,
  ): Promise<CombinedFix> {
    const either = AbortSignal.any([signal, this.#disposed.signal]);
    const compiler = { syntax: this.syntax, builds: this.#builds };
    return combineCompiled(compiler, analysis, fixes, request, either, unchecked);
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

/** UTF-16 units of all texts. */
function lengthOf({ texts }: Sources): number {
  let length = 0;
  for (const { text } of texts.values()) length += text.length;
  return length;
}

function revealedIn(buffers: ReadonlyMap<string, SourceDocument>): ReadonlySet<string> {
  return new Set([...buffers].flatMap(([file, { revealed }]) => (revealed ? [file] : [])));
}

function reportOf({ versionText, go, why }: GoToolchain): ToolchainReport {
  return { version: versionText, path: go, how: why };
}
