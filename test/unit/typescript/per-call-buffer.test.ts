import { perCallBuffer } from '../../../rules/typescript/per-call-buffer';
import { testRule } from '../../support/rule-tester';

const hot = (body: string, parameters = 'x: number', head = ''): string =>
  `${head}/** @hot */\nexport const f = (${parameters}) => {\n${body}\n};\n`;

testRule(perCallBuffer, {
  valid: [
    // Cold: the same text without @hot.
    'export const f = () => { const b = new Uint8Array(1024); return b.length; };',
    hot('  const b = new Uint8Array(64); b[0] = x; return b[0];'),
    hot('  const b = new Uint8Array(x); b[0] = x; return b[0];'),
    hot('  const b = new Uint8Array([1, 2, 3]); return b[0];'),
    hot('  const b = new Uint8Array(1024); return b;'),
    hot('  const b = new Uint8Array(1024); return [b];'),
    hot('  const b = new Uint8Array(1024); return { ...{ b } };'),
    hot('  const b = new Uint8Array(1024); x.take(b);', 'x: Sink'),
    hot('  const b = new Uint8Array(1024); setTimeout(() => b[0]);'),
    hot('  const b = new Uint8Array(1024); const { buffer } = b; return buffer;'),
    hot('  const b = new Uint8Array(1024); return b.values();'),
    hot('  const b = new Uint8Array(1024); let c = b; c = x; return c[0];', 'x: Uint8Array'),
    // An ArrayBuffer is shared by Buffer.from, not copied.
    hot('  const b = new ArrayBuffer(1024); return Buffer.from(b);'),
    // readSync of another module.
    hot(
      '  const b = Buffer.alloc(1024); readSync(x, b); return b[0];',
      'x: number',
      "import { readSync } from './io';\n",
    ),
    hot('  const b = Buffer.alloc(1024); return b[0];', 'x: number', "import { Buffer } from 'buffer/';\n"),
    // Once for a whole loop.
    'export function f(xs: number[]) { const b = new Uint8Array(256); for (const x of xs) b[x] = 1; }',
    // The header of a loop runs once.
    'export function f() { for (const b = new Uint8Array(256); b[0]! < 9; b[0]!++); }',
  ],
  invalid: [
    {
      code: hot('  const b = new Uint8Array(65);\n  b[0] = x;\n  return b[0];'),
      output:
        'const bScratch = new Uint8Array(65);\n\n' +
        hot('  const b = bScratch.fill(0);\n  b[0] = x;\n  return b[0];'),
      errors: [
        {
          messageId: 'offHeap',
          data: { creation: 'new Uint8Array(65)', bytes: 65, name: 'b', where: '`f()`' },
        },
      ],
    },
    {
      // The name is taken by something unrelated.
      code: hot('  const b = new BigInt64Array(9);\n  return b[x] ?? o.bScratch;', 'x: number, o: O'),
      output:
        'const bScratch2 = new BigInt64Array(9);\n\n' +
        hot('  const b = bScratch2.fill(0n);\n  return b[x] ?? o.bScratch;', 'x: number, o: O'),
      errors: [{ messageId: 'offHeap' }],
    },
    {
      // Behind directives and imports, with the file's own line ends and without semicolons.
      code: "'use strict'\r\nimport { x } from 'y'\r\n\r\n/** @hot */\r\nexport const f = () => {\r\n  const b = Buffer.alloc(100, 'ab')\r\n  return b.readInt8(3) + x\r\n}\r\n",
      output:
        "'use strict'\r\nimport { x } from 'y'\r\n\r\nconst bScratch = Buffer.alloc(100)\r\n\r\n/** @hot */\r\nexport const f = () => {\r\n  const b = bScratch.fill('ab')\r\n  return b.readInt8(3) + x\r\n}\r\n",
      errors: [{ messageId: 'offHeap' }],
    },
    {
      // CommonJS, plain JavaScript.
      code: "const fs = require('fs');\n/** @hot */\nexports.f = (fd) => {\n  const b = Buffer.allocUnsafe(8192);\n  return fs.readSync(fd, b);\n};\n",
      output:
        "const fs = require('fs');\n\nconst bScratch = Buffer.alloc(8192);\n/** @hot */\nexports.f = (fd) => {\n  const b = bScratch;\n  return fs.readSync(fd, b);\n};\n",
      errors: [{ messageId: 'offHeap' }],
    },
    {
      // A size that only the function knows is written out.
      code: hot('  const n = 40;\n  const b = new Float64Array(n);\n  return b[x];'),
      output:
        'const bScratch = new Float64Array(40);\n\n' +
        hot('  const n = 40;\n  const b = bScratch.fill(0);\n  return b[x];'),
      errors: [{ messageId: 'offHeap' }],
    },
    {
      // Written in full before it is read: nothing to clear.
      code: hot(
        '  const u = new DataView(new ArrayBuffer(4));\n  u.setUint16(0, x);\n  u.setUint16(2, x);\n  return u.getUint32(0);',
      ),
      output:
        'const uScratch = new DataView(new ArrayBuffer(4));\n\n' +
        hot('  const u = uScratch;\n  u.setUint16(0, x);\n  u.setUint16(2, x);\n  return u.getUint32(0);'),
      errors: [{ messageId: 'offHeap' }],
    },
    {
      // Half of it only: cleared through a byte view.
      code: hot(
        '  const u = new DataView(new ArrayBuffer(4));\n  u.setUint16(0, x);\n  return u.getUint32(0);',
      ),
      output:
        'const uScratch = new DataView(new ArrayBuffer(4));\nconst uBytes = new Uint8Array(uScratch.buffer);\n\n' +
        hot('  uBytes.fill(0);\n  const u = uScratch;\n  u.setUint16(0, x);\n  return u.getUint32(0);'),
      errors: [{ messageId: 'offHeap' }],
    },
    {
      // The labelled, outermost loop of the function.
      code: 'export function f() {\n  outer: for (;;) {\n    for (let y = 0; y < 9; y++) {\n      const b = new Uint8Array(100);\n      b[y] = 1;\n      if (b[3]) continue outer;\n    }\n  }\n}\n',
      output:
        'export function f() {\n  const bScratch = new Uint8Array(100);\n  outer: for (;;) {\n    for (let y = 0; y < 9; y++) {\n      const b = bScratch.fill(0);\n      b[y] = 1;\n      if (b[3]) continue outer;\n    }\n  }\n}\n',
      errors: [{ messageId: 'offHeap' }],
    },
    {
      code: hot('  const b = new Uint8Array(100);\n  return b[x] + g();', 'x: number, g: () => number'),
      errors: [
        {
          messageId: 'offHeap',
          // g() runs when b is no longer used.
          suggestions: [],
        },
      ],
      output:
        'const bScratch = new Uint8Array(100);\n\n' +
        hot('  const b = bScratch.fill(0);\n  return b[x] + g();', 'x: number, g: () => number'),
    },
    {
      code: hot('  const b = new Uint8Array(100);\n  return g() + b[x];', 'x: number, g: () => number'),
      errors: [
        {
          messageId: 'offHeap',
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title: 'Reuse one module-level `Uint8Array` for `b` (if `g()` never calls back into `f()`)',
              },
              output:
                'const bScratch = new Uint8Array(100);\n\n' +
                hot('  const b = bScratch.fill(0);\n  return g() + b[x];', 'x: number, g: () => number'),
            },
          ],
        },
      ],
    },
    ...(
      [
        ['each(x)', 'each: (x: number) => number, x: number', '`each()`'],
        ['o.v', 'o: { v: number }', 'reading `o.v`'],
        ['o.v', 'o: O', 'reading `o.v`'],
        ['+o', 'o: O', 'converting `o`'],
        ['[...o].length', 'o: O', 'going through `o`'],
        ['each(o.v)', 'each: E, o: O', 'reading `o.v` or `each()`'],
        ['a(o.b) + c.d', 'a: A, o: O, c: C', 'reading `o.b`, `a()` or reading `c.d`'],
        ['a(o.b) + c.d + e.f', 'a: A, o: O, c: C, e: E', 'what is called and read meanwhile'],
      ] as const
    ).map(([value, parameters, what]) => ({
      code: hot(`  const b = new Uint8Array(65);\n  b[0] = Number(${value});\n  return b[0];`, parameters),
      errors: [
        {
          messageId: 'offHeap',
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title: `Reuse one module-level \`Uint8Array\` for \`b\` (if ${what} never calls back into \`f()\`)`,
              },
              output:
                'const bScratch = new Uint8Array(65);\n\n' +
                hot(`  const b = bScratch.fill(0);\n  b[0] = Number(${value});\n  return b[0];`, parameters),
            },
          ],
        },
      ],
    })),
  ],
});
