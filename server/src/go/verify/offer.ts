import type { FileEdit, Fix } from '../../../../rules/model';
import type { GoFix } from '../../../../rules/go/rule';
import type { Verdict } from './verdict';

/** The title says what was checked: "… (verified: 1 → 0 allocations per call)". */
export function verifiedFix(
  fix: Pick<GoFix, 'title' | 'kind'>,
  edits: readonly FileEdit[],
  verdict: Extract<Verdict, { verdict: 'verified' }>,
  inLoop: boolean,
): Fix {
  const { before, after, othersStay } = verdict;
  const counted = before !== undefined && after !== undefined;
  // Emitted calls are counted, not executions: a loop repeats them, and the function may have others.
  const scope = inLoop || othersStay ? 'at this place' : 'per call';
  const figure = counted ? `verified: ${before} → ${after} allocations ${scope}` : 'verified';
  return {
    title: `${fix.title} (${figure})`,
    kind: fix.kind,
    edits,
    verification: 'verified',
    ...(counted && { allocationsBefore: before, allocationsAfter: after }),
  };
}

/** What nobody checked is a suggestion and says so. */
export function unverifiedFix(fix: Pick<GoFix, 'title'>, edits: readonly FileEdit[], reason: string): Fix {
  return {
    title: `${fix.title} (not verified: ${reason})`,
    kind: 'suggestion',
    edits,
    verification: 'unverified',
  };
}
