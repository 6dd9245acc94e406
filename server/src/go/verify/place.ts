import type { Span, TextEdit } from '../../../../rules/model';
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
    const { old, now, written } = changeOf(file.text, all);
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
    for (const key of new Set(own.map(keyOf)))
      for (const span of written.get(key) ?? []) add(after, now, span);
  }
  return { before, after };
}

/** A file's text before and after edits, which many fixes of one compile ask about. */
interface ChangedText {
  readonly text: string;
  readonly old: LineIndex;
  readonly now: LineIndex;
  /** Where each edit's new text lies. */
  readonly written: ReadonlyMap<string, readonly Span[]>;
}

const changes = new WeakMap<readonly TextEdit[], ChangedText>();

function changeOf(text: string, edits: readonly TextEdit[]): ChangedText {
  const known = changes.get(edits);
  if (known?.text === text) return known;
  const change: ChangedText = {
    text,
    old: new LineIndex(text),
    now: new LineIndex(applyEdits(text, edits)),
    written: writtenBy(edits),
  };
  changes.set(edits, change);
  return change;
}

const keyOf = ({ span, newText }: TextEdit): string => `${span.start} ${span.end} ${newText}`;

/** Where the new texts lie once all edits are applied. */
function writtenBy(edits: readonly TextEdit[]): Map<string, Span[]> {
  const written = new Map<string, Span[]>();
  let shift = 0;
  for (const edit of normaliseEdits(edits)) {
    const { span, newText } = edit;
    const start = span.start + shift;
    const others = written.get(keyOf(edit));
    const place = { start, end: start + newText.length };
    if (others) others.push(place);
    else written.set(keyOf(edit), [place]);
    shift += newText.length - (span.end - span.start);
  }
  return written;
}
