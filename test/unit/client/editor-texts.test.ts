import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { benchmarksIn } from '../../../client/src/editor/benchmarks';
import { functionText, lineText } from '../../../client/src/editor/line-text';
import { detailsOf, verdictText } from '../../../client/src/views/proof-rows';
import type { ProofResult } from '../../../server/src/lsp/protocol';

const weight = { amount: 3 * 1024 * 1024, share: 0.382, objects: 1500, cautions: [], measuredLine: 0 };

describe('what is drawn into an editor', () => {
  it('is bytes and share at the end of a line, and that it is older than an edit', () => {
    assert.equal(lineText(weight, 'bytes'), '3 MiB, 38.2 %');
    assert.equal(lineText({ ...weight, stale: true }, 'bytes'), '3 MiB, 38.2 % before the change');
    assert.equal(lineText({ ...weight, amount: 2.5e9 }, 'nanoseconds'), '2.50 s, 38.2 %');
  });

  it('is the sum over a function', () => {
    assert.equal(
      functionText([weight, weight], 3, 1, 'bytes'),
      '6 MiB, 76.4 % · 3 k objects · 3 sites, 1 with a fix',
    );
    assert.equal(functionText([weight], 1, 0, 'bytes'), '3 MiB, 38.2 % · 1.50 k objects · 1 site');
  });
});

describe('the benchmarks of a Go file', () => {
  it('are functions that go test takes for benchmarks', () => {
    const text =
      'package a\n\nfunc BenchmarkSum(b *testing.B) {}\nfunc Benchmarks(b int) {}\nfunc Benchmark_x(b *testing.B) {}\n\tfunc BenchmarkIn() {}\n';
    assert.deepEqual(
      benchmarksIn(text).map(({ name, offset }) => [name, text.slice(offset, offset + 4)]),
      [
        ['BenchmarkSum', 'func'],
        ['Benchmark_x', 'func'],
      ],
    );
  });
});

describe('the rows of a proof', () => {
  const result: ProofResult = {
    title: 'Reserve room',
    verdict: 'same',
    benchmarks: [
      {
        name: 'BenchmarkSum',
        verdict: 'same',
        rows: [{ unit: 'B/op', before: '1 KiB', after: '1 KiB', change: '~ (p=1.000 n=6)' }],
      },
    ],
    notes: ['It was short.'],
    markdown: '',
  };

  it('say what the verdict means for the code', () => {
    assert.equal(verdictText(result), 'same: keep your code');
    assert.equal(verdictText({ ...result, verdict: 'better' }), 'better');
    const { verdict: _, ...unmeasured } = result;
    assert.equal(verdictText(unmeasured), 'not measured');
  });

  it('are benchmarks with figures, and then the notes', () => {
    assert.deepEqual(
      detailsOf(result).map(({ label, description, children }) => [
        label,
        description,
        children.map((row) => `${row.label} ${row.description}`),
      ]),
      [
        ['BenchmarkSum', 'same', ['B/op  1 KiB → 1 KiB ~ (p=1.000 n=6)']],
        ['It was short.', undefined, []],
      ],
    );
  });
});
