import { diffLines, diffWordsWithSpace } from 'diff';
import type { Span, TextEdit } from '../../../rules/model';
import { editsOf } from './differences';
import { EditMap } from './edits';

/** Lines, or words of changed lines, that may differ before two texts are taken for different ones altogether: what is typed or formatted stays far below. */
const maximumEdits = 2000;

/** What an editor, a formatter or a checkout has made of a text: where what was left alone now stands. UTF-16 offsets. */
export class TextChange {
  readonly #edits: readonly TextEdit[];
  readonly #map: EditMap;
  /** What was inserted, in the offsets of the new text. */
  readonly #inserted: readonly Span[];

  constructor(
    private readonly before: string,
    after: string,
  ) {
    this.#edits = before === after ? [] : editsBetween(before, after);
    this.#map = new EditMap(this.#edits);
    let shift = 0;
    this.#inserted = this.#edits.map(({ span, newText }) => {
      const start = span.start + shift;
      shift += newText.length - (span.end - span.start);
      return { start, end: start + newText.length };
    });
  }

  /** Where the span now is, or undefined when its text, or a word that it begins or ends with, was changed. */
  moved(span: Span): Span | undefined {
    if (this.#edits.some((edit) => this.#touches(edit, span))) return undefined;
    // What is inserted at the end of the span is behind it, and what is inserted at its start before it.
    const start = this.#map.offset(span.start);
    return { start, end: start + (span.end - span.start) };
  }

  /** Something of the span, in the offsets of the new text, was not there before. */
  isNew(span: Span): boolean {
    return this.#inserted.some(({ start, end }) => start < span.end && span.start < end);
  }

  #touches({ span: { start, end }, newText }: TextEdit, span: Span): boolean {
    if (start < span.end && span.start < end) return true;
    const joins = (a: string | undefined, b: string | undefined): boolean =>
      wordEnd.test(`${a ?? ' '}${b ?? ' '}`);
    // A word that goes on where the span begins or ends is another word.
    if (end === span.start) return joins(newText.at(-1) ?? this.before[start - 1], this.before[span.start]);
    return start === span.end && joins(this.before[span.end - 1], newText.at(0) ?? this.before[end]);
  }
}

const wordEnd = /^[\p{L}\p{N}_$]{2}$/u;

/** Edits that make the one text of the other, as small as lines, then words, allow. */
function editsBetween(before: string, after: string): TextEdit[] {
  const whole = narrowed({ span: { start: 0, end: before.length }, newText: after }, before);
  // One place was edited: the usual case costs no more than reading the texts.
  const { start, end } = whole.span;
  const from = before.lastIndexOf('\n', start - 1) + 1;
  const next = before.indexOf('\n', end);
  const to = next < 0 ? before.length : next + 1;
  const old = before.slice(from, to);
  const now = after.slice(from, to + after.length - before.length);
  if (whole.newText === '' || start === end) return [whole];
  const lines = diffLines(old, now, { maxEditLength: maximumEdits });
  if (!lines) return [whole];
  return editsOf(lines, from).flatMap((edit) => {
    const { span, newText } = edit;
    const words =
      span.start < span.end && newText !== ''
        ? diffWordsWithSpace(before.slice(span.start, span.end), newText, { maxEditLength: maximumEdits })
        : undefined;
    return words ? editsOf(words, span.start) : [narrowed(edit, before)];
  });
}

/** The edit without what its old and its new text begin and end with in common. */
function narrowed({ span, newText }: TextEdit, before: string): TextEdit {
  const length = Math.min(span.end - span.start, newText.length);
  let first = 0;
  while (first < length && before.charCodeAt(span.start + first) === newText.charCodeAt(first)) first++;
  let last = 0;
  while (
    last < length - first &&
    before.charCodeAt(span.end - 1 - last) === newText.charCodeAt(newText.length - 1 - last)
  )
    last++;
  return {
    span: { start: span.start + first, end: span.end - last },
    newText: newText.slice(first, newText.length - last),
  };
}
