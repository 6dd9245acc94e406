import type { Node } from 'web-tree-sitter';
import type { RuleId } from '../../model';

/** Which rules the comments of a file switch off, and where. */
export interface Suppressions {
  /** 0-based line of the finding's first character. */
  hides(ruleId: RuleId, line: number): boolean;
}

/**
 * `//alloclens:ignore [rule-id…] [reason]` on the line of the finding or on a line of its own above it;
 * `//alloclens:ignore-file [rule-id…] [reason]` before the first declaration. No id means every rule; words that are
 * not rule ids (`go/…`) begin the reason.
 */
export function suppressionsOf(root: Node): Suppressions {
  const directives: { row: number; ids: readonly string[] }[] = [];
  const everywhere: (readonly string[])[] = [];
  const firstDeclaration =
    root.namedChildren.find(
      ({ type }) => type !== 'comment' && type !== 'package_clause' && type !== 'import_declaration',
    )?.startIndex ?? Infinity;
  const comments = root.descendantsOfType('comment').filter(({ text }) => text.startsWith('//'));
  if (!comments.some(({ text }) => text.startsWith('//alloclens:ignore'))) return { hides: () => false };
  const ownLines = new Set(comments.filter(standsAlone).map(({ startPosition }) => startPosition.row));
  for (const comment of comments) {
    const found = /^\/\/alloclens:ignore(-file)?(?:\s+(.*))?$/.exec(comment.text.trimEnd());
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
    hides: (ruleId, line) =>
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
