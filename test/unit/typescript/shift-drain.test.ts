import { shiftDrain } from '../../../rules/typescript/shift-drain';
import { testRule } from '../../support/rule-tester';

const title = (name: string): string =>
  `Walk through \`${name}\` with an index (if elements may stay in memory until the loop ends)`;

testRule(shiftDrain, {
  valid: [
    'const f = (q) => { while (q.length) q.shift(); };',
    'const f = (q: string[]) => { if (q.length) q.shift(); };',
    'const f = (q: string[]) => { while (q.length > 1) q.shift(); };',
    'const f = (q: string[]) => { while (q.length) q.pop(); };',
    'const f = (q: string[], r: string[]) => { while (q.length) r.shift(); };',
    'const f = (q: string[]) => { while (q.length) { q.shift(); break; } };',
    'const f = (q: Set<string>) => { while (q.length) q.shift(); };',
    'const f = (q: string[]) => { while (q.length) q.shift(1); };',
    'const f = (q: string[]) => { for (const x of q) q.shift(); };',
  ],
  invalid: [
    {
      code: 'export function f(xs: number[]) {\n  const q = xs.map((x) => x);\n  while (0 < q.length) use(q.shift());\n}',
      errors: [
        {
          messageId: 'drain',
          data: { queue: 'q' },
          line: 3,
          column: 28,
          suggestions: [
            {
              messageId: 'fix',
              data: { title: title('q') },
              output:
                'export function f(xs: number[]) {\n  const q = xs.map((x) => x);\n  let qNext = 0;\n  while (qNext < q.length) use(q[qNext++]);\n}',
            },
          ],
        },
      ],
    },
    {
      code: 'export function f(xs: number[]) {\n  const q: number[] = [];\n  q.push(...xs);\n  while (q.length !== 0) {\n    const x = q.shift()!;\n    if (x) q.push(x - 1);\n  }\n}',
      errors: [
        {
          messageId: 'drain',
          suggestions: [
            {
              messageId: 'fix',
              data: { title: title('q') },
              output:
                'export function f(xs: number[]) {\n  const q: number[] = [];\n  q.push(...xs);\n  let qNext = 0;\n  while (qNext < q.length) {\n    const x = q[qNext++]!;\n    if (x) q.push(x - 1);\n  }\n}',
            },
          ],
        },
      ],
    },
    {
      // The length that push returns would be another one.
      code: 'export function f() {\n  const q = [1];\n  while (q.length) {\n    const n = q.push(q.shift()!);\n    if (n > 3) break;\n  }\n}',
      errors: [{ messageId: 'drain', suggestions: [] }],
    },
    {
      code: 'export function f(q: number[]) { for (; q.length; ) q.shift(); }',
      errors: [{ messageId: 'drain', suggestions: [] }],
    },
    {
      code: 'export function f(xs: number[]) { const q = [...xs]; keep(q); while (q.length) q.shift(); }',
      errors: [{ messageId: 'drain', suggestions: [] }],
    },
    {
      code: 'export function f(xs: number[]) { let q = [...xs]; while (q.length) { q.shift(); q = []; } }',
      errors: [{ messageId: 'drain', suggestions: [] }],
    },
    {
      code: 'export function f(xs: number[]) { const q = [...xs]; while (q.length) { for (const x of xs) use(x, q.shift()); } }',
      errors: [{ messageId: 'drain', suggestions: [] }],
    },
    {
      code: 'export function f(xs: number[]) { const q = xs; while (q.length) q.shift(); }',
      errors: [{ messageId: 'drain', suggestions: [] }],
    },
  ],
});
