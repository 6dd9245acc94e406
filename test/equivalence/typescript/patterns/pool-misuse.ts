import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Objects of a pool that are not given back on every way. */
export const poolMisuse: readonly Pattern[] = [{ suggestions: true, write: released }];

/** What the fix mends are the ways on which something throws: here nothing does. */
function released(pen: Pen): Core {
  const use = pen.one('item.n += x;', 'item.n = work2(x, item);', 'log(item.n);');
  return {
    module: `/** @pool */
      class Pool {
      readonly #free: { n: number }[] = [];
      acquire(): { n: number } { return this.#free.pop() ?? { n: 0 }; }
      release(item: { n: number }): void { item.n = 0; this.#free.push(item); }
      }
      const pool = new Pool();
      const work2 = (x: number, item: { n: number }): number => x + item.n;`,
    inputs: [pen.input('xs', 'number[]', () => pen.list(() => pen.number()))],
    body: `const all: number[] = [];
      for (const x of xs) {
      const item = pool.acquire();
      ${use}
      all.push(work2(x, item));
      pool.release(item);
      }`,
    result: 'all',
  };
}
