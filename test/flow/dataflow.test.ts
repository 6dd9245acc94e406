import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Node } from 'web-tree-sitter';
import { buildGraph } from '../../rules/go/flow/build-graph';
import { forward, type Lattice } from '../../rules/go/flow/dataflow';
import type { Graph } from '../../rules/go/flow/graph';
import { comesTo } from '../../rules/go/flow/paths';
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
  };

  const sorted = (names: Names | undefined): string | undefined => names && [...names].sort().join(' ');

  test('what surely holds is what every way brings', () => {
    inFunction('x := 1\nif c { y := 2; z := y; a() } else { y := 3; b() }\nd()', (graph, call) => {
      const found = forward(graph, assigned);
      assert.equal(sorted(found.before(call('a'))), 'x y z');
      assert.equal(sorted(found.before(call('b'))), 'x y');
      assert.equal(sorted(found.before(call('d'))), 'x y');
    });
  });

  test('a loop may not run', () => {
    inFunction('for c { x := 1; a(); _ = x }\nb()\nreturn\nd()', (graph, call) => {
      const found = forward(graph, assigned);
      assert.equal(sorted(found.before(call('a'))), 'x');
      assert.equal(sorted(found.before(call('b'))), '');
      assert.equal(found.before(call('d')), undefined);
    });
  });

  test('behind a block is what its steps have made of it, before any of its edges', () => {
    inFunction('x := 1\na()\ny := 2', (graph, call) => {
      const found = forward(graph, assigned);
      assert.equal(sorted(found.behind(graph.blockOf(call('a'))!)), 'x y');
    });
  });

  const never = (): boolean => false;
  const isCall = (name: string) => (node: Node) =>
    node.type === 'call_expression' && node.text === `${name}()`;

  test('what every way from a place comes to', () => {
    inFunction('if c { a() }\nb()\nb()', (graph, call) => {
      assert.equal(comesTo(graph, call('a'), isCall('b'), never)?.id, call('b').id);
      assert.equal(comesTo(graph, call('a'), isCall('b'), isCall('a'))?.id, call('b').id);
    });
  });

  test('a way that ends, jumps out, or runs forever comes to nothing', () => {
    inFunction('a()\nif c { return }\nb()', (graph, call) => {
      assert.equal(comesTo(graph, call('a'), isCall('b'), never), undefined);
    });
    inFunction('a()\nd()\nb()', (graph, call) => {
      assert.equal(comesTo(graph, call('a'), isCall('b'), isCall('d')), undefined);
    });
    inFunction('a()\nif c { panic(1) }\nb()', (graph, call) => {
      assert.equal(comesTo(graph, call('a'), isCall('b'), never), undefined);
    });
    inFunction('a()\nfor {}', (graph, call) => {
      assert.equal(comesTo(graph, call('a'), isCall('b'), never), undefined);
    });
  });

  test('the branch that decides about a place', () => {
    inFunction('a()\nif c { b() } else { d() }\ne()', (graph, call) => {
      assert.equal(graph.branchTo(call('a')), undefined);
      assert.equal(graph.branchTo(call('b'))?.kind, 'true');
      assert.equal(graph.branchTo(call('d'))?.kind, 'false');
      assert.equal(graph.branchTo(call('e')), undefined);
    });
    inFunction('if c { return }\na()', (graph, call) => {
      assert.equal(graph.branchTo(call('a'))?.kind, 'false');
      assert.equal(graph.branchTo(call('a'))?.at?.text, 'c');
    });
    inFunction('if c && d() { a() }', (graph, call) => {
      assert.equal(graph.branchTo(call('a'))?.at?.text, 'd()');
    });
  });
});
