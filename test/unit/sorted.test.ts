import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstIndex } from '../../rules/sorted';

test('the first item that a test holds for, or the length', () => {
  const numbers = [1, 3, 3, 5];
  const atLeast = (least: number): number => firstIndex(numbers, (one) => one >= least);
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map(atLeast), [0, 0, 1, 1, 3, 3, 4]);
  assert.equal(
    firstIndex([], () => true),
    0,
  );
});
