import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { baselineText, compare, parseBaseline } from '../../../server/src/history/baseline';
import type { FindingIdentity } from '../../../server/src/history/identity';

const entry = (text: string): FindingIdentity => {
  const [unit, name, expression] = text.split(' ') as [string, string, string];
  return { unit, function: name, rule: 'go/x', expression };
};
const entries = (...texts: readonly string[]): FindingIdentity[] => texts.map(entry);

describe('compare', () => {
  const added = (current: string[], baseline: string[]): string[] =>
    compare(current, entry, entries(...baseline)).added.slice();

  it('finds what is new, and one more of what there was', () => {
    assert.deepEqual(added(['p f make', 'p f new'], ['p f make']), ['p f new']);
    assert.deepEqual(added(['p f make', 'p f make'], ['p f make']), ['p f make']);
    assert.deepEqual(added(['p f make'], ['p f make', 'p f make']), []);
  });

  it('is not news: another function of the package, another file or package with the function', () => {
    assert.deepEqual(added(['p g make'], ['p f make']), []);
    assert.deepEqual(added(['q f make'], ['p f make']), []);
  });

  it('is news: the same expression elsewhere altogether, or a copy while the old one stays', () => {
    assert.deepEqual(added(['q g make'], ['p f make']), ['q g make']);
    assert.deepEqual(added(['p f make', 'p g make'], ['p f make']), ['p g make']);
    assert.deepEqual(added(['p f make', 'q f make'], ['p f make']), ['q f make']);
  });

  it('says what is gone', () => {
    assert.deepEqual(compare(['p f make'], entry, entries('p f new', 'p f make')).gone, entries('p f new'));
  });
});

describe('the file', () => {
  const some = entries('q f make', 'p f new', 'p f make', 'p f make');
  const text = baselineText(some);

  it('does not depend on the order, has a line a finding, and is read back', () => {
    assert.equal(baselineText(some.slice().reverse()), text);
    assert.equal(text.split('\n').length, some.length + 2);
    assert.deepEqual(parseBaseline(text).map((one) => `${one.unit} ${one.function} ${one.expression}`), [
      'p f make', 'p f make', 'p f new', 'q f make',
    ]); // prettier-ignore
  });

  it('may have been merged line by line, in any order, with any line ends', () => {
    const [head, ...lines] = text.trimEnd().split('\n');
    assert.equal(parseBaseline([head, ...lines.reverse()].join('\r\n')).length, some.length);
  });

  it('keeps any text', () => {
    const odd = [{ unit: 'ü\n\t', function: '"', rule: 'go/x', expression: '`\n`+"\\"\u2028' }];
    assert.deepEqual(parseBaseline(baselineText(odd)), odd);
  });

  it('is refused with a sentence when it is foreign, damaged, newer or in the middle of a merge', () => {
    for (const [bad, sentence] of [
      ['', /is no baseline of AllocLens/],
      ['{}', /is no baseline of AllocLens/],
      ['{"a.ts": {"no-console": {"count": 1}}}', /is no baseline of AllocLens/],
      [
        text.replace('"version":1', '"version":2'),
        /version 2 of the format; this version of AllocLens reads 1/,
      ],
      [`${text}["p","f"]\n`, /entry number 5 is not \["unit"/],
      [`${text}["p","f",`, /entry number 5 is not/],
      [text.replace('["q', '<<<<<<< ours\n["q'), /conflict markers/],
    ] as const)
      assert.throws(() => parseBaseline(bad), sentence);
  });
});
