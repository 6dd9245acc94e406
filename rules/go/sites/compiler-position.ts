import type { Node } from 'web-tree-sitter';

/** The 0-based row where the compiler sees a node: a call at its parenthesis, a binary expression at its operator. */
export function positionRow(node: Node): number {
  const at =
    node.type === 'call_expression'
      ? node.childForFieldName('arguments')
      : node.type === 'binary_expression'
        ? node.childForFieldName('operator')
        : node.type === 'composite_literal'
          ? node.childForFieldName('body')
          : undefined;
  return (at ?? node).startPosition.row;
}
