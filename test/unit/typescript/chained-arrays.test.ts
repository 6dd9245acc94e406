import { chainedArrays } from '../../../rules/typescript/chained-arrays';
import { testRule } from '../../support/rule-tester';

testRule(chainedArrays, {
  valid: [
    'const f = (xs: number[]) => xs.filter((x) => x).length;',
    '/** @hot */ const f = (xs) => xs.filter("x").length;',
    '/** @hot */ const f = (xs: number[]) => xs.filter((x) => x)[1];',
    '/** @hot */ const f = (xs: number[]) => xs.filter((x) => x).size;',
    '/** @hot */ const f = (xs: number[]) => xs.filter((x) => x, this).length;',
    '/** @hot */ const f = (xs: number[]) => xs.map((x) => x).reduce((a, b) => a + b);',
    '/** @hot */ const f = (xs: number[]) => xs.flatMap((x) => x).reduce((a, b) => a + b, 0);',
  ],
  invalid: [
    {
      code: '/** @hot */ const f = (xs) => xs.filter((x) => x).length;',
      errors: [
        {
          messageId: 'countIf',
          data: { of: 'xs' },
          suggestions: [
            {
              messageId: 'fix',
              data: { title: 'Count with `reduce()` (if `xs` is an array)' },
              output:
                '/** @hot */ const f = (xs) => xs.reduce<number>((count, x) => (x ? count + 1 : count), 0);',
            },
          ],
        },
      ],
    },
    {
      code: '/** @hot */ const f = (xs: number[]) => xs.filter((x) => x > 1).length;',
      output:
        '/** @hot */ const f = (xs: number[]) => xs.reduce((count, x) => (x > 1 ? count + 1 : count), 0);',
      errors: [{ messageId: 'count' }],
    },
    {
      code: '/** @hot */ const f = (xs: number[], count: number) => xs.filter((x) => x ? count : 0).length;',
      output:
        '/** @hot */ const f = (xs: number[], count: number) => xs.reduce((count2, x) => ((x ? count : 0) ? count2 + 1 : count2), 0);',
      errors: [{ messageId: 'count' }],
    },
    {
      code: '/** @hot */ const f = (xs: number[]) => xs.map((x: number) => x * 2).filter((x) => x > 2).reduce((a, y) => a + y, 0);',
      output:
        '/** @hot */ const f = (xs: number[]) => xs.reduce((a, x: number) => { const y = x * 2; return y > 2 ? a + y : a; }, 0);',
      errors: [{ messageId: 'reduced', data: { methods: '`map().filter()`' } }],
    },
    {
      code: '/** @hot */ const f = (xs: string[]) => xs.filter((s) => s).reduce((o, s) => ({ ...o, [s]: g(s) }), {});',
      errors: [
        {
          messageId: 'reduced',
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title: 'Do it in one pass with `reduce()` (if the callbacks do not depend on each other)',
              },
              output:
                '/** @hot */ const f = (xs: string[]) => xs.reduce((o, s) => (s ? { ...o, [s]: g(s) } : o), {});',
            },
          ],
        },
      ],
    },
    {
      code: '/** @hot */ const f = (xs: string[]) => xs.filter((s) => ({ s }).s).reduce((a, t) => a + t, "");',
      errors: [{ messageId: 'reduced', suggestions: [] }],
    },
    {
      code: '/** @hot */ const f = (xs: string[], x: string) => xs.map((x) => x + 1).reduce((a, t) => a + t + x, "");',
      errors: [{ messageId: 'reduced', suggestions: [] }],
    },
  ],
});
