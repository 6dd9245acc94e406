import type { Node, Point, Tree, TreeCursor } from 'web-tree-sitter';

/**
 * A syntax tree in typed arrays: copied once out of tree-sitter's memory, because each look at a node there goes through
 * WebAssembly and makes an object. Nodes are numbered in the order of their start, parents before children, made when they are
 * asked for, and one object each: `===` tells them apart. A node's descendants follow it without a gap.
 */
export class FlatTree {
  /** Where the numbers of this tree begin among all trees: ids are unique. */
  readonly #base: number;
  readonly #count: number;
  readonly #kinds: Uint16Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #parents: Int32Array;
  readonly #nexts: Int32Array;
  readonly #lasts: Uint32Array;
  readonly #fields: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #nodes: (FlatNode | undefined)[];
  readonly #lineStarts: readonly number[];
  /** By kind, the nodes of it in order; made when it is first searched for. */
  #byKind: Map<number, number[]> | undefined;

  constructor(
    tree: Tree,
    readonly text: string,
    private readonly grammar: Grammar,
  ) {
    const rows: Rows = new Rows();
    const cursor = tree.walk();
    try {
      copy(cursor, rows);
    } finally {
      cursor.delete();
    }
    this.#count = rows.count;
    this.#kinds = rows.kinds.slice(0, rows.count);
    this.#starts = rows.starts.slice(0, rows.count);
    this.#ends = rows.ends.slice(0, rows.count);
    this.#parents = rows.parents.slice(0, rows.count);
    this.#nexts = rows.nexts.slice(0, rows.count);
    this.#lasts = rows.lasts.slice(0, rows.count);
    this.#fields = rows.fields.slice(0, rows.count);
    this.#flags = rows.flags.slice(0, rows.count);
    this.#nodes = new Array<FlatNode | undefined>(this.#count);
    this.#base = ids;
    ids += this.#count;
    const lineStarts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
    this.#lineStarts = lineStarts;
  }

  /** As tree-sitter has it, but for what only its own memory could answer: it has no cursor. */
  get rootNode(): Node {
    return this.node(0) as unknown as Node;
  }

  node(index: number): FlatNode {
    return (this.#nodes[index] ??= new FlatNode(this, index));
  }

  id(index: number): number {
    return this.#base + index;
  }

  type(index: number): string {
    return this.grammar.nameOf(this.#kinds[index]!);
  }

  start(index: number): number {
    return this.#starts[index]!;
  }

  end(index: number): number {
    return this.#ends[index]!;
  }

  is(index: number, flag: Flag): boolean {
    return (this.#flags[index]! & flag) !== 0;
  }

  parent(index: number): number {
    return this.#parents[index]!;
  }

  /** The first child, or -1. */
  first(index: number): number {
    return this.#lasts[index]! > index ? index + 1 : -1;
  }

  /** The sibling behind, or -1. */
  next(index: number): number {
    return this.#nexts[index]!;
  }

  /** The sibling before, or -1. */
  previous(index: number, flag: Flag | 0): number {
    const parent = this.#parents[index]!;
    let found = -1;
    if (parent < 0) return found;
    for (let at = parent + 1; at !== index; at = this.#nexts[at]!)
      if (flag === 0 || this.is(at, flag)) found = at;
    return found;
  }

  /** The child of that field; undefined when the grammar does not know it. */
  children(index: number, field: string): FlatNode[] {
    const id = this.grammar.fieldOf(field);
    const found: FlatNode[] = [];
    for (let at = this.first(index); at >= 0; at = this.#nexts[at]!)
      if (this.#fields[at] === id) found.push(this.node(at));
    return found;
  }

  child(index: number, field: string): FlatNode | null {
    const id = this.grammar.fieldOf(field);
    for (let at = this.first(index); at >= 0; at = this.#nexts[at]!)
      if (this.#fields[at] === id) return this.node(at);
    return null;
  }

  point(offset: number): Point {
    const starts = this.#lineStarts;
    let low = 0;
    let high = starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { row: low, column: offset - starts[low]! };
  }

  /** The offset of a point, or that of the next line where the line ends before. */
  offset({ row, column }: Point): number {
    const start = this.#lineStarts[row];
    if (start === undefined) return Infinity;
    return Math.min(start + column, this.#lineStarts[row + 1] ?? Infinity);
  }

  /** The node itself and what lies in it, in order, as far as it overlaps the range of offsets. */
  ofType(index: number, types: readonly string[], start = -1, end = Infinity): FlatNode[] {
    const byKind = (this.#byKind ??= this.#index());
    const last = this.#lasts[index]!;
    const lists = types.flatMap((type) =>
      this.grammar.kindsOf(type).flatMap((kind) => {
        const all = byKind.get(kind);
        if (!all) return [];
        const from = lowerBound(all, index);
        const to = lowerBound(all, last + 1);
        return from < to ? [all.slice(from, to)] : [];
      }),
    );
    const found = lists.length === 1 ? lists[0]! : [...new Set(lists.flat())].sort((a, b) => a - b);
    const overlaps = (at: number): boolean => this.#ends[at]! > start && this.#starts[at]! < end;
    const within = start < 0 && end === Infinity ? found : found.filter(overlaps);
    return within.map((at) => this.node(at));
  }

  #index(): Map<number, number[]> {
    const byKind = new Map<number, number[]>();
    for (let at = 0; at < this.#count; at++) {
      const kind = this.#kinds[at]!;
      const known = byKind.get(kind);
      if (known) known.push(at);
      else byKind.set(kind, [at]);
    }
    return byKind;
  }

  /** The smallest node that spans the range (lib/src/node.c, ts_node__descendant_for_byte_range). */
  descendant(index: number, start: number, end: number, flag: Flag | 0): number {
    let found = index;
    for (let at = this.first(index); at >= 0;) {
      const reaches = this.#ends[at]! >= end;
      const isEmpty = this.#starts[at] === this.#ends[at];
      const before = isEmpty ? this.#ends[at]! < start : this.#ends[at]! <= start;
      if (!reaches || before) at = this.#nexts[at]!;
      else if (start < this.#starts[at]!) break;
      else {
        if (flag === 0 || this.is(at, flag)) found = at;
        at = this.first(at);
      }
    }
    return found;
  }
}

/** Unique over all trees of the process. */
let ids = 1;

enum Flag {
  named = 1,
  missing = 2,
  error = 4,
  /** It or something in it is missing or an error. */
  broken = 8,
}

/** What kinds and fields are called. */
export class Grammar {
  readonly #fields = new Map<string, number>();
  readonly #kinds = new Map<string, number[]>();

  constructor(
    private readonly types: readonly (string | null)[],
    fields: readonly (string | null)[],
  ) {
    fields.forEach((name, id) => name !== null && this.#fields.set(name, id));
    types.forEach((name, kind) => {
      if (name !== null) this.#kinds.set(name, [...(this.#kinds.get(name) ?? []), kind]);
    });
    this.#kinds.set(errorType, [errorKind]);
  }

  nameOf(kind: number): string {
    return kind === errorKind ? errorType : (this.types[kind] ?? '');
  }

  /** A name can have several kinds: aliases. */
  kindsOf(name: string): readonly number[] {
    return this.#kinds.get(name) ?? [];
  }

  /** 0 is no field. */
  fieldOf(name: string): number {
    return this.#fields.get(name) ?? -1;
  }
}

const errorKind = 65535;
const errorType = 'ERROR';

/** Arrays that grow while a tree is copied. */
class Rows {
  count = 0;
  kinds = new Uint16Array(4096);
  starts = new Uint32Array(4096);
  ends = new Uint32Array(4096);
  parents = new Int32Array(4096);
  nexts = new Int32Array(4096);
  /** The last descendant, or the node itself. */
  lasts = new Uint32Array(4096);
  fields = new Uint8Array(4096);
  flags = new Uint8Array(4096);

  add(cursor: TreeCursor, parent: number): number {
    if (this.count === this.kinds.length) this.#grow();
    const at = this.count++;
    const kind = cursor.nodeTypeId;
    this.kinds[at] = kind;
    this.starts[at] = cursor.startIndex;
    this.ends[at] = cursor.endIndex;
    this.parents[at] = parent;
    this.nexts[at] = -1;
    this.lasts[at] = at;
    this.fields[at] = cursor.currentFieldId;
    let flags = cursor.nodeIsNamed ? Flag.named : 0;
    if (kind === errorKind) flags |= Flag.error | Flag.broken;
    if (cursor.nodeIsMissing) flags |= Flag.missing | Flag.broken;
    this.flags[at] = flags;
    return at;
  }

  #grow(): void {
    const size = 2 * this.kinds.length;
    const larger = <A extends { set(old: A): void }>(made: A, old: A): A => {
      made.set(old);
      return made;
    };
    this.kinds = larger(new Uint16Array(size), this.kinds);
    this.starts = larger(new Uint32Array(size), this.starts);
    this.ends = larger(new Uint32Array(size), this.ends);
    this.parents = larger(new Int32Array(size), this.parents);
    this.nexts = larger(new Int32Array(size), this.nexts);
    this.lasts = larger(new Uint32Array(size), this.lasts);
    this.fields = larger(new Uint8Array(size), this.fields);
    this.flags = larger(new Uint8Array(size), this.flags);
  }
}

/** One walk over the tree. */
function copy(cursor: TreeCursor, rows: Rows): void {
  let at = rows.add(cursor, -1);
  for (;;) {
    if (cursor.gotoFirstChild()) {
      at = rows.add(cursor, at);
      continue;
    }
    while (!cursor.gotoNextSibling()) {
      const parent = rows.parents[at]!;
      rows.lasts[at] = Math.max(rows.lasts[at]!, at);
      if (parent < 0) return;
      rows.lasts[parent] = rows.lasts[at]!;
      rows.flags[parent]! |= rows.flags[at]! & Flag.broken;
      cursor.gotoParent();
      at = parent;
    }
    const parent = rows.parents[at]!;
    rows.lasts[parent] = rows.lasts[at]!;
    rows.flags[parent]! |= rows.flags[at]! & Flag.broken;
    const next = rows.add(cursor, parent);
    rows.nexts[at] = next;
    at = next;
  }
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is used of tree-sitter's Node. */
type Provided =
  | 'id'
  | 'type'
  | 'text'
  | 'startIndex'
  | 'endIndex'
  | 'startPosition'
  | 'endPosition'
  | 'isNamed'
  | 'isMissing'
  | 'isError'
  | 'hasError'
  | 'childCount'
  | 'namedChildCount';

export class FlatNode implements Pick<Node, Provided> {
  #children: FlatNode[] | undefined;
  #named: FlatNode[] | undefined;

  constructor(
    readonly tree: FlatTree,
    private readonly index: number,
  ) {}

  get id(): number {
    return this.tree.id(this.index);
  }

  get type(): string {
    return this.tree.type(this.index);
  }

  get startIndex(): number {
    return this.tree.start(this.index);
  }

  get endIndex(): number {
    return this.tree.end(this.index);
  }

  get startPosition(): Point {
    return this.tree.point(this.startIndex);
  }

  get endPosition(): Point {
    return this.tree.point(this.endIndex);
  }

  get text(): string {
    return this.tree.text.slice(this.startIndex, this.endIndex);
  }

  get isNamed(): boolean {
    return this.tree.is(this.index, Flag.named);
  }

  get isMissing(): boolean {
    return this.tree.is(this.index, Flag.missing);
  }

  get isError(): boolean {
    return this.tree.is(this.index, Flag.error);
  }

  get hasError(): boolean {
    return this.tree.is(this.index, Flag.broken);
  }

  get parent(): FlatNode | null {
    return this.#at(this.tree.parent(this.index));
  }

  get children(): FlatNode[] {
    if (this.#children) return this.#children;
    const { tree } = this;
    const children: FlatNode[] = [];
    for (let at = tree.first(this.index); at >= 0; at = tree.next(at)) children.push(tree.node(at));
    return (this.#children = children);
  }

  get namedChildren(): FlatNode[] {
    return (this.#named ??= this.children.filter((child) => child.isNamed));
  }

  get childCount(): number {
    return this.children.length;
  }

  get namedChildCount(): number {
    return this.namedChildren.length;
  }

  child(index: number): FlatNode | null {
    return this.children[index] ?? null;
  }

  namedChild(index: number): FlatNode | null {
    return this.namedChildren[index] ?? null;
  }

  get firstChild(): FlatNode | null {
    return this.#at(this.tree.first(this.index));
  }

  get lastChild(): FlatNode | null {
    return this.children.at(-1) ?? null;
  }

  get firstNamedChild(): FlatNode | null {
    return this.namedChildren[0] ?? null;
  }

  get lastNamedChild(): FlatNode | null {
    return this.namedChildren.at(-1) ?? null;
  }

  get nextSibling(): FlatNode | null {
    return this.#at(this.tree.next(this.index));
  }

  get nextNamedSibling(): FlatNode | null {
    const { tree } = this;
    let at = tree.next(this.index);
    while (at >= 0 && !tree.is(at, Flag.named)) at = tree.next(at);
    return this.#at(at);
  }

  get previousSibling(): FlatNode | null {
    return this.#at(this.tree.previous(this.index, 0));
  }

  get previousNamedSibling(): FlatNode | null {
    return this.#at(this.tree.previous(this.index, Flag.named));
  }

  childForFieldName(name: string): FlatNode | null {
    return this.tree.child(this.index, name);
  }

  childrenForFieldName(name: string): FlatNode[] {
    return this.tree.children(this.index, name);
  }

  descendantsOfType(types: string | readonly string[], from?: Point, to?: Point): FlatNode[] {
    const { tree } = this;
    const list = typeof types === 'string' ? [types] : types;
    return tree.ofType(this.index, list, from && tree.offset(from), to && tree.offset(to));
  }

  descendantForIndex(start: number, end = start): FlatNode | null {
    return this.tree.node(this.tree.descendant(this.index, start, end, 0));
  }

  namedDescendantForIndex(start: number, end = start): FlatNode | null {
    return this.tree.node(this.tree.descendant(this.index, start, end, Flag.named));
  }

  equals(other: FlatNode): boolean {
    return this === other;
  }

  #at(index: number): FlatNode | null {
    return index < 0 ? null : this.tree.node(index);
  }
}
