import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Finding, Fix, Heat, NoFix, Note } from '../../../rules/model';
import { firstIndex } from '../../../rules/sorted';
import { warmestPossible } from '../../../rules/typescript/heat/static-heat';
import type { ProposedFix, TypeScriptRule } from '../../../rules/typescript/rule';
import type { Site } from '../../../rules/sites';
import { sitesOf } from '../../../rules/typescript/sites/sites';
import type {
  AnalysisRequest,
  CodeMap,
  CombinedFix,
  Engine,
  FileAnalysis,
  FilesRequest,
  SourceDocument,
  SourceFunction,
} from '../service/engine';
import { isGenerated } from '../service/fixes';
import { compareFindings, judge, severityOf } from '../service/ranking';
import type { Settings } from '../service/settings';
import { normaliseEdits } from '../text/edits';
import { CandidateTests } from './candidates';
import { checkFixes, compatibleFixes, editsTogether, type Candidate } from './fix-check';
import { lintPath, RuleLinter, type LintReport, type LintResult } from './linter';
import { functionsOf } from './functions';
import { ImportReader, type ModuleFiles, type SeenFile } from './imports';
import { outlineOf } from './outline';
import { Packages, ranksIn, type KnownPackage, type Reach } from './packages';
import { hasErrors, syntaxExtension, syntaxTree, type SyntaxTree } from './parse';
import { scanFiles, type CachedInspection } from './scan';
import type { ScanWorker } from './scan-worker';
import { summaryOf } from './summary';

export interface TypeScriptEngineOptions {
  /** One line for the log: a rule that threw, a fix that was withheld. */
  log(message: string): void;
  /** Where the files lie that a document imports; without them, only its own text tells what a value is. */
  readonly files?: ModuleFiles;
  /** Threads for scans; without them, scans stay in this one. */
  readonly workers?: { readonly count: number; start(): ScanWorker };
}

/** What is known of a text under some settings, as data that threads can exchange. */
export interface Inspection {
  readonly notes: readonly Note[];
  /** Those that the settings show. */
  readonly reports: readonly LintReport[];
  /** The fixes that may be offered: index of the report, index of its fix. */
  readonly passed: readonly (readonly [number, number])[];
  /** How often the reports' places run, as far as this file says; absent without reports. */
  readonly reach?: Reach;
  /** What else it rests on. */
  readonly seen?: readonly SeenFile[];
}

/** Larger files take seconds to parse; they are skipped with a note. UTF-16 units. */
export const sizeLimit = 1_000_000;

type Linted = Extract<LintResult, { kind: 'linted' }>;

/** What is known of one text: nothing is computed twice for it. */
interface Analysis {
  readonly text: string;
  /** The only setting that a rule sees. */
  readonly pools: readonly string[];
  readonly notes: readonly Note[];
  /** See FileAnalysis. */
  readonly incomplete?: string;
  readonly reports: readonly LintReport[];
  /** See Inspection. */
  readonly reach?: Reach;
  /** Absent where fixes are not offered. */
  readonly linted?: Linted;
  /** Empty without `linted`. */
  readonly functions: readonly SourceFunction[];
  /** Fixes that passed, and reports whose fixes were looked at. */
  readonly passed: Set<ProposedFix>;
  readonly checked: Set<LintReport>;
  /** What else the reports rest on. */
  readonly seen: readonly SeenFile[];
}

/** Runs the TypeScript rules on a document's text. Knows neither LSP nor the command line; starts no process. */
export class TypeScriptEngine implements Engine {
  readonly language = 'typescript';
  readonly #linter: RuleLinter;
  readonly #rules: ReadonlyMap<string, TypeScriptRule>;
  readonly #reportedCrashes = new Set<string>();
  readonly #logged = new Set<string>();
  /**
   * The last few texts by path. A syntax tree is some 100 times its text, so both their number and their length are
   * bounded; without reports no tree is kept.
   */
  readonly #known = new LRUCache<string, Analysis>({
    max: 8,
    maxSize: 500_000,
    sizeCalculation: ({ linted, text }) => (linted ? text.length + 1 : 1),
  });

  /** Of documents: of scans, each reads them anew. */
  readonly #packages = new Packages();
  /** Of scans: what was found in a file, without its text. */
  readonly #scanned = new LRUCache<string, CachedInspection>({ max: 20_000 });
  readonly #disposed = new AbortController();
  /** Of the last triage: `inspect` mostly follows at once. */
  #parsed: { readonly document: SourceDocument; readonly tree: SyntaxTree } | undefined;

  constructor(
    readonly options: TypeScriptEngineOptions,
    rules: readonly TypeScriptRule[],
  ) {
    this.#linter = new RuleLinter(rules);
    if (options.files) this.#linter.imports = new ImportReader(options.files);
    this.#rules = new Map(rules.map((rule) => [rule.name, rule]));
  }

  codeMap({ text, path, languageId }: SourceDocument): CodeMap | undefined {
    const known = this.#known.get(path);
    if (known?.text === text && known.linted) return codeMapOf(known.linted, known.functions, path);
    const extension = syntaxExtension(path, languageId)!;
    const tree = syntaxTree(text, lintPath(path, extension));
    const parsed = this.#linter.run(text, path, extension, [], tree);
    return parsed.kind === 'linted' ? codeMapOf(parsed, functionsOf(tree), path) : undefined;
  }

  async analyse(
    { document, settings }: AnalysisRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const { path, version, text } = document;
    this.#use(settings);
    let analysis = this.#known.get(path);
    const isKnown =
      analysis?.text === text &&
      analysis.pools.join() === settings.typescript.pools.join() &&
      this.#isCurrent(analysis);
    if (!analysis || !isKnown) this.#known.set(path, (analysis = this.#analyse(document)));
    const { reports, reach, linted, passed, checked, notes, incomplete } = analysis;
    signal.throwIfAborted();

    const judgedIn = (pkg: KnownPackage | undefined) => {
      const heats = heatsOf(path, reports, reach, pkg);
      return reports.flatMap((report, index) => {
        const judgement = this.#judge(report, heats[index]!, settings);
        return judgement ? [{ report, heat: heats[index]!, ...judgement }] : [];
      });
    };
    let judged = judgedIn(this.#packages.known(path));
    const findingsOf = (wanted: boolean): Finding[] =>
      judged
        .filter(({ hidden }) => hidden === wanted)
        .map(({ report, heat }) => this.#finding(path, report, heat, settings, passed))
        .sort(compareFindings);
    const show = (): void =>
      publish([
        {
          path,
          version,
          text,
          findings: findingsOf(false),
          hidden: findingsOf(true),
          notes,
          ...(incomplete !== undefined && { incomplete }),
        },
      ]);
    show();
    if (reports.length > 0 && !this.#packages.known(path)) {
      const pkg = await this.#packages.of(path);
      signal.throwIfAborted();
      if (pkg) {
        judged = judgedIn(pkg);
        show();
      }
    }
    const unchecked = judged
      .filter(({ hidden }) => !hidden || document.revealed)
      .map(({ report }) => report)
      .filter((report) => report.fixes.length > 0 && !checked.has(report));
    if (!linted || unchecked.length === 0) return;
    // Let the editor have the findings, and a newer edit cancel, before the fixes are tried.
    await setImmediate();
    signal.throwIfAborted();
    this.#use(settings);
    for (const fix of this.#check(document, linted, unchecked)) passed.add(fix);
    for (const report of unchecked) checked.add(report);
    signal.throwIfAborted();
    show();
  }

  /** For what follows without a pause. */
  #use({ typescript }: Settings): void {
    this.#linter.pools = typescript.pools;
  }

  #check(
    { path, text, languageId }: SourceDocument,
    linted: Linted,
    reports: readonly LintReport[],
  ): ReadonlySet<ProposedFix> {
    const source = { text, path, extension: syntaxExtension(path, languageId)! };
    return checkFixes(this.#linter, source, linted, reports, (message) => {
      // Of each kind the first: a scan would say the same of every file.
      if (this.#logged.has(message)) return;
      this.#logged.add(message);
      this.options.log(`${path}: ${message}`);
    });
  }

  /**
   * Everything about a text at once, fixes checked. Nothing of it is kept.
   * @param rules what `triage` said
   */
  inspect(document: SourceDocument, settings: Settings, rules: readonly string[]): Inspection {
    const { result, seen } = this.#noting(() => this.#inspect(document, settings, rules));
    return seen.length > 0 ? { ...result, seen } : result;
  }

  #inspect(document: SourceDocument, settings: Settings, rules: readonly string[]): Inspection {
    this.#use(settings);
    const { notes, reports, reach, linted } = this.#lint(document, rules);
    const isShown = (report: LintReport): boolean =>
      this.#judge(report, report.heat, settings)?.hidden === false;
    const shown = reports.filter(isShown);
    const fixable = shown.filter(({ fixes }) => fixes.length > 0);
    const passed =
      linted && fixable.length > 0 ? this.#check(document, linted, fixable) : new Set<ProposedFix>();
    return {
      notes,
      reports: shown,
      ...(reach &&
        shown.length > 0 && {
          reach: { ...reach, terms: reach.terms.filter((_, index) => isShown(reports[index]!)) },
        }),
      passed: shown.flatMap(({ fixes }, report) =>
        fixes.flatMap((fix, index) => (passed.has(fix) ? [[report, index] as const] : [])),
      ),
    };
  }

  scanFiles(
    request: FilesRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { settings, store } = request;
    const packages = new Packages();
    return scanFiles(
      { ...request, files: request.files.filter((path) => syntaxExtension(path, '') !== undefined) },
      {
        triage: (document) => {
          this.#use(settings);
          return this.triage(document, settings);
        },
        inspect: (document, rules) => this.inspect(document, settings, rules),
        analysisOf: async ({ path, version, text }, { reports, reach, passed, notes }) => {
          const fixes = new Set(passed.map(([report, fix]) => reports[report]!.fixes[fix]!));
          const pkg = reports.length > 0 ? await packages.of(path, store) : undefined;
          const heats = heatsOf(path, reports, reach, pkg);
          const findings = reports.flatMap((report, index) => {
            const heat = heats[index]!;
            return this.#judge(report, heat, settings)?.hidden === false
              ? [this.#finding(path, report, heat, settings, fixes)]
              : [];
          });
          return { path, version, text, findings: findings.sort(compareFindings), notes };
        },
        isCurrent: (inspection) => this.#isCurrent(inspection),
        cache: this.#scanned,
        startWorker: () => this.options.workers!.start(),
        workers: this.options.workers?.count ?? 0,
        log: (message) => this.options.log(message),
      },
      publish,
      AbortSignal.any([signal, this.#disposed.signal]),
    );
  }

  /**
   * The fixes that hold together; the others are for the next round, on the changed text. They are known by what they say and change, so
   * that they may come from another thread, or from an earlier scan.
   */
  combine(
    { path, text }: FileAnalysis,
    fixes: readonly Fix[],
    { document, settings }: AnalysisRequest,
    signal: AbortSignal,
  ): Promise<CombinedFix> {
    signal.throwIfAborted();
    this.#use(settings);
    const extension = syntaxExtension(path, document.languageId);
    const known = this.#known.get(path);
    const linted = known?.text === text ? known.linted : extension && this.#linter.run(text, path, extension);
    if (!linted || linted.kind !== 'linted') return Promise.resolve({ edits: [], applied: [] });
    const proposed = new Map<string, Candidate[]>();
    for (const report of linted.reports)
      for (const fix of report.fixes)
        proposed.set(keyOf(fix), [...(proposed.get(keyOf(fix)) ?? []), { report, fix }]);
    const candidates = fixes.map((fix) => proposed.get(keyOf(fix))?.shift());
    const chosen = new Set(
      compatibleFixes(
        this.#linter,
        { text, path, extension: extension! },
        linted,
        candidates.filter((candidate) => candidate !== undefined),
      ),
    );
    const applied = fixes.filter((_, index) => candidates[index] && chosen.has(candidates[index]));
    return Promise.resolve({ edits: normaliseEdits(editsTogether(applied)), applied });
  }

  /**
   * The rules that may report something, or all that can be said when there are none: by the text, then by TypeScript's
   * own tree. Costs a fraction of `inspect`.
   * @param settings under which alone the answer holds; under all when absent
   */
  triage(document: SourceDocument, settings?: Settings): Inspection | readonly string[] {
    const { path, text, languageId } = document;
    this.#parsed = undefined;
    const none: Inspection = { notes: [], reports: [], passed: [] };
    if (/\.d\.[cm]?ts$/i.test(path)) return none;
    const skipped = skipReason(path, text);
    if (skipped !== undefined)
      return { ...none, notes: [{ file: path, message: `not analysed: ${skipped}` }] };
    const possible = this.#possibleRules(document, settings);
    if (possible.length === 0) return none;
    const tree = syntaxTree(text, lintPath(path, syntaxExtension(path, languageId)!));
    // What does not parse gets its note from the parser.
    const rules = hasErrors(tree) ? possible : this.#candidates(tree, possible, settings);
    if (rules.length === 0) return none;
    this.#parsed = { document, tree };
    return rules;
  }

  #analyse(document: SourceDocument): Analysis {
    const rules = this.triage(document);
    if ('notes' in rules) return this.#without(document, rules.notes);
    const { result, seen } = this.#noting(() => this.#lint(document, rules));
    return { ...result, seen };
  }

  #noting<T>(run: () => T): { readonly result: T; readonly seen: readonly SeenFile[] } {
    return this.#linter.imports?.noting(run) ?? { result: run(), seen: [] };
  }

  #isCurrent({ seen = [] }: Pick<Inspection, 'seen'>): boolean {
    return this.#linter.imports?.isCurrent(seen) ?? true;
  }

  #lint(document: SourceDocument, rules: readonly string[]): Analysis {
    const { path, text, languageId } = document;
    const extension = syntaxExtension(path, languageId)!;
    const tree =
      this.#parsed?.document === document ? this.#parsed.tree : syntaxTree(text, lintPath(path, extension));
    this.#parsed = undefined;
    const result = this.#linter.run(text, path, extension, rules, tree);
    if (result.kind === 'unparsable') {
      const message = `not analysed: line ${result.line} does not parse (${result.message})`;
      const incomplete = `${basename(path)}:${result.line} does not parse (${result.message})`;
      return { ...this.#without(document, [{ file: path, message }]), incomplete };
    }
    for (const [name, error] of result.crashed) this.#reportCrash(name, path, error);
    const reach =
      result.reports.length > 0 ? reachAt(tree, lintPath(path, extension), result.reports) : undefined;
    const whole = { ...this.#without(document, []), ...(reach && { reach }) };
    if (!isGenerated(text))
      return {
        ...whole,
        reports: result.reports,
        ...(result.reports.length > 0 && { linted: result, functions: functionsOf(tree) }),
      };
    const noFix = 'the file is generated';
    return { ...whole, reports: result.reports.map((report) => ({ ...report, fixes: [], noFix })) };
  }

  #without({ text }: SourceDocument, notes: readonly Note[]): Analysis {
    return {
      text,
      pools: this.#linter.pools,
      notes,
      reports: [],
      functions: [],
      passed: new Set(),
      checked: new Set(),
      seen: [],
    };
  }

  /** Names of the rules that the text has the words for and, with settings, could be warm enough for. */
  #possibleRules({ path, text, languageId }: SourceDocument, settings?: Settings): string[] {
    let warmest = 1;
    if (settings) {
      warmest = warmestPossible(text, lintPath(path, syntaxExtension(path, languageId)!));
    }
    const found = new Map<string, boolean>();
    const has = (word: string): boolean => {
      let known = found.get(word);
      if (known === undefined) found.set(word, (known = text.includes(word)));
      return known;
    };
    return [...this.#rules.values()]
      .filter(
        ({ meta: { docs } }) =>
          (!settings || severityOf(docs!, 'always', { score: warmest }, settings) !== undefined) &&
          (docs!.words.every((group) => group.some(has)) ||
            (docs!.wordsOfPools === true && this.#linter.pools.some(has))),
      )
      .map(({ name }) => name);
  }

  /** Those of the rules that the tree has candidates for; with settings that do not show all, for `hot only` rules, where code may be hot. */
  #candidates(tree: SyntaxTree, rules: readonly string[], settings?: Settings): string[] {
    const { anywhere, hot } = outlineOf(tree, rules);
    return rules.filter((rule) => {
      if (!CandidateTests.knows(rule)) return true;
      const hotOnly = this.#rules.get(rule)!.meta.docs!.reports === 'hot only';
      return (settings && settings.show !== 'all' && hotOnly ? hot : anywhere).has(rule);
    });
  }

  #judge(report: LintReport, heat: Heat, settings: Settings): ReturnType<typeof judge> {
    const docs = this.#rules.get(report.ruleName)!.meta.docs!;
    return judge(docs, report.allocation.cost, heat, settings);
  }

  #finding(
    path: string,
    report: LintReport,
    heat: Heat,
    settings: Settings,
    passed: ReadonlySet<ProposedFix>,
  ): Finding {
    const docs = this.#rules.get(report.ruleName)!.meta.docs!;
    const fixes = report.fixes.filter((fix) => passed.has(fix));
    // A fix that passed was checked.
    const safe = fixes.some(({ kind }) => kind === 'safe');
    const { severity, withSafeFix } = this.#judge(report, heat, settings)!;
    return {
      ruleId: docs.id,
      language: 'typescript',
      file: path,
      span: report.span,
      message: report.message,
      ...(report.details !== undefined && { details: report.details }),
      severity: safe ? withSafeFix : severity,
      allocation: { ...report.allocation, evidence: [{ kind: 'measured sample', sample: docs.sample }] },
      heat,
      related: report.related.map(({ span, message }) => ({ location: { file: path, span }, message })),
      fixes: fixes.map((fix) => {
        const edits = fix.edits.map((edit) => ({ ...edit, file: path }));
        return { title: fix.title, kind: fix.kind, edits, verification: 'checked' };
      }),
      ...(fixes.length === 0 && { noFix: { ...because(report), recipe: docs.recipe } }),
    };
  }

  #reportCrash(name: string, path: string, error: Error): void {
    if (this.#reportedCrashes.has(name)) return;
    this.#reportedCrashes.add(name);
    this.options.log(
      `rule ts/${name} failed on ${path} and is skipped there: ${error.stack ?? error.message}`,
    );
  }

  dispose(): Promise<void> {
    this.#disposed.abort();
    this.#known.clear();
    this.#scanned.clear();
    return Promise.resolve();
  }
}

/** Where the reports' places are in the file's functions, and what they allocate there. */
function reachAt(tree: SyntaxTree, name: string, reports: readonly LintReport[]): Reach {
  const { summary, placed } = summaryOf(tree, name, new Set(reports.map(({ span }) => span.start)));
  const { functions } = summary;
  const places = summary.places.toSorted((a, b) => a.start - b.start);
  const indexAt = (offset: number): number => firstIndex(places, ({ start }) => start >= offset);
  const terms = reports.map(({ span, allocation: { bytes = smallObject } }) => {
    const { within, factor } = placed.get(span.start) ?? { within: 0, factor: 1 };
    const inside = places.slice(indexAt(span.start), indexAt(span.end));
    const sum = inside.reduce((total, place) => total + (place.within === within ? place.bytes : 0), 0);
    const own = { within, bytes: Math.max(0, bytes * factor - sum) };
    return [...inside.map(({ within, bytes }) => ({ within, bytes })), own];
  });
  return { functions, terms };
}

/** Two fixes with the same key are the same. */
function keyOf({ title, edits }: Pick<ProposedFix, 'title' | 'edits'>): string {
  return JSON.stringify([title, edits.map(({ span: { start, end }, newText }) => [start, end, newText])]);
}

/** Bytes that a place allocates at least, when nothing more is known. */
const smallObject = 32;

/** The reports' heat, with what the package says of it. */
function heatsOf(
  path: string,
  reports: readonly LintReport[],
  reach: Reach | undefined,
  pkg: KnownPackage | undefined,
): readonly Heat[] {
  if (!reach || !pkg || pkg.expected.length === 0) return reports.map(({ heat }) => heat);
  const ranks = ranksIn(pkg, path, reach);
  return reports.map(({ heat }, index) => {
    const { isProminent, isLittle, above, of } = ranks[index]!;
    if (isProminent) return heat;
    const text = isLittle
      ? 'less than a small object takes is expected here for each call of the package'
      : `${above} of the ${of} places of the package that may allocate are expected to allocate more`;
    return { ...heat, because: [...heat.because, { text }], isMinor: true };
  });
}

/** Why a file is not analysed. */
function skipReason(path: string, text: string): string | undefined {
  if (/[.-]min\.[cm]?js$/i.test(path) || isMinified(text)) return 'the file is minified';
  if (text.length > sizeLimit) return `${text.length} characters are over the limit of ${sizeLimit}`;
  return undefined;
}

/** A text of any size whose lines are longer on average than a person writes. */
function isMinified(text: string): boolean {
  if (text.length < 5_000) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return text.length / lines > 500;
}

/** Why a report has no fix: the rule's reason, or that what it proposed was not found right. */
function because({ noFix, fixes }: LintReport): Pick<NoFix, 'because'> {
  if (fixes.length > 0) return { because: 'the fixed text has not passed its check' };
  return noFix === undefined ? {} : { because: noFix };
}

/** Sites are looked for when somebody asks: a list of hotspots needs the functions at each edit, and sites only beside a profile. */
function codeMapOf({ sourceCode }: Linted, functions: readonly SourceFunction[], path: string): CodeMap {
  let sites: readonly Site[] | undefined;
  return {
    functions,
    get sites() {
      return (sites ??= sitesOf(sourceCode, path));
    },
  };
}
