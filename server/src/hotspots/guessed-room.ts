import type { Finding, Fix, GuessedRoom, Location } from '../../../rules/model';
import { allocatedBytes } from '../../../rules/go/types/layout';
import { fewSamples, type LineWeight } from '../profile/weights';
import { shortName } from './why';

/** The least part of the slices that must become as long as a fix makes them: others pay for room that they do not need. */
const mostOfThem = 0.75;

/** The part of the slices below which a function is not asked about: a sample or two say nothing. */
const leastPart = 0.005;

/** What a slice of Go 1.26 has on the stack before its first array. */
const stackBytes = 32;

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
 * The finding with fixes that make as much room for a slice as its arrays use in the profile: each size of array that an append makes is one
 * more time that it was full, so how many there are of each says how long the slices become. Of the rooms that a fix can make the one is offered
 * that saves most; without the fix where none is used, or may not be.
 */
export function withRoomSeen(finding: Finding, seen: SeenArrays): Finding {
  let noFix: Finding['noFix'];
  const fixes = finding.fixes.flatMap((fix) => {
    if (!fix.room) return [fix];
    const chosen = chosenOf(fix, fix.room, seen);
    if (typeof chosen !== 'string') return [chosen];
    noFix ??= { because: chosen, recipe: fix.room.recipe };
    return [];
  });
  return { ...finding, fixes, ...(fixes.length === 0 && noFix && { noFix }) };
}

/** The fix with the best room, or why none is offered, as a clause. */
function chosenOf(
  fix: Fix,
  { elements, elementSize, others, onStack, made }: GuessedRoom,
  seen: SeenArrays,
): Fix | string {
  if (seen.own.reduce((sum, { samples }) => sum + samples, 0) < fewSamples || arraysOf(seen.own).length === 0)
    return 'the profile saw too few of its arrays to tell how long it becomes';
  if (elements === undefined) return whyTakenOverInVain(seen) ?? fix;
  if (elementSize === undefined)
    return 'its elements are of several sizes, so the profile does not tell how many there are';
  const slices = slicesOf(seen, elementSize, onStack ?? [], made);
  if (typeof slices === 'string') return slices;
  const rooms = (others.length > 0 ? others : [fix]).map((one) => ({
    one,
    ...judged(slices, one.room!.elements!, elementSize),
  }));
  const [best] = rooms.filter(({ because }) => because === undefined).sort((a, b) => b.saved - a.saved);
  if (best) return best.one;
  return rooms.find(({ because }) => because !== atOnce)?.because ?? atOnce;
}

/** Slices by how long they become, of all that begin at a place or of those that one function of the program is behind. */
interface Slices {
  /** How many begin. */
  readonly begun: number;
  /** What is allocated for them, an entry a size. */
  readonly arrays: readonly Arrays[];
}

interface Arrays {
  readonly size: number;
  readonly count: number;
}

interface SeenSlices extends Slices {
  /** By the function of the program that the stacks begin in. */
  readonly from: ReadonlyMap<string, Slices>;
}

/** @returns a clause where the profile does not say it */
function slicesOf(
  { own, others, at }: SeenArrays,
  elementSize: number,
  onStack: readonly Location[],
  made: GuessedRoom['made'],
): SeenSlices | string {
  const isArray = ({ size }: Arrays): boolean => !others.has(size);
  const moved = onStack.flatMap(({ file, span }) => at(file, span.start));
  const sum = (arrays: readonly Arrays[], short: readonly Arrays[]): Slices => ({
    // Who gets one array got a smaller one before; what has moved from the stack is short.
    begun: Math.max(0, ...arrays.map(({ count }) => count)) + total(short).count,
    arrays: [...arrays.filter(isArray), ...short],
  });
  const isShort = ({ size }: Arrays): boolean => size <= stackBytes;
  const all = sum(arraysOf(own), arraysOf(moved).filter(isShort));
  if (!made) {
    const names = new Set([...own, ...moved].flatMap(({ sizesFrom }) => [...(sizesFrom?.keys() ?? [])]));
    const of = (weights: readonly LineWeight[], name: string): Arrays[] =>
      arraysIn(weights.map(({ sizesFrom }) => sizesFrom?.get(name)));
    const from = new Map(
      [...names].map((name) => [name, sum(of(own, name), of(moved, name).filter(isShort))]),
    );
    return { ...all, from };
  }
  const least = allocatedBytes(made.elements * elementSize);
  const births = arraysOf(at(made.file, made.span.start)).find(({ size }) => size === least);
  if (!births) return 'the profile does not tell how many of its owners never fill it';
  return { begun: births.count, arrays: [...all.arrays, births], from: new Map() };
}

/** What room for so many elements would change: the bytes that it saves, or why it is not offered, as a clause. */
function judged(
  slices: SeenSlices,
  elements: number,
  elementSize: number,
): { readonly saved: number; readonly because?: string } {
  const room = allocatedBytes(elements * elementSize);
  const { begun, arrays, from } = slices;
  const full = Math.max(0, ...arrays.filter(({ size }) => size >= room).map(({ count }) => count));
  const saved = savedBy(room, slices);
  if (full < mostOfThem * begun)
    return {
      saved,
      because: `in the profile ${percent(full / begun)} of these slices get as many as ${elements} elements`,
    };
  if (saved <= 0) return { saved, because: atOnce };
  const [payer] =
    [...from].find(([, some]) => some.begun > leastPart * begun && savedBy(room, some) < 0) ?? [];
  return payer === undefined
    ? { saved }
    : {
        saved,
        because: `in the profile the slices of \`${shortName(payer)}\` are shorter than ${elements} elements`,
      };
}

const atOnce = 'in the profile the first array of these slices has room enough';

/** Bytes that slices take until they have the room, less what each gets instead. */
const savedBy = (room: number, { begun, arrays }: Slices): number =>
  total(arrays.filter(({ size }) => size <= room)).bytes - begun * room;

/** Of a list that is cut in two: whether the halves grow again. As a clause; undefined where they do. */
function whyTakenOverInVain({ own, later }: SeenArrays): string | undefined {
  const arrays = arraysOf(own);
  const smallest = Math.min(...arrays.map(({ size }) => size));
  const [first, next] = [total(arrays), total(arraysOf(later).filter(({ size }) => size > smallest))];
  const room = next.bytes / next.count;
  return next.count >= mostOfThem * first.count && first.count * room < first.bytes + next.bytes
    ? undefined
    : `in the profile ${percent(next.count / first.count)} of the slices grow again`;
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
