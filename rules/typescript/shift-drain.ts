import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { indentAt, newlineOf } from './edit/layout';
import { derivedName, freshName } from './edit/names';
import { isSemicolonFree } from './edit/statements';
import type { TextEdit } from '../model';
import { loopStatementAround, mayRunAgain } from './flow/loops';
import { createRule, type ProposedFix } from './rule';
import { enclosingFunction, methodName, resolve, unwrap, walk } from './syntax/nodes';
import { typeOf } from './types/values';
import { code } from '../wording';

type Loop = TSESTree.WhileStatement | TSESTree.ForStatement;

/** A loop that runs until the array is empty and takes its elements from the front. */
interface Drain {
  readonly loop: Loop;
  /** `q` or `this.queue`. */
  readonly queue: TSESTree.Expression;
  readonly shifts: readonly TSESTree.CallExpression[];
  /** The `q.length` of the loop's test. */
  readonly length: TSESTree.MemberExpression;
  readonly pushes: boolean;
}

export const shiftDrain = createRule({
  id: 'ts/shift-drain',
  summary:
    'a loop that empties an array with shift(), which copies the rest each time once the array is long',
  fix: 'suggestion',
  recipe: 'Walk through the queue with an index, and cut off what is done from time to time',
  reports: 'allocation',
  sample: 'typescript/shift-drain',
  allocation: {
    kind: 'array',
    cost: 'conditional',
    reason:
      'in an array of more than 16,384 elements shift() copies those that are left; in a shorter one V8 cuts the front off',
  },
  words: [['.shift(']],
  messages: {
    drain: '`shift()` cuts the front off `{{queue}}` on each iteration, or copies the rest',
  },
  check(context, report) {
    const { sourceCode } = context;
    const check = (loop: Loop): void => {
      const drain = drainOf(sourceCode, loop);
      if (!drain) return;
      report({
        at: drain.shifts[0]!,
        messageId: 'drain',
        data: { queue: sourceCode.getText(drain.queue) },
        related: [{ at: drain.length, message: 'until it is empty' }],
        fixes: fixes(sourceCode, drain),
      });
    };
    return { WhileStatement: check, ForStatement: check };
  },
});

function drainOf(sourceCode: TSESLint.SourceCode, loop: Loop): Drain | undefined {
  const length = loop.test && testedLength(loop.test);
  if (!length) return undefined;
  const queue = unwrap(length.object);
  if (queue.type !== 'Identifier' && queue.type !== 'MemberExpression') return undefined;
  if (typeOf(sourceCode, queue)?.name !== 'Array') return undefined;
  const text = sourceCode.getText(queue);
  const shifts: TSESTree.CallExpression[] = [];
  let pushes = false;
  walk(sourceCode, loop.body, (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
    if (sourceCode.getText(node.callee.object) !== text) return;
    const method = methodName(node);
    if (method === 'shift' && node.arguments.length === 0) shifts.push(node);
    else if (method === 'push') pushes = true;
  });
  if (shifts.length === 0) return undefined;
  // One round takes one element; a loop that leaves at the first is no drain.
  if (!shifts.some((shift) => mayRunAgain(shift, loop))) return undefined;
  return { loop, queue, shifts, length, pushes };
}

/** `q.length` of `q.length`, `q.length > 0`, `q.length !== 0`, `q.length >= 1`, `0 < q.length`. */
function testedLength(test: TSESTree.Expression): TSESTree.MemberExpression | undefined {
  const lengthOf = (node: TSESTree.Node): TSESTree.MemberExpression | undefined =>
    node.type === 'MemberExpression' &&
    !node.computed &&
    node.property.type === 'Identifier' &&
    node.property.name === 'length'
      ? node
      : undefined;
  if (test.type !== 'BinaryExpression') return lengthOf(test);
  const { left, right, operator } = test;
  const zero = (node: TSESTree.Node): boolean => node.type === 'Literal' && node.value === 0;
  if (zero(right) && (operator === '>' || operator === '!==' || operator === '!=')) return lengthOf(left);
  if (zero(left) && (operator === '<' || operator === '!==' || operator === '!=')) return lengthOf(right);
  return undefined;
}

const freshMethods = new Set([
  'slice',
  'map',
  'filter',
  'concat',
  'flat',
  'flatMap',
  'toSorted',
  'toReversed',
]);

/** An array that nobody else holds. */
function isFresh(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression | null): boolean {
  if (!node) return false;
  const value = unwrap(node);
  if (value.type === 'ArrayExpression') return true;
  if (value.type !== 'CallExpression' || value.callee.type !== 'MemberExpression') return false;
  const method = methodName(value) ?? '';
  if (value.callee.object.type === 'Identifier' && value.callee.object.name === 'Array')
    return method === 'from' || method === 'of';
  return freshMethods.has(method) && typeOf(sourceCode, value.callee.object)?.name === 'Array';
}

function fixes(sourceCode: TSESLint.SourceCode, drain: Drain): ProposedFix[] {
  const { loop, queue, shifts, length } = drain;
  if (queue.type !== 'Identifier' || loop.type !== 'WhileStatement') return [];
  const variable = resolve(sourceCode, queue);
  const declarator = variable?.defs.length === 1 ? (variable.defs[0]!.node as TSESTree.Node) : undefined;
  if (!variable || declarator?.type !== 'VariableDeclarator' || !isFresh(sourceCode, declarator.init))
    return [];
  const owner = enclosingFunction(loop);
  const holder = loop.parent;
  if (
    enclosingFunction(declarator) !== owner ||
    (holder.type !== 'BlockStatement' && holder.type !== 'Program')
  )
    return [];
  if (holder.type === 'Program' && sourceCode.ast.sourceType !== 'module') return [];
  // The array is declared beside the loop: a loop around both starts with a new one.
  if (declarator.parent.parent !== holder) return [];
  for (const reference of variable.references) {
    if (reference.init) continue;
    const use = reference.identifier as TSESTree.Node;
    if (reference.isWrite() || enclosingFunction(use) !== owner) return [];
    if (use.range[0] > loop.range[1]) return [];
    const member = use.parent;
    if (member?.type !== 'MemberExpression' || member.object !== use) return [];
    if (member === length) continue;
    const call = member.parent;
    const method = call.type === 'CallExpression' && call.callee === member ? methodName(call) : undefined;
    if (method === 'shift' && shifts.includes(call as TSESTree.CallExpression)) continue;
    // push() returns the length, which is another one now.
    if (method === 'push' && (call.parent?.type === 'ExpressionStatement' || use.range[1] < loop.range[0]))
      continue;
    // Before the loop anything may read the array, as long as nothing keeps it.
    if (
      use.range[1] < loop.range[0] &&
      (member.computed || (member.property.type === 'Identifier' && member.property.name === 'length'))
    )
      continue;
    return [];
  }
  if (shifts.some((shift) => sourceCode.getCommentsInside(shift).length > 0)) return [];
  // A second one in the same round could run past the end, and what is pushed then would be missed.
  if (shifts.length !== 1 || loopStatementAround(shifts[0]!) !== loop) return [];
  const next = freshName(sourceCode, derivedName(queue.name, 'Next'));
  const start = loop.range[0];
  const test = loop.test;
  const edits: TextEdit[] = [
    {
      span: { start, end: start },
      newText: `let ${next} = 0${isSemicolonFree(sourceCode) ? '' : ';'}${newlineOf(sourceCode.text)}${indentAt(sourceCode.text, start)}`,
    },
    { span: { start: test.range[0], end: test.range[1] }, newText: `${next} < ${queue.name}.length` },
    ...shifts.map((shift) => ({
      span: { start: shift.range[0], end: shift.range[1] },
      newText: `${queue.name}[${next}++]`,
    })),
  ];
  return [
    {
      title: `Walk through ${code(queue.name)} with an index (if elements may stay in memory until the loop ends)`,
      kind: 'suggestion',
      edits,
    },
  ];
}
