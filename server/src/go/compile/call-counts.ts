import type { PackageRecords } from './records';

/** Callee → how often it is called in the listing. */
export type Counts = ReadonlyMap<string, number>;

/**
 * Calls of the function and its closures; with `lines` (0-based, inclusive) only those on lines of that
 * file, where what stands both in a closure and inlined in its caller counts once.
 */
export function callsIn(
  records: PackageRecords,
  base: string,
  lines?: { path: string; first: number; last: number },
): Counts {
  const counts = new Map<string, number>();
  const add = (callee: string, n: number): void => {
    counts.set(callee, (counts.get(callee) ?? 0) + n);
  };
  const symbols = records.family(base);
  if (!lines) {
    for (const symbol of symbols) for (const [callee, n] of records.callees(symbol)) add(callee, n);
    return counts;
  }
  const own = new Map<string, Map<string, number>>();
  for (const { callee, line, symbol } of records.calls(symbols, lines.path)) {
    if (line < lines.first || lines.last < line) continue;
    const known = own.get(symbol) ?? new Map<string, number>();
    own.set(symbol, known.set(callee, (known.get(callee) ?? 0) + 1));
  }
  for (const calls of own.values())
    for (const [callee, n] of calls) counts.set(callee, Math.max(n, counts.get(callee) ?? 0));
  return counts;
}
