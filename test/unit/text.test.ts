import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyEdits, mapOffset, normaliseEdits } from '../../server/src/text/edits';
import { LineIndex } from '../../server/src/text/positions';

describe('LineIndex', () => {
  const text = 'a\nπ = "😀x"\r\nend';
  const index = new LineIndex(text);

  it('converts compiler columns (UTF-8 bytes) to UTF-16 offsets', () => {
    // π is 2 bytes, 😀 is 4 bytes and 2 UTF-16 units: `x` is byte column 11 of line 2.
    assert.equal(text[index.offsetAtBytes(2, 11)], 'x');
  });

  it('round-trips positions', () => {
    for (let offset = 0; offset <= text.length; offset++) {
      assert.equal(index.offsetAt(index.positionAt(offset)), offset);
    }
  });

  it('clamps what is out of range', () => {
    assert.equal(index.offsetAtBytes(99, 1), text.length);
    assert.equal(index.offsetAt({ line: 0, character: 99 }), 1);
  });
});

describe('edits', () => {
  const edit = (start: number, end: number, newText: string) => ({ span: { start, end }, newText });

  it('applies sorted, whatever the order given', () => {
    assert.equal(applyEdits('hello', [edit(5, 5, '!'), edit(0, 1, 'J')]), 'Jello!');
  });

  it('refuses overlapping edits', () => {
    assert.throws(() => normaliseEdits([edit(0, 3, ''), edit(2, 4, '')]), /overlap/);
  });

  it('maps offsets through edits', () => {
    const edits = [edit(0, 1, 'JJJ'), edit(3, 3, '--')];
    assert.equal(mapOffset(2, edits), 4);
    assert.equal(mapOffset(3, edits), 7);
    assert.equal(mapOffset(0, edits), 0);
  });
});
