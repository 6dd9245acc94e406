import type { PackageRecords } from './records';

/** Callee → how often it is called in the listing. */
export type Counts = ReadonlyMap<string, number>;

/** The lines of a file, 0-based, inclusive. */
export interface Lines {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

/** Calls of the function and its closures, each as often as the listing has it. */
export function callsIn(records: PackageRecords, base: string): Counts {
  const counts = new Map<string, number>();
  for (const symbol of records.family(base))
    for (const [callee, n] of records.callees(symbol)) counts.set(callee, (counts.get(callee) ?? 0) + n);
  return counts;
}

/**
 * Calls of the function and its closures as the source has them: what stands both in a closure and inlined in its caller
 * counts once. With `among` only those on one of its lines.
 */
export function callsOnLines(records: PackageRecords, base: string, among?: readonly Lines[]): Counts {
  const lines = new Map<string, Map<string, Map<string, number>>>();
  for (const { callee, symbol, at } of records.placedCalls(records.family(base))) {
    const inside = (part: Lines): boolean =>
      at?.file === part.file && part.first <= at.line && at.line <= part.last;
    if (among && !among.some(inside)) continue;
    const place = at ? `${at.file}\0${at.line}` : '';
    const bySymbol = lines.get(place) ?? new Map<string, Map<string, number>>();
    const counts = bySymbol.get(symbol) ?? new Map<string, number>();
    counts.set(callee, (counts.get(callee) ?? 0) + 1);
    lines.set(place, bySymbol.set(symbol, counts));
  }
  const sums = new Map<string, number>();
  for (const bySymbol of lines.values()) {
    const most = new Map<string, number>();
    for (const counts of bySymbol.values())
      for (const [callee, n] of counts) most.set(callee, Math.max(n, most.get(callee) ?? 0));
    for (const [callee, n] of most) sums.set(callee, (sums.get(callee) ?? 0) + n);
  }
  return sums;
}
