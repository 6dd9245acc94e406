import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { changedCode, type GoSide } from '../../../server/src/history/changed-code';
import type { SourceFunction } from '../../../server/src/service/engine';
import { writeModule } from '../../support/go-module';

/** A side with these files; functions begin and end in the first column, as gofmt writes them. */
function side(t: TestContext, texts: Record<string, string>): GoSide {
  const root = writeModule(t, { 'go.mod': 'module example.com/p\n' });
  const textOf = (file: string): string => texts[path.relative(root, file)]!;
  return {
    root,
    files: Object.keys(texts).map((name) => path.join(root, name)),
    textOf,
    mapOf: (file) => {
      const functions = [...textOf(file).matchAll(/^func (?:\(\w+ (\*?\w+)\) )?(\w+).*?(?:\}$|^\}$)/gms)].map(
        ([text, receiver, name], i, all): SourceFunction => {
          const start = all[i]!.index;
          const shown = receiver === undefined ? name! : `(${receiver}).${name}`;
          return { name: shown, span: { start, end: start + text.length }, body: start };
        },
      );
      return Promise.resolve({ functions, sites: [] });
    },
  };
}

describe('changed code', () => {
  const before = `package p

import (
	"encoding/json"
	"fmt"
)

const (
	small = 1
	large = 2
)

type T struct {
	a int
}

type holder struct {
	t T
}

var table = map[string]int{
	"a": small,
}

func (t *T) Get() int { return t.a }

func Plain(n int) int {
	return n + 1
}

func Uses() int { return table["a"] }

func Holds(h holder) string { return fmt.Sprint(h) }

func Writes() []byte {
	out, _ := json.Marshal(1)
	return out
}
`;
  const cases: readonly [string, (text: string) => string, readonly string[]][] = [
    ['nothing', (text) => text, []],
    [
      'lines, layout and comments',
      (text) =>
        text
          .replace('func Plain', '// Plain is plain.\nfunc Plain')
          .replace('return n + 1', 'return n   +   1 // more'),
      [],
    ],
    ['a body', (text) => text.replace('n + 1', 'n + 2'), ['Plain']],
    ['a new function', (text) => `${text}\nfunc More() {}\n`, ['More']],
    ['a function that goes', (text) => text.replace(/func Plain[^}]*\}/, ''), []],
    ['an import that nothing needed before', (text) => text.replace('"fmt"', '"fmt"\n\t"os"'), []],
    [
      'another package of the same name',
      (text) => text.replace('"encoding/json"', '"example.com/go-json"'),
      ['Writes'],
    ],
    [
      'a constant, and what it is in',
      (text) => text.replace('small = 1', 'small = 3'),
      ['small', 'table', 'Uses'],
    ],
    ['another constant of the group', (text) => text.replace('large = 2', 'large = 3'), ['large']],
    [
      'a field, and the types that have it',
      (text) => text.replace('a int', 'a int\n\tb int'),
      ['(*T).Get', 'Holds', 'T', 'holder'],
    ],
    ['an element of a table', (text) => text.replace('"a": small', '"a": small + 1'), ['table', 'Uses']],
  ];
  for (const [what, change, expected] of cases)
    it(what, async (t) => {
      const found = await changedCode(side(t, { 'a.go': before }), side(t, { 'a.go': change(before) }));
      assert.deepEqual(found.map(({ name }) => name).sort(), [...expected].sort());
    });

  it('a function that moves to another file of its package is the same; to another package it is new', async (t) => {
    const [a, b] = ['package p\n\nfunc A() {}\n', 'package p\n\nfunc B() {}\n'];
    const old = side(t, { 'a.go': a, 'b.go': b });
    const names = async (texts: Record<string, string>): Promise<string[]> =>
      (await changedCode(old, side(t, texts))).map(({ name }) => name);
    assert.deepEqual(await names({ 'b.go': `${b}\nfunc A() {}\n` }), []);
    assert.deepEqual(await names({ 'b.go': b, 'q/a.go': a }), ['A']);
  });

  it('has the lines of the newer side, from 1', async (t) => {
    const [change] = await changedCode(
      side(t, { 'a.go': 'package p\n\nfunc A() {\n}\n' }),
      side(t, { 'a.go': 'package p\n\n\nfunc A() {\n\tprintln()\n}\n' }),
    );
    assert.deepEqual([change!.first, change!.last, change!.isFunction], [4, 6, true]);
  });
});
