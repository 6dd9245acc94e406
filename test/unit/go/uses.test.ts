import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Node } from 'web-tree-sitter';
import { isAddressTaken, isAssigned, namesAround, type Binding } from '../../../rules/go/syntax/names';
import { initializer } from '../../../rules/go/syntax/assignments';
import { GoSyntax, type ParsedFile } from '../../../server/src/go/facts/syntax-trees';
import { grammar } from '../../support/go';

describe('Go names', () => {
  let syntax: GoSyntax;
  const files: ParsedFile[] = [];
  before(async () => {
    syntax = await GoSyntax.load(grammar);
  });
  after(() => {
    for (const file of files) file.release();
    syntax.dispose();
  });

  /** Marks every use of the variable that `code` declares first under the name: its uses come out as «x». */
  function marked(code: string, name: string, nth = 0): string {
    const text = `package p\n\nfunc f(a int, b []byte) (r int, err error) {\n${code}\n}\n`;
    const { file, binding } = bindingOf(text, name, nth);
    let result = file.text;
    for (const { node } of [...binding.uses].sort((x, y) => y.node.startIndex - x.node.startIndex)) {
      result = `${result.slice(0, node.startIndex)}«${node.text}»${result.slice(node.endIndex)}`;
    }
    return result.split('\n').slice(3, -2).join('\n');
  }

  function bindingOf(text: string, name: string, nth = 0): { file: ParsedFile; binding: Binding } {
    const file = syntax.parse(`/${files.length}.go`, text)!;
    files.push(file);
    const top = file.root.namedChildren.at(-1)!;
    const found = namesAround(file.root, top).bindings.filter((one) => one.name === name);
    assert.ok(found[nth], `no ${name} in ${text}`);
    return { file, binding: found[nth] };
  }

  test('a block hides the name and gives it back', () => {
    assert.equal(
      marked('x := 1\n{ x := x + 1; _ = x }\n_ = x', 'x'),
      'x := 1\n{ x := «x» + 1; _ = x }\n_ = «x»',
    );
    assert.equal(
      marked('x := 1\n{ x := x + 1; _ = x }\n_ = x', 'x', 1),
      'x := 1\n{ x := x + 1; _ = «x» }\n_ = x',
    );
  });

  test('parameters and results live in the block of the body', () => {
    assert.equal(marked('a, c := 1, a\n_ = c', 'a'), '«a», c := 1, «a»\n_ = c');
    assert.equal(
      marked('if n, err := g(); err != nil { return n, err }\nerr = nil', 'err'),
      'if n, err := g(); err != nil { return n, err }\n«err» = nil',
    );
  });

  test('if, for, switch and select open blocks of their own', () => {
    assert.equal(
      marked('x := 0\nfor x := range b { _ = x }\n_ = x', 'x'),
      'x := 0\nfor x := range b { _ = x }\n_ = «x»',
    );
    assert.equal(marked('x := 0\nfor x = range b { }', 'x'), 'x := 0\nfor «x» = range b { }');
    assert.equal(
      marked('x := any(a)\nswitch x := x.(type) { case int: _ = x }\n_ = x', 'x'),
      'x := any(a)\nswitch x := «x».(type) { case int: _ = x }\n_ = «x»',
    );
    assert.equal(
      marked('x := 0\nselect { case x := <-c: _ = x; default: _ = x }', 'x'),
      'x := 0\nselect { case x := <-c: _ = x; default: _ = «x» }',
    );
  });

  test('literals capture, their parameters hide', () => {
    const code =
      'x := 0\ng := func(y int) int { return x + y }\nh := func(x int) int { return x }\n_, _ = g, h';
    assert.equal(marked(code, 'x'), code.replace('return x + y', 'return «x» + y'));
    const { binding } = bindingOf(`package p\nfunc f() {\n${code}\n}\n`, 'x');
    assert.equal(binding.uses[0]!.owner.type, 'func_literal');
    assert.equal(binding.owner.type, 'function_declaration');
  });

  test('fields, labels and parameters of function types are no uses', () => {
    assert.equal(
      marked('x := 0\nvar t func(x int)\nt.x = s.x\n_ = x', 'x'),
      'x := 0\nvar t func(x int)\nt.x = s.x\n_ = «x»',
    );
  });

  test('what happens to a use', () => {
    const { binding } = bindingOf(
      'package p\nfunc f() {\nx := 1\nx = 2\nx++\n_ = &x\n_ = &(x)\nx.y = 3\n}\n',
      'x',
    );
    const nodes = binding.uses.map(({ node }) => node);
    assert.deepEqual(nodes.map(isAssigned), [true, true, false, false, false]);
    assert.deepEqual(nodes.map(isAddressTaken), [false, false, true, true, false]);
  });

  test('the initialiser that belongs to a name', () => {
    const text = (node: Node | undefined): string | undefined => node?.text;
    const source = 'package p\nfunc f() {\nvar a, b = 1, g(2)\nc, d := h()\ne, i := 3, 4\n_ = 0\n}\n';
    assert.equal(text(initializer(bindingOf(source, 'b').binding)), 'g(2)');
    assert.equal(text(initializer(bindingOf(source, 'd').binding)), undefined);
    assert.equal(text(initializer(bindingOf(source, 'i').binding)), '4');
  });

  test('broken text raises nothing', () => {
    for (const text of ['package p\nfunc f( {', 'package p\nfunc f() { x := ', 'package p\nfunc (', ''])
      for (const node of syntax.parse('/broken.go', text)!.root.namedChildren)
        assert.doesNotThrow(() => namesAround(node.tree.rootNode, node));
  });
});
