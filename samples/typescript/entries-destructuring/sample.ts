/** A filter's weighted sum: the index is needed beside the element. */
const weights: number[] = [];
for (let i = 0; i < 1000; i++) weights.push(i % 7);

/** @hot once per sample */
export function weighted(values: number[], offset: number): number {
  let sum = 0;
  for (const [i, value] of values.entries()) {
    sum += value * ((i + offset) % 3);
  }
  return sum;
}

/** The measured unit: 1,000 elements. */
export function work(): number {
  return weighted(weights, 1);
}

export function check(): void {
  if (work() !== 2993) throw new Error(`wrong sum: ${work()}`);
}
