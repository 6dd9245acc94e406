import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { areaUnderCurve, precisionAt, type Predicted } from '../../profile/yardstick/prediction';

/** `*` behind a score: the line was measured. */
const lines = (...scores: readonly string[]): Predicted[] =>
  scores.map((text) => ({ score: parseFloat(text), isMeasured: text.endsWith('*') }));

describe('how well a static estimate predicts a profile', () => {
  it('area under the curve: 1 when all measured lines come first, 0 when last, a half by chance', () => {
    assert.equal(areaUnderCurve(lines('3*', '2*', '1', '0')), 1);
    assert.equal(areaUnderCurve(lines('3', '2', '1*', '0*')), 0);
    assert.equal(areaUnderCurve(lines('1*', '1', '1', '1*')), 0.5);
    // Of the four pairs of one that is measured and one that is not, three are in order.
    assert.equal(areaUnderCurve(lines('4*', '3', '2*', '1')), 0.75);
  });

  it('needs lines of both kinds', () => {
    assert.equal(areaUnderCurve(lines('1*', '2*')), undefined);
    assert.equal(areaUnderCurve([]), undefined);
  });

  it('precision of the first lines: ties for the last places count by their average', () => {
    assert.equal(precisionAt(2, lines('3*', '2', '1*')), 0.5);
    assert.equal(precisionAt(2, lines('3*', '2', '2*', '2', '2', '1*')), (1 + 1 / 4) / 2);
    assert.equal(precisionAt(10, lines('3*', '2')), 0.5);
    assert.equal(precisionAt(10, []), undefined);
  });
});
