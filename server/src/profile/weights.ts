import type { ProfileHead } from './pprof';
import { ProfileError } from './profile-error';
import type { Frame, Sample } from './sample';

/** Which of a profile's values is weighed. */
export interface Measure {
  /** Index into a sample's values. */
  readonly index: number;
  readonly unit: 'bytes' | 'nanoseconds';
  /** Index of the number of objects, when the profile counts them. */
  readonly objects?: number;
  /** Only samples with such a frame are weighed; all when absent. */
  readonly under?: RegExp;
}

/** Where memory is allocated, as the program's own code sees it: one line of one function. */
export interface LineWeight {
  /** Absolute path. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** As the frame names it; Go's without type arguments. */
  readonly function: string;
  /** 1-based line of the function's declaration when the profile was made; 0 when it does not say. */
  readonly startLine: number;
  /** See Frame. */
  readonly column?: number;
  /** See Frame. */
  readonly traced?: boolean;
  /** Bytes, nanoseconds that CPU profiles spend in the allocator, or allocations for each call of the code from outside. */
  amount: number;
  /** The amount in an older profile, when two were compared (`difference`). */
  readonly before?: number;
  /** 0 when the profile does not count objects. Not exact for objects of at most 16 bytes: Go's tiny allocator packs them. */
  objects: number;
  /** About how many samples stand behind the amount. Below 16 it is a guess. */
  samples: number;
  /** The line itself allocates that much; the rest is allocated by functions that it calls. */
  own: number;
  /** The own amount by the size of one allocation, where the profile says it. */
  readonly sizes?: Map<number, number>;
  /** The same by the outermost function of the code at hand: a benchmark, a handler, what a goroutine runs. */
  readonly sizesFrom?: Map<string, Map<number, number>>;
  /** Amount by the foreign functions from the call to the allocation: `strings.Split → strings.genSplit`. The heaviest `mostWays` of them. */
  readonly through: Map<string, number>;
  /** Amount by the next own frame outwards: who calls this function. Keys are made by `callerKey`. The heaviest `mostWays` of them. */
  readonly callers: Map<string, number>;
}

/** Samples below which a figure is a guess: its error is about 1/√n (our measurement, heat-and-proof). */
export const fewSamples = 16;

/** Of a profile; with the unit `expected` an estimate of how often lines allocate. */
export type AnyWeights = Weights<Measure['unit'] | 'expected'>;

export interface Weights<Unit extends Measure['unit'] | 'expected' = Measure['unit']> {
  readonly unit: Unit;
  /** Of the whole profile. */
  readonly total: number;
  /** Of stacks without a frame in the code at hand. */
  readonly elsewhere: number;
  /** Nanoseconds of a CPU profile: of everything, and of the collector where it ran beside the program and belongs to no line. */
  readonly time?: { readonly all: number; readonly collector: number };
  /** Of the older profile, when two were compared. */
  readonly base?: { readonly total: number; readonly elsewhere: number };
  /** Heaviest first; equal ones by file and line. Of two profiles: largest change first. */
  readonly lines: readonly LineWeight[];
}

/** Callers, and functions that it calls, that are told of a line. */
const mostWays = 64;

/** `mallocgc` and its forms for one size class (Go 1.27), and what stands for them when they are inlined. */
const allocator = /^runtime\.(?:mallocgc\w*|newobject|makeslice\w*|growslice|gcAssist\w*)$/;

/** What a heap profile leaves out at its leaves (runtime/pprof, printStackRecord); a CPU profile has it. */
const runtime = /^(?:runtime\.|internal\/runtime\/)/;

/** The collector's own goroutines (runtime/mgc.go, mgcsweep.go, mgcscavenge.go). */
const collector = /^runtime\.(?:gcBgMarkWorker|bgsweep|bgscavenge)$/;

/**
 * The value that says how much was allocated: of heap profiles the bytes ever allocated, of CPU profiles the time.
 * @throws ProfileError for a profile of something else
 */
export function measureOf({ sampleTypes }: ProfileHead): Measure {
  const indexOf = (type: string): number => sampleTypes.findIndex((one) => one.type === type);
  const objects = indexOf('alloc_objects');
  for (const type of ['alloc_space', 'inuse_space']) {
    const index = indexOf(type);
    if (index >= 0)
      return { index, unit: 'bytes', ...(type === 'alloc_space' && objects >= 0 && { objects }) };
  }
  if (indexOf('cpu') >= 0) return { index: indexOf('cpu'), unit: 'nanoseconds', under: allocator };
  const types = sampleTypes.map(({ type }) => type).join(', ');
  throw new ProfileError(`It holds ${types}; heap, allocs and CPU profiles say where memory is allocated.`);
}

/** Whether a stack counts: of CPU profiles only those in the allocator do. */
export function isWeighed({ under }: Measure, stack: readonly Frame[]): boolean {
  return !under || stack.some(({ name }) => under.test(name));
}

/** Adds samples up by the line of the program's own code that is nearest to the allocation. */
export class WeightsBuilder {
  readonly #lines = new Map<string, LineWeight>();
  readonly #files = new Map<Frame, string | undefined>();
  #total = 0;
  #elsewhere = 0;
  #all = 0;
  #collector = 0;

  /**
   * @param locate absolute path of the frame's file when it is code at hand; never a guess between two files
   */
  constructor(
    private readonly measure: Measure,
    private readonly period: number,
    private readonly locate: (frame: Frame) => string | undefined,
    private readonly nameOf: (name: string) => string = plainName,
  ) {}

  add({ stack, values, size, samples }: Sample): void {
    const amount = values[this.measure.index] ?? 0;
    // What was made before a window of time and went within it has a sample, too, with nothing in it but what is in use.
    if (amount === 0) return;
    this.#all += amount;
    if (!isWeighed(this.measure, stack)) {
      if (stack.some(({ name }) => collector.test(name))) this.#collector += amount;
      return;
    }
    this.#total += amount;
    const at = stack.findIndex((frame) => this.#fileOf(frame) !== undefined);
    const frame = stack[at];
    if (!frame) {
      this.#elsewhere += amount;
      return;
    }
    const weight = this.#lineOf(frame, this.#fileOf(frame)!);
    const objects = this.measure.objects === undefined ? 0 : (values[this.measure.objects] ?? 0);
    weight.amount += amount;
    weight.objects += objects;
    weight.samples += samples ?? this.#samplesBehind(amount, objects, size);
    const foreign = stack.slice(0, at).filter(({ name }) => !runtime.test(name));
    if (foreign.length === 0) {
      weight.own += amount;
      if (size !== undefined) this.#addSize(weight, stack, size, amount);
    } else addTo(weight.through, this.#chainOf(foreign), amount);
    const caller = stack.slice(at + 1).find((outer) => this.#fileOf(outer) !== undefined);
    if (caller) {
      const key = callerKey(this.nameOf(caller.name), this.#fileOf(caller)!, caller.line);
      addTo(weight.callers, key, amount);
    }
  }

  #addSize({ sizes, sizesFrom }: LineWeight, stack: readonly Frame[], size: number, amount: number): void {
    addTo(sizes!, size, amount);
    const root = stack.findLast((frame) => this.#fileOf(frame) !== undefined)!;
    const name = this.nameOf(root.name).replace(/\.func\d.*$/, '');
    const from = sizesFrom!.get(name) ?? new Map<number, number>();
    addTo(from, size, amount);
    sizesFrom!.set(name, from);
  }

  /** A reader gives the same frame for the same place, and asks for it in every stack. */
  #fileOf(frame: Frame): string | undefined {
    const known = this.#files.get(frame);
    if (known !== undefined || this.#files.has(frame)) return known;
    const file = this.locate(frame);
    this.#files.set(frame, file);
    return file;
  }

  result(): Weights {
    const lines = [...this.#lines.values()].sort(
      (a, b) => b.amount - a.amount || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line),
    );
    for (const { through, callers } of lines) {
      keepHeaviest(through);
      keepHeaviest(callers);
    }
    return {
      unit: this.measure.unit,
      total: this.#total,
      elsewhere: this.#elsewhere,
      ...(this.measure.unit === 'nanoseconds' && {
        time: { all: this.#all, collector: this.#collector },
      }),
      lines,
    };
  }

  #lineOf({ name, line, startLine, column, traced }: Frame, file: string): LineWeight {
    const fn = this.nameOf(name);
    const key = `${file}\0${line}\0${column ?? ''}\0${fn}`;
    let weight = this.#lines.get(key);
    if (!weight) {
      weight = {
        file,
        line,
        function: fn,
        startLine,
        ...(column !== undefined && { column }),
        ...(traced && { traced }),
        amount: 0,
        objects: 0,
        samples: 0,
        own: 0,
        sizes: new Map(),
        sizesFrom: new Map(),
        through: new Map(),
        callers: new Map(),
      };
      this.#lines.set(key, weight);
    }
    return weight;
  }

  /** The call and the allocation behind it; what lies between tells a reader little. */
  #chainOf(foreign: readonly Frame[]): string {
    const called = this.nameOf(foreign.at(-1)!.name);
    const leaf = this.nameOf(foreign[0]!.name);
    return called === leaf ? called : `${called} → ${leaf}`;
  }

  /**
   * A heap profile's values are scaled up by 1 / (1 − e^(−size/period)) (runtime/pprof, scaleHeapSample); CPU profiles count
   * one sample a period.
   */
  #samplesBehind(amount: number, objects: number, size: number | undefined): number {
    if (this.measure.unit === 'nanoseconds') return this.period > 0 ? amount / this.period : 0;
    const count = objects > 0 ? objects : 1;
    const each = size ?? amount / count;
    return this.period > 1 ? count * (1 - Math.exp(-each / this.period)) : count;
  }
}

/** A caller as a key of `LineWeight.callers`. No name has a NUL. */
export function callerKey(name: string, file: string, line: number): string {
  return `${name}\0${file}:${line}`;
}

/** What a key of `LineWeight.callers` says. */
export function callerOf(key: string): {
  readonly function: string;
  readonly file: string;
  readonly line: number;
} {
  const [name, place] = key.split('\0') as [string, string];
  const colon = place.lastIndexOf(':');
  return { function: name, file: place.slice(0, colon), line: Number(place.slice(colon + 1)) };
}

/** Without type arguments: several shapes of a generic function are one function of the source. */
export function plainName(name: string): string {
  if (!name.includes('[')) return name;
  let plain = '';
  let depth = 0;
  for (const character of name) {
    if (character === '[') depth++;
    else if (character === ']') depth--;
    else if (depth === 0) plain += character;
  }
  return plain;
}

/** Import path of the package that a linker's name lies in: `a.b/c` of `a.b/c.(*T).m`. Dots in the last part are `%2e`. */
export function packageOf(name: string): string {
  const plain = plainName(name);
  const slash = plain.lastIndexOf('/') + 1;
  const dot = plain.indexOf('.', slash);
  const path = dot < 0 ? plain : plain.slice(0, dot);
  return path.slice(0, slash) + path.slice(slash).replaceAll('%2e', '.');
}

function addTo<K>(map: Map<K, number>, key: K, amount: number): void {
  map.set(key, (map.get(key) ?? 0) + amount);
}

/** Amounts of either sign are weighed by their size. */
function keepHeaviest(ways: Map<string, number>): void {
  if (ways.size <= mostWays) return;
  const others = [...ways].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(mostWays);
  for (const [key] of others) ways.delete(key);
}
