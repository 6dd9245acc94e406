import { concatInLoop } from '../../../rules/typescript/concat-in-loop';
import { testRule } from '../../support/rule-tester';

const title = 'Collect the chunks and concatenate once (if no chunk is written to again before that)';

testRule(concatInLoop, {
  valid: [
    // What ts/format-then-append and ts/accumulating-spread report.
    'const f = (xs) => { let b = Buffer.alloc(0); for (const x of xs) b = Buffer.concat([b, x]); return b; };',
    'const f = (xs) => { let a = []; for (const x of xs) a = a.concat(x); return a; };',
    'const f = (s) => { let b = Buffer.alloc(0); s.on("end", (x) => { b = Buffer.concat([b, x]); }); };',
    'const f = (s) => { let b = Buffer.alloc(0); s.on("data", (x) => { b = Buffer.concat([x]); }); };',
    'const f = (s, b) => { s.on("data", (x) => { b.list = b.list.concat(x); }); };',
    'const f = (s) => { let b = Buffer.alloc(0); s.on("data", (x) => { b = Buffer.alloc(0); b = Buffer.concat([b, x]); g(b); }); };',
  ],
  invalid: [
    {
      code: 'const f = (s) => { let b = Buffer.alloc(0); s.on("data", (x: Buffer) => b = Buffer.concat([b, x])); s.on("end", () => g(b)); };',
      errors: [
        {
          messageId: 'buffer',
          data: { name: 'b' },
          suggestions: [
            {
              messageId: 'fix',
              data: { title },
              output:
                'const f = (s) => { const bParts: Uint8Array[] = []; s.on("data", (x: Buffer) => bParts.push(x)); s.on("end", () => g(Buffer.concat(bParts))); };',
            },
          ],
        },
      ],
    },
    {
      code: 'const f = (s) => { let b = Buffer.alloc(0); s.on("data", (x) => { b = Buffer.concat([b, x]); if (b.length > 9) b = Buffer.alloc(0); }); };',
      errors: [{ messageId: 'buffer', data: { name: 'b' }, suggestions: [] }],
    },
    {
      code: 'const f = (s) => { let a = []; s.on("data", (x) => { a = a.concat(x); }); return () => a; };',
      errors: [{ messageId: 'array', data: { name: 'a' }, suggestions: [] }],
    },
    {
      code: 'class A { private a: string[] = []; f(xs) { for (const x of xs) this.a = this.a.concat(x); } }',
      errors: [{ messageId: 'array', data: { name: 'this.a' }, suggestions: [] }],
    },
    {
      code: 'const f = (s) => { let b = Buffer.alloc(0); s.on("data", (x) => { b = Buffer.concat([b, x]); }); return { get: () => ({ b }) }; };',
      errors: [{ messageId: 'buffer', suggestions: [] }],
    },
  ],
});
