import type { AllocationCost, Finding, RuleMeta, Severity } from '../../../rules/model';

/** The setting `alloclens.show`: how warm code must be for its allocations to be shown. */
export type Show = 'hot' | 'likely' | 'all';

/** The setting `alloclens.rules` for one rule. A severity replaces the ranked one; it does not make cold code hot. */
export type RuleLevel = 'off' | 'on' | Severity;

/** From this score on code is hot: rules that matter only in hot code report, and certain allocations gain Information. */
export const hotScore = 0.6;

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
 * A broken contract is an error and misuse that corrupts or leaks a warning wherever it stands. Of the allocations, one that does not happen
 * (cost `none`) is never shown; a certain one in hot code is Information; every other one is a hint.
 */
export function severityOf(
  meta: Pick<RuleMeta, 'id' | 'reports'>,
  cost: AllocationCost,
  score: number,
  visibility: Visibility,
): Severity | undefined {
  const level = visibility.rules[meta.id] ?? 'on';
  if (level === 'off') return undefined;
  const ranked = rank(meta, cost, score, visibility.show);
  return ranked === undefined || level === 'on' ? ranked : level;
}

/** How a finding is shown, now or when the user asks for more. */
export interface Judgement {
  readonly severity: Severity;
  /** Only `show: all` shows it. */
  readonly hidden: boolean;
}

/** As `severityOf`, with what `show: all` would say of a finding that is silent; undefined when it stays silent even then. */
export function judge(
  meta: Pick<RuleMeta, 'id' | 'reports'>,
  cost: AllocationCost,
  score: number,
  visibility: Visibility,
): Judgement | undefined {
  const severity = severityOf(meta, cost, score, visibility);
  if (severity !== undefined) return { severity, hidden: false };
  const asked = severityOf(meta, cost, score, { ...visibility, show: 'all' });
  return asked && { severity: asked, hidden: true };
}

function rank(
  meta: Pick<RuleMeta, 'reports'>,
  cost: AllocationCost,
  score: number,
  show: Show,
): Severity | undefined {
  if (meta.reports === 'contract') return 'error';
  if (meta.reports === 'bug') return 'warning';
  if (cost === 'none') return undefined;
  if (meta.reports === 'on request') return show === 'all' ? 'hint' : undefined;
  const needed = meta.reports === 'hot only' ? hotScore : shownFrom[show];
  // A score that is not a number is a defect elsewhere; it must not make cold code loud.
  if (!(score >= needed)) return undefined;
  return score >= hotScore && cost === 'always' ? 'information' : 'hint';
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

/** Code-unit order: the same on every machine, which locale-aware comparison is not. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
