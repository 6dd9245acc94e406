import type { Finding, RuleId, TextEdit } from '../../../rules/model';

/**
 * Comments that silence a rule: ESLint's disable comments in TypeScript, `//alloclens:ignore` directives in Go. ESLint
 * knows our rules under the plugin's name: `ts/per-call-buffer` is `alloclens/per-call-buffer` there.
 */
export function disableName(ruleId: RuleId): string {
  return ruleId.startsWith('ts/') ? `alloclens/${ruleId.slice('ts/'.length)}` : ruleId;
}

/**
 * Edits that may silence the rule on the finding's line: a comment on a line of its own above it, indented alike. The
 * first that works is the one to offer; none when the line begins inside a string. A Go directive is known to work, but
 * only a run can say what a TypeScript comment does inside JSX or a template.
 */
export function disableForLine(text: string, { ruleId, language, span }: Finding): TextEdit[] {
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(start, span.start))![0];
  const name = disableName(ruleId);
  const line = (comment: string): TextEdit => insertion(start, `${indent}${comment}${newline(text)}`);
  if (language === 'go') {
    return isGoCode(text, start) ? [line(`//alloclens:ignore ${name}`)] : [];
  }
  return [line(`// eslint-disable-next-line ${name}`), line(`{/* eslint-disable-next-line ${name} */}`)];
}

/** False inside a raw string or a comment of several lines: what is inserted there is not a directive. */
function isGoCode(text: string, offset: number): boolean {
  const token = /`[^`]*(?:`|$)|\/\*[^]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;
  for (let found = token.exec(text); found && found.index < offset; found = token.exec(text)) {
    if (found.index + found[0].length > offset) return false;
  }
  return true;
}

/** Whether somebody has just written something of a comment that silences: on a line that differs from what it was. */
export function writesDirective(before: string, after: string): boolean {
  const length = Math.min(before.length, after.length);
  let start = 0;
  while (start < length && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < length - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  )
    end++;
  const behind = after.indexOf('\n', after.length - end);
  const lines = after.slice(after.lastIndexOf('\n', start - 1) + 1, behind < 0 ? after.length : behind);
  return /alloclens:ignore|eslint-disable|nolint|lint:(?:file-)?ignore/.test(lines);
}

/** Silences the rule in the whole file: a comment at its top, behind what has to be first. */
export function disableForFile(text: string, { ruleId, language }: Finding): TextEdit {
  const end = newline(text);
  if (language === 'go') {
    // The empty line keeps it out of the package's documentation.
    return insertion(
      text.startsWith('\uFEFF') ? 1 : 0,
      `//alloclens:ignore-file ${disableName(ruleId)}${end}${end}`,
    );
  }
  // A byte order mark and a `#!` line must stay first.
  const at = /^\uFEFF?(?:#![^\n]*\n)?/.exec(text)![0].length;
  return insertion(at, `/* eslint-disable ${disableName(ruleId)} */${end}`);
}

function insertion(at: number, newText: string): TextEdit {
  return { span: { start: at, end: at }, newText };
}

/** The file's own line end: that of its first line. */
function newline(text: string): string {
  return text.charAt(text.indexOf('\n') - 1) === '\r' ? '\r\n' : '\n';
}
