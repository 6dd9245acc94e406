import type { Assumption, GoFix } from '../../../../rules/go/rule';
import type { Verdict } from './verdict';

/**
 * A finding that rests on something stands when the compiler has agreed, and falls when it has not: then what the rule would
 * say otherwise takes its place.
 */
export interface Standable<C> {
  /** To be checked together with what the finding rests on. */
  readonly fixes: readonly GoFix[];
  readonly restsOn: 'nothing' | 'its fix' | Assumptions;
  /** What takes its place when it falls. */
  readonly otherwise: C | undefined;
}

/** What a finding rests on, and the same as something that can be checked by itself: a fix that changes nothing. */
export interface Assumptions {
  readonly all: readonly Assumption[];
  readonly question: GoFix;
}

export type Standing = 'holds' | 'refuted' | 'open';

/** Undefined while nobody knows. */
export type VerdictOf = (fix: GoFix) => Verdict | undefined;

/** The first of the chain that is not refuted; undefined when all are. */
export function current<C extends Standable<C>>(
  first: C,
  verdictOf: VerdictOf,
): { readonly candidate: C; readonly standing: 'holds' | 'open' } | undefined {
  for (let candidate: C | undefined = first; candidate; candidate = candidate.otherwise) {
    const standing = standingOf(candidate, verdictOf);
    if (standing !== 'refuted') return { candidate, standing };
  }
  return undefined;
}

/** What has to be checked next of the chain, of all that can be: its fixes, then what the finding rests on by itself. */
export function toCheck<C extends Standable<C>>(
  first: C,
  verdictOf: VerdictOf,
  canBeChecked: (fix: GoFix) => boolean,
): { readonly candidate: C; readonly fixes: readonly GoFix[] } | undefined {
  const now = current(first, verdictOf);
  if (!now) return undefined;
  const { candidate, standing } = now;
  const open = (fix: GoFix): boolean => canBeChecked(fix) && !verdictOf(fix);
  const fixes = candidate.fixes.filter(open);
  if (fixes.length > 0) return { candidate, fixes };
  if (standing === 'holds' || typeof candidate.restsOn === 'string') return undefined;
  const { question } = candidate.restsOn;
  return open(question) ? { candidate, fixes: [question] } : undefined;
}

/** The chain's candidates that were refuted, in order. */
export function refuted<C extends Standable<C>>(first: C, verdictOf: VerdictOf): C[] {
  const result: C[] = [];
  for (let candidate: C | undefined = first; candidate; candidate = candidate.otherwise) {
    if (standingOf(candidate, verdictOf) !== 'refuted') break;
    result.push(candidate);
  }
  return result;
}

function standingOf({ restsOn, fixes }: Standable<unknown>, verdictOf: VerdictOf): Standing {
  if (restsOn === 'nothing') return 'holds';
  const verdicts = fixes.map(verdictOf);
  // What was checked with a fix holds when the fix does.
  if (verdicts.some((verdict) => verdict && verdict.verdict !== 'refuted')) return 'holds';
  if (restsOn === 'its fix') return verdicts.every((verdict) => verdict !== undefined) ? 'refuted' : 'open';
  const known = new Set(restsOn.all.map((assumption) => JSON.stringify(assumption)));
  const fails = verdicts.some(
    (verdict) =>
      verdict?.verdict === 'refuted' && verdict.assumption && known.has(JSON.stringify(verdict.assumption)),
  );
  if (fails) return 'refuted';
  const alone = verdictOf(restsOn.question);
  return !alone ? 'open' : alone.verdict === 'refuted' ? 'refuted' : 'holds';
}
