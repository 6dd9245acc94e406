import { preallocateArray } from '../../../rules/typescript/preallocate-array';
import { testRule } from '../../support/rule-tester';

const hot = (body: string): string =>
  `/** @hot */\nfunction f(xs, n) {\n  const out = [];\n${body}\n  return out;\n}`;

testRule(preallocateArray, {
  valid: [
    hot('  for (const x of xs) out.push(x);'),
    hot('  while (n--) out.push(n);'),
    hot('  for (let i = 0; i <= n; i++) out.push(i);'),
    hot('  for (let i = 0; i < xs[0].length; i++) out.push(i);'),
    hot('  for (let i = 0; i < n; i++) { n = 3; out.push(i); }'),
    hot('  for (let i = 0; i < 9; i++) out.push(...xs);'),
    'function f() { const out = []; for (let i = 0; i < 9; i++) out.push(i); return out; }',
  ],
  invalid: [
    {
      code: hot('  for (let i = 0; i < 9; i++) out.push(i);'),
      output: hot('  out.length = 9;\n  for (let i = 0; i < 9; i++) out[i] = i;'),
      errors: [{ messageId: 'grows', data: { name: 'out', count: '9' } }],
    },
    {
      code: hot('  for (let i = 0; i < n; i++) out.push(i);'),
      errors: [
        {
          messageId: 'grows',
          suggestions: [
            {
              messageId: 'fix',
              data: { title: 'Set the length of `out` once (if `n` is a whole number, 0 or more)' },
              output: hot('  out.length = n;\n  for (let i = 0; i < n; i++) out[i] = i;'),
            },
          ],
        },
      ],
    },
    {
      code: hot('  for (let i = 0; i < xs.length; i++) out.push(g(xs[i]));'),
      errors: [
        {
          messageId: 'grows',
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title:
                  'Set the length of `out` once (if `xs` is an array, and the loop does not change the length of `xs`)',
              },
              output: hot(
                '  out.length = xs.length;\n  for (let i = 0; i < xs.length; i++) out[i] = g(xs[i]);',
              ),
            },
          ],
        },
      ],
    },
  ],
});
