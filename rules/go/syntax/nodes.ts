import type { Node } from 'web-tree-sitter';
import { firstIndex } from '../../sorted';
import type { Span } from '../../model';

/** Pure helpers over the tree-sitter tree of a Go file. */
export function spanOf(node: Node): Span {
  return { start: node.startIndex, end: node.endIndex };
}

/** The expression inside any number of parentheses. */
export function unparenthesised(node: Node): Node {
  let inner = node;
  while (inner.type === 'parenthesized_expression' && inner.namedChildCount === 1)
    inner = inner.namedChild(0)!;
  return inner;
}

/** `function_declaration`, `method_declaration` or `func_literal`. */
export function isFunction(node: Node): boolean {
  return (
    node.type === 'func_literal' || node.type === 'function_declaration' || node.type === 'method_declaration'
  );
}

/** The innermost function around the node, not the node itself; undefined at package level. */
export function enclosingFunction(node: Node): Node | undefined {
  for (let at = node.parent; at; at = at.parent) if (isFunction(at)) return at;
  return undefined;
}

/** The outermost function declaration around or at the node; undefined at package level. */
export function enclosingDeclaration(node: Node): Node | undefined {
  for (let at: Node | null = node; at; at = at.parent) {
    if (at.type === 'function_declaration' || at.type === 'method_declaration') return at;
  }
  return undefined;
}

/** The top-level declaration around or at the node. */
export function topLevel(node: Node): Node {
  let top = node;
  for (let parent = top.parent; parent && parent.type !== 'source_file'; parent = top.parent) top = parent;
  return top;
}

/** The nodes of the top level that overlap the span, in source order; an empty span overlaps what begins there or lies around it. */
export function topLevelAt(root: Node, { start, end }: Span): Node[] {
  const all = root.namedChildren;
  const found: Node[] = [];
  for (
    let i = firstIndex(all, ({ endIndex }) => endIndex > start);
    i < all.length && all[i]!.startIndex < Math.max(end, start + 1);
    i++
  )
    found.push(all[i]!);
  return found;
}

/** True when `outer` is `inner` or contains it. */
export function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** All nodes of the subtree in source order, the node itself first. Does not recurse: deep trees are user text. */
export function* descendants(node: Node): Generator<Node> {
  const stack: Node[] = [node];
  for (let at = stack.pop(); at; at = stack.pop()) {
    yield at;
    const children = at.namedChildren;
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
}

/** The statements of a `block`, whether or not the grammar wraps them in a `statement_list`; comments left out. */
export function statementsOf(block: Node): Node[] {
  return block.namedChildren
    .flatMap((child) => (child.type === 'statement_list' ? child.namedChildren : [child]))
    .filter((child) => child.type !== 'comment');
}

/** The callee as written when it is `name` or `a.b`: `make`, `fmt.Sprintf`; undefined for anything else. */
export function calleeText(call: Node): string | undefined {
  const callee = call.childForFieldName('function');
  if (!callee) return undefined;
  return callee.type === 'identifier' || callee.type === 'selector_expression' ? callee.text : undefined;
}

/** Arguments of a call in order, comments left out. */
export function argumentsOf(call: Node): Node[] {
  const list = call.childForFieldName('arguments');
  return list ? list.namedChildren.filter((child) => child.type !== 'comment') : [];
}

/** For `pkg.Name`, the import path of pkg and the name; undefined when the operand is not an import. */
export function qualified(
  node: Node,
  imports: ReadonlyMap<string, string>,
): { path: string; name: string } | undefined {
  if (node.type !== 'selector_expression' && node.type !== 'qualified_type') return undefined;
  const operand = node.childForFieldName(node.type === 'qualified_type' ? 'package' : 'operand');
  const name = node.childForFieldName(node.type === 'qualified_type' ? 'name' : 'field');
  if (!operand || !name || (operand.type !== 'identifier' && operand.type !== 'package_identifier'))
    return undefined;
  const path = imports.get(operand.text);
  return path === undefined ? undefined : { path, name: name.text };
}
