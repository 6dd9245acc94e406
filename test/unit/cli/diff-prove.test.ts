import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { commitAll, git, writeRepository } from '../../support/git-repository';
import { alloclens } from '../../support/real-cli';

interface Proof {
  changed: { file: string; name: string; first: number; last: number }[];
  benchmarks: {
    name: string;
    package: string;
    verdict: string;
    rows: { unit: string; before: number; after: number; p: number }[];
    cautions: string[];
  }[];
  identical: string[];
  unmeasured: string[];
  notes: string[];
}

/** Short runs: allocations hardly vary. */
const quick = ['--prove', '--count', '4', '--benchtime', '200x', '--fail-on', 'none'];

async function json(folder: string, ...args: string[]): Promise<{ code: number; proof: Proof }> {
  const { code, out, err } = await alloclens(folder, 'diff', ...args, ...quick, '--format', 'json');
  assert.ok(out !== '', err);
  return { code, proof: (JSON.parse(out) as { proof: Proof }).proof };
}

const goMod = 'module example.com/p\n\ngo 1.21\n';
const dear = `package p

import "fmt"

func Join(xs []int) []string {
	var out []string
	for _, x := range xs {
		out = append(out, fmt.Sprintf("%d", x))
	}
	return out
}

func Alone(n int) []byte { return make([]byte, n) }
`;
const cheap = dear
  .replace('"fmt"', '"strconv"')
  .replace('var out []string', 'out := make([]string, 0, len(xs))')
  .replace('fmt.Sprintf("%d", x)', 'strconv.Itoa(x)');

const tests = (...bodies: string[]): string =>
  `package p\n\nimport (\n\t"testing"\n\t"time"\n)\n\nvar sink any\nvar _ = time.Now\n\n${bodies.join('\n')}`;
const benchmark = (name: string, call: string): string =>
  `func Benchmark${name}(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\t${call}\n\t}\n}\n`;
const join = benchmark('Join', 'sink = Join([]int{1000, 20000, 300000})');

const write = (folder: string, files: Record<string, string>): void => {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
};
const inTemporary = (): string[] => readdirSync(tmpdir()).filter((name) => name.includes(`-${process.pid}-`));

describe('alloclens diff --prove', () => {
  it('fails for a benchmark that allocates more, and leaves everything as it was', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'p.go': cheap, 'p_test.go': tests(join) });
    write(folder, { 'p.go': dear });
    const left = inTemporary();
    const { code, proof } = await json(folder, 'HEAD');
    assert.equal(code, 1);
    assert.deepEqual(proof.changed, [{ file: 'p.go', name: 'Join', first: 5, last: 11 }]);
    const [found] = proof.benchmarks;
    assert.deepEqual(
      [found!.name, found!.package, found!.verdict],
      ['BenchmarkJoin', 'example.com/p', 'worse'],
    );
    const allocations = found!.rows.find(({ unit }) => unit === 'allocs/op')!;
    assert.ok(allocations.before < allocations.after && allocations.p <= 0.05, JSON.stringify(allocations));
    assert.deepEqual(inTemporary(), left);
    assert.deepEqual(readdirSync(folder).sort(), ['.git', 'go.mod', 'p.go', 'p_test.go']);
    assert.equal(git(folder, 'status', '--porcelain'), ' M p.go\n');
  });

  it('passes for one that allocates less, of two commits, and prints it for people and for a pull request', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'p.go': dear, 'p_test.go': tests(join) });
    write(folder, { 'p.go': cheap });
    commitAll(folder, 'two');
    const pretty = await alloclens(folder, 'diff', 'HEAD~1', 'HEAD', ...quick);
    assert.equal(pretty.code, 0, pretty.err);
    assert.match(
      pretty.out,
      /^benchmarks that reach what has changed \(Join\):\n {2}BenchmarkJoin \(example\.com\/p\)\n/m,
    );
    assert.match(pretty.out, /allocs\/op .*\(p=0\.029 n=4\)/);
    assert.match(pretty.out, /^Of 1 benchmark 1 allocate less than before, 0 more, 0 the same\./m);
    const markdown = await alloclens(folder, 'diff', 'HEAD~1', 'HEAD', ...quick, '--format', 'markdown');
    assert.match(markdown.out, /^<!-- alloclens diff -->/);
    assert.match(markdown.out, /^\| BenchmarkJoin \| allocs\/op \| /m);
    assert.match(markdown.out, /^Changed: `Join`$/m);
  });

  it('runs a benchmark that came with the change on the older code, too', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'p.go': dear });
    write(folder, { 'p.go': cheap, 'p_test.go': tests(join) });
    const { code, proof } = await json(folder, 'HEAD');
    assert.equal(code, 0);
    assert.deepEqual(
      proof.benchmarks.map(({ name, verdict, cautions }) => [name, verdict, cautions.length]),
      // 200 runs are enough.
      [['BenchmarkJoin', 'better', 0]],
    );
  });

  it('runs the tests of each side where the newer ones do not compile with the older code, and says so', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'p.go': dear, 'p_test.go': tests(join) });
    write(folder, {
      'p.go': `${cheap}\nfunc New(xs []int) []string { return Join(xs) }\n`,
      'p_test.go': tests(join, benchmark('New', 'sink = New([]int{1000})')),
    });
    const { code, proof } = await json(folder, 'HEAD');
    assert.equal(code, 0);
    assert.deepEqual(
      proof.benchmarks.map(({ name, verdict }) => [name, verdict]),
      [['BenchmarkJoin', 'better']],
    );
    assert.match(proof.benchmarks[0]!.cautions[0]!, /^each side ran its own tests, which differ/);
    assert.match(proof.notes.join('\n'), /^BenchmarkNew of example\.com\/p is not there at HEAD/m);
  });

  it('finds the benchmark of another package, and measures what a declaration outside of functions changes', async (t) => {
    const table = 'package p\n\nvar size = 10\n\nfunc Make() []byte { return make([]byte, size) }\n';
    const folder = writeRepository(t, {
      'go.mod': goMod,
      'p.go': table,
      'q/q_test.go':
        'package q\n\nimport (\n\t"testing"\n\n\t"example.com/p"\n)\n\nvar sink []byte\n\nfunc BenchmarkQ(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tsink = p.Make()\n\t}\n}\n',
    });
    write(folder, { 'p.go': table.replace('10', '5000') });
    const { code, proof } = await json(folder, 'HEAD');
    assert.equal(code, 1);
    assert.deepEqual(proof.changed.map(({ name }) => name).sort(), ['Make', 'size']);
    assert.deepEqual(
      proof.benchmarks.map(({ name, package: importPath, verdict }) => [name, importPath, verdict]),
      [['BenchmarkQ', 'example.com/p/q', 'worse']],
    );
  });

  it('measures nothing where no benchmark reaches the change, and says so', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'p.go': cheap, 'p_test.go': tests(join) });
    write(folder, { 'p.go': cheap.replace('make([]byte, n)', 'make([]byte, 2*n)') });
    const { code, out } = await alloclens(folder, 'diff', 'HEAD', ...quick);
    assert.equal(code, 3);
    assert.match(
      out,
      /^Nothing was measured: no benchmark that both sides have reaches what has changed \(Alone\)\.$/m,
    );
  });

  it('has no question where no Go function has changed', async (t) => {
    const folder = writeRepository(t, { 'go.mod': goMod, 'p.go': cheap, 'p_test.go': tests(join) });
    write(folder, { 'p.go': cheap.replace('func Alone', '// Alone is alone.\nfunc Alone') });
    const { code, out } = await alloclens(folder, 'diff', 'HEAD', ...quick);
    assert.equal(code, 0);
    assert.match(out, /^No Go function has changed, so no benchmark was run\.$/m);
  });

  it('does not pass where benchmarks fail, hang or do not compile, and names them', async (t) => {
    const folder = writeRepository(t, {
      'go.mod': goMod,
      'p.go': dear,
      'p_test.go': tests(
        join,
        benchmark('Fails', 'Join(nil); b.Fatal("no luck today")'),
        benchmark('Hangs', 'Join(nil); time.Sleep(time.Hour)'),
      ),
    });
    write(folder, { 'p.go': cheap });
    const { code, proof } = await json(folder, 'HEAD', '--timeout', '2');
    assert.equal(code, 2);
    assert.deepEqual(
      proof.benchmarks.map(({ name, verdict }) => [name, verdict]),
      [['BenchmarkJoin', 'better']],
    );
    const said = proof.unmeasured.join('\n');
    assert.match(said, /^BenchmarkFails of example\.com\/p says nothing\. It failed: no luck today\.$/m);
    assert.match(said, /^BenchmarkHangs of example\.com\/p says nothing\. /m);

    write(folder, { 'p_test.go': tests(benchmark('X', 'nothing()')) });
    const broken = await json(folder, 'HEAD');
    assert.equal(broken.code, 2);
    assert.match(broken.proof.unmeasured[0]!, /^The tests of example\.com\/p do not compile: .*nothing/);
  });

  it('does not pass where the older side has no module', async (t) => {
    const folder = writeRepository(t, { 'README.md': 'x' });
    write(folder, { 'go.mod': goMod, 'p.go': cheap, 'p_test.go': tests(join) });
    const { code, proof } = await json(folder, 'HEAD');
    assert.equal(code, 2);
    assert.deepEqual(proof.unmeasured, [
      'The repository has no go.mod at HEAD, so its benchmarks cannot be compared.',
    ]);
  });
});
