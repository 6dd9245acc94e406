import type { Finding, GuessedRoom } from '../../../rules/model';
import { allocatedBytes } from '../../../rules/go/types/layout';
import { fewSamples, type LineWeight } from '../profile/weights';
import { shortName } from './why';

/** The least part of the slices that must become as long as a fix makes them: others pay for room that they do not need. */
const mostOfThem = 0.75;

/** The part of the slices below which a function is not asked about: a sample or two say nothing. */
const leastPart = 0.005;

/** Lines of a heap profile, by the size of what they allocate. */
export interface SeenArrays {
  /** Of the appends that the finding speaks of. */
  readonly own: readonly LineWeight[];
  /** Bytes of what else those lines allocate. */
  readonly others: ReadonlySet<number>;
  /** Of other places where the same slices grow. */
  readonly later: readonly LineWeight[];
  /** Of the line with the offset. */
  readonly at: (file: string, offset: number) => readonly LineWeight[];
}

/**
 * The finding without the fixes that make more room for a slice than its arrays use in the profile, or may. Each size of array that an append
 * makes is one more time that it was full: how many there are of each says how long the slices become.
 */
export function withRoomSeen(finding: Finding, seen: SeenArrays): Finding {
  const refused = new Map(
    finding.fixes.flatMap((fix) => {
      const because = fix.room && whyTooMuch(fix.room, seen);
      return because === undefined ? [] : [[fix, { because, recipe: fix.room!.recipe }] as const];
    }),
  );
  const [noFix] = refused.values();
  if (!noFix) return finding;
  const fixes = finding.fixes.filter((fix) => !refused.has(fix));
  return { ...finding, fixes, ...(fixes.length === 0 && { noFix }) };
}

/** As a clause; undefined where the arrays say that the room is used. */
function whyTooMuch({ elements, elementSize, made }: GuessedRoom, seen: SeenArrays): string | undefined {
  const arrays = arraysOf(seen.own);
  if (seen.own.reduce((sum, { samples }) => sum + samples, 0) < fewSamples || arrays.length === 0)
    return 'the profile saw too few of its arrays to tell how long it becomes';
  const sure = arrays.filter(({ size }) => !seen.others.has(size));
  if (elements === undefined) {
    const smallest = Math.min(...arrays.map(({ size }) => size));
    const later = arraysOf(seen.later).filter(({ size }) => size > smallest);
    const [first, next] = [total(arrays), total(later)];
    return next.count > 0 &&
      isWorth(first.count, next.count, first.bytes + next.bytes, next.bytes / next.count)
      ? undefined
      : `in the profile ${percent(next.count / first.count)} of the slices grow again`;
  }
  if (elementSize === undefined)
    return 'its elements are of several sizes, so the profile does not tell how many there are';
  const room = allocatedBytes(elements * elementSize);
  const least = made ? allocatedBytes(made.elements * elementSize) : 0;
  const births = made && arraysOf(seen.at(made.file, made.span.start)).find(({ size }) => size === least);
  if (made && !births) return 'the profile does not tell how many of its owners never fill it';
  // Who gets one array got a smaller one before.
  const begun = births?.count ?? Math.max(...arrays.map(({ count }) => count));
  const full = Math.max(0, ...sure.filter(({ size }) => size >= room).map(({ count }) => count));
  const before = total(sure.filter(({ size }) => size <= room)).bytes + (births?.count ?? 0) * least;
  if (!isWorth(begun, full, before, room))
    return `in the profile ${percent(full / begun)} of these slices get as many as ${elements} elements`;
  const payer = made ? undefined : payerOf(seen, begun, room);
  return (
    payer && `in the profile the slices of \`${shortName(payer)}\` are shorter than ${elements} elements`
  );
}

/** The first function of the program that gets more bytes, though all together get fewer: its slices are others than the rest. */
function payerOf({ own, others }: SeenArrays, begun: number, room: number): string | undefined {
  const names = new Set(own.flatMap(({ sizesFrom }) => [...(sizesFrom?.keys() ?? [])]));
  return [...names].find((name) => {
    const arrays = arraysIn(own.map(({ sizesFrom }) => sizesFrom?.get(name)));
    const first = Math.max(...arrays.map(({ count }) => count));
    const before = total(arrays.filter(({ size }) => size <= room && !others.has(size))).bytes;
    return first > leastPart * begun && first * room > before;
  });
}

/**
 * @param begun slices
 * @param full those that become as long as the fix makes them
 * @param before bytes that they take until they are so long
 * @param room bytes that each gets instead
 */
function isWorth(begun: number, full: number, before: number, room: number): boolean {
  return full >= mostOfThem * begun && begun * room < before;
}

interface Arrays {
  readonly size: number;
  readonly count: number;
}

const arraysOf = (weights: readonly LineWeight[]): Arrays[] => arraysIn(weights.map(({ sizes }) => sizes));

function arraysIn(all: readonly (ReadonlyMap<number, number> | undefined)[]): Arrays[] {
  const bytes = new Map<number, number>();
  for (const sizes of all)
    for (const [size, amount] of sizes ?? []) bytes.set(size, (bytes.get(size) ?? 0) + amount);
  return [...bytes].map(([size, amount]) => ({ size, count: amount / size }));
}

function total(arrays: readonly Arrays[]): { readonly count: number; readonly bytes: number } {
  return {
    count: arrays.reduce((sum, { count }) => sum + count, 0),
    bytes: arrays.reduce((sum, { size, count }) => sum + size * count, 0),
  };
}

const percent = (part: number): string => `${Math.round(100 * part)} %`;
