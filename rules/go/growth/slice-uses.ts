import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { callWith, namesAround, parenthesized } from '../syntax/names';
import { argumentsOf } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
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
  const callee = call?.childForFieldName('function');
  if (!call || callee?.type !== 'identifier' || namesAround(file.root, callee).resolve(callee)) return false;
  const index = argumentsOf(call).findIndex(({ id }) => id === parenthesized(slice).id);
  const declared = packageNames(file.pkg).functions.get(callee.text);
  const name = declared && parameterNames(declared.node)[index];
  if (name?.parent?.type !== 'parameter_declaration') return false;
  const parameter = namesAround(declared!.file.root, name).resolve(name);
  return parameter?.uses.every(({ node }) => asksForElements(node, declared!.file)) === true;
}
