import { wrapperReturn } from '../../../rules/typescript/wrapper-return';
import { testRule } from '../../support/rule-tester';

const loop = (call: string, fn: string): string =>
  `${fn}\nexport function g(xs: number[]) {\n  let s = 0;\n  for (let x = 0; x < 9; x++) ${call}\n  return s;\n}\n`;
const two = 'function f(x: number) {\n  if (x < 0) return { a: 0, b: 1 };\n  return { a: x, b: x + 1 };\n}';
/** A body of more than 250 nodes. */
const large = Array.from({ length: 40 }, (_, i) => `  h = (h ^ (h >>> ${(i % 13) + 1})) + ${i};\n`).join('');

testRule(wrapperReturn, {
  valid: [
    loop('s += f(x).a;', 'function f(x: number) { return { a: x, b: 1 }; }'),
    loop('s += f(x).a;', 'function f(x: number) { if (x < 0) throw new Error(); return { a: x, b: 1 }; }'),
    // Cold: no loop, no @hot.
    `${two}\nexport const g = (x: number) => f(x).a;`,
    loop('{ const v = f(x); s += v.a; keep(v); }', two),
    loop('{ const v = f(x); s += v.a + v.c; }', two),
    loop('{ let v = f(x); s += v.a; }', two),
    loop('s += f(x).a.valueOf() + f(x).toString().length;', two),
    loop('{ const { a, ...b } = f(x); s += a; keep(b); }', two),
    loop('{ const { a = f(1).b } = f(x); s += a; }', two),
    loop('s += (f(x) as P).a;', two),
    loop('s += f(x).a;', two) + 'export const h = [f];',
    loop('s += f(x).a;', 'function f(x: number) { if (x) return { a: x }; return g2(x); }'),
    loop('s += f(x).a;', 'function f(x: number) { if (x) return { a: x, ...y }; return { a: 1, ...y }; }'),
    loop(
      's += f(x).a;',
      'function f(x: number) { if (x) return { a: x, get b() { return 1; } }; return { a: 1, b: 2 }; }',
    ),
    loop('s += f(x)[0]!;', 'function f(x: number) { if (x) return [x]; return [1, 2]; }'),
    loop('s += f(x)!.a;', 'function* f(x: number) { if (x) return { a: x }; return { a: 2 }; }'),
  ],
  invalid: [
    {
      code: loop('{ const { b } = f(x); s += b; }', two),
      output:
        'function f(x: number, out: { a: number; b: number }) {\n  if (x < 0) {\n    out.a = 0;\n    out.b = 1;\n    return out;\n  }\n  out.a = x;\n  out.b = x + 1;\n  return out;\n}\nexport function g(xs: number[]) {\n  let s = 0;\n  const fResult: { a: number; b: number } = { a: 0, b: 0 };\n  for (let x = 0; x < 9; x++) { const { b } = f(x, fResult); s += b; }\n  return s;\n}\n',
      errors: [
        {
          messageId: 'wrapper',
          data: { name: 'f', what: 'object', why: 'different results meet at the caller' },
          line: 2,
          column: 21,
        },
      ],
    },
    {
      // Each call has an object of its own: both are held at once. The first call may throw.
      code: loop('{ const p = f(x); const q = f(s); s += p.a + q.a; }', two),
      output: null,
      errors: [
        {
          messageId: 'wrapper',
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title: 'Let `f()` write into an object of its caller (if the loop mostly comes to it)',
              },
              output: loop(
                '{ const p = f(x, fResult); const q = f(s, fResult2); s += p.a + q.a; }',
                'function f(x: number, out: { a: number; b: number }) {\n  if (x < 0) {\n    out.a = 0;\n    out.b = 1;\n    return out;\n  }\n  out.a = x;\n  out.b = x + 1;\n  return out;\n}',
              ).replace(
                '  for (',
                '  const fResult: { a: number; b: number } = { a: 0, b: 0 };\n  const fResult2: { a: number; b: number } = { a: 0, b: 0 };\n  for (',
              ),
            },
          ],
        },
      ],
    },
    {
      code: loop(
        's += f()!.a ?? 0;',
        'let t = 1;\nconst f = (): undefined | { a: number | null } => {\n  if (t++) return;\n  return { a: t };\n};',
      ),
      output: loop(
        's += f(fResult)!.a ?? 0;',
        'let t = 1;\nconst f = (out: { a: number | null }): undefined | { a: number | null } => {\n  if (t++) return;\n  out.a = t;\n  return out;\n};',
      ).replace('  for (', '  const fResult: { a: number | null } = { a: null };\n  for ('),
      errors: [
        { messageId: 'wrapper', data: { name: 'f', what: 'object', why: 'the result may also be empty' } },
      ],
    },
    {
      code: loop(
        's += f(x).a;',
        `function f(x: number): { a: number; b: number } {\n  let h = x;\n${large}  return { a: h, b: x };\n}`,
      ),
      output: loop(
        's += f(x, fResult).a;',
        `function f(x: number, out: { a: number; b: number }): { a: number; b: number } {\n  let h = x;\n${large}  out.a = h;\n  out.b = x;\n  return out;\n}`,
      ).replace('  for (', '  const fResult: { a: number; b: number } = { a: 0, b: 0 };\n  for ('),
      errors: [
        {
          messageId: 'wrapper',
          data: { name: 'f', what: 'object', why: 'the function is too large to be inlined' },
        },
      ],
    },
    {
      // One field: the value itself.
      code: loop(
        's += f(x).v;',
        'const f = (x: number) => {\n  if (x < 0) return { v: 0 };\n  return { v: x };\n};',
      ),
      output: loop('s += f(x);', 'const f = (x: number) => {\n  if (x < 0) return 0;\n  return x;\n};'),
      errors: [{ messageId: 'wrapper' }],
    },
    {
      // No type is known for a field: TypeScript would not know the parameter.
      code: loop(
        's += f(x).a;',
        'function f(x) {\n  if (x) return { a: x.y, b: 1 };\n  return { a: x.z, b: 2 };\n}',
      ),
      output: null,
      errors: [{ messageId: 'wrapper' }],
    },
    {
      code: `export { f };\n${loop('s += f(x).a;', two)}`,
      output: null,
      errors: [{ messageId: 'wrapper' }],
    },
    {
      // A script: other files may call it.
      code: `${two}\n/** @hot */\nfunction g(x: number) {\n  return f(x).a;\n}\n`,
      output: null,
      errors: [{ messageId: 'wrapper' }],
    },
  ],
});
