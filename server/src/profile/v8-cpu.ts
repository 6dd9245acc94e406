import { Kept, type JsonTarget } from './json';
import { ProfileError } from './profile-error';
import type { Frame, Sample } from './sample';
import { deepest, tooDeep } from './stack-depth';
import type { V8Profile } from './v8';
import { amountOf, FrameTable, isObject, type CallFrame } from './v8-frames';

/** What V8's CPU profiler writes, as far as it is read. */
export interface CpuProfile {
  readonly nodes: readonly CpuNode[];
  /** Ids of nodes in the order of time. */
  readonly samples: readonly number[] | undefined;
  /** Microseconds from the sample before. */
  readonly timeDeltas: readonly number[];
}

/** Keeps the nodes of a CPU profile, without the lines that ticks were on: functions are what V8's other profiles know. */
export class CpuNodes implements JsonTarget {
  constructor(private readonly nodes: unknown[]) {}

  open(_: string | number, isList: boolean): JsonTarget {
    const node = isList ? [] : {};
    this.nodes.push(node);
    return new Kept(node, 'positionTicks');
  }
}

interface CpuNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

/**
 * Where time went, by function. It says what runs often, not what allocates: the collector has no caller in V8's profiles, and neither the
 * function that ran before it nor the one after is the one that allocated (tried on Node 20: two thirds went to a function that makes
 * nothing). Its time is told apart.
 * @throws ProfileError when it is damaged
 */
export function cpuProfile({ nodes, samples: taken, timeDeltas }: CpuProfile): V8Profile {
  if (!taken) throw new ProfileError('It is damaged: it has no samples, so it does not say what ran when.');
  const tree = new Tree(nodes);
  const weights = new Map<number, { time: number; count: number }>();
  let [all, collector] = [0, 0];
  for (const [i, id] of taken.entries()) {
    // The clocks of processors differ a little: V8 writes negative deltas then.
    const time = 1000 * amountOf(Math.max(0, timeDeltas[i + 1] ?? timeDeltas[i] ?? 0));
    const name = tree.nameOf(id);
    if (name === idle) continue;
    all += time;
    if (name === garbageCollector) {
      collector += time;
      continue;
    }
    const weight = weights.get(id) ?? { time: 0, count: 0 };
    weights.set(id, weight);
    weight.time += time;
    weight.count++;
  }
  const samples = [...weights].map(([id, { time, count }]): Sample => ({
    stack: tree.stackOf(id),
    values: [time, 0],
    samples: count,
  }));
  return {
    samples,
    unit: 'nanoseconds',
    time: { all, collector },
    interval: undefined,
    collected: undefined,
  };
}

/** Names that V8 gives to what is no function (src/profiler/profile-generator.cc, CodeEntry). */
const [garbageCollector, idle] = ['(garbage collector)', '(idle)'];

class Tree {
  readonly #frames = new FrameTable();
  readonly #nodes = new Map<number, CpuNode>();
  readonly #parents = new Map<number, CpuNode>();

  constructor(nodes: readonly CpuNode[]) {
    for (const node of nodes) {
      if (!isObject(node) || !isObject(node.callFrame))
        throw new ProfileError('It is damaged: a node of its tree has no call frame.');
      this.#nodes.set(node.id, node);
      if (node.children !== undefined && !Array.isArray(node.children))
        throw new ProfileError('It is damaged: the children of a node are no list.');
      for (const child of (node.children ?? []) as readonly number[]) this.#parents.set(child, node);
    }
  }

  /** Empty for a node that there is not. */
  nameOf(id: number): string {
    return this.#nodes.get(id)?.callFrame.functionName ?? '';
  }

  /** Leaf first, without the root. */
  stackOf(id: number): Frame[] {
    const stack: Frame[] = [];
    let node = this.#nodes.get(id);
    for (let parent; node && (parent = this.#parents.get(node.id)); node = parent) {
      stack.push(this.#frames.of(node.callFrame));
      if (stack.length > deepest) throw tooDeep();
    }
    return stack;
  }
}
