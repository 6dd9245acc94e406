import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { typescriptRules } from '../../../rules/typescript/index';
import { CandidateTests } from '../../../server/src/typescript/candidates';
import { outlineOf } from '../../../server/src/typescript/outline';
import { syntaxTree } from '../../../server/src/typescript/parse';
import { ruleNames } from '../../support/typescript';

const outline = (text: string) => outlineOf(syntaxTree(text, 'a.ts'), ruleNames(typescriptRules));

/** [rule, a text with a candidate, a text with the same words and none] */
const candidates: readonly (readonly [string, string, string])[] = [
  [
    'accumulating-spread',
    'for (const x of xs) all = [...(all), x];',
    'for (const x of xs) all = [...xs, x];',
  ],
  [
    'accumulating-spread',
    'xs.reduce((all, x) => ({ ...all!, [x]: 1 }), {});',
    'xs.reduce((all, x) => f(...x), {});',
  ],
  ['chained-arrays', '(xs.filter(f)).length;', 'xs.filter(f).map(g);'],
  ['concat-in-loop', 'this.all = this.all.concat(x);', 'this.all = [this.all, x];'],
  ['constant-collection-per-call', "new Set(['a']);", 'new Set(names);'],
  [
    'copy-for-view',
    'function f(a: Uint8Array) { g(a.slice(1)); }',
    'function f(a: string) { g(a.slice(1)); }',
  ],
  ['deep-clone', 'JSON.parse(JSON.stringify(x));', 'JSON.parse(x);'],
  ['delete-property', 'delete (o.p);', 'delete o[p];'],
  ['entries-destructuring', 'for (const [a, b] of xs.entries()) f();', 'const pairs = [...xs.entries()];'],
  ['error-per-call', "() => ({ error: new Error('x') });", "() => { throw new Error('x'); };"],
  ['error-per-call', "try { throw new Error('x'); } catch {}", "const e = new Error('x');"],
  ['format-then-append', 'b.set(encoder.encode(s), 1);', 'b.set(encoder.toBytes(s), 1);'],
  ['hypot', '(Math).hypot(x, y);', 'x.hypot;'],
  ['per-call-buffer', 'const b = Buffer.alloc(4);', 'f(Buffer.alloc(4));'],
  ['pessimised-iteration', 'Array.from(xs, f);', 'Array.from(xs);'],
  [
    'preallocate-array',
    'const a: T[] = []; for (const x of xs) { a.push(x); }',
    'for (const x of xs) { a.push(x); }',
  ],
  ['shift-drain', 'while (q.length > 0) f(q.shift());', 'while (q.length > 0) f(q.pop()); q.shift();'],
  ['split-index', "s.split(',')![0];", "s.split(',').join(';');"],
  [
    'spread-known-shape',
    'interface P { a: number } function f(p: P) { return { ...p, b: 1 }; }',
    "import type { P } from './p'; function f(p: P) { return { ...p, b: 1 }; }",
  ],
  [
    'wrapper-return',
    'function f(n: number) { if (n > 1) return { n }; return null; }',
    'function f(n: number) { if (n > 1) return { n }; return g(n); }',
  ],
];

describe("candidates in the parser's own tree", () => {
  for (const [rule, some, none] of candidates) {
    it(`${rule}: ${some}`, () => assert.ok(outline(some).anywhere.has(rule)));
    it(`${rule}, none: ${none}`, () => assert.ok(!outline(none).anywhere.has(rule)));
  }

  it('are known for every rule but those whose words are rare', () => {
    const unknown = ruleNames(typescriptRules).filter((rule) => !CandidateTests.knows(rule));
    assert.deepEqual(unknown, ['intl-per-call', 'must-not-allocate', 'pool-misuse']);
  });
});

describe('where code may be hot', () => {
  const hot = (text: string): boolean => outline(text).hot.has('delete-property');
  for (const [name, text] of [
    ['in a loop', 'for (;;) delete o.p;'],
    ['in a callback', 'xs.map((o) => { delete o.p; });'],
    ['in a function that a loop calls, declared behind it', 'while (x) f(); function f() { delete o.p; }'],
    [
      'in a function that such a function calls',
      'while (x) f(); const g = () => { delete o.p; }; function f() { g(); }',
    ],
    ['in a method that a loop calls', 'class A { f() { for (;;) this.g(); } g() { delete this.p; } }'],
    ['in a constructor that a loop calls', 'for (;;) new A(); class A { constructor() { delete this.p; } }'],
    ['in a function passed by name', 'xs.forEach(f); function f(o) { delete o.p; }'],
    ['in a handler that a framework calls by name', 'export function GET(o) { delete o.p; }'],
    ['in a tagged function', '/** @hot */ function f(o) { delete o.p; }'],
  ] as const)
    it(name, () => assert.ok(hot(text)));
  for (const [name, text] of [
    ['not in a plain function', 'for (;;) g(); function f(o) { delete o.p; }'],
    ['not in what a loop goes through', 'for (const x of delete o.p) f();'],
    ['not at module level', 'delete o.p; for (;;) f();'],
  ] as const)
    it(name, () => assert.ok(!hot(text)));
});
