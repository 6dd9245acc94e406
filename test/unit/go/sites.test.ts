import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { siteKey, type Site } from '../../../rules/sites';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { testEngine, testSettings } from '../../support/go';
import { writeModule } from '../../support/go-module';

type Files = Readonly<Record<string, string>>;

async function analysed(t: { after(action: () => void): void }, files: Files): Promise<FileAnalysis[]> {
  const folder = writeModule(t, { 'go.mod': 'module example.com/m\n\ngo 1.21\n', ...files });
  const engine = await testEngine();
  const found: FileAnalysis[] = [];
  try {
    const request = { directories: [folder], settings: testSettings() };
    await engine.scan(request, (some) => found.push(...some), new AbortController().signal);
  } finally {
    await engine.dispose();
  }
  return Object.keys(files).map((name) => {
    const file = found.find((one) => one.path === path.join(folder, name));
    assert.ok(file, name);
    return file;
  });
}

async function sitesIn(t: { after(action: () => void): void }, files: Files): Promise<Site[]> {
  return (await analysed(t, files)).flatMap(({ code }) => [...(code?.sites ?? [])]);
}

const shown = ({ function: name, kind, expression, callees }: Site): string =>
  `${name} | ${kind} | ${expression} | ${callees.join()}`;

const source = `package p

import (
	"bytes"
	"strings"
)

type Tree struct{ nodes []*Node }
type Node struct{ name string }

var table = map[string]int{}

func (t *Tree) Add(name string) *Node {
	n := &Node{name: name}
	t.nodes = append(t.nodes, n)
	table[name]++
	return n
}

func Names(line string, buf *bytes.Buffer) string {
	for _, part := range strings.Split(line, ",") {
		buf.WriteString(part)
	}
	b := []byte(line)
	b[0] = 'x'
	return "<" + string(b) + ">"
}

func Keep(n int) func() int {
	count := n
	return func() int { count++; return count }
}

func plain(n int) int { return n + 1 }
`;

// The compiler makes no string of b for the concatenation: what is emitted decides, not what is written.
test('every place that allocates is a site, with what the compiler emits there', async (t) => {
  const sites = await sitesIn(t, { 'a.go': source });
  assert.deepEqual(sites.map(shown), [
    ' | make | map[string]int{} | runtime.makemap_small',
    '(*Tree).Add | composite literal | &Node{name:name} | runtime.newobject',
    '(*Tree).Add | append growth | append(t.nodes,n) | runtime.growslice',
    '(*Tree).Add | map growth | table[name] | runtime.mapassign_faststr',
    'Names | call | strings.Split(line,",") | strings.Split',
    'Names | call | buf.WriteString(part) | bytes.Buffer.WriteString',
    'Names | conversion | []byte(line) | runtime.stringtoslicebyte',
    'Names | string concatenation | "<"+string(b)+">" | runtime.concatstring3',
    'Keep | moved variable | count | runtime.newobject',
    'Keep | closure | func()int{…} | runtime.newobject',
  ]);
});

test('a site says why it is on the heap, and by which way', async (t) => {
  const [literal] = (await sitesIn(t, { 'a.go': source })).filter(({ expression }) =>
    expression.startsWith('&Node'),
  );
  assert.match(literal!.reason!, /^it is (?:appended in `append\(t\.nodes, n\)`|returned by `return n`)/);
  assert.ok(literal!.flow.length > 0);
  assert.equal(literal!.cost, 'always');
});

test('a site is the same one after edits around it, in another file of the package and in another layout', async (t) => {
  const before = (await sitesIn(t, { 'a.go': source })).map(siteKey).sort();
  const [head, rest] = [
    source.slice(0, source.indexOf('func Names')),
    source.slice(source.indexOf('func Names')),
  ];
  const moved = {
    'a.go': head.replace('import (\n\t"bytes"\n\t"strings"\n)\n', '// A comment that moves all lines.\n'),
    'b.go': `package p\n\nimport (\n\t"bytes"\n\t"strings"\n)\n\nfunc extra(n int) int { return n }\n\n${rest.replace('strings.Split(line, ",")', 'strings.Split(\n\t\tline, // of text\n\t\t",",\n\t)')}`,
  };
  assert.deepEqual((await sitesIn(t, moved)).map(siteKey).sort(), before);
});

test('a new site beside equal ones is one more of them; nothing else changes', async (t) => {
  const before = await sitesIn(t, { 'a.go': source });
  const grown = source.replace('\ttable[name]++\n', '\ttable[name]++\n\ttable[name]++\n');
  const known = new Set(before.map(siteKey));
  const added = (await sitesIn(t, { 'a.go': grown })).map(siteKey).filter((key) => !known.has(key));
  assert.deepEqual(added, ['example.com/m (*Tree).Add map growth: table[name] #1']);
});

test('code that allocates nothing has no sites, and code that does not compile says nothing', async (t) => {
  assert.deepEqual(await sitesIn(t, { 'a.go': 'package p\n\nfunc f(a, b int) int { return a + b }\n' }), []);
  assert.deepEqual(await sitesIn(t, { 'a.go': 'package p\n\nfunc f() *int { return new(strin) }\n' }), []);
});

test('a site says how many bytes one allocation takes, where they are always the same', async (t) => {
  const text = `package p

type node struct {
	name string
	next *node
	list []int
}

type wrapper struct{ nodes []*node }

var sink any
var text []any

func one(n *node) *wrapper { return &wrapper{[]*node{n, n}} }

func two(b []byte) any { return string(b) }

func three(n int) {
	sink = make([]int, 4, 10)
	sink = make([]int, n)
}

func six(n node) { sink = n }

func four() *node { var n node; sink = &n; return new(node) }

func five() *uint8 { return new(uint8) }
`;
  const sizes = (await sitesIn(t, { 'a.go': text }))
    .filter(({ kind }) => kind !== 'call')
    .map(
      ({ function: name, expression, kind, size }) => `${name} | ${kind} | ${expression} | ${size ?? '?'}`,
    );
  assert.deepEqual(sizes, [
    'one | composite literal | &wrapper{[]*node{n,n}} | 24',
    'one | composite literal | []*node{n,n} | 16',
    // Boxed with a header of 16 bytes, and copied.
    'two | interface conversion | string(b) | 16',
    'two | conversion | string(b) | ?',
    'three | interface conversion | make([]int,4,10) | 24',
    'three | make | make([]int,4,10) | 80',
    'three | interface conversion | make([]int,n) | 24',
    'three | make | make([]int,n) | ?',
    'six | interface conversion | n | 48',
    'four | moved variable | n | 48',
    'four | new | new(node) | 48',
    // It shares a block with other small ones.
    'five | new | new(uint8) | 16',
  ]);
});

test('what is said to be on the heap is of the same kind everywhere: site, explanation, contract', async (t) => {
  const [file] = await analysed(t, {
    'k.go': `package k

import "fmt"

type T struct{ a, b int }

//alloclens:noalloc
func literal(n int) *T { return &T{n, n} }

//alloclens:noalloc
func closure(n int) func() int { return func() int { return n } }

//alloclens:noalloc
func started(c chan int, n int) { go send(c, n) }

func unmarked(c chan int, n int) { go send(c, n) }

func send(c chan int, n int) { c <- n }

func variadic(v T) { keep(v, v) }

var kept []T

func keep(values ...T) { kept = values; fmt.Print() }
`,
  });
  const { text, findings, hidden = [], code } = file!;
  const said = (ruleId: string): string[] =>
    [...findings, ...hidden]
      .filter((finding) => finding.ruleId === ruleId)
      .map(({ span, allocation }) => `${text.slice(span.start, span.end)} | ${allocation.kind}`);
  const [literal, closure, started, variadic] = [
    '&T{n, n} | composite literal',
    'func() int { return n } | closure',
    'go send(c, n) | closure',
    '(v, v) | composite literal',
  ];
  const sites = code!.sites.map(({ span, kind }) => `${text.slice(span.start, span.end)} | ${kind}`);
  for (const one of [literal, closure, started, variadic]) assert.ok(sites.includes(one!), one);
  assert.deepEqual(said('go/must-not-allocate'), [literal, closure, started]);
  assert.deepEqual(said('go/escape'), [started, variadic]);
});
