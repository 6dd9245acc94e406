import type { Frame, Sample } from './sample';
import { isWeighed, plainName, type Measure } from './weights';

/** What a profile says of one function on one way from the program's start; its callees are its children. */
export interface CallNode {
  /** As in `LineWeight.function`; "all" for the root, "…" for what was too little to be told apart. */
  readonly name: string;
  /** Absolute path when it is code at hand (`isOwn`), else as the profile says it. */
  readonly file: string;
  readonly isOwn: boolean;
  /** 1-based: the line that most of the amount goes through; 0 when the profile does not say. */
  readonly line: number;
  /** 1-based lines that memory is charged to: no code at hand is nearer to the allocation. Heaviest first. */
  readonly charged: readonly number[];
  /** Callees included. */
  readonly total: Counted;
  /** Without them. */
  readonly own: Counted;
  /** In an older profile, when two were compared (`treeDifference`). */
  readonly before?: { readonly total: Counted; readonly own: Counted };
  /** Of "…": functions that are in it; else 0. */
  readonly merged: number;
  readonly children: readonly CallNode[];
}

export interface Counted {
  /** Bytes or nanoseconds, as the profile weighs. */
  readonly amount: number;
  /** 0 when the profile does not count objects. */
  readonly objects: number;
}

export interface CallTree {
  readonly unit: Measure['unit'];
  readonly countsObjects: boolean;
  readonly root: CallNode;
}

/** Part of the whole below which functions are not kept, in bytes and in objects. A tenth of what is shown at the least. */
export const keptShare = 0.0001;

/** Functions on stacks that are kept before the lightest are merged: a pause of some milliseconds. */
const nodeLimit = 100_000;

/** Frames from the start of the program that are told apart. Go and V8 record 128, and Go's may be of several inlined functions. */
const deepest = 256;

/** A function of the profile: one object for each. */
interface Known {
  readonly name: string;
  readonly file: string;
  readonly isOwn: boolean;
}

/**
 * Merges stacks from the program's start inwards as they are read. What is kept is bounded: whenever the tree has become too large, what
 * is below `keptShare` of what was read until then is merged into "…", so that sums stay right.
 */
export class CallTreeBuilder {
  readonly #functions = new Map<string, Known>();
  readonly #byFrame = new Map<Frame, Known>();
  readonly #root = new Growing({ name: 'all', file: '', isOwn: false });
  #limit = nodeLimit;
  #size = 0;

  /**
   * @param locate absolute path of the frame's file when it is code at hand
   */
  constructor(
    private readonly measure: Measure,
    private readonly locate: (frame: Frame) => string | undefined,
    private readonly nameOf: (name: string) => string = plainName,
  ) {}

  add({ stack, values }: Sample): void {
    if (!isWeighed(this.measure, stack)) return;
    const amount = values[this.measure.index] ?? 0;
    const objects = this.measure.objects === undefined ? 0 : (values[this.measure.objects] ?? 0);
    // See WeightsBuilder: what is only in use.
    if (amount === 0) return;
    const charged = stack.findIndex((frame) => this.#functionOf(frame).isOwn);
    let node = this.#root;
    node.add(amount, objects);
    const last = Math.max(0, stack.length - deepest);
    for (let i = stack.length - 1; i >= last; i--) {
      const frame = stack[i]!;
      const fn = this.#functionOf(frame);
      let child = node.calleeOf(fn);
      if (!child) {
        child = node.addCallee(fn);
        this.#size++;
      }
      node = child;
      node.add(amount, objects);
      node.through(frame.line, amount);
      if (i === charged) node.charge(frame.line, amount);
    }
    if (last > 0) node.addRest(amount, objects, last);
    else node.addOwn(amount, objects);
    if (this.#size > this.#limit) this.#shrink();
  }

  result(): CallTree {
    this.#shrink();
    return {
      unit: this.measure.unit,
      countsObjects: this.measure.objects !== undefined && this.#root.countsObjects,
      root: this.#root.finished(),
    };
  }

  /** A reader gives the same frame for the same place. */
  #functionOf(frame: Frame): Known {
    let fn = this.#byFrame.get(frame);
    if (!fn) {
      const found = this.locate(frame);
      const name = this.nameOf(frame.name);
      const file = found ?? frame.file;
      // Functions of V8 without a name are told apart by their place.
      const place = name.endsWith('(anonymous)') ? `${frame.startLine}:${frame.column ?? 0}` : '';
      const key = `${name}\0${file}\0${place}`;
      fn = this.#functions.get(key) ?? { name, file, isOwn: found !== undefined };
      this.#functions.set(key, fn);
      this.#byFrame.set(frame, fn);
    }
    return fn;
  }

  #shrink(): void {
    this.#size = this.#root.shrink(this.#root.least(keptShare));
    // A profile with more than that is not merged anew with each of its samples.
    this.#limit = Math.max(nodeLimit, 2 * this.#size);
  }
}

/** Amounts of either sign are weighed by their size: a profile may be a difference. */
interface Least {
  readonly amount: number;
  readonly objects: number;
}

/** Most nodes of a large profile are made to be merged soon: one object each, and what few need comes when they do. */
class Growing {
  #callees: Map<Known, Growing> | undefined;
  #rest: { amount: number; objects: number; functions: number } | undefined;
  #amount = 0;
  #objects = 0;
  #ownAmount = 0;
  #ownObjects = 0;
  /** Sums of sizes: what is freed does not hide what is allocated. */
  #bulk = 0;
  #bulkObjects = 0;
  /** The line that all goes through, until there is another. */
  #line = 0;
  #lines: Map<number, number> | undefined;
  #charged: Map<number, number> | undefined;

  constructor(readonly fn: Known) {}

  get countsObjects(): boolean {
    return this.#bulkObjects > 0;
  }

  add(amount: number, objects: number): void {
    this.#amount += amount;
    this.#objects += objects;
    this.#bulk += Math.abs(amount);
    this.#bulkObjects += Math.abs(objects);
  }

  addOwn(amount: number, objects: number): void {
    this.#ownAmount += amount;
    this.#ownObjects += objects;
  }

  calleeOf(fn: Known): Growing | undefined {
    return this.#callees?.get(fn);
  }

  addCallee(fn: Known): Growing {
    const callee = new Growing(fn);
    this.#callees ??= new Map();
    this.#callees.set(fn, callee);
    return callee;
  }

  addRest(amount: number, objects: number, functions: number): void {
    this.#rest ??= { amount: 0, objects: 0, functions: 0 };
    this.#rest.amount += amount;
    this.#rest.objects += objects;
    this.#rest.functions += functions;
  }

  /** By which line an amount came that was just added. */
  through(line: number, amount: number): void {
    if (this.#lines) this.#lines.set(line, (this.#lines.get(line) ?? 0) + amount);
    else if (this.#line === 0 || this.#line === line) this.#line = line;
    else
      this.#lines = new Map([
        [this.#line, this.#amount - amount],
        [line, amount],
      ]);
  }

  charge(line: number, amount: number): void {
    this.#charged ??= new Map();
    this.#charged.set(line, (this.#charged.get(line) ?? 0) + amount);
  }

  least(share: number): Least {
    return { amount: share * this.#bulk, objects: share * this.#bulkObjects };
  }

  /** Merges what is less than that in every measure. @returns functions that are left below this one */
  shrink(least: Least): number {
    let left = 0;
    for (const [fn, child] of this.#callees ?? []) {
      if (child.#bulk < least.amount && child.#bulkObjects <= least.objects) {
        this.addRest(child.#amount, child.#objects, child.#functions());
        this.#callees!.delete(fn);
      } else left += 1 + child.shrink(least);
    }
    return left;
  }

  #functions(): number {
    let count = 1 + (this.#rest?.functions ?? 0);
    for (const child of this.#callees?.values() ?? []) count += child.#functions();
    return count;
  }

  finished(): CallNode {
    const { name, file, isOwn } = this.fn;
    const children = [...(this.#callees?.values() ?? [])].map((child) => child.finished());
    if (this.#rest) {
      const { amount, objects, functions } = this.#rest;
      const total = { amount, objects };
      children.push({ ...restNode, total, own: total, merged: functions });
    }
    return {
      name,
      file,
      isOwn,
      line: heaviest(this.#lines)[0] ?? this.#line,
      charged: heaviest(this.#charged),
      total: { amount: this.#amount, objects: this.#objects },
      own: { amount: this.#ownAmount, objects: this.#ownObjects },
      merged: 0,
      children,
    };
  }
}

/** What "…" is but for its amounts. */
export const restNode = {
  name: '…',
  file: '',
  isOwn: false,
  line: 0,
  charged: [],
  children: [],
} satisfies Partial<CallNode>;

function heaviest(lines: ReadonlyMap<number, number> | undefined): number[] {
  return [...(lines ?? [])].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([line]) => line);
}

const nothing: Counted = { amount: 0, objects: 0 };

/**
 * What changed between two profiles: the functions of both, with what an older profile says of them beside what the newer one does. A
 * function is the same where name, file and way are; lines are those of the newer one.
 */
export function treeDifference(newer: CallTree, older: CallTree): CallTree {
  return {
    unit: newer.unit,
    countsObjects: newer.countsObjects && older.countsObjects,
    root: nodeDifference(newer.root, older.root),
  };
}

function nodeDifference(newer: CallNode | undefined, older: CallNode | undefined): CallNode {
  const node = (newer ?? older)!;
  const before = keyed(older?.children ?? []);
  const children = [...keyed(newer?.children ?? [])].map(([key, child]) => {
    const old = before.get(key);
    before.delete(key);
    return nodeDifference(child, old);
  });
  for (const old of before.values()) children.push(nodeDifference(undefined, old));
  return {
    ...node,
    total: newer?.total ?? nothing,
    own: newer?.own ?? nothing,
    before: { total: older?.total ?? nothing, own: older?.own ?? nothing },
    merged: Math.max(newer?.merged ?? 0, older?.merged ?? 0),
    children,
  };
}

/** By name and file; several of one name (functions of V8 without one) by their order in the file. */
function keyed(nodes: readonly CallNode[]): Map<string, CallNode> {
  const found = new Map<string, CallNode>();
  const counts = new Map<string, number>();
  for (const node of [...nodes].sort((a, b) => a.line - b.line)) {
    const key = `${node.name}\0${node.file}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    found.set(`${key}\0${count}`, node);
  }
  return found;
}
