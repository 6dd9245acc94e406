import Table from 'cli-table3';
import { median } from 'simple-statistics';

/** Median milliseconds of `rounds` runs; `prepare` makes each run's input and is not timed. */
export async function time<T>(
  rounds: number,
  prepare: (round: number) => T | Promise<T>,
  run: (input: T) => unknown,
): Promise<number> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const input = await prepare(round);
    const started = performance.now();
    await run(input);
    samples.push(performance.now() - started);
  }
  return median(samples);
}

export function print(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  console.log(`\n${title}\n${table.toString()}`);
}

export const ms = (milliseconds: number): string => `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;

export const ratio = (a: number, b: number): string => `${(a / b).toFixed(2)} ×`;
