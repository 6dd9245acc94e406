import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic } from 'vscode-languageserver/node';
import { analyseRequest, revealRequest, type AnalyseResult } from '../../server/src/lsp/protocol';
import { engines, rules } from '../../server/src/composition';
import { TrustGate } from '../../server/src/host/trust';
import { FakeEditor, temporaryFolder, uri } from '../support/fake-editor';
import { start } from '../support/fake-session';

const textOf = ({ message }: { message: Diagnostic['message'] }): string =>
  typeof message === 'string' ? message : message.value;

/** What is shown while something does not compile: the last good findings, where their text is. */

test('one error in the package clears none of its files: what was found stays, marked, without fixes', async (t) => {
  const { editor, go, at } = await start(t, { 'a.go': '', 'b.go': '' });
  const status = (name: string) =>
    editor.statuses.at(-1)?.documents.find(({ uri: of }) => of === uri(at(name)));
  await editor.open(at('a.go'), 'package a\n\nvar x = alloc()\n');
  await editor.open(at('b.go'), 'package a\n\nvar y = hotalloc()\n');
  await editor.shows(at('a.go'), ['alloc()']);
  await editor.shows(at('b.go'), ['hotalloc()']);
  assert.equal((await editor.codeActions(at('a.go'), 'alloc()'))[0]!.title, 'Reuse it');

  await editor.edit(at('b.go'), 'var y', 'syntaxerror\n\nvar y');
  const [moved] = await editor.shows(at('b.go'), ['hotalloc()']);
  assert.equal(moved!.range.start.line, 4);
  assert.match(textOf(moved!), / \(found before the error\)$/);
  assert.deepEqual(moved!.data, { stale: true });
  // The neighbour's text is the same.
  await editor.until(
    () => /before the error/.test(JSON.stringify(editor.shownFor(at('a.go')))),
    'the mark in a.go',
  );
  await editor.until(() => status('b.go')?.stale !== undefined, 'a status with the error');
  assert.match(status('a.go')!.stale!, /^b\.go:3: syntax error\. /);
  assert.match(status('b.go')!.stale!, /^b\.go:3: syntax error\. /);
  assert.deepEqual([status('a.go')!.findings, status('b.go')!.findings], [1, 1]);
  const titles = (await editor.codeActions(at('a.go'), 'alloc()')).map(({ title }) => title);
  assert.ok(titles.length > 0 && !titles.some((title) => title.startsWith('Reuse it')), titles.join());
  assert.match(
    JSON.stringify(await editor.hover(at('a.go'), 'alloc()')),
    /it waits until the error is put right.*Found before the error: b\.go:3/,
  );

  // Somebody goes on writing: what is touched goes, what is new has only what syntax says.
  await editor.edit(at('b.go'), 'hotalloc()', 'hotalloc(1)');
  await editor.shows(at('b.go'), []);
  await editor.edit(at('a.go'), 'alloc()', 'alloc() + 1');
  await editor.shows(at('a.go'), ['alloc()']);

  await editor.edit(at('b.go'), 'syntaxerror\n\n', '');
  await editor.edit(at('b.go'), 'hotalloc(1)', 'hotalloc()');
  const [again] = await editor.shows(at('b.go'), ['hotalloc()']);
  assert.equal(again!.data, undefined);
  assert.doesNotMatch(textOf(again!), /before the error/);
  await editor.until(() => status('a.go')?.stale === undefined, 'a status without an error');
  await editor.idle();
  assert.equal(editor.shownFor(at('a.go'))[0]!.data, undefined);
  assert.equal((await editor.codeActions(at('a.go'), 'alloc()'))[0]!.title, 'Reuse it');
  assert.ok(go.requests.length > 0);
});

test('a package that was never sound shows what its syntax says, and the error', async (t) => {
  const { editor, at } = await start(t, { 'a.go': '' });
  await editor.open(at('a.go'), 'package a\n\nsyntaxerror alloc() synalloc()\n');
  const [only] = await editor.shows(at('a.go'), ['synalloc()']);
  assert.doesNotMatch(textOf(only!), /before the error/);
  const { documents } = await editor.idle();
  assert.equal(documents[0]!.stale, undefined);
  assert.match(documents[0]!.notes[0]!.message, /a\.go:3: syntax error/);
});

test('what was hidden stays counted, and is revealed, in a broken file', async (t) => {
  const { editor, at } = await start(t, { 'a.go': '' });
  await editor.open(at('a.go'), 'package a\n\nvar x = alloc() + coldalloc()\n');
  await editor.shows(at('a.go'), ['alloc()']);
  await editor.edit(at('a.go'), 'package a', 'package a\n\nsyntaxerror');
  await editor.shows(at('a.go'), ['alloc()']);
  await editor.until(() => editor.statuses.at(-1)?.documents[0]?.stale !== undefined, 'a stale status');
  assert.equal(editor.statuses.at(-1)!.documents[0]!.hidden, 1);
  await editor.connection.sendRequest(revealRequest, { uri: uri(at('a.go')) });
  await editor.shows(at('a.go'), ['alloc()', 'coldalloc()']);
});

test('changed settings end what was found under the old ones', async (t) => {
  let show = 'likely';
  const { editor, at } = await start(t, { 'a.go': '' }, { settings: () => ({ show }) });
  await editor.open(at('a.go'), 'package a\n\nvar x = alloc()\n');
  await editor.shows(at('a.go'), ['alloc()']);
  await editor.edit(at('a.go'), 'package a', 'package a\n\nsyntaxerror');
  await editor.shows(at('a.go'), ['alloc()']);
  show = 'hot';
  await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  await editor.shows(at('a.go'), []);
});

test('an analysis that somebody asked for says what did not compile', async (t) => {
  const { editor, at } = await start(t, { 'a.go': 'package a\n\nvar x = alloc()\n' });
  const analyse = (): Promise<AnalyseResult> =>
    editor.connection.sendRequest(analyseRequest, { scope: 'package', uri: uri(at('a.go')) });
  assert.deepEqual((await analyse()).notes, []);
  await editor.open(at('a.go'), 'package a\n\nvar x = alloc()\nsyntaxerror\n');
  await editor.shows(at('a.go'), ['alloc()']);
  const { findings, notes } = await analyse();
  assert.equal(findings, 1);
  assert.match(notes[0]!.message, /a\.go:4: syntax error/);
});

test('typing a statement into a real package, key by key, and taking it back', async (t) => {
  const files = {
    'go.mod': 'module example.com/bs\n\ngo 1.21\n',
    'a.go':
      'package bs\n\nimport "io"\n\nfunc Copy(w io.Writer, r io.Reader) error {\n\tbuf := make([]byte, 4096)\n\tn, err := r.Read(buf)\n\tif err != nil {\n\t\treturn err\n\t}\n\t_, err = w.Write(buf[:n])\n\treturn err\n}\n',
    'b.go': 'package bs\n\nfunc B(n int) int {\n\treturn n\n}\n',
  };
  const { folder, remove } = temporaryFolder(files);
  const editor = await FakeEditor.inProcess(
    { version: '0', rules, engines, trust: new TrustGate(false), debounce: 1 },
    { folders: [folder], patience: 120_000 },
  );
  t.after(async () => {
    await editor.quit();
    remove();
  });
  const a = `${folder}/a.go`;
  const b = `${folder}/b.go`;
  await editor.open(a, files['a.go']);
  await editor.open(b, files['b.go']);
  await editor.idle();
  await editor.until(() => editor.shownFor(a).length > 0, 'the findings of a.go');
  await editor.idle();
  const before = editor.shownFor(a).map(({ code, range }) => ({ code, range }));
  const stale = (): string | undefined =>
    editor.statuses.at(-1)?.documents.find(({ uri: of }) => of === uri(a))?.stale;

  const seen: string[] = [];
  const keys = 'if n > 0 {';
  for (let typed = 1; typed <= keys.length; typed++) {
    await editor.edit(b, `${keys.slice(0, typed - 1)}\treturn n`, `${keys.slice(0, typed)}\treturn n`);
    await editor.until(
      () => editor.diagnostics.get(uri(b))?.version === editor.document(b).version,
      'an answer',
    );
    await editor.idle();
    // Never fewer: the text of a.go is the same throughout.
    assert.deepEqual(
      editor.shownFor(a).map(({ code, range }) => ({ code, range })),
      before,
      keys.slice(0, typed),
    );
    seen.push(stale() === undefined ? '·' : '!');
  }
  assert.match(seen.join(''), /!$/);
  assert.match(stale()!, /^b\.go:\d+: syntax error/);
  assert.match(textOf(editor.shownFor(a)[0]!), /found before the error/);

  await editor.edit(b, `${keys}\treturn n`, `${keys}\n\t\treturn 1\n\t}\n\treturn n`);
  await editor.until(() => stale() === undefined, 'an end of the error');
  await editor.idle();
  assert.doesNotMatch(textOf(editor.shownFor(a)[0]!), /found before the error/);
});
