import type { AllocationCost, Finding, Heat, RuleMeta, Severity } from '../../../rules/model';

/** The setting `alloclens.show`: how warm code must be for its allocations to be shown. */
export type Show = 'hot' | 'likely' | 'all';

/** The setting `alloclens.rules` for one rule. A severity replaces the ranked one; it does not make cold code hot. */
export type RuleLevel = 'off' | 'on' | Severity;

/** From this score on code is hot: rules that matter only in hot code report, and unexplained allocations are explained. */
export const hotScore = 0.6;

/** See isExplainedUnasked. */
const explainedScore = 0.9;

/** The lowest heat score that each value of `alloclens.show` shows. */
export const shownFrom: Readonly<Record<Show, number>> = { hot: hotScore, likely: 0.3, all: 0 };

/** What the user asked to see. */
export interface Visibility {
  readonly show: Show;
  /** By rule id; a rule that is not named is `on`. */
  readonly rules: Readonly<Record<string, RuleLevel>>;
}

/**
 * The severity with which a finding is shown, or `undefined` when it stays silent.
 *
 * A broken contract is an error and misuse that corrupts or leaks a warning wherever it stands. An allocation that does not happen
 * (cost `none`) is never shown. What is shown unasked is Information, so that lists, counts and rulers have it; what only
 * `show: all` shows is a hint, unless it is an explanation of what is certain and hot.
 */
export function severityOf(
  meta: Pick<RuleMeta, 'id' | 'reports'>,
  cost: AllocationCost,
  heat: Pick<Heat, 'score' | 'isMinor'>,
  visibility: Visibility,
): Severity | undefined {
  const level = visibility.rules[meta.id] ?? 'on';
  if (level === 'off') return undefined;
  const ranked = rank(meta, cost, heat, visibility.show);
  return ranked === undefined || level === 'on' ? ranked : level;
}

/** How a finding is shown, now or when the user asks for more. */
export interface Judgement {
  readonly severity: Severity;
  /** The same when a safe fix is offered: what can be put right without a thought is seen. */
  readonly withSafeFix: Severity;
  /** Only `show: all` shows it. */
  readonly hidden: boolean;
}

/** As `severityOf`, with what `show: all` would say of a finding that is silent; undefined when it stays silent even then. */
export function judge(
  meta: Pick<RuleMeta, 'id' | 'reports'>,
  cost: AllocationCost,
  heat: Pick<Heat, 'score' | 'isMinor'>,
  visibility: Visibility,
): Judgement | undefined {
  const unasked = severityOf(meta, cost, heat, visibility);
  const severity = unasked ?? severityOf(meta, cost, heat, { ...visibility, show: 'all' });
  if (severity === undefined) return undefined;
  const ranked = (visibility.rules[meta.id] ?? 'on') === 'on';
  const withSafeFix = ranked && severity === 'hint' ? 'information' : severity;
  return { severity, withSafeFix, hidden: unasked === undefined };
}

function rank(
  meta: Pick<RuleMeta, 'reports'>,
  cost: AllocationCost,
  { score, isMinor }: Pick<Heat, 'score' | 'isMinor'>,
  show: Show,
): Severity | undefined {
  if (meta.reports === 'contract') return 'error';
  if (meta.reports === 'bug') return 'warning';
  if (cost === 'none') return undefined;
  // A score that is not a number is a defect elsewhere; it must not make cold code loud.
  if (Number.isNaN(score)) return undefined;
  if (isMinor && meta.reports !== 'on request') return show === 'all' ? 'hint' : undefined;
  switch (meta.reports) {
    case 'hot only':
      return score >= hotScore ? 'information' : show === 'all' ? 'hint' : undefined;
    // Where a profile weighs it, it is an allocation like others (hotspots/measured-heat.ts).
    case 'measured only':
      return show === 'all' ? 'hint' : undefined;
    case 'on request':
      return show !== 'all' ? undefined : score >= hotScore && cost === 'always' ? 'information' : 'hint';
    case 'allocation':
      return score < shownFrom[show] ? undefined : score >= shownFrom.likely ? 'information' : 'hint';
  }
}

/**
 * Whether an allocation that no rule can help is explained although nobody asked: it is certain, written at this place and not
 * in a callee, in an entry point or marked code, and runs more often than two nested loops can say.
 */
export function isExplainedUnasked({ allocation, heat }: Pick<Finding, 'allocation' | 'heat'>): boolean {
  const { score, isKnown = false, isMinor = false } = heat;
  return (
    allocation.cost === 'always' &&
    allocation.kind !== 'call' &&
    isKnown &&
    !isMinor &&
    score >= explainedScore
  );
}

/** Source order within a file, files by path; ties by rule and message, so that the published order never changes. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.file, b.file) ||
    a.span.start - b.span.start ||
    a.span.end - b.span.end ||
    compareText(a.ruleId, b.ruleId) ||
    compareText(a.message, b.message)
  );
}

const urgency: Readonly<Record<Severity, number>> = { error: 0, warning: 1, information: 2, hint: 3 };

/** Most urgent first, then hottest, then source order: for lists that a person reads from the top. */
export function compareUrgency(a: Finding, b: Finding): number {
  return urgency[a.severity] - urgency[b.severity] || b.heat.score - a.heat.score || compareFindings(a, b);
}

/** The most urgent and hottest ones, in the order given: for readers who take no more than so many. */
export function hottest(findings: readonly Finding[], most: number): readonly Finding[] {
  if (findings.length <= most) return findings;
  const kept = new Set([...findings].sort(compareUrgency).slice(0, most));
  return findings.filter((finding) => kept.has(finding));
}

/** Code-unit order: the same on every machine, which locale-aware comparison is not. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
