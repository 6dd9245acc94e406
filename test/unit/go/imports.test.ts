import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { importEdits, importedNames, isGenerated, nameOfImport } from '../../../rules/go/edit/imports';
import { GoSyntax, type ParsedFile } from '../../../server/src/go/facts/syntax-trees';
import { applyEdits } from '../../../server/src/text/edits';
import { grammar } from '../../support/go';

let syntax: GoSyntax;
before(async () => {
  syntax = await GoSyntax.load(grammar);
});
after(() => syntax.dispose());

function parsed<T>(text: string, use: (file: ParsedFile) => T): T {
  const file = syntax.parse('a.go', text)!;
  try {
    return use(file);
  } finally {
    file.release();
  }
}

/** Replaces `from` by `to`, with the imports that go with it; undefined when they withhold the edit. */
function edit(
  text: string,
  from: string,
  to: string,
  needed: string[],
  declared: string[] = [],
): string | undefined {
  return parsed(text, ({ root }) => {
    const start = text.indexOf(from);
    assert.ok(start >= 0);
    const edits = [{ span: { start, end: start + from.length }, newText: to }];
    const imports = importEdits(root, text, edits, needed, new Set(declared));
    return imports && applyEdits(text, [...edits, ...imports]);
  });
}

const body = '\nfunc f() { x() }\n';

describe('adding an import', () => {
  const cases: Record<string, { text: string; needed?: string[]; is: string }> = {
    'to a file without any': { text: 'package p\n', is: 'package p\n\nimport "sync"\n' },
    'behind a comment on the package clause': {
      text: 'package p // the package\n',
      is: 'package p // the package\n\nimport "sync"\n',
    },
    'several at once': {
      text: 'package p\n',
      needed: ['sync', 'slices'],
      is: 'package p\n\nimport (\n\t"slices"\n\t"sync"\n)\n',
    },
    'to a single one, which becomes a block': {
      text: 'package p\n\nimport "fmt" // for printing\n\nvar _ = fmt.Sprint\n',
      is: 'package p\n\nimport (\n\t"fmt" // for printing\n\t"sync"\n)\n\nvar _ = fmt.Sprint\n',
    },
    'to a block, in order': {
      text: 'package p\n\nimport (\n\t"bytes"\n\t"time"\n)\n',
      is: 'package p\n\nimport (\n\t"bytes"\n\t"sync"\n\t"time"\n)\n',
    },
    'at the end of the standard group': {
      text: 'package p\n\nimport (\n\t"bytes"\n\n\t"github.com/a/b"\n)\n',
      is: 'package p\n\nimport (\n\t"bytes"\n\t"sync"\n\n\t"github.com/a/b"\n)\n',
    },
    'as the standard group, when there is none': {
      text: 'package p\n\nimport (\n\t"github.com/a/b"\n)\n',
      is: 'package p\n\nimport (\n\t"sync"\n\n\t"github.com/a/b"\n)\n',
    },
    'beside cgo, whose comment stays attached': {
      text: 'package p\n\n// #include <stdio.h>\nimport "C"\n\nvar _ = C.int(1)\n',
      is: 'package p\n\n// #include <stdio.h>\nimport "C"\n\nimport "sync"\n\nvar _ = C.int(1)\n',
    },
    'not again': { text: 'package p\n\nimport "sync"\n', is: 'package p\n\nimport "sync"\n' },
    'not when it has another name in the file': {
      text: 'package p\n\nimport s "sync"\n',
      is: 'package p\n\nimport s "sync"\n',
    },
    'when it is only imported for its effects': {
      text: 'package p\n\nimport _ "sync"\n',
      is: 'package p\n\nimport (\n\t_ "sync"\n\t"sync"\n)\n',
    },
    'with the line ends of the file': {
      text: 'package p\r\n\r\nimport (\r\n\t"bytes"\r\n)\r\n',
      is: 'package p\r\n\r\nimport (\r\n\t"bytes"\r\n\t"sync"\r\n)\r\n',
    },
  };
  for (const [name, { text, needed, is }] of Object.entries(cases)) {
    test(name, () =>
      assert.equal(edit(text + body, 'x()', 'y()', needed ?? ['sync']), is + body.replace('x()', 'y()')),
    );
  }
});

describe('an import whose name is taken withholds the edit', () => {
  test('by a variable of the edited function', () =>
    assert.equal(
      edit('package p\n\nfunc f(sync int) { x() }\n', 'x()', 'sync.OnceFunc(x)', ['sync']),
      undefined,
    ));
  test('by another import', () =>
    assert.equal(edit('package p\n\nimport "example.com/sync"\n' + body, 'x()', 'y()', ['sync']), undefined));
  test('by a declaration of another file of the package', () =>
    assert.equal(edit(`package p\n${body}`, 'x()', 'y()', ['sync'], ['sync']), undefined));
  test('not by a variable of another function', () =>
    assert.ok(edit(`package p\n\nfunc g(sync int) {}\n${body}`, 'x()', 'y()', ['sync'])));
});

describe('removing an import', () => {
  const call = '\nfunc f() string { return fmt.Sprint(1) }\n';
  test('that the edit leaves unused, with its line', () =>
    assert.equal(
      edit(
        `package p\n\nimport (\n\t"fmt" // print\n\t"os"\n)\n\nvar _ = os.Args\n${call}`,
        'fmt.Sprint(1)',
        '"1"',
        [],
      ),
      `package p\n\nimport (\n\t"os"\n)\n\nvar _ = os.Args\n${call.replace('fmt.Sprint(1)', '"1"')}`,
    ));
  test('with its declaration, when nothing is left', () =>
    assert.equal(
      edit(`package p\n\nimport "fmt"\n${call}`, 'fmt.Sprint(1)', '"1"', []),
      `package p\n${call.replace('fmt.Sprint(1)', '"1"')}`,
    ));
  test('whose place another one takes', () =>
    assert.equal(
      edit(`package p\n\nimport "fmt"\n${call}`, 'fmt.Sprint(1)', 'strconv.Itoa(1)', ['strconv']),
      `package p\n\nimport "strconv"\n${call.replace('fmt.Sprint(1)', 'strconv.Itoa(1)')}`,
    ));
  test('not while the new text uses it', () =>
    assert.match(
      edit(`package p\n\nimport "fmt"\n${call}`, 'fmt.Sprint(1)', 'fmt.Sprint(2)', [])!,
      /import "fmt"/,
    ));
  test('not while another place uses it', () =>
    assert.match(
      edit(`package p\n\nimport "fmt"\n\nvar _ = fmt.Print\n${call}`, 'fmt.Sprint(1)', '"1"', [])!,
      /import "fmt"/,
    ));
  test('not when it was unused before: that is the reader’s affair', () =>
    assert.match(edit(`package p\n\nimport "fmt"\n${body}`, 'x()', 'y()', [])!, /import "fmt"/));
  test('not when a type uses it', () =>
    assert.match(
      edit(`package p\n\nimport "fmt"\n\ntype s fmt.Stringer\n${call}`, 'fmt.Sprint(1)', '"1"', [])!,
      /import "fmt"/,
    ));
});

test('names of imports', () => {
  const names = Object.fromEntries(
    [
      'fmt',
      'math/rand/v2',
      'gopkg.in/yaml.v3',
      'github.com/mattn/go-isatty',
      'github.com/a/b-c',
      'x.org/y/v3',
    ].map((path) => [path, nameOfImport(path)]),
  );
  assert.deepEqual(names, {
    fmt: 'fmt',
    'math/rand/v2': 'rand',
    'gopkg.in/yaml.v3': 'yaml',
    'github.com/mattn/go-isatty': 'isatty',
    'github.com/a/b-c': 'b_c',
    'x.org/y/v3': 'y',
  });
  const text = 'package p\n\nimport (\n\t. "a"\n\t_ "b"\n\tc "d"\n\t"e/f"\n)\n';
  assert.deepEqual(
    parsed(text, ({ root }) => [...importedNames(root)]),
    [
      ['c', 'd'],
      ['f', 'e/f'],
    ],
  );
});

test('generated files are those that say so before the package clause', () => {
  const generated = (text: string): boolean => parsed(text, ({ root }) => isGenerated(root));
  assert.ok(generated('// Code generated by stringer; DO NOT EDIT.\n\npackage p\n'));
  assert.ok(generated('// Copyright\n\n// Code generated by x. DO NOT EDIT.\r\npackage p\r\n'));
  assert.ok(!generated('package p\n\n// Code generated by stringer; DO NOT EDIT.\n'));
  assert.ok(!generated('// Code generated by hand, edit freely\npackage p\n'));
  assert.ok(!generated('/* Code generated by x DO NOT EDIT. */\npackage p\n'));
});
