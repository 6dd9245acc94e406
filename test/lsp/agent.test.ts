import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentRequest, type AgentParams, type AgentResult } from '../../server/src/lsp/protocol';
import { uri, type FakeEditor } from '../support/fake-editor';
import { start } from '../support/fake-session';

async function call(editor: FakeEditor, params: Partial<AgentParams> & { tool: string }): Promise<unknown> {
  const { text } = await editor.connection.sendRequest<AgentResult>(agentRequest, {
    arguments: {},
    ...params,
  });
  assert.ok(text.length <= 4096);
  return JSON.parse(text);
}

interface Hotspots {
  items: { id: string; at: string; says: string }[];
  total: number;
}

const trusted = { initializationOptions: { trusted: true } };

test('nothing of an untrusted folder is read for an agent, until the user trusts it', async (t) => {
  const { editor, typescript } = await start(
    t,
    { 'a.ts': 'alloc()' },
    { initializationOptions: { trusted: false } },
  );
  for (const tool of ['hotspots', 'explain_site', 'verified_fixes', 'prove_fix', 'diff_sites'])
    await assert.rejects(call(editor, { tool }), /^Error: This folder is not trusted, so nothing of it/);
  assert.equal(typescript.requests.length, 0);
  await editor.connection.sendNotification('alloclens/trustGranted');
  assert.equal(((await call(editor, { tool: 'hotspots' })) as Hotspots).total, 1);
});

test('finds, explains and shows fixes, of the text as it is in the editor', async (t) => {
  const { editor, at } = await start(t, { 'a.ts': 'alloc()', 'b.ts': '' }, trusted);
  await editor.open(at('b.ts'), '\n\nhotalloc()');
  const { items } = (await call(editor, { tool: 'hotspots' })) as Hotspots;
  assert.deepEqual(
    items.map(({ at: place }) => place),
    ['b.ts:3', 'a.ts:1'],
  );
  const { id } = items[0]!;
  const explained = (await call(editor, { tool: 'explain_site', arguments: { id } })) as { code: string[] };
  assert.ok(explained.code.includes('3: hotalloc()'));
  const { items: fixes } = (await call(editor, { tool: 'verified_fixes', arguments: { id } })) as {
    items: { patch: string }[];
  };
  assert.match(fixes[0]!.patch, /^-hotalloc\(\)$/m);
  // The id stays while the code moves.
  await editor.edit(at('b.ts'), 'hotalloc', '\nhotalloc');
  const moved = (await call(editor, { tool: 'explain_site', arguments: { id } })) as { at: string };
  assert.equal(moved.at, 'b.ts:4');
});

test('what runs code needs an agreement that the model cannot give', async (t) => {
  const { editor } = await start(t, { 'a.go': 'package a\nalloc()' }, trusted);
  const { items } = (await call(editor, { tool: 'hotspots' })) as Hotspots;
  const fix = `${items[0]!.id}/1`;
  for (const args of [{ fix }, { fix, confirmed: true }])
    await assert.rejects(
      call(editor, { tool: 'prove_fix', arguments: args }),
      /^Error: Nothing was run\. Ask/,
    );
});

test('refuses in a sentence what it cannot do', async (t) => {
  const { editor } = await start(t, { 'a.ts': 'alloc()' }, trusted);
  const cases: readonly [Partial<AgentParams> & { tool: string }, RegExp][] = [
    [{ tool: 'nothing' }, /There is no tool nothing/],
    [{ tool: 'hotspots', arguments: { paths: ['/etc'] } }, /is not below the folder/],
    [{ tool: 'hotspots', arguments: { paths: ['nothing'] } }, /nothing does not exist/],
    [{ tool: 'explain_site', arguments: { id: 'x' } }, /There is no finding x/],
    [{ tool: 'diff_sites', arguments: { base: 'HEAD' } }, /not a git repository/],
    [{ tool: 'hotspots', folder: uri('/somewhere/else') }, /There is no such folder in the workspace/],
  ];
  for (const [params, sentence] of cases) await assert.rejects(call(editor, params), sentence);
});
