import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { contains, enclosingFunction, memberName, methodName, resolve, unwrap } from '../syntax/nodes';
import { isBuiltIn } from '../types/bindings';
import { isByteView } from '../types/value-type';
import { typeOf } from '../types/values';
import type { Accumulator } from './accumulator';

/** An expression that copies what has been received so far together with what has just come. */
export interface Join {
  /** What allocates the copy. */
  readonly node: TSESTree.CallExpression | TSESTree.NewExpression;
  /** `array`: the concat() of an array; else bytes. */
  readonly kind: 'Buffer.concat' | 'bytes' | 'array';
  /** The other parts, as far as they are written there. */
  readonly added: readonly TSESTree.Node[];
}

/** What functions are called that join bytes. */
export const joining = /concat|append|join|merge|combine/i;

/**
 * The join that a value which is assigned to an accumulator comes from: the value itself, one of its branches, what a
 * view of it is taken of, or the constant of the same function that it names.
 */
export function joinIn(
  sourceCode: TSESLint.SourceCode,
  value: TSESTree.Expression,
  accumulator: Accumulator,
  depth = 0,
): Join | undefined {
  if (depth > 4) return undefined;
  const inner = (node: TSESTree.Expression): Join | undefined =>
    joinIn(sourceCode, node, accumulator, depth + 1);
  const node = unwrap(value);
  switch (node.type) {
    case 'ConditionalExpression':
      return inner(node.consequent) ?? inner(node.alternate);
    case 'LogicalExpression':
      return inner(node.left) ?? inner(node.right);
    case 'Identifier':
      return ofConstant(sourceCode, node, accumulator, inner);
    case 'NewExpression':
      return rebuilt(sourceCode, node, accumulator);
    case 'CallExpression': {
      const joined = joinedBy(sourceCode, node, accumulator);
      if (joined) return joined;
      const view = /^(?:subarray|slice)$/.test(methodName(node) ?? '');
      return view ? inner((node.callee as TSESTree.MemberExpression).object) : undefined;
    }
    default:
      return undefined;
  }
}

function joinedBy(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
  accumulator: Accumulator,
): Join | undefined {
  const isIt = (part: TSESTree.Node | null | undefined): boolean => !!part && accumulator.is(part);
  const [first] = node.arguments;
  const { callee } = node;
  if (callee.type === 'MemberExpression' && memberName(callee) === 'concat') {
    const { object } = callee;
    if (object.type === 'Identifier' && object.name === 'Buffer' && isBuiltIn(sourceCode, object)) {
      if (first?.type !== 'ArrayExpression' || first.elements.length < 2) return undefined;
      return first.elements.some(isIt)
        ? { node, kind: 'Buffer.concat', added: others(first.elements, isIt) }
        : undefined;
    }
    return isIt(object) && node.arguments.length > 0 && isArray(sourceCode, object)
      ? { node, kind: 'array', added: node.arguments }
      : undefined;
  }
  // A helper of bytes: concatBytes(this.rest, chunk), appendBuffers([this.rest, chunk]).
  const name = callee.type === 'Identifier' ? callee.name : methodName(node);
  if (!joining.test(name ?? '')) return undefined;
  const parts = first?.type === 'ArrayExpression' ? first.elements : node.arguments;
  const own = parts.find(isIt);
  return own && parts.length > 1 && isByteView(typeOf(sourceCode, own))
    ? { node, kind: 'bytes', added: others(parts, isIt) }
    : undefined;
}

/** `new Uint8Array([...rest, ...chunk])`, and the array of both lengths, which is filled then. */
function rebuilt(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.NewExpression,
  accumulator: Accumulator,
): Join | undefined {
  if (!isByteView(typeOf(sourceCode, node))) return undefined;
  const [argument] = node.arguments;
  if (argument?.type === 'ArrayExpression') {
    const isIt = (part: TSESTree.Node | null): boolean =>
      part?.type === 'SpreadElement' && accumulator.is(part.argument);
    return argument.elements.some(isIt) && argument.elements.length > 1
      ? { node, kind: 'bytes', added: others(argument.elements, isIt) }
      : undefined;
  }
  if (argument?.type !== 'BinaryExpression' || argument.operator !== '+') return undefined;
  const lengthOf = (part: TSESTree.Node): TSESTree.Expression | undefined =>
    part.type === 'MemberExpression' && /^(?:length|byteLength)$/.test(memberName(part) ?? '')
      ? part.object
      : undefined;
  const parts = [lengthOf(argument.left), lengthOf(argument.right)];
  const added = parts.filter((part) => part !== undefined && !accumulator.is(part));
  return parts.some((part) => part && accumulator.is(part)) && added.length === 1
    ? { node, kind: 'bytes', added: added as TSESTree.Node[] }
    : undefined;
}

function ofConstant(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Identifier,
  accumulator: Accumulator,
  inner: (node: TSESTree.Expression) => Join | undefined,
): Join | undefined {
  if (accumulator.is(node)) return undefined;
  const declared = resolve(sourceCode, node)?.defs[0]?.node as TSESTree.Node | undefined;
  const fn = enclosingFunction(node);
  return declared?.type === 'VariableDeclarator' && declared.init && fn && contains(fn, declared)
    ? inner(declared.init)
    : undefined;
}

const others = (
  parts: readonly (TSESTree.Node | null)[],
  isIt: (part: TSESTree.Node | null) => boolean,
): TSESTree.Node[] => parts.filter((part): part is TSESTree.Node => part !== null && !isIt(part));

/** By its type, or because it starts as an array: `concat` of strings gives strings. */
function isArray(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression): boolean {
  if (typeOf(sourceCode, node)?.name === 'Array') return true;
  const declared = node.type === 'Identifier' ? resolve(sourceCode, node)?.defs[0]?.node : undefined;
  return (
    declared?.type === 'VariableDeclarator' &&
    declared.id.type === 'Identifier' &&
    declared.init?.type === 'ArrayExpression'
  );
}

/** Each run of the block gives the accumulator a value that has nothing of the old one: nothing grows over the runs. */
export function isRestarted(
  sourceCode: TSESLint.SourceCode,
  block: TSESTree.Node,
  accumulator: Accumulator,
): boolean {
  if (block.type !== 'BlockStatement') return false;
  return block.body.some((statement) => {
    if (statement.type !== 'ExpressionStatement') return false;
    const { expression } = statement;
    if (expression.type !== 'AssignmentExpression' || expression.operator !== '=') return false;
    return (
      accumulator.is(expression.left) &&
      accumulator.uses(expression.right).length === 0 &&
      !joinIn(sourceCode, expression.right, accumulator) &&
      !namesConstant(sourceCode, expression.right)
    );
  });
}

/** What a constant of the block stands for may have been made of the old value. */
const namesConstant = (sourceCode: TSESLint.SourceCode, value: TSESTree.Expression): boolean => {
  let root: TSESTree.Node = unwrap(value);
  for (;;) {
    if (root.type === 'MemberExpression') root = root.object;
    else if (root.type === 'CallExpression') root = root.callee;
    else break;
  }
  return root.type === 'Identifier' && (resolve(sourceCode, root)?.defs.length ?? 0) > 0;
};
