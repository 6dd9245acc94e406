/** A shopping cart's lines by product: the accumulator is copied for each line. */
interface Line {
  product: string;
  count: number;
}

const lines: Line[] = Array.from({ length: 100 }, (_, i) => ({ product: `product ${i % 40}`, count: 1 + (i % 3) }));

/** The measured unit: 100 elements. */
export function work(): string[] {
  return lines.reduce<string[]>((labels, line) => [...labels, `${line.count} × ${line.product}`], []);
}

export function check(): void {
  const labels = work();
  if (labels.length !== 100 || labels[1] !== '2 × product 1') throw new Error(`wrong labels: ${labels.join()}`);
}
