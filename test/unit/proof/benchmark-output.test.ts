import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { benchmarkRuns, failureOf } from '../../../server/src/proof/benchmark-output';
import { reachedBlocks, reaches } from '../../../server/src/proof/coverage';

describe('the output of a Go benchmark', () => {
  it('gives name, iterations and every unit, its own ones too', () => {
    const [run] = benchmarkRuns(
      'goos: linux\nBenchmarkParse/small=1-16  \t  5000\t 231.5 ns/op\t 12.00 MB/s\t  7 widgets\t 64 B/op\t 2 allocs/op\nPASS\n',
    );
    assert.deepEqual(run, {
      name: 'BenchmarkParse/small=1',
      iterations: 5000,
      values: new Map([
        ['ns/op', 231.5],
        ['MB/s', 12],
        ['widgets', 7],
        ['B/op', 64],
        ['allocs/op', 2],
      ]),
    });
  });

  it('keeps a dash and a number that belong to the name of a sub-benchmark', () => {
    const [run] = benchmarkRuns('BenchmarkX/utf-8-2 100 5 ns/op');
    assert.equal(run?.name, 'BenchmarkX/utf-8');
  });

  it('finds the figures although the benchmark prints between name and figures', () => {
    const runs = benchmarkRuns('BenchmarkLoud-2   \thello\nBenchmarks are fun\n     200\t 5.1 ns/op\n');
    assert.deepEqual(
      runs.map(({ name, iterations }) => [name, iterations]),
      [['BenchmarkLoud', 200]],
    );
  });

  it('takes nothing that is not a result', () => {
    assert.deepEqual(benchmarkRuns('ok  \texample.com/p\t1.2s\n100 5 ns/op\n12 monkeys\n'), []);
  });

  it('says why a benchmark failed', () => {
    assert.equal(failureOf('--- FAIL: BenchmarkX\n    a_test.go:12: no luck\nFAIL\n'), 'no luck');
    assert.equal(failureOf('panic: boom\n\ngoroutine 1'), 'panic: boom');
    assert.equal(failureOf('PASS\n'), undefined);
  });
});

describe('a coverage profile', () => {
  const blocks = reachedBlocks(
    'mode: set\nexample.com/p/a.go:10.13,12.2 1 1\nexample.com/p/a.go:14.2,20.3 3 0\n',
  );

  it('has the lines of the blocks that ran', () => {
    const lines = blocks.get('example.com/p/a.go');
    assert.ok(reaches(lines, { first: 12, last: 13 }));
    assert.ok(!reaches(lines, { first: 13, last: 15 }), 'the second block did not run');
    assert.ok(!reaches(blocks.get('example.com/p/b.go'), { first: 10, last: 12 }), 'another file');
  });
});
