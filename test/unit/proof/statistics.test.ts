import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  compare,
  deltaText,
  significanceText,
  spreadText,
  summarise,
} from '../../../server/src/proof/statistics';
import { inRepository } from '../../support/repository';

/** Made by golang.org/x/perf/benchmath (2026-09-08): P, delta, comparison, and of A the center and the spread. */
interface Vector {
  readonly A: number[];
  readonly B: number[];
  readonly P: number;
  readonly Delta: string;
  readonly Cmp: string;
  readonly CA: number;
  readonly RA: string;
  readonly Warn: string[] | null;
}

const vectors = readFileSync(
  inRepository('test', 'fixtures', 'statistics', 'benchmath-vectors.jsonl'),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector);

describe('statistics, as benchstat has them', () => {
  it(`agrees with benchmath on ${vectors.length} pairs of samples, ties and constants among them`, () => {
    for (const { A, B, P, Delta, Cmp, CA, RA, Warn } of vectors) {
      const compared = compare(A, B);
      const [before, after] = [summarise(A), summarise(B)];
      const at = `${JSON.stringify(A)} against ${JSON.stringify(B)}`;
      assert.ok(Math.abs(compared.p - P) <= 1e-12 * Math.max(P, 1e-3), `${at}: p ${compared.p}, not ${P}`);
      assert.equal(before.center, CA, at);
      assert.equal(spreadText(before), RA, at);
      assert.equal(deltaText(compared, before.center, after.center), Delta, at);
      assert.equal(significanceText(compared), Cmp, at);
      assert.equal(compared.warning, Warn?.[0], at);
    }
  });

  it('four against four can be significant, three against three cannot', () => {
    assert.equal(compare([1, 2, 3, 4], [5, 6, 7, 8]).p.toFixed(3), '0.029');
    const three = compare([1, 2, 3], [5, 6, 7]);
    assert.equal(three.p.toFixed(3), '0.100');
    assert.match(three.warning!, /need >= 4 samples/);
  });

  it('six values are the fewest with a finite interval', () => {
    assert.equal(spreadText(summarise([1, 1, 1, 1, 1])), '∞');
    assert.equal(spreadText(summarise([1, 1, 1, 1, 1, 1])), '0%');
  });

  it('equal samples say so, and an old value of 0 has no percentage', () => {
    assert.deepEqual(compare([3, 3], [3, 3]), { p: 1, sizes: [2, 2], warning: 'all samples are equal' });
    assert.equal(deltaText({ p: 0.01, sizes: [6, 6] }, 0, 5), '?');
  });

  it('an empty sample is an error, not NaN', () => {
    assert.throws(() => summarise([]), /no median/);
    assert.throws(() => compare([], [1]), /compares with nothing/);
  });
});
