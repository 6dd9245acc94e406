import { poolMisuse } from '../../../rules/typescript/pool-misuse';
import { testRule } from '../../support/rule-tester';

const inPool = (body: string): string => `/** @pool */\nconst pool = make();\nfunction f() {\n  ${body}\n}`;

testRule(poolMisuse, {
  valid: [
    'const pool = make();\nfunction f() { const x = pool.acquire(); x.n = 1; }',
    inPool('const x = pool.acquire(); try { use(x); } finally { pool.release(x); }'),
    inPool('const x = pool.acquire(); return x;'),
    inPool('const x = pool.size(); x.n = 1;'),
    inPool('let x = pool.acquire(); x = other(x);'),
  ],
  invalid: [
    {
      code: inPool('const x = pool.acquire(); x.n = 1;'),
      errors: [{ messageId: 'neverReleased', data: { name: 'x', pool: 'pool' }, line: 4 }],
    },
    {
      code: inPool('const x = pool.acquire(); pool.release(x); pool.release(x);'),
      errors: [{ messageId: 'twice', data: { name: 'x', pool: 'pool' } }],
    },
    {
      code: inPool('const x = pool.acquire();\n  use(x);\n  pool.release(x);'),
      errors: [
        {
          messageId: 'notOnThrow',
          data: { name: 'x', pool: 'pool', line: 6 },
          suggestions: [
            {
              messageId: 'fix',
              data: { title: 'Release `x` in a finally block, also when something throws' },
              output: inPool(
                'const x = pool.acquire();\n  try {\n    use(x);\n  } finally {\n    pool.release(x);\n  }',
              ),
            },
          ],
        },
      ],
    },
  ],
});
