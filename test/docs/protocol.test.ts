import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inRepository } from '../support/repository';

const page = readFileSync(inRepository('docs', 'protocol.md'), 'utf8');
const source = readFileSync(inRepository('server', 'src', 'lsp', 'protocol.ts'), 'utf8');

test('every name of the protocol is on its page', () => {
  const names = [...source.matchAll(/^export (?:interface|type|const) (\w+)/gm)].map(([, name]) => name!);
  assert.ok(names.length > 20);
  assert.deepEqual(
    names.filter((name) => !page.includes(name)),
    [],
  );
});

test('every method and every field is on its page', () => {
  const methods = [...source.matchAll(/'(alloclens\/\w+)'/g)].map(([, name]) => name!);
  const fields = [...source.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name!);
  const missing = [...new Set([...methods, ...fields])].filter(
    (name) => !new RegExp(`\\b${name}\\b`).test(page),
  );
  assert.deepEqual(missing, []);
});

test('the page names nothing that is not there', () => {
  for (const [, name] of page.matchAll(/`(alloclens\/\w+)`/g)) assert.ok(source.includes(`'${name}'`), name);
  for (const [, name] of page.matchAll(/`(\w+(?:Request|Notification))`/g))
    assert.ok(source.includes(`const ${name} `), name);
});
