import type { TSESTree } from '@typescript-eslint/utils';
import {
  contains,
  isFunction,
  isLoop,
  methodName,
  runsPerIteration,
  type FunctionNode,
  type LoopNode,
} from '../syntax/nodes';
import { completionAfter, goesOn } from './completion';

/** Which loops a node runs in: statements, and callbacks that a method calls for each element before it returns. */

/** Methods that call their first argument for each element, or for pairs of them, before they return. */
export const iteratingMethods: ReadonlySet<string> = new Set([
  'map', 'forEach', 'filter', 'reduce', 'reduceRight', 'some', 'every', 'find', 'findIndex', 'findLast',
  'findLastIndex', 'flatMap', 'sort', 'toSorted',
]); // prettier-ignore

/** A statement, or the call whose callback is the body. */
export type Loop = LoopNode | TSESTree.CallExpression;

/** What runs once a round. */
export function bodyOf(loop: Loop): TSESTree.Node {
  return loop.type === 'CallExpression' ? (loop.arguments[0] as FunctionNode).body : loop.body;
}

/** The call that runs this function for each element: `xs.forEach(fn)`. */
export function iterationOf(fn: FunctionNode): TSESTree.CallExpression | undefined {
  const call = fn.parent;
  return call?.type === 'CallExpression' &&
    call.arguments[0] === fn &&
    !fn.async &&
    !fn.generator &&
    iteratingMethods.has(methodName(call) ?? '')
    ? call
    : undefined;
}

/**
 * The loops in which a node runs each round, innermost first, callbacks walked through.
 * @param within where to stop: a node around it that is no part of the answer
 */
export function* loopsAround(node: TSESTree.Node, within?: TSESTree.Node): Generator<Loop> {
  let child = node;
  for (let at = node.parent; at && at !== within; child = at, at = at.parent) {
    if (isLoop(at) && runsPerIteration(at, child)) yield at;
    else if (isFunction(at)) {
      const call = iterationOf(at);
      if (!call) return;
      yield call;
    }
  }
}

/**
 * The loops around a node over whose rounds a variable lives on, innermost first.
 * @param declaration of the variable; without it the loops of the node's own function and of the callbacks around it
 */
export function* loopsOutlivedBy(
  node: TSESTree.Node,
  declaration: TSESTree.Node | undefined,
): Generator<Loop> {
  for (const loop of loopsAround(node)) {
    const once = loop.type === 'ForStatement' && loop.init && declaration && contains(loop.init, declaration);
    if (declaration && contains(loop, declaration) && !once) return;
    yield loop;
  }
}

/** The innermost loop statement of the node's own function. */
export function loopStatementAround(node: TSESTree.Node): LoopNode | undefined {
  for (const loop of loopsAround(node)) return loop.type === 'CallExpression' ? undefined : loop;
  return undefined;
}

/** The outermost loop statement of the node's own function in which it runs each round, up to `within`. */
export function outermostLoopStatement(node: TSESTree.Node, within?: TSESTree.Node): LoopNode | undefined {
  let outermost: LoopNode | undefined;
  for (const loop of loopsAround(node, within)) {
    if (loop.type === 'CallExpression') break;
    outermost = loop;
  }
  return outermost;
}

/** False where each round that reaches the node is the last: `…; break`, also of an outer loop, `return` and `throw`. */
export function mayRunAgain(node: TSESTree.Node, loop: Loop): boolean {
  const rest = completionAfter(node, bodyOf(loop));
  if (loop.type === 'CallExpression')
    return rest.normal || rest.jumps.some(({ type }) => type === 'ReturnStatement');
  if (loop.type === 'DoWhileStatement' && loop.test.type === 'Literal' && !loop.test.value) return false;
  return goesOn(rest, loop);
}
