import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import pLimit from 'p-limit';
import type { Note, Severity } from '../../../rules/model';
import { readText } from '../host/files';
import type { Logger } from '../host/logger';
import type { Analyser } from './analyser';
import type { AnalysisRequest, FileAnalysis, SourceDocument } from './engine';
import { languageIdOf, languageOf } from './languages';
import { inNewText, keepingLastGood, type ShownAnalysis } from './last-good';
import { compareFindings } from './ranking';
import { TextChange } from '../text/text-change';
import type { Settings } from './settings';
import { writesDirective } from './suppress';

/** What the service needs from the language server (or a test). */
export interface ServiceHost {
  /** Settings of the document with this path (or URI, if it is not a file). */
  settings(path: string): Promise<Settings>;
  /** The analysis of the file is new, or gone. Show it. */
  published(path: string, analysis: ShownAnalysis | undefined): void;
  /** Something that the status shows has changed. */
  statusChanged(): void;
  readonly logger: Logger;
}

/** How long the service waits for further edits before it analyses, in milliseconds. */
export const defaultDebounce = 200;

/**
 * Keeps the findings of the open documents, and of files that were asked for, up to date. Knows no LSP.
 *
 * Documents that are compiled together (a Go package's folder; a single TypeScript file) are one unit. A newer edit to a
 * unit cancels its running analysis, which kills the compile behind it; the analysis that follows covers all that was
 * pending. What an analysis says is dropped unless the document still has the text it was computed from.
 */
export class AnalysisService {
  readonly #documents = new Map<string, SourceDocument>();
  readonly #results = new Map<string, StoredAnalysis>();
  readonly #units = new Map<string, Unit>();
  /** Files that an explicit analysis was asked for: their findings stay when no editor shows them. */
  readonly #requested = new Set<string>();
  readonly #explicit = new Set<AbortController>();
  #running = 0;
  #disposed = false;

  constructor(
    private readonly analyser: Analyser,
    private readonly host: ServiceHost,
    private readonly debounce = defaultDebounce,
  ) {}

  /** True while an analysis runs or is about to. */
  get busy(): boolean {
    return this.#running > 0;
  }

  get documents(): Iterable<SourceDocument> {
    return this.#documents.values();
  }

  document(path: string): SourceDocument | undefined {
    return this.#documents.get(path);
  }

  /** What is known of the file; `undefined` also when its text has changed since. */
  current(path: string): ShownAnalysis | undefined {
    const shown = this.last(path);
    const document = this.#documents.get(path);
    return shown && (!document || fits(shown, document)) ? shown : undefined;
  }

  /** The last analysis as it is shown, of whatever version. */
  last(path: string): ShownAnalysis | undefined {
    return this.#results.get(path)?.shown;
  }

  /** The files of which something is known, as they are shown. */
  get shown(): FileAnalysis[] {
    return [...this.#results.values()].map(({ shown }) => shown);
  }

  /** How long the last analysis of the file's unit took, in milliseconds. */
  duration(path: string): number | undefined {
    return this.#results.get(path)?.milliseconds;
  }

  open(document: SourceDocument): void {
    this.#documents.set(document.path, document);
    this.#schedule(document.path, 0);
  }

  change(changed: SourceDocument): void {
    const before = this.#documents.get(changed.path);
    const { revealed } = before ?? {};
    const document = { ...changed, ...(revealed && { revealed }) };
    this.#documents.set(document.path, document);
    const silences = before !== undefined && writesDirective(before.text, document.text);
    if (silences) void this.#silence(document);
    this.#schedule(document.path, silences ? 0 : this.debounce, 'edit');
  }

  /** A comment that silences is obeyed before the compiler has seen it. */
  async #silence(document: SourceDocument): Promise<void> {
    const hides = await this.analyser.suppressions(document).catch(() => undefined);
    const known = this.last(document.path);
    if (!hides || !known || this.#documents.get(document.path) !== document || this.current(document.path))
      return;
    const moved = inNewText(known, document.text, document.version);
    const findings = moved.findings.filter((finding) => !hides(finding));
    if (findings.length < known.findings.length) this.host.published(document.path, { ...moved, findings });
  }

  /**
   * Shows all findings of an open document, whatever the settings hide, or no longer does. What is known is shown at once;
   * the fixes of what was hidden are checked then.
   * @param revealed absent: the other of what is
   * @returns what is from now on; false when the document is not open
   */
  reveal(path: string, revealed?: boolean): boolean {
    const document = this.#documents.get(path);
    if (!document) return false;
    const wanted = revealed ?? !document.revealed;
    if (wanted === (document.revealed ?? false)) return wanted;
    const { revealed: _, ...plain } = document;
    this.#documents.set(path, wanted ? { ...plain, revealed: true } : plain);
    const known = this.#results.get(path);
    if (known) this.#show(known.analysis, known.milliseconds);
    this.host.statusChanged();
    if (wanted) this.#schedule(path, 0);
    return wanted;
  }

  save(path: string): void {
    if (this.#documents.has(path)) this.#schedule(path, 0);
  }

  close(path: string): void {
    const document = this.#documents.get(path);
    if (!document) return;
    this.#documents.delete(path);
    const unit = this.#units.get(unitOf(document));
    unit?.pending.delete(path);
    if (unit && unit.pending.size === 0) {
      unit.stop();
      this.#units.delete(unitOf(document));
    }
    // The compile no longer sees the buffer: what stood in it may have mattered to its neighbours.
    const neighbour = [...this.#documents.values()].find((other) => unitOf(other) === unitOf(document));
    if (neighbour) this.#schedule(neighbour.path, this.debounce);
    if (this.#requested.has(path)) void this.analyseFiles([path], {}).catch(() => undefined);
    else this.forget(path);
  }

  /** Analyses all open documents again: settings, trust or workspace folders have changed. */
  refresh(delay = this.debounce): void {
    // What was found under other settings is not what would be found now.
    for (const result of this.#results.values()) result.lastGood = undefined;
    for (const path of this.#documents.keys()) this.#schedule(path, delay);
  }

  /**
   * Go files or module files have changed on disk: open Go documents that may depend on them are analysed again. Saving
   * an open document changes its file, too; its own package has been analysed with that text already.
   */
  changedOnDisk(paths: readonly string[]): void {
    const saved = new Set(paths.flatMap((path) => this.#documents.get(path) ?? []).map(unitOf));
    const others = paths.some((path) => !this.#documents.has(path));
    for (const [path, document] of this.#documents) {
      if (languageOf(document.languageId) !== 'go') continue;
      if (others || !saved.has(unitOf(document))) this.#schedule(path, this.debounce);
    }
  }

  /** Drops what is known of a file, for example because it was deleted. */
  forget(path: string): void {
    this.#requested.delete(path);
    if (this.#results.delete(path)) this.host.published(path, undefined);
    this.host.statusChanged();
  }

  /** Drops the findings of all files that no editor shows. */
  forgetClosed(): void {
    for (const path of [...this.#results.keys()]) if (!this.#documents.has(path)) this.forget(path);
  }

  /**
   * Resolves when the document's analysis for its present text is there; with `final`, when its unit is through, fixes
   * checked. A waiting debounce is cut short. Resolves with `undefined` when the wait ends before, and for unknown
   * documents.
   */
  async settled(
    path: string,
    options: { final: boolean; timeout: number; signal?: AbortSignal },
  ): Promise<ShownAnalysis | undefined> {
    const document = this.#documents.get(path);
    if (!document) return this.current(path);
    const ready = (): boolean =>
      this.#documents.get(path) !== document ||
      !this.#units.get(unitOf(document))?.working ||
      (!options.final && this.current(path) !== undefined);
    if (!ready()) {
      this.#units.get(unitOf(document))?.hurry();
      await new Promise<void>((resolve) => {
        const stop = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(check);
          options.signal?.removeEventListener('abort', stop);
          resolve();
        };
        const check = (): void => {
          if (ready()) stop();
        };
        const timer = setTimeout(stop, options.timeout);
        this.#waiting.add(check);
        options.signal?.addEventListener('abort', stop);
        if (options.signal?.aborted) stop();
        else check();
      });
    }
    return this.#documents.get(path) === document ? this.current(path) : undefined;
  }

  readonly #waiting = new Set<() => void>();

  /**
   * Analyses files because somebody asked, open or not, and keeps their findings shown. When the signal fires it ends with
   * what was found until then.
   */
  async analyseFiles(
    paths: readonly string[],
    options: { signal?: AbortSignal; progress?: (done: number, path: string) => void },
  ): Promise<Summary> {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, ...(options.signal ? [options.signal] : [])]);
    this.#explicit.add(controller);
    this.#started();
    const wanted = new Set(paths);
    const covered = new Set<string>();
    const unread: Note[] = [];
    const limit = pLimit(2);
    const step = (path: string): void => options.progress?.(covered.size, path);
    try {
      await this.#analyseMany(paths, signal, (files) => {
        for (const file of files) if (wanted.has(file.path)) covered.add(file.path);
        step(files[0]?.path ?? '');
      });
      await Promise.all(
        paths.map((path) =>
          limit(async () => {
            signal.throwIfAborted();
            step(path);
            if (covered.has(path)) return;
            const document = this.#documents.get(path) ?? (await this.#read(path, unread));
            if (!document) return;
            for (const other of wanted)
              if (unitOf(toDocument(other)) === unitOf(document)) this.#requested.add(other);
            await this.#analyse(document, signal, (files) => files.forEach((file) => covered.add(file.path)));
          }),
        ),
      );
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#explicit.delete(controller);
      this.#ended();
    }
    const results = paths.flatMap((path) => (covered.has(path) ? (this.#results.get(path) ?? []) : []));
    const findings = results.flatMap(({ shown }) => shown.findings);
    const bySeverity = { error: 0, warning: 0, information: 0, hint: 0 };
    for (const { severity } of findings) bySeverity[severity]++;
    return {
      files: results.length,
      findings: findings.length,
      bySeverity,
      hidden: results.reduce((sum, { hidden }) => sum + hidden, 0),
      notes: [...results.flatMap(({ analysis }) => analysis.notes), ...unread],
      cancelled: signal.aborted,
    };
  }

  /** Several Go packages in each compile; TypeScript files on several threads. */
  async #analyseMany(
    paths: readonly string[],
    signal: AbortSignal,
    seen: (files: readonly FileAnalysis[]) => void,
  ): Promise<void> {
    interface Group {
      readonly settings: Settings;
      readonly directories: Set<string>;
      readonly files: string[];
    }
    const bySettings = new Map<string, Group>();
    for (const path of paths) {
      const language = this.#languageOf(path);
      if (!language || this.#documents.get(path)?.virtual) continue;
      const settings = await this.host.settings(path);
      const key = JSON.stringify(settings);
      const group: Group = bySettings.get(key) ?? { settings, directories: new Set(), files: [] };
      if (language === 'go') group.directories.add(dirname(path));
      else group.files.push(path);
      bySettings.set(key, group);
      this.#requested.add(path);
    }
    for (const { settings, directories, files } of bySettings.values()) {
      const start = performance.now();
      const publish = (analyses: readonly FileAnalysis[]): void => {
        seen(analyses);
        for (const analysis of analyses) this.#accept(analysis, performance.now() - start);
      };
      const { buffers } = this;
      if (directories.size > 1)
        await this.analyser.analyseFolders(
          { directories: [...directories], files: new Set(paths), buffers, settings },
          publish,
          signal,
        );
      if (files.length > 1) await this.analyser.analyseFiles({ files, buffers, settings }, publish, signal);
    }
  }

  #languageOf(path: string) {
    return languageOf(this.#documents.get(path)?.languageId ?? languageIdOf(path));
  }

  /** Stops everything; the service is not used afterwards. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const unit of this.#units.values()) unit.stop();
    for (const controller of this.#explicit) controller.abort();
    await this.analyser.dispose();
  }

  /** The request that the service would make for an open document now. */
  async request(document: SourceDocument): Promise<AnalysisRequest> {
    return { document, buffers: this.buffers, settings: await this.host.settings(document.path) };
  }

  /** The open documents that are files, by path. */
  get buffers(): ReadonlyMap<string, SourceDocument> {
    return new Map([...this.#documents].filter(([, { virtual }]) => !virtual));
  }

  #schedule(path: string, delay: number, because: Reason = 'demand'): void {
    const document = this.#documents.get(path);
    if (this.#disposed || !document || !languageOf(document.languageId)) return;
    const key = unitOf(document);
    let unit = this.#units.get(key);
    if (!unit) {
      unit = new Unit(
        (pending, signal) =>
          this.#runUnit(pending, signal).catch((error: unknown) => {
            if (signal.aborted) throw error;
            this.host.logger.error(`The analysis of ${key} failed: ${String(error)}`);
          }),
        () => this.#started(),
        () => this.#ended(),
      );
      this.#units.set(key, unit);
    }
    unit.schedule(path, delay, because);
  }

  /** Analyses what is pending in a unit; one compile usually answers for all of it. */
  async #runUnit(pending: ReadonlyMap<string, Request>, signal: AbortSignal): Promise<void> {
    const covered = new Set<string>();
    for (const [path, { because }] of pending) {
      const document = this.#documents.get(path);
      if (!document || covered.has(path)) continue;
      if (because === 'edit' && (await this.#waitsForSave(document))) continue;
      await this.#analyse(document, signal, (files) => files.forEach((file) => covered.add(file.path)));
    }
  }

  /** With `alloclens.run` = onSave an edit alone does not start the Go compiler. */
  async #waitsForSave(document: SourceDocument): Promise<boolean> {
    if (languageOf(document.languageId) !== 'go' || document.virtual) return false;
    return (await this.host.settings(document.path)).run === 'onSave';
  }

  async #analyse(
    document: SourceDocument,
    signal: AbortSignal,
    seen: (files: readonly FileAnalysis[]) => void,
  ): Promise<void> {
    const request = await this.request(document);
    signal.throwIfAborted();
    const start = performance.now();
    await this.analyser.analyse(
      request,
      (files) => {
        seen(files);
        for (const file of files) this.#accept(file, performance.now() - start);
      },
      signal,
    );
  }

  #accept(analysis: FileAnalysis, milliseconds: number): void {
    if (this.#disposed) return;
    const document = this.#documents.get(analysis.path);
    if (document ? !fits(analysis, document) : !this.#requested.has(analysis.path)) return;
    this.#show(analysis, milliseconds);
    this.host.statusChanged();
    for (const check of [...this.#waiting]) check();
  }

  #show(analysis: FileAnalysis, milliseconds: number): void {
    const { path } = analysis;
    const document = this.#documents.get(path);
    const before = this.#results.get(path);
    const lastGood = analysis.incomplete === undefined ? analysis : before?.lastGood;
    const known =
      lastGood && lastGood !== analysis
        ? keepingLastGood(lastGood, analysis, (other) => this.#changeSinceGood(other))
        : analysis;
    const shown = document?.revealed ? withHidden(known) : known;
    const hash = hashOf(shown);
    const hidden = shown.hidden?.length ?? 0;
    // Of a file that nobody looks at only the number is of use.
    const kept = <A extends FileAnalysis>(one: A): A => (document ? one : { ...one, hidden: [] });
    this.#results.set(path, {
      analysis: kept(analysis),
      lastGood: lastGood && kept(lastGood),
      shown: kept(shown),
      hidden,
      hash,
      milliseconds,
    });
    // A newer version is shown even with equal findings: the editor may have moved or dropped the old squiggles.
    if (before?.hash !== hash || before.analysis.version !== analysis.version) {
      this.host.published(path, shown);
    }
  }

  #changeSinceGood(path: string): TextChange | undefined {
    const lastGood = this.#results.get(path)?.lastGood;
    const text = this.#documents.get(path)?.text ?? this.last(path)?.text;
    return lastGood && text !== undefined ? new TextChange(lastGood.text, text) : undefined;
  }

  /** @param unread gets a note when the file cannot be read */
  async #read(path: string, unread: Note[]): Promise<SourceDocument | undefined> {
    try {
      return { ...toDocument(path), text: (await readText(path)).text };
    } catch (error) {
      const { message } = error as Error;
      this.host.logger.debug(`${path}: ${message}`);
      unread.push({ file: path, message });
      this.forget(path);
      return undefined;
    }
  }

  #started(): void {
    if (this.#running++ === 0) this.host.statusChanged();
  }

  #ended(): void {
    if (--this.#running === 0) this.host.statusChanged();
    for (const check of [...this.#waiting]) check();
  }
}

/** What an explicit analysis came to. */
export interface Summary {
  /** Those that were analysed. */
  readonly files: number;
  readonly findings: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** What `show: all` would add, as far as it was looked for. */
  readonly hidden: number;
  readonly notes: readonly Note[];
  /** It was ended before its time. */
  readonly cancelled: boolean;
}

interface StoredAnalysis {
  readonly analysis: FileAnalysis;
  /** The last that was complete, under the present settings. */
  lastGood: FileAnalysis | undefined;
  readonly shown: ShownAnalysis;
  /** Findings that are not shown. */
  readonly hidden: number;
  readonly hash: string;
  readonly milliseconds: number;
}

/** An edit may have to wait for the file to be saved; everything else is done at once. */
type Reason = 'edit' | 'demand';

interface Request {
  readonly number: number;
  readonly because: Reason;
}

/** One unit's schedule: a timer, at most one running analysis, and what still has to be answered for. */
class Unit {
  /** By path, the latest request; removed when an analysis that began after it has ended. */
  readonly pending = new Map<string, Request>();
  #requests = 0;
  #timer: NodeJS.Timeout | undefined;
  #controller: AbortController | undefined;
  #counted = false;

  constructor(
    private readonly run: (pending: ReadonlyMap<string, Request>, signal: AbortSignal) => Promise<void>,
    private readonly started: () => void,
    private readonly ended: () => void,
  ) {}

  /** True from the first request until everything pending is answered. */
  get working(): boolean {
    return this.#timer !== undefined || this.#controller !== undefined;
  }

  schedule(path: string, delay: number, because: Reason): void {
    const demanded = because === 'demand' || this.pending.get(path)?.because === 'demand';
    this.pending.set(path, { number: ++this.#requests, because: demanded ? 'demand' : 'edit' });
    this.#cancel();
    if (!this.#counted) {
      this.#counted = true;
      this.started();
    }
    this.#timer = setTimeout(() => void this.#start(), delay);
  }

  /** Starts now what waits for further edits. */
  hurry(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    void this.#start();
  }

  stop(): void {
    this.#cancel();
    this.#idle();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#controller?.abort();
    this.#controller = undefined;
  }

  async #start(): Promise<void> {
    this.#timer = undefined;
    const controller = new AbortController();
    this.#controller = controller;
    const answered = new Map(this.pending);
    try {
      await this.run(answered, controller.signal);
    } catch (error) {
      // Superseded or stopped: what was pending stays pending for the next run.
      if (controller.signal.aborted) return;
      throw error;
    } finally {
      if (this.#controller === controller) {
        this.#controller = undefined;
        for (const [path, request] of answered)
          if (this.pending.get(path) === request) this.pending.delete(path);
        this.#idle();
      }
    }
  }

  #idle(): void {
    if (!this.#counted) return;
    this.#counted = false;
    this.ended();
  }
}

/** Documents with the same unit are analysed together. */
function unitOf(document: Pick<SourceDocument, 'path' | 'languageId' | 'virtual'>): string {
  return languageOf(document.languageId) === 'go' && !document.virtual
    ? `go ${dirname(document.path)}`
    : document.path;
}

function toDocument(path: string): SourceDocument {
  return { path, languageId: languageIdOf(path) ?? '', version: 0, text: '' };
}

function withHidden(analysis: ShownAnalysis): ShownAnalysis {
  const findings = [...analysis.findings, ...(analysis.hidden ?? [])].sort(compareFindings);
  return { ...analysis, findings, hidden: [] };
}

function fits(analysis: FileAnalysis, document: SourceDocument): boolean {
  return analysis.version === document.version && analysis.text === document.text;
}

function hashOf({ findings, notes, stale }: ShownAnalysis): string {
  return createHash('sha256')
    .update(JSON.stringify([findings, notes, findings.map((finding) => stale?.findings.has(finding))]))
    .digest('base64');
}
