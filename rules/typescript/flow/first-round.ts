import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isFunction, isLoop, type LoopNode } from '../syntax/nodes';
import { constantNumber } from '../types/constants';
import { completionOf, isEndless } from './completion';
import { effectsOf } from './effects';

/**
 * Whether whoever gets to a loop gets to an expression in it, too, in the first round and with nothing in between that could
 * throw, wait or be seen: what is made there may as well be made in front of the loop.
 * @param loop a loop around the expression, of the same function
 */
export function comesFirst(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Expression,
  loop: LoopNode,
): boolean {
  let statement: TSESTree.Node = node;
  let start: number | undefined;
  while (!/^(?:Variable|Expression|Return|Throw)(?:Declaration|Statement)$/.test(statement.type)) {
    // A pattern takes the value apart, and runs after what gives it.
    if (statement.parent?.type === 'VariableDeclarator') start = statement.range[0];
    const part: TSESTree.Node = statement;
    statement = part.parent!;
    if (isFunction(statement) || statement === loop || mayLeaveOut(statement, part)) return false;
  }
  if (statement.type === 'VariableDeclaration' && statement.declarations.length > 1) return false;
  // What a node does itself comes last: its parts, and what stands before it, come first.
  if (!isQuiet(sourceCode, statement, [start ?? statement.range[0], node.range[1] - 1])) return false;
  let child = statement;
  for (let at = statement.parent; at; child = at, at = at.parent) {
    if (at.type === 'BlockStatement') {
      const before = at.body.slice(0, at.body.indexOf(child as TSESTree.Statement));
      if (!before.every((each) => isPassed(sourceCode, each))) return false;
    } else if (isLoop(at)) {
      if (!runs(sourceCode, at)) return false;
    } else if (at.type !== 'LabeledStatement') return false;
    if (at === loop) return true;
  }
  return false;
}

/** The condition under which something is not made in front of the loop for nothing. */
export const mostly = 'the loop mostly comes to it';

/** The loop has a first round, whatever the program does, and its head runs no other code. */
function runs(sourceCode: TSESLint.SourceCode, loop: LoopNode): boolean {
  if (loop.type === 'DoWhileStatement') return true;
  if (loop.type === 'ForInStatement') return false;
  if (loop.type === 'ForOfStatement') {
    const { right } = loop;
    const [first] = right.type === 'ArrayExpression' ? right.elements : [];
    return !!first && first.type !== 'SpreadElement' && isQuiet(sourceCode, right);
  }
  if (loop.type === 'ForStatement' && loop.init && !isQuiet(sourceCode, loop.init)) return false;
  return isEndless(loop) || (loop.type === 'ForStatement' && counts(sourceCode, loop));
}

/** `for (let i = 0; i < 8; …)`: true at the start. */
function counts(sourceCode: TSESLint.SourceCode, { init, test }: TSESTree.ForStatement): boolean {
  if (init?.type !== 'VariableDeclaration' || test?.type !== 'BinaryExpression') return false;
  const counter = init.declarations.find(
    ({ id }) => id.type === 'Identifier' && test.left.type === 'Identifier' && id.name === test.left.name,
  );
  const from = constantNumber(sourceCode, counter?.init)?.value;
  const to = constantNumber(sourceCode, test.right)?.value;
  if (from === undefined || to === undefined) return false;
  switch (test.operator) {
    case '<':
      return from < to;
    case '<=':
      return from <= to;
    case '>':
      return from > to;
    case '>=':
      return from >= to;
    case '!==':
      return from !== to;
    default:
      return false;
  }
}

/** Evaluating a node may leave this part of it out. */
function mayLeaveOut(node: TSESTree.Node, part: TSESTree.Node): boolean {
  switch (node.type) {
    case 'LogicalExpression':
      return node.right === part;
    case 'ConditionalExpression':
      return node.test !== part;
    case 'ChainExpression':
      return node.range[0] !== part.range[0];
    case 'AssignmentExpression':
      return /^(?:&&|\|\||\?\?)=$/.test(node.operator);
    default:
      return node.type.endsWith('Pattern');
  }
}

function isQuiet(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node,
  within?: readonly [start: number, end: number],
): boolean {
  return effectsOf(sourceCode, node, within).next().done === true;
}

const passed = new WeakMap<TSESTree.Node, boolean>();

/** What comes before the statement always goes on behind it, and nobody sees anything: asked again by all that follows. */
function isPassed(sourceCode: TSESLint.SourceCode, statement: TSESTree.Node): boolean {
  let known = passed.get(statement);
  if (known === undefined) {
    const { normal, jumps } = completionOf(statement);
    known = normal && jumps.length === 0 && isQuiet(sourceCode, statement);
    passed.set(statement, known);
  }
  return known;
}
