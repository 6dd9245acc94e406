/**
 * What benchstat says about two samples of a benchmark: medians, the spread of each, and whether they differ
 * (golang.org/x/perf/benchmath, AssumeNothing). Checked against vectors that benchmath made, in
 * test/fixtures/statistics. No package on npm has the exact test with ties.
 */

/** The level below which a difference counts, as benchstat's `-alpha`. */
export const alpha = 0.05;

/** Of the interval around a median, as benchstat's `-confidence`. */
const confidence = 0.95;

/** Half the width of the central 95 % of the standard normal distribution. */
const normalQuantile = 1.959963984540054;

/** A sample's median with the interval that holds the true median in at least 95 of 100 cases. */
export interface Summary {
  readonly center: number;
  /** -∞ when the sample is too small for a bound: below six values. */
  readonly low: number;
  readonly high: number;
}

/** Whether two samples come from the same distribution. */
export interface Comparison {
  /** Probability of a difference at least as large when there is none. May exceed 1 by the correction for ties. */
  readonly p: number;
  readonly sizes: readonly [number, number];
  /** Why the test says nothing: "all samples are equal", "need >= 4 samples …". */
  readonly warning?: string;
}

/** @throws RangeError for an empty sample */
export function summarise(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('A sample without values has no median.');
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = medianBounds(sorted.length);
  return { center: median(sorted), low: sorted[low - 1] ?? -Infinity, high: sorted[high - 1] ?? Infinity };
}

/** The two-sided Mann-Whitney U test. @throws RangeError for an empty sample */
export function compare(a: readonly number[], b: readonly number[]): Comparison {
  if (a.length === 0 || b.length === 0)
    throw new RangeError('A sample without values compares with nothing.');
  const sizes = [a.length, b.length] as const;
  const { u, ties } = rankSum(a, b);
  if (ties.length === 1) return { p: 1, sizes, warning: 'all samples are equal' };
  // Up to here the exact distribution is cheap and the normal one too far off (go-moremath, utest.go).
  const limit = ties.some((count) => count > 1) ? 25 : 50;
  const p = Math.max(...sizes) <= limit ? exactP(u, sizes, ties) : normalP(u, sizes, ties);
  const warning =
    p > alpha && Math.max(...sizes) < 4
      ? `need >= 4 samples to detect a difference at alpha level ${alpha}`
      : undefined;
  return { p, sizes, ...(warning !== undefined && { warning }) };
}

/** The spread as benchstat prints it: "3%", "∞" when the sample is too small, "?" when its sign is not sure. */
export function spreadText({ center, low, high }: Summary): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return '∞';
  if (Math.sign(low) !== Math.sign(center) || Math.sign(high) !== Math.sign(center)) return '?';
  if (center === 0) return '0%';
  return `${toEven(100 * Math.max(high / center - 1, 1 - low / center))}%`;
}

/** "+16.67%", "~" when the difference is not significant, "?" when the old value is 0. */
export function deltaText({ p }: Comparison, before: number, after: number): string {
  if (p > alpha) return '~';
  if (before === after) return '0.00%';
  if (before === 0) return '?';
  const percent = (after / before - 1) * 100;
  return `${percent < 0 ? '' : '+'}${percent.toFixed(2)}%`;
}

/** "p=0.002 n=6", "n=6+5" when the sizes differ. */
export function significanceText({ p, sizes: [before, after] }: Comparison): string {
  return `${p === 0 ? '' : `p=${p.toFixed(3)} `}n=${before === after ? before : `${before}+${after}`}`;
}

function median(sorted: readonly number[]): number {
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1]! + sorted[half]!) / 2 : sorted[Math.floor(half)]!;
}

/** 1-based order statistics that bound the median; outside of 1…n where the sample is too small for a bound. */
function medianBounds(n: number): [low: number, high: number] {
  if (n > 30) return normalMedianBounds(n);
  // `weight[k]`: probability that exactly k of n values lie below the median. Widened from the middle, left first.
  const weight = (k: number): number => (k < 0 || k > n ? 0 : choose(n, k) / 2 ** n);
  let low = Math.ceil((n + 1) / 2 - 1);
  let high = low + 1;
  for (let sum = weight(low); sum < confidence;) {
    const [left, right] = [weight(low - 1), weight(high)];
    if (left === 0 && right === 0) break;
    sum += Math.max(left, right);
    if (left >= right) low--;
    else high++;
  }
  return [low, high];
}

function normalMedianBounds(n: number): [low: number, high: number] {
  const [mean, deviation] = [n / 2, Math.sqrt(n / 4)];
  const left = mean - normalQuantile * deviation;
  // Rounded outwards to k ± ½, the band of k in the normal distribution.
  const low = Math.floor(Math.floor(left - 0.5) + 0.5) + 1;
  const high = Math.floor(Math.ceil(2 * mean - left - 0.5) + 0.5) + 1;
  const within = (to: number): number =>
    normal((to - 0.5 - mean) / deviation) - normal((low - 0.5 - mean) / deviation);
  return [low, within(high - 1) >= confidence ? high - 1 : high];
}

/** U of the first sample, and how many values share each rank. */
function rankSum(a: readonly number[], b: readonly number[]): { u: number; ties: number[] } {
  const merged = [...a.map((value) => ({ value, first: 1 })), ...b.map((value) => ({ value, first: 0 }))];
  merged.sort((x, y) => x.value - y.value);
  const ties: number[] = [];
  let ranks = 0;
  for (let start = 0; start < merged.length;) {
    let end = start;
    let first = 0;
    while (end < merged.length && merged[end]!.value === merged[start]!.value) first += merged[end++]!.first;
    ranks += (first * (start + 1 + end)) / 2;
    ties.push(end - start);
    start = end;
  }
  return { u: ranks - (a.length * (a.length + 1)) / 2, ties };
}

function exactP(u: number, [n, m]: readonly [number, number], ties: readonly number[]): number {
  const smaller = Math.min(u, n * m - u);
  return u === n * m - u ? 1 : 2 * cumulative(2 * smaller, n, m, ties);
}

/**
 * P(2U ≤ `bound`) when every choice of the n values out of all is equally likely. `ways[k]` maps 2U to the number of ways
 * to take k values from the ranks seen so far: a value counts 2 for each lower one of the other sample, 1 for an equal one.
 */
function cumulative(bound: number, n: number, m: number, ties: readonly number[]): number {
  let ways: Map<number, number>[] = [new Map([[0, 1]])];
  let seen = 0;
  for (const tied of ties) {
    const next: Map<number, number>[] = [];
    for (const [taken, sums] of ways.entries()) {
      for (let more = 0; more <= tied && taken + more <= n; more++) {
        if (seen + tied - (taken + more) > m) continue;
        const added = 2 * more * (seen - taken) + more * (tied - more);
        const into = (next[taken + more] ??= new Map());
        for (const [sum, count] of sums) {
          if (sum + added <= bound)
            into.set(sum + added, (into.get(sum + added) ?? 0) + count * choose(tied, more));
        }
      }
    }
    // Sparse: too few values may be left to take.
    ways = Array.from(next, (sums) => sums ?? new Map<number, number>());
    seen += tied;
  }
  let sum = 0;
  for (const count of ways[n]?.values() ?? []) sum += count;
  return sum / choose(n + m, n);
}

/** With the corrections for ties and for continuity. */
function normalP(u: number, [n, m]: readonly [number, number], ties: readonly number[]): number {
  const all = n + m;
  const tied = ties.reduce((sum, count) => sum + (count ** 3 - count), 0);
  const deviation = Math.sqrt((n * m * (all + 1 - tied / (all * (all - 1)))) / 12);
  const off = u - (n * m) / 2;
  const z = (off - Math.sign(off) * 0.5) / deviation;
  return 2 * Math.min(normal(z), 1 - normal(z));
}

function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) result = (result * (n - i + 1)) / i;
  return Math.round(result);
}

/** The standard normal distribution's cumulative probability. */
function normal(z: number): number {
  return z < 0 ? upperTail(-z) : 1 - upperTail(z);
}

/** P(Z > z) for z ≥ 0: Abramowitz and Stegun 26.2.11 (series), 26.2.14 (continued fraction). */
function upperTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 3) {
    let fraction = z;
    for (let k = 120; k > 0; k--) fraction = z + k / fraction;
    return density / fraction;
  }
  let [sum, term] = [z, z];
  for (let k = 3; term > sum * 1e-17; k += 2) sum += term *= (z * z) / k;
  return 0.5 - density * sum;
}

/** As C's `%.0f`: halves to the even neighbour. */
function toEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}
