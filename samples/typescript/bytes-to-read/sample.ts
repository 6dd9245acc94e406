import { createHash } from 'node:crypto';

const names = Array.from({ length: 20 }, (_, i) => `a name of some length, number ${i}`);
const bytes = Buffer.from('x'.repeat(4096));

/** @hot */
export function size(name: string): number {
  return Buffer.from(name).length;
}

/** @hot */
export function part(from: number): string {
  return bytes.subarray(from, from + 16).toString('latin1');
}

/** @hot */
export function digest(texts: readonly string[]): number {
  const hash = createHash('md5');
  for (const text of texts) hash.update(Buffer.from(text));
  return hash.digest()[0]!;
}

/** The measured unit: 20 names counted and hashed, 20 parts decoded. */
export function work(): number {
  let sum = digest(names);
  for (let i = 0; i < names.length; i++) sum += size(names[i]!) + part(i * 16).length;
  return sum;
}

export function check(): void {
  const sum = work();
  if (sum !== digest(names) + 950 || size('ä') !== 2 || part(0) !== 'x'.repeat(16)) throw new Error(`${sum}`);
}
