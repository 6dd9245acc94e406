import { constantCollectionPerCall } from '../../../rules/typescript/constant-collection-per-call';
import { testRule } from '../../support/rule-tester';

testRule(constantCollectionPerCall, {
  valid: [
    'const all = new Set(["a"]); /** @hot */ export const f = (x) => all.has(x);',
    'export const f = (x) => new Set(["a"]).has(x);',
    '/** @hot */ export const f = (x) => new Set(["a"]);',
    '/** @hot */ export const f = (x) => g(new Set(["a"]));',
    '/** @hot */ export const f = (x) => new Set(["a"]).add(x).has("a");',
    '/** @hot */ export const f = (x) => { const s = new Set(["a"]); s.clear(); return s.has(x); };',
    '/** @hot */ export const f = (x) => { let s = new Set(["a"]); s = x; return s.has(x); };',
    '/** @hot */ export const f = (x) => new Map([["a", []]]).get(x);',
    '/** @hot */ export const f = (x) => new RegExp("a", "g").test(x);',
    '/** @hot */ export const f = (x) => ({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: x })[x];',
  ],
  invalid: [
    {
      code: '/** @hot */ export const f = (x) => new Set(["a"]).has(x);',
      output:
        'const constantSet = new Set(["a"]);\n\n/** @hot */ export const f = (x) => constantSet.has(x);',
      errors: [{ messageId: 'made', data: { what: 'Set' } }],
    },
    {
      code: 'const table = new Map([["a", 1]]);\n/** @hot */ export const f = (x) => { table.set(x, 2); return new Map([["a", 1]]).get(x); };',
      output:
        'const table = new Map([["a", 1]]);\nconst constantMap = new Map([["a", 1]]);\n/** @hot */ export const f = (x) => { table.set(x, 2); return constantMap.get(x); };',
      errors: [{ messageId: 'made', data: { what: 'Map' } }],
    },
    {
      code: 'const a = "a";\n/** @hot */ export const f = (x) => {\n  const s = new Set([a]);\n  return s.has(x);\n};',
      output:
        'const a = "a";\nconst s = new Set([a]);\n/** @hot */ export const f = (x) => {\n  return s.has(x);\n};',
      errors: [{ messageId: 'made' }],
    },
    {
      code: '/** @hot */ export const f = (x) => { for (const y of x) if (new RegExp("a", "i").test(y)) return y; };',
      output:
        'const pattern = new RegExp("a", "i");\n\n/** @hot */ export const f = (x) => { for (const y of x) if (pattern.test(y)) return y; };',
      errors: [{ messageId: 'regexp' }],
    },
    {
      code: 'import "./a";\n/** @hot */ export function f(x) { return new Set(["a"]).has(x); }',
      errors: [
        {
          messageId: 'made',
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title:
                  'Make the Set once for the module (if no import cycle calls it before this module has run)',
              },
              output:
                'import "./a";\n\nconst constantSet = new Set(["a"]);\n/** @hot */ export function f(x) { return constantSet.has(x); }',
            },
          ],
        },
      ],
    },
  ],
});
