import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { isFunction } from '../syntax/nodes';
import { graphAround, graphOf } from './functions';
import type { Loop } from './graph';

/**
 * The loops that run the node once an iteration, innermost first; those around a function literal run what is in it. A goto
 * makes loops, too, and a for statement that is always left in its first iteration is none.
 */
export function loopsAround(file: GoFile, node: Node): readonly Loop[] {
  const loops: Loop[] = [];
  let inner = node;
  for (let at = node.parent; at; at = at.parent) {
    if (!isFunction(at)) continue;
    loops.push(...graphOf(file, at).loopsOf(inner));
    inner = at;
  }
  return loops;
}

/** The innermost loop of the function that runs the node once an iteration. */
export function enclosingLoop(file: GoFile, node: Node): Loop | undefined {
  return graphAround(file, node)?.loopsOf(node)[0];
}

/** What to show of a loop: its for statement, or the first of what goto repeats. */
export function headOf({ statement, header }: Loop): Node | undefined {
  return statement ?? header.steps[0] ?? header.out.flatMap(({ to }) => to.steps)[0];
}
