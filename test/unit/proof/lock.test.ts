import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ceilingOf,
  compareWithLock,
  lockText,
  parseLock,
  type Ceiling,
  type MeasuredCeiling,
} from '../../../server/src/proof/lock';

const ceiling = (allocs: number, bytes: number, benchmark = 'BenchmarkA'): Ceiling => ({
  importPath: 'p',
  benchmark,
  allocs,
  bytes,
});
const measured = (allocs: number[], bytes: number[], benchmark = 'BenchmarkA'): MeasuredCeiling => ({
  importPath: 'p',
  benchmark,
  allocs,
  bytes,
});

function direction(held: Ceiling, one: MeasuredCeiling): string {
  const { worse, better, same } = compareWithLock([held], [one]);
  return worse.length > 0 ? 'worse' : better.length > 0 ? 'better' : same.length > 0 ? 'same' : 'none';
}

describe('compareWithLock', () => {
  it('fails in both directions: one allocation more, one less', () => {
    assert.equal(direction(ceiling(4, 100), measured([5, 5], [100, 100])), 'worse');
    assert.equal(direction(ceiling(4, 100), measured([3, 3], [100, 100])), 'better');
    assert.equal(direction(ceiling(0, 0), measured([1], [8])), 'worse');
  });

  it('passes what is the same, and what varies around the ceiling', () => {
    assert.equal(direction(ceiling(4, 100), measured([4, 4], [100, 100])), 'same');
    assert.equal(direction(ceiling(4, 100), measured([4, 5], [100, 300])), 'same');
    assert.equal(direction(ceiling(1000, 1e6), measured([1020], [1.02e6])), 'same');
    assert.equal(direction(ceiling(4, 100), measured([4], [200])), 'same', 'a size class more');
  });

  it('more bytes with fewer objects is worse', () => {
    assert.equal(direction(ceiling(4, 1000), measured([3], [2000])), 'worse');
  });

  it('knows what was not measured, and what has no ceiling', () => {
    const { unmeasured, unknown } = compareWithLock([ceiling(1, 1)], [measured([1], [1], 'BenchmarkB')]);
    assert.deepEqual([unmeasured.length, unknown.length], [1, 1]);
  });
});

describe('the file', () => {
  const lock = { toolchain: 'go1.26.8', ceilings: [ceiling(2, 64, 'BenchmarkB/x'), ceiling(1, 8)] };

  it('is sorted and read back', () => {
    const text = lockText(lock);
    assert.equal(lockText({ ...lock, ceilings: lock.ceilings.slice().reverse() }), text);
    assert.deepEqual(
      parseLock(text).ceilings.map(({ benchmark }) => benchmark),
      ['BenchmarkA', 'BenchmarkB/x'],
    );
    assert.equal(parseLock(text).toolchain, 'go1.26.8');
  });

  it('holds the most of the runs', () => {
    assert.deepEqual(ceilingOf(measured([3, 4], [90, 80])), ceiling(4, 90));
  });

  it('is refused with a sentence when it is foreign, newer or damaged', () => {
    const text = lockText(lock);
    for (const [bad, sentence] of [
      ['', /is no file of ceilings/],
      ['{"alloclens":"baseline","version":1}', /is no file of ceilings/],
      [text.replace('"version":1', '"version":9'), /version 9 of the format/],
      [`${text}["p","BenchmarkC",-1,0]`, /entry number 3 is not/],
      [`${text}=======`, /entry number 3 is not/],
    ] as const)
      assert.throws(() => parseLock(bad), sentence);
  });
});
