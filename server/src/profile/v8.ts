import { ProfileError } from './profile-error';
import type { Frame, Sample } from './sample';
import { cpuProfile, type CpuProfile } from './v8-cpu';
import { amountOf, deepest, frameOf, isObject, type CallFrame } from './v8-frames';

/**
 * Reads what V8's profilers write: `.heapprofile` (sampling), `.heaptimeline` (every allocation) and `.cpuprofile` (v8-cpu.ts). They know
 * functions, not lines, and charge an inlined function's memory to its caller (measured on Node 20 to 26, heat-and-proof).
 */

export interface V8Profile {
  /** The first value of a sample is bytes or nanoseconds, the second a number of objects, or 0. */
  readonly samples: readonly Sample[];
  readonly unit: 'bytes' | 'nanoseconds';
  /** Nanoseconds of a CPU profile. */
  readonly time?: { readonly all: number; readonly collector: number };
  /** Bytes between samples, of a recording by `alloclens record`; 1 for a timeline, which holds everything. */
  readonly interval: number | undefined;
  /**
   * Whether garbage is in it. V8 leaves out what was collected unless it is told otherwise, and the file does not say which;
   * `alloclens record` writes it down.
   */
  readonly collected: boolean | undefined;
}

/** What `alloclens record` writes beside V8's own keys. */
export interface RecordedWith {
  readonly interval: number;
  readonly collected: boolean;
  readonly node: string;
  readonly command: readonly string[];
}

/**
 * @param text the whole file
 * @throws ProfileError when it is none of V8's profiles, or damaged
 */
export function readV8(text: string): V8Profile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new ProfileError(`It is no profile: it begins as JSON and is not (${(error as Error).message}).`);
  }
  const profile = isObject(parsed) ? parsed : {};
  if (isObject(profile['head'])) return samplingProfile(profile as unknown as SamplingProfile);
  if (Array.isArray(profile['trace_tree']) && isObject(profile['snapshot']))
    return timeline(profile as unknown as Timeline);
  if (Array.isArray(profile['nodes']) && Array.isArray(profile['timeDeltas']))
    return cpuProfile(profile as unknown as CpuProfile);
  throw new ProfileError(
    'It is JSON, but not what V8 writes: a .heapprofile has a “head”, a .heaptimeline a “trace_tree”, a .cpuprofile “nodes” and “timeDeltas”.',
  );
}

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

function samplingProfile({ head, samples: taken, alloclens }: SamplingProfile): V8Profile {
  const behind = new Map<number, number>();
  if (taken !== undefined && !(Array.isArray(taken) && taken.every(isObject)))
    throw new ProfileError('It is damaged: its samples are no list of samples.');
  for (const { nodeId } of (taken as SamplingProfile['samples']) ?? [])
    behind.set(nodeId, (behind.get(nodeId) ?? 0) + 1);
  const samples: Sample[] = [];
  // Not by recursion: a hostile file nests deeper than the stack.
  const open: { node: SamplingNode; stack: readonly Frame[] }[] = [{ node: head, stack: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node } = next;
    if (!isObject(node) || !isObject(node.callFrame) || !Array.isArray(node.children))
      throw new ProfileError('It is damaged: a node of its tree has no call frame or no children.');
    const stack = node === head ? [] : [frameOf(node.callFrame), ...next.stack];
    if (stack.length > deepest)
      throw new ProfileError(`It is damaged: a stack has more than ${deepest} frames.`);
    const size = amountOf(node.selfSize);
    if (size > 0) {
      const count = behind.get(node.id);
      samples.push({
        stack,
        values: [size, amountOf(node.selfCount ?? 0)],
        ...(count !== undefined && { samples: count }),
      });
    }
    for (const child of node.children) open.push({ node: child, stack });
  }
  return { samples, unit: 'bytes', ...recordedWith(alloclens) };
}

/** What the recorder has written down, if it was ours. */
function recordedWith(recorded: unknown): Pick<V8Profile, 'interval' | 'collected'> {
  const { interval, collected } = isObject(recorded) ? recorded : {};
  return {
    interval: typeof interval === 'number' && interval > 0 ? interval : undefined,
    collected: typeof collected === 'boolean' ? collected : undefined,
  };
}

interface Timeline {
  readonly snapshot: { readonly meta: { readonly trace_function_info_fields?: readonly string[] } };
  readonly trace_function_infos: readonly number[];
  /** One node: id, index of the function, count, size, children as a list of the same. */
  readonly trace_tree: readonly unknown[];
  readonly strings: readonly string[];
}

function timeline({ snapshot, trace_function_infos: infos, trace_tree: tree, strings }: Timeline): V8Profile {
  const fields = snapshot.meta?.trace_function_info_fields ?? [];
  const at = (field: string): number => fields.indexOf(field);
  const width = fields.length;
  const [name, script, line, column] = [at('name'), at('script_name'), at('line'), at('column')];
  if (
    width === 0 ||
    [name, script, line, column].includes(-1) ||
    !Array.isArray(infos) ||
    !Array.isArray(strings)
  )
    throw new ProfileError(
      'It is a heap snapshot without recorded stacks: record an allocation timeline with stacks.',
    );
  const frames = new Map<number, Frame>();
  const frameAt = (index: number): Frame => {
    let frame = frames.get(index);
    if (!frame) {
      const of = (field: number): number => infos[index * width + field] ?? 0;
      frame = frameOf({
        functionName: strings[of(name)] ?? '',
        url: strings[of(script)] ?? '',
        lineNumber: of(line),
        columnNumber: of(column),
      });
      frames.set(index, frame);
    }
    return frame;
  };
  const samples: Sample[] = [];
  const open: { nodes: readonly unknown[]; stack: readonly Frame[]; isRoot: boolean }[] = [
    { nodes: tree, stack: [], isRoot: true },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    for (let i = 0; i + 4 < next.nodes.length; i += 5) {
      const [, index, count, size, children] = next.nodes.slice(i, i + 5) as [
        number,
        number,
        number,
        number,
        unknown,
      ];
      if (!Array.isArray(children))
        throw new ProfileError('It is damaged: a node of its tree has no children.');
      const stack = next.isRoot ? [] : [frameAt(index), ...next.stack];
      if (stack.length > deepest)
        throw new ProfileError(`It is damaged: a stack has more than ${deepest} frames.`);
      const [objects, bytes] = [amountOf(count), amountOf(size)];
      if (bytes > 0) samples.push({ stack, values: [bytes, objects], samples: objects });
      if (children.length > 0) open.push({ nodes: children as unknown[], stack, isRoot: false });
    }
  }
  return { samples, unit: 'bytes', interval: 1, collected: true };
}
