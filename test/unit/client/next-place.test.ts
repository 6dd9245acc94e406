import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextPlace, type Place } from '../../../client/src/next-place';

const at = (uri: string, line: number, character = 0): Place => ({ uri, line, character });
const places = [at('b', 1), at('a', 9), at('a', 2, 4), at('a', 2, 1)];

describe('the next hotspot', () => {
  it('is behind the cursor, in the same line first', () => {
    assert.deepEqual(nextPlace(places, at('a', 2, 1), 'next'), at('a', 2, 4));
    assert.deepEqual(nextPlace(places, at('a', 2, 4), 'next'), at('a', 9));
  });

  it('is in the next file when the file has no more, and round again at the end', () => {
    assert.deepEqual(nextPlace(places, at('a', 9), 'next'), at('b', 1));
    assert.deepEqual(nextPlace(places, at('b', 1), 'next'), at('a', 2, 1));
  });

  it('goes backwards the same way', () => {
    assert.deepEqual(nextPlace(places, at('a', 2, 4), 'previous'), at('a', 2, 1));
    assert.deepEqual(nextPlace(places, at('a', 2, 1), 'previous'), at('b', 1));
    assert.deepEqual(nextPlace(places, at('b', 1), 'previous'), at('a', 9));
  });

  it('is not the place where the cursor is, unless there is no other', () => {
    assert.deepEqual(nextPlace([at('a', 1)], at('a', 1), 'next'), at('a', 1));
  });

  it('is the first, or the last, without an editor, and from a file without findings', () => {
    assert.deepEqual(nextPlace(places, undefined, 'next'), at('a', 2, 1));
    assert.deepEqual(nextPlace(places, undefined, 'previous'), at('b', 1));
    assert.deepEqual(nextPlace(places, at('aa', 0), 'next'), at('b', 1));
  });

  it('is nowhere when nothing is found', () => {
    assert.equal(nextPlace([], at('a', 1), 'next'), undefined);
  });
});
