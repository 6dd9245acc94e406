/** What a Go benchmark prints (golang.org/design/14313-benchmark-format), as package testing writes it. */

/** One line of results. */
export interface BenchmarkRun {
  /** With its sub-benchmarks, without the number of processors: "BenchmarkParse/small". */
  readonly name: string;
  readonly iterations: number;
  /** Per operation, by unit: "ns/op", "B/op", "allocs/op", and what the benchmark reports itself. */
  readonly values: ReadonlyMap<string, number>;
}

const results = /(?:^|[\t ])(\d+)[\t ]+([\d.]+(?:e[+-]?\d+)? ns\/op.*)$/;

/**
 * The results in the output of a benchmark. Lines that are not results are passed over: what the benchmark itself prints
 * may even stand between a name and its figures, which testing writes apart.
 * @param only the top-level benchmark that ran; whatever else looks like one was printed by it
 */
export function benchmarkRuns(output: string, only?: string): BenchmarkRun[] {
  const runs: BenchmarkRun[] = [];
  let name: string | undefined;
  for (const line of output.split(/\r?\n/)) {
    const named = /^(Benchmark(?![a-z])\S*?)(?:-\d+)?(?=[\t ]|$)/.exec(line);
    if (named && (only === undefined || named[1]!.split('/')[0] === only)) name = named[1]!;
    const found = results.exec(line);
    if (!found || name === undefined) continue;
    const values = new Map<string, number>();
    for (const [, value, unit] of found[2]!.matchAll(/(?<!\S)([-+\d.e]+|NaN|[-+]?Inf) (\S+)/g)) {
      if (Number.isFinite(Number(value))) values.set(unit!, Number(value));
    }
    runs.push({ name, iterations: Number(found[1]), values });
    name = undefined;
  }
  return runs;
}

/** The message with which a benchmark failed or panicked, in one line; undefined when the output holds none. */
export function failureOf(output: string): string | undefined {
  const lines = output.split(/\r?\n/);
  const at = lines.findIndex((line) => /^(?:--- FAIL: |panic: |fatal error: )/.test(line));
  if (at < 0) return undefined;
  const [first, second] = [lines[at]!, lines[at + 1]?.trim() ?? ''];
  return first.startsWith('--- FAIL') && second !== '' && second !== 'FAIL'
    ? second.replace(/^\S+\.go:\d+: /, '')
    : first.replace(/^--- /, '');
}
