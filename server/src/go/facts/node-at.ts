import type { Node } from 'web-tree-sitter';
import { unparenthesised } from '../../../../rules/go/syntax/nodes';
import type { Span } from '../../../../rules/model';

/** Where the compiler puts a call or conversion: its opening parenthesis. */
export function parenthesisOf(call: Node): number {
  const list = call.childForFieldName('arguments');
  if (list) return list.startIndex;
  return call.children.find((child) => child.type === '(')?.startIndex ?? call.startIndex;
}

/** The variable that a type switch declares is positioned at the type (or `default`) of the clause that moved it. */
export function switchAlias(node: Node, name: string): Node | undefined {
  for (let at: Node | null = node; at; at = at.parent) {
    if (at.type !== 'type_switch_statement') continue;
    const alias = at.childForFieldName('alias')?.namedChild(0);
    if (alias?.text === name) return alias;
  }
  return undefined;
}

/** `[]byte(s)`, reported at s as `([]byte)(s)`: the words tell it from a decision about s. */
export function conversionOf(operand: Node, text: string): Node | undefined {
  if (!text.endsWith(')')) return undefined;
  let inner = operand;
  while (inner.parent?.type === 'parenthesized_expression') inner = inner.parent;
  const list = inner.parent;
  const call = list?.type === 'argument_list' && list.namedChildCount === 1 ? list.parent : list;
  if (call?.type !== 'call_expression' && call?.type !== 'type_conversion_expression') return undefined;
  const type = call.childForFieldName(call.type === 'call_expression' ? 'function' : 'type');
  if (!type || type.equals(inner)) return undefined;
  const said = text.replace(/\s/g, '');
  const head = type.text.replace(/\s/g, '').replace(/^\((.*)\)$/, '$1');
  const spelled = said.startsWith(`${head}(`) || said.startsWith(`(${head})(`);
  return spelled || said.endsWith(`(${operand.text.replace(/\s/g, '')})`) ? call : undefined;
}

export function ownerOf(token: Node, text: string): Node | undefined {
  const parent = token.parent;
  if (!parent) return undefined;
  switch (parent.type) {
    case 'argument_list':
      return text.startsWith('... ') ? parent : (parent.parent ?? undefined);
    case 'literal_value':
      return parent.parent?.type === 'composite_literal' ? parent.parent : parent;
    case 'parenthesized_expression':
      return unparenthesised(parent);
    default:
      return parent;
  }
}

/**
 * The node that a compiler position means. The compiler puts a call, `make` and `new` at its `(`, a composite literal at
 * its `{`, a binary expression at its operator, a selector at its dot, an index or slice expression at its `[`, a
 * conversion where its operand is, everything else at its first byte. (cmd/compile/internal/syntax; Go 1.21-1.27 agree.)
 */
export function nodeAt(root: Node, offset: number, text: string): Node | undefined {
  const leaf = root.descendantForIndex(offset, offset + 1);
  if (!leaf || leaf.startIndex !== offset) return undefined;
  const node = leaf.isNamed ? leaf : ownerOf(leaf, text);
  return node && (conversionOf(node, text) ?? node);
}

/** A variable's own declaration without a decision: the compiler says only when it is moved. */
export function isDeclaredVariable(node: Node): boolean {
  if (node.type !== 'identifier') return false;
  const parent = node.parent;
  if (parent?.type === 'var_spec' || parent?.type === 'parameter_declaration') return true;
  return (
    parent?.type === 'expression_list' &&
    (parent.parent?.type === 'short_var_declaration' || parent.parent?.type === 'range_clause')
  );
}

/** The largest node with exactly this span, or the smallest around it. */
export function nodeOf(root: Node, { start, end }: Span): Node | undefined {
  let node = root.namedDescendantForIndex(start, Math.max(start, end - 1)) ?? undefined;
  while (node?.parent && node.parent.startIndex === start && node.parent.endIndex === end) {
    if (!node.parent.isNamed) break;
    if (/_list$|^block$|_statement$|^source_file$|^literal_element$/.test(node.parent.type)) break;
    node = node.parent;
  }
  return node;
}
