import { callsOf, sink, type Operation } from './measuring';

/**
 * Benchmark libraries: whose benchmarks are measured by us, in place of the library. What it would measure itself is cut short, and
 * what it prints is nobody's concern.
 */

/** Measures operations one after the other. */
export interface Meter {
  measure(operation: Operation): Promise<void>;
  measureAtOnce(operation: Operation): void;
}

/** The libraries that are known: by the folder that a package is installed in. */
const adapters: Readonly<Record<string, (library: never, meter: Meter) => void>> = {
  tinybench,
  mitata,
  benchmark,
};

/** The name of the library that a module is the main file of, by its path with slashes. */
export function libraryOf(path: string): string | undefined {
  return /\/node_modules\/(tinybench\/dist\/index\.c?js|mitata\/src\/main\.mjs|benchmark\/benchmark\.js)$/
    .exec(path)?.[1]
    ?.split('/')[0];
}

/** @param library the module's namespace, or what it exports when it is a CommonJS one */
export function adapt(name: string, library: unknown, meter: Meter): void {
  adapters[name]?.(library as never, meter);
}

type Call = (...args: unknown[]) => unknown;
type Hooks = Readonly<Partial<Record<'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll', Call>>>;

interface TinyTask {
  readonly name: string;
  readonly bench?: TinyBench;
  /** Private since version 3. */
  readonly fn?: Call;
  readonly opts?: Hooks;
}
interface TinyBench {
  time: number;
  iterations: number;
  warmupTime: number;
  warmupIterations: number;
  warmup: unknown;
  readonly setup?: Call;
  readonly teardown?: Call;
  add(name: string, call: Call, options?: Hooks): TinyBench;
  getTask(name: string): TinyTask;
}
interface TinyLibrary {
  readonly Bench: { readonly prototype: TinyBench };
  readonly Task?: { readonly prototype: TinyTask };
}

/** tinybench 2 to 6, and Vitest, which makes tasks of its own. */
function tinybench({ Bench, Task }: TinyLibrary, meter: Meter): void {
  const added = new WeakMap<TinyTask, { readonly bench: TinyBench; readonly call: Call; readonly hooks: Hooks }>(); // prettier-ignore
  const adapted = new WeakSet();
  const shorten = (bench: TinyBench): void => {
    Object.assign(bench, { time: 0, iterations: 1, warmupTime: 0, warmupIterations: 1 });
    // A method in version 2.
    if (typeof bench.warmup === 'boolean') bench.warmup = false;
  };
  const operationOf = (task: TinyTask, { call, hooks }: { call: Call; hooks: Hooks }): Operation => {
    const { beforeEach, afterEach } = hooks;
    if (!beforeEach && !afterEach) return callsOf(task.name, () => call.call(task));
    return callsOf(
      task.name,
      async () => {
        await beforeEach?.call(task, 'run');
        sink.last = await call.call(task);
        await afterEach?.call(task, 'run');
      },
      ['what runs before and after each iteration is in the figures'],
    );
  };
  const adaptTask = (prototype: object): void => {
    if (adapted.has(prototype)) return;
    adapted.add(prototype);
    const { run, runSync, warmup } = prototype as Record<string, Call | undefined>;
    const known = (task: TinyTask) =>
      added.get(task) ??
      (task.fn && task.bench ? { bench: task.bench, call: task.fn, hooks: task.opts ?? {} } : undefined);
    Object.assign(prototype, {
      async run(this: TinyTask) {
        const one = known(this);
        if (one) {
          const { bench, hooks } = one;
          shorten(bench);
          await bench.setup?.(this, 'run');
          await hooks.beforeAll?.call(this, 'run');
          await meter.measure(operationOf(this, one));
          await hooks.afterAll?.call(this, 'run');
          await bench.teardown?.(this, 'run');
        }
        return run!.call(this);
      },
      ...(warmup && {
        warmup(this: TinyTask) {
          const one = known(this);
          if (one) shorten(one.bench);
          return warmup.call(this);
        },
      }),
      ...(runSync && {
        runSync(this: TinyTask) {
          const one = known(this);
          if (one) {
            const { bench, call, hooks } = one;
            shorten(bench);
            bench.setup?.(this, 'run');
            hooks.beforeAll?.call(this, 'run');
            meter.measureAtOnce(callsOf(this.name, () => call.call(this)));
            hooks.afterAll?.call(this, 'run');
            bench.teardown?.(this, 'run');
          }
          return runSync.call(this);
        },
      }),
    });
  };
  if (Task) adaptTask(Task.prototype);
  const { add } = Bench.prototype;
  Bench.prototype.add = function (name, call, hooks = {}) {
    const result = add.call(this, name, call, hooks);
    const task = this.getTask(name);
    added.set(task, { bench: this, call, hooks });
    adaptTask(Object.getPrototypeOf(task) as object);
    shorten(this);
    return result;
  };
}

interface MitataTrial {
  readonly f: Call;
  readonly _args: Readonly<Record<string, readonly unknown[]>>;
  readonly _name: string;
  readonly _group: number;
  run(): Promise<unknown>;
}

/** mitata 1: functions, functions that iterate over a state, and generators, each with or without arguments. */
function mitata({ B }: { readonly B: { readonly prototype: MitataTrial } }, meter: Meter): void {
  B.prototype.run = async function (this: MitataTrial) {
    const error = new Error('measured by alloclens');
    const runs: object[] = [];
    for (const args of combinations(this._args)) {
      let name = this._name;
      for (const [key, value] of Object.entries(args)) name = name.replaceAll(`$${key}`, String(value));
      await meter.measure(mitataOperation(name, this.f, args));
      runs.push({ error, args, name });
    }
    const kinds = ['static', 'args'];
    return {
      kind: kinds[Object.keys(this._args).length] ?? 'multi-args',
      args: this._args,
      alias: this._name,
      group: this._group,
      baseline: false,
      runs,
      style: { highlight: false, compact: false },
    };
  };
}

function combinations(args: MitataTrial['_args']): Record<string, unknown>[] {
  return Object.entries(args).reduce<Record<string, unknown>[]>(
    (all, [key, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}

function mitataOperation(name: string, call: Call, args: Readonly<Record<string, unknown>>): Operation {
  const get = (key = 'x'): unknown => args[key];
  if (/Generator/.test(Object.prototype.toString.call(call))) {
    const given = (call({ get }) as Iterator<unknown>).next().value;
    if (typeof given === 'function') return callsOf(name, given as Call);
    const { bench, ...inputs } = given as { bench: Call } & Record<number, Call>;
    const makers = Object.entries(inputs).filter(([key]) => /^\d+$/.test(key));
    return callsOf(name, () => bench(...makers.map(([, make]) => make())), [
      'the making of its inputs is in the figures',
    ]);
  }
  if (call.length === 0) return callsOf(name, call);
  return {
    name,
    cautions: [],
    repeat(times) {
      const state = { get, [Symbol.iterator]: () => Array.from({ length: times }).values() };
      const result = call(state);
      return result instanceof Promise ? result.then(() => {}) : undefined;
    },
  };
}

interface OldBenchmark {
  readonly name?: string;
  readonly fn: unknown;
  readonly defer?: boolean;
  readonly setup?: Call;
  readonly teardown?: Call;
  emit(event: unknown): unknown;
  run(): unknown;
}

interface OldLibrary {
  readonly prototype: OldBenchmark;
  Event(event: object): unknown;
}

/** benchmark.js 2. */
function benchmark({ prototype, Event }: OldLibrary, meter: Meter): void {
  prototype.run = function (this: OldBenchmark) {
    const { fn, defer, name = 'a benchmark' } = this;
    if (typeof fn !== 'function' || defer === true)
      throw new Error(`“${name}” is not a function that is done when it returns, so it is not measured.`);
    this.setup?.();
    meter.measureAtOnce(callsOf(name, fn as Call));
    this.teardown?.();
    for (const type of ['cycle', 'complete']) this.emit(Event({ type, target: this }));
    return this;
  };
}
