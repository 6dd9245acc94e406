import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { Language, Parser, type Node, type Tree } from 'web-tree-sitter';
import { FlatTree, Grammar } from '../../../server/src/go/facts/flat-tree';
import { grammar as paths } from '../../support/go';
import { inRepository } from '../../support/repository';
import { parseTxtar } from '../../support/txtar';

let parser: Parser;
let language: Language;
let grammar: Grammar;

before(async () => {
  await Parser.init({ locateFile: () => paths.runtime });
  language = await Language.load(readFileSync(paths.go));
  parser = new Parser().setLanguage(language);
  grammar = new Grammar(language.types, language.fields);
});

const written = (node: Node | null): string =>
  node ? `${node.type} ${node.startIndex}–${node.endIndex}${node.isNamed ? ' named' : ''}` : 'none';

const all = (nodes: readonly (Node | null)[]): string[] => nodes.map(written);

/** Everything that both say of a node and of what lies in it. */
function compare(text: string, every = 1): void {
  const tree = parser.parse(text)!;
  try {
    const flat = new FlatTree(tree, text, grammar);
    const fields = language.fields.filter((name) => name !== null);
    let seen = 0;
    const visit = (theirs: Node, ours: Node): void => {
      assert.equal(written(ours), written(theirs));
      const children = theirs.children;
      if (seen++ % every === 0) {
        assert.deepEqual(aboutOf(ours, fields), aboutOf(theirs, fields));
        assert.deepEqual(placesIn(flat.rootNode, ours), placesIn(tree.rootNode, theirs));
      }
      assert.deepEqual(all(ours.children), all(children));
      children.forEach((child, i) => visit(child, ours.children[i]!));
    };
    visit(tree.rootNode, flat.rootNode);
  } finally {
    tree.delete();
  }
}

function aboutOf(node: Node, fields: readonly string[]) {
  return {
    text: node.text,
    marks: [node.isMissing, node.isError, node.hasError],
    from: [node.startPosition.row, node.startPosition.column],
    to: [node.endPosition.row, node.endPosition.column],
    around: all([node.parent, node.firstChild, node.lastChild, node.firstNamedChild, node.lastNamedChild]),
    // Beside a missing token tree-sitter finds no sibling.
    beside: node.parent?.hasError
      ? []
      : all([node.nextSibling, node.previousSibling, node.nextNamedSibling, node.previousNamedSibling]),
    named: all(node.namedChildren),
    counts: [node.childCount, node.namedChildCount],
    fields: fields.map((name) => [
      name,
      written(node.childForFieldName(name)),
      ...all(node.childrenForFieldName(name)),
    ]),
    within: all(node.descendantsOfType(['identifier', 'call_expression', '('])),
    errors: all(node.descendantsOfType('ERROR')),
    lines: all(
      node.descendantsOfType(
        ['identifier', 'call_expression'],
        { row: node.startPosition.row, column: 3 },
        { row: node.startPosition.row + 1, column: 500 },
      ),
    ),
  };
}

function placesIn(root: Node, { startIndex: start, endIndex: end }: Node): string[] {
  const ranges = [
    [start, start],
    [start, start + 1],
    [start, end],
    [start, Math.max(start, end - 1)],
    [end, end],
  ] as const;
  return ranges.flatMap(([from, to]) => [
    written(root.descendantForIndex(from, to)),
    written(root.namedDescendantForIndex(from, to)),
  ]);
}

describe('a syntax tree in arrays says what tree-sitter says', () => {
  const text = `package p

import "fmt"

// Größe is a 😀 comment.
type T[K comparable] struct {
	a, b int // Two.
	f    func(x, y string) (n int, err error)
}

func (t *T[K]) M(k K, more ...any) (n int, err error) {
	for i := range t.a {
		switch x := any(k).(type) {
		case string, []byte:
			fmt.Println(x, more[i:], "ä"+\`raw
text\`)
		default:
			go func() { defer t.M(k); n++ }()
		}
	}
	return
}
`;

  it('of each node of a text with everything', () => compare(text));

  it('of texts that do not parse', () => {
    for (let at = text.indexOf('func'); at < text.length; at += 23)
      compare(text.slice(0, at) + text.slice(at + 1 + (at % 3)));
    compare('');
    compare('x');
  });

  it('of line ends of Windows', () => compare(text.replaceAll('\n', '\r\n')));

  it('of each node of a case of each rule', () => {
    const folder = inRepository('test', 'markers', 'go');
    for (const rule of readdirSync(folder)) {
      const name = readdirSync(path.join(folder, rule)).find((one) => one.endsWith('.txtar'))!;
      const { files } = parseTxtar(readFileSync(path.join(folder, rule, name), 'utf8'));
      // Titles of fixes are called like their files.
      for (const [file, source] of files)
        if (file.endsWith('.go') && !file.startsWith('@titles/')) compare(source, 3);
    }
  });
});

describe('nodes of a tree in arrays', () => {
  const treeOf = (text: string): { tree: Tree; flat: FlatTree } => {
    const tree = parser.parse(text)!;
    return { tree, flat: new FlatTree(tree, text, grammar) };
  };

  it('are one object each, with a number of their own', () => {
    const { tree, flat } = treeOf('package p\n\nfunc F() { G(1, 2) }\n');
    const other = new FlatTree(tree, 'package p\n\nfunc F() { G(1, 2) }\n', grammar);
    tree.delete();
    const [call] = flat.rootNode.descendantsOfType('call_expression');
    const [again] = flat.rootNode.descendantsOfType('identifier').slice(1);
    assert.equal(again!.parent, call);
    assert.ok(again!.parent!.equals(call!));
    const ids = [flat, other].flatMap(({ rootNode }) =>
      rootNode.descendantsOfType(['identifier', 'int_literal']).map(({ id }) => id),
    );
    assert.equal(new Set(ids).size, ids.length);
  });

  it('outlive the tree that they were copied from', () => {
    const { tree, flat } = treeOf('package p\n');
    tree.delete();
    assert.equal(flat.rootNode.namedChildren[0]!.text, 'package p');
  });
});
