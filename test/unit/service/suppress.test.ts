import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../../rules/model';
import {
  disableForFile,
  disableForLine,
  disableName,
  writesDirective,
} from '../../../server/src/service/suppress';
import { applyEdits } from '../../../server/src/text/edits';

/** A finding at the first `x()`. */
function at(text: string, ruleId: Finding['ruleId']): Finding {
  const start = text.indexOf('x()');
  return {
    ruleId,
    language: ruleId.startsWith('go/') ? 'go' : 'typescript',
    file: '/f',
    span: { start, end: start + 3 },
    message: 'm',
    severity: 'hint',
    allocation: { kind: 'make', cost: 'always', reason: 'r', evidence: [] },
    heat: { score: 0.4, because: [] },
    related: [],
    fixes: [],
  };
}
const line = (text: string, ruleId: Finding['ruleId']) =>
  disableForLine(text, at(text, ruleId)).map((edit) => applyEdits(text, [edit]));
const file = (text: string, ruleId: Finding['ruleId']) =>
  applyEdits(text, [disableForFile(text, at(text, ruleId))]);

test('ESLint knows a rule under the name of the plugin', () => {
  assert.equal(disableName('ts/per-call-buffer'), 'alloclens/per-call-buffer');
  assert.equal(disableName('go/append-format'), 'go/append-format');
});

test('a Go line: a directive above it, indented alike, with the line ends of the file', () => {
  assert.deepEqual(line('package p\n\n\t\ty := x()\n', 'go/r'), [
    'package p\n\n\t\t//alloclens:ignore go/r\n\t\ty := x()\n',
  ]);
  assert.deepEqual(line('package p\r\n\tx()\r\n', 'go/r'), [
    'package p\r\n\t//alloclens:ignore go/r\r\n\tx()\r\n',
  ]);
});

test('a Go line that begins inside a raw string or a comment has no directive', () => {
  assert.deepEqual(line('var s = `a\nb` + x()\n', 'go/r'), []);
  assert.deepEqual(line('/* a\nb */ var s = x()\n', 'go/r'), []);
});

test('quotes that are no raw strings do not deceive it', () => {
  for (const before of [
    "var a = '`'\n",
    'var a = "`"\n',
    '// `\n',
    '/* ` */\n',
    'var a = `b`\n',
    `var a = '\\''\n`,
    'var a = "\\"`"\n',
  ])
    assert.equal(line(`${before}var s = x()\n`, 'go/r').length, 1, before);
});

test('a TypeScript line: a comment, or the comment that JSX takes', () => {
  assert.deepEqual(line('f(\n  x(),\n);', 'ts/r'), [
    'f(\n  // eslint-disable-next-line alloclens/r\n  x(),\n);',
    'f(\n  {/* eslint-disable-next-line alloclens/r */}\n  x(),\n);',
  ]);
});

test('a file: first of all, behind what must be first', () => {
  assert.equal(file('x();\n', 'ts/r'), '/* eslint-disable alloclens/r */\nx();\n');
  assert.equal(
    file('#!/usr/bin/env node\r\nx();\r\n', 'ts/r'),
    '#!/usr/bin/env node\r\n/* eslint-disable alloclens/r */\r\nx();\r\n',
  );
  assert.equal(file('\uFEFFx();', 'ts/r'), '\uFEFF/* eslint-disable alloclens/r */\nx();');
});

test('a Go file: apart from the documentation of the package', () => {
  assert.equal(
    file('// Package p does.\npackage p\n\nvar y = x()\n', 'go/r'),
    '//alloclens:ignore-file go/r\n\n// Package p does.\npackage p\n\nvar y = x()\n',
  );
});

test('a directive is noticed when its line changes, and nothing else is', () => {
  const text = 'a\n// note\nb\n//alloclens:ignore\nc\n';
  assert.equal(writesDirective(text, text.replace('// note', '//alloclens:ignore')), true);
  assert.equal(writesDirective(text, text.replace('ignore', 'ignore go/escape')), true);
  assert.equal(writesDirective('x\n', '/* eslint-disable */\nx\n'), true);
  assert.equal(writesDirective(text, text.replace('// note', '// notes')), false);
  assert.equal(writesDirective(text, text.replace('c', 'cc')), false);
  assert.equal(writesDirective(text, text), false);
});
