import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MarkupContent } from 'vscode-languageserver';
import { ESLint } from 'eslint';
import {
  analyseRequest,
  explainRequest,
  type AnalyseResult,
  type ExplainResult,
} from '../../server/src/lsp/protocol';
import { uri } from '../support/fake-editor';
import { start } from '../support/fake-session';

/** Text of the opened folder is not markup anywhere; test/unit/foreign-text.test.ts has the many ways to try. */

const command = 'command:workbench.action.quickOpen?%5B%22%3Epwned%22%5D';
const link = `[Repair it](${command})`;
const icon = '$(error)';
const control = '\u001b[31m\u202e';
const markup = /\]\(\s*(command|https?|file):|\$\(\w|[\u0000-\u0008\u000b-\u001f\u202e]/;

/** What VS Code shows as it is, and what it takes for links and icons. */
const shown = (value: unknown): string => JSON.stringify(value).replaceAll('\\\\', '\\');

test('a rule id of the settings is quoted, cut, and no link', async (t) => {
  const id = `x". Your Go setup is broken. ${link} ${icon} "`;
  const { editor, at } = await start(
    t,
    {},
    {
      settings: () => ({ rules: { [id]: 'off', [control]: 'off' } }),
      initializationOptions: { trusted: false },
    },
  );
  await editor.open(at('a.ts'), 'alloc()');
  await editor.shows(at('a.ts'), ['alloc()']);
  assert.equal(editor.messages.length, 1);
  assert.match(
    editor.messages[0]!,
    /^AllocLens settings: "alloclens\.rules" names the rule "x\\"\. Your Go setup is broken\. \[Repair it\] \(command:/,
  );
  assert.doesNotMatch(editor.messages[0]!, markup);
});

const wrong: Record<string, unknown> = {
  'twenty thousand rules': {
    rules: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`x/${i}`, 'off'])),
  },
  'a rule of five million characters': { rules: { ['y'.repeat(5_000_000)]: 'off' } },
  'a level of five million characters': { rules: { 'go/per-call-buffer': 'y'.repeat(5_000_000) } },
  'a variable of five million characters': { go: { environment: { ['Y'.repeat(5_000_000)]: 1 } } },
  'ten thousand flags': { go: { buildFlags: Array.from({ length: 10_000 }, (_, i) => `-toolexec=${i}`) } },
  'ten thousand pools': { typescript: { pools: Array.from({ length: 10_000 }, (_, i) => `${i} ${link}`) } },
  'a value of everything': {
    show: [link],
    run: { [link]: 1 },
    rules: link,
    go: { path: [link], enable: link },
  },
};
for (const trusted of [true, false]) {
  for (const [name, section] of Object.entries(wrong)) {
    test(`${name}: a short message, trusted ${trusted}`, async (t) => {
      const { editor, at } = await start(
        t,
        {},
        { settings: () => section, initializationOptions: { trusted } },
      );
      for (const file of ['a.ts', 'b.ts', 'c.go']) await editor.open(at(file), 'alloc()');
      for (const file of ['a.ts', 'b.ts', 'c.go']) await editor.shows(at(file), ['alloc()']);
      assert.equal(editor.messages.length, 1);
      assert.ok(editor.messages[0]!.length < 1000, `${editor.messages[0]!.length} characters`);
      assert.doesNotMatch(editor.messages[0]!, markup);
    });
  }
}

test('a message counts what it does not describe', async (t) => {
  const { editor, at } = await start(t, {}, { settings: () => wrong['twenty thousand rules'] });
  await editor.open(at('a.ts'), 'alloc()');
  await editor.shows(at('a.ts'), ['alloc()']);
  assert.match(
    editor.messages[0]!,
    /"x\/0", which .*"x\/1", which does not exist\. .*19998 more mistakes like these\.$/,
  );
});

test('a hundred folders with mistakes of their own: a few messages', async (t) => {
  const folders = Array.from({ length: 100 }, (_, i) => `f${i}`);
  const { editor, at } = await start(
    t,
    {},
    { folders, settings: (path) => ({ rules: { [`x/${path}`]: 'off' } }) },
  );
  for (const folder of folders) await editor.open(at(`${folder}/a.ts`), 'alloc()');
  for (const folder of folders) await editor.shows(at(`${folder}/a.ts`), ['alloc()']);
  assert.equal(editor.messages.length, 3);
});

test('what an analysis quotes is markup nowhere: diagnostic, hover, menu, status, log', async (t) => {
  const { editor, at } = await start(t, {}, {});
  const file = at('a.ts');
  await editor.open(file, `hotalloc() // broken\n// says ${link} ${icon} ${control}`);
  const diagnostics = await editor.shows(file, ['hotalloc()']);
  const controls = /[\u0000-\u0008\u000b-\u001f\u202e]/;
  const message = diagnostics[0]!.message as string;
  assert.doesNotMatch(message, controls);
  assert.match(message, /\\u\{1b\}\[31m\\u\{202e\}/);
  assert.ok(diagnostics[0]!.relatedInformation!.every(({ message }) => !controls.test(message)));

  const hover = await editor.hover(file, 'hotalloc');
  const { value } = hover!.contents as MarkupContent;
  assert.match(value, /\\\[Repair it\\\]\(command:/);
  const position = { line: 0, character: 0 };
  const why: ExplainResult = await editor.connection.sendRequest(explainRequest, {
    uri: uri(file),
    position,
  });
  // The evidence is code.
  assert.match(why!.markdown, /`hotalloc\(\) escapes to heap \(\[Repair it\]\(command:/);
  assert.doesNotMatch(
    why!.markdown.replace(/`[^`]*`/g, '').replace(/^\[About ts\/[\w-]+\]\(https.*$/m, ''),
    /(?<!\\)[[\]]|(?<!\\)\$\(/,
  );
  assert.doesNotMatch(
    value.replace(/`[^`]*`/g, '').replace(/ · \[ts\/[\w-]+\]\(https.*$/m, ''),
    /(?<!\\)[[\]]|(?<!\\)\$\(/,
  );

  for (const { title } of await editor.codeActions(file, 'hotalloc()')) assert.doesNotMatch(title, controls);
  const status = await editor.idle();
  assert.match(status.documents[0]!.notes[0]!.message, /\[Repair it\] \(command:.* \$ \(error\)/);
  assert.doesNotMatch(shown(status), markup);

  const result: AnalyseResult = await editor.connection.sendRequest(analyseRequest, {
    scope: 'file',
    uri: uri(file),
  });
  assert.doesNotMatch(shown(result), markup);
  assert.doesNotMatch(shown(editor.log), markup);
});

test(
  'names of files and folders are markup nowhere: progress, status, log',
  { skip: process.platform === 'win32' },
  async (t) => {
    const hostile = `${link.replaceAll('/', '')}${icon}${control}`;
    const { editor, at } = await start(t, {
      [`${hostile}/a.ts`]: 'alloc() // broken',
      [`${hostile}/b.ts`]: 'crash()',
      [`${hostile}\n[error] forged/d.ts`]: 'crash()',
      [`${hostile}/c.go`]: 'package c // alloc()',
    });
    await editor.open(at(`${hostile}/a.ts`), 'alloc() // broken');
    await editor.open(at(`${hostile}/b.ts`), 'crash()');
    await editor.open(at(`${hostile}\n[error] forged/d.ts`), 'crash()');
    await editor.idle();
    const result: AnalyseResult = await editor.connection.sendRequest(analyseRequest, { scope: 'workspace' });
    assert.equal(result.files, 4);
    assert.doesNotMatch(shown(result), markup);
    assert.doesNotMatch(shown(editor.statuses), markup);
    assert.doesNotMatch(shown(editor.progress), markup);
    assert.ok(editor.progress.some(({ value }) => JSON.stringify(value).includes('[Repair it] (command:')));
    assert.doesNotMatch(shown(editor.log), markup);
    assert.ok(editor.log.some((entry) => /The analysis of .*Repair it\] \(command:.* failed/.test(entry)));
    assert.ok(editor.log.every((entry) => !/^\[error\] forged/m.test(entry)));
  },
);

test('only say.ts speaks, in the server and in the client', async () => {
  const linter = new ESLint();
  const rulesFor = async (filePath: string, text: string): Promise<(string | null)[]> =>
    (await linter.lintText(`export const f = () => ${text};\n`, { filePath }))[0]!.messages.map(
      ({ ruleId, message }) => `${ruleId} ${message}`,
    );
  for (const [file, text] of [
    ['client/src/commands.ts', 'window.showErrorMessage(name)'],
    ['client/src/status.ts', 'window.showInformationMessage(name)'],
    ['server/src/lsp/analyse.ts', 'progress.report(1, name)'],
    ['server/src/server.ts', 'connection.console.info(name)'],
    ['server/src/lsp/status.ts', 'this.connection.console.warn(name)'],
    ['server/src/lsp/settings-cache.ts', 'connection.sendNotification(ShowMessageNotification.type, name)'],
  ] as const) {
    assert.match((await rulesFor(file, text)).join(), /say\.ts says it/, text);
  }
});
