import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Lengths of vectors: "if the squares neither overflow nor underflow, and the last digits may differ". */
export const hypot: readonly Pattern[] = [{ suggestions: true, write: lengths }];

/** Whole numbers whose squares have a whole root: there are no last digits. */
const sides = [
  '[3, 4]',
  '[-3, 4]',
  '[0, 0]',
  '[-0, -0]',
  '[5, 12]',
  '[8, -15]',
  '[0, -7]',
  "['3', 4]",
] as const;

function lengths(pen: Pen): Core {
  const call = pen.one(
    'Math.hypot(a, b)',
    'Math.hypot(a, -b)',
    'Math.hypot(a * 2, b + b)',
    'Math.hypot(a, b, 0)',
    "Math['hypot'](a, b)",
    'Math.hypot(pair[0]!, pair[1]!)',
    'Math.hypot((log(a), a), b)',
    'Math.hypot(a, a === b ? a : b)',
  );
  const use = pen.one(
    `all.push(${call});`,
    `all.push(${call} ** 2);`,
    `if (${call} > 5) all.push('far');`,
    `all.push(-${call}, \`\${${call}}\`);`,
  );
  return {
    inputs: [pen.input('pairs', 'any[][]', () => `[${pen.one(...sides)}, ${pen.one(...sides)}]`)],
    body: `const all: unknown[] = [];
      for (const pair of pairs) {
      let [a, b] = pair;
      ${pen.between(['a === 3'], { inLoop: true })}
      ${use}
      ${pen.between(['b === 4'], { inLoop: true })}
      }`,
    result: 'all',
  };
}
