import type { Evidence } from '../../model';
import type { Decision } from '../rule';

/** What the compiler decided, in its own words. */
export function decided({
  subject,
  outcome,
  text,
  ofResult,
}: Pick<Decision, 'subject' | 'outcome' | 'text' | 'ofResult'>): Evidence {
  const said =
    subject === 'moved'
      ? `moved to heap: ${text}`
      : `${ofResult ? 'a result of ' : ''}${text} ${outcome === 'heap' ? 'escapes to heap' : 'does not escape'}`;
  return { kind: 'compiler decision', text: said };
}
