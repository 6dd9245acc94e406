import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ClientCapabilities,
  CodeAction,
  DocumentDiagnosticReport,
  FullDocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import { uri } from '../support/fake-editor';
import { start } from '../support/fake-session';

/*
 * What other editors declare, as far as the server looks at it: helix-lsp/src/client.rs (25.01), and the defaults of Neovim's
 * vim.lsp.protocol.make_client_capabilities (0.11). A newer Helix pulls, too.
 */
const kinds = ['', 'quickfix', 'refactor', 'source', 'source.organizeImports'];

const helix: ClientCapabilities = {
  general: { positionEncodings: ['utf-8', 'utf-32', 'utf-16'] },
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: false },
    workspaceFolders: true,
    applyEdit: true,
    workspaceEdit: { documentChanges: true, normalizesLineEndings: false },
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: false },
  },
  textDocument: {
    hover: { contentFormat: ['markdown'] },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: kinds } },
      isPreferredSupport: true,
      dataSupport: true,
      resolveSupport: { properties: ['edit', 'command'] },
    },
    publishDiagnostics: { versionSupport: true },
  },
  window: { workDoneProgress: true },
};

const neovim: ClientCapabilities = {
  general: { positionEncodings: ['utf-8', 'utf-16', 'utf-32'] },
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: false },
    workspaceFolders: true,
    applyEdit: true,
    workspaceEdit: { resourceOperations: ['rename', 'create', 'delete'] },
    diagnostics: { refreshSupport: true },
  },
  textDocument: {
    hover: { dynamicRegistration: true, contentFormat: ['markdown', 'plaintext'] },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: kinds } },
      isPreferredSupport: true,
      dataSupport: true,
      resolveSupport: { properties: ['edit', 'command'] },
    },
    diagnostic: { dynamicRegistration: false },
    publishDiagnostics: { relatedInformation: true },
  },
  window: { workDoneProgress: true, showDocument: { support: true } },
};

/** An older client that cannot ask for an edit later. */
const plain: ClientCapabilities = {
  ...helix,
  general: {},
  textDocument: {
    ...helix.textDocument,
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: kinds } } },
  },
};

/** Spelled as these editors do: no more is escaped than must be. */
const spell = (path: string): string => `file://${encodeURI(path)}`;

// The smiley has two UTF-16 units and four bytes, the letter one and two.
const text = 'package a\n\nvar s, x = "😀ü", alloc()\n';
const inBytes = { start: { line: 2, character: 21 }, end: { line: 2, character: 28 } };

test('Helix: positions in bytes, published diagnostics, its own URIs', async (t) => {
  const { editor, at } = await start(t, { 'a (1).go': '' }, { capabilities: helix, spell });
  assert.equal(editor.initializeResult.capabilities.positionEncoding, 'utf-8');
  assert.equal(editor.initializeResult.capabilities.diagnosticProvider, undefined);
  const path = at('a (1).go');
  await editor.open(path, text);
  await editor.until(() => editor.diagnostics.get(spell(path))?.diagnostics.length === 1, 'a diagnostic');
  const [diagnostic] = editor.shownFor(path);
  assert.deepEqual(diagnostic!.range, inBytes);

  const hover = await editor.connection.sendRequest('textDocument/hover', {
    textDocument: { uri: spell(path) },
    position: inBytes.start,
  });
  assert.deepEqual((hover as { range: unknown }).range, inBytes);

  const [fix] = await editor.codeActions(path, inBytes);
  const [change] = fix!.edit!.documentChanges as { textDocument: { uri: string }; edits: unknown[] }[];
  assert.equal(change!.textDocument.uri, spell(path));
  assert.deepEqual(change!.edits, [{ range: inBytes, newText: 'reuse()' }]);

  // An edit in bytes: `ü` goes.
  await editor.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: spell(path), version: 2 },
    contentChanges: [
      { range: { start: { line: 2, character: 16 }, end: { line: 2, character: 18 } }, text: '' },
    ],
  });
  await editor.until(() => editor.diagnostics.get(spell(path))?.version === 2, 'an answer');
  assert.deepEqual(editor.shownFor(path)[0]!.range, {
    start: { line: 2, character: 19 },
    end: { line: 2, character: 26 },
  });
});

test('Neovim: open documents are pulled, the others published', async (t) => {
  const { editor, go, at } = await start(
    t,
    { 'a.go': '', 'b.go': 'package a // hotalloc()' },
    { capabilities: neovim, spell },
  );
  assert.deepEqual(editor.initializeResult.capabilities.diagnosticProvider, {
    identifier: 'alloclens',
    interFileDependencies: true,
    workspaceDiagnostics: false,
  });
  let refreshes = 0;
  editor.connection.onRequest('workspace/diagnostic/refresh', () => {
    refreshes++;
    return null;
  });
  const pull = (previousResultId?: string): Promise<DocumentDiagnosticReport> =>
    editor.connection.sendRequest('textDocument/diagnostic', {
      textDocument: { uri: spell(at('a.go')) },
      ...(previousResultId !== undefined && { previousResultId }),
    });
  go.gate.close();
  await editor.open(at('a.go'), text);
  const asked = pull();
  await editor.until(() => go.requests.length > 0, 'the analysis');
  go.gate.open();
  const report = (await asked) as FullDocumentDiagnosticReport;
  assert.equal(report.kind, 'full');
  assert.deepEqual(
    report.items.map(({ range, code }) => [range, code]),
    [[inBytes, 'go/per-call-buffer']],
  );
  assert.equal((await pull(report.resultId)).kind, 'unchanged');
  assert.equal(editor.diagnostics.get(spell(at('a.go'))), undefined);

  // What another file brings about is told by a refresh.
  const before = refreshes;
  await editor.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: spell(at('a.go')), version: 2 },
    contentChanges: [{ text: text.replace('alloc()', 'badalloc()') }],
  });
  await editor.until(() => refreshes > before, 'a refresh');
  const next = (await pull(report.resultId)) as FullDocumentDiagnosticReport;
  assert.deepEqual([next.kind, next.items[0]?.code], ['full', 'go/leaked-buffer']);

  await editor.connection.sendRequest('alloclens/analyse', { scope: 'package', uri: spell(at('a.go')) });
  await editor.until(() => editor.diagnostics.get(uri(at('b.go')))?.diagnostics.length === 1, 'b.go');
  assert.equal(editor.diagnostics.get(spell(at('a.go'))), undefined);
});

test('a client that cannot resolve gets each edit with the menu, and each range in UTF-16', async (t) => {
  const { editor, at } = await start(t, { 'a.go': '' }, { capabilities: plain, spell });
  assert.equal(editor.initializeResult.capabilities.positionEncoding, 'utf-16');
  const { codeActionProvider } = editor.initializeResult.capabilities;
  assert.equal((codeActionProvider as { resolveProvider?: boolean }).resolveProvider, undefined);
  await editor.open(at('a.go'), 'package a\n\nvar s, x, y = "😀ü", alloc(), alloc()\n');
  const [first] = await editor.shows(at('a.go'), ['alloc()', 'alloc()']);
  assert.equal(first!.range.start.character, 21);
  const actions: CodeAction[] = await editor.codeActions(at('a.go'), 'alloc()');
  const all = actions.filter(({ title }) => title.startsWith('Fix all'));
  assert.equal(all.length, 1);
  for (const { edit, command } of actions) assert.ok(edit || command);
});
