/**
 * How often the places of a package run, estimated from what each of its files says by itself: who calls whom, through imports, too. Data
 * in and data out; the trees are the engine's (server/src/typescript/summary.ts).
 */
import { perLoop } from '../../factors';
import { firstIndex } from '../../sorted';

/** What one file says. */
export interface FileSummary {
  /** The first is what runs when the module is loaded. */
  readonly functions: readonly FunctionSummary[];
  readonly places: readonly PlaceSummary[];
  readonly imports: readonly ImportedName[];
  /** `export … from`. */
  readonly passedOn: readonly { readonly specifier: string; readonly name: string }[];
}

export interface FunctionSummary {
  /** What tells it from the others while the text changes around it. */
  readonly key: string;
  /** Runs for each call of the package from outside, by itself alone. */
  readonly own: number;
  /** What it is exported as. Who imports it says how often it runs, where somebody does. */
  readonly exported?: string;
  readonly calls: readonly CallSummary[];
}

export interface CallSummary {
  /** An index in `functions`, or what an import is called here. */
  readonly to: number | string;
  /** Calls for each run of the function that makes them. */
  readonly factor: number;
}

export interface ImportedName {
  readonly local: string;
  readonly specifier: string;
  /** `*` for all of it. */
  readonly name: string;
}

export interface PlaceSummary {
  /** UTF-16 offset. */
  readonly start: number;
  /** An index in `functions`. */
  readonly within: number;
  /** Bytes for each run of the function: allocations times what one of them takes. */
  readonly bytes: number;
}

/** By key: what each function of a file runs, its calls from other files counted in, and those of its own file not. */
export type FromOutside = ReadonlyMap<string, number>;

/** More than this nobody can estimate. */
const most = perLoop ** 5;

/**
 * How often each function of a package runs, for each call of the package from outside. Calls back to a function that is being run count
 * as one loop.
 * @param find the file that a specifier means, as an index; undefined outside of the package
 * @returns by file: runs of each function, and how often it is run from outside of the file
 */
export function reachOf(
  files: readonly FileSummary[],
  find: (from: number, specifier: string) => number | undefined,
): { readonly runs: readonly Float64Array[]; readonly outside: readonly FromOutside[] } {
  const graph = new CallGraph(files.map(({ functions }) => functions.length));
  const passedOn = new Set<string>();
  files.forEach(({ passedOn: names }, from) => {
    for (const { specifier, name } of names) {
      const to = find(from, specifier);
      if (to !== undefined) passedOn.add(`${to} ${name}`);
    }
  });
  const byExport = files.map(
    ({ functions }) =>
      new Map(
        functions.flatMap(({ exported }, index) => (exported === undefined ? [] : [[exported, index]])),
      ),
  );
  const imported = new Set<number>();
  files.forEach(({ functions, imports }, from) => {
    const named = new Map<string, number>();
    for (const { local, specifier, name } of imports) {
      const to = find(from, specifier);
      if (to === undefined) continue;
      if (name === '*')
        for (const [key, index] of byExport[to]!) named.set(`${local}.${key}`, graph.node(to, index));
      else if (byExport[to]!.has(name)) named.set(local, graph.node(to, byExport[to]!.get(name)!));
    }
    functions.forEach(({ calls }, index) => {
      for (const { to, factor } of calls) {
        const node = typeof to === 'number' ? graph.node(from, to) : named.get(to);
        if (node === undefined) continue;
        if (typeof to === 'string') imported.add(node);
        graph.call(graph.node(from, index), node, factor);
      }
    });
  });
  const own = (file: number, { own, exported }: FunctionSummary, index: number): number => {
    const isInside =
      exported !== undefined &&
      imported.has(graph.node(file, index)) &&
      !passedOn.has(`${file} ${exported}`) &&
      !passedOn.has(`${file} *`);
    return isInside ? 0 : own;
  };
  const all = graph.solve(
    files.flatMap(({ functions }, file) => functions.map((fn, index) => own(file, fn, index))),
  );
  const runs = files.map(({ functions }, file) =>
    all.slice(graph.node(file, 0), graph.node(file, functions.length)),
  );
  const outside = files.map(({ functions }, file) => {
    const found = new Map(functions.map((fn, index) => [fn.key, own(file, fn, index)]));
    return { found, file };
  });
  graph.eachCall((from, to, factor) => {
    const [source, target] = [graph.fileOf(from), graph.fileOf(to)];
    if (source === target) return;
    const { key } = files[target]!.functions[to - graph.node(target, 0)]!;
    const { found } = outside[target]!;
    found.set(key, Math.min(most, (found.get(key) ?? 0) + all[from]! * factor));
  });
  return { runs, outside: outside.map(({ found }) => found) };
}

/** The same for one file whose text may have changed since `outside` was found. */
export function reachWithin(functions: readonly FunctionSummary[], outside: FromOutside): Float64Array {
  const graph = new CallGraph([functions.length]);
  functions.forEach(({ calls }, index) => {
    for (const { to, factor } of calls) if (typeof to === 'number') graph.call(index, to, factor);
  });
  return graph.solve(functions.map(({ key, own }) => outside.get(key) ?? own));
}

class CallGraph {
  readonly #first: number[] = [];
  readonly #calls: { readonly to: number; readonly factor: number }[][];

  /** @param sizes functions of each file */
  constructor(sizes: readonly number[]) {
    let count = 0;
    for (const size of sizes) {
      this.#first.push(count);
      count += size;
    }
    this.#first.push(count);
    this.#calls = Array.from({ length: count }, () => []);
  }

  node(file: number, index: number): number {
    return this.#first[file]! + index;
  }

  fileOf(node: number): number {
    return firstIndex(this.#first, (first) => first > node) - 1;
  }

  call(from: number, to: number, factor: number): void {
    this.#calls[from]!.push({ to, factor });
  }

  eachCall(visit: (from: number, to: number, factor: number) => void): void {
    this.#calls.forEach((calls, from) => {
      for (const { to, factor } of calls) visit(from, to, factor);
    });
  }

  /** Runs of each function. @param own by function: its runs that no call here explains */
  solve(own: readonly number[]): Float64Array {
    const runs = Float64Array.from(own);
    const { order, position } = this.#order();
    const recursive = new Set<number>();
    for (const from of order)
      for (const { to } of this.#calls[from]!) if (position[to]! <= position[from]!) recursive.add(to);
    for (const from of order) {
      if (recursive.has(from)) runs[from] = runs[from]! * perLoop;
      const own = runs[from]!;
      for (const { to, factor } of this.#calls[from]!)
        if (position[to]! > position[from]!) runs[to] = Math.min(most, runs[to]! + own * factor);
    }
    return runs;
  }

  /** Callers before those they call, as far as no circle speaks against it. */
  #order(): { readonly order: readonly number[]; readonly position: Int32Array } {
    const count = this.#calls.length;
    const state = new Uint8Array(count);
    const finished: number[] = [];
    for (let root = 0; root < count; root++) {
      if (state[root] !== 0) continue;
      const stack = [{ node: root, next: 0 }];
      state[root] = 1;
      while (stack.length > 0) {
        const top = stack.at(-1)!;
        const call = this.#calls[top.node]![top.next++];
        if (!call) {
          finished.push(top.node);
          stack.pop();
        } else if (state[call.to] === 0) {
          state[call.to] = 1;
          stack.push({ node: call.to, next: 0 });
        }
      }
    }
    const order = finished.reverse();
    const position = new Int32Array(count);
    order.forEach((node, at) => (position[node] = at));
    return { order, position };
  }
}
