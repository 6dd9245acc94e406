import { Kept, type JsonTarget, type Scalar } from './json';
import { ProfileError } from './profile-error';
import type { Frame, Sample } from './sample';
import { deepest, tooDeep } from './stack-depth';
import { amountOf, FrameTable, isObject, type CallFrame } from './v8-frames';

/** What a `.heapprofile` consists of: the object that V8's inspector gives (`HeapProfiler.SamplingHeapProfile`), and what our recorder adds. */

export interface SamplingNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly id: number;
  /** Objects, from Node 26 on. */
  readonly selfCount?: number;
  readonly children: readonly SamplingNode[];
}

export interface SamplingProfile {
  readonly head: SamplingNode;
  readonly samples?: readonly { readonly size: number; readonly nodeId: number; readonly ordinal: number }[];
  readonly alloclens?: Partial<RecordedWith>;
}

/** What `alloclens record` writes beside V8's own keys. */
export interface RecordedWith {
  readonly interval: number;
  readonly collected: boolean;
  readonly node: string;
  readonly command: readonly string[];
}

/** Functions on stacks. A recording of a day has some hundred thousand. */
const nodeLimit = 8_000_000;

/**
 * The tree of a `.heapprofile`, as it is read: of each function on each way some numbers, and a frame that all of the same place share. No stack
 * is made before it is asked for.
 */
export class SamplingTree {
  readonly #frames = new FrameTable();
  /** By node; callers come before their callees. */
  readonly #callers: number[] = [];
  readonly #places: Frame[] = [];
  readonly #ids: number[] = [];
  readonly #sizes: number[] = [];
  readonly #objects: number[] = [];

  /** Hears the root, which is on no stack. */
  get root(): JsonTarget {
    return new NodeTarget(this, -1, 0);
  }

  /** @returns the number of a new node, of which nothing is known yet */
  begin(caller: number): number {
    if (this.#callers.length >= nodeLimit)
      throw new ProfileError(
        'It has more than 8 million functions on stacks: record with a larger --interval.',
      );
    return this.#callers.push(caller) - 1;
  }

  /** @throws ProfileError when what is said of it is damaged */
  end(node: number, { callFrame, selfSize, id, selfCount = 0 }: Omit<SamplingNode, 'children'>): void {
    this.#places[node] = this.#frames.of(callFrame);
    this.#ids[node] = id;
    this.#sizes[node] = amountOf(selfSize);
    this.#objects[node] = selfSize > 0 ? amountOf(selfCount) : 0;
  }

  /** @param taken what was sampled, where the profile says it */
  *samples(taken: SampleList | undefined): Generator<Sample> {
    for (const [node, size] of this.#sizes.entries()) {
      if (size === 0) continue;
      const count = taken?.countOf(this.#ids[node]!);
      yield {
        stack: this.#stackOf(node),
        values: [size, this.#objects[node]!],
        ...(count !== undefined && { samples: count }),
      };
    }
  }

  #stackOf(leaf: number): Frame[] {
    const stack: Frame[] = [];
    for (let node = leaf; this.#callers[node]! >= 0; node = this.#callers[node]!)
      stack.push(this.#places[node]!);
    return stack;
  }
}

/** One node while it is read. */
class NodeTarget implements JsonTarget {
  readonly #number: number;
  readonly #said: Record<string, unknown> = {};
  #children: JsonTarget | undefined;

  constructor(
    private readonly tree: SamplingTree,
    caller: number,
    private readonly depth: number,
  ) {
    if (depth > deepest) throw tooDeep();
    this.#number = tree.begin(caller);
  }

  scalar(name: string | number, value: Scalar): void {
    this.#said[name] = value;
  }

  open(name: string | number, isList: boolean): JsonTarget | undefined {
    if (name === 'callFrame' && !isList) return new Kept((this.#said[name] = {}));
    if (name !== 'children' || !isList) return undefined;
    return (this.#children = {
      open: (_, isNoNode) => {
        if (isNoNode) throw incomplete();
        return new NodeTarget(this.tree, this.#number, this.depth + 1);
      },
      scalar: () => {
        throw incomplete();
      },
    });
  }

  close(): void {
    if (!isObject(this.#said['callFrame']) || !this.#children) throw incomplete();
    this.tree.end(this.#number, this.#said as unknown as SamplingNode);
  }
}

function incomplete(): ProfileError {
  return new ProfileError('It is damaged: a node of its tree has no call frame or no children.');
}

/** The list `samples`: of a `.heapprofile` objects, of which each names its node; of a `.cpuprofile` nodes' ids. */
export class SampleList implements JsonTarget {
  readonly #counts = new Map<number, number>();
  /** Those that are numbers themselves. */
  readonly ids: number[] = [];

  open(_: string | number, isList: boolean): JsonTarget | undefined {
    return isList ? undefined : this.#sample;
  }

  scalar(_: string | number, value: Scalar): void {
    this.ids.push(Number(value));
  }

  /** How many samples a node has; undefined when the profile does not say it. */
  countOf(id: number): number | undefined {
    return this.#counts.get(id);
  }

  readonly #sample: JsonTarget = {
    scalar: (name, value) => {
      if (name === 'nodeId' && typeof value === 'number')
        this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    },
  };
}
