import { startSampling, stopSampling } from './inspector';
import type { Figures, Job } from './job';

/** Something that can be repeated. */
export interface Operation {
  readonly name: string;
  /** Gives a promise when its work ends later. */
  repeat(times: number): void | Promise<void>;
  readonly cautions: readonly string[];
}

/** Functions get as far as they get by this time, in milliseconds: V8 optimises what runs often. */
const warm = 100;
/** V8 takes every object while a window has no more bytes than this; in larger ones a part of them. */
const exactBytes = 160_000;
const samples = 10_000;
const windows = 3;
/** Windows that differ by a larger part see code that V8 is about to optimise: more is run, and they are taken again, so often at most. */
const steady = 0.02;
const attempts = 4;

/**
 * The steps of a measurement: each value is a number of iterations to be run before the next step is asked for. Time and bytes are taken
 * apart from each other, since sampling takes time; the code runs as it is optimised for use.
 */
function* steps({ cautions }: Operation, length: Job['length']): Generator<number, Figures, void> {
  let nanoseconds = 0;
  let total = 0;
  for (let times = 1; ; times *= 2) {
    const start = process.hrtime.bigint();
    yield times;
    const spent = Number(process.hrtime.bigint() - start);
    nanoseconds = spent / times;
    total += spent;
    if ('iterations' in length ? times >= length.iterations || total > warm * 1e6 : total > warm * 1e6) break;
  }
  const iterations =
    'iterations' in length
      ? length.iterations
      : Math.max(1, Math.round((length.milliseconds * 1e6) / Math.max(1, nanoseconds)));
  const start = process.hrtime.bigint();
  yield iterations;
  nanoseconds = Number(process.hrtime.bigint() - start) / iterations;

  // What a window has without any iteration.
  const empty = yield* window(0, 1);
  const few = Math.max(1, Math.min(iterations, 100, Math.round(20e6 / Math.max(1, nanoseconds))));
  const roughly = Math.max(0, (yield* window(few, 512)).bytes - empty.bytes) / few;
  const times = Math.max(1, Math.min(iterations, 1000, Math.round(exactBytes / Math.max(1, roughly))));
  const bytes = roughly * times;
  const interval = bytes <= exactBytes * 1.5 ? 1 : Math.round(bytes / samples);
  let found: number[] = [];
  let outside = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) yield iterations;
    found = [];
    for (let i = 0; i < windows; i++) {
      const one = yield* window(times, interval);
      found.push(Math.max(0, one.bytes - empty.bytes) / times);
      outside = Math.max(outside, one.outside / times);
    }
    found.sort((a, b) => a - b);
    if (found.at(-1)! - found[0]! <= Math.max(0.5, steady * found[0]!)) break;
  }
  const median = found[Math.floor(windows / 2)]!;
  return {
    iterations,
    nanoseconds,
    // As package testing prints it: what a window has once must not look like a part of each iteration.
    bytes: Math.round(median),
    cautions: [...cautions, ...(outside >= 16 ? [outsideOfHeap] : [])],
  };
}

export const outsideOfHeap =
  'it also uses memory of buffers, which lies outside of V8’s heap and is not in the figures';

/** Runs so many iterations while allocations are sampled. */
function* window(
  times: number,
  interval: number,
): Generator<number, { readonly bytes: number; readonly outside: number }, void> {
  const before = process.memoryUsage().arrayBuffers;
  startSampling(interval);
  yield times;
  const { all } = stopSampling();
  return { bytes: all, outside: Math.abs(process.memoryUsage().arrayBuffers - before) };
}

/** @throws what the operation throws */
export async function measured(operation: Operation, length: Job['length']): Promise<Figures> {
  const running = steps(operation, length);
  for (;;) {
    const { value, done } = running.next();
    if (done === true) return value;
    await operation.repeat(value);
  }
}

/** As `measured`, of an operation that does not wait. @throws also when it does */
export function measuredAtOnce(operation: Operation, length: Job['length']): Figures {
  const running = steps(operation, length);
  for (;;) {
    const { value, done } = running.next();
    if (done === true) return value;
    if (operation.repeat(value) instanceof Promise)
      throw new Error(`“${operation.name}” waits, so it cannot be run at once.`);
  }
}

/** Keeps results alive, so that V8 cannot do without them. */
export const sink: { last?: unknown } = {};

/** An operation that calls a function. The function may give a promise, which is waited for. */
export function callsOf(name: string, call: () => unknown, cautions: readonly string[] = []): Operation {
  let waits: boolean | undefined;
  const later = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) sink.last = await call();
  };
  return {
    name,
    cautions,
    repeat(times) {
      if (waits === true) return later(times);
      if (times === 0) return;
      if (waits === undefined) {
        const first = (sink.last = call());
        waits = typeof (first as { then?: unknown } | undefined)?.then === 'function';
        if (waits) return Promise.resolve(first as Promise<unknown>).then(() => later(times - 1));
        times--;
      }
      for (let i = 0; i < times; i++) sink.last = call();
    },
  };
}
