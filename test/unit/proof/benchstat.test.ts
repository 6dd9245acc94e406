import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { benchmarkRuns } from '../../../server/src/proof/benchmark-output';
import { compareRuns } from '../../../server/src/proof/measure';
import { commonScale } from '../../../server/src/proof/units';
import { cellsOf } from '../../../server/src/report/proof';
import { inRepository } from '../../support/repository';

const fixture = (name: string): string =>
  readFileSync(inRepository('test', 'fixtures', 'statistics', 'benchstat', name), 'utf8');

/** The rows of benchstat's table: unit → benchmark without its prefix → the words of its row. */
function tableOf(text: string): Map<string, Map<string, string>> {
  const units = new Map<string, Map<string, string>>();
  let rows: Map<string, string> | undefined;
  for (const line of text.split('\n')) {
    const unit = /│ +(\S+\/op) +│/.exec(line)?.[1];
    if (unit !== undefined) units.set(unit, (rows = new Map<string, string>()));
    const row = /^(\S+)-2 +(.*?)(?: ¹)?$/.exec(line);
    if (row) rows!.set(row[1]!, row[2]!.replace(/ +/g, ' '));
  }
  return units;
}

describe('what benchstat prints for two files of results', () => {
  const expected = tableOf(fixture('benchstat.txt'));
  const measured = compareRuns(
    'example.com/v',
    benchmarkRuns(fixture('before.txt')),
    benchmarkRuns(fixture('after.txt')),
  );

  it('is printed here, to the digit: nanoseconds to seconds, bytes to GiB, and halves', () => {
    assert.equal(measured.length, 12);
    for (const { name, rows } of measured) {
      for (const row of rows) {
        const { before, after, delta } = cellsOf(row);
        const want = expected.get(row.unit)!.get(name.replace('Benchmark', ''));
        assert.equal(`${before} ${after} ${delta}`, want, `${name} ${row.unit}`);
      }
    }
  });

  it('counts by the fall or rise of B/op and allocs/op alone', () => {
    const verdicts = new Map(measured.map(({ name, verdict }) => [name, verdict]));
    assert.equal(verdicts.get('BenchmarkM0'), 'same', 'nothing differs');
    assert.equal(verdicts.get('BenchmarkM1'), 'better', 'bytes fall');
    assert.equal(verdicts.get('BenchmarkM3'), 'same', 'only time falls');
    assert.equal(verdicts.get('BenchmarkTie2'), 'worse', 'bytes rise by 1 %');
  });

  it('scales what is smaller than any prefix by digits', () => {
    assert.equal(commonScale([0.00123], 'B/op')(0.00123), '0.001230');
    assert.equal(commonScale([0, 0], 'allocs/op')(0), '0.000');
  });
});
