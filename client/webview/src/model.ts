import type { FlameGraphResult, FlameNode } from '../../../server/src/lsp/protocol';
import { amountText, countText, percentText } from '../../../server/src/text/amounts';
import type { Mark } from './messages';

/** What is shown of a graph, worked out without a document. Nodes are named by their index. */

/** How a node has changed since the older of two profiles. */
export type Change = 'grew' | 'shrank' | 'same';

/** Part of the older amount below which a change is none: sampled figures differ from run to run. */
const noChange = 0.02;

/** A function with all of its nodes. */
export interface FunctionRow {
  readonly name: string;
  /** "orders.go:14", or the file as the profile says; empty where it says none. */
  readonly place: string;
  /** Its callees included; where it calls itself counted once. */
  readonly total: number;
  readonly own: number;
  /** Of `own` and `total` since the older of two profiles. */
  readonly ownChange?: number;
  readonly change?: number;
  readonly fix: string;
  /** Its heaviest node: where a click leads. */
  readonly node: number;
}

export type SortKey = 'name' | 'total' | 'own' | 'change' | 'place' | 'fix';

export class FlameModel {
  readonly nodes: readonly FlameNode[];
  readonly #children: readonly (readonly number[])[];
  readonly #marks: ReadonlyMap<number, Mark>;

  constructor(
    readonly graph: FlameGraphResult,
    marks: readonly Mark[] = [],
  ) {
    this.nodes = graph.nodes;
    const children = this.nodes.map((): number[] => []);
    for (const [i, { parent }] of this.nodes.entries()) children[parent]?.push(i);
    this.#children = children;
    this.#marks = new Map(marks.map((mark) => [mark.node, mark]));
  }

  with(marks: readonly Mark[]): FlameModel {
    return new FlameModel(this.graph, marks);
  }

  get compares(): boolean {
    return this.nodes[0]?.before !== undefined;
  }

  /** Nothing was measured. */
  get isEmpty(): boolean {
    return this.nodes.length < 2;
  }

  /** How many nodes have a fix. */
  get marked(): number {
    return this.#marks.size;
  }

  childrenOf(node: number): readonly number[] {
    return this.#children[node]!;
  }

  markOf(node: number): Mark | undefined {
    return this.#marks.get(node);
  }

  /** What stands in its box: the function without the path of its package, and that it has a fix. */
  label(node: number): string {
    const { name, merged } = this.nodes[node]!;
    if (merged !== undefined) return '…';
    return `${this.#marks.has(node) ? '⚒ ' : ''}${shortName(name)}`;
  }

  /** All that is known of it, for a screen reader and under the graph. */
  describe(node: number): string {
    const { name, total, own, before, merged } = this.nodes[node]!;
    const mark = this.#marks.get(node);
    const amount = `${this.amount(total)}, ${percentText(this.shareOf(node))}`;
    const parts = [
      merged === undefined
        ? name
        : `${merged} ${merged === 1 ? 'function' : 'functions'}, each less than 0.1 %`,
      amount,
      ...(own !== total && own !== 0 ? [`${this.amount(own)} of it its own`] : []),
      ...(before ? [`${this.signed(total - before.total)} since, before ${this.amount(before.total)}`] : []),
      ...(mark ? [`${mark.fix}: ${mark.title}`] : []),
      this.placeOf(node),
    ];
    return parts.filter((part) => part !== '').join(', ');
  }

  /** "orders.go:14". */
  placeOf(node: number): string {
    const { uri, file, line } = this.nodes[node]!;
    const path = uri === undefined ? file : decoded(uri);
    if (path === undefined) return '';
    const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    return line === undefined ? name : `${name}:${line + 1}`;
  }

  /** Of the whole; of two profiles of the newer one, or where that is empty of the older. */
  shareOf(node: number): number {
    const [whole] = this.nodes;
    const { total, before } = this.nodes[node]!;
    if (!whole) return 0;
    if (whole.total > 0) return total / whole.total;
    return whole.before && before && whole.before.total > 0 ? before.total / whole.before.total : 0;
  }

  changeOf(node: number): Change | undefined {
    const { total, before } = this.nodes[node]!;
    if (!before) return undefined;
    const change = total - before.total;
    if (Math.abs(change) <= noChange * Math.max(Math.abs(total), Math.abs(before.total))) return 'same';
    return change > 0 ? 'grew' : 'shrank';
  }

  amount(value: number): string {
    const { unit } = this.graph;
    return unit === 'objects' ? `${countText(value)} objects` : amountText(value, unit);
  }

  /** "+3 MiB", "−1 KiB", "±0 B". */
  signed(value: number): string {
    if (value === 0) return `±${this.amount(0)}`;
    return `${value < 0 ? '−' : '+'}${this.amount(Math.abs(value))}`;
  }

  /** The node that an arrow key leads to: down to the largest callee, up to the caller, to the sides among the callees of one caller. */
  towards(node: number, key: 'ArrowDown' | 'ArrowUp' | 'ArrowLeft' | 'ArrowRight' | 'Home'): number {
    const { parent } = this.nodes[node]!;
    switch (key) {
      case 'Home':
        return 0;
      case 'ArrowDown':
        return this.#children[node]![0] ?? node;
      case 'ArrowUp':
        return parent < 0 ? node : parent;
      default: {
        const siblings = this.#children[parent] ?? [node];
        return siblings[siblings.indexOf(node) + (key === 'ArrowRight' ? 1 : -1)] ?? node;
      }
    }
  }

  /** The nodes whose name, file or fix has the words, in reading order; none for no words. */
  search(words: string): number[] {
    const wanted = words.trim().toLowerCase();
    if (wanted === '') return [];
    return this.nodes.flatMap(({ name, file, uri }, i) => {
      const mark = this.#marks.get(i);
      const texts = [
        name,
        file ?? '',
        uri === undefined ? '' : decoded(uri),
        mark ? `${mark.fix} ${mark.title}` : '',
      ];
      return texts.some((text) => text.toLowerCase().includes(wanted)) ? [i] : [];
    });
  }

  /** Part of the whole that lies in some nodes; what is inside another one counts once. */
  shareOfAll(nodes: readonly number[]): number {
    const found = new Set(nodes);
    const size = this.nodes[0]?.size ?? 0;
    const outermost = nodes.filter((node) => !this.#isInside(node, (caller) => found.has(caller)));
    return size > 0 ? outermost.reduce((sum, node) => sum + this.nodes[node]!.size, 0) / size : 0;
  }

  /** "12 functions, 38.2 %". */
  found(nodes: readonly number[], words: string): string {
    if (words.trim() === '') return '';
    if (nodes.length === 0) return 'nothing found';
    return `${nodes.length} ${nodes.length === 1 ? 'box' : 'boxes'}, ${percentText(this.shareOfAll(nodes))}`;
  }

  /** The same figures by function: those of the table. The whole is none. */
  functions(): FunctionRow[] {
    const byFunction = new Map<string, number[]>();
    for (const [i, node] of this.nodes.entries()) {
      if (i === 0) continue;
      const key = keyOf(node);
      const known = byFunction.get(key);
      if (known) known.push(i);
      else byFunction.set(key, [i]);
    }
    return [...byFunction].map(([key, nodes]) => this.#rowOf(key, nodes));
  }

  #rowOf(key: string, nodes: readonly number[]): FunctionRow {
    const sum = (all: readonly number[], of: (node: FlameNode) => number): number =>
      all.reduce((total, node) => total + of(this.nodes[node]!), 0);
    const outermost = nodes.filter(
      (node) => !this.#isInside(node, (caller) => keyOf(this.nodes[caller]!) === key),
    );
    const heaviest = nodes.reduce((best, node) =>
      this.nodes[node]!.size > this.nodes[best]!.size ? node : best,
    );
    const [total, own] = [sum(outermost, (node) => node.total), sum(nodes, (node) => node.own)];
    const marks = nodes.flatMap((node) => this.#marks.get(node) ?? []);
    const { name, merged } = this.nodes[heaviest]!;
    return {
      name: merged === undefined ? name : '… (less than 0.1 % each)',
      place: this.placeOf(marks[0]?.node ?? heaviest),
      total,
      own,
      ...(this.compares && {
        change: total - sum(outermost, (node) => node.before!.total),
        ownChange: own - sum(nodes, (node) => node.before!.own),
      }),
      fix: (marks.find(({ fix }) => fix === 'safe fix') ?? marks[0])?.fix ?? '',
      node: marks[0]?.node ?? heaviest,
    };
  }

  #isInside(node: number, matches: (caller: number) => boolean): boolean {
    for (let at = this.nodes[node]!.parent; at >= 0; at = this.nodes[at]!.parent)
      if (matches(at)) return true;
    return false;
  }
}

/** Largest first; texts from A to Z, and what has one before what has none. Equal ones stay in the order of their totals. */
export function sorted(rows: readonly FunctionRow[], key: SortKey, descending: boolean): FunctionRow[] {
  const direction = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [one, other] = [a[key] ?? 0, b[key] ?? 0];
    if (typeof one === 'number' && typeof other === 'number')
      return direction * (one - other) || b.total - a.total;
    if ((one === '') !== (other === '')) return one === '' ? 1 : -1;
    return direction * String(one).localeCompare(String(other)) || b.total - a.total;
  });
}

/** `json.(*Encoder).Encode` of `encoding/json.(*Encoder).Encode`. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

const keyOf = ({ name, uri, file, merged, line }: FlameNode): string => {
  if (merged !== undefined) return '…';
  // Functions of V8 without a name are told apart by their place.
  const place = name.endsWith('(anonymous)') ? line : '';
  return `${name}\0${uri ?? file ?? ''}\0${place}`;
};

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
