import { pessimisedIteration } from '../../../rules/typescript/pessimised-iteration';
import { testRule } from '../../support/rule-tester';

const hot = (expression: string, parameters: string): string =>
  `/** @hot */\nexport const f = (${parameters}) => ${expression};`;

testRule(pessimisedIteration, {
  valid: [
    'export const f = (xs: number[]) => Array.from(xs, (x) => x);',
    hot('Array.from(xs)', 'xs: number[]'),
    hot('Array.from(xs, (x) => x)', 'xs: Uint8Array'),
    hot('Array.from(xs.values(), (x) => x)', 'xs: Float32Array'),
    hot('Array.from(xs, (x) => x)', 'xs'),
    hot('Array.from(xs, (x) => x, xs)', 'xs: number[]'),
    hot('Array.from(xs, (x) => x)', 'xs: NodeListOf<Element>'),
    hot('Array.from(xs, (x) => x)', 'xs: number[], Array: A'),
    hot('Array.of(xs, (x) => x)', 'xs: number[]'),
    hot('Array.from({ length: 3, 0: 1 }, (x) => x)', ''),
  ],
  invalid: [
    {
      code: hot('Array.from(xs, (x, i) => x * i)', 'xs: number[]'),
      output: hot('[...xs].map((x, i) => x * i)', 'xs: number[]'),
      errors: [{ messageId: 'from', data: { source: 'xs' } }],
    },
    {
      code: hot('Array.from(m.entries(), ([k]) => k)', 'm: Map<string, number>'),
      output: hot('[...m.entries()].map(([k]) => k)', 'm: Map<string, number>'),
      errors: [{ messageId: 'from' }],
    },
    {
      code: hot('Array.from({ length: 3 * 4 }, (_, i) => i)', ''),
      output: null,
      errors: [{ messageId: 'length' }],
    },
    {
      code: hot('Array.from({ length: n }, (_, i) => i)', 'n: number'),
      errors: [{ messageId: 'length', suggestions: [] }],
    },
    {
      code: hot('Array.from(xs, (x) => g(x))', 'xs: Set<number>, g: G'),
      errors: [
        {
          messageId: 'from',
          suggestions: [
            {
              messageId: 'fix',
              data: { title: 'Spread and map (if the callback does not change `xs`)' },
              output: hot('[...xs].map((x) => g(x))', 'xs: Set<number>, g: G'),
            },
          ],
        },
      ],
    },
    {
      // A bracket could continue the statement before.
      code: '/** @hot */\nexport const f = (xs: number[]) => {\n  let y = 0\n  Array.from(xs, (x) => (y += x))\n  return y\n};',
      output: null,
      errors: [{ messageId: 'from' }],
    },
  ],
});
