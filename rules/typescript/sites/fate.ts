import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { code } from '../../wording';
import { isFunction } from '../syntax/nodes';

/**
 * Where a new value goes, as a clause without a full stop: why it is on the heap as far as the function shows. Undefined for what
 * is used at once.
 */
export function fateOf(sourceCode: TSESLint.SourceCode, made: TSESTree.Node): string | undefined {
  const { parent } = made;
  const isNamed = parent?.type === 'VariableDeclarator' && parent.init === made && !isFunction(made);
  return fate(sourceCode, made, true) ?? (isNamed ? inside : undefined);
}

const inside = 'only this function uses it, as far as it shows: one could serve calls that do not overlap';

function fate(sourceCode: TSESLint.SourceCode, made: TSESTree.Node, follow: boolean): string | undefined {
  const part = outermost(made);
  const { parent } = part;
  const it = part === made ? 'it is' : 'it is part of what is';
  switch (parent?.type) {
    case 'ReturnStatement':
      return `${it} returned to the caller`;
    case 'ArrowFunctionExpression':
      return parent.body === part ? `${it} returned to the caller` : undefined;
    case 'YieldExpression':
      return `${it} handed out by \`yield\``;
    case 'ThrowStatement':
      return `${it} thrown`;
    case 'AssignmentExpression':
      if (parent.right !== part) return undefined;
      if (parent.left.type === 'MemberExpression')
        return `${it} kept in ${code(sourceCode.getText(parent.left))}`;
      return parent.left.type === 'Identifier' && follow
        ? ofVariable(sourceCode, part, parent.left)
        : undefined;
    case 'PropertyDefinition':
      return `${it} kept in a field of each object`;
    case 'VariableDeclarator':
      return parent.init === part && parent.id.type === 'Identifier' && follow
        ? ofVariable(sourceCode, part, parent.id)
        : undefined;
    case 'CallExpression':
    case 'NewExpression':
      return parent.callee === part ? undefined : `${code(`${sourceCode.getText(parent.callee)}()`)} gets it`;
    default:
      return undefined;
  }
}

/** The first of a variable's uses by which its value leaves the function. */
function ofVariable(
  sourceCode: TSESLint.SourceCode,
  part: TSESTree.Node,
  name: TSESTree.Identifier,
): string | undefined {
  for (let scope: TSESLint.Scope.Scope | null = sourceCode.getScope(part); scope; scope = scope.upper) {
    const variable = scope.set.get(name.name);
    if (!variable) continue;
    for (const { identifier } of variable.references) {
      const found = identifier === name ? undefined : fate(sourceCode, identifier as TSESTree.Node, false);
      if (found) return found;
    }
    return undefined;
  }
  return undefined;
}

/** The node with what it is written into: the object, the list, the choice, the type assertion around it. */
function outermost(node: TSESTree.Node): TSESTree.Node {
  let at = node;
  for (;;) {
    const { parent } = at;
    switch (parent?.type) {
      case 'ConditionalExpression':
        if (parent.test === at) return at;
        break;
      case 'LogicalExpression':
      case 'ObjectExpression':
      case 'ArrayExpression':
      case 'AwaitExpression':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
      case 'TSTypeAssertion':
        break;
      case 'Property':
        if (parent.value !== at || parent.parent.type !== 'ObjectExpression') return at;
        break;
      default:
        return at;
    }
    at = parent;
  }
}
