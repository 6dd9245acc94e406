/** A cache of 100 entries that drops the oldest, and a look at headers: what a whole list is made for. */
const cache = new Map<string, number>();
for (let i = 0; i < 100; i++) cache.set(`key ${i}`, i);
const headers: Record<string, string> = { host: 'a', accept: 'b', cookie: 'c', 'user-agent': 'd', origin: 'e', via: 'f' };

export function oldest(entries: Map<string, number>): string | undefined {
  return [...entries.keys()][0];
}

export function smallest(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[0];
}

export function lower(given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
}

const numbers = Array.from({ length: 100 }, (_, i) => (i * 37) % 101);

/** The measured unit: one of each. */
export function work(): unknown {
  return [oldest(cache), smallest(numbers), lower(headers)];
}

export function check(): void {
  const [key, least, given] = work() as [string, number, Record<string, string>];
  if (key !== 'key 0' || least !== 0 || given['user-agent'] !== 'd') throw new Error('wrong answers');
}
