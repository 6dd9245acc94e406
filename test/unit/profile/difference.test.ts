import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeOf, difference } from '../../../server/src/profile/difference';
import type { LineWeight, Weights } from '../../../server/src/profile/weights';

const line = (
  name: string,
  at: number,
  amount: number,
  { start = 0, column }: { start?: number; column?: number } = {},
): LineWeight => ({
  file: '/app/a.go',
  line: at,
  function: name,
  startLine: start,
  ...(column !== undefined && { column }),
  amount,
  objects: 1,
  samples: 20,
  own: amount,
  through: new Map(),
  callers: new Map(),
});
const weights = (...lines: readonly LineWeight[]): Weights => ({
  unit: 'bytes',
  total: lines.reduce((sum, { amount }) => sum + amount, 0),
  elsewhere: 0,
  lines,
});
const changes = (newer: Weights, older: Weights): (readonly [string, number, number])[] =>
  difference(newer, older).lines.map((one) => [one.function, one.line, changeOf(one)]);

describe('the difference of two profiles', () => {
  it('has what grew, what shrank, what came and what went, largest change first', () => {
    assert.deepEqual(
      changes(
        weights(line('grew', 3, 900), line('same', 9, 400), line('came', 12, 50)),
        weights(line('grew', 3, 600), line('same', 9, 400), line('went', 20, 700)),
      ),
      [
        ['went', 20, -700],
        ['grew', 3, 300],
        ['came', 12, 50],
        ['same', 9, 0],
      ],
    );
  });

  it('knows a line again in a function that moved, and not one that moved within it', () => {
    assert.deepEqual(
      changes(weights(line('f', 25, 10, { start: 20 })), weights(line('f', 15, 4, { start: 10 }))),
      [['f', 25, 6]],
    );
    assert.equal(
      changes(weights(line('f', 26, 10, { start: 20 })), weights(line('f', 15, 4, { start: 10 }))).length,
      2,
    );
  });

  it('tells functions of one name apart by their order', () => {
    const two = (first: number, second: number, at: number): Weights =>
      weights(
        line('(anonymous)', at, second, { start: at, column: 40 }),
        line('(anonymous)', at, first, { start: at, column: 10 }),
      );
    assert.deepEqual(
      difference(two(5, 7, 3), two(1, 2, 8))
        .lines.map((one) => [one.column, changeOf(one)])
        .sort(),
      [
        [10, 4],
        [40, 5],
      ],
    );
  });

  it('keeps what explains the newer amount, and the totals of both', () => {
    const found = difference(weights(line('f', 1, 8)), weights(line('f', 1, 2), line('g', 2, 2)));
    assert.deepEqual([found.total, found.base], [8, { total: 4, elsewhere: 0 }]);
    assert.deepEqual([found.lines[0]!.amount, found.lines[0]!.own, found.lines[0]!.before], [8, 8, 2]);
    assert.equal(changeOf(line('f', 1, 8)), 8);
  });
});
