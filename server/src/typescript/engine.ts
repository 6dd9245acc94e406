import type { Finding, Fix, Note, RuleId, Severity } from '../../../rules/model';
import { hotThreshold } from '../../../rules/typescript/hot-code';
import type { TypeScriptRule } from '../../../rules/typescript/rule';
import type { AnalysisRequest, Engine, FileAnalysis, SourceDocument } from '../service/engine';
import { checkFixes } from './fix-check';
import { RuleLinter, type LintReport } from './linter';
import { syntaxExtension } from './parse';

export interface TypeScriptEngineOptions {
  /** One line for the log: a rule that threw, a fix that was withheld. */
  log(message: string): void;
}

/** Larger files take seconds to parse; they are skipped with a note. UTF-16 units. */
export const sizeLimit = 1_000_000;

/** Findings of one text before and after its fixes were checked. */
interface Analysis {
  readonly text: string;
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
}

/** Runs the TypeScript rules on a document's text. Knows neither LSP nor the command line; starts no process. */
export class TypeScriptEngine implements Engine {
  readonly language = 'typescript';
  readonly #linter: RuleLinter;
  readonly #rules: ReadonlyMap<string, TypeScriptRule>;
  readonly #reportedCrashes = new Set<string>();
  /** The last result by path: asked again for the same text, nothing is computed. */
  readonly #last = new Map<string, Analysis>();

  constructor(
    readonly options: TypeScriptEngineOptions,
    rules: readonly TypeScriptRule[],
  ) {
    this.#linter = new RuleLinter(rules);
    this.#rules = new Map(rules.map((rule) => [rule.name, rule]));
  }

  accepts(document: Pick<SourceDocument, 'path' | 'languageId'>): boolean {
    return syntaxExtension(document.path, document.languageId) !== undefined;
  }

  async analyse(
    { document }: AnalysisRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const { path, version, text } = document;
    const show = ({ findings, notes }: Analysis): void => publish([{ path, version, text, findings, notes }]);
    const last = this.#last.get(path);
    if (last?.text === text) return show(last);

    const analysis = this.#analyse(document, (unchecked) => {
      if (!signal.aborted) show(unchecked);
    });
    signal.throwIfAborted();
    this.#last.set(path, analysis);
    show(analysis);
  }

  /** @param first called with the findings before their fixes are checked, when there are fixes */
  #analyse(document: SourceDocument, first: (unchecked: Analysis) => void): Analysis {
    const { path, text } = document;
    const skipped = this.#skip(document);
    if (skipped !== undefined) {
      return { text, findings: [], notes: skipped === '' ? [] : [{ file: path, message: skipped }] };
    }
    const extension = syntaxExtension(path, document.languageId)!;
    const result = this.#linter.run(text, path, extension);
    if (result.kind === 'unparsable') {
      const message = `not analysed: line ${result.line} does not parse (${result.message})`;
      return { text, findings: [], notes: [{ file: path, message }] };
    }
    for (const [name, error] of result.crashed) this.#reportCrash(name, path, error);

    const reports = result.reports.filter((report) => this.#wanted(report));
    const generated = isGenerated(text);
    const finding = (report: LintReport, fixes: readonly Fix[]): Finding =>
      this.#finding(path, report, fixes);
    const byPlace = (a: Finding, b: Finding): number =>
      a.span.start - b.span.start || a.span.end - b.span.end || (a.ruleId < b.ruleId ? -1 : 1);
    const withFixes = reports.filter((report) => report.fixes.length > 0);
    if (generated || withFixes.length === 0) {
      return { text, findings: reports.map((report) => finding(report, [])).sort(byPlace), notes: [] };
    }
    first({ text, findings: reports.map((report) => finding(report, [])).sort(byPlace), notes: [] });
    const checked = checkFixes(this.#linter, { text, path, extension }, result, withFixes, (message) =>
      this.options.log(`${path}: ${message}`),
    );
    const fixesOf = (report: LintReport): Fix[] =>
      report.fixes
        .filter((fix) => checked.has(fix))
        .map((fix) => ({
          title: fix.title,
          kind: fix.kind,
          edits: fix.edits.map((edit) => ({ ...edit, file: path })),
          verification: 'verified',
        }));
    return {
      text,
      findings: reports.map((report) => finding(report, fixesOf(report))).sort(byPlace),
      notes: [],
    };
  }

  /** Why a file is not analysed; an empty text when nobody needs to be told. */
  #skip({ path, text }: SourceDocument): string | undefined {
    if (/\.d\.[cm]?ts$/i.test(path)) return '';
    if (/[.-]min\.[cm]?js$/i.test(path) || isMinified(text)) return 'not analysed: the file is minified';
    if (text.length > sizeLimit) {
      return `not analysed: ${text.length} characters are over the limit of ${sizeLimit}`;
    }
    return undefined;
  }

  #wanted(report: LintReport): boolean {
    const docs = this.#rules.get(report.ruleName)?.meta.docs;
    return docs?.reports !== 'hot only' || report.heat.score >= hotThreshold;
  }

  #finding(path: string, report: LintReport, fixes: readonly Fix[]): Finding {
    const docs = this.#rules.get(report.ruleName)!.meta.docs!;
    return {
      ruleId: docs.id satisfies RuleId,
      language: 'typescript',
      file: path,
      span: report.span,
      message: report.message,
      severity: severity(docs.reports, report),
      allocation: {
        ...report.allocation,
        evidence: [{ kind: 'measured sample', sample: docs.sample }],
      },
      heat: report.heat,
      related: report.related.map(({ span, message }) => ({ location: { file: path, span }, message })),
      fixes,
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
    this.#last.clear();
    return Promise.resolve();
  }
}

function severity(reports: 'bug' | 'allocation' | 'hot only', report: LintReport): Severity {
  if (reports === 'bug') return 'warning';
  return report.heat.score >= hotThreshold && report.allocation.cost === 'always' ? 'information' : 'hint';
}

/** `@generated` or "Code generated … DO NOT EDIT" in the file's first comments. */
function isGenerated(text: string): boolean {
  return /^\s*(?:\/\/|\/?\*).*(?:@generated\b|code generated\b.*\bdo not edit\b)/im.test(text.slice(0, 2000));
}

/** A text of any size whose lines are longer on average than a person writes. */
function isMinified(text: string): boolean {
  if (text.length < 5_000) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return text.length / lines > 500;
}
