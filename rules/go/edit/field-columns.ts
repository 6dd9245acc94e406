import type { Node } from 'web-tree-sitter';
import { namesOf } from '../syntax/signatures';
import { lineEnd } from './layout';

/**
 * Lines of struct fields in gofmt's columns. gofmt hands names, types, tags and comments to text/tabwriter as cells; a
 * column is as wide as its widest cell among neighbouring lines that have it (go/printer, fieldList; elastic tabstops).
 */
export interface FieldLine {
  /** The `field_declaration`. */
  readonly node: Node;
  /** Whole lines in front that belong to the field, without indentation. */
  readonly doc: readonly string[];
  /** The comment behind it on its line. */
  readonly comment: string | undefined;
}

/** The lines joined, without indentation of the first and line end of the last. */
export function formatFields(lines: readonly FieldLine[], indent: string, source: string): string {
  const rows = lines.flatMap((line): string[][] => [...line.doc.map((text) => [text]), cellsOf(line)]);
  align(rows, 0, 0, rows.length);
  return rows.map((row) => row.join('').trimEnd()).join(lineEnd(source) + indent);
}

/** All but the last cell of a line end in a tab stop. */
function cellsOf({ node, comment }: FieldLine): string[] {
  const names = namesOf(node).map((name) => name.text);
  const type = node.childForFieldName('type')!;
  const tag = node.childForFieldName('tag')?.text;
  const written = node.children.some((child) => child.type === '*') ? `*${type.text}` : type.text;
  const cells = names.length > 0 ? [names.join(', '), written] : [written];
  if (tag !== undefined) cells.push(...(names.length > 0 ? [''] : []), tag);
  if (comment !== undefined) {
    if (tag === undefined && names.length === 0) cells.push('');
    cells.push(comment);
  }
  return cells;
}

/** text/tabwriter's format(), for padding 1, spaces and DiscardEmptyColumns. Cells are padded in place. */
function align(rows: string[][], column: number, first: number, end: number): void {
  for (let start = first; start < end; start++) {
    if (column >= rows[start]!.length - 1) continue;
    let last = start;
    let width = 0;
    for (; last < end && column < rows[last]!.length - 1; last++) {
      const length = [...rows[last]![column]!].length;
      if (length > 0) width = Math.max(width, length + 1);
    }
    for (let i = start; i < last; i++) {
      const cell = rows[i]![column]!;
      rows[i]![column] = cell + ' '.repeat(width - [...cell].length);
    }
    align(rows, column + 1, start, last);
    start = last - 1;
  }
}
