import type { Node } from 'web-tree-sitter';
import type { RuleId } from '../../model';
import { isFunction } from './nodes';
import { silencedByPeers } from './peer-directives';

/** Which rules the comments of a file switch off, and where. */
export interface Suppressions {
  /**
   * @param line of the finding's first character, 0-based
   * @param around lines, 0-based, of what explains the finding, where another linter may report it
   */
  hides(ruleId: RuleId, line: number, around?: readonly number[]): boolean;
}

/**
 * `//alloclens:ignore [rule-id…] [reason]` on the line of the finding or on a line of its own above it;
 * `//alloclens:ignore-file [rule-id…] [reason]` before the first declaration. No id means every rule; words that are
 * not rule ids (`go/…`) begin the reason. Comments for other linters count for the rules that say the same: peer-directives.ts.
 */
export function suppressionsOf(root: Node): Suppressions {
  const directives: { row: number; ids: readonly string[] }[] = [];
  const everywhere: (readonly string[])[] = [];
  const firstDeclaration =
    root.namedChildren.find(
      ({ type }) => type !== 'comment' && type !== 'package_clause' && type !== 'import_declaration',
    )?.startIndex ?? Infinity;
  const comments = root.descendantsOfType('comment').filter(({ text }) => text.startsWith('//'));
  if (!comments.some(({ text }) => /^\/\/ *(?:alloclens:ignore|nolint|lint:)/.test(text)))
    return { hides: () => false };
  const silenced = silencedByPeers(root, comments);
  const byPeers = (ruleId: RuleId, line: number, around: readonly number[]): boolean =>
    silenced.some(({ rules, first, last }) => {
      const holdsFor = (at: number): boolean => first <= at && at <= last;
      if (rules === 'all') return holdsFor(line);
      return rules.includes(ruleId) && [line, ...around].some(holdsFor);
    });
  const ownLines = new Set(comments.filter(standsAlone).map(({ startPosition }) => startPosition.row));
  for (const comment of comments) {
    const found = /^\/\/alloclens:ignore(-file)?(?:\s+(\S.*))?$/.exec(comment.text.trimEnd());
    if (!found) continue;
    const ids: string[] = [];
    for (const word of (found[2] ?? '').split(/[\s,]+/)) {
      if (!/^go\/[\w-]+$/.test(word)) break;
      ids.push(word);
    }
    if (found[1] !== undefined) {
      if (comment.startIndex < firstDeclaration) everywhere.push(ids);
      continue;
    }
    const { row } = comment.startPosition;
    directives.push({ row, ids });
    if (!standsAlone(comment)) continue;
    // Other comments may stand between the directive and what it is about.
    let below = row + 1;
    while (ownLines.has(below)) below++;
    directives.push({ row: below, ids });
  }
  const names = (ids: readonly string[], ruleId: string): boolean => ids.length === 0 || ids.includes(ruleId);
  return {
    hides: (ruleId, line, around = []) =>
      byPeers(ruleId, line, around) ||
      directives.some(({ row, ids }) => row === line && names(ids, ruleId)) ||
      everywhere.some((ids) => names(ids, ruleId)),
  };
}

/** True when nothing but blanks stands before the comment on its line. */
function standsAlone(comment: Node): boolean {
  let before = comment.previousSibling;
  while (before && before.endPosition.row === comment.startPosition.row && before.text.trim() === '') {
    before = before.previousSibling;
  }
  if (before && before.endPosition.row === comment.startPosition.row) return false;
  const { parent } = comment;
  return !parent || parent.type === 'source_file' || parent.startPosition.row < comment.startPosition.row;
}

/** `//alloclens:hot` in the comment above the function, or above the statement that holds a literal. */
export function hotDirective(node: Node): Node | undefined {
  for (let at: Node | null = node; at; at = at.parent) {
    if (!isFunction(at)) continue;
    let holder: Node = at;
    while (
      at.type === 'func_literal' &&
      holder.parent &&
      !/_list$|^block$|^source_file$/.test(holder.parent.type)
    ) {
      holder = holder.parent;
    }
    let line = holder.startPosition.row;
    for (let above = holder.previousSibling; above; above = above.previousSibling) {
      if (above.type === '\n' || above.type === ';') continue;
      if (above.type !== 'comment' || above.endPosition.row < line - 1) break;
      if (/^\/\/alloclens:hot\b/.test(above.text)) return above;
      line = above.startPosition.row;
    }
  }
  return undefined;
}

/** How much a function may allocate, as the source states it. */
export interface Ceiling {
  readonly comment: Node;
  /** The directive as it is written, without what follows. */
  readonly text: string;
  /** Allocation calls that the compiler may emit for the function; NaN when the directive names no number. */
  readonly allocations: number;
}

/** `//alloclens:noalloc` and `//alloclens:max 2 allocs`. */
export function ceilingIn(comment: Node): Ceiling | undefined {
  const noalloc = /^\/\/alloclens:noalloc(?=\s|$)/.exec(comment.text);
  if (noalloc) return { comment, text: noalloc[0], allocations: 0 };
  const max = /^\/\/alloclens:max(?=\s|$)(?:[ \t]+(\d{1,6})[ \t]+allocs?\b)?/.exec(comment.text);
  return max ? { comment, text: max[0], allocations: Number(max[1] ?? NaN) } : undefined;
}

/** In the comment lines directly above the function, as Go's own directives; the one nearest to it. */
export function ceilingOf(fn: Node): Ceiling | undefined {
  let line = fn.startPosition.row;
  for (let above = fn.previousNamedSibling; above; above = above.previousNamedSibling) {
    if (above.type !== 'comment' || above.endPosition.row !== line - 1) return undefined;
    const ceiling = ceilingIn(above);
    if (ceiling) return ceiling;
    line = above.startPosition.row;
  }
  return undefined;
}
