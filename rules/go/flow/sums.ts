import type { Node } from 'web-tree-sitter';
import type { Block, Edge, Graph, Loop } from './graph';

/** What is added up along the ways of control. `undefined` is an amount that is not known, and makes the sum unknown. */
export interface Summands<A> {
  readonly nothing: A;
  /** What a node adds; most add nothing. */
  ofNode(node: Node): A | undefined;
  /** What a loop on the way adds, all of its iterations. */
  ofLoop(loop: Loop): A | undefined;
  plus(a: A, b: A): A;
  /** Where two ways meet. */
  join(a: A, b: A): A | undefined;
}

/** What one iteration adds, over all ways from the loop's header back to it. Ways that leave the loop do not count. */
export function sumOfIteration<A>(graph: Graph, loop: Loop, summands: Summands<A>): A | undefined {
  const inside = [...loop.blocks].sort((a, b) => a.order - b.order);
  return new Sum(graph, loop, summands, inside).from(
    loop.header,
    ({ to }) => to === loop.header,
    ({ to }) => !loop.blocks.has(to),
  );
}

/** What is added from the start of the block on, over all ways to an end of the function or to another iteration. */
export function sumFrom<A>(graph: Graph, block: Block, summands: Summands<A>): A | undefined {
  const around = graph.loopsAt(block);
  return new Sum(graph, around[0], summands).from(
    block,
    ({ to }) => to.out.length === 0 || around.some(({ header }) => header === to),
    () => false,
  );
}

/** What is added behind a loop that has reached its bound, up to the end of the function or of the iteration around it. */
export function sumBehind<A>(graph: Graph, loop: Loop, summands: Summands<A>): A | undefined {
  const { outer } = loop;
  const starts = loop.exits.flatMap(({ edge, why }) => (why === 'bound reached' ? [edge.to] : []));
  return new Sum(graph, outer, summands).from(
    starts[0],
    ({ to }) => to === outer?.header || to.out.length === 0,
    ({ to }) => outer !== undefined && !outer.blocks.has(to) && to.out.length > 0,
  );
}

/** A walk over the blocks of one level of loops, and what it leads out to; loops that do not hold the level are single steps. */
class Sum<A> {
  readonly #around = new Set<Loop>();
  readonly #order: readonly (Block | Loop)[];

  /** @param blocks in reverse postorder: those that the ways lead through */
  constructor(
    private readonly graph: Graph,
    level: Loop | undefined,
    private readonly summands: Summands<A>,
    blocks = graph.blocks,
  ) {
    for (let loop = level; loop; loop = loop.outer) this.#around.add(loop);
    const steps = new Set(blocks.map((block) => this.#stepOf(block)));
    this.#order = [...steps];
  }

  /** The block, or the largest loop around it that does not hold the level. Loops come where their headers do, before what they lead to. */
  #stepOf(block: Block): Block | Loop {
    let inner: Block | Loop = block;
    for (const loop of this.graph.loopsAt(block)) {
      if (this.#around.has(loop)) break;
      inner = loop;
    }
    return inner;
  }

  from(
    start: Block | undefined,
    ends: (edge: Edge) => boolean,
    drops: (edge: Edge) => boolean,
  ): A | undefined {
    if (!start) return undefined;
    const { nothing, plus, join } = this.summands;
    const arriving = new Map<Block | Loop, A>([[this.#stepOf(start), nothing]]);
    let result: { readonly sum: A } | undefined;
    const done = new Set<Block | Loop>();
    for (const step of this.#order) {
      const before = arriving.get(step);
      done.add(step);
      if (before === undefined) continue;
      const own = isLoop(step) ? this.summands.ofLoop(step) : this.#ofBlock(step);
      if (own === undefined) return undefined;
      const after = plus(before, own);
      const blocks = isLoop(step) ? [...step.blocks] : [step];
      for (const edge of blocks.flatMap(({ out }) => out)) {
        const to = this.#stepOf(edge.to);
        if (drops(edge)) continue;
        if (ends(edge)) {
          const sum = result ? join(result.sum, after) : after;
          if (sum === undefined) return undefined;
          result = { sum };
          continue;
        }
        if (to === step) continue;
        // A goto into the middle of a loop: there is no order.
        if (done.has(to)) return undefined;
        const known = arriving.get(to);
        const joined = known === undefined ? after : join(known, after);
        if (joined === undefined) return undefined;
        arriving.set(to, joined);
      }
    }
    return result?.sum;
  }

  #ofBlock(block: Block): A | undefined {
    let sum = this.summands.nothing;
    for (const node of block.nodes) {
      const own = this.summands.ofNode(node);
      if (own === undefined) return undefined;
      sum = this.summands.plus(sum, own);
    }
    return sum;
  }
}

function isLoop(step: Block | Loop): step is Loop {
  return 'header' in step;
}
