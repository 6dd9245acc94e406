import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import type { CheckedExpression, GoType } from './go-type';

/** What the type checker says of an expression, a type, or an identifier that declares; undefined when it was not asked. */
export function checked(node: Node, file: GoFile): CheckedExpression | undefined {
  return file.types?.at(node.startIndex, node.endIndex);
}

/** The type of an expression, or the one that is written there; undefined when nobody knows. */
export function typeOf(node: Node, file: GoFile): GoType | undefined {
  return checked(node, file)?.type;
}
