import { parsedJson } from '../text/json';

/** A file of ceilings for whole benchmarks: what each allocated when the file was written. */

/** What a benchmark allocates for one operation. */
export interface Ceiling {
  readonly importPath: string;
  /** With its sub-benchmark: "BenchmarkParse/small". */
  readonly benchmark: string;
  readonly allocs: number;
  readonly bytes: number;
}

export interface Lock {
  /** The toolchain that it was written with: `go1.26.8`. Another one may allocate otherwise. */
  readonly toolchain: string;
  readonly ceilings: readonly Ceiling[];
}

/** A lock that cannot be used. The message is a sentence for the user that does not name the file. */
export class LockError extends Error {
  override readonly name = 'LockError';
}

const header = { alloclens: 'lock', version: 1 } as const;

/** A line that says what it is, then one line a benchmark, sorted: branches merge line by line. */
export function lockText({ toolchain, ceilings }: Lock): string {
  const lines = ceilings.map(({ importPath, benchmark, allocs, bytes }) =>
    JSON.stringify([importPath, benchmark, allocs, bytes]),
  );
  return [JSON.stringify({ ...header, toolchain }), ...lines.sort(), ''].join('\n');
}

/** @throws LockError when it is no lock of this version, or damaged */
export function parseLock(text: string): Lock {
  const [first, ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const head = parsedJson(first ?? '') as
    { alloclens?: unknown; version?: unknown; toolchain?: unknown } | undefined;
  if (head?.alloclens !== header.alloclens)
    throw new LockError(
      'It is no file of ceilings of AllocLens, whose first line begins {"alloclens":"lock","version":1; “alloclens check --update-lock” writes one where there is no file.',
    );
  if (head.version !== header.version || typeof head.toolchain !== 'string')
    throw new LockError(
      `It has version ${String(head.version)} of the format; this version of AllocLens reads ${header.version}.`,
    );
  const ceilings = lines.map((line, i): Ceiling => {
    const entry = parsedJson(line);
    const [importPath, benchmark, allocs, bytes] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (
      typeof importPath !== 'string' ||
      typeof benchmark !== 'string' ||
      !isAmount(allocs) ||
      !isAmount(bytes)
    )
      throw new LockError(
        `The entry number ${i + 1} is not ["package","benchmark",allocs,bytes]: merge it by hand, or write the file anew with “alloclens check --update-lock”.`,
      );
    return { importPath, benchmark, allocs, bytes };
  });
  return { toolchain: head.toolchain, ceilings };
}

const isAmount = (value: unknown): value is number => typeof value === 'number' && value >= 0;

/** What a benchmark allocated in several runs. */
export interface MeasuredCeiling {
  readonly importPath: string;
  readonly benchmark: string;
  /** A figure for each run; at least one. */
  readonly allocs: readonly number[];
  readonly bytes: readonly number[];
}

export interface LockComparison {
  /** More than the file allows, in every run. */
  readonly worse: readonly Held[];
  /** Less, in every run: the file does not say so yet. */
  readonly better: readonly Held[];
  readonly same: readonly Held[];
  /** Ceilings that nothing was measured for. */
  readonly unmeasured: readonly Ceiling[];
  /** Benchmarks without a ceiling. */
  readonly unknown: readonly MeasuredCeiling[];
}

export interface Held {
  readonly ceiling: Ceiling;
  readonly measured: MeasuredCeiling;
}

/** A part of the ceiling by which a figure may differ: pools and goroutines allocate now and then. */
const tolerance = 0.03;
/** And bytes by so many. */
const floor = 128;

/** Holds what was measured against the file, in both directions. */
export function compareWithLock(
  ceilings: readonly Ceiling[],
  measured: readonly MeasuredCeiling[],
): LockComparison {
  const key = ({ importPath, benchmark }: { importPath: string; benchmark: string }): string =>
    `${importPath} ${benchmark}`;
  const found = new Map(measured.map((one) => [key(one), one]));
  const known = new Set(ceilings.map(key));
  const groups = { worse: [] as Held[], better: [] as Held[], same: [] as Held[] };
  const unmeasured: Ceiling[] = [];
  for (const ceiling of ceilings) {
    const one = found.get(key(ceiling));
    if (one) groups[directionOf(ceiling, one)].push({ ceiling, measured: one });
    else unmeasured.push(ceiling);
  }
  return { ...groups, unmeasured, unknown: measured.filter((one) => !known.has(key(one))) };
}

function directionOf({ allocs, bytes }: Ceiling, measured: MeasuredCeiling): 'worse' | 'better' | 'same' {
  const sides = [
    side(measured.allocs, allocs, allocs * tolerance),
    side(measured.bytes, bytes, Math.max(floor, bytes * tolerance)),
  ];
  return sides.includes('worse') ? 'worse' : sides.includes('better') ? 'better' : 'same';
}

function side(runs: readonly number[], ceiling: number, slack: number): 'worse' | 'better' | 'same' {
  if (Math.min(...runs) > ceiling + slack) return 'worse';
  return Math.max(...runs) < ceiling - slack ? 'better' : 'same';
}

/** The ceiling that a measurement gives: the most of its runs. */
export function ceilingOf({ importPath, benchmark, allocs, bytes }: MeasuredCeiling): Ceiling {
  return { importPath, benchmark, allocs: Math.max(...allocs), bytes: Math.max(...bytes) };
}
