import { RuleCreator } from '@typescript-eslint/utils/eslint-utils';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { replacesBuiltIns } from './flow/built-ins';
import type { AllocationCost, AllocationKind, Heat, RuleMeta, Span } from '../model';
import { code, roomForCode } from '../wording';
import type { ProposedFix } from './edit/proposed-fix';
import { heatOf, hotThreshold, likelyThreshold } from './heat/static-heat';

export type { ProposedFix };

/**
 * How a TypeScript rule is written. What `createRule` returns is an ordinary ESLint rule: it runs in ESLint's command
 * line and in oxlint. What ESLint's own report cannot carry (related places, heat, titles of fixes, separate edits) goes
 * into a side channel keyed by the source code, from which the server takes it.
 */

/** What the pattern allocates, when nothing more precise is said at the report. */
export interface AllocationClaim {
  readonly kind: AllocationKind;
  readonly cost: AllocationCost;
  /** One sentence naming the cause. */
  readonly reason: string;
  /** What one run of the place allocates as a rule, in bytes, where that is more than what is written there: it grows, or a callee does it. */
  readonly bytes?: number;
}

/** A place in the same file that explains the report. */
export interface RelatedPlace {
  readonly at: TSESTree.Node | Span;
  readonly message: string;
}

export interface RuleReport<MessageIds extends string> {
  /** What the finding underlines: the whole expression or declaration. */
  readonly at: TSESTree.Node | Span;
  readonly messageId: MessageIds;
  readonly data?: Readonly<Record<string, string | number>>;
  /** Overrides parts of the rule's static claim. */
  readonly allocation?: Partial<AllocationClaim>;
  readonly related?: readonly RelatedPlace[];
  /** Where heat is measured, when it is not at `at`: the loop's body and not the declaration before it. */
  readonly heatAt?: TSESTree.Node;
  readonly fixes?: readonly ProposedFix[];
  /** What the title has no room for, in sentences. */
  readonly details?: string | undefined;
  /** Why the rule has no fix here, as a clause without a full stop. */
  readonly noFix?: string | undefined;
}

export type ReportFunction<MessageIds extends string> = (report: RuleReport<MessageIds>) => void;

export interface RuleDocs extends RuleMeta {
  readonly description: string;
  readonly url?: string;
  readonly allocation: AllocationClaim;
  /**
   * A cheap text test: the rule can report only where every group has at least one of its words in the text. Scans skip
   * what cannot match.
   */
  readonly words: readonly (readonly string[])[];
  /** It can report also where the text has one of the names in `RuleSettings.pools`. */
  readonly wordsOfPools?: boolean;
}

export interface RuleDefinition<MessageIds extends string> extends RuleMeta {
  readonly allocation: AllocationClaim;
  readonly words: RuleDocs['words'];
  readonly wordsOfPools?: boolean;
  /**
   * Titles with `{{placeholders}}`: what allocates and how much. A placeholder between backticks stands for source text,
   * which is shortened as far as the title needs.
   */
  readonly messages: Readonly<Record<MessageIds, string>>;
  /** Pure; must not throw on any tree. */
  check(context: RuleContext, report: ReportFunction<MessageIds>): TSESLint.RuleListener;
}

export interface RuleContext {
  readonly sourceCode: TSESLint.SourceCode;
  /** As the caller gave it; the server gives a path without drive and `node_modules`. */
  readonly filename: string;
  /** Static heat of a node; see heat/static-heat.ts. */
  heat(node: TSESTree.Node): Heat;
  /** What the user declared to be pools: names of variables, fields and classes. */
  readonly pools: ReadonlySet<string>;
}

type MessageId<Ids extends string> = Ids | 'fix';

export type TypeScriptRule = TSESLint.RuleModule<string, [], RuleDocs> & { readonly name: string };

/** What the side channel holds for each report, in the order of the reports. */
export interface ReportDetail {
  readonly ruleName: string;
  readonly messageId: string;
  readonly span: Span;
  readonly allocation: AllocationClaim;
  readonly heat: Heat;
  readonly related: readonly { readonly span: Span; readonly message: string }[];
  readonly fixes: readonly ProposedFix[];
  readonly details?: string;
  readonly noFix?: string;
}

const details = new WeakMap<TSESLint.SourceCode, ReportDetail[]>();

/** Everything that the rules reported on this source code, suppressed reports included. */
export function reportDetails(sourceCode: TSESLint.SourceCode): readonly ReportDetail[] {
  return details.get(sourceCode) ?? [];
}

/** Where the rules look in ESLint's `settings`. */
export const settingsKey = 'alloclens';

export interface RuleSettings {
  /**
   * How warm code must be: as the setting `alloclens.show`, `likely` when absent. The server says `all`: it ranks by itself, and a
   * profile may know better.
   */
  readonly show?: 'hot' | 'likely' | 'all';
  /** As the setting `alloclens.typescript.pools`. */
  readonly pools?: readonly string[];
}

/** The score from which on a rule reports. */
function threshold(reports: RuleMeta['reports'], { show = 'likely' }: RuleSettings): number {
  if (reports === 'bug' || reports === 'contract' || show === 'all') return 0;
  return reports === 'hot only' || show === 'hot' ? hotThreshold : likelyThreshold;
}

export const documentationUrl = (id: string): string =>
  `https://github.com/alloclens/alloclens/blob/main/rules/${id.replace(/^ts\//, 'typescript/')}.md`;

/** The rule's name inside the ESLint plugin: `accumulating-spread` for `ts/accumulating-spread`. */
export const pluginRuleName = (id: string): string => id.replace(/^ts\//, '');

export function spanOf(at: TSESTree.Node | Span): Span {
  return 'range' in at ? { start: at.range[0], end: at.range[1] } : at;
}

const creator = RuleCreator<RuleDocs>((name) => documentationUrl(`ts/${name}`));

/** Makes an ESLint rule of a definition. Exactly one rule a file. */
export function createRule<Ids extends string>(definition: RuleDefinition<Ids>): TypeScriptRule {
  const {
    messages,
    check,
    id,
    summary,
    fix,
    recipe,
    reports,
    sample,
    allocation,
    words,
    wordsOfPools = false,
  } = definition;
  const rule = creator<[], MessageId<Ids>>({
    name: pluginRuleName(id),
    meta: {
      type: reports === 'bug' || reports === 'contract' ? 'problem' : 'suggestion',
      docs: {
        description: summary,
        id,
        summary,
        fix,
        recipe,
        reports,
        sample,
        allocation,
        words,
        wordsOfPools,
      },
      // A rule whose fix is a suggestion on some reports may be safe on others and the reverse.
      ...(fix === 'none' ? {} : { fixable: 'code' as const, hasSuggestions: true }),
      messages: { ...messages, fix: '{{title}}' },
      schema: [],
    },
    defaultOptions: [],
    create(context) {
      const sourceCode = context.sourceCode as TSESLint.SourceCode;
      const settings = (context.settings[settingsKey] ?? {}) as RuleSettings;
      const from = threshold(reports, settings);
      const filename = below(context.cwd, context.filename);
      const heat = (node: TSESTree.Node): Heat => heatOf(sourceCode, filename, node);
      const pools = new Set(settings.pools);
      return check({ sourceCode, filename: context.filename, heat, pools }, (report) => {
        const span = spanOf(report.at);
        const node =
          report.heatAt ??
          ('range' in report.at ? report.at : (sourceCode.getNodeByRangeIndex(span.start) ?? sourceCode.ast));
        const measured = heat(node);
        if (measured.score < from) return;
        const replaced = replacesBuiltIns(sourceCode);
        const fixes = replaced ? [] : (report.fixes ?? []);
        const noFix = replaced ? 'the file replaces a method of the language' : report.noFix;
        keepDetail(sourceCode, {
          ruleName: pluginRuleName(id),
          messageId: report.messageId,
          span,
          allocation: { ...allocation, ...report.allocation },
          heat: measured,
          related: (report.related ?? []).map(({ at, message }) => ({ span: spanOf(at), message })),
          fixes,
          ...(report.details !== undefined && { details: report.details }),
          ...(noFix !== undefined && { noFix }),
        });
        const safe = fixes.find((candidate) => candidate.kind === 'safe');
        context.report({
          loc: { start: sourceCode.getLocFromIndex(span.start), end: sourceCode.getLocFromIndex(span.end) },
          messageId: report.messageId,
          ...(report.data ? { data: fitted(messages[report.messageId], report.data) } : {}),
          fix: safe ? (fixer) => applyWith(fixer, safe) : null,
          suggest: fixes
            .filter((candidate) => candidate !== safe)
            .map((candidate) => ({
              messageId: 'fix' as const,
              data: { title: candidate.title },
              fix: (fixer: TSESLint.RuleFixer) => applyWith(fixer, candidate),
            })),
        });
      });
    },
  });
  return rule as unknown as TypeScriptRule;
}

type Data = Readonly<Record<string, string | number>>;

/** What the placeholders stand for, on one line each, and source text as long as the title has room for. */
function fitted(message: string, data: Data): Data {
  const quoted = new Set(
    [...message.matchAll(/`[^`]*`/g)].flatMap(([span]) =>
      [...span.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name]) => name!),
    ),
  );
  const within = (longest: number): Data =>
    Object.fromEntries(
      Object.entries(data).map(([name, value]) => {
        if (quoted.has(name)) return [name, code(String(value), longest).slice(1, -1)];
        return [
          name,
          typeof value === 'string'
            ? value.replace(/\s+/g, (gap) => (gap.includes('\n') ? ' ' : gap))
            : value,
        ];
      }),
    );
  const filled = (values: Data): string =>
    message.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => String(values[name] ?? ''));
  return within(roomForCode((longest) => filled(within(longest))));
}

function applyWith(fixer: TSESLint.RuleFixer, fix: ProposedFix): TSESLint.RuleFix[] {
  return fix.edits.map(({ span, newText }) => fixer.replaceTextRange([span.start, span.end], newText));
}

function keepDetail(sourceCode: TSESLint.SourceCode, detail: ReportDetail): void {
  const list = details.get(sourceCode);
  if (list) list.push(detail);
  else details.set(sourceCode, [detail]);
}

/** The path below the folder that ESLint runs in: what the disk's folders above it are called says nothing about the code. */
function below(folder: string, file: string): string {
  return file.startsWith(folder) && /^[\\/]/.test(file.slice(folder.length))
    ? file.slice(folder.length + 1)
    : file;
}
