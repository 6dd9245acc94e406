import assert from 'node:assert/strict';
import { LineIndex } from '../../server/src/text/positions';

/**
 * Expectations in marker files: `// want go/rule-id "regexp"` at the end of the line on which the finding starts, or
 * `// want go/rule-id@"text" "regexp"` when the finding must start at the first occurrence of text in that line.
 * A line may carry several: `// want a/b "x" c/d "y"`. Matching is one to one: an unexpected finding fails.
 */
export interface Want {
  file: string;
  /** 0-based. */
  line: number;
  ruleId: string;
  at: string | undefined;
  message: RegExp;
}

export interface Reported {
  file: string;
  ruleId: string;
  message: string;
  /** UTF-16 offset. */
  start: number;
}

const expectation = /((?:go|ts)\/[\w-]+)(?:@"((?:[^"\\]|\\.)*)")?\s+"((?:[^"\\]|\\.)*)"\s*/y;

export function parseWants(file: string, text: string): Want[] {
  const wants: Want[] = [];
  text.split('\n').forEach((content, line) => {
    const at = content.search(/(?:\/\/|\/\*) want /);
    if (at < 0) return;
    expectation.lastIndex = at + '// want '.length;
    const before = wants.length;
    for (let m = expectation.exec(content); m; m = expectation.exec(content)) {
      wants.push({
        file,
        line,
        ruleId: m[1]!,
        at: m[2]?.replace(/\\"/g, '"'),
        message: new RegExp(m[3]!.replace(/\\"/g, '"')),
      });
    }
    assert.ok(
      wants.length > before,
      `${file}:${line + 1}: cannot read the want comment: ${content.slice(at)}`,
    );
  });
  return wants;
}

/** Fails, listing every difference, unless wants and findings match one to one. */
export function matchWants(
  wants: readonly Want[],
  findings: readonly Reported[],
  texts: ReadonlyMap<string, string>,
): void {
  const problems: string[] = [];
  const open = [...wants];
  for (const finding of findings) {
    const text = texts.get(finding.file) ?? '';
    const index = new LineIndex(text);
    const { line, character } = index.positionAt(finding.start);
    const content = text.split('\n')[line] ?? '';
    const match = open.findIndex(
      (want) =>
        want.file === finding.file &&
        want.line === line &&
        want.ruleId === finding.ruleId &&
        want.message.test(finding.message) &&
        (want.at === undefined || content.indexOf(want.at) === character),
    );
    if (match >= 0) open.splice(match, 1);
    else
      problems.push(
        `unexpected ${finding.file}:${line + 1}:${character + 1}: ${finding.ruleId}: ${finding.message}`,
      );
  }
  for (const want of open) {
    problems.push(
      `missing ${want.file}:${want.line + 1}: ${want.ruleId}${want.at === undefined ? '' : `@"${want.at}"`} ${want.message}`,
    );
  }
  assert.equal(problems.length, 0, `\n${problems.join('\n')}`);
}
