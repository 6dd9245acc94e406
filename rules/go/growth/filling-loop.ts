import type { Node } from 'web-tree-sitter';
import type { GoFile, GoReport, Obligation } from '../rule';
import { contains, descendants, spanOf } from '../syntax/nodes';
import type { TripCount } from '../flow/trip-count';
import { graphOf } from '../flow/functions';
import { earlyExits, mayPanicIn } from '../flow/loop-exits';
import { isEachTime } from '../flow/paths';
import { isAddressTaken, isAssigned, namesAround, type Binding } from '../syntax/names';
import { atLeast } from '../syntax/version';
import { isShadowed } from '../syntax/universe';

/** Loops that fill a slice or a map whose final size is known before: what the preallocation rules have in common. */

/** Reports what `judge` says about each collection that `find` sees a loop of the file fill. */
export function checkLoops<T>(
  file: GoFile,
  report: (report: GoReport) => void,
  find: (loop: Node, file: GoFile) => readonly T[],
  judge: (filling: T, file: GoFile) => GoReport | undefined,
): void {
  for (const loop of file.root.descendantsOfType('for_statement')) {
    for (const filling of find(loop, file)) {
      const found = judge(filling, file);
      if (found) report(found);
    }
  }
}

/**
 * The loop comes to its bound unless something fails, and each iteration to `node`, which fills the collection: room for all
 * of it is not for nothing. `surely`: that the bound is far too large cannot be. Undefined: it may be left early. A literal
 * bound says nothing about what there is: an error that ends such a loop is what it runs up to.
 */
export function fills(
  loop: Node,
  collection: Binding,
  node: Node | undefined,
  { constant, bounded }: TripCount,
  file: GoFile,
): { readonly surely: boolean } | undefined {
  const graph = graphOf(file, collection.owner);
  const found = graph.loopOf(loop);
  if (!found || (node && !isEachTime(graph, found, node))) return undefined;
  const { seen, done, failed } = earlyExits(file, found, collection);
  if (seen || done || (failed && constant !== undefined)) return undefined;
  // A number from outside, and a loop that may end before it: today memory follows what is really there.
  return { surely: bounded || !(failed || mayPanicIn(file, found)) };
}

/** The count times the elements of each iteration, as an expression. */
export function capacityText(count: TripCount, perIteration: number): string {
  if (perIteration === 1) return count.expression;
  if (count.constant !== undefined) return String(count.constant * perIteration);
  return `${perIteration}*${count.atomic ? count.expression : `(${count.expression})`}`;
}

/** The capacity guarded against a negative count, with which `make` panics; undefined where `max` is not at hand. */
export function guarded(capacity: string, count: TripCount, loop: Node, file: GoFile): string | undefined {
  if (count.nonNegative) return capacity;
  return atLeast(file.pkg.language, 1, 21) && !isShadowed('max', loop, file)
    ? `max(${capacity}, 0)`
    : undefined;
}

/** What the compiler has to agree to before `len` of the ranged expression is believed; stated before the loop. */
export function countable({ unproven }: TripCount, loop: Node): Obligation[] {
  if (unproven === undefined) return [];
  const { startIndex: at } = loop.parent?.type === 'labeled_statement' ? loop.parent : loop;
  return [
    {
      states: `${unproven} is a slice, an array, a map or a string`,
      at,
      // Iterators have no len, and a channel gives no second value.
      code: `if false { _ = len(${unproven}); for _, _ = range ${unproven} { break } }`,
    },
  ];
}

/**
 * What is ranged over is proven by no declaration, and the compiler inlined something at the loop: perhaps the body of
 * a function that iterates, which runs as often as that function likes.
 */
export function isDoubtful({ unproven }: TripCount, loop: Node, file: GoFile): boolean {
  return unproven !== undefined && file.facts?.inlined(loop) !== undefined;
}

/** True when the capacity can be written at the declaration: same statement list, same names, same values. */
export function knownAtDeclaration(declaration: Node, loop: Node, count: TripCount, file: GoFile): boolean {
  const statement = loop.parent?.type === 'labeled_statement' ? loop.parent : loop;
  const list = declaration.parent;
  if (!list || statement.parent?.id !== list.id) return false;
  const names = namesAround(file.root, loop);
  const siblings = list.namedChildren.filter((child) => child.type !== 'comment');
  const from = siblings.findIndex((child) => child.id === declaration.id);
  const to = siblings.findIndex((child) => child.id === statement.id);
  const between = siblings.slice(from + 1, to);
  let privateNames = true;
  for (const node of count.from.flatMap((part) => [...descendants(part)])) {
    if (node.type !== 'identifier') {
      if (/^(?:selector|index|unary)_expression$/.test(node.type)) privateNames = false;
      continue;
    }
    if (/^(?:len|cap)$/.test(node.text) && node.parent?.type === 'call_expression') continue;
    const binding = names.resolve(node);
    if (!binding) {
      privateNames = false;
      continue;
    }
    if (binding.declaration.startIndex >= declaration.startIndex) return false;
    if (binding.uses.some((use) => isAddressTaken(use.node) || use.owner.id !== binding.owner.id))
      privateNames = false;
    const changed = binding.uses.some(
      (use) => between.some((other) => contains(spanOf(other), spanOf(use.node))) && isAssigned(use.node),
    );
    if (changed) return false;
  }
  // What others can reach may change in any statement that calls or assigns.
  return privateNames || between.length === 0;
}
