import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../../../rules/go/rule';
import { compileFiles, hasToolchain, toolchains, type CompiledFiles } from '../../support/go-package';

const fixture = path.join(__dirname, '../../../../test/fixtures/go-facts/positions.go.txt');

/** Versions between which the compiler's text or decisions changed. The local one is whatever is installed. */
const compilers = ['local', ...toolchains];

function file(compiled: CompiledFiles, name = 'a.go'): GoFile {
  return compiled.pkg.files.find((candidate) => candidate.path.endsWith(`/${name}`))!;
}

/** The decisions of each line as the fixture spells them. */
function decided({ facts }: GoFile): Map<number, string> {
  const lines = new Map<number, string[]>();
  for (const { node, subject, outcome, free, ofResult } of facts!.decisions) {
    const words = `${subject === 'moved' ? 'moved' : outcome}${free ? ' free' : ''}${ofResult ? ' result of' : ''}`;
    const all = lines.get(node.startPosition.row) ?? [];
    const text = node.text.replace(/ \/\/[\d.,]*=.*/g, '').replace(/\s+/g, ' ');
    all.push(`${words} ${JSON.stringify(text)}`);
    lines.set(node.startPosition.row, all);
  }
  return new Map([...lines].map(([line, all]) => [line, all.join(', ')]));
}

/** The first node of the type, or with exactly the text. */
function find(root: Node, type: string, text?: string): Node {
  const found = root.descendantsOfType(type).find((node) => text === undefined || node.text === text);
  assert.ok(found, `no ${type} ${text}`);
  return found;
}

describe('decisions stand at the whole expression', () => {
  const source = readFileSync(fixture, 'utf8');
  for (const toolchain of compilers) {
    const available = hasToolchain(toolchain);
    test(toolchain, { skip: !available && `${toolchain} is not in the module cache` }, async () => {
      const compiled = await compileFiles({ 'a.go': source }, toolchain);
      try {
        const { major, minor } = compiled.pkg.toolchain;
        const actual = decided(file(compiled));
        const wrong: string[] = [];
        source.split('\n').forEach((text, line) => {
          const expected = new Map<string, string>();
          for (const [, versions, list] of text.matchAll(/ \/\/([\d.,]*)= ?(.*?)(?= \/\/[\d.,]*=|$)/g)) {
            for (const version of versions!.split(',')) expected.set(version, list!);
          }
          const wanted = expected.get(`${major}.${minor}`) ?? expected.get('') ?? '';
          const said = actual.get(line) ?? '';
          if (said !== wanted) wrong.push(`line ${line + 1}: ${text}\n  facts say: ${said}`);
        });
        assert.deepEqual(wrong, []);
      } finally {
        await compiled.dispose();
      }
    });
  }
});

describe('facts of one package', () => {
  let compiled: CompiledFiles;
  before(async () => {
    compiled = await compileFiles(
      {
        'a.go': `package p

import (
	"strconv"
	"time"
)

type T struct{ n int }

var keep *T

func leak(p *T)           { keep = p }
func back(p *T) *T        { return p }
func read(p *T) int       { return p.n }
func content(p **T)       { keep = *p }

//go:noinline
func newT(n int) *T { return &T{n} }

func text(b []byte, t time.Time, n int) []byte {
	b = append(b, t.Format(time.Kitchen)...)
	return append(b, strconv.Itoa(n)...)
}

func loop(n int) (all []*T) {
	for i := 0; i < n; i++ {
		all = append(all, newT(i), back(&T{i}))
	}
	return all
}

func (t *T) method() any { return func() int { return t.n } }

func big() byte {
	var buffer [1 << 20]byte
	b := make([]byte, 1<<20)
	return buffer[len(b)%7]
}

func Generic[E any](e E) []E { return append(make([]E, 0, 1), e, e) }

var ints, strings = Generic(1), Generic("a")

var table = map[string]*T{"a": {1}}

func /* ü */ unicode(ü int) (*int, any) { é := ü; return &é, ü + é }

func nested() any { return func() any { return func() any { return new(T) } } }
`,
        'a_test.go': `package p

import "testing"

func TestT(t *testing.T) { keep = newT(1) }
`,
        'generated.go': `package p

//line gen.y:10
func fromGrammar() *int { x := 1; return &x }
`,
      },
      'local',
    );
  });
  after(() => compiled.dispose());

  test('the flow leads to the line that causes it, across the file', () => {
    const { facts, root, text } = file(compiled);
    const literal = find(root, 'unary_expression', '&T{i}');
    const decision = facts!.decision(literal)!;
    assert.equal(decision.outcome, 'heap');
    const steps = decision.flow.map(({ why, location }) => [
      why,
      location && text.slice(location.span.start, location.span.end),
    ]);
    assert.deepEqual(steps, [
      ['spill', '&T{i}'],
      ['assign-pair', 'back(&T{i})'],
      ['assign-pair', 'back(&T{i})'],
      ['call parameter', 'append(all, newT(i), back(&T{i}))'],
    ]);
  });

  test('a reason that comes before any flow', () => {
    const { facts, root } = file(compiled);
    const made = facts!.decision(find(root, 'call_expression', 'make([]byte, 1<<20)'))!;
    assert.equal(made.reason, 'too large for stack');
    const buffer = find(root, 'var_spec', 'buffer [1 << 20]byte').childForFieldName('name')!;
    assert.equal(facts!.moved(buffer)!.reason, 'too large for stack');
  });

  test('parameters: what leaks, and where to', () => {
    const { facts, root } = file(compiled);
    const flows = Object.fromEntries(
      ['leak', 'back', 'read', 'content'].map((name) => {
        const declaration = root
          .descendantsOfType('function_declaration')
          .find((node) => node.childForFieldName('name')!.text === name)!;
        return [
          name,
          facts!.parameter(find(declaration.childForFieldName('parameters')!, 'identifier', 'p')),
        ];
      }),
    );
    assert.deepEqual(flows, {
      leak: { kind: 'leaks', content: false },
      back: { kind: 'leaks to result', result: '~r0', level: 0 },
      read: { kind: 'stays' },
      content: { kind: 'leaks', content: true },
    });
  });

  test('calls that are inlined', () => {
    const { facts, root } = file(compiled);
    assert.equal(facts!.inlined(find(root, 'call_expression', 'strconv.Itoa(n)')), 'strconv.Itoa');
    assert.equal(facts!.inlined(find(root, 'call_expression', 'newT(i)')), undefined);
  });

  test('emitted calls of a line, each once although the package is compiled twice', () => {
    const { facts, root } = file(compiled);
    const callees = (node: Node): string[] => facts!.emitted(node).map(({ callee }) => callee);
    const format = find(root, 'call_expression', 'append(b, t.Format(time.Kitchen)...)');
    assert.deepEqual(callees(format), ['runtime.growslice', 'time.Time.Format']);
    const made = find(root, 'return_statement', 'return &T{n}');
    assert.deepEqual(facts!.emitted(made), [
      { callee: 'runtime.newobject', line: made.startPosition.row, symbol: 'example.com/p.newT' },
    ]);
  });

  test('emitted calls of a generic function, shapes merged', () => {
    const { facts, root } = file(compiled);
    const generic = root
      .descendantsOfType('function_declaration')
      .find((node) => node.childForFieldName('name')!.text === 'Generic')!;
    const calls = facts!.emitted(generic);
    assert.ok(calls.length > 0);
    assert.ok(
      calls.every(({ symbol }) => symbol.startsWith('example.com/p.Generic[...]')),
      JSON.stringify(calls),
    );
    assert.equal(calls.filter(({ callee }) => callee === 'runtime.growslice').length, 1);
  });

  test('emitted calls of package initialisation and of closures', () => {
    const { facts, root } = file(compiled);
    const table = find(root, 'var_spec', 'table = map[string]*T{"a": {1}}');
    assert.ok(facts!.emitted(table).every(({ symbol }) => symbol.startsWith('example.com/p.')));
    const closure = find(root, 'method_declaration');
    assert.ok(facts!.emitted(closure).some(({ symbol }) => symbol === 'example.com/p.(*T).method'));
    const inner = find(root, 'call_expression', 'new(T)');
    assert.equal(facts!.emitted(inner).length, 1, JSON.stringify(facts!.emitted(inner)));
  });

  test('columns are bytes in the compiler and UTF-16 units here', () => {
    const { facts, root } = file(compiled);
    const sum = find(root, 'binary_expression', 'ü + é');
    assert.equal(facts!.decision(sum)?.outcome, 'heap');
    const é = find(root, 'short_var_declaration', 'é := ü').descendantsOfType('identifier')[0]!;
    assert.equal(facts!.moved(é)?.text, 'é');
  });

  test('a test file has facts of its own; a //line directive gives none to the wrong file', () => {
    assert.ok(file(compiled, 'a_test.go').facts);
    assert.deepEqual(file(compiled, 'generated.go').facts!.decisions, []);
  });
});

test('columns beyond 255 are cut by the compiler: such decisions are left out, not misplaced', async () => {
  const compiled = await compileFiles({
    'a.go': `package p

func f(n int) (a, b *int) { ${'n++; '.repeat(60)}x, y := n, n; a = &x; b = &y; return }
`,
  });
  try {
    const { facts } = file(compiled);
    assert.ok(facts!.decisions.every(({ text, node }) => node.text === text));
  } finally {
    await compiled.dispose();
  }
});
