import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movedSites, type Replacement } from '../../../client/src/views/moved-sites';
import type { Site } from '../../../server/src/lsp/protocol';

const site: Site = {
  id: 'a',
  uri: 'file:///w/a.go',
  line: 20,
  character: 11,
  function: 'serve',
  functionLine: 18,
  text: 'buffer := make([]byte, n)',
  score: 0.4,
  because: [],
  why: '',
  what: [],
  findings: [{ ruleId: 'go/x', message: '', severity: 'information', line: 20, character: 11 }],
  callers: [],
};

const edit = (from: [number, number], to: [number, number], text: string): Replacement => ({
  range: { start: { line: from[0], character: from[1] }, end: { line: to[0], character: to[1] } },
  text,
});

/** "line:character" of the site, and the function's line. */
function after(...edits: Replacement[]): string {
  const [{ line, character, functionLine, findings }] = movedSites([site], edits) as [Site];
  assert.deepEqual([findings[0]!.line, findings[0]!.character], [line, character]);
  return `${line}:${character} in ${functionLine}`;
}

test('lines above take a site with them, those below do not', () => {
  assert.equal(after(edit([5, 0], [5, 0], 'import "sync"\n')), '21:11 in 19');
  assert.equal(after(edit([5, 0], [7, 0], '')), '18:11 in 16');
  assert.equal(after(edit([20, 40], [20, 40], '\n// more\n')), '20:11 in 18');
  assert.equal(after(edit([30, 0], [31, 0], '')), '20:11 in 18');
});

test('a line between the function and the site moves the site alone', () => {
  assert.equal(after(edit([19, 0], [19, 0], 'one\r\ntwo\r\n')), '22:11 in 18');
});

test('text before a site on its line moves it by characters; a line break puts it on the next line', () => {
  assert.equal(after(edit([20, 1], [20, 7], 'b')), '20:6 in 18');
  assert.equal(after(edit([20, 1], [20, 1], '\n')), '21:10 in 18');
  assert.equal(after(edit([19, 30], [20, 1], '; ')), '19:42 in 18');
});

test('a site whose text was replaced is where the edit begins', () => {
  assert.equal(after(edit([20, 1], [21, 0], 'x()\n')), '20:1 in 18');
});

test('edits of one change come from the last to the first', () => {
  assert.equal(after(edit([19, 0], [19, 0], 'a\n'), edit([5, 0], [5, 0], 'b\nc\n')), '23:11 in 20');
});
