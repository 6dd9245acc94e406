import { entriesDestructuring } from '../../../rules/typescript/entries-destructuring';
import { testRule } from '../../support/rule-tester';

testRule(entriesDestructuring, {
  valid: [
    'function f(xs: number[]) { for (const [i, x] of xs.entries()) g(i, x); }',
    '/** @hot */ function f(xs: Map<string, number>) { for (const [i, x] of xs.entries()) g(i, x); }',
    '/** @hot */ function f(xs: number[]) { for (const x of xs) g(x); }',
    '/** @hot */ async function f(xs: number[]) { for await (const [i, x] of xs.entries()) g(i, x); }',
  ],
  invalid: [
    {
      code: '/** @hot */ function f(xs: string[]) { for (const [i, x] of xs.entries()) g(i, x); }',
      output:
        '/** @hot */ function f(xs: string[]) { for (let i = 0; i < xs.length; i++) { const x = xs[i]!; g(i, x); } }',
      errors: [{ messageId: 'entries', data: { call: 'xs.entries()' } }],
    },
    {
      code: '/** @hot */ function f(xs: Maybe[]) { for (const [i, x] of xs.entries()) g(i, x); }',
      errors: [
        {
          messageId: 'entries',
          suggestions: [
            {
              messageId: 'fix',
              data: { title: 'Loop over the indices of `xs` (if its elements are never undefined or null)' },
              output:
                '/** @hot */ function f(xs: Maybe[]) { for (let i = 0; i < xs.length; i++) { const x = xs[i]!; g(i, x); } }',
            },
          ],
        },
      ],
    },
  ],
});
