import type { CallNode, CallTree } from './call-tree';

/** A tree as it goes from one thread to another: an object for each of its functions would keep both busy for a tenth of a second. */
export interface PackedTree {
  readonly unit: CallTree['unit'];
  readonly countsObjects: boolean;
  /** Names and files, each once. */
  readonly texts: readonly string[];
  /** Of each node, callers before their callees: see `pack`. */
  readonly rows: Float64Array<ArrayBuffer>;
}

export function pack({ unit, countsObjects, root }: CallTree): PackedTree {
  const indices = new Map<string, number>();
  const textOf = (text: string): number => {
    let index = indices.get(text);
    if (index === undefined) indices.set(text, (index = indices.size));
    return index;
  };
  const rows: number[] = [];
  const add = ({ name, file, isOwn, line, charged, total, own, merged, children }: CallNode): void => {
    rows.push(textOf(name), textOf(file), isOwn ? 1 : 0, line, total.amount, total.objects, own.amount);
    rows.push(own.objects, merged, charged.length, ...charged, children.length);
    for (const child of children) add(child);
  };
  add(root);
  return { unit, countsObjects, texts: [...indices.keys()], rows: Float64Array.from(rows) };
}

export function unpack({ unit, countsObjects, texts, rows }: PackedTree): CallTree {
  let at = 0;
  const next = (): number => rows[at++]!;
  const list = <T>(length: number, make: () => T): T[] => {
    const found: T[] = [];
    for (let i = 0; i < length; i++) found.push(make());
    return found;
  };
  // Properties are made in the order in which they were written.
  const node = (): CallNode => ({
    name: texts[next()]!,
    file: texts[next()]!,
    isOwn: next() === 1,
    line: next(),
    total: { amount: next(), objects: next() },
    own: { amount: next(), objects: next() },
    merged: next(),
    charged: list(next(), next),
    children: list(next(), node),
  });
  return { unit, countsObjects, root: node() };
}
