import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isGlobal, memberName, resolve } from '../syntax/nodes';
import { elementSizes } from './value-type';

/** A number that the file fixes, and the `const` declarations that it is made of. */
export interface ConstantNumber {
  readonly value: number;
  /** Declarators that the expression names, at any depth. */
  readonly from: readonly TSESTree.VariableDeclarator[];
}

/** Evaluates number literals, `const` names, arithmetic and `X.BYTES_PER_ELEMENT`; `undefined` for anything else. */
export function constantNumber(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node | null | undefined,
  depth = 0,
): ConstantNumber | undefined {
  if (!node || depth > 12) return undefined;
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'number' ? { value: node.value, from: [] } : undefined;
    case 'UnaryExpression': {
      const inner = node.operator === '-' ? constantNumber(sourceCode, node.argument, depth + 1) : undefined;
      return inner && { value: -inner.value, from: inner.from };
    }
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return constantNumber(sourceCode, node.expression, depth + 1);
    case 'BinaryExpression': {
      const left = constantNumber(sourceCode, node.left, depth + 1);
      const right = constantNumber(sourceCode, node.right, depth + 1);
      const value = left && right && arithmetic(node.operator, left.value, right.value);
      return value === undefined ? undefined : { value, from: [...left!.from, ...right!.from] };
    }
    case 'Identifier': {
      const variable = resolve(sourceCode, node);
      const definition = variable?.defs.length === 1 ? variable.defs[0]! : undefined;
      const declarator = definition?.node as TSESTree.Node | undefined;
      if (declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier') return undefined;
      if (declarator.parent.kind !== 'const') return undefined;
      const inner = constantNumber(sourceCode, declarator.init, depth + 1);
      return inner && { value: inner.value, from: [declarator, ...inner.from] };
    }
    case 'MemberExpression': {
      if (memberName(node) !== 'BYTES_PER_ELEMENT' || node.object.type !== 'Identifier') return undefined;
      const size = elementSizes.get(node.object.name);
      return size !== undefined && isGlobal(sourceCode, node.object) ? { value: size, from: [] } : undefined;
    }
    default:
      return undefined;
  }
}

function arithmetic(operator: string, left: number, right: number): number | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '**':
      return left ** right;
    case '<<':
      return left << right;
    case '>>':
      return left >> right;
    case '|':
      return left | right;
    default:
      return undefined;
  }
}

/** `Buffer.alloc(0)` in one of its spellings. */
export function isEmptyBuffer(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression | null): boolean {
  return (
    node !== null &&
    /^Buffer\.(?:alloc(?:Unsafe)?\(0\)|from\((?:''|""|``|\[\])\)|concat\(\[\]\))$/.test(
      sourceCode.getText(node),
    )
  );
}
