import { JsonReader, Kept, type JsonTarget } from './json';
import { ProfileError } from './profile-error';
import type { Frame, Sample } from './sample';
import { deepest, tooDeep } from './stack-depth';
import { CpuNodes, cpuProfile, type CpuProfile } from './v8-cpu';
import { amountOf, frameOf, isObject } from './v8-frames';
import { SampleList, SamplingTree } from './v8-sampling';

/**
 * Reads what V8's profilers write: `.heapprofile` (sampling), `.heaptimeline` (every allocation) and `.cpuprofile` (v8-cpu.ts). They know
 * functions, not lines, and charge an inlined function's memory to its caller (measured on Node 20 to 26, heat-and-proof).
 */

export interface V8Profile {
  /** Made as they are asked for, each time anew. The first value of a sample is bytes or nanoseconds, the second a number of objects, or 0. */
  readonly samples: Iterable<Sample>;
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

/**
 * @param chunks the file's bytes, from the start; read once
 * @throws ProfileError when it is none of V8's profiles, or damaged
 */
export async function readV8(chunks: AsyncIterable<Uint8Array>): Promise<V8Profile> {
  const parts = new Parts();
  const reader = new JsonReader({ open: (_, isList) => (isList ? undefined : parts) });
  const decoder = new TextDecoder();
  for await (const chunk of chunks) reader.write(decoder.decode(chunk, { stream: true }));
  reader.write(decoder.decode());
  reader.end();
  return parts.profile();
}

/** What is read of a profile: V8 does not say first which of them it is. The rest, most of a timeline, is kept nowhere. */
class Parts implements JsonTarget {
  readonly #kept: Record<string, unknown> = {};
  #samples: SampleList | undefined;
  #tree: SamplingTree | undefined;

  open(name: string | number, isList: boolean): JsonTarget | undefined {
    switch (name) {
      case 'head':
        return isList ? undefined : (this.#tree = new SamplingTree()).root;
      case 'samples':
        return isList ? (this.#samples = new SampleList()) : undefined;
      // Of a timeline they are millions of numbers, of a CPU profile objects.
      case 'nodes':
        return isList ? new CpuNodes((this.#kept[name] = [])) : undefined;
      case 'timeDeltas':
      case 'trace_function_infos':
      case 'trace_tree':
      case 'strings':
        return isList ? new Kept((this.#kept[name] = [])) : undefined;
      case 'snapshot':
      case 'alloclens':
        return isList ? undefined : new Kept((this.#kept[name] = {}));
      default:
        return undefined;
    }
  }

  profile(): V8Profile {
    const { alloclens, snapshot, trace_tree, nodes, timeDeltas } = this.#kept;
    const [tree, taken] = [this.#tree, this.#samples];
    if (tree) {
      const samples = { [Symbol.iterator]: () => tree.samples(taken) };
      return { samples, unit: 'bytes', ...recordedWith(alloclens) };
    }
    if (trace_tree && snapshot) return timeline(this.#kept as unknown as Timeline);
    if (nodes && timeDeltas)
      return cpuProfile({ ...(this.#kept as unknown as CpuProfile), samples: taken?.ids });
    throw new ProfileError(
      'It is JSON, but not what V8 writes: a .heapprofile has a “head”, a .heaptimeline a “trace_tree”, a .cpuprofile “nodes” and “timeDeltas”.',
    );
  }
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
      if (stack.length > deepest) throw tooDeep();
      const [objects, bytes] = [amountOf(count), amountOf(size)];
      if (bytes > 0) samples.push({ stack, values: [bytes, objects], samples: objects });
      if (children.length > 0) open.push({ nodes: children as unknown[], stack, isRoot: false });
    }
  }
  return { samples, unit: 'bytes', interval: 1, collected: true };
}
