import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GoFix, Obligation } from '../../../rules/go/rule';
import { current, toCheck, type Standable } from '../../../server/src/go/verify/standing';
import { refutedBecause, type Verdict } from '../../../server/src/go/verify/verdict';

interface Said extends Standable<Said> {
  readonly name: string;
}

const fix = (title: string): GoFix => ({ title, kind: 'safe', edits: [] });

const isSlice: Obligation = { states: 'xs is a slice', at: 0, code: 'isSlice(xs)' };
const question = fix('is xs a slice?');

function said(name: string, more: Partial<Said> = {}): Said {
  return { name, fixes: [], restsOn: 'nothing', otherwise: undefined, ...more };
}

const verified: Verdict = { verdict: 'verified' };
const refuted: Verdict = refutedBecause('no gain');
const wrong: Verdict = {
  verdict: 'refuted',
  reason: 'no slice',
  because: 'no slice',
  assumption: { ...isSlice },
};

/** What stands, and the titles of what is asked next. */
function state(first: Said, verdicts: readonly (readonly [GoFix, Verdict])[] = []): string {
  const verdictOf = (asked: GoFix): Verdict | undefined => new Map(verdicts).get(asked);
  const now = current(first, verdictOf);
  const next = toCheck(first, verdictOf, () => true)?.fixes ?? [];
  const asked = next.length === 0 ? '' : `, asks ${next.map(({ title }) => title).join(' and ')}`;
  return (now ? `${now.candidate.name} ${now.standing}` : 'nothing') + asked;
}

describe('a finding that rests on nothing holds, whatever becomes of its fix', () => {
  const a = fix('a');
  const first = said('first', { fixes: [a], otherwise: said('second') });
  test('before', () => assert.equal(state(first), 'first holds, asks a'));
  test('refuted', () => assert.equal(state(first, [[a, refuted]]), 'first holds'));
});

describe('a finding that rests on its fix', () => {
  const [a, b, c] = [fix('a'), fix('b'), fix('c')];
  const second = said('second', { fixes: [c], restsOn: 'its fix' });
  const first = said('first', { fixes: [a, b], restsOn: 'its fix', otherwise: second });
  test('waits for it', () => assert.equal(state(first), 'first open, asks a and b'));
  test('holds with one', () =>
    assert.equal(
      state(first, [
        [a, refuted],
        [b, verified],
      ]),
      'first holds',
    ));
  test('gives way to the next when all are refuted', () =>
    assert.equal(
      state(first, [
        [a, refuted],
        [b, refuted],
      ]),
      'second open, asks c',
    ));
  test('is gone when nothing holds', () =>
    assert.equal(
      state(first, [
        [a, refuted],
        [b, refuted],
        [c, refuted],
      ]),
      'nothing',
    ));
});

describe('a finding that rests on an obligation', () => {
  const a = fix('a');
  const first = said('first', { fixes: [a], restsOn: { all: [isSlice], question } });
  test('asks with its fix first', () => assert.equal(state(first), 'first open, asks a'));
  test('holds when the fix does, which was checked with it', () =>
    assert.equal(state(first, [[a, verified]]), 'first holds'));
  test('is gone when the obligation is what failed', () =>
    assert.equal(state(first, [[a, wrong]]), 'nothing'));
  test('asks for itself when the fix failed for another reason', () =>
    assert.equal(state(first, [[a, refuted]]), 'first open, asks is xs a slice?'));
  test('and stays without the fix, or goes', () => {
    assert.equal(
      state(first, [
        [a, refuted],
        [question, { verdict: 'checked' }],
      ]),
      'first holds',
    );
    assert.equal(
      state(first, [
        [a, refuted],
        [question, wrong],
      ]),
      'nothing',
    );
  });
  test('without a fix, asks for itself at once', () =>
    assert.equal(state({ ...first, fixes: [] }), 'first open, asks is xs a slice?'));
});
