import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import type { Binding } from '../syntax/names';
import { mayPanic } from './effects';
import { reportsError } from './error-paths';
import { graphAround } from './functions';
import type { Edge, Loop } from './graph';
import { mayLose, mayMiss, usesBehind } from './paths';

/** How a loop may be left before its bound, for somebody who fills a collection in it. */
export interface EarlyExits {
  /** Behind some exit the collection is used, as full as it is then. */
  readonly seen: boolean;
  /** Some exit gives the collection up, and nothing has failed: the first that works. */
  readonly done: boolean;
  /** Some exit gives it up because of an error, a panic, or the end of the program. */
  readonly failed: boolean;
}

/** The exits that the text states; that anything may panic is asked by `mayPanicIn`. */
export function earlyExits(file: GoFile, loop: Loop, collection: Binding): EarlyExits {
  const early = loop.exits.filter(({ why }) => why !== 'bound reached');
  const bounds = new Set(loop.exits.map(({ edge, why }) => (why === 'bound reached' ? edge : undefined)));
  const ways = [...loop.blocks].flatMap(({ out }) => out).filter((edge) => !loop.blocks.has(edge.to));
  const failures = early.filter(({ edge }) => isFailure(file, edge));
  return {
    seen: ways.some((edge) => !bounds.has(edge) && usesBehind(edge, collection).length > 0),
    done: failures.length < early.length,
    failed: failures.length > 0,
  };
}

/** True when something in the loop may panic, a call above all: then it may end at any number of iterations. */
export function mayPanicIn(file: GoFile, loop: Loop): boolean {
  return nodesOf(loop).some((node) => mayPanic(file, node));
}

/** What the loop evaluates, in no order. */
export function nodesOf(loop: Loop): Node[] {
  return [...loop.blocks].flatMap(({ nodes }) => nodes);
}

/**
 * True when control gets from the statement to the loop unless something fails: what is allocated there for the loop is not
 * for nothing. `strictly`: nor if something fails.
 */
export function leadsToLoop(from: Node, loop: Node, strictly: boolean, file: GoFile): boolean {
  const graph = graphAround(file, loop);
  const found = graph?.loopOf(loop);
  const goal = found && { block: found.header, index: 0 };
  return goal !== undefined && !mayMiss(graph!, from, goal, (edge) => !strictly && isFailure(file, edge));
}

/**
 * True when what a loop has filled up to its bound may be given up behind it, with something in it and nothing failed: control
 * may get to an end of the function without a node that `keeps` accepts.
 */
export function mayBeGivenUp(
  file: GoFile,
  loop: Loop,
  collection: Binding,
  keeps: (node: Node) => boolean,
): boolean {
  return loop.exits.some(
    ({ edge, why }) =>
      why === 'bound reached' &&
      mayLose(edge, collection, keeps, (way) => isFailure(file, way) || saysEmpty(way, collection)),
  );
}

/** The way is taken when the collection is empty: behind `len(s) == 0`, `s == nil`, and where `len(s) > 0` does not hold. */
function saysEmpty({ kind, at }: Edge, { name }: Binding): boolean {
  if ((kind !== 'true' && kind !== 'false') || at?.type !== 'binary_expression') return false;
  const [left, operator, right] = ['left', 'operator', 'right'].map(
    (field) => at.childForFieldName(field)?.text,
  );
  const isAsked = (left === `len(${name})` && right === '0') || (left === name && right === 'nil');
  return isAsked && (kind === 'true' ? operator === '==' : operator === '!=' || operator === '>');
}

/** The way is taken when something has failed: a return of an error, a panic, the end of the program. */
export function isFailure(file: GoFile, { kind, at }: Edge): boolean {
  return kind === 'return' ? reportsError(file, at!) : kind === 'panic' || kind === 'ends';
}
