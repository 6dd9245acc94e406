import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GoSyntax } from '../../../server/src/go/facts/syntax-trees';
import { simpleValue } from '../../../server/src/go/skeleton/inputs';
import { skeletonsFor } from '../../../server/src/go/skeleton/skeleton';
import type { Skeleton } from '../../../server/src/service/engine';
import { grammar } from '../../support/go';

let syntax: GoSyntax;
before(async () => (syntax = await GoSyntax.load(grammar)));
after(() => syntax.dispose());

/** Of the place that `▸` stands before. */
function made(code: string, ...tests: string[]): readonly Skeleton[] | string {
  const text = `package p\n\n${code}`;
  const start = text.indexOf('▸');
  const file = syntax.parse('/p/p.go', text.replace('▸', ''))!;
  const parsed = tests.map((test, i) => syntax.parse(`/p/t${i}_test.go`, test)!);
  try {
    return skeletonsFor(file, { start, end: start + 4 }, parsed);
  } finally {
    for (const one of [file, ...parsed]) one.release();
  }
}

const first = (code: string, ...tests: string[]): string => {
  const all = made(code, ...tests);
  assert.ok(typeof all !== 'string', String(all));
  return all[0]!.text;
};

const join = 'func Join(xs []int, sep string) []string {\n\treturn ▸make([]string, 0, len(xs))\n}\n';
const testOf = (body: string): string => `package p\n\nfunc TestJoin(t *testing.T) {\n${body}\n}\n`;

describe('a benchmark that is made for a function', () => {
  it('has the values of the first call in a test', () => {
    assert.equal(
      first(join, testOf('\tJoin([]int{1, 2}, ",")')),
      `package p

import "testing"

var sinkOfJoin []string

func BenchmarkJoin(b *testing.B) {
	arg1 := []int{1, 2}
	arg2 := ","
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		sinkOfJoin = Join(arg1, arg2)
	}
}
`,
    );
  });

  for (const [what, body] of [
    ['a variable that is a literal', '\txs := []int{7}\n\tJoin(xs, ",")'],
    [
      'a field of a table, by position',
      '\ttests := []struct{ in []int; sep string }{{[]int{7}, ","}}\n\tfor _, tt := range tests {\n\t\tJoin(tt.in, tt.sep)\n\t}',
    ],
    [
      'a field of a table, by name',
      '\tfor _, tt := range []struct{ sep string; in []int }{{in: []int{7}, sep: ","}} {\n\t\tJoin(tt.in, tt.sep)\n\t}',
    ],
  ] as const)
    it(`has the value of ${what}`, () => assert.match(first(join, testOf(body)), /arg1 := \[\]int\{7\}/));

  it('has simple values where a test computes them, and says which', () => {
    const all = made(join, testOf('\txs := read(t)\n\tJoin(xs, ",")'));
    assert.ok(typeof all !== 'string');
    assert.match(all[0]!.text, /arg1 := \[\]int\{12, 12, /);
    assert.match(all[0]!.notes.join(), /with simple values: put in those that matter/);
  });

  it('has the values of an external test without the name of the package', () => {
    const test = 'package p_test\n\nfunc TestJoin(t *testing.T) {\n\tp.Join(p.Numbers{1}, p.Comma)\n}\n';
    assert.match(first(join, test), /arg1 \[\]int = Numbers\{1\}\n\tvar arg2 string = Comma\n/);
  });

  it('calls a method on a zero value, keeps all results, and imports what types are spelled with', () => {
    const text = first(
      'import (\n\t"io"\n\tt "time"\n)\n\nfunc (s *Set) Add(w io.Writer, at t.Time, more ...int) (n int, err error) {\n\treturn ▸0, nil\n}\n',
    );
    assert.match(text, /import \(\n\t"io"\n\t"testing"\n\tt "time"\n\)/);
    assert.match(text, /receiver := new\(Set\)/);
    assert.match(text, /sinkOfSet_Add1, sinkOfSet_Add2 = receiver\.Add\(arg1, arg2, 12\)/);
  });

  it('counts the place before the statement that it is in', () => {
    const all = made(join);
    assert.ok(typeof all !== 'string');
    assert.match(all[0]!.check!.marked, /\talloclensRuns\+\+; return make\(/);
  });

  it('takes another name where a benchmark has it', () => {
    assert.match(
      first(join, testOf('') + 'func BenchmarkJoin(b *testing.B) {}\n'),
      /func BenchmarkJoinMade\(/,
    );
  });

  for (const [code, reason] of [
    [
      'func Each(f func(int)) { ▸f(1) }',
      /Each takes func\(int\), and no test .* with values that could be copied/,
    ],
    ['func Map[T any](xs []T) { ▸_ = xs }', /Map is generic/],
    ['func main() { ▸run() }', /main runs when the program starts/],
    ['var x = ▸make([]int, 9)', /in no function that a benchmark could call/],
  ] as const)
    it(`is not made: ${code}`, () => assert.match(String(made(code)), reason));
});

describe('simple values of types', () => {
  const imports = new Map([['ctx', 'context']]);
  for (const [type, text] of [
    ['uint16', '12'],
    ['[]byte', '[]byte("the quick brown fox jumps over 12 lazy dogs")'],
    ['map[string]int', 'map[string]int{}'],
    ['*Node', 'new(Node)'],
    ['Options', '*new(Options)'],
    ['ctx.Context', 'context.Background()'],
    ['func() error', undefined],
    ['chan int', undefined],
  ] as const)
    it(`${type}: ${text}`, () => assert.equal(simpleValue(type, imports)?.text, text));
});
