import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { contains, enclosingFunction, resolve, unwrap } from '../syntax/nodes';

/** Whether a place may be given undefined, in TypeScript's eyes. */

/**
 * True where the place of an expression shows that undefined is reckoned with: it is asserted or asked for, the function's
 * annotation returns it, or every use of the variable that it becomes stands behind a test.
 */
export function takesUndefined(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  const { parent } = node;
  switch (parent?.type) {
    case 'TSNonNullExpression':
      return true;
    case 'MemberExpression':
      return parent.object === node && parent.optional;
    case 'LogicalExpression':
      if (parent.left === node) return parent.operator !== '&&';
      return takesUndefined(sourceCode, parent);
    case 'BinaryExpression':
      return /^[=!]==?$/.test(parent.operator);
    case 'IfStatement':
      return parent.test === node;
    case 'ConditionalExpression':
      return parent.test === node || takesUndefined(sourceCode, parent);
    case 'ReturnStatement': {
      const fn = enclosingFunction(node);
      return fn !== undefined && !fn.async && hasUndefined(fn.returnType?.typeAnnotation);
    }
    case 'ArrowFunctionExpression':
      return parent.body === node && !parent.async && hasUndefined(parent.returnType?.typeAnnotation);
    case 'VariableDeclarator': {
      if (parent.init !== node || parent.id.type !== 'Identifier') return false;
      const annotation = parent.id.typeAnnotation?.typeAnnotation;
      if (annotation) return hasUndefined(annotation);
      return parent.parent.kind === 'const' && isTested(sourceCode, parent);
    }
    default:
      return false;
  }
}

function hasUndefined(type: TSESTree.TypeNode | undefined): boolean {
  return (
    type?.type === 'TSUndefinedKeyword' ||
    type?.type === 'TSUnknownKeyword' ||
    (type?.type === 'TSUnionType' && type.types.some(hasUndefined))
  );
}

/** All uses of a constant stand in the branch of a test of it, or behind one that leaves the block. */
function isTested(sourceCode: TSESLint.SourceCode, declarator: TSESTree.VariableDeclarator): boolean {
  const statement = declarator.parent;
  const block = statement.parent;
  if (block.type !== 'BlockStatement' && block.type !== 'Program') return false;
  const [variable] = sourceCode.getDeclaredVariables!(declarator);
  const uses = (variable?.references ?? [])
    .filter(({ init }) => init !== true)
    .map(({ identifier }) => identifier as TSESTree.Node);
  const test = block.body
    .slice(block.body.indexOf(statement as TSESTree.ProgramStatement & TSESTree.Statement) + 1)
    .find((after) => uses.some((use) => contains(after, use)));
  if (test?.type !== 'IfStatement') return false;
  const asked = definedWhen(sourceCode, test.test, variable);
  if (asked === undefined) return false;
  const others = uses.filter((use) => !contains(test.test, use));
  if (asked) return others.every((use) => contains(test.consequent, use));
  const last = test.consequent.type === 'BlockStatement' ? test.consequent.body.at(-1) : test.consequent;
  return (
    /^(?:Return|Throw|Continue|Break)Statement$/.test(last?.type ?? '') &&
    others.every((use) => !contains(test, use))
  );
}

/** Which outcome of a test means that the variable is not undefined. */
function definedWhen(
  sourceCode: TSESLint.SourceCode,
  test: TSESTree.Expression,
  variable: TSESLint.Scope.Variable | undefined,
): boolean | undefined {
  const isIt = (node: TSESTree.Node): boolean =>
    node.type === 'Identifier' && variable !== undefined && resolve(sourceCode, node) === variable;
  const plain = unwrap(test);
  if (isIt(plain)) return true;
  if (plain.type === 'UnaryExpression' && plain.operator === '!') {
    const inner = definedWhen(sourceCode, plain.argument, variable);
    return inner === undefined ? undefined : !inner;
  }
  if (plain.type !== 'BinaryExpression' || !isIt(plain.left)) return undefined;
  const { right, operator } = plain;
  const nothing =
    (right.type === 'Identifier' && right.name === 'undefined') ||
    (right.type === 'Literal' && right.value === null && operator.length === 2);
  if (!nothing) return undefined;
  return /^!==?$/.test(operator) ? true : /^===?$/.test(operator) ? false : undefined;
}
