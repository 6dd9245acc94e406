import { mustNotAllocate } from '../../../rules/typescript/must-not-allocate';
import { testRule } from '../../support/rule-tester';

testRule(mustNotAllocate, {
  valid: [
    'function f() { return {}; }',
    '/** @noalloc */ function f(a, b) { return a + b; }',
    '/** @noalloc */ function f() { throw new Error(`x ${f}`); }',
    "/** @noalloc */ function f() { return 'a' + 'b'; }",
    '/** @maxallocs 2 for the pair */ function f(a, b) { return [{ a }, b]; }',
    '/** @maxallocs 1 */ function f(a) { if (!a) throw new Error(`${a}`); return [a]; }',
    '/** @maxallocs-of-memory */ function f(a) { return [a]; }',
  ],
  invalid: [
    {
      code: '/** @maxallocs 1 */ function f() { g(); return {}; }\nfunction g() { return []; }',
      errors: [{ messageId: 'ceiling', data: { name: 'f()', number: 2, allowed: 1 }, column: 21 }],
    },
    {
      code: '/** @maxallocs few */ function f() {}',
      errors: [{ messageId: 'number', data: { name: 'f()' } }],
    },
    {
      code: '/** @maxallocs 0 */ function f() { return {}; }',
      errors: [{ messageId: 'expression', data: { what: 'An object literal', name: 'f()' } }],
    },
    {
      code: '/** @noalloc */ function f() { return {}; }',
      errors: [{ messageId: 'expression', data: { what: 'An object literal', name: 'f()' }, column: 39 }],
    },
    {
      code: '/** @noalloc */ export default function () { return g(); }\nfunction g() { return []; }',
      errors: [
        { messageId: 'call', data: { callee: 'g', what: 'an array literal', line: 2, name: 'the function' } },
      ],
    },
    {
      // The whole sum is one allocation, and so is a literal in a literal.
      code: "/** @noalloc */ const f = (a) => 'x' + a + 'y' + a;",
      errors: [{ messageId: 'expression', data: { what: 'A concatenated string', name: 'f()' } }],
    },
  ],
});
