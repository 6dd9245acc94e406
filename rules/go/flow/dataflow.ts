import type { Node } from 'web-tree-sitter';
import type { Block, Edge, Graph } from './graph';

/**
 * What a data flow collects. States form a lattice of finite height: `join` only ever adds, `step` and `edge` keep what is
 * more than something more. States are values: nothing changes one that it was given.
 */
export interface Lattice<S> {
  /** At the entry. */
  readonly start: S;
  join(a: S, b: S): S;
  equal(a: S, b: S): boolean;
  /** The state behind the node, a node of `Block.nodes`. */
  step(node: Node, state: S): S;
  /** What the edge adds, such as that its condition holds. */
  edge?(edge: Edge, state: S): S;
}

export interface Solution<S> {
  /** Undefined: the node is never reached. */
  before(node: Node): S | undefined;
  /** Behind the last node of the block; undefined: it is never reached. */
  behind(block: Block): S | undefined;
}

/** From the entry on: what holds, or may hold, when control gets to a node. */
export function forward<S extends NonNullable<unknown>>(graph: Graph, lattice: Lattice<S>): Solution<S> {
  const { join, equal } = lattice;
  const starts = new Map<Block, S>([[graph.entry, lattice.start]]);
  /** The states before each node of the block, and behind the last. */
  const through = (block: Block, start: S): readonly S[] => {
    const states = [start];
    for (const node of block.nodes) states.push(lattice.step(node, states.at(-1)!));
    return states;
  };
  untilStable(graph.blocks, (block) => {
    const state = starts.get(block);
    if (state === undefined) return [];
    const end = through(block, state).at(-1)!;
    return block.out.flatMap((edge) => {
      const arriving = lattice.edge ? lattice.edge(edge, end) : end;
      const known = starts.get(edge.to);
      const next = known === undefined ? arriving : join(known, arriving);
      if (known !== undefined && equal(known, next)) return [];
      starts.set(edge.to, next);
      return [edge.to];
    });
  });
  const solved = new Map<Block, readonly S[]>();
  const statesOf = (block: Block): readonly S[] | undefined => {
    const start = starts.get(block);
    if (start === undefined) return undefined;
    let states = solved.get(block);
    if (!states) solved.set(block, (states = through(block, start)));
    return states;
  };
  return {
    before: (node) => {
      const place = graph.placeOf(node);
      return place && statesOf(place.block)?.[place.index];
    },
    behind: (block) => statesOf(block)?.at(-1),
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
