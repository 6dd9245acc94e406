import { firstIndex } from '../../../rules/sorted';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { TextEdit } from '../../../rules/model';
import { walk } from '../../../rules/typescript/syntax/nodes';
import { normaliseEdits } from '../text/edits';

/**
 * What the edits do not touch must be read as before: the same tokens and comments, and statements that begin and end
 * where they did. A new line that begins with a bracket would otherwise become a call of the line above it, in a file
 * without semicolons; a new comment would swallow what follows.
 * @returns a sentence about the first place that is read otherwise
 */
export function changedStructure(
  before: TSESLint.SourceCode,
  after: TSESLint.SourceCode,
  edits: readonly TextEdit[],
): string | undefined {
  const map = new Shift(edits);
  const line = (offset: number): number => before.getLocFromIndex(offset).line;
  for (const [old, now] of [
    [before.ast.tokens ?? [], after.ast.tokens ?? []],
    [before.ast.comments ?? [], after.ast.comments ?? []],
  ] as const) {
    const found = new Map(now.map((token) => [token.range[0], token.value]));
    for (const { range, value } of old) {
      if (map.touches(range[0], range[1])) continue;
      if (found.get(map.start(range[0])) !== value)
        return `"${value.slice(0, 40)}" in line ${line(range[0])} would be read otherwise`;
    }
  }
  const now = statementsOf(after);
  const starts = new Set(now.map(({ start }) => start));
  const ends = new Set(now.map(({ end }) => end));
  const whole = new Set(now.map(keyOf));
  for (const { type, start, end } of statementsOf(before)) {
    const begins = map.isCleanStart(start) ? map.start(start) : undefined;
    const stops = map.isCleanEnd(end) ? map.end(end) : undefined;
    const same =
      begins !== undefined && stops !== undefined
        ? whole.has(keyOf({ type, start: begins, end: stops }))
        : (begins === undefined || starts.has(begins)) && (stops === undefined || ends.has(stops));
    if (!same) return `the statement in line ${line(start)} would begin or end elsewhere`;
  }
  return undefined;
}

interface Statement {
  readonly type: string;
  readonly start: number;
  /** Behind its last token that is no semicolon. */
  readonly end: number;
}

const keyOf = ({ type, start, end }: Statement): string => `${type} ${start} ${end}`;

const isStatement = /(?:Statement|Declaration|Definition)$|^(?:StaticBlock|SwitchCase)$/;

/** Statements and members of classes; not the empty statement, which semicolons make. */
function statementsOf(sourceCode: TSESLint.SourceCode): Statement[] {
  const tokens = sourceCode.ast.tokens ?? [];
  const byEnd = new Map(tokens.map((token, index) => [token.range[1], index]));
  const found: Statement[] = [];
  walk(sourceCode, sourceCode.ast, (node: TSESTree.Node) => {
    if (!isStatement.test(node.type) || node.type === 'EmptyStatement') return;
    const [start, last] = node.range;
    let end = last;
    for (let at = byEnd.get(last); at !== undefined && at > 0; at--) {
      end = tokens[at]!.range[1];
      if (tokens[at]!.value !== ';' || tokens[at]!.range[0] <= start) break;
    }
    const type = node.type === 'IfStatement' && node.alternate ? 'IfStatement with else' : node.type;
    found.push({ type, start, end });
  });
  return found;
}

/** Offsets of the old text in the new one. */
class Shift {
  readonly #edits: readonly TextEdit[];
  /** How far what follows each edit has moved. */
  readonly #shifts: number[] = [];

  constructor(edits: readonly TextEdit[]) {
    this.#edits = normaliseEdits(edits);
    let shift = 0;
    for (const { span, newText } of this.#edits) {
      shift += newText.length - (span.end - span.start);
      this.#shifts.push(shift);
    }
  }

  /** A place where something begins: behind what is inserted there. */
  start(offset: number): number {
    return offset + (this.#shifts[this.#firstEnding(offset + 1) - 1] ?? 0);
  }

  /** A place where something ends: before what is inserted there. */
  end(offset: number): number {
    return offset + (this.#shifts[this.#firstEnding(offset) - 1] ?? 0);
  }

  touches(start: number, end: number): boolean {
    const edit = this.#edits[this.#firstEnding(start + 1)];
    return edit !== undefined && edit.span.start < end;
  }

  isCleanStart(offset: number): boolean {
    const edit = this.#edits[this.#firstEnding(offset + 1)];
    return edit === undefined || edit.span.start > offset;
  }

  /** Also where a new line begins: what is inserted is meant to stand behind it. */
  isCleanEnd(offset: number): boolean {
    for (let i = this.#firstEnding(offset); i < this.#edits.length; i++) {
      const { span, newText } = this.#edits[i]!;
      if (span.start > offset) break;
      const behind = span.start === offset && /^[ \t]*\r?\n/.test(newText);
      const removed = span.start === offset && span.start < span.end && newText === '';
      if (!behind && !removed) return false;
    }
    return true;
  }

  /** Index of the first edit that ends at the offset or behind it: the edits are sorted, and overlap nowhere. */
  #firstEnding(offset: number): number {
    return firstIndex(this.#edits, ({ span }) => span.end >= offset);
  }
}
