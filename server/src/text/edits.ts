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

/**
 * Where an original offset lies after the edits. An offset inside a replaced span moves to the start of its
 * replacement; an offset at an insertion moves behind it.
 */
export function mapOffset(offset: number, edits: readonly TextEdit[]): number {
  let shift = 0;
  for (const { span, newText } of normaliseEdits(edits)) {
    if (span.start > offset) break;
    if (span.end > offset) return span.start + shift;
    shift += newText.length - (span.end - span.start);
  }
  return offset + shift;
}

/** The original span after the edits; see mapOffset. */
export function mapSpan(span: Span, edits: readonly TextEdit[]): Span {
  const start = mapOffset(span.start, edits);
  return { start, end: Math.max(start, mapOffset(span.end, edits)) };
}
