import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Node } from 'web-tree-sitter';
import { buildGraph } from '../../rules/go/flow/build-graph';
import { backward, forward, type Lattice } from '../../rules/go/flow/dataflow';
import type { Graph } from '../../rules/go/flow/graph';
import { isAssigned } from '../../rules/go/syntax/names';
import { GoSyntax } from '../../server/src/go/facts/syntax-trees';
import { grammar } from '../support/go';

describe('data flow', () => {
  let syntax: GoSyntax;
  before(async () => {
    syntax = await GoSyntax.load(grammar);
  });
  after(() => syntax.dispose());

  /** Calls `use` with the graph of a function of this body, and with the call `name()` in it. */
  function inFunction<T>(body: string, use: (graph: Graph, call: (name: string) => Node) => T): T {
    const { root, release } = syntax.parse('/a.go', `package a\n\nfunc f(c bool) {\n${body}\n}\n`)!;
    const fn = root.namedChildren.at(-1)!;
    const graph = buildGraph(fn, (call) => (call.text.startsWith('panic(') ? 'panic' : undefined));
    const found = use(graph, (name) =>
      fn.descendantsOfType('call_expression').find(({ text }) => text === `${name}()`)!,
    );
    release();
    return found;
  }

  type Names = ReadonlySet<string>;
  const equal = (a: Names, b: Names): boolean => a.size === b.size && [...a].every((name) => b.has(name));

  /** The variables that surely have been assigned. */
  const assigned: Lattice<Names> = {
    start: new Set(),
    join: (a, b) => new Set([...a].filter((name) => b.has(name))),
    equal,
    step: (node, state) =>
      node.type === 'identifier' && isAssigned(node) ? new Set([...state, node.text]) : state,
    panics: (node) => node.type === 'call_expression',
  };

  /** The variables whose value somebody may still ask for. */
  const live: Lattice<Names> = {
    start: new Set(),
    join: (a, b) => new Set([...a, ...b]),
    equal,
    step: (node, state) => {
      if (!/^[xy]$/.test(node.text)) return state;
      const others = [...state].filter((name) => name !== node.text);
      return new Set(isAssigned(node) ? others : [...others, node.text]);
    },
  };

  const sorted = (names: Names | undefined): string | undefined => names && [...names].sort().join(' ');

  test('forward: what surely holds is what every way brings', () => {
    inFunction('x := 1\nif c { y := 2; z := y; a() } else { y := 3; b() }\nd()', (graph, call) => {
      const found = forward(graph, assigned);
      assert.equal(sorted(found.before(call('a'))), 'x y z');
      assert.equal(sorted(found.before(call('b'))), 'x y');
      assert.equal(sorted(found.before(call('d'))), 'x y');
      assert.equal(sorted(found.atExit), 'x y');
      assert.equal(sorted(found.atPanic), 'x y');
    });
  });

  test('forward: a loop may not run', () => {
    inFunction('for c { x := 1; a(); _ = x }\nb()\nreturn\nd()', (graph, call) => {
      const found = forward(graph, assigned);
      assert.equal(sorted(found.before(call('a'))), 'x');
      assert.equal(sorted(found.before(call('b'))), '');
      assert.equal(found.before(call('d')), undefined);
    });
  });

  test('forward: the state at a panic is that of every node that may', () => {
    inFunction('x := 1\nif c { y := 2; panic("no") }\nz := x', (graph) => {
      const { atPanic, atExit } = forward(graph, { ...assigned, panics: () => false });
      assert.equal(sorted(atPanic), 'x y');
      assert.equal(sorted(atExit), 'x z');
    });
  });

  test('backward: a variable is live until its last use, around a loop too', () => {
    inFunction('x := 1\ny := 2\nfor c { a(); use(x); x = y }\nb()\nuse(y)\nd()', (graph, call) => {
      const found = backward(graph, live);
      assert.equal(sorted(found.after(call('a'))), 'x y');
      assert.equal(sorted(found.after(call('b'))), 'y');
      assert.equal(sorted(found.after(call('d'))), '');
    });
  });
});
