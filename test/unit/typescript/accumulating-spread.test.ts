import { accumulatingSpread } from '../../../rules/typescript/accumulating-spread';
import { testRule } from '../../support/rule-tester';

testRule(accumulatingSpread, {
  valid: [
    'const f = (xs) => xs.reduce((acc, x) => { acc.push(x); return acc; }, []);',
    'const f = (xs) => xs.map((x) => [...x]);',
    'const f = (xs) => xs.reduce(([a, b], x) => [...x, a, b], []);',
    'const f = (xs) => xs.reduce((acc, x) => acc + x.concat(x), "");',
    'for (const x of xs) { const ys = [...x]; }',
  ],
  invalid: [
    {
      code: 'function f() {\n  return [1, 2].reduce<number[]>((acc, x) => [...acc, x], []);\n}',
      output:
        'function f() {\n  return [1, 2].reduce<number[]>((acc, x) => {\n    acc.push(x);\n    return acc;\n  }, []);\n}',
      errors: [{ messageId: 'reduce', data: { form: 'spread' }, line: 2, column: 46, endColumn: 57 }],
    },
    {
      // Not known to be an array: a suggestion that says so.
      code: 'const f = (xs) => xs.reduce<number[]>((acc, x) => acc.concat(1), []);',
      errors: [
        {
          messageId: 'reduce',
          suggestions: [
            {
              messageId: 'fix',
              data: { title: 'Push onto the accumulator in place (if `xs` is an array)' },
              output:
                'const f = (xs) => xs.reduce<number[]>((acc, x) => {\n  acc.push(1);\n  return acc;\n}, []);',
            },
          ],
        },
      ],
    },
    {
      code: 'let ys: number[] = [];\nfor (const x of [1, 2]) ys = [...ys, x];\nexport {};',
      output: 'let ys: number[] = [];\nfor (const x of [1, 2]) ys.push(x);\nexport {};',
      errors: [{ messageId: 'loop', data: { form: 'spread', name: 'ys' } }],
    },
    {
      code: 'const f = (xs: string[]) => xs.reduce((acc, x) => { const next = { ...acc, [x]: 1 }; return next; }, {});',
      errors: [{ messageId: 'reduce' }],
    },
  ],
});
