import { basename, dirname, join } from 'node:path';
import type { FileEdit, Finding, Fix, Language, Note, Span, TextEdit, WayOut } from '../../../rules/model';
import type {
  AnalysisRequest,
  CodeMap,
  CombinedFix,
  CreateEngine,
  Engine,
  EngineHost,
  FileAnalysis,
  FilesRequest,
  FolderRequest,
  Skeleton,
  SourceDocument,
  ToolchainReport,
} from './engine';
import { readText } from '../host/files';
import { mergeFixes, withEdits } from './fixes';
import { languageIdOf, languageOf } from './languages';
import { compareFindings } from './ranking';
import { applyEdits, mapOffset } from '../text/edits';
import { lineEdits, type Changed } from '../text/lay-out';
import type { Settings } from './settings';

/** Larger texts are not source code that a person edits: generated tables, bundles. UTF-16 units. */
export const maximumTextLength = 4 * 1024 * 1024;

/** How to get each engine. It is called when the first document of the language is analysed. */
export type EngineLoaders = Readonly<Partial<Record<Language, () => Promise<CreateEngine>>>>;

/**
 * The engines behind one door, for the language server and the command line alike: loads an engine on first use, keeps
 * the order of findings, and turns a defect of an engine into a note instead of a crash.
 */
export class Analyser {
  readonly #engines = new Map<Language, Promise<Engine>>();
  #disposed = false;

  constructor(
    private readonly loaders: EngineLoaders,
    private readonly host: EngineHost,
  ) {}

  /**
   * Analyses the document and whatever its unit compiles together; see Engine.analyse. The last `publish` that names
   * the document is the final word about it.
   * @throws AbortError when `signal` fires, and nothing else
   */
  async analyse(
    request: AnalysisRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { document, settings } = request;
    const language = languageOf(document.languageId);
    if (!language || !enabled(language, settings)) return publish([emptyAnalysis(document)]);
    if (document.text.length > maximumTextLength) {
      const megabytes = (document.text.length / 1024 / 1024).toFixed(1);
      return publish([
        emptyAnalysis(
          document,
          `The file is not analysed because it is too large (${megabytes} MB; the limit is 4 MB).`,
        ),
      ]);
    }
    let answered = false;
    try {
      const engine = await this.#engine(language);
      signal.throwIfAborted();
      await engine.analyse(
        request,
        (files) => {
          if (signal.aborted) return;
          answered ||= files.some(({ path }) => path === document.path);
          publish(files.map(inOrder));
        },
        signal,
      );
      signal.throwIfAborted();
      if (!answered) publish([emptyAnalysis(document, 'The analysis gave no answer for this file.')]);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.host.logger.error(`The analysis of ${document.path} failed: ${describe(error)}`);
      publish([emptyAnalysis(document, `The analysis failed: ${reasonOf(error)}.`, 'log')]);
    }
  }

  /**
   * Analyses the Go packages in the folders, several in each compile. A file that it says nothing about, because the
   * engine failed or does not know it, is to be asked for with `analyse`.
   * @throws AbortError when `signal` fires, and nothing else
   */
  async analyseFolders(
    request: FolderRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (request.directories.length === 0) return;
    const what = `${request.directories.length} folders`;
    await this.#many('go', what, request.settings, publish, signal, (engine, each) =>
      engine.scan?.(request, each, signal),
    );
  }

  /**
   * Analyses TypeScript files on several threads. As `analyseFolders` in everything else.
   * @throws AbortError when `signal` fires, and nothing else
   */
  async analyseFiles(
    request: FilesRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (request.files.length === 0) return;
    const what = `${request.files.length} files`;
    await this.#many('typescript', what, request.settings, publish, signal, (engine, each) =>
      engine.scanFiles?.(request, each, signal),
    );
  }

  async #many(
    language: Language,
    what: string,
    settings: Settings,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
    run: (engine: Engine, publish: (files: readonly FileAnalysis[]) => void) => Promise<void> | undefined,
  ): Promise<void> {
    if (!enabled(language, settings)) return;
    try {
      const engine = await this.#engine(language);
      signal.throwIfAborted();
      await run(engine, (files) => signal.aborted || publish(files.map(inOrder)));
      signal.throwIfAborted();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.host.logger.error(`The analysis of ${what} failed: ${describe(error)}`);
    }
  }

  /**
   * Edits that apply several fixes of one analysis at once. Each fix was checked alone: the text with all of them must
   * still be analysable (the package compiles, the file parses), or only the first is applied.
   * @throws AbortError when `signal` fires
   */
  async combine(
    analysis: FileAnalysis,
    fixes: readonly Fix[],
    request: AnalysisRequest,
    signal: AbortSignal,
    later = false,
  ): Promise<CombinedFix> {
    const language = languageOf(request.document.languageId);
    if (fixes.length < 2 || !language) return mergeFixes(fixes);
    try {
      const engine = await this.#engine(language);
      const known = await engine.combine?.(analysis, fixes, request, signal, later);
      if (known && later) return known;
      const combined = known ?? mergeFixes(fixes);
      const { applied, checked } = combined;
      if (applied.length < 2 || checked || (await this.#holds(combined, analysis, request, signal)))
        return combined;
      this.host.logger.warn(`The fixes of ${analysis.path} do not go together; only the first is applied.`);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.host.logger.error(`The fixes of ${analysis.path} could not be combined: ${describe(error)}`);
    }
    return mergeFixes(fixes.slice(0, 1));
  }

  /** See Engine.skeletons. */
  async skeletons(path: string, span: Span): Promise<readonly Skeleton[] | string> {
    const language = languageOf(languageIdOf(path));
    const found = language && (await (await this.#engine(language)).skeletons?.(path, span));
    return found ?? 'Benchmarks are made for Go only.';
  }

  /** See Engine.codeMap; undefined also where the engine needs an analysis for it, or has failed. */
  async codeMap(document: SourceDocument): Promise<CodeMap | undefined> {
    const language = languageOf(document.languageId);
    if (!language) return undefined;
    try {
      return await (await this.#engine(language)).codeMap?.(document);
    } catch (error) {
      this.host.logger.error(`What is in ${document.path} could not be told: ${describe(error)}`);
      return undefined;
    }
  }

  /**
   * The fixed texts of one language as its formatter leaves them, in their order; see Engine.layOut.
   * @throws AbortError when `signal` fires
   */
  async layOut(
    texts: readonly (Changed & { readonly path: string })[],
    languageId: string,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const language = languageOf(languageId);
    const engine = language && texts.length > 0 ? await this.#engine(language) : undefined;
    return (await engine?.layOut?.(texts, settings, signal)) ?? texts.map(({ after }) => after);
  }

  /**
   * The edits with what the formatter adds to them: then whole lines are replaced.
   * @throws AbortError when `signal` fires
   */
  async withLayout(
    combined: CombinedFix,
    { document, buffers, settings }: AnalysisRequest,
    signal: AbortSignal,
  ): Promise<CombinedFix> {
    if (document.virtual) return combined;
    const texts: (Changed & { path: string; own: readonly FileEdit[] })[] = [];
    for (const path of new Set(combined.edits.map(({ file }) => file))) {
      const own = combined.edits.filter(({ file }) => file === path);
      const open = path === document.path ? document : buffers.get(path);
      const before = open?.text ?? (await readText(path).catch(() => undefined))?.text;
      if (before === undefined) return combined;
      texts.push({ path, before, after: withEdits(before, own), own });
    }
    const laidOut = await this.layOut(texts, document.languageId, settings, signal);
    const edits = texts.flatMap(({ path, before, after, own }, i) =>
      laidOut[i] === after
        ? own
        : lineEdits({ before, after: laidOut[i]! }).map((edit) => ({ ...edit, file: path })),
    );
    return { ...combined, edits };
  }

  /** Whether the file can be analysed as well with the edits as without. Edits of other files are not tried. */
  async #holds(
    { edits }: CombinedFix,
    analysis: FileAnalysis,
    request: AnalysisRequest,
    signal: AbortSignal,
  ): Promise<boolean> {
    const own = edits.filter(({ file }) => file === analysis.path);
    const document = { ...request.document, text: applyEdits(analysis.text, own) };
    const buffers = request.document.virtual
      ? request.buffers
      : new Map(request.buffers).set(document.path, document);
    let notes: readonly Note[] | undefined;
    // The first word is enough: whether it compiles is known before the fixes of what is left are checked.
    const enough = new AbortController();
    const first = (files: readonly FileAnalysis[]): void => {
      notes ??= files.find(({ path }) => path === analysis.path)?.notes;
      if (notes) enough.abort();
    };
    try {
      await this.analyse({ ...request, document, buffers }, first, AbortSignal.any([signal, enough.signal]));
    } catch (error) {
      if (signal.aborted || !enough.signal.aborted) throw error;
    }
    const known = new Set(analysis.notes.map(({ message }) => message));
    return notes?.every(({ kind, message }) => kind === 'withheld fix' || known.has(message)) === true;
  }

  /**
   * Whether the finding is gone once the comment is inserted before it, and the text can still be analysed. For
   * TypeScript; see disableForLine.
   * @throws AbortError when `signal` fires
   */
  async silences(
    comment: TextEdit,
    finding: Finding,
    request: AnalysisRequest,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { path, text } = request.document;
    // Beside the file, not in its place: the engine remembers what it knows of the file.
    const document: SourceDocument = {
      ...request.document,
      path: join(dirname(path), '~', basename(path)),
      text: applyEdits(text, [comment]),
    };
    const moved = mapOffset(finding.span.start, [comment]);
    let last: FileAnalysis | undefined;
    await this.analyse({ ...request, document }, ([file]) => (last = file), signal);
    return (
      last?.notes.length === 0 &&
      !last.findings.some(({ ruleId, span }) => ruleId === finding.ruleId && span.start === moved)
    );
  }

  /** Which findings the comments of the text silence, where that can be told without an analysis. */
  async suppressions(
    document: SourceDocument,
  ): Promise<((finding: Pick<Finding, 'ruleId' | 'span' | 'related'>) => boolean) | undefined> {
    const language = languageOf(document.languageId);
    const engine = language && (await this.#engines.get(language)?.catch(() => undefined));
    return engine?.suppressions?.(document);
  }

  /** The Go toolchain last used for the file, if an engine was started and knows one. */
  async toolchain(path: string): Promise<ToolchainReport | undefined> {
    const engine = await this.#engines.get('go')?.catch(() => undefined);
    return engine?.toolchain?.(path);
  }

  /** The Go toolchain that would compile the file, or what is missing; see Engine.findToolchain. */
  async findToolchain(
    path: string,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<ToolchainReport | Note> {
    const engine = await this.#engine('go');
    return (
      (await engine.findToolchain?.(path, settings, signal)) ?? { message: 'This build has no Go compiler.' }
    );
  }

  /** Ends the engines and their child processes. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const engines = [...this.#engines.values()];
    this.#engines.clear();
    await Promise.allSettled(engines.map(async (engine) => (await engine).dispose()));
  }

  #engine(language: Language): Promise<Engine> {
    if (this.#disposed) return Promise.reject(new Error('the server is shutting down'));
    let engine = this.#engines.get(language);
    if (!engine) {
      const load = this.loaders[language];
      if (!load) return Promise.reject(new Error(`this build has no engine for ${language}`));
      engine = load().then((create) => create(this.host));
      this.#engines.set(language, engine);
      // A failed load (a missing file of the bundle) may be tried again with the next document.
      engine.catch(() => this.#engines.delete(language));
    }
    return engine;
  }
}

function enabled(language: Language, settings: Settings): boolean {
  return language === 'go' ? settings.go.enable : settings.typescript.enable;
}

/** An analysis without findings, with a note when there is a reason to give. */
export function emptyAnalysis(document: SourceDocument, message?: string, wayOut?: WayOut): FileAnalysis {
  const notes: Note[] =
    message === undefined ? [] : [{ file: document.path, message, ...(wayOut && { wayOut }) }];
  return { path: document.path, version: document.version, text: document.text, findings: [], notes };
}

function inOrder(analysis: FileAnalysis): FileAnalysis {
  return { ...analysis, findings: [...analysis.findings].sort(compareFindings) };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function reasonOf(error: unknown): string {
  // Parsers and rules go down into a tree by recursion.
  if (error instanceof RangeError && /call stack/.test(error.message)) return 'the code nests too deeply';
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').replace(/\.$/, '').slice(0, 200);
}
