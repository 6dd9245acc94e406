import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { type FunctionNode, isFunction, resolve, walk } from './nodes';

/** Which function a name or a call means, as far as the file shows it. */

/** The function that a name always means: a declaration, or a variable that is only initialised, with one. */
export function functionOf(
  sourceCode: TSESLint.SourceCode,
  callee: TSESTree.Identifier,
): FunctionNode | undefined {
  const variable = resolve(sourceCode, callee);
  if (variable?.defs.length !== 1 || variable.references.some((r) => r.isWrite() && !r.init))
    return undefined;
  // The definition of a parameter is the function that has it.
  if (variable.defs[0]!.type === 'Parameter') return undefined;
  const node = variable.defs[0]!.node as TSESTree.Node;
  if (node.type === 'FunctionDeclaration') return node;
  if (node.type !== 'VariableDeclarator' || !node.init || node.id.type !== 'Identifier') return undefined;
  return isFunction(node.init) ? node.init : undefined;
}

/** The name that a reader knows a function by: its own, or that of the variable, method or property it is the value of. */
export function functionName(fn: FunctionNode): string | undefined {
  if (fn.id) return fn.id.name;
  const { parent } = fn;
  if (parent.type === 'VariableDeclarator')
    return parent.id.type === 'Identifier' ? parent.id.name : undefined;
  if (
    parent.type !== 'MethodDefinition' &&
    parent.type !== 'Property' &&
    parent.type !== 'PropertyDefinition'
  )
    return undefined;
  return parent.key.type === 'Identifier' && !parent.computed ? parent.key.name : undefined;
}

export function usesArguments(sourceCode: TSESLint.SourceCode, node: FunctionNode): boolean {
  if (node.type === 'ArrowFunctionExpression') return false;
  let found = false;
  walk(sourceCode, node.body, (inner) => {
    if (isFunction(inner) && inner.type !== 'ArrowFunctionExpression') return false;
    if (inner.type === 'Identifier' && inner.name === 'arguments') found = true;
    return !found;
  });
  return found;
}

/** The class whose instance `this` is at a node: through arrow functions, in methods and in initial values of fields. */
export function classAround(node: TSESTree.Node): TSESTree.ClassBody | undefined {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'PropertyDefinition' || at.type === 'MethodDefinition' || at.type === 'AccessorProperty')
      return at.static ? undefined : at.parent;
    if (at.type === 'FunctionDeclaration') return undefined;
    if (at.type === 'FunctionExpression' && at.parent.type !== 'MethodDefinition') return undefined;
  }
  return undefined;
}

/** The member of a class that `this.name` or `this.#name` is, when exactly one has the name. */
export function memberOf(
  body: TSESTree.ClassBody,
  { property, computed }: TSESTree.MemberExpression,
): TSESTree.ClassElement | TSESTree.TSParameterProperty | undefined {
  if (computed) return undefined;
  const named = (key: TSESTree.Node): boolean => key.type === property.type && 'name' in key && key.name === property.name; // prettier-ignore
  const found: (TSESTree.ClassElement | TSESTree.TSParameterProperty)[] = [];
  for (const member of body.body) {
    if (member.type === 'StaticBlock' || member.type === 'TSIndexSignature') continue;
    if (!member.computed && !member.static && named(member.key)) found.push(member);
    if (member.type !== 'MethodDefinition' || member.kind !== 'constructor') continue;
    for (const parameter of member.value.params) {
      if (parameter.type !== 'TSParameterProperty') continue;
      const declared =
        parameter.parameter.type === 'AssignmentPattern' ? parameter.parameter.left : parameter.parameter;
      if (named(declared)) found.push(parameter);
    }
  }
  return found.length === 1 ? found[0] : undefined;
}
