/**
 * The strongly connected parts of a graph below its roots, each behind those that it leads to: R. Tarjan, "Depth-first search
 * and linear graph algorithms" (1972), without recursion. `key` tells nodes apart.
 */
export function circlesOf<T>(
  roots: Iterable<T>,
  next: (node: T) => readonly T[],
  key: (node: T) => unknown = (node) => node,
): T[][] {
  interface Entry {
    readonly node: T;
    readonly index: number;
    readonly next: readonly T[];
    low: number;
    done: number;
    onStack: boolean;
  }
  const entries = new Map<unknown, Entry>();
  const stack: Entry[] = [];
  const found: T[][] = [];
  const enter = (node: T): Entry => {
    const index = entries.size;
    const entry = { node, index, next: next(node), low: index, done: 0, onStack: true };
    entries.set(key(node), entry);
    stack.push(entry);
    return entry;
  };
  for (const root of roots) {
    const path = entries.has(key(root)) ? [] : [enter(root)];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      if (top.done < top.next.length) {
        const to = top.next[top.done++]!;
        const other = entries.get(key(to));
        if (!other) path.push(enter(to));
        else if (other.onStack) top.low = Math.min(top.low, other.index);
        continue;
      }
      path.pop();
      const from = path.at(-1);
      if (from) from.low = Math.min(from.low, top.low);
      if (top.low !== top.index) continue;
      const circle = stack.splice(stack.lastIndexOf(top));
      for (const entry of circle) entry.onStack = false;
      found.push(circle.map(({ node }) => node));
    }
  }
  return found;
}
