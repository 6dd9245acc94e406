import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../server/src/text/edits';
import { TextChange } from '../../server/src/text/text-change';

/** Where `word` of the first text is in the second, by the change; undefined when it was touched. */
function moved(before: string, after: string, word: string): string | undefined {
  const start = before.indexOf(word);
  const span = new TextChange(before, after).moved({ start, end: start + word.length });
  if (span) assert.equal(after.slice(span.start, span.end), word);
  return span && `${span.start}`;
}

test('a span keeps its text, wherever edits elsewhere have moved it', () => {
  assert.equal(moved('a\nword\nb\n', 'a\nword\nb\n', 'word'), '2');
  assert.equal(moved('a\nword\nb\n', 'a\nnew\nword\nb\n', 'word'), '6');
  assert.equal(moved('a\nword\nb\n', 'word\nb\n', 'word'), '0');
  assert.equal(moved('a\nword\nb\n', 'a\nword\nb\nmore\n', 'word'), '2');
  assert.equal(moved('x := word()\n', 'x, y := word()\n', 'word'), '8');
});

test('edits on both sides and on the same line leave it alone', () => {
  assert.equal(moved('one\nx word y\ntwo\n', 'ONE\nxx word yy\nTWO\nthree\n', 'word'), '7');
});

test('what was changed, begun or gone on with is not the same any more', () => {
  assert.equal(moved('a word b', 'a wo!rd b', 'word'), undefined);
  assert.equal(moved('a word b', 'a b', 'word'), undefined);
  assert.equal(moved('a word b', 'a words b', 'word'), undefined);
  assert.equal(moved('a word b', 'a aword b', 'word'), undefined);
  assert.equal(moved('a word(b)', 'a word(x, b)', 'word(b)'), undefined);
});

test('what is put beside it is not', () => {
  assert.equal(moved('a word b', 'a word, c b', 'word'), '2');
  assert.equal(moved('a word b', 'a !word b', 'word'), '3');
});

test('a text that has become another one holds nothing', () => {
  const before = Array.from({ length: 5000 }, (_, i) => `line ${i}`).join('\n');
  const after = Array.from({ length: 5000 }, (_, i) => `zeile ${i * 7}`).join('\n');
  assert.equal(moved(before, after, 'line 2500'), undefined);
});

test('what is new is known', () => {
  const change = new TextChange('a\nb\n', 'a\nfresh\nb\n');
  assert.equal(change.isNew({ start: 2, end: 7 }), true);
  assert.equal(change.isNew({ start: 0, end: 1 }), false);
  assert.equal(change.isNew({ start: 8, end: 9 }), false);
  assert.equal(new TextChange('a', 'a').isNew({ start: 0, end: 1 }), false);
});

test('any edits: a span is where its text is, or was touched', () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 300; round++) {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i} of ${random(3)}\n`).join('');
    const edits = [];
    for (let at = random(60); at < lines.length; at += 20 + random(120)) {
      const end = Math.min(lines.length, at + random(15));
      edits.push({ span: { start: at, end }, newText: ['', 'x', '\n', 'new line\n'][random(4)]! });
      at = end;
    }
    const after = applyEdits(lines, edits);
    const change = new TextChange(lines, after);
    for (let start = 0; start < lines.length; start += 7) {
      const span = change.moved({ start, end: start + 5 });
      if (span) assert.equal(after.slice(span.start, span.end), lines.slice(start, start + 5));
    }
  }
});
