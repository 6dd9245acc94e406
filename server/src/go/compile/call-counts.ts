import type { PlacedCall } from '../../../../rules/go/rule';
import { allocates } from '../../../../rules/go/sites/emitted-calls';
import type { PackageRecords } from './records';

/** Callee → how often it is called in the listing. */
export type Counts = ReadonlyMap<string, number>;

/** The lines of a file, 0-based, inclusive. */
export interface Lines {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

/** Which calls of a function and its closures are counted. */
export interface Part {
  /** The function's symbol. */
  readonly base: string;
  /** Only calls on these lines. */
  readonly among?: readonly Lines[] | undefined;
  /** Lines of which the function has several copies: there a callee counts once a line. */
  readonly copied?: Lines | undefined;
}

/** Calls as the source has them: what stands both in a closure and inlined in its caller counts once. */
export function callsOnLines(records: PackageRecords, part: Part): Counts {
  return countsOf(records.placedCalls(records.family(part.base)), part);
}

/**
 * True when the compiler inlined a call of one of the functions on the lines, and they are counted where they are called. Where an allocation
 * is among them, that is listed whether or not what makes it was inlined.
 */
export function inlines(callees: readonly string[], records: PackageRecords, own: Lines): boolean {
  return !callees.some(allocates) && inlinedOn(own, records).some(({ callee }) => callees.includes(callee));
}

/**
 * How often `callees` are called there. With `own`, those that were inlined on its lines count, and not what inlined functions call:
 * the listing gives the callee's own line for it, and has it once for each copy of the code around.
 */
export function callsOf(
  callees: readonly string[],
  records: PackageRecords,
  part: Part,
  own: Lines | undefined,
): number {
  const emitted = records.placedCalls(records.family(part.base));
  const calls = own
    ? [...emitted.filter(({ at, callee }) => isOn(own, at) || allocates(callee)), ...inlinedOn(own, records)]
    : emitted;
  const asked = calls.filter(({ callee }) => callees.includes(callee));
  let sum = 0;
  for (const count of countsOf(asked, part).values()) sum += count;
  return sum;
}

function inlinedOn(own: Lines, records: PackageRecords): PlacedCall[] {
  return [...(records.records(own.file)?.inlined.values() ?? [])]
    .map(({ line, callee }) => ({ callee, symbol: '', at: { file: own.file, line: line - 1 } }))
    .filter(({ at }) => isOn(own, at));
}

function countsOf(calls: readonly PlacedCall[], { among, copied }: Part): Counts {
  const lines = new Map<string, Map<string, Map<string, number>>>();
  for (const { callee, symbol, at } of calls) {
    if (among && !among.some((part) => isOn(part, at))) continue;
    const place = at ? `${at.file}\0${at.line}` : '';
    const bySymbol = lines.get(place) ?? new Map<string, Map<string, number>>();
    const counts = bySymbol.get(symbol) ?? new Map<string, number>();
    counts.set(callee, copied && isOn(copied, at) ? 1 : (counts.get(callee) ?? 0) + 1);
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

function isOn({ file, first, last }: Lines, at: PlacedCall['at']): boolean {
  return at?.file === file && first <= at.line && at.line <= last;
}
