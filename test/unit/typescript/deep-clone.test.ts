import { deepClone } from '../../../rules/typescript/deep-clone';
import { testRule } from '../../support/rule-tester';

const point = 'export interface Point { x: number; y: number }\n';
const title = (source: string, json = false): string =>
  `Copy \`${source}\` property by property (if it holds just what its type names${json ? ', and its numbers are finite' : ''})`;

testRule(deepClone, {
  valid: [
    'const f = (x) => structuredClone(x);',
    '/** @hot */ const f = (x) => JSON.parse(x);',
    '/** @hot */ const f = (x) => JSON.stringify(JSON.parse(x));',
    '/** @hot */ const f = (x) => structuredClone(x, y);',
    '/** @hot */ const f = (x) => structuredClone(...x);',
    '/** @hot */ const f = (x, JSON) => JSON.parse(JSON.stringify(x));',
  ],
  invalid: [
    {
      code: '/** @hot */ const f = (x) => structuredClone(x);',
      errors: [{ messageId: 'clone', suggestions: [] }],
    },
    {
      code: 'const f = (xs) => { for (const x of xs) g(JSON.parse(JSON.stringify(x))); };',
      errors: [{ messageId: 'json', suggestions: [] }],
    },
    {
      code: `${point}/** @hot */ const f = (p: Point) => structuredClone(p);`,
      errors: [
        {
          messageId: 'clone',
          suggestions: [
            {
              messageId: 'fix',
              data: { title: title('p') },
              output: `${point}/** @hot */ const f = (p: Point) => ({ x: p.x, y: p.y });`,
            },
          ],
        },
      ],
    },
    {
      code: `${point}const f = (points: Point[]) => { for (const p of points) g(JSON.parse(JSON.stringify(p))); };`,
      errors: [
        {
          messageId: 'json',
          suggestions: [
            {
              messageId: 'fix',
              data: { title: title('p', true) },
              output: `${point}const f = (points: Point[]) => { for (const p of points) g({ x: p.x, y: p.y }); };`,
            },
          ],
        },
      ],
    },
    {
      code: `${point}interface Point { z: number }\n/** @hot */ const f = (p: Point) => structuredClone(p);`,
      errors: [{ messageId: 'clone', suggestions: [] }],
    },
    {
      code: 'export interface A { f(): void; x: number }\n/** @hot */ const f = (a: A) => structuredClone(a);',
      errors: [{ messageId: 'clone', suggestions: [] }],
    },
    {
      code: `${point}/** @hot */ const f = (p?: Point) => structuredClone(p);`,
      errors: [{ messageId: 'clone', suggestions: [] }],
    },
  ],
});
