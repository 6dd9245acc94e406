import { deleteProperty } from '../../../rules/typescript/delete-property';
import { testRule } from '../../support/rule-tester';

testRule(deleteProperty, {
  valid: [
    'function f(o) { delete o.p; }',
    '/** @hot */ function f(o, k) { delete o[k]; }',
    "/** @hot */ function f(o) { delete o['a-b']; }",
    '/** @hot */ function f() { delete module.exports.a; }',
    '/** @hot */ function f(o) { delete o.p; }',
  ],
  invalid: [
    {
      code: '/** @hot */ function f() { const o = { p: 1, q: 2 }; delete o.p; }',
      errors: [
        {
          messageId: 'deleted',
          data: { property: 'p', object: 'o' },
          suggestions: [
            {
              messageId: 'fix',
              data: { title: 'Set `p` to undefined (if nobody asks whether `o` has the key)' },
              output: '/** @hot */ function f() { const o = { p: 1, q: 2 }; o.p = undefined; }',
            },
          ],
        },
      ],
    },
  ],
});
