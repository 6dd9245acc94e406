import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { AllocationKind } from '../../model';
import { isGlobal, memberName } from '../syntax/nodes';
import { code } from '../../wording';

/** Expressions that make a new value whatever the types are. Used where a contract says that none may be made. */

export interface AllocatingExpression {
  /** "An object literal", "xs.map()": the subject of "… allocates". */
  readonly what: string;
  readonly kind: AllocationKind;
}

/** Methods that return a new value on every built-in class that has them. */
const makingMethods = new Map<string, AllocationKind>([
  ...(['map', 'filter', 'slice', 'concat', 'flat', 'flatMap', 'split', 'splice', 'toSorted', 'toReversed', 'toSpliced'] as const).map((name) => [name, 'array'] as const),
  ['subarray', 'typed array'],
  ['bind', 'closure'],
  ['matchAll', 'iterator'],
  ...(['padStart', 'padEnd', 'repeat', 'toFixed', 'toISOString', 'toLocaleString'] as const).map((name) => [name, 'string concatenation'] as const),
]); // prettier-ignore

const makingFunctions = new Map<string, ReadonlyMap<string, AllocationKind>>([
  ['Object', new Map([['keys', 'array'], ['values', 'array'], ['entries', 'array'], ['getOwnPropertyNames', 'array'], ['fromEntries', 'object'], ['create', 'object']])],
  ['Array', new Map([['from', 'array'], ['of', 'array']])],
  ['JSON', new Map([['parse', 'object'], ['stringify', 'string concatenation']])],
  ['Buffer', new Map([['alloc', 'buffer'], ['allocUnsafe', 'buffer'], ['from', 'buffer'], ['concat', 'buffer']])],
  ['Promise', new Map([['all', 'object'], ['resolve', 'object'], ['reject', 'object'], ['race', 'object'], ['allSettled', 'object']])],
]); // prettier-ignore

export function allocationOf(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node,
): AllocatingExpression | undefined {
  switch (node.type) {
    case 'ObjectExpression':
      return { what: 'An object literal', kind: 'object' };
    case 'ArrayExpression':
      return { what: 'An array literal', kind: 'array' };
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'FunctionDeclaration':
      return { what: 'A closure', kind: 'closure' };
    case 'ClassExpression':
    case 'ClassDeclaration':
      return { what: 'A class', kind: 'object' };
    case 'NewExpression':
      return { what: code(`new ${sourceCode.getText(node.callee)}()`), kind: 'object' };
    case 'TemplateLiteral':
      return node.expressions.length > 0 && node.parent.type !== 'TaggedTemplateExpression'
        ? { what: 'A template string', kind: 'string concatenation' }
        : undefined;
    case 'Literal':
      return 'regex' in node ? { what: 'A regular expression', kind: 'object' } : undefined;
    case 'BinaryExpression':
      // Two literals are joined once, by the parser or at the first run.
      return node.operator === '+' &&
        (isText(node.left) || isText(node.right)) &&
        !(node.left.type === 'Literal' && node.right.type === 'Literal') &&
        !isPartOfSum(node)
        ? { what: 'A concatenated string', kind: 'string concatenation' }
        : undefined;
    case 'AssignmentExpression':
      return node.operator === '+=' && isText(node.right)
        ? { what: 'A concatenated string', kind: 'string concatenation' }
        : undefined;
    case 'RestElement':
      return node.parent.type === 'ObjectPattern'
        ? { what: 'The object of a rest property', kind: 'object' }
        : { what: 'The array of a rest element', kind: 'array' };
    case 'CallExpression':
      return ofCall(sourceCode, node);
    default:
      return undefined;
  }
}

function ofCall(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
): AllocatingExpression | undefined {
  const { callee } = node;
  if (callee.type === 'Identifier') {
    if (callee.name === 'structuredClone' && isGlobal(sourceCode, callee)) {
      return { what: '`structuredClone()`', kind: 'object' };
    }
    return callee.name === 'Array' && isGlobal(sourceCode, callee)
      ? { what: '`Array()`', kind: 'array' }
      : undefined;
  }
  if (callee.type !== 'MemberExpression') return undefined;
  const name = memberName(callee);
  if (name === undefined) return undefined;
  if (callee.object.type === 'Identifier') {
    const kind = makingFunctions.get(callee.object.name)?.get(name);
    // Buffer is a global or imported under its name.
    if (kind && (isGlobal(sourceCode, callee.object) || callee.object.name === 'Buffer')) {
      return { what: code(`${callee.object.name}.${name}()`), kind };
    }
  }
  const kind = callee.object.type === 'ThisExpression' ? undefined : makingMethods.get(name);
  return kind && { what: code(`${sourceCode.getText(callee)}()`), kind };
}

function isText(node: TSESTree.Node): boolean {
  if (node.type === 'Literal') return typeof node.value === 'string';
  if (node.type === 'TemplateLiteral') return true;
  return (
    node.type === 'BinaryExpression' && node.operator === '+' && (isText(node.left) || isText(node.right))
  );
}

/** The inner part of a longer `a + 'b' + c`: the whole is reported once. */
function isPartOfSum(node: TSESTree.BinaryExpression): boolean {
  const { parent } = node;
  return (
    parent.type === 'BinaryExpression' &&
    parent.operator === '+' &&
    (isText(parent.left) || isText(parent.right))
  );
}
