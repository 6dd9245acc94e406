import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  loadProfileRequest,
  profilesNotification,
  proveRequest,
  recordRequest,
  selectProfileRequest,
  sitesNotification,
  sitesRequest,
  type ProfileInfo,
  type Site,
  type SitesChange,
  type SitesResult,
} from '../../server/src/lsp/protocol';
import { uri, type FakeEditor } from '../support/fake-editor';
import { start } from '../support/fake-session';
import { pprofOf } from '../support/pprof';

const sitesOf = (editor: FakeEditor): Promise<SitesResult> => editor.connection.sendRequest(sitesRequest);

/** Line (1-based), share in percent, and the texts of the findings of each site. */
const seen = (sites: readonly Site[]): [number, number | undefined, ...string[]][] =>
  sites.map(({ line, weight, findings }) => [
    line + 1,
    weight && Math.round(100 * weight.share),
    ...findings.map(({ message }) => message.split(' ')[0]!),
  ]);

/** A profile of the module `example.com/shop`: bytes by line of a.go, the rest in the standard library. */
function profileOf(lines: Readonly<Record<number, number>>, elsewhere = 0): Uint8Array {
  const frame = (line: number) => ({ name: 'example.com/shop.serve', file: 'a.go', line, startLine: 3 });
  const library = { name: 'strings.Split', file: 'strings/strings.go', line: 9, startLine: 1 };
  return pprofOf({
    samples: [
      ...Object.entries(lines).map(([line, bytes]) => ({
        stack: [[frame(Number(line))]],
        values: [bytes / 64, bytes, 0, 0],
        size: 64,
      })),
      { stack: [[library]], values: [1, elsewhere, 0, 0], size: 64 },
    ],
  });
}

const shop = { 'go.mod': 'module example.com/shop\n\ngo 1.22\n' };
const source = 'package shop\n\nfunc serve() {\n\ta := alloc()\n\tb := coldalloc()\n\tc := other()\n}\n';

test('the sites of all files come with the most urgent first, then the hottest; a line is one site', async (t) => {
  const { editor, at } = await start(t, { 'a.go': '', 'b.ts': '' });
  assert.deepEqual((await sitesOf(editor)).sites, []);
  await editor.open(at('a.go'), 'package a\n\nvar x = alloc() + hotalloc()');
  await editor.open(at('b.ts'), '  badalloc()');
  await editor.idle();
  const { sites } = await sitesOf(editor);
  assert.deepEqual(seen(sites), [
    [1, undefined, 'badalloc()'],
    [3, undefined, 'hotalloc()', 'alloc()'],
  ]);
  const { score, because, findings, text } = sites[1]!;
  assert.deepEqual([score, because, text], [0.7, ['in a loop'], 'var x = alloc() + hotalloc()']);
  assert.deepEqual(findings[0]!.fix, { title: 'Reuse it', safe: true });
});

test('an edit tells the sites of its file only, under the next version; identities survive edits elsewhere', async (t) => {
  const { editor, at } = await start(t, { 'a.go': '', 'b.ts': '' });
  const changes: SitesChange[] = [];
  editor.connection.onNotification(sitesNotification, (change: SitesChange) => void changes.push(change));
  await editor.open(at('a.go'), 'package a\n\nvar x = hotalloc()');
  await editor.open(at('b.ts'), 'alloc()');
  await editor.idle();
  const before = await sitesOf(editor);
  await editor.edit(at('a.go'), 'package a\n', 'package a\n\nvar y = 1\n');
  await editor.until(() => changes.length > 0, 'a change of sites');
  const [{ version, uris, sites }] = changes as [SitesChange];
  assert.deepEqual([version, uris], [before.version + 1, [uri(at('a.go'))]]);
  assert.deepEqual(seen(sites), [[5, undefined, 'hotalloc()']]);
  assert.equal(sites[0]!.id, before.sites.find((site) => site.uri === uri(at('a.go')))!.id);
});

test('a profile weighs sites, explains cold ones, and lists lines that no finding is on', async (t) => {
  const { editor, at } = await start(t, { ...shop, 'a.go': source, 'mem.pprof': '' });
  writeFileSync(at('mem.pprof'), profileOf({ 5: 6400, 6: 1600 }, 2000));
  const told: ProfileInfo[][] = [];
  editor.connection.onNotification(profilesNotification, (now: ProfileInfo[]) => void told.push(now));
  const info: ProfileInfo = await editor.connection.sendRequest(loadProfileRequest, {
    uri: uri(at('mem.pprof')),
  });
  assert.deepEqual(
    [info.current, info.kind, info.unit, info.total, info.elsewhere],
    [true, 'pprof', 'bytes', 10_000, 2000],
  );
  assert.deepEqual(told.at(-1), [info]);
  // Nobody has opened a.go: it was analysed because the profile names it.
  const { sites } = await sitesOf(editor);
  assert.deepEqual(seen(sites), [
    [5, 64, 'coldalloc()'],
    [6, 16],
  ]);
  assert.equal(sites[0]!.weight!.objects, 100);
});

test('weights move with the text; a function that was changed is stale, a line that was changed has none', async (t) => {
  const { editor, at } = await start(t, { ...shop, 'a.go': source, 'mem.pprof': '' });
  writeFileSync(at('mem.pprof'), profileOf({ 5: 6400, 6: 1600 }));
  await editor.connection.sendRequest(loadProfileRequest, { uri: uri(at('mem.pprof')) });
  await editor.open(at('a.go'), source);
  await editor.edit(at('a.go'), 'package shop\n', 'package shop\n\nvar n int\n');
  await editor.shows(at('a.go'), ['alloc()']);
  const moved = (await sitesOf(editor)).sites.filter(({ weight }) => weight);
  assert.deepEqual(seen(moved), [
    [7, 80, 'coldalloc()'],
    [8, 20],
  ]);
  assert.ok(moved.every(({ weight }) => !weight!.stale));
  await editor.edit(at('a.go'), 'c := other()', 'c := another()');
  await editor.shows(at('a.go'), ['alloc()']);
  const { sites } = await sitesOf(editor);
  assert.deepEqual(seen(sites.filter(({ weight }) => weight)), [[7, 80, 'coldalloc()']]);
});

test('a profile that is older than the file is placed by its functions, once; edits move it from there', async (t) => {
  // Two lines were written above the function since it was measured.
  const now = source.replace('package shop\n', 'package shop\n\nvar n int\n');
  const { editor, at } = await start(t, { ...shop, 'a.go': now, 'mem.pprof': '' });
  writeFileSync(at('mem.pprof'), profileOf({ 5: 6400, 6: 1600 }));
  await editor.connection.sendRequest(loadProfileRequest, { uri: uri(at('mem.pprof')) });
  const placed = (await sitesOf(editor)).sites;
  assert.deepEqual(seen(placed), [
    [7, 80, 'coldalloc()'],
    [8, 20],
  ]);
  assert.match(placed[0]!.weight!.cautions.join(), /its line 5 is line 7 now, counted from the function/);
  await editor.open(at('a.go'), now);
  await editor.edit(at('a.go'), 'var n int\n', 'var n int\nvar m int\n');
  await editor.shows(at('a.go'), ['alloc()']);
  const moved = (await sitesOf(editor)).sites.filter(({ weight }) => weight);
  assert.deepEqual(seen(moved), [
    [8, 80, 'coldalloc()'],
    [9, 20],
  ]);
  assert.ok(moved.every(({ weight }) => !weight!.stale));
  // In the function something else: what is left alone is stale, and says that it was measured before.
  await editor.edit(at('a.go'), 'c := other()', 'c := another()');
  await editor.shows(at('a.go'), ['alloc()']);
  const { sites } = await sitesOf(editor);
  const [left] = sites.filter(({ weight }) => weight);
  assert.deepEqual([left!.line + 1, left!.weight!.stale], [8, true]);
});

test('of several profiles one is chosen, or none; forgotten ones are gone', async (t) => {
  const { editor, at } = await start(t, { ...shop, 'a.go': source, 'one.pprof': '', 'two.pprof': '' });
  writeFileSync(at('one.pprof'), profileOf({ 5: 6400 }));
  writeFileSync(at('two.pprof'), profileOf({ 6: 6400 }));
  const load = (name: string): Promise<ProfileInfo> =>
    editor.connection.sendRequest(loadProfileRequest, { uri: uri(at(name)) });
  const select = (params: object): Promise<ProfileInfo[]> =>
    editor.connection.sendRequest(selectProfileRequest, params);
  const current = (infos: readonly ProfileInfo[]): string[] =>
    infos.map(({ uri: of, current: is }) => `${of.slice(-9, -6)} ${is}`);
  await load('one.pprof');
  await load('two.pprof');
  assert.deepEqual(seen((await sitesOf(editor)).sites)[0], [6, 100]);
  assert.deepEqual(current(await select({ uri: uri(at('one.pprof')) })), ['one true', 'two false']);
  assert.deepEqual(seen((await sitesOf(editor)).sites)[0], [5, 100, 'coldalloc()']);
  assert.deepEqual(current(await select({})), ['one false', 'two false']);
  assert.deepEqual((await sitesOf(editor)).sites, []);
  assert.deepEqual(current(await select({ remove: [uri(at('one.pprof'))] })), ['two false']);
});

test('two profiles are compared: the largest change comes first, and what was before is told', async (t) => {
  const { editor, at } = await start(t, { ...shop, 'a.go': source, 'old.pprof': '', 'new.pprof': '' });
  writeFileSync(at('old.pprof'), profileOf({ 4: 6400, 5: 6400, 6: 64 }));
  writeFileSync(at('new.pprof'), profileOf({ 4: 6400, 5: 640, 6: 3200 }));
  for (const name of ['old.pprof', 'new.pprof'])
    await editor.connection.sendRequest(loadProfileRequest, { uri: uri(at(name)) });
  const infos: ProfileInfo[] = await editor.connection.sendRequest(selectProfileRequest, {
    uri: uri(at('new.pprof')),
    base: uri(at('old.pprof')),
  });
  assert.deepEqual(
    infos.map(({ current, base }) => [current, base]),
    [
      [false, true],
      [true, undefined],
    ],
  );
  const { sites } = await sitesOf(editor);
  assert.deepEqual(
    sites.map(({ line, weight }) => [line + 1, weight!.before, weight!.amount]),
    [
      [5, 6400, 640],
      [6, 64, 3200],
      [4, 6400, 6400],
    ],
  );
});

test('what is no profile, or of another language, is refused with a sentence that names it', async (t) => {
  const { editor, at } = await start(t, {
    ...shop,
    'a.go': source,
    'text.pprof': 'hello',
    'v8.heapprofile': '{}',
  });
  const refused = (name: string): Promise<string> =>
    editor.connection.sendRequest(loadProfileRequest, { uri: uri(at(name)) }).then(
      () => 'loaded',
      (error: Error) => error.message,
    );
  assert.match(await refused('text.pprof'), /text\.pprof cannot be used as a profile\. /);
  assert.match(
    await refused('v8.heapprofile'),
    /v8\.heapprofile is a profile of V8, and there are no TypeScript/,
  );
  assert.match(await refused('absent.pprof'), /absent\.pprof cannot be used as a profile\. /);
});

test('in a folder that is not trusted nothing is recorded or proven', async (t) => {
  const trusted = { initializationOptions: { trusted: false } };
  const { editor, at } = await start(t, { ...shop, 'a.go': source }, trusted);
  const refused = (request: string, params: object): Promise<string> =>
    editor.connection.sendRequest(request, params).then(
      () => 'done',
      (error: Error) => error.message,
    );
  await editor.open(at('a.go'), source);
  await editor.shows(at('a.go'), ['alloc()']);
  const sentence = 'Benchmarks are run in trusted folders only: trust the workspace first.';
  const { start: position } = editor.rangeOf(at('a.go'), 'alloc()');
  assert.equal(await refused(proveRequest, { uri: uri(at('a.go')), position }), sentence);
  assert.equal(await refused(recordRequest, { uri: uri(at('a.go')), name: 'BenchmarkServe' }), sentence);
});

test('a proof of a place without a fix, and a recording of something else than a benchmark, are refused', async (t) => {
  const { editor, at } = await start(t, { ...shop, 'a.go': source });
  const refused = (request: string, params: object): Promise<string> =>
    editor.connection.sendRequest(request, params).then(
      () => 'done',
      (error: Error) => error.message,
    );
  const position = { line: 5, character: 1 };
  assert.match(await refused(proveRequest, { uri: uri(at('a.go')), position }), /^The file has changed/);
  assert.match(
    await refused(recordRequest, { uri: uri(at('a.go')), name: 'Benchmark.*' }),
    /^Only a function whose name begins with Benchmark or Test/,
  );
});

test('a profile speaks of what lies beside an open document, too, where that is outside of the workspace', async (t) => {
  const { editor, at } = await start(
    t,
    {
      'elsewhere/go.mod': shop['go.mod'],
      'elsewhere/a.go': source,
      'elsewhere/mem.pprof': '',
      'work/b.ts': '',
    },
    { folders: ['work'] },
  );
  writeFileSync(at('elsewhere/mem.pprof'), profileOf({ 5: 6400 }));
  const load = (): Promise<ProfileInfo> =>
    editor.connection.sendRequest(loadProfileRequest, { uri: uri(at('elsewhere/mem.pprof')) });
  await assert.rejects(load(), /there are no Go files below the paths/);
  await editor.open(at('elsewhere/a.go'), source);
  await load();
  assert.deepEqual(seen((await sitesOf(editor)).sites)[0], [5, 100, 'coldalloc()']);
});
