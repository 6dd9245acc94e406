import type { Node } from 'web-tree-sitter';

/** `m[k]`, `range m`, `len(m)`, `delete(m, k)`, `clear(m)`: nobody learns of the map itself by the use of its name. */
export function isLookedInto(use: Node): boolean {
  const parent = use.parent;
  if (parent?.type === 'index_expression') return parent.childForFieldName('operand')?.id === use.id;
  if (parent?.type === 'range_clause') return true;
  const call = parent?.type === 'argument_list' ? parent.parent : undefined;
  return /^(?:len|delete|clear)$/.test(call?.childForFieldName('function')?.text ?? '');
}
