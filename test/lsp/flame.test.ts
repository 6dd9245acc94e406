import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  flameGraphRequest,
  loadProfileRequest,
  sitesRequest,
  type FlameGraphParams,
  type FlameGraphResult,
  type SitesResult,
} from '../../server/src/lsp/protocol';
import { uri } from '../support/fake-editor';
import { start } from '../support/fake-session';
import { pprofOf } from '../support/pprof';

const serve = { name: 'example.com/shop.serve', file: 'a.go', line: 5, startLine: 3 };
const split = { name: 'strings.Split', file: 'strings/strings.go', line: 9, startLine: 1 };
const evil = { name: 'main.<img src=x onerror=alert(1)>\u202e[x](command:y)', file: 'b.go', line: 1 };

const shop = {
  'go.mod': 'module example.com/shop\n\ngo 1.22\n',
  'a.go': 'package shop\n\nfunc serve() {\n\ta := alloc()\n\tb := coldalloc()\n}\n',
};

/** A profile of `serve`, which calls `strings.Split`, and of a function of another program. */
const profile = (bytes: number): Uint8Array =>
  pprofOf({
    samples: [
      { stack: [[split], [serve]], values: [bytes / 64, bytes, 0, 0] },
      { stack: [[evil]], values: [90, 90, 0, 0] },
    ],
  });

test('the flame graph of a loaded profile has its stacks, and says where code of the workspace is', async (t) => {
  const { editor, at } = await start(t, { ...shop, 'mem.pprof': '' });
  writeFileSync(at('mem.pprof'), profile(6400));
  const params: FlameGraphParams = { uri: uri(at('mem.pprof')), by: 'amount' };
  await editor.connection.sendRequest(loadProfileRequest, { uri: params.uri });
  const graph: FlameGraphResult = await editor.connection.sendRequest(flameGraphRequest, params);
  assert.deepEqual([graph.unit, graph.countsObjects], ['bytes', true]);
  assert.deepEqual(graph.nodes, [
    { parent: -1, name: 'all', size: 6490, total: 6490, own: 0 },
    {
      parent: 0,
      name: 'example.com/shop.serve',
      size: 6400,
      total: 6400,
      own: 0,
      uri: uri(at('a.go')),
      line: 4,
      charged: [4],
    },
    {
      parent: 1,
      name: 'strings.Split',
      size: 6400,
      total: 6400,
      own: 6400,
      file: 'strings/strings.go',
      line: 8,
    },
    {
      parent: 0,
      name: 'main.<img src=x onerror=alert(1)>\\u{202e}(command:y)',
      size: 90,
      total: 90,
      own: 90,
      file: 'b.go',
      line: 0,
    },
  ]);
  const objects: FlameGraphResult = await editor.connection.sendRequest(flameGraphRequest, {
    ...params,
    by: 'objects',
  });
  assert.deepEqual(
    objects.nodes.map(({ total }) => total),
    [190, 100, 100, 90],
  );
});

test('a site is joined with its box by the line that it had when the profile was loaded, wherever it is now', async (t) => {
  const { editor, at } = await start(t, { ...shop, 'mem.pprof': '' });
  writeFileSync(at('mem.pprof'), profile(6400));
  await editor.connection.sendRequest(loadProfileRequest, { uri: uri(at('mem.pprof')) });
  await editor.open(at('a.go'), shop['a.go']);
  await editor.edit(at('a.go'), 'package shop\n', 'package shop\n\nvar n int\n');
  await editor.shows(at('a.go'), ['alloc()']);
  const { sites } = await editor.connection.sendRequest<SitesResult>(sitesRequest);
  const site = sites.find(({ weight }) => weight)!;
  assert.deepEqual([site.line, site.weight!.measuredLine], [6, 4]);
});

test('the difference of two loaded profiles has both; what is not loaded is refused with a sentence', async (t) => {
  const { editor, at } = await start(t, { ...shop, 'old.pprof': '', 'new.pprof': '' });
  writeFileSync(at('old.pprof'), profile(6400));
  writeFileSync(at('new.pprof'), profile(640));
  const params = { uri: uri(at('new.pprof')), base: uri(at('old.pprof')), by: 'amount' };
  const ask = (): Promise<FlameGraphResult> => editor.connection.sendRequest(flameGraphRequest, params);
  await editor.connection.sendRequest(loadProfileRequest, { uri: params.uri });
  await assert.rejects(ask(), /old\.pprof is not loaded: load the profile again\./);
  await editor.connection.sendRequest(loadProfileRequest, { uri: params.base });
  const [, serving] = (await ask()).nodes;
  assert.deepEqual([serving!.size, serving!.total, serving!.before], [6400, 640, { total: 6400, own: 0 }]);
});
