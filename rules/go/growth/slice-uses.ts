import type { Node } from 'web-tree-sitter';
import { calleeOf } from '../flow/calls';
import type { GoFile } from '../rule';
import { callWith, namesAround, parenthesized } from '../syntax/names';
import { argumentsOf } from '../syntax/nodes';
import { parameterNames } from '../syntax/signatures';
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

/** The slice is given to a function of the package that looks at its elements, or sets them, and does nothing else with it. */
export function isGivenForElements(slice: Node, file: GoFile): boolean {
  const call = callWith(slice);
  const callee = call && calleeOf(file, call);
  if (callee?.kind !== 'own') return false;
  const index = argumentsOf(call!).findIndex(({ id }) => id === parenthesized(slice).id);
  const name = parameterNames(callee.fn)[index];
  if (name?.parent?.type !== 'parameter_declaration') return false;
  const parameter = namesAround(callee.file.root, name).resolve(name);
  return parameter?.uses.every(({ node }) => asksForElements(node, callee.file)) === true;
}
