import type { Node } from 'web-tree-sitter';
import { evaluated } from './evaluation';
import { loopsIn } from './loop-forest';

/**
 * The control-flow graph of one function: blocks of steps, the edges between them, loops and dominators. Function
 * literals have graphs of their own; in the graph around them they are values.
 *
 * Edges are those that the text states. That nearly any expression may panic is no edge: what may is a question of
 * effects (`mayPanic`). `panic(…)` and calls of functions that never return are edges.
 */

export type EdgeKind =
  | 'next'
  /** The two ways out of a condition; `at` is the condition. */
  | 'true'
  | 'false'
  /** Into a clause of a switch or select; `at` is the clause. */
  | 'case'
  /** The two ways out of a range: an element more, or none. */
  | 'element'
  | 'exhausted'
  /** Jumps; `at` is the statement, and for the last two the call. */
  | 'break'
  | 'continue'
  | 'goto'
  | 'fallthrough'
  | 'return'
  | 'panic'
  /** The program or the goroutine ends in the call: `os.Exit`, `t.Fatal`. */
  | 'ends';

export interface Edge {
  readonly from: Block;
  readonly to: Block;
  readonly kind: EdgeKind;
  readonly at: Node | undefined;
}

export class Block {
  readonly out: Edge[] = [];
  readonly in: Edge[] = [];
  /**
   * What is done here in order: simple statements, conditions without `&&` and `||`, operands that are evaluated before
   * one of those splits their statement.
   */
  readonly steps: Node[] = [];
  /** The innermost for statement that the block stands in, its header counted, its initialiser not. */
  region: Region | undefined;
  /** Position in reverse postorder; -1: never reached. */
  order = -1;
  #nodes: readonly Node[] | undefined;

  constructor(private readonly isStep: (node: Node) => boolean) {}

  /** Every node that is evaluated here, operands before what uses them; see `evaluated`. */
  get nodes(): readonly Node[] {
    return (this.#nodes ??= this.steps.flatMap((step) => [...evaluated(step, this.isStep)]));
  }
}

/** A for statement while the graph is built. */
export interface Region {
  readonly statement: Node;
  readonly outer: Region | undefined;
  readonly header: Block;
  readonly done: Block;
}

export interface Exit {
  readonly edge: Edge;
  readonly why: 'bound reached' | 'break' | 'outer loop' | 'goto' | 'return' | 'panic' | 'ends';
}

/** Code that may run more than once. A for statement that is always left in its first iteration is none. */
export interface Loop {
  readonly header: Block;
  /** Undefined: made by goto. */
  readonly statement: Node | undefined;
  readonly outer: Loop | undefined;
  /** The blocks from which the header can be reached again without leaving the loop. */
  readonly blocks: ReadonlySet<Block>;
  /** Every way out that the text states, in source order. */
  readonly exits: readonly Exit[];
}

/** What the builder hands over. */
export interface Parts {
  readonly fn: Node;
  readonly entry: Block;
  readonly exit: Block;
  readonly panicked: Block;
  readonly ended: Block;
  readonly deferred: readonly Node[];
  /** Where a step, and where a statement made of steps, begins: the block and the index among its steps. */
  readonly starts: ReadonlyMap<number, { readonly block: Block; readonly index: number }>;
}

/** A place in the graph: the block and the index in its `nodes`. */
export interface Place {
  readonly block: Block;
  readonly index: number;
}

export class Graph {
  /** The function declaration, method declaration or function literal. */
  readonly fn: Node;
  readonly entry: Block;
  /** The function returns. Deferred calls run before; their bodies are no part of the graph. */
  readonly exit: Block;
  /** A panic leaves the function, or a deferred call recovers it. */
  readonly panicked: Block;
  /** Nothing of the function runs any more but deferred calls. */
  readonly ended: Block;
  /** The defer statements that are reached, in source order. */
  readonly deferred: readonly Node[];
  /** The blocks that are reached, in reverse postorder. */
  readonly blocks: readonly Block[];
  /** Outer loops before inner ones. */
  readonly loops: readonly Loop[];
  readonly #starts: Parts['starts'];
  readonly #places = new Map<Block, Map<number, number>>();
  readonly #innermost: ReadonlyMap<Block, Loop>;
  #dominators: readonly (Block | undefined)[] | undefined;

  constructor(parts: Parts) {
    this.fn = parts.fn;
    this.entry = parts.entry;
    this.exit = parts.exit;
    this.panicked = parts.panicked;
    this.ended = parts.ended;
    this.#starts = parts.starts;
    this.blocks = reached(parts.entry);
    this.deferred = parts.deferred.filter((node) => this.blockOf(node));
    const { loops, innermost } = loopsIn(this.blocks);
    this.loops = loops;
    this.#innermost = innermost;
  }

  /**
   * The block in which the node is evaluated, or begins to be; of a node in a function literal, where the literal is made.
   * Undefined: it is never reached, or stands outside of the body.
   */
  blockOf(node: Node): Block | undefined {
    return this.#start(node)?.block;
  }

  /** True when control can get to the node. */
  reaches(node: Node): boolean {
    return this.blockOf(node) !== undefined;
  }

  /** The loops that run the node once an iteration, innermost first. */
  loopsOf(node: Node): readonly Loop[] {
    const block = this.blockOf(node);
    return block ? this.loopsAt(block) : [];
  }

  /** The loops that a block is in, innermost first. */
  loopsAt(block: Block): readonly Loop[] {
    const found: Loop[] = [];
    for (let loop = this.#innermost.get(block); loop; loop = loop.outer) found.push(loop);
    return found;
  }

  /** The loop that a for statement makes; undefined when it is left in the first iteration, or never reached. */
  loopOf(statement: Node): Loop | undefined {
    return this.loops.find((loop) => loop.statement?.id === statement.id);
  }

  /**
   * Where the node is evaluated among the nodes of its block; of a statement that is made of others, where it begins.
   * Undefined: never reached.
   */
  placeOf(node: Node): Place | undefined {
    const start = this.#start(node);
    if (!start) return undefined;
    const { block } = start;
    let places = this.#places.get(block);
    if (!places) this.#places.set(block, (places = new Map(block.nodes.map(({ id }, index) => [id, index]))));
    for (let at: Node | null = node; at && at.id !== this.fn.id; at = at.parent) {
      const index = places.get(at.id);
      if (index !== undefined) return { block, index };
      if (this.#starts.has(at.id)) break;
    }
    const before = block.steps.slice(0, start.index);
    const last = before.at(-1);
    return { block, index: last ? places.get(last.id)! + 1 : 0 };
  }

  /** True when every way to `second` comes through `first`, which is done by then; both are reached, not the same. */
  dominates(first: Node, second: Node): boolean {
    const [a, b] = [this.placeOf(first), this.placeOf(second)];
    if (!a || !b) return false;
    if (a.block === b.block) return a.index < b.index;
    return this.blockDominates(a.block, b.block);
  }

  /** True when every way from the entry to `second` comes through `first`; a block dominates itself. */
  blockDominates(first: Block, second: Block): boolean {
    this.#dominators ??= dominatorsOf(this.blocks);
    let at: Block | undefined = second;
    while (at && at.order > first.order) at = this.#dominators[at.order];
    return at === first;
  }

  /**
   * The innermost branch that decides about the node: the edge of a condition, case or range that every way to it takes last.
   * Undefined: every way from the entry comes to it, or no single branch decides.
   */
  branchTo(node: Node): Edge | undefined {
    const goal = this.blockOf(node);
    this.#dominators ??= dominatorsOf(this.blocks);
    for (let block = goal && this.#dominators[goal.order]; block; block = this.#dominators[block.order]) {
      if (block.out.length < 2) continue;
      const taken = block.out.find(
        ({ to }) =>
          to.in.filter(({ from }) => from.order >= 0).length === 1 && this.blockDominates(to, goal!),
      );
      if (taken) return taken;
    }
    return undefined;
  }

  #start(node: Node): { readonly block: Block; readonly index: number } | undefined {
    for (let at: Node | null = node; at && at.id !== this.fn.id; at = at.parent) {
      const start = this.#starts.get(at.id);
      if (start) return start.block.order < 0 ? undefined : start;
    }
    return undefined;
  }
}

/** Numbers the blocks that can be reached, and returns them in reverse postorder. Does not recurse: graphs are deep. */
function reached(entry: Block): Block[] {
  const post: Block[] = [];
  const stack = [{ block: entry, next: 0 }];
  const seen = new Set([entry]);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const edge = top.block.out[top.next++];
    if (!edge) {
      post.push(top.block);
      stack.pop();
    } else if (!seen.has(edge.to)) {
      seen.add(edge.to);
      stack.push({ block: edge.to, next: 0 });
    }
  }
  const blocks = post.reverse();
  blocks.forEach((block, index) => (block.order = index));
  return blocks;
}

/**
 * The immediate dominator of each block, by its `order`; the entry has none. Cooper, Harvey and Kennedy, "A Simple, Fast
 * Dominance Algorithm" (2001).
 */
function dominatorsOf(blocks: readonly Block[]): (Block | undefined)[] {
  const found: (Block | undefined)[] = blocks.map(() => undefined);
  const entry = blocks[0]!;
  const common = (one: Block, other: Block): Block => {
    let [a, b] = [one, other];
    while (a !== b) {
      while (a.order > b.order) a = found[a.order]!;
      while (b.order > a.order) b = found[b.order]!;
    }
    return a;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const block of blocks) {
      if (block === entry) continue;
      let dominator: Block | undefined;
      for (const { from } of block.in) {
        if (from.order < 0 || (from !== entry && !found[from.order])) continue;
        dominator = dominator ? common(from, dominator) : from;
      }
      if (dominator !== found[block.order]) {
        found[block.order] = dominator;
        changed = true;
      }
    }
  }
  return found;
}
