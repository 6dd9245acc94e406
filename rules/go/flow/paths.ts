import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { isAssigned, type Binding } from '../syntax/names';
import { graphOf } from './functions';
import type { Block, Edge, Graph, Loop, Place } from './graph';

/** Questions about the ways that control may take through one function. */

/** Nodes of one block that are evaluated one after the other: from `first` up to `end`, that left out. */
interface Stretch {
  readonly block: Block;
  readonly first: number;
  readonly end: number;
  /** The way ends here, before the block does. */
  readonly stopped: boolean;
}

interface Limits {
  /** A way ends behind such a node. */
  readonly stops?: (node: Node) => boolean;
  /** No way takes such an edge. */
  readonly avoids?: (edge: Edge) => boolean;
}

/** What may be evaluated from a place on. The place's own block comes again, as a whole, when a loop leads back to it. */
function* waysFrom({ block, index }: Place, { stops, avoids }: Limits = {}): Generator<Stretch> {
  const seen = new Set<Block>();
  const waiting: Place[] = [{ block, index }];
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    const { nodes, out } = at.block;
    const stop = stops ? nodes.findIndex((node, i) => i >= at!.index && stops(node)) : -1;
    yield { block: at.block, first: at.index, end: stop < 0 ? nodes.length : stop + 1, stopped: stop >= 0 };
    if (stop >= 0) continue;
    for (const edge of out) {
      if (seen.has(edge.to) || avoids?.(edge)) continue;
      seen.add(edge.to);
      waiting.push({ block: edge.to, index: 0 });
    }
  }
}

/** The place behind the node; undefined: it is never reached. */
function behind(graph: Graph, node: Node): Place | undefined {
  const place = graph.placeOf(node);
  return place && { block: place.block, index: place.index + 1 };
}

/** The nodes of the function that may be evaluated after `node`; one in a loop may come after itself. */
export function reachableFrom(graph: Graph, node: Node, stops?: (node: Node) => boolean): Node[] {
  const start = behind(graph, node);
  if (!start) return [];
  const ways = [...waysFrom(start, stops && { stops })];
  return ways.flatMap(({ block, first, end }) => block.nodes.slice(first, end));
}

/** True when control may get from behind `from` to `to`, without such an edge. */
export function mayFollow(
  graph: Graph,
  from: Node,
  to: Node,
  avoids: (edge: Edge) => boolean = () => false,
): boolean {
  const [start, goal] = [behind(graph, from), graph.placeOf(to)];
  if (!start || !goal) return false;
  for (const { block, first } of waysFrom(start, { avoids }))
    if (block === goal.block && first <= goal.index) return true;
  return false;
}

/** True when control may get from the start of the block to the node. */
export function mayReach(graph: Graph, from: Block, node: Node): boolean {
  const goal = graph.placeOf(node)?.block;
  for (const { block } of waysFrom({ block: from, index: 0 })) if (block === goal) return true;
  return false;
}

/** True when control may get from the entry to the end of the function without the node, and without such an edge. */
export function mayAvoid(graph: Graph, node: Node, avoids: (edge: Edge) => boolean): boolean {
  const goal = graph.placeOf(node)?.block;
  if (goal === graph.entry) return false;
  const start = { block: graph.entry, index: 0 };
  const ways = [...waysFrom(start, { avoids: (edge) => edge.to === goal || avoids(edge) })];
  return ways.some(({ block }) => block === graph.exit);
}

/**
 * The uses of a variable, in its own function, that may meet after `node` what the variable holds then: ways end where it is
 * declared anew or given another value. What is assigned to a part of it counts where it is assigned.
 */
export function usesAfter(file: GoFile, node: Node, variable: Binding): Node[] {
  const start = behind(graphOf(file, variable.owner), node);
  return start ? usesFrom(start, variable) : [];
}

/** The same from an edge on. */
export function usesBehind({ to }: Edge, variable: Binding): Node[] {
  return usesFrom({ block: to, index: 0 }, variable);
}

function usesFrom(start: Place, variable: Binding): Node[] {
  const uses = new Set(variable.uses.map((use) => use.node.id));
  const renews = (at: Node): boolean =>
    at.id === variable.declaration.id || (uses.has(at.id) && isAssigned(at) && !readsFirst(at));
  // A return without values uses the named results.
  const isUse = (at: Node): boolean =>
    uses.has(at.id) ||
    (isAssigned(at) && uses.has(rootOf(at).id)) ||
    (variable.kind === 'result' && at.type === 'return_statement' && at.namedChildCount === 0);
  return [...waysFrom(start, { stops: renews })].flatMap(({ block, first, end }) =>
    block.nodes.slice(first, end).filter((at) => isUse(at) && !renews(at)),
  );
}

/** `v` of `v.f`, `v[i]` and `*v`: a part of it, or what it leads to. */
function rootOf(target: Node): Node {
  let at = target;
  while (/^(?:selector|index|parenthesized|unary)_expression$/.test(at.type))
    at = at.childForFieldName('operand') ?? at.namedChild(0)!;
  return at;
}

/** `v += …` and `v++`. */
function readsFirst(target: Node): boolean {
  const statement = target.parent?.parent;
  const operator = statement?.childForFieldName('operator')?.text ?? '=';
  return target.parent?.type !== 'expression_list' || operator !== '=';
}

/**
 * A node that `accepts`, where every way from behind `from` comes to such a node before one that `ends` the way, and before
 * the function ends: the first in the text. Undefined: some way avoids them.
 */
export function comesTo(
  graph: Graph,
  from: Node,
  accepts: (node: Node) => boolean,
  ends: (node: Node) => boolean,
): Node | undefined {
  const start = behind(graph, from);
  if (!start) return undefined;
  const met: Node[] = [];
  for (const { block, first, end, stopped } of waysFrom(start, {
    stops: (node) => accepts(node) || ends(node),
  })) {
    const last = stopped ? block.nodes[end - 1] : undefined;
    if (last ? !accepts(last) : block.out.length === 0) return undefined;
    if (last && first < end) met.push(last);
  }
  return met.sort((a, b) => a.startIndex - b.startIndex)[0];
}

/**
 * True when control may get from behind `from` to the end of the function, or to `from` again, without coming to the goal.
 * Ends that `forgiven` accepts do not count.
 */
export function mayMiss(graph: Graph, from: Node, goal: Place, forgiven: (edge: Edge) => boolean): boolean {
  const start = behind(graph, from);
  if (!start || (start.block === goal.block && start.index <= goal.index)) return false;
  const avoids = ({ to }: Edge): boolean => to === goal.block;
  const ways = [...waysFrom(start, { avoids })];
  return ways.some(
    ({ block, first }, index) =>
      (index > 0 && block === start.block && first < start.index) ||
      block.out.some((edge) => edge.to.out.length === 0 && !avoids(edge) && !forgiven(edge)),
  );
}

/**
 * True when the two are evaluated by turns: every way to `second` has come through `first`, none does either twice without the
 * other, and none ends in between but at ends that `forgiven` accepts.
 */
export function byTurns(graph: Graph, first: Node, second: Node, forgiven: (edge: Edge) => boolean): boolean {
  const [goal, start] = [graph.placeOf(second), behind(graph, second)];
  if (!goal || !start || !graph.dominates(first, second)) return false;
  const again = [...waysFrom(start, { stops: ({ id }) => id === first.id })].some(({ block, first, end }) =>
    block.nodes.slice(first, end).some(({ id }) => id === second.id),
  );
  return !again && !mayMiss(graph, first, goal, forgiven);
}

/**
 * True when control may get from the edge to an end of the function, or to where the variable is declared anew, without
 * evaluating a node that `keeps` accepts, and without such an edge.
 */
export function mayLose(
  { to }: Edge,
  variable: Binding,
  keeps: (node: Node) => boolean,
  avoids: (edge: Edge) => boolean,
): boolean {
  for (const { block, first, end, stopped } of waysFrom({ block: to, index: 0 }, { stops: keeps, avoids })) {
    if (block.out.length === 0) return true;
    const met = block.nodes.slice(first, stopped ? end - 1 : end);
    if (met.some(({ id }) => id === variable.declaration.id)) return true;
  }
  return false;
}

/** True when something that `test` accepts may be evaluated from the loop's header on before any of the nodes. */
export function mayPrecede(loop: Loop, nodes: readonly Node[], test: (node: Node) => boolean): boolean {
  const stops = (at: Node): boolean => nodes.some(({ id }) => id === at.id);
  for (const { block, first, end } of waysFrom({ block: loop.header, index: 0 }, { stops }))
    if (block.nodes.slice(first, end).some((at) => test(at))) return true;
  return false;
}

/** True when every iteration that another one follows has evaluated the node. */
export function isEachTime(graph: Graph, loop: Loop, node: Node): boolean {
  return passes(graph, loop, node, ({ to }) => !loop.blocks.has(to), []);
}

/**
 * True when every iteration that begins evaluates the node, before the loop may be left. Ways out that `forgiven` accepts do not
 * count.
 */
export function isFirstThing(
  graph: Graph,
  loop: Loop,
  node: Node,
  forgiven: (edge: Edge) => boolean = () => false,
): boolean {
  const bounds = loop.exits.flatMap(({ edge, why }) => (why === 'bound reached' ? [edge] : []));
  const early = loop.exits.flatMap(({ edge, why }) =>
    why === 'bound reached' || forgiven(edge) ? [] : [edge],
  );
  return passes(graph, loop, node, (edge) => bounds.includes(edge), early);
}

/** No way from the header that avoids such edges comes back to it, or to one of the exits, without the node. */
function passes(
  graph: Graph,
  loop: Loop,
  node: Node,
  avoids: (edge: Edge) => boolean,
  exits: readonly Edge[],
): boolean {
  const goal = graph.placeOf(node)?.block;
  if (!goal || !loop.blocks.has(goal)) return false;
  if (goal === loop.header) return true;
  const start = { block: loop.header, index: 0 };
  const [first, ...later] = waysFrom(start, { avoids: (edge) => edge.to === goal || avoids(edge) });
  const met = new Set(later.map(({ block }) => block));
  return !met.has(loop.header) && !exits.some(({ from }) => from === first!.block || met.has(from));
}
