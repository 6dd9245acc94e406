import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { Comparison, type DeclaredIn } from '../../../server/src/go/compile/declared';
import { declaredInText } from '../../../server/src/go/facts/declared';
import { GoSyntax } from '../../../server/src/go/facts/syntax-trees';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { grammar } from '../../support/go';
import type { Fix } from '../../../rules/model';
import { GoEditing, type Edited } from '../../support/go-editing';
import { writeModule } from '../../support/go-module';

let syntax: GoSyntax;
before(async () => void (syntax = await GoSyntax.load(grammar)));
after(() => syntax.dispose());

const declared = (text: string): DeclaredIn | undefined => declaredInText(syntax, '/p/a.go', text);

const source = `package p

import "strconv"

type Point struct{ X, Y int }

type Line struct{ From Point }

const limit = 10

// Small is inlined.
func Small(n int) string { return strconv.Itoa(n) }

func Large(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func Far(l Line) int { return l.From.X }

func Uses(n int) int { return len(Small(n)) + len(Large(n)) }

func Bounded() bool { return Uses(1) < limit }

func Twice[T any](x T) []T { return []T{x, x} }

func (p *Point) Move(n int) { p.X += n }

func Alone() {}
`;

/** Names of the declarations that may be compiled to other code, with Small inlined. */
function opened(text: string, differing: readonly string[] = []): string[] {
  const [was, is] = [declared(source)!, declared(text)!];
  const comparison = new Comparison(
    new Map([['/p/a.go', was]]),
    new Map([['/p/a.go', is]]),
    new Set(['Small']),
    ({ declared: { names } }) => differing.some((name) => names.includes(name)),
  );
  return comparison.all.filter((one) => comparison.isOpen(one)).flatMap((one) => one.declared.names);
}

describe('what an edit opens', () => {
  const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['a body: that function alone', 'out[i] = i', 'out[i] = 2 * i', ['Large']],
    [
      'the body of what is inlined: its callers, too',
      'strconv.Itoa(n)',
      'strconv.Itoa(n + 1)',
      ['Small', 'Uses'],
    ],
    ['a signature: whoever names it', 'Large(n int) []int', 'Large(n int) [](int)', ['Large', 'Uses']],
    ['a constant', 'limit = 10', 'limit = 11', ['limit', 'Bounded']],
    ['a type: whatever is made of it', 'X, Y int', 'X, Y, Z int', ['Point', 'Line', 'Far', 'Move']],
    ['a comment', '// Small is inlined.', '// Small is small.', []],
    ['a directive', '// Small is inlined.', '//go:noinline', ['Small', 'Uses']],
    ['a call of something generic: that, too', 'Alone() {', 'Alone() { _ = Twice(1)', ['Twice', 'Alone']],
    ['a function that is added', 'func Alone', 'func Added() {}\n\nfunc Alone', ['Added']],
    ['a function that is removed', 'func Alone() {}\n', '', []],
    ['a method with another name', 'Move(n int)', 'Shift(n int)', ['Shift']],
    ['lines that move', 'const limit', '\n\nconst limit', []],
  ];
  for (const [name, from, to, expected] of cases)
    it(name, () => {
      assert.ok(source.includes(from));
      assert.deepEqual(opened(source.replace(from, to)), expected);
    });

  it('what escape analysis judges otherwise, although its text is the same', () => {
    assert.deepEqual(opened(source, ['Large']), ['Large']);
    assert.deepEqual(opened(source, ['Small']), ['Small', 'Uses']);
  });

  it('is not told where lines do not tell declarations apart', () => {
    assert.equal(declared('package p\n\nvar a int; var b int\n'), undefined);
    assert.equal(declared('package p\n\n//line x.go:1\nvar a int\n'), undefined);
    assert.equal(declared('package p\n\nfunc f( {}\n'), undefined);
  });
});

const module_ = {
  'go.mod': 'module example.com/m\n\ngo 1.21\n',
  'a.go': `package m

import "strconv"

func Line(line []byte, n int) []byte {
	return append(line, strconv.Itoa(n)...)
}

func Words(names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, name+"!")
	}
	return out
}

func Sum(numbers []int) (sum int) {
	for _, n := range numbers {
		sum += n
	}
	return sum
}
`,
};

const said = ({ findings, text }: FileAnalysis): string[] =>
  findings
    .map(({ ruleId, message, span }) => `${ruleId} ${message} ${text.slice(span.start, span.end)}`)
    .sort();

describe('an edit, before its listing is there', () => {
  async function open(t: TestContext, more: Record<string, string> = {}): Promise<GoEditing> {
    const editing = await GoEditing.open(writeModule(t, { ...module_, ...more }));
    t.after(() => editing.engine.dispose());
    editing.settings = { ...editing.settings, show: 'all' };
    await editing.edit('a.go');
    await editing.edit('a.go', `${editing.text('a.go')}\n// An edit.\n`);
    return editing;
  }

  /** What is said in turn of the edit, and what an engine says that has compiled nothing before. */
  async function edited(
    editing: GoEditing,
    from: string,
    to: string,
  ): Promise<{ turns: string[][]; fresh: string[] }> {
    const text = editing.text('a.go').replace(from, to);
    const turns: string[][] = [];
    const document = editing.hold('a.go', text);
    await editing.engine.analyse(
      { document, buffers: new Map([[document.path, document]]), settings: editing.settings },
      (files) => turns.push(...files.filter(({ path }) => path === document.path).map(said)),
      new AbortController().signal,
    );
    const other = await GoEditing.open(editing.root);
    other.settings = editing.settings;
    const { files } = await other.edit('a.go', text);
    await other.engine.dispose();
    return { turns, fresh: said(files.get('a.go')!) };
  }

  /** Nothing is said, taken back and said again. */
  function assertSteady(turns: readonly (readonly string[])[]): void {
    for (const one of new Set(turns.flat())) {
      const shown = turns.map((turn) => turn.includes(one)).join(' ');
      assert.doesNotMatch(shown, /true (?:false )+true/, one);
    }
  }

  const edits: Record<string, readonly [string, string]> = {
    'another name for a variable': ['sum += n', 'sum += n + 1'],
    'a statement that allocates': [
      '\treturn sum\n',
      '\tkept = make([]int, sum)\n\treturn len(kept)\n}\n\nvar kept []int\n\nfunc more() (sum int) {\n\treturn sum\n',
    ],
    'an allocation that goes': ['strconv.Itoa(n)', '"0"'],
    'a line that has a finding': ['name+"!"', 'name+"?"'],
    'lines before all': ['func Line', '// Line.\n\n// More.\nfunc Line'],
  };
  for (const [name, [from, to]] of Object.entries(edits))
    it(`${name}: the last word is that of a compile without anything before`, async (t) => {
      const { turns, fresh } = await edited(await open(t), from, to);
      assert.deepEqual(turns.at(-1), fresh);
      assertSteady(turns);
    });

  it('has the findings of what it leaves alone at once', async (t) => {
    const editing = await open(t);
    const { turns } = await edited(editing, 'sum += n', 'sum += n + 1');
    assert.ok(
      turns[0]!.some((one) => one.includes('strconv')),
      turns[0]!.join('\n'),
    );
    assert.ok(
      turns[0]!.some((one) => one.startsWith('go/preallocate-slice')),
      turns[0]!.join('\n'),
    );
  });

  it('says at once what no listing speaks of, wherever the place ranks among the sites of its package', async (t) => {
    const pooled = `package m

import "sync"

var pool = sync.Pool{New: func() any { return new([64]byte) }}

func Use() {
	p := pool.Get().(*[64]byte)
	p[0]++
	pool.Put(p)
}
`;
    const { turns, fresh } = await edited(
      await open(t, { 'a.go': pooled }),
      'pool.Put(p)\n',
      'pool.Put(p)\n\tp[1]++\n',
    );
    const isNew = (one: string): boolean => one.startsWith('go/pool-use-after-put');
    assert.ok(fresh.some(isNew), fresh.join('\n'));
    assert.deepEqual(turns, [fresh]);
  });

  it('says of new code what the listing has to confirm when it is there', async (t) => {
    const added = '\tkept = append(kept, strconv.Itoa(sum)...)\n\treturn sum\n}\n\nvar kept []byte\n';
    const { turns, fresh } = await edited(await open(t), '\treturn sum\n}\n', added);
    const isNew = (one: string): boolean => one.includes('kept, strconv');
    assert.ok(fresh.some(isNew), fresh.join('\n'));
    assert.ok(!turns[0]!.some(isNew), turns[0]!.join('\n'));
    assert.ok(
      turns[0]!.some((one) => one.includes('line, strconv')),
      turns[0]!.join('\n'),
    );
    assertSteady(turns);
  });

  const titles = ({ files }: Edited, of: string): string[] =>
    files
      .get('a.go')!
      .findings.filter(({ span }) => files.get('a.go')!.text.slice(span.start, span.end).includes(of))
      .flatMap(({ fixes }) => fixes.map(({ title }) => title));

  it('keeps what the compiler said of fixes that it leaves alone', async (t) => {
    const editing = await open(t);
    const { steps, files, published } = await editing.edit(
      'a.go',
      editing.text('a.go').replace('sum += n', 'sum += n + 1'),
    );
    // Escape analysis, the listing of that function, and that of all: no fix was compiled.
    assert.deepEqual(steps, ['compile', 'compile', 'compile']);
    assert.match(titles({ steps, files, published }, 'strconv.Itoa').join(), /verified/);
  });

  it('keeps what the compiler said of fixes that add a declaration, as long as nothing else has its name', async (t) => {
    const copies =
      'package m\n\nimport "io"\n\nfunc Copy(r io.Reader, w io.Writer) error {\n\tbuf := make([]byte, 64<<10)\n\tfor {\n\t\tn, err := r.Read(buf)\n\t\tif _, failed := w.Write(buf[:n]); failed != nil {\n\t\t\treturn failed\n\t\t}\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n}\n';
    const editing = await open(t, { 'b.go': copies });
    const fixes = ({ files }: Edited): readonly Fix[] =>
      files.get('b.go')!.findings.flatMap((one) => one.fixes);
    const first = await editing.edit('a.go', editing.text('a.go').replace('sum += n', 'sum += n + 1'));
    assert.deepEqual(first.steps, ['compile', 'compile', 'compile']);
    const [pool] = fixes(first).flatMap(({ edits }) =>
      edits.flatMap(({ newText }) => /var (\w+) = sync\.Pool/.exec(newText)?.[1] ?? []),
    );
    assert.ok(pool, JSON.stringify(fixes(first)));
    const second = await editing.edit('a.go', `${editing.text('a.go')}\nfunc ${pool}() {}\n`);
    assert.ok(
      fixes(second).every(({ edits }) => !edits.some(({ newText }) => newText.includes(`var ${pool} =`))),
    );
  });

  it('has fixes of what it changes, or of what names that, checked again', async (t) => {
    const editing = await open(t, { 'b.go': 'package m\n\nfunc mark(n int) int { return n }\n' });
    const named = editing.text('a.go').replace('strconv.Itoa(n)', 'strconv.Itoa(mark(n))');
    const changed = await editing.edit('a.go', named);
    assert.ok(changed.steps.length > 3, changed.steps.join());
    editing.hold('b.go', 'package m\n\nfunc mark(n int) int { return n + 1 }\n');
    const { steps, files, published } = await editing.edit('b.go');
    assert.ok(steps.length > 3, steps.join());
    assert.match(titles({ steps, files, published }, 'strconv.Itoa').join(), /verified/);
  });

  it('withdraws a fix whose function cannot be called any more as it was', async (t) => {
    const editing = await open(t, { 'b.go': 'package m\n\ntype size = int\n' });
    const named = editing.text('a.go').replace('line []byte, n int', 'line []byte, n size');
    const before = await editing.edit('a.go', named);
    assert.match(titles(before, 'strconv.Itoa').join(), /AppendInt.*verified/);
    // Of a name that the fix writes there is another now.
    editing.hold('b.go', 'package m\n\ntype size = int\n\nfunc int64(n int) int { return n }\n');
    const after = await editing.edit('b.go');
    assert.doesNotMatch(titles(after, 'strconv.Itoa').join(), /AppendInt.*verified/);
  });
});
