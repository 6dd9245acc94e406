import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TSESTree } from '@typescript-eslint/utils';
import { completionOf, tryAround } from '../../../rules/typescript/flow/completion';
import { loopsAround, mayRunAgain } from '../../../rules/typescript/flow/loops';
import { createRule } from '../../../rules/typescript/rule';
import { enclosingFunction } from '../../../rules/typescript/syntax/nodes';
import { analyseTypeScript, newTypeScriptEngine } from '../../support/typescript';

/** Answers about `here()` and about the body of the function around it, as the report's text. */
const probe = createRule({
  id: 'ts/probe',
  summary: 'here()',
  fix: 'none',
  recipe: 'Do it by hand',
  reports: 'allocation',
  sample: 'typescript/probe',
  allocation: { kind: 'object', cost: 'always', reason: 'a probe' },
  words: [['here']],
  messages: { here: '{{answers}}' },
  check: (_context, report) => ({
    CallExpression(node) {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'here') return;
      const again = [...loopsAround(node)].map((loop) => (mayRunAgain(node, loop) ? 'again' : 'last'));
      const fn = enclosingFunction(node)!;
      const { normal, jumps } = completionOf(fn.body as TSESTree.Node);
      const ends = [...(normal ? ['end'] : []), ...jumps.map(({ type }) => type.replace('Statement', ''))];
      const seen = tryAround(node, fn) ? ' try' : '';
      report({
        at: node,
        messageId: 'here',
        data: { answers: `${again.join(' ')} | ${ends.join(' ')}${seen}` },
      });
    },
  }),
});

const engine = newTypeScriptEngine([probe]);

/** Loops around `here()`, innermost first, and whether they go on after it; ends of its function. */
const cases: readonly (readonly [body: string, answer: string])[] = [
  // Whose break is it?
  ['for (const x of xs) { here(); }', 'again | end'],
  ['for (const x of xs) { here(); break; }', 'last | end'],
  ['for (const x of xs) switch (x) { case 1: here(); break; }', 'again | end'],
  ['for (const x of xs) switch (x) { case 1: here(); return; }', 'last | end Return'],
  ['for (const x of xs) { switch (x) { case 1: here(); default: return; } }', 'last | end Return'],
  ['all: for (const x of xs) switch (x) { case 1: here(); break all; }', 'last | end'],
  ['for (const x of xs) block: { here(); break block; }', 'again | end'],
  // Loops in loops.
  ['for (;;) for (const x of xs) { here(); break; }', 'last again | '],
  ['for (;;) for (const x of xs) { here(); return; }', 'last last | Return'],
  ['all: for (;;) for (;;) { here(); break all; }', 'last last | end'],
  ['all: for (;;) for (;;) { here(); continue all; }', 'last again | '],
  ['for (;;) { for (const x of xs) { if (x) here(); } break; }', 'again last | end'],
  // Ends that only some rounds reach.
  ['for (;;) { here(); if (x) break; }', 'again | end'],
  ['for (;;) { here(); if (x) break; else return; }', 'last | end Return'],
  ['while (true) { here(); }', 'again | '],
  ['while (x) { return here(); }', 'last | end Return'],
  ['do { here(); } while (false);', 'last | end'],
  ['do { here(); return; } while (x);', 'last | Return'],
  // Exceptions.
  ['for (;;) { try { here(); throw x; } catch { y(); } }', 'again |  try'],
  ['for (;;) { try { here(); throw x; } finally { y(); } }', 'last | Throw try'],
  ['for (;;) { try { here(); return; } finally { continue; } }', 'again |  try'],
  ['for (;;) { try { x(); } catch { here(); return; } }', 'last | Return'],
  // Callbacks are loops, and their return ends a round only.
  ['xs.forEach((x) => { here(); return; });', 'again | Return'],
  ['xs.forEach((x) => { here(); throw x; });', 'last | Throw'],
  ['for (;;) xs.map((x) => { here(); return x; });', 'again again | Return'],
  ['for (;;) later((x) => here());', ' | end'],
  // What runs once.
  ['for (const x of here()) y(x);', ' | end'],
  ['for (here(); ; ) y();', ' | '],
  ['if (x) return here(); else throw y;', ' | Return Throw'],
];

describe('how control leaves a statement', () => {
  for (const [body, answer] of cases) {
    it(body, async () => {
      const { findings, notes } = await analyseTypeScript(engine, 'a.ts', `function f() { ${body} }`);
      assert.deepEqual(notes, []);
      assert.deepEqual(
        findings.map(({ message }) => message),
        [answer],
      );
    });
  }
});
