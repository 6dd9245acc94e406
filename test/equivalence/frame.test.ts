import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadWithFault } from './faults';
import { defaults, parseOptions } from './options';
import { Random } from './random';
import { shrink } from './shrink';

describe('the frame of the equivalence tests', () => {
  it('draws the same for the same seed, and something else for another part', () => {
    const draw = (random: Random): number[] => Array.from({ length: 20 }, () => random.below(1000));
    assert.deepEqual(draw(new Random(8).fork('a')), draw(new Random(8).fork('a')));
    assert.notDeepEqual(draw(new Random(8).fork('a')), draw(new Random(8).fork('b')));
  });

  it('draws every number as often', () => {
    const random = new Random('even');
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) counts[random.below(10)]!++;
    for (const count of counts) assert.ok(count > 850 && count < 1150, `${counts.join(' ')}`);
  });

  it('shrinks to what still fails', async () => {
    const without = (text: string): string[] => [...text].map((_, i) => text.slice(0, i) + text.slice(i + 1));
    const fails = (texts: readonly string[]): Promise<boolean[]> =>
      Promise.resolve(texts.map((text) => text.includes('x') && text.includes('y')));
    assert.equal(await shrink('abxcdye', without, fails), 'xy');
  });

  it('says which option is wrong', () => {
    assert.deepEqual(parseOptions([], ['go/a']), defaults);
    assert.deepEqual(parseOptions(['--rule', 'go/a', '--seed', '3'], ['go/a']), {
      ...defaults,
      rules: ['go/a'],
      seed: 3,
    });
    assert.throws(() => parseOptions(['--programs', 'many'], ['go/a']), /--programs many: a whole number/);
    assert.throws(() => parseOptions(['--rule', 'go/b'], ['go/a']), /--rule go\/b: there are no programs/);
  });

  it('says when a fault has nothing to spoil', async () => {
    const fault = {
      forgets: 'nothing',
      rule: 'go/format-simple',
      file: 'rules/go/format-simple.ts',
      function: 'there is none',
      body: '',
    } as const;
    await assert.rejects(loadWithFault(fault), /has 0 functions there is none/);
  });
});
