import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyEdits } from '../../server/src/text/edits';
import { laidOut, lineEdits, plain } from '../../server/src/text/lay-out';

/** A formatter that puts comments behind one blank, and knows no more. */
const format = (text: string): string => text.replaceAll(/ *\/\//g, ' //');

function layOut(before: string, after: string): string {
  return laidOut({ before, after }, { before: format(plain(before)), after: format(plain(after)) });
}

describe('what a formatter adds to a fix', () => {
  it('is its change of what it had left alone', () => {
    assert.equal(layOut('a //\nb //\n', 'a  //\nb //\n'), 'a //\nb //\n');
  });

  it('is nothing where it would have changed the text before, too', () => {
    assert.equal(layOut('a  //\nx\nb //\n', 'a  //\nx\nbb  //\n'), 'a  //\nx\nbb //\n');
  });

  it('keeps line ends and a byte order mark', () => {
    assert.equal(layOut('\uFEFFa //\r\nb\r\n', '\uFEFFa  //\r\nb\r\n'), '\uFEFFa //\r\nb\r\n');
  });

  it('is nothing when the formatter is content', () => {
    assert.equal(layOut('a //\n', 'b //'), 'b //');
  });
});

describe('edits of whole lines', () => {
  for (const [before, after] of [
    ['a\nb\nc\n', 'a\nB\nc\n'],
    ['a\nb\n', 'b\nc\n'],
    ['', 'a\n'],
    ['a\r\nb', 'a\r\nb\r\nc'],
    ['same\n', 'same\n'],
  ] as const) {
    it(`make ${JSON.stringify(after)} of ${JSON.stringify(before)}`, () => {
      assert.equal(applyEdits(before, lineEdits({ before, after })), after);
    });
  }
});
