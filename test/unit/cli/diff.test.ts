import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, test, type TestContext } from 'node:test';
import { setUp } from '../../support/fake-cli';
import { commitAll, git, writeRepository } from '../../support/git-repository';
import { alloclens } from '../../support/real-cli';
import { writeModule } from '../../support/go-module';

interface Report {
  from: string;
  to: string | null;
  toolchain: string | null;
  added: Site[];
  removed: Site[];
  moved: { from: Site; to: Site }[];
  changed: { from: Site; to: Site }[];
  same: number;
  findings: {
    ruleId: string;
    file: string;
    range: { start: { line: number } };
    fixes: { title: string; edits: { file: string }[] }[];
  }[];
  notes: { file?: string; message: string }[];
}
interface Site {
  unit: string;
  function: string;
  kind: string;
  expression: string;
  file: string;
  line: number;
}

async function json(folder: string, ...args: string[]): Promise<{ code: number; report: Report }> {
  const { code, out, err } = await alloclens(folder, 'diff', ...args, '--format', 'json');
  assert.ok(out !== '', err);
  return { code, report: JSON.parse(out) as Report };
}

const goMod = 'module example.com/p\n\ngo 1.21\n';
const one = 'package p\n\nfunc Sum(n int) []int {\n\treturn make([]int, n)\n}\n';
/** An allocation with a finding and a fix. */
const loop = `package p

import "fmt"

func Join(ids []int) []byte {
	var out []byte
	for _, id := range ids {
		out = append(out, fmt.Sprintf("%d", id)...)
	}
	return out
}
`;

const write = (folder: string, files: Record<string, string>): void => {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
};
const inTemporary = (): string[] => readdirSync(tmpdir()).filter((name) => name.includes(`-${process.pid}-`));

describe('alloclens diff', () => {
  it('fails for what the working tree adds, names it, and offers its fix', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'a.go': one });
    const left = inTemporary();
    write(folder, { 'b.go': loop });
    const { code, report } = await json(folder, 'HEAD');
    assert.equal(code, 1);
    assert.deepEqual([report.from, report.to, report.removed, report.moved], ['HEAD', null, [], []]);
    assert.match(report.toolchain!, /^go1\.\d+/);
    assert.ok(
      report.added.every(
        ({ file, unit, function: name }) => file === 'b.go' && unit === 'example.com/p' && name === 'Join',
      ),
    );
    assert.ok(
      report.added.some(({ expression }) => expression.includes('fmt.Sprintf("%d",id)')),
      JSON.stringify(report.added),
    );
    const finding = report.findings.find(({ ruleId }) => ruleId === 'go/append-format')!;
    assert.deepEqual([finding.file, finding.range.start.line], ['b.go', 7]);
    assert.equal(finding.fixes[0]!.edits[0]!.file, 'b.go');
    assert.deepEqual(inTemporary(), left);
    assert.equal((await json(folder, 'HEAD', '--fail-on', 'error')).code, 0);
    assert.equal((await json(folder, 'HEAD', '--fail-on', 'information')).code, 1);
  });

  it('passes where lines move, a function goes to another file, and something gets better', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'a.go': one, 'b.go': loop });
    rmSync(path.join(folder, 'a.go'));
    write(folder, {
      'c.go': one.replace('func', '// Sum sums.\nfunc'),
      'b.go': loop
        .replace('import "fmt"', 'import "strconv"')
        .replace('fmt.Sprintf("%d", id)...', 'byte(id)')
        .replace('return out', '_ = strconv.Itoa\n\treturn out'),
    });
    const { code, report } = await json(folder, 'HEAD');
    assert.equal(code, 0, JSON.stringify(report.added));
    assert.deepEqual(report.added, []);
    assert.ok(report.removed.some(({ expression }) => expression.includes('fmt.Sprintf')));
    assert.deepEqual(
      report.changed.map(({ to }) => to.expression),
      ['append(out,byte(id))'],
    );
    assert.ok(report.same >= 1);
  });

  it('tells moved from added: a renamed function, then a copy', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'a.go': one });
    write(folder, { 'a.go': one.replace('Sum', 'Total') });
    commitAll(folder, 'two');
    write(folder, { 'b.go': one });
    commitAll(folder, 'three');
    const renamed = await json(folder, 'HEAD~2', 'HEAD~1');
    assert.equal(renamed.code, 0);
    assert.deepEqual(
      renamed.report.moved.map(({ from, to }) => [from.function, to.function, to.expression, to.file]),
      [['Sum', 'Total', 'make([]int,n)', 'a.go']],
    );
    const copied = await json(folder, 'HEAD~1', 'HEAD');
    assert.equal(copied.code, 1);
    assert.deepEqual(
      copied.report.added.map((site) => [site.function, site.file, site.line]),
      [['Sum', 'b.go', 3]],
    );
  });

  it('looks at packages that import what changed: a parameter that leaks now moves their values to the heap', async (t) => {
    const use = 'package q\n\nimport "example.com/p"\n\nfunc Use() int {\n\tn := 1\n\treturn p.Read(&n)\n}\n';
    const folder = writeRepository(t, {
      'go.mod': goMod,
      'a.go': 'package p\n\n//go:noinline\nfunc Read(n *int) int { return *n }\n',
      'q/q.go': use,
    });
    write(folder, {
      'a.go':
        'package p\n\nvar kept *int\n\n//go:noinline\nfunc Read(n *int) int {\n\tkept = n\n\treturn *n\n}\n',
    });
    const { code, report } = await json(folder, 'HEAD');
    assert.equal(code, 1);
    assert.deepEqual(
      report.added.map(({ file, kind, line }) => [file, kind, line]),
      [['q/q.go', 'moved variable', 5]],
    );
  });

  it('sees calls that allocate inside the standard library come and go', async (t) => {
    const text = (body: string): string =>
      `package p\n\nimport (\n\t"strings"\n\t"time"\n)\n\nvar _ = time.Now\nvar _ = strings.Cut\n\n${body}\n`;
    const folder = writeRepository(t, {
      'go.mod': goMod,
      'a.go': text(
        'func Head(s string) string {\n\treturn strings.Split(s, ":")[0]\n}\n\nfunc Has(s string) bool {\n\treturn strings.Contains(s, ":")\n}\n\nfunc At(b []byte, t time.Time) []byte {\n\treturn append(b, t.Format(time.RFC3339)...)\n}',
      ),
    });
    write(folder, {
      'a.go': text(
        'func Head(s string) string {\n\thead, _, _ := strings.Cut(s, ":")\n\treturn head\n}\n\nfunc Has(s string) bool {\n\treturn strings.ContainsRune(s, \':\')\n}\n\nfunc At(b []byte, t time.Time) []byte {\n\treturn t.AppendFormat(b, time.RFC3339)\n}',
      ),
    });
    const { code, report } = await json(folder, 'HEAD');
    assert.equal(code, 0);
    assert.deepEqual(
      report.removed.filter(({ kind }) => kind === 'call').map(({ expression }) => expression),
      ['strings.Split(s,":")', 't.Format(time.RFC3339)'],
    );
    assert.deepEqual(report.added, []);
  });

  it('TypeScript: sites of files that changed, by their path', async (t) => {
    const folder = writeRepository(t, {
      'src/a.ts': 'export const f = (x: number) => [x];\n',
      'src/b.ts': 'export const g = () => ({});\n',
    });
    write(folder, { 'src/a.ts': 'export const f = (x: number) => [x, { x }];\n' });
    const { code, report } = await json(folder, 'HEAD', 'src');
    assert.equal(code, 1);
    assert.deepEqual(
      report.added.map(({ unit, expression }) => [unit, expression]),
      [['src/a.ts', '{x}']],
    );
    assert.deepEqual(
      report.changed.map(({ from, to }) => [from.expression, to.expression]),
      [['[x]', '[x,{x}]']],
    );
    assert.equal((await json(path.join(folder, 'src'), 'HEAD', 'b.ts')).code, 0);
  });

  it('compares with the merge base: what the other branch did is no news', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'a.go': one });
    git(folder, 'checkout', '-qb', 'topic');
    write(folder, { 'README.md': 'x' });
    commitAll(folder, 'topic');
    git(folder, 'checkout', '-q', 'main');
    write(folder, { 'a.go': 'package p\n' });
    commitAll(folder, 'main goes on');
    git(folder, 'checkout', '-q', 'topic');
    assert.equal((await json(folder, 'main')).code, 1);
    const { code, out } = await alloclens(folder, 'diff', '--merge-base', 'main');
    assert.equal(code, 0);
    assert.match(
      out,
      /^No Go or TypeScript file differs between [0-9a-f]{12} and the files on the disk: nothing was analysed\.$/m,
    );
  });

  it('does not pass where a side does not compile, and says which', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'a.go': 'package p\n\nvar x int = "text"\n' });
    write(folder, { 'a.go': one });
    const { code, report } = await json(folder, 'HEAD');
    assert.equal(code, 2);
    assert.deepEqual(report.added, []);
    assert.match(report.notes[0]!.message, /^At HEAD: .*a\.go:3/);
  });

  it('measures nothing where neither side has source files, and 2 is what cannot be done', async (t) => {
    const folder = writeRepository(t, { 'README.md': 'x', 'docs/x.md': 'x', 'a.go': 'package a\n' });
    const none = await alloclens(folder, 'diff', 'HEAD', 'docs');
    assert.deepEqual([none.code, none.out], [3, '']);
    assert.match(none.err, /^Neither side has Go, TypeScript or JavaScript files at these paths/);
    for (const [args, sentence] of [
      [['nothing'], /^There is no commit nothing in .* fetch-depth: 0/],
      [['HEAD', 'nothing'], /^There is no commit nothing in/],
      [['HEAD', 'HEAD', '/etc'], /^\/etc must be relative/],
    ] as const) {
      const { code, err } = await alloclens(folder, 'diff', ...args);
      assert.equal(code, 2);
      assert.match(err, sentence);
    }
    const outside = await alloclens(writeModule(t, { 'a.go': 'package a\n' }), 'diff', 'HEAD');
    assert.equal(outside.code, 2);
    assert.match(outside.err, /not a git repository/);
  });

  it('is printed for people and for a pull request', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'a.go': one });
    write(folder, {
      'a.go': one.replace('make([]int, n)', 'append([]int{}, make([]int, n)...)'),
      'b|`.ts': 'export const f = (x: number) => () => x | 1;\n',
    });
    const { out } = await alloclens(folder, 'diff', 'HEAD');
    assert.match(out, /^added: \d allocation sites?$/m);
    assert.match(out, /^ {2}a\.go:4 {2}\S/m);
    assert.match(
      out,
      /^Allocation sites between HEAD and the files on the disk: \d added, .* both compiled by go1/m,
    );
    const markdown = (await alloclens(folder, 'diff', 'HEAD', '--format', 'markdown')).out;
    assert.match(markdown, /^<!-- alloclens diff -->\n### Allocations: \d added/);
    for (const row of markdown.split('\n').filter((line) => line.startsWith('|')))
      assert.equal(row.split(/(?<!\\)\|/).length, 6, row);
  });
});

test('a diff that is interrupted leaves nothing behind', async (t: TestContext) => {
  const { alloclens: fake, folder, typescript } = setUp(t, { 'a.ts': 'alloc()' });
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-qm', 'x'],
  ])
    git(folder, ...args);
  writeFileSync(path.join(folder, 'a.ts'), 'alloc() + alloc()');
  const left = inTemporary();
  typescript.gate.close();
  const interrupt = new AbortController();
  const running = fake(['diff', 'HEAD'], { signal: interrupt.signal });
  while (typescript.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(inTemporary().length, left.length + 1);
  interrupt.abort();
  assert.equal((await running).code, 130);
  assert.deepEqual(inTemporary(), left);
});
