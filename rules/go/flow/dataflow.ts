import type { Node } from 'web-tree-sitter';
import type { Block, Edge, Graph } from './graph';

/**
 * What a data flow collects. States form a lattice of finite height: `join` only ever adds, `step` and `edge` keep what is
 * more than something more. States are values: nothing changes one that it was given.
 */
export interface Lattice<S> {
  /** At the entry; backward at every way out. */
  readonly start: S;
  join(a: S, b: S): S;
  equal(a: S, b: S): boolean;
  /** The state behind the node (backward: before it), a node of `Block.nodes`. */
  step(node: Node, state: S): S;
  /** What the edge adds, such as that its condition holds. */
  edge?(edge: Edge, state: S): S;
  /** True where evaluating the node may panic: its state, before and behind, is one at the panic. */
  panics?(node: Node): boolean;
}

export interface Solution<S> {
  /** Undefined: the node is never reached (backward: leads to no way out). */
  before(node: Node): S | undefined;
  after(node: Node): S | undefined;
  /** At the end of the function, before deferred calls run; undefined: it never gets there. */
  readonly atExit: S | undefined;
  /** At a panic, that of `panic(…)` and those of `Lattice.panics`. */
  readonly atPanic: S | undefined;
}

/** From the entry on: what holds, or may hold, when control gets to a node. */
export function forward<S extends NonNullable<unknown>>(graph: Graph, lattice: Lattice<S>): Solution<S> {
  const { join, equal } = lattice;
  const starts = new Map<Block, S>([[graph.entry, lattice.start]]);
  let atPanic: S | undefined;
  const through = (block: Block, state: S): S => {
    let now = state;
    for (const node of block.nodes) {
      const next = lattice.step(node, now);
      if (lattice.panics?.(node)) {
        const both = join(now, next);
        atPanic = atPanic === undefined ? both : join(atPanic, both);
      }
      now = next;
    }
    return now;
  };
  untilStable(graph.blocks, (block) => {
    const state = starts.get(block);
    if (state === undefined) return [];
    const end = through(block, state);
    return block.out.flatMap((edge) => {
      const arriving = lattice.edge ? lattice.edge(edge, end) : end;
      const known = starts.get(edge.to);
      const next = known === undefined ? arriving : join(known, arriving);
      if (known !== undefined && equal(known, next)) return [];
      starts.set(edge.to, next);
      return [edge.to];
    });
  });
  const panicked = starts.get(graph.panicked);
  const before = new Map<Block, readonly S[]>();
  /** The states before each node of the block, and behind the last. */
  const statesOf = (block: Block): readonly S[] | undefined => {
    const state = starts.get(block);
    if (state === undefined) return undefined;
    let states = before.get(block);
    if (!states) {
      const found = [state];
      for (const node of block.nodes) found.push(lattice.step(node, found.at(-1)!));
      before.set(block, (states = found));
    }
    return states;
  };
  const at = (node: Node, behind: 0 | 1): S | undefined => {
    const place = graph.placeOf(node);
    return place && statesOf(place.block)?.[place.index + behind];
  };
  return {
    before: (node) => at(node, 0),
    after: (node) => at(node, 1),
    atExit: starts.get(graph.exit),
    atPanic:
      panicked === undefined || atPanic === undefined ? (panicked ?? atPanic) : join(panicked, atPanic),
  };
}

/** From the ways out back: what holds, or may hold, of what happens after a node. */
export function backward<S extends NonNullable<unknown>>(graph: Graph, lattice: Lattice<S>): Solution<S> {
  const { join, equal } = lattice;
  const ends = new Map<Block, S>();
  for (const out of [graph.exit, graph.panicked, graph.ended]) ends.set(out, lattice.start);
  const entering = (block: Block, state: S): S => {
    let now = state;
    for (const node of block.nodes.toReversed()) {
      now = lattice.step(node, now);
      if (lattice.panics?.(node)) now = join(now, lattice.start);
    }
    return now;
  };
  untilStable(graph.blocks.toReversed(), (block) => {
    const state = ends.get(block);
    if (state === undefined) return [];
    const begin = entering(block, state);
    return block.in.flatMap((edge) => {
      const arriving = lattice.edge ? lattice.edge(edge, begin) : begin;
      const known = ends.get(edge.from);
      const next = known === undefined ? arriving : join(known, arriving);
      if (known !== undefined && equal(known, next)) return [];
      ends.set(edge.from, next);
      return [edge.from];
    });
  });
  const at = (node: Node, behind: 0 | 1): S | undefined => {
    const place = graph.placeOf(node);
    const end = place && ends.get(place.block);
    if (!place || end === undefined) return undefined;
    let now = end;
    for (const later of place.block.nodes.slice(place.index + behind).toReversed()) {
      now = lattice.step(later, now);
      if (lattice.panics?.(later)) now = join(now, lattice.start);
    }
    return now;
  };
  return {
    before: (node) => at(node, 0),
    after: (node) => at(node, 1),
    atExit: lattice.start,
    atPanic: lattice.start,
  };
}

/** Runs `visit` on every block in order, and again on those that it returns, until it returns none. */
function untilStable(blocks: readonly Block[], visit: (block: Block) => readonly Block[]): void {
  const waiting = new Set(blocks);
  for (const block of waiting) {
    waiting.delete(block);
    // A block that is added again goes to the end of the set.
    for (const changed of visit(block)) if (changed !== block || !waiting.has(block)) waiting.add(changed);
  }
}
