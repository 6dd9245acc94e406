import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRule } from '../../../rules/typescript/rule';
import { receiverType, typeOf } from '../../../rules/typescript/types/values';
import { analyseTypeScript, newTypeScriptEngine } from '../../support/typescript';

/** Answers what x is in `ask(x)`, and what it is where something is read of it. */
const probe = createRule({
  id: 'ts/probe',
  summary: 'ask(x)',
  fix: 'none',
  recipe: 'Do it by hand',
  reports: 'allocation',
  sample: 'typescript/probe',
  allocation: { kind: 'object', cost: 'always', reason: 'a probe' },
  words: [['ask']],
  messages: { is: '{{strict}}, {{lenient}}' },
  check: ({ sourceCode }, report) => ({
    CallExpression(node) {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'ask') return;
      const [strict, lenient] = [typeOf, receiverType].map((ask) =>
        String(ask(sourceCode, node.arguments[0])?.name),
      );
      report({ at: node, messageId: 'is', data: { strict: strict!, lenient: lenient! } });
    },
  }),
});

const engine = newTypeScriptEngine([probe]);

/** [what it is called, a text in which `ask(x)` asks about x, what it is, what it is where something is read of it] */
const cases: readonly (readonly [string, string, string | undefined, string | undefined])[] = [
  ['an alias', 'type Row = string[]; function f(row: Row) { ask(row); }', 'Array', 'Array'],
  ['an optional parameter', 'function f(row?: string[]) { ask(row); }', undefined, 'Array'],
  ['a union with null', 'function f(row: string[] | null) { ask(row); }', undefined, 'Array'],
  ['a field by its value', 'class A { rows = [1]; f(): void { ask(this.rows); } }', 'Array', 'Array'],
  ['a private field', 'class A { #rows: string[] = []; f() { ask(this.#rows); } }', 'Array', 'Array'],
  [
    'a field of JavaScript that is given something else',
    'class A { rows = []; f() { ask(this.rows); this.rows = null; } }',
    undefined,
    undefined,
  ],
  [
    'a field that JavaScript assigns',
    'class A { constructor() { this.m = new Map(); } f() { ask(this.m); } }',
    'Map',
    'Map',
  ],
  ['a property', 'interface T { rows: string[] } function f(t: T) { ask(t.rows); }', 'Array', 'Array'],
  [
    'an inherited property',
    'interface A { rows: string[] } interface B extends A {} function f(t: B) { ask(t.rows); }',
    'Array',
    'Array',
  ],
  ['an optional property', 'function f(t: { rows?: string[] }) { ask(t.rows); }', undefined, 'Array'],
  ['a destructured property', 'function f({ rows }: { rows: string[] }) { ask(rows); }', 'Array', 'Array'],
  ['a default', 'function f(rows = [1]) { ask(rows); const s: number = 1; }', 'Array', 'Array'],
  ["a class's own", 'class A { rows: string[] = []; } const a = new A(); ask(a.rows);', 'Array', 'Array'],
  ['an entry of a map', 'function f(m: Map<string, string[]>) { ask(m.get("a")); }', undefined, 'Array'],
  ['a value of a dictionary', 'function f(m: Record<string, number[]>) { ask(m["a"]); }', undefined, 'Array'],
  ['what a loop gives', 'function f(m: string[][]) { for (const row of m) ask(row); }', 'Array', 'Array'],
  [
    'what an iterator gives',
    'function f(m: Map<string, number[]>) { for (const v of m.values()) ask(v); }',
    'Array',
    'Array',
  ],
  ['what a function gives', 'const f = (): string[] => []; ask(f());', 'Array', 'Array'],
  [
    'what a method gives',
    'class A { rows(): string[] { return []; } f() { ask(this.rows()); } }',
    'Array',
    'Array',
  ],
  ['what is awaited', 'async function f(p: Promise<string[]>) { ask(await p); }', 'Array', 'Array'],
  [
    'what is left of nothing',
    'function f(rows: string[] | undefined) { ask(rows ?? []); }',
    'Array',
    'Array',
  ],
  ['a test', 'function f(x: unknown) { if (Array.isArray(x)) ask(x); }', 'Array', 'Array'],
  ['a test that leaves', 'function f(x) { if (typeof x !== "string") return; ask(x); }', 'string', 'string'],
  ['a test of something else', 'function f(x, y) { if (Array.isArray(y)) ask(x); }', undefined, undefined],
  [
    'a test that does not hold',
    'function f(x) { if (Array.isArray(x)) return; else ask(x); }',
    undefined,
    undefined,
  ],
  [
    'a name that is assigned behind the test',
    'function f(x) { if (Array.isArray(x)) { x = 1; ask(x); } }',
    undefined,
    undefined,
  ],
  ['an imported class', 'import { Vector3 } from "three"; ask(new Vector3());', undefined, 'imported'],
  [
    "somebody else's map",
    'import { Map } from "immutable"; function f(m: Map<string, number>) { ask(m); }',
    undefined,
    'imported',
  ],
  [
    'an interface of the file',
    'interface Q { length: number } function f(q: Q) { ask(q); }',
    undefined,
    'object',
  ],
  ['a type parameter', 'function f<T>(x: T) { ask(x); }', undefined, undefined],
];

describe('what a value is', () => {
  for (const [name, text, strict, lenient] of cases) {
    it(`${name}: ${text}`, async () => {
      const { findings } = await analyseTypeScript(engine, 'src/a.ts', text);
      assert.deepEqual(
        findings.map(({ message }) => message),
        [`${strict}, ${lenient}`],
      );
    });
  }
});
