import { copyForView } from '../../../rules/typescript/copy-for-view';
import { testRule } from '../../support/rule-tester';

const fix = (condition: string, output: string) => [
  { messageId: 'fix', data: { title: `Read the bytes through \`subarray()\` (if ${condition})` }, output },
];

testRule(copyForView, {
  valid: [
    'const f = (b: Uint8Array) => b.slice(1);',
    'const f = (b) => target.set(b.slice(1));',
    'const f = (b: Buffer, t: Buffer) => t.set(b.slice(1));',
    'const f = (b: number[], t: Uint8Array) => t.set(b.slice(1));',
    'const f = (b: Uint8Array, t: Map<unknown, unknown>) => t.set(b.slice(1), 1);',
    'const f = (b: Float64Array, t: Float64Array) => t.set(b.slice(0, 8));',
    'const f = (b: Uint8Array, t: Uint8Array) => t?.set(b?.slice(1));',
    'const f = (b: Uint8Array) => { const c = b.slice(1); return c; };',
    'const f = (b: Uint8Array) => { const c = b.slice(1); g(b); return c[0]; };',
    'const f = (b: Uint8Array) => { const c = b.slice(1); b[0]++; return c[0]; };',
    'const f = (b: Uint8Array) => { const c = b.slice(1); [b[0]] = [1]; return c[0]; };',
    'const f = (b: Uint8Array) => { let c = b.slice(1); return c[0]; };',
  ],
  invalid: [
    {
      code: 'const f = (b: Float64Array, t: Float64Array) => t.set(b.slice(0, 9));',
      output: 'const f = (b: Float64Array, t: Float64Array) => t.set(b.subarray(0, 9));',
      errors: [{ messageId: 'copy', data: { name: 'b', how: 'copied again' } }],
    },
    {
      code: 'const f = (b: Int16Array, t: number) => Math.min(...b.slice(t));',
      output: 'const f = (b: Int16Array, t: number) => Math.min(...b.subarray(t));',
      errors: [{ messageId: 'copy', data: { name: 'b', how: 'spread' } }],
    },
    {
      code: 'const f = (b: Uint8Array, x: number) => b.slice(2).includes(x);',
      output: 'const f = (b: Uint8Array, x: number) => b.subarray(2).includes(x);',
      errors: [{ messageId: 'copy' }],
    },
    {
      code: 'const f = (b: Uint8Array) => Buffer.from(b.slice(2));',
      output: 'const f = (b: Uint8Array) => Buffer.from(b.subarray(2));',
      errors: [{ messageId: 'copy' }],
    },
    {
      code: 'const f = (b: Uint8Array) => { const c = b.slice(1); return c[0]! + b[0]!; };',
      errors: [
        {
          messageId: 'copy',
          suggestions: fix(
            '`b` is not written to while they are read',
            'const f = (b: Uint8Array) => { const c = b.subarray(1); return c[0]! + b[0]!; };',
          ),
        },
      ],
    },
    {
      code: 'const f = (b: Uint8Array) => { const c = b.slice(1); return g() + c[0]!; };',
      errors: [
        {
          messageId: 'copy',
          suggestions: fix(
            '`b` is not written to while they are read, also by what is called meanwhile',
            'const f = (b: Uint8Array) => { const c = b.subarray(1); return g() + c[0]!; };',
          ),
        },
      ],
    },
    {
      code: 'const d = new TextDecoder();\nconst f = (b: Uint8Array) => d.decode(b.slice(1));',
      errors: [
        {
          messageId: 'copy',
          suggestions: fix(
            'the memory is not a SharedArrayBuffer, which this does not take everywhere',
            'const d = new TextDecoder();\nconst f = (b: Uint8Array) => d.decode(b.subarray(1));',
          ),
        },
      ],
    },
    {
      code: "import fs from 'node:fs';\nconst f = (b: Uint8Array) => fs.writeSync(1, b.slice(1));",
      errors: [
        {
          messageId: 'copy',
          suggestions: fix(
            'the memory is not a SharedArrayBuffer, which this does not take everywhere',
            "import fs from 'node:fs';\nconst f = (b: Uint8Array) => fs.writeSync(1, b.subarray(1));",
          ),
        },
      ],
    },
  ],
});
