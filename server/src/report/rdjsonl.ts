import type { Finding, Fix, Severity } from '../../../rules/model';
import { isSafe, withLineEnds } from '../service/fixes';
import { pageOf } from '../service/pages';
import { displayPath } from '../service/walk';
import { applyEdits } from '../text/edits';
import { plainText } from '../text/foreign';
import { LineIndex, type Position } from '../text/positions';
import { sentencesOf } from './sentences';

const severities: Readonly<Record<Severity, string>> = {
  error: 'ERROR',
  warning: 'WARNING',
  information: 'INFO',
  hint: 'INFO',
};

/** A reviewer reads what is to be replaced: beyond this many lines `alloclens fix` is the better way. */
const longestSuggestion = 20;

/**
 * reviewdog's Diagnostic Format, one JSON object a line (reviewdog/proto/rdf/reviewdog.proto). Lines and columns are 1-based; columns count
 * UTF-8 bytes, as that file says. A safe fix of one place is a suggestion that a reviewer applies with a click.
 */
export function rdjsonlReport(
  findings: readonly Finding[],
  { cwd, textOf }: { readonly cwd: string; readonly textOf: (path: string) => string },
): string {
  const indexes = new Map<string, LineIndex>();
  const linesOf = (file: string): LineIndex => {
    let lines = indexes.get(file);
    if (!lines) indexes.set(file, (lines = new LineIndex(textOf(file), 'utf-8')));
    return lines;
  };
  const line = (finding: Finding): string => {
    const lines = linesOf(finding.file);
    const suggestions = finding.fixes
      .filter(isSafe)
      .flatMap((fix) => suggestionOf(fix, finding.file, lines) ?? []);
    return JSON.stringify({
      message: plainText(sentencesOf(finding)),
      location: {
        path: displayPath(cwd, finding.file),
        range: {
          start: place(lines.positionAt(finding.span.start)),
          end: place(lines.positionAt(finding.span.end)),
        },
      },
      severity: severities[finding.severity],
      source: { name: 'alloclens', url: 'https://github.com/alloclens/alloclens' },
      code: { value: finding.ruleId, url: pageOf(finding.ruleId) },
      // One is applied with a click, and several would be taken for one.
      ...(suggestions[0] && { suggestions: [suggestions[0]] }),
    });
  };
  return findings.map((finding) => `${line(finding)}\n`).join('');
}

/** The lines from the first to the last edit as they are with the fix; undefined when it reaches further. */
function suggestionOf(fix: Fix, file: string, lines: LineIndex) {
  const { text } = lines;
  const [first, last] = [fix.edits[0], fix.edits.at(-1)];
  if (!first || !last || fix.edits.some((edit) => edit.file !== file)) return undefined;
  const [from, to] = [lines.lineAt(first.span.start), lines.lineAt(last.span.end)];
  if (to - from >= longestSuggestion) return undefined;
  const [start, end] = [lines.lineStart(from), lines.lineEnd(to)];
  const edits = withLineEnds(text, fix.edits).map((edit) => ({
    ...edit,
    span: { start: edit.span.start - start, end: edit.span.end - start },
  }));
  return {
    range: { start: place(lines.positionAt(start)), end: place(lines.positionAt(end)) },
    text: applyEdits(text.slice(start, end), edits),
  };
}

function place({ line, character }: Position): { line: number; column: number } {
  return { line: line + 1, column: character + 1 };
}
