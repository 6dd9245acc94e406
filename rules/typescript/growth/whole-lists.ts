import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isGlobal, memberName, methodName, unwrap } from '../syntax/nodes';

/** A list of everything that a collection holds, made anew. */
export interface Whole {
  readonly node: TSESTree.Expression;
  /** What it lists, or what is sorted. */
  readonly of: TSESTree.Expression;
  readonly how: 'copy' | 'listing' | 'sorted';
  /** What has the elements of a sorted list before they are sorted. */
  readonly base?: TSESTree.Expression;
}

/** `[...x]`, `Array.from(x)`, `x.slice()`, `Object.keys(x)` and its sisters, and what is sorted of a copy. */
export function wholeIn(
  sourceCode: TSESLint.SourceCode,
  value: TSESTree.Node | null | undefined,
): Whole | undefined {
  if (!value) return undefined;
  const node = unwrap(value as TSESTree.Expression);
  if (node.type === 'ArrayExpression') {
    const [only] = node.elements;
    return node.elements.length === 1 && only?.type === 'SpreadElement'
      ? { node, of: only.argument, how: 'copy' }
      : undefined;
  }
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression' || node.optional)
    return undefined;
  const { object } = node.callee;
  const method = memberName(node.callee) ?? '';
  const [first] = node.arguments;
  if (first && first.type !== 'SpreadElement' && node.arguments.length === 1) {
    if (method === 'from' && isNamed(sourceCode, object, 'Array')) return { node, of: first, how: 'copy' };
    if (/^(?:keys|values|entries)$/.test(method) && isNamed(sourceCode, object, 'Object'))
      return { node, of: first, how: 'listing' };
  }
  if (method === 'sort' || method === 'toSorted') {
    const copied = wholeIn(sourceCode, object);
    if (copied && copied.how !== 'sorted')
      return { node, of: copied.of, how: 'sorted', ...(copied.how === 'copy' && { base: copied.of }) };
    if (method === 'toSorted') return { node, of: object, how: 'sorted', base: object };
    if (object.type !== 'CallExpression' || !/^(?:slice|map|filter)$/.test(methodName(object) ?? ''))
      return undefined;
    const of = (object.callee as TSESTree.MemberExpression).object;
    const copies = methodName(object) === 'slice' && object.arguments.length === 0;
    return { node, of, how: 'sorted', base: copies ? of : object };
  }
  return undefined;
}

/** The global of this name. */
export const isNamed = (sourceCode: TSESLint.SourceCode, node: TSESTree.Node, name: string): boolean =>
  node.type === 'Identifier' && node.name === name && isGlobal(sourceCode, node);
