import type { Fix } from '../../../../rules/model';
import type { Figures, Verdict } from './verdict';

/** A fix with all its edits, before anybody has checked it. */
type Complete = Pick<Fix, 'title' | 'kind' | 'edits'> & { readonly room: Fix['room'] | undefined };

/** The title says what was checked: "… (verified: 1 → 0 allocations per call)", "… (compiles)". */
export function checkedFix(
  { title, kind, edits, room }: Complete,
  verdict: Exclude<Verdict, { verdict: 'refuted' }>,
  inLoop: boolean,
): Fix {
  const same = { kind, edits, ...(room && { room }) };
  if (verdict.verdict === 'checked')
    return { title: `${title} (compiles)`, ...same, verification: 'checked' };
  const { figures } = verdict;
  if (!figures) return { title: `${title} (verified)`, ...same, verification: 'verified' };
  const { before, after } = figures;
  return {
    title: `${title} (verified: ${before} → ${after} allocations ${scopeOf(figures, inLoop)})`,
    ...same,
    verification: 'verified',
    allocationsBefore: before,
    allocationsAfter: after,
  };
}

function scopeOf({ of }: Figures, inLoop: boolean): string {
  if (typeof of !== 'string') return `in ${of.functions.join(', ')}`;
  // A loop repeats the place within each call.
  return of === 'call' && !inLoop ? 'per call' : 'at this place';
}

/** What nobody checked is a suggestion and says so. */
export function unverifiedFix({ title, edits, room }: Omit<Complete, 'kind'>, reason: string): Fix {
  return {
    title: `${title} (not verified: ${reason})`,
    kind: 'suggestion',
    edits,
    ...(room && { room }),
    verification: 'unverified',
  };
}
