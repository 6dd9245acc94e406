import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GoSyntax } from '../../../server/src/go/facts/syntax-trees';
import { grammar } from '../../support/go';

describe('GoSyntax', () => {
  let syntax: GoSyntax;
  before(async () => {
    syntax = await GoSyntax.load(grammar, { cachedTrees: 2 });
  });
  after(() => syntax.dispose());

  const source = (i: number): string => `package p${i}\n\nfunc f() int { return ${i} }\n`;

  test('a tree stays alive while somebody holds it, although the cache has dropped it', () => {
    const held = syntax.parse('/a.go', source(1))!;
    for (let i = 2; i < 10; i++) syntax.parse(`/${i}.go`, source(i))!.release();
    assert.equal(held.root.descendantsOfType('int_literal')[0]!.text, '1');
    held.release();
    held.release();
  });

  test('the same text is parsed once', () => {
    const [a, b] = [syntax.parse('/a.go', source(1))!, syntax.parse('/a.go', source(1))!];
    assert.ok(a.root.equals(b.root));
    a.release();
    assert.equal(b.packageName, 'p1');
    b.release();
  });

  test('after edits the tree is what a fresh parse gives', async () => {
    const fresh = await GoSyntax.load(grammar);
    const texts = [
      'package p\n\nfunc f() {}\n',
      'package p\n\nfunc f() { /* ü */ x := "é" + a }\n',
      'package p\n\nfunc f() { /* ü😀 */ x := "é" + a\n\tgo g() }\n',
      'package p\n\nfunc f() { /* ü😀 */ x := "é" +',
      '',
      'package p\r\n\r\nimport "fmt"\r\n\r\nfunc f() { fmt.Println() }\r\n',
      'package p\r\n\r\nimport "fmt"\r\n\r\nvar x = []T{{1}, {2}}\r\n\r\nfunc f() { fmt.Println() }\r\n',
    ];
    for (const text of texts) {
      const incremental = syntax.parse('/edited.go', text)!;
      const whole = fresh.parse('/edited.go', text)!;
      assert.equal(incremental.root.toString(), whole.root.toString(), text);
      assert.equal(incremental.root.endIndex, whole.root.endIndex, text);
      incremental.release();
      whole.release();
      fresh.clear();
    }
    fresh.dispose();
  });

  test('offsets are UTF-16 units', () => {
    const text = 'package p\n\nvar a = "😀é" + here\n';
    const file = syntax.parse('/u.go', text)!;
    const here = file.root.descendantsOfType('identifier').find((node) => node.text === 'here')!;
    assert.equal(here.startIndex, text.indexOf('here'));
    assert.equal(here.startPosition.column, text.split('\n')[2]!.indexOf('here'));
    file.release();
  });

  test('gives up after the time limit, and goes on with the next file', async () => {
    const hurried = await GoSyntax.load(grammar, { timeLimit: 1 });
    const long = `package p\n\nfunc f() {\n${'\tx := a[b{c: d(e)}] + f\n'.repeat(100_000)}}\n`;
    assert.equal(hurried.parse('/long.go', long), undefined);
    const short = hurried.parse('/a.go', source(1))!;
    assert.equal(short.packageName, 'p1');
    short.release();
    hurried.dispose();
  });

  test('never throws on any text', () => {
    for (const text of [
      '',
      '\u0000',
      '}}}}',
      'package',
      '`'.repeat(99),
      '('.repeat(5000),
      '\ud800',
      '\uFEFFpackage p',
    ]) {
      syntax.parse('/junk.go', text)?.release();
    }
  });

  test('names the file that cannot be loaded', async () => {
    await assert.rejects(
      GoSyntax.load({ ...grammar, go: '/nowhere/tree-sitter-go.wasm' }),
      /\/nowhere\/tree-sitter-go\.wasm/,
    );
  });
});
