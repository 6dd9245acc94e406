import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { MarkupContent } from 'vscode-languageserver';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import {
  analyseRequest,
  applyFixRequest,
  clearNotification,
  explainRequest,
  revealRequest,
  toolchainRequest,
  trustGrantedNotification,
  type AnalyseResult,
  type ApplyFixResult,
  type ExplainResult,
  type FindingReference,
  type RevealResult,
} from '../../server/src/lsp/protocol';
import { uri, vscodeCapabilities } from '../support/fake-editor';
import { start } from '../support/fake-session';

test('the server says exactly what it can do', async (t) => {
  const { editor } = await start(t, {});
  assert.deepEqual(editor.initializeResult, {
    serverInfo: { name: 'alloclens', version: '1.2.3' },
    capabilities: {
      positionEncoding: 'utf-16',
      textDocumentSync: { openClose: true, change: 2, save: { includeText: false } },
      hoverProvider: true,
      codeActionProvider: {
        codeActionKinds: ['quickfix', 'source.fixAll.alloclens'],
        resolveProvider: true,
      },
      codeLensProvider: {},
      executeCommandProvider: { commands: ['alloclens.server.showPage'] },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  });
  await editor.until(() => editor.registrations.length === 2, 'the registrations');
  assert.deepEqual(
    editor.registrations.map(({ method, registerOptions }) => [method, registerOptions]),
    [
      ['workspace/didChangeConfiguration', { section: 'alloclens' }],
      [
        'workspace/didChangeWatchedFiles',
        { watchers: [{ globPattern: '**/*.go' }, { globPattern: '**/{go.mod,go.work,go.sum}' }] },
      ],
    ],
  );
});

test('a client that can do little is asked for little', async (t) => {
  const { editor, at } = await start(
    t,
    {},
    { capabilities: {}, initializationOptions: { showPageCommand: 'x', settings: { show: 'hot' } } },
  );
  assert.equal(editor.initializeResult.capabilities.codeActionProvider, false);
  assert.equal(editor.initializeResult.capabilities.executeCommandProvider, undefined);
  await editor.open(at('a.ts'), 'alloc() + hotalloc()');
  const [diagnostic] = await editor.shows(at('a.ts'), ['hotalloc()']);
  assert.equal(diagnostic!.relatedInformation, undefined);
  assert.equal(diagnostic!.codeDescription, undefined);
  assert.deepEqual(editor.registrations, []);
});

test('an opened file shows its findings, and an edit that is not saved changes them', async (t) => {
  const { editor, at } = await start(t, { 'a.go': '' });
  await editor.open(at('a.go'), 'package a\n\nvar x = alloc()\n');
  const [diagnostic] = await editor.shows(at('a.go'), ['alloc()']);
  assert.deepEqual(diagnostic, {
    range: { start: { line: 2, character: 8 }, end: { line: 2, character: 15 } },
    severity: 3,
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
  assert.deepEqual(
    both[0]!.relatedInformation!.map(({ message }) => message),
    ['it flows to here'],
    'the way to the cause, and nothing about heat',
  );
  await editor.edit(at('a.go'), 'hotalloc() + badalloc()', '1');
  await editor.shows(at('a.go'), []);
});

test('positions are UTF-16 behind characters of any width', async (t) => {
  const { editor, at } = await start(t, {});
  await editor.open(at('a.ts'), '/* ü 😀 */ alloc()\r\n/* é */ alloc()\r\n');
  const ranges = (await editor.shows(at('a.ts'), ['alloc()', 'alloc()'])).map(({ range }) => range.start);
  assert.deepEqual(ranges, [
    { line: 0, character: 11 },
    { line: 1, character: 8 },
  ]);
});

test('a lone carriage return ends a line, in diagnostics, in what is asked for, and in edits', async (t) => {
  for (const name of ['a.ts', 'a.go']) {
    const { editor, at } = await start(t, { [name]: '' });
    await editor.open(at(name), '// ü\r/* b\rc */ alloc()\r\n\rmaybealloc()');
    const shown = await editor.shows(at(name), ['alloc()', 'maybealloc()']);
    assert.deepEqual(
      shown.map(({ range }) => range.start),
      [
        { line: 2, character: 5 },
        { line: 4, character: 0 },
      ],
    );
    await editor.edit(at(name), '\r\n\r', '\r');
    const edited = await editor.shows(at(name), ['alloc()', 'maybealloc()']);
    assert.deepEqual(edited[1]!.range.start, { line: 3, character: 0 });
  }
});

test('the newest edit wins: a running analysis of the package is cancelled', async (t) => {
  const { editor, go, at } = await start(t, { 'a.go': '', 'b.go': '' });
  await editor.open(at('a.go'), 'package a // alloc()');
  await editor.open(at('b.go'), 'package a // alloc()');
  await editor.shows(at('b.go'), ['alloc()']);
  await editor.idle();
  go.gate.close();
  const before = go.requests.length;
  await editor.edit(at('a.go'), 'alloc()', 'maybealloc()');
  await editor.until(() => go.requests.length > before, 'the first analysis');
  await editor.edit(at('a.go'), 'maybealloc()', 'badalloc()');
  await editor.edit(at('b.go'), 'alloc()', 'hotalloc()');
  await editor.until(() => go.aborted === 1 && go.requests.length === before + 2, 'the second analysis');
  go.gate.open();
  await editor.shows(at('a.go'), ['badalloc()']);
  await editor.shows(at('b.go'), ['hotalloc()']);
  await editor.idle();
  // Both edits are answered by one analysis, with both buffers.
  assert.equal(go.requests.length, before + 2);
  const buffers = [...go.requests.at(-1)!.buffers.values()].map(({ text }) => text);
  assert.deepEqual(buffers, ['package a // badalloc()', 'package a // hotalloc()']);
});

test('a result for another version is never published', async (t) => {
  const { editor, typescript, at } = await start(t, {});
  // An engine that ignores cancellation and answers late.
  const analyse = typescript.analyse.bind(typescript);
  const late: (() => void)[] = [];
  typescript.analyse = async (request, publish) => {
    await analyse(request, (files) => late.push(() => publish(files)), new AbortController().signal);
    if (request.document.version === 1) await new Promise<void>((resolve) => late.push(resolve));
    else late.splice(0).forEach((publishOrResolve) => publishOrResolve());
  };
  await editor.open(at('a.ts'), 'alloc()');
  await editor.until(() => typescript.requests.length === 1, 'the first analysis');
  await editor.edit(at('a.ts'), 'alloc()', 'badalloc() alloc()');
  await editor.shows(at('a.ts'), ['badalloc()', 'alloc()']);
  await editor.idle();
  assert.deepEqual(
    editor.published.map(({ version }) => version),
    [2],
  );
});

test('code actions for a text that has changed since its analysis are withheld', async (t) => {
  const { editor, typescript, at } = await start(t, {}, { debounce: 5 });
  await editor.open(at('a.ts'), 'alloc()');
  await editor.shows(at('a.ts'), ['alloc()']);
  typescript.gate.close();
  await editor.edit(at('a.ts'), 'alloc()', ' alloc()');
  const old = { start: { line: 0, character: 0 }, end: { line: 0, character: 7 } };
  assert.deepEqual(await editor.codeActions(at('a.ts'), old), []);
  assert.equal(await editor.hover(at('a.ts'), 'alloc()'), null);
  typescript.gate.open();
  await editor.shows(at('a.ts'), ['alloc()']);
  assert.notDeepEqual(await editor.codeActions(at('a.ts'), 'alloc()'), []);
});

test('the quick fixes, in this order, for what the diagnostics point at', async (t) => {
  const { editor, at } = await start(t, {}, { initializationOptions: { showPageCommand: 'show.page' } });
  const text = 'package a\n\nfunc f() {\n\t_ = alloc()\n\t_ = alloc()\n\t_ = maybealloc()\n}\n';
  await editor.open(at('a.go'), text);
  await editor.shows(at('a.go'), ['alloc()', 'alloc()', 'maybealloc()']);
  const actions = await editor.codeActions(at('a.go'), 'alloc()');
  assert.deepEqual(
    actions.map(({ title, kind, isPreferred }) => [title, kind, isPreferred]),
    [
      ['Reuse it', 'quickfix', true],
      ['Fix all go/per-call-buffer in this file', 'quickfix', undefined],
      ['Disable go/per-call-buffer for this line', 'quickfix.suppress', undefined],
      ['Disable go/per-call-buffer for this file', 'quickfix.suppress', undefined],
      ['Show the documentation of go/per-call-buffer', 'quickfix', undefined],
    ],
  );
  const after = (index: number): string => editor.apply(at('a.go'), actions[index]);
  assert.equal(after(0), text.replace('alloc()', 'reuse()'));
  const all = await editor.resolve(actions[1]!);
  assert.equal(editor.apply(at('a.go'), all), text.replaceAll('= alloc()', '= reuse()'));
  assert.equal(after(2), text.replace('\t_ = alloc', '\t//alloclens:ignore go/per-call-buffer\n\t_ = alloc'));
  assert.equal(after(3), `//alloclens:ignore-file go/per-call-buffer\n\n${text}`);
  assert.deepEqual(actions[4]!.command, {
    title: 'Show the documentation of go/per-call-buffer',
    command: 'show.page',
    arguments: ['https://github.com/alloclens/alloclens/blob/main/rules/go/per-call-buffer.md'],
  });
  for (const { diagnostics } of actions) assert.equal(diagnostics?.[0]?.code, 'go/per-call-buffer');

  const [suggestion] = await editor.codeActions(at('a.go'), 'maybealloc()');
  assert.deepEqual([suggestion!.title, suggestion!.isPreferred], ['Reuse it if nobody keeps it', undefined]);
});

test('a menu that was opened before an edit changes nothing', async (t) => {
  const { editor, at } = await start(t, {});
  await editor.open(at('a.go'), 'package a\n\nvar a, b = alloc(), alloc()\n');
  await editor.shows(at('a.go'), ['alloc()', 'alloc()']);
  const actions = await editor.codeActions(at('a.go'), 'alloc()');
  await editor.edit(at('a.go'), 'package a\n', 'package a\n\n');
  const all = actions.find(({ title }) => title.startsWith('Fix all'))!;
  await assert.rejects(editor.resolve(all), /has changed since the menu was opened/);
});

test('a client that cannot ask for an edit later gets it with the menu', async (t) => {
  const codeAction = { ...vscodeCapabilities.textDocument?.codeAction, dataSupport: false };
  const textDocument = { ...vscodeCapabilities.textDocument, codeAction };
  const { editor, at } = await start(t, {}, { capabilities: { ...vscodeCapabilities, textDocument } });
  const text = 'package a\n\nvar a, b = alloc(), alloc()\n';
  await editor.open(at('a.go'), text);
  await editor.shows(at('a.go'), ['alloc()', 'alloc()']);
  const all = (await editor.codeActions(at('a.go'), 'alloc()'))[1];
  assert.equal(all?.title, 'Fix all go/per-call-buffer in this file (2 fixes)');
  assert.equal(editor.apply(at('a.go'), all), text.replaceAll('alloc()', 'reuse()'));
});

test('no code actions without a diagnostic of ours', async (t) => {
  const { editor, at } = await start(t, {});
  await editor.open(at('a.ts'), 'alloc(); other()');
  await editor.shows(at('a.ts'), ['alloc()']);
  assert.deepEqual(await editor.codeActions(at('a.ts'), 'other()'), []);
  const actions = await editor.connection.sendRequest('textDocument/codeAction', {
    textDocument: { uri: uri(at('a.ts')) },
    range: editor.rangeOf(at('a.ts'), 'alloc()'),
    context: {
      diagnostics: [
        {
          range: editor.rangeOf(at('a.ts'), 'alloc()'),
          message: 'm',
          source: 'eslint',
          code: 'ts/per-call-buffer',
        },
      ],
    },
  });
  assert.deepEqual(actions, []);
  assert.deepEqual(await editor.codeActions(at('a.ts'), 'alloc()', ['refactor']), []);
});

test('source.fixAll applies safe fixes only, for the newest text, and only when asked for', async (t) => {
  const { editor, at } = await start(t, {}, { debounce: 60_000 });
  await editor.open(at('a.ts'), 'alloc(); maybealloc()');
  await editor.edit(at('a.ts'), 'alloc();', 'alloc(); hotalloc();');
  // The analysis is due in a minute; a request for the fixes does not wait for that.
  for (const kind of ['source.fixAll', 'source.fixAll.alloclens', 'source']) {
    const [action, ...others] = await editor.codeActions(at('a.ts'), 'alloc()', [kind]);
    assert.equal(action?.kind, 'source.fixAll.alloclens');
    assert.deepEqual(others, []);
    assert.equal(editor.apply(at('a.ts'), action), 'reuse(); reuse(); maybealloc()');
  }
  assert.deepEqual(await editor.codeActions(at('a.ts'), 'alloc()', ['source.fixAll.eslint']), []);
  await editor.edit(at('a.ts'), 'alloc(); hotalloc(); ', '');
  assert.deepEqual(await editor.codeActions(at('a.ts'), 'maybealloc()', ['source.fixAll']), []);
});

test('the hover says what, why, how hot, and what to do', async (t) => {
  const { editor, at } = await start(t, {}, { initializationOptions: { pagesUri: 'file:///pages' } });
  await editor.open(at('a.ts'), 'hotalloc();  badalloc()');
  await editor.shows(at('a.ts'), ['hotalloc()', 'badalloc()']);
  assert.deepEqual(await editor.hover(at('a.ts'), 'hotalloc()'), {
    contents: {
      kind: 'markdown',
      value: [
        '**hotalloc() allocates on each call**',
        'The buffer is made anew.',
        'Hot (0.7 of 1): in a loop.',
        'Fix: Reuse it · [ts/per-call-buffer](file:///pages/typescript/per-call-buffer.md)',
      ].join('  \n'),
    },
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 10 } },
  });
  assert.equal(await editor.hover(at('a.ts'), '  badalloc'), null);
});

test('a client that shows the diagnostic gets no second one, and links to the commands that it named', async (t) => {
  const hover = { showsDiagnostics: true, applyFixCommand: 'x.apply', explainCommand: 'x.why' };
  const { editor, at } = await start(t, {}, { initializationOptions: { hover } });
  await editor.open(at('a.ts'), 'hotalloc();  badalloc()');
  await editor.shows(at('a.ts'), ['hotalloc()', 'badalloc()']);
  const linesAt = async (text: string): Promise<string[]> =>
    ((await editor.hover(at('a.ts'), text))!.contents as MarkupContent).value.split('  \n');

  const lines = await linesAt('hotalloc()');
  assert.equal(lines[0], 'The buffer is made anew.');
  const links = [...lines.at(-1)!.matchAll(/\[(\w+)\]\(command:([\w.]+)\?([\w%]+)\)/g)];
  assert.deepEqual(
    links.map(([, label, command]) => [label, command]),
    [
      ['Apply', 'x.apply'],
      ['Why', 'x.why'],
    ],
  );
  const [reference] = JSON.parse(decodeURIComponent(links[0]![3]!)) as [FindingReference];
  assert.deepEqual(reference, {
    uri: uri(at('a.ts')),
    version: 1,
    ruleId: 'ts/per-call-buffer',
    position: { line: 0, character: 0 },
  });
  assert.doesNotMatch((await linesAt('badalloc()')).at(-1)!, /Apply/, 'there is no fix');

  const explained: ExplainResult = await editor.connection.sendRequest(explainRequest, reference);
  assert.match(explained!.markdown, /## Evidence\n\n- the compiler says `hotalloc\(\) escapes to heap`/);
  const applied: ApplyFixResult = await editor.connection.sendRequest(applyFixRequest, reference);
  assert.deepEqual(applied, { applied: true });
  assert.equal(editor.document(at('a.ts')).getText(), 'reuse();  badalloc()');
  await editor.shows(at('a.ts'), ['badalloc()']);
  const late: ApplyFixResult = await editor.connection.sendRequest(applyFixRequest, reference);
  assert.deepEqual(late, { applied: false, reason: 'The file has changed: look at the finding again.' });
  assert.equal(await editor.connection.sendRequest(explainRequest, reference), null);
});

test('settings belong to the resource: two folders, two answers', async (t) => {
  const { editor, at } = await start(
    t,
    {},
    {
      folders: ['one', 'two'],
      settings: (path) =>
        path.startsWith('one/') ? { show: 'hot' } : { rules: { 'ts/per-call-buffer': 'warning' } },
    },
  );
  await editor.open(at('one/a.ts'), 'alloc(); hotalloc()');
  await editor.open(at('two/a.ts'), 'alloc(); hotalloc()');
  await editor.shows(at('one/a.ts'), ['hotalloc()']);
  const both = await editor.shows(at('two/a.ts'), ['alloc()', 'hotalloc()']);
  assert.deepEqual(
    both.map(({ severity }) => severity),
    [2, 2],
  );
});

test('changed settings are asked for again, and a bad value is said once in a sentence', async (t) => {
  let section: unknown = { show: 'hot' };
  const { editor, at } = await start(t, {}, { settings: () => section });
  await editor.open(at('a.ts'), 'alloc()');
  await editor.shows(at('a.ts'), []);
  section = { show: 'some', typescript: { enable: true } };
  await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  await editor.shows(at('a.ts'), ['alloc()']);
  await editor.open(at('b.ts'), 'alloc()');
  await editor.shows(at('b.ts'), ['alloc()']);
  assert.deepEqual(editor.messages, [
    'AllocLens settings: "alloclens.show" must be "hot", "likely" or "all", not "some". The default is used.',
  ]);
  section = { typescript: { enable: false } };
  await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  await editor.shows(at('a.ts'), []);
});

test('with run = onSave the compiler waits for the save; TypeScript does not', async (t) => {
  const { editor, go, at } = await start(t, { 'a.go': '' }, { settings: () => ({ run: 'onSave' }) });
  await editor.open(at('a.go'), 'package a // alloc()');
  await editor.shows(at('a.go'), ['alloc()']);
  await editor.edit(at('a.go'), 'alloc()', 'badalloc()');
  await editor.open(at('a.ts'), '');
  await editor.edit(at('a.ts'), '', 'alloc()');
  await editor.shows(at('a.ts'), ['alloc()']);
  await editor.idle();
  assert.equal(go.requests.length, 1);
  await editor.save(at('a.go'));
  await editor.shows(at('a.go'), ['badalloc()']);
});

test('a file that is closed loses its findings; its neighbours are compiled without its buffer', async (t) => {
  const { editor, go, at } = await start(t, { 'a.go': 'package a\n', 'b.go': 'package a\n' });
  await editor.open(at('a.go'), 'package a // alloc()');
  await editor.open(at('b.go'), 'package a');
  await editor.shows(at('a.go'), ['alloc()']);
  await editor.shows(at('b.go'), []);
  await editor.idle();
  const before = go.requests.length;
  await editor.close(at('a.go'));
  await editor.shows(at('a.go'), []);
  await editor.until(() => go.requests.length > before, 'the analysis of the neighbour');
  assert.deepEqual([...go.requests.at(-1)!.buffers.keys()], [at('b.go')]);
});

test('a document that is no file is analysed as virtual, without a place among the buffers', async (t) => {
  const { editor, go, at } = await start(t, { 'a.go': '' });
  await editor.open('untitled:Untitled-1', 'package a // alloc()', 'go');
  const [diagnostic] = await editor.shows('untitled:Untitled-1', ['alloc()']);
  assert.equal(diagnostic!.relatedInformation![0]!.location.uri, 'untitled:Untitled-1');
  assert.equal(go.requests[0]!.document.virtual, true);
  assert.equal(go.requests[0]!.buffers.size, 0);
  const [fix] = await editor.codeActions('untitled:Untitled-1', 'alloc()');
  assert.equal(editor.apply('untitled:Untitled-1', fix), 'package a // reuse()');
  await editor.open(at('a.go'), 'package a');
  await editor.shows(at('a.go'), []);
  assert.deepEqual([...go.requests.at(-1)!.buffers.keys()], [at('a.go')]);
});

test('a file that cannot be read is said, not passed over', async (t) => {
  const { editor, at } = await start(t, { 'a.ts': 'alloc()', 'b.ts': '' });
  writeFileSync(at('b.ts'), Buffer.from([0xff, 0xfe, 0x00]));
  const analyse = (scope: string, file: string): Promise<AnalyseResult> =>
    editor.connection.sendRequest(analyseRequest, { scope, uri: uri(at(file)) });
  const both = await analyse('package', 'a.ts');
  assert.deepEqual([both.files, both.findings, both.notes.length], [1, 1, 1]);
  assert.match(both.notes[0]!.message, /left out because it is not UTF-8/);
  assert.equal(both.notes[0]!.uri, uri(at('b.ts')));
  assert.match((await analyse('file', 'gone.ts')).notes[0]!.message, /it does not exist/);
});

test('what is said of many files is said once, and what is left is counted', async (t) => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 400; i++) files[`p/${i}.ts`] = 'alloc() // broken';
  for (let i = 0; i < 150; i++) files[`q/${i}.ts`] = `alloc() // broken\n// says ${i}`;
  const { editor } = await start(t, files);
  const result: AnalyseResult = await editor.connection.sendRequest(analyseRequest, { scope: 'workspace' });
  assert.equal(result.files, 550);
  assert.equal(result.notes.length, 101);
  const messages = result.notes.map(({ message }) => message);
  assert.ok(messages.includes('The package does not compile. (and of 399 other files)'));
  assert.equal(messages.at(-1), '51 more of such notes.');
});

test('analyse the package: files that nobody opened show theirs, until cleared', async (t) => {
  const { editor, at } = await start(t, {
    'p/a.go': 'package p // alloc() coldalloc()',
    'p/b.go': 'package p // badalloc() broken',
    'q/c.go': 'package q // alloc()',
  });
  const analyse = (scope: string, file?: string): Promise<AnalyseResult> =>
    editor.connection.sendRequest(analyseRequest, { scope, ...(file && { uri: uri(at(file)) }) });
  assert.deepEqual(await analyse('package', 'p/a.go'), {
    files: 2,
    findings: 2,
    bySeverity: { error: 0, warning: 1, information: 1, hint: 0 },
    hidden: 1,
    notes: [{ uri: uri(at('p/b.go')), message: 'The package does not compile.' }],
    cancelled: false,
  });
  await editor.shows(at('p/b.go'), ['badalloc()']);
  assert.equal(editor.shownFor(at('q/c.go')).length, 0);
  assert.deepEqual(
    editor.progress.map(({ value }) => value.kind).filter((kind) => kind !== 'report'),
    ['begin', 'end'],
  );
  assert.equal((await analyse('workspace')).files, 3);
  await editor.shows(at('q/c.go'), ['alloc()']);
  assert.equal((await analyse('file', 'q/c.go')).files, 1);
  await assert.rejects(analyse('file'), /its "uri" must be given/);

  // Opened and closed again, an asked-for file keeps its findings; deleted, it loses them.
  await editor.open(at('q/c.go'), 'package q');
  await editor.shows(at('q/c.go'), []);
  await editor.close(at('q/c.go'));
  await editor.shows(at('q/c.go'), ['alloc()']);
  rmSync(at('q/c.go'));
  await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
    changes: [{ uri: uri(at('q/c.go')), type: 3 }],
  });
  await editor.shows(at('q/c.go'), []);
  await editor.connection.sendNotification(clearNotification);
  await editor.shows(at('p/a.go'), []);
  await editor.shows(at('p/b.go'), []);
});

test('the toolchain of a file is looked for without opening it, and what is missing is a note', async (t) => {
  const { editor, at } = await start(t, { 'a.go': '', 'none.go': '' });
  const find = (name: string) => editor.connection.sendRequest(toolchainRequest, { uri: uri(at(name)) });
  assert.deepEqual(await find('a.go'), {
    go: { version: 'go1.26.8', path: '/fake/go', how: 'in a test' },
  });
  assert.deepEqual(await find('none.go'), {
    note: { message: 'There is no go command.', remedy: 'install' },
  });
});

test('what the settings hide is counted, shown on request until the document is closed, with fixes', async (t) => {
  const { editor, go, at } = await start(t, { 'a.go': '', 'b.go': '' });
  const reveal = (revealed?: boolean): Promise<RevealResult> =>
    editor.connection.sendRequest(revealRequest, {
      uri: uri(at('a.go')),
      ...(revealed !== undefined && { revealed }),
    });
  const status = () => editor.statuses.at(-1)!.documents.find(({ uri: of }) => of === uri(at('a.go')))!;
  assert.deepEqual(await reveal(), { revealed: false });
  await editor.open(at('b.go'), 'package a // coldalloc()');
  await editor.open(at('a.go'), 'package a // coldalloc() alloc()');
  await editor.shows(at('a.go'), ['alloc()']);
  await editor.idle();
  assert.deepEqual([status().findings, status().hidden, status().revealed], [1, 1, undefined]);
  assert.match(JSON.stringify(await editor.hover(at('a.go'), 'coldalloc()')), /coldalloc/);

  // What is known is shown without another analysis; the next one checks the fixes.
  const before = go.requests.length;
  go.gate.close();
  assert.deepEqual(await reveal(), { revealed: true });
  await editor.shows(at('a.go'), ['coldalloc()', 'alloc()']);
  await editor.until(() => go.requests.length === before + 1, 'another analysis');
  go.gate.open();
  await editor.until(() => status().revealed === true, 'a status that says so');
  await editor.idle();
  assert.deepEqual([status().findings, status().hidden, status().revealed], [2, 0, true]);
  assert.match((await editor.codeActions(at('a.go'), 'coldalloc()'))[0]!.title, /^Reuse it/);
  await editor.shows(at('b.go'), []);

  // It lasts while the document is edited, and is taken back at once.
  await editor.edit(at('a.go'), ' alloc()', '');
  await editor.shows(at('a.go'), ['coldalloc()']);
  await editor.idle();
  const after = go.requests.length;
  assert.deepEqual(await reveal(true), { revealed: true });
  assert.deepEqual(await reveal(false), { revealed: false });
  await editor.shows(at('a.go'), []);
  assert.equal(go.requests.length, after);
  await reveal();
  await editor.close(at('a.go'));
  await editor.open(at('a.go'), 'package a // coldalloc()');
  await editor.shows(at('a.go'), []);
});

test('a comment that silences is obeyed before the compiler has seen it', async (t) => {
  const { editor, go, at } = await start(t, { 'a.go': '' }, { debounce: 60_000 });
  await editor.open(at('a.go'), 'package a\n\nvar x = alloc()\nvar y = hotalloc()\n');
  await editor.shows(at('a.go'), ['alloc()', 'hotalloc()']);
  await editor.idle();
  go.gate.close();
  await editor.edit(at('a.go'), 'var x', '//alloclens:ignore\nvar x');
  const [other] = await editor.shows(at('a.go'), ['hotalloc()']);
  assert.equal(other!.range.start.line, 4);
  // It does not wait for further edits either.
  await editor.until(() => go.requests.length > 1, 'the analysis');
  go.gate.open();
});

test('progress is reported on the token of the request, which ends it when it is cancelled', async (t) => {
  const { editor, go, at } = await start(t, { 'p/a.go': 'package p // alloc()', 'q/b.go': 'package q' });
  await editor.open(at('p/a.go'), 'package p // hotalloc()');
  await editor.idle();
  go.gate.close();
  const requests = go.requests.length;
  const cancel = new CancellationTokenSource();
  const running = editor.connection.sendRequest<AnalyseResult>(
    analyseRequest,
    { scope: 'workspace', workDoneToken: 'mine' },
    cancel.token,
  );
  await editor.until(() => go.requests.length > requests && editor.progress.length > 1, 'the analysis');
  assert.deepEqual([...new Set(editor.progress.map(({ token }) => token))], ['mine']);
  cancel.cancel();
  const { cancelled, files } = await running;
  assert.deepEqual([cancelled, files], [true, 0]);
  assert.equal(editor.progress.at(-1)!.value.kind, 'end');
});

test('an analysis of the workspace can be cancelled from its progress', async (t) => {
  const { editor, go } = await start(t, { 'a.go': 'package a' });
  go.gate.close();
  const running = editor.connection.sendRequest<AnalyseResult>(analyseRequest, { scope: 'workspace' });
  await editor.until(() => go.requests.length === 1 && editor.progress.length > 1, 'the analysis');
  await editor.connection.sendNotification('window/workDoneProgress/cancel', {
    token: editor.progress[0]!.token,
  });
  assert.equal((await running).cancelled, true);
  assert.equal(go.aborted, 1);
  assert.equal(editor.progress.at(-1)!.value.kind, 'end');
});

test('go.mod or a Go file changes on disk: open documents are analysed again', async (t) => {
  const { editor, go, at } = await start(t, { 'a.go': '', 'other.go': 'package a\n' });
  await editor.open(at('a.go'), 'package a');
  await editor.shows(at('a.go'), []);
  await editor.idle();
  const before = go.requests.length;
  writeFileSync(at('other.go'), 'package a // alloc()\n');
  await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
    changes: [{ uri: uri(at('other.go')), type: 2 }],
  });
  await editor.until(() => go.requests.length > before, 'another analysis');
  // It is not open and nobody asked for it.
  assert.equal(editor.diagnostics.get(uri(at('other.go'))), undefined);
});

test('an equal result for the same version is not published twice', async (t) => {
  const { editor, typescript, at } = await start(t, {});
  await editor.open(at('a.ts'), 'alloc()');
  await editor.shows(at('a.ts'), ['alloc()']);
  await editor.save(at('a.ts'));
  await editor.until(() => typescript.requests.length === 2, 'the second analysis');
  await editor.idle();
  await editor.edit(at('a.ts'), 'alloc()', ' alloc()');
  await editor.shows(at('a.ts'), ['alloc()']);
  assert.deepEqual(
    editor.published.map(({ version }) => version),
    [1, 2],
  );
});

test('trust: closed until granted, then everything is analysed again with settings asked anew', async (t) => {
  let asked = 0;
  const { editor, go, trust, at } = await start(
    t,
    { 'a.go': '' },
    {
      initializationOptions: { trusted: false },
      settings: () => {
        asked++;
        return {};
      },
    },
  );
  assert.equal(trust.trusted, false);
  await editor.open(at('a.go'), 'package a');
  await editor.shows(at('a.go'), []);
  assert.equal((await editor.idle()).trusted, false);
  const [requests, questions] = [go.requests.length, asked];
  await editor.connection.sendNotification(trustGrantedNotification);
  await editor.until(() => go.requests.length > requests, 'another analysis');
  assert.equal(trust.trusted, true);
  assert.equal(asked, questions + 1);
  await editor.until(() => editor.statuses.at(-1)?.trusted === true, 'the status');
});

test('the status: busy while it works, then what each open document has', async (t) => {
  const { editor, go, at } = await start(t, { 'a.go': '' });
  go.gate.close();
  await editor.open(at('a.go'), 'package a // hotalloc() alloc() broken');
  await editor.until(() => editor.statuses.at(-1)?.state === 'busy', 'a busy server');
  go.gate.open();
  await editor.until(() => editor.statuses.at(-1)?.documents[0]?.findings === 2, 'the findings');
  const { state, trusted, documents } = await editor.idle();
  assert.deepEqual([state, trusted], ['idle', true]);
  const { milliseconds, ...rest } = documents[0]!;
  assert.ok(milliseconds! >= 0);
  assert.deepEqual(rest, {
    uri: uri(at('a.go')),
    findings: 2,
    hot: 1,
    hidden: 0,
    go: { version: 'go1.26.8', path: '/fake/go', how: 'in a test' },
    notes: [{ uri: uri(at('a.go')), message: 'The package does not compile.' }],
  });
});

test('a Go file that cannot be compiled for want of a toolchain is a problem', async (t) => {
  const { editor, go, at } = await start(t, { 'a.go': '' });
  go.toolchain = () => undefined;
  await editor.open(at('a.go'), 'package a // broken');
  await editor.until(() => editor.statuses.at(-1)?.state === 'problem', 'a problem');
});

test('an engine that crashes leaves a note and a log entry, and the next edit is analysed', async (t) => {
  const { editor, at } = await start(t, {});
  await editor.open(at('a.ts'), 'alloc()');
  await editor.shows(at('a.ts'), ['alloc()']);
  await editor.edit(at('a.ts'), 'alloc()', 'crash()');
  await editor.shows(at('a.ts'), []);
  const { documents } = await editor.idle();
  assert.match(documents[0]!.notes[0]!.message, /^The analysis failed: the fake engine was told to crash\.$/);
  assert.ok(editor.log.some((line) => line.includes('the fake engine was told to crash')));
  await editor.edit(at('a.ts'), 'crash()', 'alloc()');
  await editor.shows(at('a.ts'), ['alloc()']);
});

test('shutdown during an analysis ends it and disposes the engines', async (t) => {
  const { editor, go, at, quit } = await start(t, { 'a.go': '' });
  go.gate.close();
  await editor.open(at('a.go'), 'package a');
  await editor.until(() => go.requests.length === 1, 'the analysis');
  await quit();
  assert.equal(go.aborted, 1);
  assert.equal(go.disposed, true);
});

test('without a page command of the client the server shows the page itself', async (t) => {
  const { editor } = await start(t, {}, { capabilities: vscodeCapabilities });
  const page = 'https://github.com/alloclens/alloclens/blob/main/rules/go/per-call-buffer.md';
  await editor.connection.sendRequest('workspace/executeCommand', {
    command: 'alloclens.server.showPage',
    arguments: [page],
  });
  assert.deepEqual(editor.shown, [page]);
  // Whatever else somebody asks for is not shown.
  for (const other of ['file:///etc/passwd', 'https://evil.test', 'command:x', `${page}?x`, 7])
    await editor.connection.sendRequest('workspace/executeCommand', {
      command: 'alloclens.server.showPage',
      arguments: [other],
    });
  assert.deepEqual(editor.shown, [page]);
});
