import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { usesAfter } from '../flow/paths';
import { initializer } from '../syntax/assignments';
import { callOf, namesAround, type Binding } from '../syntax/names';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { isBuiltin } from '../syntax/universe';

/** Methods of a buffer that give it no room. */
const looks = /^(?:Available|Bytes|Cap|Len|Reset|String)$/;

/**
 * True when the slice or buffer surely has no free room for what is appended at this place: a variable that the function makes
 * empty and that nothing has filled before.
 */
export function hasNoRoom(destination: Node, file: GoFile): boolean {
  const node = unparenthesised(destination);
  if (isEmpty(node, file)) return true;
  const variable = node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
  if (variable?.kind !== 'variable' || !isMadeEmpty(variable, file)) return false;
  return variable.uses.every(
    (use) =>
      use.owner.id === variable.owner.id &&
      (looks.test(methodOf(use.node) ?? '') ||
        !usesAfter(file, use.node, variable).some((at) => at.id === node.id)),
  );
}

/** `M` of `b.M(…)`, for the identifier b. */
function methodOf(node: Node): string | undefined {
  const selector = node.parent;
  if (selector?.type !== 'selector_expression' || selector.childForFieldName('operand')?.id !== node.id)
    return undefined;
  return callOf(selector) && selector.childForFieldName('field')?.text;
}

/** Declared without a value, or with an empty one: whatever the type is, there is no memory behind it. */
function isMadeEmpty(variable: Binding, file: GoFile): boolean {
  const value = initializer(variable);
  return value ? isEmpty(value, file) : variable.declaration.parent?.type === 'var_spec';
}

/** `nil`, `T{}`, `&T{}`, `new(T)`, `make(T, 0)`. */
function isEmpty(value: Node, file: GoFile): boolean {
  if (value.type === 'nil') return true;
  if (value.type === 'call_expression') {
    const [, length, capacity] = argumentsOf(value);
    return (
      isBuiltin(file, value, 'new') ||
      (isBuiltin(file, value, 'make') && length?.text === '0' && (capacity?.text ?? '0') === '0')
    );
  }
  const made = value.type === 'unary_expression' ? value.childForFieldName('operand') : value;
  return made?.type === 'composite_literal' && made.childForFieldName('body')?.namedChildCount === 0;
}
