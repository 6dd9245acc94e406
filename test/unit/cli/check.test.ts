import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { writeModule } from '../../support/go-module';
import { alloclens } from '../../support/real-cli';

const goMod = 'module example.com/p\n\ngo 1.21\n';
const sum = (directive: string, body: string): string =>
  `package p\n\n${directive}\nfunc Sum(n int) int {\n\t${body}\n}\n`;
const made = 'return len(append(make([]int, n), n))';
const inOrder = ['--count', '2', '--benchtime', '5000x'];

describe('alloclens check: functions', () => {
  it('fails where a ceiling is broken', async (t) => {
    const folder = writeModule(t, { 'go.mod': goMod, 'a.go': sum('//alloclens:noalloc', made) });
    const { code, out } = await alloclens(folder, 'check');
    assert.equal(code, 1);
    assert.match(out, /a slice is made {2}go\/must-not-allocate/);
  });

  it('passes where all hold, whatever else there is to report', async (t) => {
    const folder = writeModule(t, {
      'go.mod': goMod,
      'a.go': sum('//alloclens:noalloc', 'return n'),
      'b.ts': '/** @noalloc */\nexport const f = (x: number) => x + 1;\n',
      'c.go':
        'package p\n\nimport "fmt"\n\nfunc F(n int) (s string) {\n\tfor i := 0; i < n; i++ {\n\t\ts += fmt.Sprintf("%d", i)\n\t}\n\treturn s\n}\n',
    });
    const { code, out } = await alloclens(folder, 'check');
    assert.deepEqual([code, out], [0, 'Nothing to report in 2 files.\n']);
  });

  it('measures nothing without ceilings, and does not pass where they could not be held', async (t) => {
    const folder = writeModule(t, { 'go.mod': goMod, 'a.go': sum('// Sum.', made) });
    const none = await alloclens(folder, 'check');
    assert.equal(none.code, 3);
    assert.match(
      none.err,
      /^No function there has a ceiling \(.*\); --benchmarks holds those of alloclens\.lock\.$/m,
    );
    writeFileSync(path.join(folder, 'a.go'), sum('//alloclens:noalloc', 'return "text"'));
    assert.equal((await alloclens(folder, 'check')).code, 2);
    writeFileSync(path.join(folder, 'a.go'), sum('//alloclens:noalloc\n', 'return n'));
    const misplaced = await alloclens(folder, 'check');
    assert.equal(misplaced.code, 2);
    assert.match(misplaced.out, /marks nothing/);
  });
});

describe('alloclens check --benchmarks', () => {
  const test = (body: string): string =>
    `package p\n\nimport "testing"\n\nvar kept []byte\n\nfunc BenchmarkMake(b *testing.B) {\n\tb.ReportAllocs()\n\tfor i := 0; i < b.N; i++ {\n\t\t${body}\n\t}\n}\n`;
  const one = 'kept = make([]byte, 512)';
  const two = 'kept = make([]byte, 512)\n\t\tkept = make([]byte, 512)';
  const check = ['check', '--benchmarks', ...inOrder];
  const update = ['check', '--update-lock', ...inOrder];

  it('writes what is allocated, passes while that holds, and fails in both directions', async (t) => {
    const folder = writeModule(t, { 'go.mod': goMod, 'a.go': 'package p\n', 'a_test.go': test(one) });
    const written = await alloclens(folder, ...update);
    assert.deepEqual([written.code, written.out], [0, 'alloclens.lock has 1 benchmark now.\n'], written.err);
    const lock = readFileSync(path.join(folder, 'alloclens.lock'), 'utf8');
    assert.match(
      lock,
      /^\{"alloclens":"lock","version":1,"toolchain":"go1\.[^"]+"\}\n\["example\.com\/p","BenchmarkMake",1,5\d\d\]\n$/,
    );
    assert.equal((await alloclens(folder, ...check)).code, 0);

    writeFileSync(path.join(folder, 'a_test.go'), test(two));
    const worse = await alloclens(folder, ...check);
    assert.equal(worse.code, 1);
    assert.match(
      worse.out,
      /^allocates more than its ceiling:\n {2}BenchmarkMake \(example\.com\/p\): 2 allocs\/op, 10[\d–]+ B\/op; the ceiling is 1 and 5\d\d$/m,
    );

    writeFileSync(path.join(folder, 'a_test.go'), test('kept = nil'));
    const better = await alloclens(folder, ...check);
    assert.equal(better.code, 1);
    assert.match(
      better.out,
      /^allocates less than its ceiling \(--update-lock writes it down\):\n {2}BenchmarkMake/m,
    );
  });

  it('measures nothing where the benchmark is gone or not asked for', async (t) => {
    const folder = writeModule(t, { 'go.mod': goMod, 'a.go': 'package p\n', 'a_test.go': test(one) });
    await alloclens(folder, ...update);
    assert.equal((await alloclens(folder, ...check, '--bench', 'Other')).code, 3);
    writeFileSync(path.join(folder, 'a_test.go'), test(one).replace('BenchmarkMake', 'BenchmarkElse'));
    const { code, out } = await alloclens(folder, ...check);
    assert.equal(code, 3);
    assert.match(
      out,
      /^has a ceiling, and nothing was measured:\n {2}BenchmarkMake .*\nhas no ceiling .*:\n {2}BenchmarkElse/m,
    );
  });

  it('does not pass, and writes nothing, where a lock is missing or a benchmark fails or does not compile', async (t) => {
    const folder = writeModule(t, { 'go.mod': goMod, 'a.go': 'package p\n', 'a_test.go': test(one) });
    const missing = await alloclens(folder, ...check);
    assert.equal(missing.code, 2);
    assert.match(
      missing.err,
      /^There is no alloclens\.lock: write it with “alloclens check --update-lock”, and commit it\.$/m,
    );
    for (const body of ['b.Fatal("no luck")', 'undefined()']) {
      writeFileSync(path.join(folder, 'a_test.go'), test(body));
      const { code, err } = await alloclens(folder, ...update);
      assert.equal(code, 2);
      assert.match(
        err,
        /alloclens\.lock was not written because not everything could be measured\. .*(?:no luck|do not compile)/,
      );
      assert.ok(!existsSync(path.join(folder, 'alloclens.lock')));
    }
    writeFileSync(path.join(folder, 'a_test.go'), 'package p\n');
    assert.equal((await alloclens(folder, ...update)).code, 3);
    writeFileSync(path.join(folder, 'alloclens.lock'), '{}');
    assert.match(
      (await alloclens(folder, ...check)).err,
      /^alloclens\.lock cannot be used\. It is no file of ceilings/m,
    );
  });
});
