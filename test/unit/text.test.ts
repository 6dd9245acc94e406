import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { applyEdits, mapOffset, normaliseEdits } from '../../server/src/text/edits';
import { CompilerLines, LineIndex } from '../../server/src/text/positions';

describe('LineIndex', () => {
  for (const [what, text] of [
    ['every kind of line end', 'a\nπ = "😀x"\r\nb\rc\r\r\nend'],
    ['line ends alone', '\r\n\n\r\r\n'],
    ['one at the end', 'a\r'],
    ['other separators, which end no line', 'a\u2028b\u0085c\u000bd\fe'],
    ['nothing', ''],
  ] as const)
    it(`agrees with the reference implementation on ${what}`, () => {
      const index = new LineIndex(text);
      const reference = TextDocument.create('x', '', 0, text);
      for (let offset = -1; offset <= text.length + 1; offset++) {
        const position = reference.positionAt(offset);
        assert.deepEqual(index.positionAt(offset), position);
        assert.equal(index.offsetAt(position), reference.offsetAt(position));
      }
      assert.equal(index.lineCount, reference.lineCount);
      for (let line = 0; line <= index.lineCount; line++)
        for (const character of [0, 1, 99])
          assert.equal(index.offsetAt({ line, character }), reference.offsetAt({ line, character }));
    });

  it('gives a line without what ends it', () => {
    const index = new LineIndex('a\r\nbc\rd\n\ne');
    const lines = Array.from({ length: index.lineCount }, (_, line) =>
      index.text.slice(index.lineStart(line), index.lineEnd(line)),
    );
    assert.deepEqual(lines, ['a', 'bc', 'd', '', 'e']);
  });
});

describe('CompilerLines', () => {
  const text = 'a\nπ = "😀x" /*\r*/ y\r\nend';
  const lines = new CompilerLines(text);

  it('converts compiler columns (UTF-8 bytes) to UTF-16 offsets', () => {
    // π is 2 bytes, 😀 is 4 bytes and 2 UTF-16 units: `x` is byte column 11 of line 2.
    assert.equal(text[lines.offsetAtBytes(2, 11)], 'x');
    assert.equal(text[lines.offsetAtBytes(3, 1)], 'e');
  });

  it('takes a lone carriage return for a character', () => {
    assert.equal(text[lines.offsetAtBytes(2, 20)], 'y');
    assert.deepEqual(lines.pointAt(text.indexOf('y')), { row: 1, column: 16 });
    assert.equal(lines.lineCount, 3);
  });

  it('clamps what is out of range', () => {
    assert.equal(lines.offsetAtBytes(99, 1), text.length);
    assert.equal(lines.offsetAtBytes(1, 99), 1);
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
