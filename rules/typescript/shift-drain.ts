import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { indentAt, newlineOf } from './edit/layout';
import { derivedName, freshName } from './edit/names';
import { isSemicolonFree } from './edit/statements';
import type { TextEdit } from '../model';
import { completionOf } from './flow/completion';
import { loopsOutlivedBy, loopStatementAround, mayRunAgain } from './flow/loops';
import { createRule, type ProposedFix } from './rule';
import {
  contains,
  enclosingFunction,
  type LoopNode,
  memberName,
  methodName,
  resolve,
  unwrap,
  walk,
} from './syntax/nodes';
import { isFreshArray } from './types/arrays';
import { typeOf } from './types/values';
import { code } from '../wording';

/** A loop that runs until the array is empty and takes its elements from the front. */
interface Drain {
  readonly loop: LoopNode;
  /** `q` or `this.queue`. */
  readonly queue: TSESTree.Expression;
  readonly shifts: readonly TSESTree.CallExpression[];
  /** What ends the loop: the `q.length` of its test, or where it asks whether shift() gave something. */
  readonly end: TSESTree.Node;
  /** The loop's own test is that `q.length` is not zero. */
  readonly counted: boolean;
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
    // A pointer is moved for each element, in the few queues that are so long; in others V8 moves the start instead.
    bytes: 1,
  },
  words: [['shift']],
  messages: {
    drain: '`shift()` cuts the front off `{{queue}}` each time, or copies the rest',
  },
  check(context, report) {
    const { sourceCode } = context;
    return {
      'CallExpression:exit'(shift) {
        if (methodName(shift) !== 'shift' || shift.arguments.length > 0) return;
        const drain = drainOf(sourceCode, shift);
        // Once for each loop.
        if (!drain || drain.shifts[0] !== shift) return;
        report({
          at: shift,
          messageId: 'drain',
          data: { queue: sourceCode.getText(drain.queue) },
          related: [{ at: drain.end, message: 'until it is empty' }],
          fixes: fixes(sourceCode, drain),
        });
      },
    };
  },
});

function drainOf(sourceCode: TSESLint.SourceCode, shift: TSESTree.CallExpression): Drain | undefined {
  const queue = unwrap((shift.callee as TSESTree.MemberExpression).object);
  if (queue.type !== 'Identifier' && queue.type !== 'MemberExpression') return undefined;
  if (typeOf(sourceCode, queue)?.name !== 'Array') return undefined;
  const root = rootOf(queue);
  const declared = root && resolve(sourceCode, root)?.identifiers[0];
  for (const loop of loopsOutlivedBy(shift, declared as TSESTree.Node | undefined)) {
    // A loop that leaves at the first is no drain.
    if (loop.type === 'CallExpression' || !mayRunAgain(shift, loop)) return undefined;
    const text = sourceCode.getText(queue);
    const length = loopTest(loop) && testedLength(sourceCode, loopTest(loop)!, text);
    const end = length?.at ?? endsWithoutElement(sourceCode, loop, shift);
    if (!end) continue;
    const shifts: TSESTree.CallExpression[] = [];
    walk(sourceCode, loop, (node) => {
      if (loop.type === 'ForStatement' && node === loop.init) return false;
      if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return true;
      const isIt = sourceCode.getText(unwrap(node.callee.object)) === text;
      if (isIt && methodName(node) === 'shift' && node.arguments.length === 0) shifts.push(node);
      return true;
    });
    return { loop, queue, shifts, end, counted: length?.whole === true };
  }
  return undefined;
}

function rootOf(node: TSESTree.Expression): TSESTree.Identifier | undefined {
  let at = node;
  while (at.type === 'MemberExpression') at = unwrap(at.object);
  return at.type === 'Identifier' ? at : undefined;
}

const loopTest = (loop: LoopNode): TSESTree.Expression | null | undefined =>
  loop.type === 'ForStatement' || loop.type === 'WhileStatement' || loop.type === 'DoWhileStatement'
    ? loop.test
    : undefined;

/**
 * `q.length`, `q.length > 0`, `q.length !== 0`, `q.length >= 1`, `0 < q.length`.
 * @returns `whole`: it is all that the test asks
 */
function testedLength(
  sourceCode: TSESLint.SourceCode,
  test: TSESTree.Expression,
  queue: string,
): { readonly at: TSESTree.Node; readonly whole: boolean } | undefined {
  if (test.type === 'LogicalExpression' && test.operator === '&&') {
    const part = testedLength(sourceCode, test.left, queue) ?? testedLength(sourceCode, test.right, queue);
    return part && { at: part.at, whole: false };
  }
  const lengthOf = (node: TSESTree.Node): TSESTree.MemberExpression | undefined =>
    node.type === 'MemberExpression' &&
    memberName(node) === 'length' &&
    sourceCode.getText(unwrap(node.object)) === queue
      ? node
      : undefined;
  const found = (at: TSESTree.Node | undefined) => at && { at, whole: true };
  if (test.type !== 'BinaryExpression') return found(lengthOf(test));
  const { left, right, operator } = test;
  const number = (node: TSESTree.Node): unknown => (node.type === 'Literal' ? node.value : undefined);
  const above = number(right) === 0 ? /^(?:>|!==?)$/ : number(right) === 1 ? /^>=$/ : undefined;
  if (above?.test(operator)) return found(lengthOf(left));
  const below = number(left) === 0 ? /^(?:<|!==?)$/ : number(left) === 1 ? /^<=$/ : undefined;
  return below?.test(operator) ? found(lengthOf(right)) : undefined;
}

/**
 * What asks for the element that shift() gave, and ends the loop when there is none: the loop's own test, or an `if` of its
 * body that leaves.
 */
function endsWithoutElement(
  sourceCode: TSESLint.SourceCode,
  loop: LoopNode,
  shift: TSESTree.CallExpression,
): TSESTree.Node | undefined {
  let value: TSESTree.Node = shift;
  while (value.parent?.type === 'TSNonNullExpression' || value.parent?.type === 'TSAsExpression')
    value = value.parent;
  const { parent } = value;
  const target =
    parent?.type === 'VariableDeclarator' && parent.init === value
      ? parent.id
      : parent?.type === 'AssignmentExpression' && parent.right === value && parent.operator === '='
        ? parent.left
        : undefined;
  if (target && target.type !== 'Identifier') return undefined;
  const name = target && sourceCode.getText(target).split(':')[0]!.trim();
  // `while ((x = q.shift()) !== undefined)`, `for (let x = q.shift(); x; x = q.shift())`, `while (q.shift())`
  const test = loopTest(loop);
  if (test && (contains(test, shift) || (name && asksFor(test, name)))) return test;
  if (name === undefined || loop.body.type !== 'BlockStatement') return undefined;
  // `const x = q.shift(); if (x === undefined) break;`
  return loop.body.body.find(
    (statement) =>
      statement.type === 'IfStatement' &&
      asksFor(statement.test, name) &&
      completionOf(statement.consequent).jumps.some(
        ({ type }) => type === 'BreakStatement' || type === 'ReturnStatement',
      ),
  );
}

/** `x`, `!x`, `x === undefined`, `x == null`, `x !== undefined`. */
function asksFor(test: TSESTree.Expression, name: string): boolean {
  const isIt = (node: TSESTree.Node): boolean => node.type === 'Identifier' && node.name === name;
  if (test.type === 'UnaryExpression') return test.operator === '!' && isIt(test.argument);
  if (test.type !== 'BinaryExpression') return isIt(test);
  const nothing = (node: TSESTree.Node): boolean =>
    (node.type === 'Identifier' && node.name === 'undefined') ||
    (node.type === 'Literal' && node.value === null);
  return (
    /^[=!]==?$/.test(test.operator) &&
    ((isIt(test.left) && nothing(test.right)) || (isIt(test.right) && nothing(test.left)))
  );
}

function fixes(sourceCode: TSESLint.SourceCode, drain: Drain): ProposedFix[] {
  const { loop, queue, shifts, end, counted } = drain;
  if (queue.type !== 'Identifier' || loop.type !== 'WhileStatement' || !counted) return [];
  const variable = resolve(sourceCode, queue);
  const declarator = variable?.defs.length === 1 ? (variable.defs[0]!.node as TSESTree.Node) : undefined;
  if (
    !variable ||
    declarator?.type !== 'VariableDeclarator' ||
    !declarator.init ||
    !isFreshArray(sourceCode, declarator.init)
  )
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
    if (member === end) continue;
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
