import type { FileEdit, Finding, Fix, TextEdit } from '../../../rules/model';
import { applyEdits } from '../text/edits';
import type { CombinedFix } from './engine';
import { compareText } from './ranking';

/** May be applied without asking: behaviour is provably the same, and the check of the engine agreed. */
export function isSafe(fix: Fix): boolean {
  return fix.kind === 'safe' && fix.verification !== 'unverified';
}

/** The fix of each finding that an automatic run may apply: its first safe one, or with `suggestions` its first. */
export function chosenFixes(findings: readonly Finding[], options: { suggestions: boolean }): Fix[] {
  return findings.flatMap(({ fixes }) => fixes.find(isSafe) ?? (options.suggestions ? (fixes[0] ?? []) : []));
}

/**
 * Puts the edits of several fixes side by side. Earlier fixes win: a fix that overlaps one of them is left out. The same
 * edit in two fixes, such as an import that both need, is made once.
 */
export function mergeFixes(fixes: readonly Fix[]): CombinedFix {
  const edits: FileEdit[] = [];
  const applied: Fix[] = [];
  for (const fix of fixes) {
    const added = fix.edits.filter((edit) => !edits.some((other) => same(edit, other)));
    if (added.some((edit) => edits.some((other) => collide(edit, other)))) continue;
    edits.push(...added);
    applied.push(fix);
  }
  edits.sort((a, b) => compareText(a.file, b.file) || a.span.start - b.span.start || a.span.end - b.span.end);
  return { edits, applied };
}

function same(a: FileEdit, b: FileEdit): boolean {
  return (
    a.file === b.file && a.span.start === b.span.start && a.span.end === b.span.end && a.newText === b.newText
  );
}

/** Overlapping spans, and two different insertions at one place, whose order nobody has said. */
function collide(a: FileEdit, b: FileEdit): boolean {
  if (a.file !== b.file) return false;
  if (a.span.start === b.span.start && (a.span.end === a.span.start || b.span.end === b.span.start))
    return true;
  return a.span.start < b.span.end && b.span.start < a.span.end;
}

/** The edits with the line ends of the text that they go into. */
export function withLineEnds<E extends TextEdit>(text: string, edits: readonly E[]): E[] {
  const crlf = text.charAt(text.indexOf('\n') - 1) === '\r';
  return crlf
    ? edits.map((edit) => ({ ...edit, newText: edit.newText.replace(/\r?\n/g, '\r\n') }))
    : [...edits];
}

/** The text with the edits made in its own line ends. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  return applyEdits(text, withLineEnds(text, edits));
}

/** Nobody edits a generated file: the next run of the generator undoes it. Go's own convention, and `@generated`. */
export function isGenerated(text: string): boolean {
  const head = text.slice(0, 2000);
  return (
    /^\/\/ Code generated .* DO NOT EDIT\.\r?$/m.test(text) ||
    /^[\t ]*(?:\/\/|\/?\*).*(?:@generated\b|code generated\b.*\bdo not edit\b)/im.test(head)
  );
}
