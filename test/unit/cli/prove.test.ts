import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { alloclens } from '../../support/real-cli';

const root = mkdtempSync(path.join(os.tmpdir(), 'alloclens-prove-'));
after(() => rmSync(root, { recursive: true, force: true }));

const joined = `package p

import "fmt"

var sink []string

func Join(xs []int) []string {
	out := make([]string, 0, len(xs))
	for _, x := range xs {
		out = append(out, fmt.Sprintf("%d", x))
	}
	return out
}

// Reached by no benchmark.
func Alone(xs []int) []string {
	out := make([]string, 0, len(xs))
	for _, x := range xs {
		out = append(out, fmt.Sprintf("%d", x))
	}
	return out
}
`;

const benchmark = (name: string, body: string): string => `
func Benchmark${name}(b *testing.B) {
	xs := []int{1000, 20000, 300000}
	${body}
	for i := 0; i < b.N; i++ {
		sink = Join(xs)
	}
}
`;

const testFile = (...benchmarks: string[]): string =>
  `package p\n\nimport (\n\t"fmt"\n\t"os"\n\t"testing"\n\t"time"\n)\n\nvar _, _, _ = fmt.Print, os.Getpid, time.Now\n${benchmarks.join('')}`;

/** A module in a folder of its own. */
function moduleOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = path.join(root, name);
  mkdirSync(folder);
  const all = { 'go.mod': 'module example.com/p\n\ngo 1.21\n', ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(path.join(folder, file), text);
  return folder;
}

/** Short runs: allocations hardly vary. */
const quick = ['--show', 'all', '--count', '4', '--benchtime', '200x'];

describe('alloclens prove', () => {
  it('says by how much a benchmark allocates less, and leaves the folder as it was', async () => {
    const folder = moduleOf('better', { 'p.go': joined, 'p_test.go': testFile(benchmark('Join', '')) });
    const { code, out } = await alloclens(folder, 'prove', '--each', '--format', 'json', ...quick);
    assert.equal(code, 0);
    const { changes } = JSON.parse(out) as {
      changes: {
        line: number;
        outcome: string;
        verdict?: string;
        benchmarks?: { name: string; rows: { unit: string; before: number; after: number; p: number }[] }[];
      }[];
    };
    assert.deepEqual(
      changes.map(({ line, outcome, verdict }) => [line, outcome, verdict]),
      [
        [10, 'measured', 'better'],
        [19, 'unreached', undefined],
      ],
    );
    const rows = changes[0]!.benchmarks![0]!.rows;
    const allocations = rows.find(({ unit }) => unit === 'allocs/op')!;
    // The slice, and a string and a boxed number for each element; then a string for each.
    assert.deepEqual([allocations.before, allocations.after], [7, 4]);
    assert.ok(allocations.p <= 0.05);
    assert.deepEqual(readdirSync(folder).sort(), ['go.mod', 'p.go', 'p_test.go']);
    assert.equal(readFileSync(path.join(folder, 'p.go'), 'utf8'), joined);
  });

  it('proves by a profile what only a profile shows', async () => {
    const errors = `package p

type Errors struct{ texts []string }

func (e *Errors) Add(text string) {
	e.texts = append(e.texts, text)
}
`;
    const test = `package p

import "testing"

var sink *Errors

func BenchmarkErrors(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink = new(Errors)
		for j := 0; j < 8; j++ {
			sink.Add("missing")
		}
	}
}
`;
    const folder = moduleOf('profile', { 'p.go': errors, 'p_test.go': test });
    const recorded = await alloclens(folder, 'record', '--go', '.', '--bench', '.', '--benchtime', '100000x');
    assert.equal(recorded.code, 0, recorded.err);
    const how = ['--suggestions', '--count', '4', '--benchtime', '200x'];
    const without = await alloclens(folder, 'prove', '.', ...how);
    assert.match(without.err, /nothing to prove/);
    const { code, out } = await alloclens(folder, 'prove', '.', '--profile', 'alloclens.pprof', ...how);
    assert.equal(code, 0, out);
    assert.match(out, /^p\.go:6 .*room for 8 elements.*\n {2}better: less in 1 of 1/m);
    assert.match(out, /allocs\/op +5\.000 .*2\.000/);
  });

  it('proves a fix once, of how many findings it may be', async () => {
    const encoder = `package p

import (
	"bytes"
	"io"
)

type encoder struct{ w io.Writer }

func (e *encoder) key(b []byte) error {
	_, err := e.w.Write(b)
	return err
}

func (e *encoder) value(b []byte) error {
	_, err := e.w.Write(b)
	return err
}

func Marshal(key, value []byte) ([]byte, error) {
	var buf bytes.Buffer
	e := &encoder{w: &buf}
	if err := e.key(key); err != nil {
		return nil, err
	}
	if err := e.value(value); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
`;
    const folder = moduleOf('once', { 'p.go': encoder });
    const scanned = await alloclens(folder, 'scan', '.', '--show', 'all', '--rule', 'go/returned-buffer');
    assert.match(scanned.out, /^3 findings/m);
    const how = ['--rule', 'go/returned-buffer', '--each', '--suggestions', '--format', 'json', ...quick];
    const { out, err } = await alloclens(folder, 'prove', '.', ...how);
    const { changes } = JSON.parse(out) as { changes: { outcome: string }[] };
    assert.deepEqual(
      changes.map(({ outcome }) => outcome),
      ['unreached'],
      err,
    );
  });

  it('proves the fix of one line, and reports it for a pull request', async () => {
    const folder = moduleOf('line', { 'p.go': joined, 'p_test.go': testFile(benchmark('Join', '')) });
    const { code, out } = await alloclens(folder, 'prove', 'p.go:10', '--format', 'markdown', ...quick);
    assert.equal(code, 0);
    assert.match(out, /^\*\*`p\.go:10`\*\* /);
    assert.match(
      out,
      /\| BenchmarkJoin \| allocs\/op \| 7\.000 ± ∞ \| 4\.000 ± ∞ \| -42\.86% \(p=0\.029 n=4\) \|/,
    );
    assert.match(out, /1 better, 0 same, 0 worse, 0 not measured\./);
  });

  it('finds the benchmark of another package that reaches the line', async () => {
    const folder = moduleOf('importer', { 'p.go': joined });
    mkdirSync(path.join(folder, 'q'));
    const test =
      'package q\n\nimport (\n\t"testing"\n\n\tp "example.com/p"\n)\n\nvar sink []string\n\nfunc BenchmarkQ(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tsink = p.Join([]int{1000, 2000})\n\t}\n}\n';
    writeFileSync(path.join(folder, 'q', 'q_test.go'), test);
    const { code, out } = await alloclens(folder, 'prove', 'p.go:10', ...quick);
    assert.equal(code, 0);
    assert.match(out, /BenchmarkQ \(example\.com\/p\/q\)/);
  });

  it('finds a benchmark that comes to the line with its second input only', async () => {
    const folder = moduleOf('turns', {
      'a.go': joined,
      'a_test.go': testFile(`
func BenchmarkTurns(b *testing.B) {
	inputs := [][]int{nil, {1000, 20000, 300000}}
	for i := 0; i < b.N; i++ {
		if xs := inputs[i%2]; xs != nil {
			sink = Join(xs)
		}
	}
}
`),
    });
    const { out } = await alloclens(folder, 'prove', 'a.go:10', ...quick, '--format', 'json');
    const { changes } = JSON.parse(out) as { changes: { outcome: string }[] };
    assert.deepEqual(
      changes.map(({ outcome }) => outcome),
      ['measured'],
    );
  });

  it('fixes of two files that declare the same name: one of them is measured with the others', async () => {
    const packed = (name: string): string =>
      `package p\n\nimport (\n\t"compress/gzip"\n\t"io"\n)\n\nfunc ${name}(w io.Writer, text []byte) error {\n\tzw := gzip.NewWriter(w)\n\tif _, err := zw.Write(text); err != nil {\n\t\treturn err\n\t}\n\treturn zw.Close()\n}\n`;
    const folder = moduleOf('names', {
      'a.go': packed('One'),
      'b.go': packed('Other'),
      'a_test.go': `package p\n\nimport (\n\t"io"\n\t"testing"\n)\n\nfunc BenchmarkBoth(b *testing.B) {\n\ttext := make([]byte, 100)\n\tfor i := 0; i < b.N; i++ {\n\t\t_ = One(io.Discard, text)\n\t\t_ = Other(io.Discard, text)\n\t}\n}\n`,
    });
    const { out, err } = await alloclens(folder, 'prove', ...quick, '--suggestions', '--format', 'json');
    const { changes, notes } = JSON.parse(out || '{}') as {
      changes: { outcome: string; titles: string[] }[];
      notes: string[];
    };
    assert.deepEqual(
      [changes.map(({ outcome }) => outcome), changes[0]!.titles.length],
      [['measured'], 1],
      err,
    );
    assert.match(notes.join(), /1 of the fixes of b\.go do not go together with the others/);
  });

  it('works through a symbolic link to the folder', async () => {
    const folder = moduleOf('real', { 'p.go': joined, 'p_test.go': testFile(benchmark('Join', '')) });
    symlinkSync(folder, path.join(root, 'link'));
    const { code, out } = await alloclens(path.join(root, 'link'), 'prove', 'p.go:10', ...quick);
    assert.equal(code, 0, out);
  });

  it('says that nothing was measured, with another exit code, when no benchmark reaches the line', async () => {
    const folder = moduleOf('unreached', { 'p.go': joined, 'p_test.go': testFile(benchmark('Join', '')) });
    const { code, out } = await alloclens(folder, 'prove', 'p.go:19', ...quick);
    assert.equal(code, 3);
    assert.match(out, /not measured: no benchmark that could be run reaches these lines/);
  });

  it('makes a benchmark where none reaches the line, and writes it only when that is asked for', async () => {
    const test =
      'package p\n\nimport "testing"\n\nfunc TestAlone(t *testing.T) {\n\tAlone([]int{1000, 20000})\n}\n';
    const folder = moduleOf('skeleton', { 'p.go': joined, 'p_test.go': test });
    const { code, out } = await alloclens(folder, 'prove', 'p.go:19', '--skeleton', ...quick);
    assert.equal(code, 0, out);
    assert.match(out, /BenchmarkAlone was made for this run with the inputs of p_test\.go/);
    assert.match(out, /\| \targ1 := \[\]int\{1000, 20000\}/);
    assert.deepEqual(readdirSync(folder).sort(), ['go.mod', 'p.go', 'p_test.go']);

    const { err } = await alloclens(folder, 'prove', 'p.go:19', '--write-skeleton', ...quick);
    assert.match(err, /p_alone_bench_test\.go was written\./);
    const reached = await alloclens(folder, 'prove', 'p.go:19', ...quick);
    assert.match(reached.out, /BenchmarkAlone \(example\.com\/p\)/);
  });

  it('says that the inputs of a benchmark that was made do not lead to the line', async () => {
    const guarded = joined.replace(
      'func Alone(xs []int) []string {',
      '$&\n\tif len(xs) < 100 {\n\t\treturn nil\n\t}',
    );
    const folder = moduleOf('guarded', { 'p.go': guarded });
    const { code, out } = await alloclens(folder, 'prove', 'p.go:22', '--skeleton', ...quick);
    assert.equal(code, 3);
    assert.match(
      out,
      /One that was made, with simple values: .* says nothing\. It failed: .* do not lead to the place/,
    );
  });

  it('names what is wrong with benchmarks that fail, print rubbish, write files, or hang', async () => {
    const folder = moduleOf('faults', {
      'p.go': joined,
      'p_test.go': testFile(
        benchmark('Fails', 'b.Fatal("no luck today")'),
        benchmark('Panics', 'panic("dear me")'),
        benchmark('Loud', 'fmt.Println("12 ns/op\\nBenchmarkElse 5 7 B/op")'),
        benchmark('Writes', 'os.WriteFile("left.txt", []byte(time.Now().String()), 0o666)'),
      ),
    });
    const { code, out } = await alloclens(folder, 'prove', 'p.go:10', ...quick);
    assert.equal(code, 0);
    assert.match(out, /note BenchmarkFails of example\.com\/p says nothing\. It failed: no luck today\./);
    assert.match(out, /note BenchmarkPanics of example\.com\/p says nothing\. It failed: panic: dear me/);
    assert.match(out, /BenchmarkLoud \(example\.com\/p\)\n +sec\/op/);
    assert.match(
      out,
      /benchmarks of example\.com\/p themselves changed a file in their folder while they ran, such as left\.txt/,
    );
    assert.ok(!out.includes('BenchmarkElse'));

    const hanging = moduleOf('hangs', {
      'p.go': joined,
      'p_test.go': testFile(benchmark('Hangs', 'for { time.Sleep(time.Second) }')),
    });
    const hung = await alloclens(hanging, 'prove', 'p.go:10', '--timeout', '2', ...quick);
    assert.equal(hung.code, 2);
    assert.match(hung.out, /BenchmarkHangs of example\.com\/p says nothing\. .* was ended: /);
  });

  it('refuses what it cannot understand in a sentence', async () => {
    const folder = moduleOf('usage', { 'p.go': joined });
    for (const [args, message] of [
      [['--bench', '('], /not a regular expression/],
      [['--count', '0'], /whole number from 1/],
      [['--benchtime', 'soon'], /duration such as 100ms/],
    ] as const) {
      const { code, err } = await alloclens(folder, 'prove', ...args);
      assert.equal(code, 2);
      assert.match(err, message);
    }
  });

  it('says when the tests do not compile', async () => {
    const folder = moduleOf('broken', {
      'p.go': joined,
      'p_test.go': testFile(benchmark('Join', 'undefined()')),
    });
    const { code, out } = await alloclens(folder, 'prove', 'p.go:10', ...quick);
    assert.equal(code, 2);
    assert.match(
      out,
      /The tests of example\.com\/p do not compile: \.\/p_test\.go:\d+:\d+: undefined: undefined\./,
    );
  });
});

describe('alloclens fix --proved', () => {
  it('applies the fix that a benchmark agrees with and leaves the others', async () => {
    const folder = moduleOf('proved', { 'p.go': joined, 'p_test.go': testFile(benchmark('Join', '')) });
    const { out } = await alloclens(folder, 'fix', '--proved', ...quick);
    const text = readFileSync(path.join(folder, 'p.go'), 'utf8');
    const [reached, alone] = text.split('// Reached by no benchmark.') as [string, string];
    assert.match(reached, /strconv\.Itoa\(x\)/);
    assert.match(alone, /fmt\.Sprintf\("%d", x\)/);
    assert.match(out, /1 fix applied in 1 file/);
  });
});
