import { formatThenAppend } from '../../../rules/typescript/format-then-append';
import { testRule } from '../../support/rule-tester';

const room = (method: string, instead: string): string =>
  `\`target\` has room for all of it: \`${method}\` stops short where ${instead}`;

testRule(formatThenAppend, {
  valid: [
    'const e = new TextEncoder(); const f = (target: Uint8Array, s: string) => { const b = e.encode(s); target.set(b); return b[0]; };',
    'const e = new TextEncoder(); const f = (target: Uint8Array, s: string) => { let b = e.encode(s); b = other; target.set(b); };',
    'const e = new TextEncoder(); const f = (target: Float32Array, s: string) => target.set(e.encode(s));',
    'const f = (e: Codec, target: Uint8Array, s: string) => target.set(e.encode(s));',
    'const f = (target: Buffer, s: string | number[]) => Buffer.from(s).copy(target);',
    'const f = (target: Buffer, s?: string) => Buffer.from(s).copy(target);',
    'const f = (target: Buffer, s: string) => Buffer.from(s).copy(target, 0, 4);',
    'class Buffer { static from(s: string) { return new Buffer(); } copy(t: unknown) {} }\nconst f = (target: Buffer, s: string) => Buffer.from(s).copy(target);',
    'const f = (a: Buffer[]) => { let b = Buffer.alloc(0); b = Buffer.concat([b, ...a]); return b; };',
    'const f = (a: Buffer[], c: Buffer) => { let b = c; for (const x of a) b = Buffer.concat([x, x]); return b; };',
  ],
  invalid: [
    {
      code: 'const e = new TextEncoder();\nexport const f = (target: Uint8Array, s: string) => { target.set(e.encode(s)); };',
      errors: [
        {
          messageId: 'encode',
          data: { encoder: 'e', target: 'target' },
          line: 2,
          column: 66,
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title: `Write the text straight into \`target\` with \`encodeInto\` (if ${room('encodeInto', 'set throws')})`,
              },
              output:
                'const e = new TextEncoder();\nexport const f = (target: Uint8Array, s: string) => { e.encodeInto(s, target); };',
            },
          ],
        },
      ],
    },
    {
      // Not known to be a string: encode() takes undefined, encodeInto() does not.
      code: 'const e = new TextEncoder();\nexport const f = (target: Uint8Array, o: O) => { target.set(e.encode(o.name), 1); };',
      errors: [
        {
          messageId: 'encode',
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title: `Write the text straight into \`target\` with \`encodeInto\` (if \`o.name\` is a string and ${room('encodeInto', 'set throws')})`,
              },
              output:
                'const e = new TextEncoder();\nexport const f = (target: Uint8Array, o: O) => { e.encodeInto(o.name, target.subarray(1)); };',
            },
          ],
        },
      ],
    },
    {
      // The result of set() is used, although it is undefined: nothing is offered.
      code: 'const e = new TextEncoder();\nexport const f = (target: Uint8Array, s: string) => target.set(e.encode(s));',
      errors: [{ messageId: 'encode', suggestions: [] }],
    },
    {
      code: 'export const f = (target: Buffer, n: number) => Buffer.from(String(n)).copy(target, n * 2);',
      errors: [
        {
          messageId: 'from',
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title: `Write the text straight into \`target\` with \`write\` (if ${room('write', 'copy cuts off')})`,
              },
              output: 'export const f = (target: Buffer, n: number) => target.write(String(n), n * 2);',
            },
          ],
        },
      ],
    },
    {
      // The trailing comment stays.
      code: 'export function f(target: Buffer, s: string) {\n  const b = Buffer.from(s); // the name\n  b.copy(target);\n}',
      errors: [
        {
          messageId: 'from',
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title: `Write the text straight into \`target\` with \`write\` (if ${room('write', 'copy cuts off')})`,
              },
              output: 'export function f(target: Buffer, s: string) {\n  // the name\n  target.write(s);\n}',
            },
          ],
        },
      ],
    },
    {
      code: "export function f(xs: string[]) {\n  let b = Buffer.from('');\n  while (xs.length) b = Buffer.concat([b, Buffer.from(xs.pop() + '')]);\n  return b;\n}",
      output:
        "export function f(xs: string[]) {\n  const bParts: Uint8Array[] = [];\n  while (xs.length) bParts.push(Buffer.from(xs.pop() + ''));\n  const b = Buffer.concat(bParts);\n  return b;\n}",
      errors: [{ messageId: 'concat', data: { name: 'b' } }],
    },
    {
      code: 'export function f(xs: Buffer[], p: () => Buffer) {\n  let b = Buffer.alloc(0);\n  for (const x of xs) b = Buffer.concat([b, x, p()]);\n  return b;\n}',
      errors: [
        {
          messageId: 'concat',
          suggestions: [
            {
              messageId: 'fix',
              data: {
                title:
                  'Collect the chunks and concatenate once, behind the loop (if no chunk is written to again before that)',
              },
              output:
                'export function f(xs: Buffer[], p: () => Buffer) {\n  const bParts: Uint8Array[] = [];\n  for (const x of xs) bParts.push(x, p());\n  const b = Buffer.concat(bParts);\n  return b;\n}',
            },
          ],
        },
      ],
    },
    {
      code: 'export function f(o: { b: Buffer }, xs: Buffer[]) {\n  for (const x of xs) o.b = Buffer.concat([o.b, x]);\n}',
      errors: [{ messageId: 'concat', data: { name: 'o.b' }, suggestions: [] }],
    },
  ],
});
