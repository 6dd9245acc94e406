import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Loops that empty an array from the front. */
export const shiftDrain: readonly Pattern[] = [{ suggestions: true, weight: 1, write: drain }];

/** "if elements may stay in memory until the loop ends" */
function drain(pen: Pen): Core {
  const fresh = pen.one(
    '[...xs]',
    'xs.slice()',
    'xs.map((x) => x)',
    'xs',
    'xs.filter((x) => x > 0)',
    '[1, 2, 3]',
  );
  const test = pen.one('queue.length', 'queue.length > 0', 'queue.length !== 0', '0 < queue.length');
  const take = pen.one(
    'const x = queue.shift()!;',
    'const x = queue.shift() ?? -1;',
    'const x = Number(queue.shift());',
  );
  const label = pen.chance(0.15) ? 'each' : '';
  const between = (): string => pen.between(['x === 2', 'queue.length > 2'], { inLoop: true, label });
  const more = pen.one(
    '',
    '',
    'if (x === 3) queue.push(0);',
    'if (x > 2 && queue.length < 9) queue.push(x - 1, 0);',
    'for (const y of [1, 2]) if (y === x) break;',
  );
  return {
    inputs: [pen.input('xs', 'number[]', () => pen.list(() => pen.number()))],
    body: `const all: unknown[] = [];
      const queue: number[] = ${fresh};
      ${pen.maybe('queue.push(3);', 0.2)}
      ${label && `${label}: `}while (${test}) {
      ${take}
      ${between()}
      ${more}
      all.push(x);
      ${between()}
      }`,
    result: pen.one('all', '[all, all.length]'),
  };
}
