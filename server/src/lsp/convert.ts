import type { Range } from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import type { Span } from '../../../rules/model';
import type { LineIndex } from '../text/positions';

/** The absolute path of a file document; the URI itself for everything else (untitled, virtual file systems). */
export function pathOf(uri: string): string {
  const parsed = URI.parse(uri);
  return parsed.scheme === 'file' ? parsed.fsPath : uri;
}

/** The URI of a path as `pathOf` makes it. */
export function uriOf(path: string): string {
  return isVirtual(path) ? path : URI.file(path).toString();
}

/** True for what `pathOf` left a URI. A Windows drive is one letter, a scheme has at least two. */
export function isVirtual(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(path);
}

export function rangeOf(lines: LineIndex, span: Span): Range {
  return { start: lines.positionAt(span.start), end: lines.positionAt(span.end) };
}

/** Touching counts: a cursor at the end of a range is on it. */
export function overlaps(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: Range['start'], b: Range['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
