/** What two lists have in common and what only one has, when the items that share a key are counted and not told apart. */
export interface Difference<A, B> {
  readonly common: readonly (readonly [A, B])[];
  readonly onlyFirst: readonly A[];
  readonly onlySecond: readonly B[];
}

/** Both keep their order. Of items with one key the first ones are taken for common. */
export function difference<A, B>(
  first: readonly A[],
  second: readonly B[],
  keyOfFirst: (item: A) => string,
  keyOfSecond: (item: B) => string,
): Difference<A, B> {
  const waiting = new Map<string, B[]>();
  for (const item of second) {
    const key = keyOfSecond(item);
    const known = waiting.get(key);
    if (known) known.push(item);
    else waiting.set(key, [item]);
  }
  const common: [A, B][] = [];
  const onlyFirst: A[] = [];
  const taken = new Set<B>();
  const next = new Map<string, number>();
  for (const item of first) {
    const key = keyOfFirst(item);
    const at = next.get(key) ?? 0;
    const match = waiting.get(key)?.[at];
    if (match === undefined) {
      onlyFirst.push(item);
      continue;
    }
    next.set(key, at + 1);
    taken.add(match);
    common.push([item, match]);
  }
  return { common, onlyFirst, onlySecond: second.filter((item) => !taken.has(item)) };
}
