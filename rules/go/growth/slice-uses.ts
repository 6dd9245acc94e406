import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { callWith, parenthesized } from '../syntax/names';
import { isBuiltin } from '../syntax/universe';

/** `len(s)`, `s[i]`, `range s`: neither tells whether the slice is nil, nor how much room it has. */
export function asksForElements(use: Node, file: GoFile): boolean {
  const outer = parenthesized(use);
  const parent = outer.parent;
  if (parent?.type === 'index_expression') return parent.childForFieldName('operand')?.id === outer.id;
  if (parent?.type === 'range_clause') return parent.childForFieldName('right')?.id === outer.id;
  const call = callWith(use);
  return call !== undefined && isBuiltin(file, call, 'len');
}
