import { spreadKnownShape } from '../../../rules/typescript/spread-known-shape';
import { testRule } from '../../support/rule-tester';

const type = 'export type P = { x: number; y: number };\n';
const suggestion = (output: string): object => ({
  messageId: 'fix',
  data: { title: 'Write out the properties of `p` (if it has no others)' },
  output: type + output,
});

testRule(spreadKnownShape, {
  valid: [
    `${type}const f = (p: P) => ({ ...p });`,
    'const f = (ps) => ps.map((p) => ({ ...p }));',
    `${type}const f = (ps: P[]) => ps.map((p) => [...p]);`,
    `${type}const f = (ps: P[]) => ps.map((q, p) => ({ ...p }));`,
    `${type}const f = (ps: P[]) => { let p: P = ps[0]; for (const q of ps) p = { ...p, x: q.x }; };`,
    `${type}const f = (qs: P[]) => qs.reduce((p: P, q) => ({ ...p, x: q.x }), qs[0]);`,
    'interface P { x: number }\nfor (const p of ps as P[]) f({ ...p });',
  ],
  invalid: [
    {
      code: `${type}const f = (ps: P[]) => ps.map((p) => ({ ...p, z: g() }));`,
      errors: [
        {
          messageId: 'spread',
          data: { value: 'p', count: 2 },
          suggestions: [suggestion('const f = (ps: P[]) => ps.map((p) => ({ x: p.x, y: p.y, z: g() }));')],
        },
      ],
    },
    {
      code: `${type}const f = (ps: P[]) => ps.map((p) => ({ ...p, z: 1, x: 0 }));`,
      errors: [
        {
          messageId: 'spread',
          suggestions: [suggestion('const f = (ps: P[]) => ps.map((p) => ({ x: 0, y: p.y, z: 1 }));')],
        },
      ],
    },
    {
      code: `${type}const f = (ps: P[]) => ps.forEach((p) => g({ ...p, x() {} }));`,
      errors: [{ messageId: 'spread', suggestions: [] }],
    },
    {
      code: `${type}const f = (ps: P[]) => ps.forEach((p) => g({ ...p, get z() { return 1; } }));`,
      errors: [{ messageId: 'spread', suggestions: [] }],
    },
  ] as never,
});
