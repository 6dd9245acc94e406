import type { Change } from 'diff';
import type { TextEdit } from '../../../rules/model';

/**
 * The edits that a comparison comes to; neighbouring changes are one.
 * @param from where the compared texts begin, in UTF-16 units
 */
export function editsOf(changes: readonly Change[], from = 0): TextEdit[] {
  const edits: TextEdit[] = [];
  let at = from;
  for (let i = 0; i < changes.length;) {
    const start = at;
    let newText = '';
    for (; i < changes.length; i++) {
      const { added, removed, value } = changes[i]!;
      if (!added && !removed) break;
      if (added) newText += value;
      else at += value.length;
    }
    if (at > start || newText !== '') edits.push({ span: { start, end: at }, newText });
    if (i < changes.length) at += changes[i++]!.value.length;
  }
  return edits;
}
