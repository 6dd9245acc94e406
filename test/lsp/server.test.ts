import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { RuleMeta } from '../../rules/model';
import { TrustGate } from '../../server/src/host/trust';
import { FakeEditor, temporaryFolder, uri, type EditorOptions } from '../support/fake-editor';
import { FakeEngine } from '../support/fake-engine';

const rule = (id: RuleMeta['id'], reports: RuleMeta['reports']): RuleMeta => ({
  id,
  summary: 's',
  fix: 'safe',
  reports,
  sample: 'go/x',
});
const rules = [
  rule('go/per-call-buffer', 'allocation'),
  rule('go/leaked-buffer', 'bug'),
  rule('ts/per-call-buffer', 'allocation'),
];

async function start(t: TestContext, files: Record<string, string>, options: EditorOptions = {}) {
  const go = new FakeEngine('go');
  const typescript = new FakeEngine('typescript');
  const { folder, remove } = temporaryFolder(files);
  const trust = new TrustGate(false);
  const editor = await FakeEditor.inProcess(
    {
      version: '1.2.3',
      rules,
      engines: {
        go: () => Promise.resolve(() => go),
        typescript: () => Promise.resolve(() => typescript),
      },
      trust,
      debounce: 5,
    },
    { folders: [folder], ...options },
  );
  t.after(async () => {
    await editor.quit();
    remove();
  });
  return { editor, go, typescript, trust, at: (name: string) => join(folder, name) };
}

test('an opened file shows its findings, and an edit that is not saved changes them', async (t) => {
  const { editor, at } = await start(t, { 'a.go': '' });
  await editor.open(at('a.go'), 'package a\n\nvar x = alloc()\n');
  const [diagnostic] = await editor.shows(at('a.go'), ['alloc()']);
  assert.deepEqual(diagnostic, {
    range: { start: { line: 2, character: 8 }, end: { line: 2, character: 15 } },
    severity: 4,
    source: 'alloclens',
    code: 'go/per-call-buffer',
    codeDescription: {
      href: 'https://github.com/alloclens/alloclens/blob/main/rules/go/per-call-buffer.md',
    },
    message: 'alloc() allocates on each call',
    relatedInformation: [
      {
        location: {
          uri: uri(at('a.go')),
          range: { start: { line: 0, character: 0 }, end: { line: 0, character: 2 } },
        },
        message: 'it flows to here',
      },
    ],
  });
  await editor.edit(at('a.go'), 'alloc()', 'hotalloc() + badalloc()');
  const both = await editor.shows(at('a.go'), ['hotalloc()', 'badalloc()']);
  assert.deepEqual(
    both.map(({ severity }) => severity),
    [3, 2],
  );
  await editor.edit(at('a.go'), 'hotalloc() + badalloc()', '1');
  await editor.shows(at('a.go'), []);
});
