import { firstIndex } from '../../../rules/sorted';
import type { Span, TextEdit } from '../../../rules/model';

/**
 * Sorts edits and checks that they are disjoint. Two insertions at one offset keep their order.
 * @throws Error when two edits overlap: a rule's defect, caught where fixes are collected.
 */
export function normaliseEdits<E extends TextEdit>(edits: readonly E[]): E[] {
  const sorted = [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1]!.span, sorted[i]!.span];
    if (after.start < before.end) {
      throw new Error(`edits overlap: ${before.start}-${before.end} and ${after.start}-${after.end}`);
    }
  }
  return sorted;
}

/** The text with all edits applied. Edits are in the original text's offsets. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const { span, newText } of normaliseEdits(edits)) {
    result += text.slice(at, span.start) + newText;
    at = span.end;
  }
  return result + text.slice(at);
}

/** Where the offsets of a text lie after the edits. */
export class EditMap {
  readonly #edits: readonly TextEdit[];
  /** What the text has grown by before the edit of the same index, and at the end in all. */
  readonly #shifts: number[] = [0];

  /** @throws Error when two edits overlap */
  constructor(edits: readonly TextEdit[]) {
    this.#edits = normaliseEdits(edits);
    for (const { span, newText } of this.#edits)
      this.#shifts.push(this.#shifts.at(-1)! + newText.length - (span.end - span.start));
  }

  /**
   * An offset inside a replaced span moves to the start of its replacement; an offset at an insertion moves behind it.
   */
  offset(offset: number): number {
    const next = this.#firstBehind(offset);
    const last = this.#edits[next - 1];
    if (last && last.span.end > offset) return last.span.start + this.#shifts[next - 1]!;
    return offset + this.#shifts[next]!;
  }

  /** The character at the offset is replaced. */
  replaces(offset: number): boolean {
    const last = this.#edits[this.#firstBehind(offset) - 1];
    return last !== undefined && offset < last.span.end;
  }

  /** Index of the first edit that starts behind the offset. */
  #firstBehind(offset: number): number {
    return firstIndex(this.#edits, ({ span }) => span.start > offset);
  }
}

/** As EditMap.offset, for one offset. */
export function mapOffset(offset: number, edits: readonly TextEdit[]): number {
  return new EditMap(edits).offset(offset);
}

/** The original span after the edits; see mapOffset. */
export function mapSpan(span: Span, edits: readonly TextEdit[]): Span {
  const map = new EditMap(edits);
  const start = map.offset(span.start);
  return { start, end: Math.max(start, map.offset(span.end)) };
}
