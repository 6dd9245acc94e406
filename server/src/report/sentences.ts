import type { Finding } from '../../../rules/model';
import { asSentence } from '../../../rules/wording';

/** A finding for readers that have one text for all: the title, why, and what to do by hand. */
export function sentencesOf({
  message,
  details,
  allocation,
  noFix,
}: Pick<Finding, 'message' | 'details' | 'noFix'> & {
  readonly allocation: Pick<Finding['allocation'], 'reason'>;
}): string {
  const sentences = [
    message,
    allocation.reason,
    ...(details === undefined ? [] : [details]),
    ...(noFix?.recipe ? [noFix.recipe] : []),
  ];
  return sentences.map(asSentence).join(' ');
}
