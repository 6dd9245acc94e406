import type { FileEdit, Span, TextEdit } from '../../../../rules/model';
import type { GoPackage } from '../../../../rules/go/rule';
import { applyEdits, mapSpan, normaliseEdits } from '../../text/edits';
import { LineIndex } from '../../text/positions';
import type { Lines } from '../compile/call-counts';
import type { FixJob } from './questions';

/**
 * The lines of the finding and of the fix's own changes, in the original text and in the changed one.
 * @param edits all of the changed text: other fixes and obligations may be among them
 */
export function placesOf(
  { fix, at }: Pick<FixJob, 'fix' | 'at'>,
  pkg: GoPackage,
  edits: ReadonlyMap<string, readonly TextEdit[]>,
): { before: Lines[]; after: Lines[] } {
  const before: Lines[] = [];
  const after: Lines[] = [];
  for (const file of pkg.files) {
    const own = fix.edits.filter((edit) => edit.file === file.path);
    const here = at.file === file.path;
    if (own.length === 0 && !here) continue;
    const all = edits.get(file.path) ?? [];
    const old = new LineIndex(file.text);
    const now = new LineIndex(applyEdits(file.text, all));
    const add = (to: Lines[], lines: LineIndex, span: Span): void => {
      to.push({
        file: file.path,
        first: lines.lineAt(span.start),
        last: lines.lineAt(Math.max(span.start, span.end - 1)),
      });
    };
    if (here) {
      add(before, old, at.span);
      add(after, now, mapSpan(at.span, all));
    }
    for (const { span } of own) add(before, old, span);
    for (const span of written(all, own)) add(after, now, span);
  }
  return { before, after };
}

/** Where the new texts of `own` lie once `all` are applied. */
function written(all: readonly TextEdit[], own: readonly FileEdit[]): Span[] {
  const spans: Span[] = [];
  let shift = 0;
  for (const { span, newText } of normaliseEdits(all)) {
    const start = span.start + shift;
    const isOwn = own.some(
      (edit) => edit.span.start === span.start && edit.span.end === span.end && edit.newText === newText,
    );
    if (isOwn) spans.push({ start, end: start + newText.length });
    shift += newText.length - (span.end - span.start);
  }
  return spans;
}
