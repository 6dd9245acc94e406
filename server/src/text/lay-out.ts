import { diffLines } from 'diff';
import type { TextEdit } from '../../../rules/model';
import { editsOf } from './differences';

/** A text before and after its fixes. */
export interface Changed {
  readonly before: string;
  readonly after: string;
}

/**
 * The fixed text with what a formatter does to it, but for what it would have done to the text before: whoever does not
 * use the formatter sees nothing of it. Works on whole lines; CRLF and a byte order mark stay.
 * @param formatted both texts, as `plain` gave them, formatted
 */
export function laidOut({ before, after }: Changed, formatted: Changed): string {
  const old = new Set(
    hunks(plain(before), formatted.before).map(({ removed, added }) => removed + '\0' + added),
  );
  let result = '';
  for (const { kept, removed, added } of hunks(plain(after), formatted.after)) {
    result += kept + (old.has(removed + '\0' + added) ? removed : added);
  }
  const mark = after.startsWith('\uFEFF') ? '\uFEFF' : '';
  return mark + (after.includes('\r\n') ? result.replaceAll('\n', '\r\n') : result);
}

/** The text as a formatter takes it: without byte order mark, lines ending with LF. */
export function plain(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

interface Hunk {
  /** The lines in front of the change. */
  readonly kept: string;
  readonly removed: string;
  readonly added: string;
}

/** The differences in order; the last may be none, with the lines behind the last difference. */
function hunks(before: string, after: string): Hunk[] {
  const found: { kept: string; removed: string; added: string }[] = [{ kept: '', removed: '', added: '' }];
  for (const { value, added, removed } of before === after ? [{ value: before }] : diffLines(before, after)) {
    let last = found.at(-1)!;
    if (!added && !removed) {
      if (last.removed !== '' || last.added !== '') found.push((last = { kept: '', removed: '', added: '' }));
      last.kept += value;
    } else if (added) last.added += value;
    else last.removed += value;
  }
  return found;
}

/** The edits that make the one text of the other, each of whole lines. */
export function lineEdits({ before, after }: Changed): TextEdit[] {
  return before === after ? [] : editsOf(diffLines(before, after));
}
