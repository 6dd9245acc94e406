import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction, TextDocumentEdit } from 'vscode-languageserver';
import { analyseRequest } from '../../server/src/lsp/protocol';
import { pathOf, uriOf, Uris } from '../../server/src/lsp/uris';
import { uri } from '../support/fake-editor';
import { start } from '../support/fake-session';

/** Percent-encodes the UTF-8 bytes of what the expression does not match. */
const encode = (path: string, plain: RegExp, hex = (byte: string): string => byte.toUpperCase()): string =>
  `file://${[...Buffer.from(path)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return plain.test(character) ? character : `%${hex(byte.toString(16).padStart(2, '0'))}`;
    })
    .join('')}`;

/** How editors spell the URI of a path. */
const spellings: Record<string, (path: string) => string> = {
  'VS Code': uri,
  'Helix and Zed (WHATWG)': (path) => pathToFileURL(path).href,
  'Neovim (vim.uri_from_fname)': (path) => encode(path, /[\w\-.!~*'()/]/),
  'Emacs (url-path-allowed-chars)': (path) => encode(path, /[\w\-.~!$&'()*+,;=:@/]/),
  'small letters in escapes': (path) => encode(path, /[\w\-./]/, (byte) => byte),
  'an escaped colon and nothing else that may stand': (path) =>
    pathToFileURL(path).href.replaceAll(/(?<=.{6}):/g, '%3a'),
  'every character escaped': (path) => encode(path, /[/]/),
  localhost: (path) => pathToFileURL(path).href.replace('file://', 'file://localhost'),
  'one slash': (path) => pathToFileURL(path).href.replace('file://', 'file:'),
};

const names = [
  'plain/a.ts',
  '(auth)/p@ge.ts',
  '[id]/a+b.ts',
  '[...slug]/{x}.ts',
  'a b/100%.ts',
  'a%2Fb/%41.ts',
  'größe/日本.ts',
  "it's/a&b=c;d,e!$f.ts",
  'c:d/e#f?g.ts',
];

const posix = { skip: process.platform === 'win32' && 'Windows has no such names' };

describe('an editor gets its own spelling of a URI back', posix, () => {
  for (const [editorName, spell] of Object.entries(spellings)) {
    it(editorName, async (t) => {
      const asked: string[] = [];
      const { editor, at } = await start(t, {}, { spell, asked });
      for (const name of names) {
        const path = at(name);
        const own = spell(path);
        await editor.open(path, 'alloc(); maybealloc(); alloc();');
        const [diagnostic] = await editor.shows(path, ['alloc()', 'maybealloc()', 'alloc()']);
        assert.equal(diagnostic!.relatedInformation![0]!.location.uri, own);
        assert.ok(asked.includes(own), `settings were asked for ${asked.at(-1)}`);

        // The text is not saved: nothing on the disk could stand for it.
        await editor.edit(path, 'alloc()', '/* unsaved */ alloc()');
        await editor.shows(path, ['alloc()', 'maybealloc()', 'alloc()']);
        const actions = await editor.codeActions(path, 'alloc()');
        const titles = actions.map(({ title }) => title);
        assert.ok(titles.includes('Reuse it'), titles.join());
        assert.ok(
          titles.some((title) => /^Disable .* for this line/.test(title)),
          titles.join(),
        );
        const resolved = await editor.resolve(actions.find(({ title }) => /^Fix all /.test(title))!);
        const [everything] = await editor.codeActions(path, 'alloc()', ['source.fixAll']);
        const edits = [...actions, resolved, everything!].flatMap(urisOf);
        assert.deepEqual([...new Set(edits)], [own]);
        assert.match(editor.apply(path, actions[0]), /unsaved \*\/ reuse\(\)/);
        assert.notEqual(await editor.hover(path, 'alloc()'), null);
      }
      assert.deepEqual([...editor.diagnostics.keys()].sort(), names.map((name) => spell(at(name))).sort());
      assert.deepEqual(editor.log, []);
    });
  }
});

function urisOf({ edit }: CodeAction): string[] {
  return ((edit?.documentChanges ?? []) as TextDocumentEdit[]).map(({ textDocument }) => textDocument.uri);
}

test(
  'findings of a file that nobody had opened move to the spelling that it is opened with',
  posix,
  async (t) => {
    const spell = spellings['Helix and Zed (WHATWG)']!;
    const { editor, at } = await start(t, { '(a)/b.ts': 'alloc()' }, { spell });
    await editor.connection.sendRequest(analyseRequest, { scope: 'file', uri: uri(at('(a)/b.ts')) });
    await editor.until(
      () => editor.diagnostics.get(uri(at('(a)/b.ts')))?.diagnostics.length === 1,
      'the finding',
    );
    await editor.open(at('(a)/b.ts'), 'alloc()');
    await editor.shows(at('(a)/b.ts'), ['alloc()']);
    assert.deepEqual(editor.diagnostics.get(uri(at('(a)/b.ts')))!.diagnostics, []);
    // Closed again, it keeps them under the name that the editor knows.
    await editor.close(at('(a)/b.ts'));
    await editor.idle();
    assert.equal(editor.shownFor(at('(a)/b.ts')).length, 1);
    assert.deepEqual(editor.diagnostics.get(uri(at('(a)/b.ts')))!.diagnostics, []);
  },
);

test('a closed file that is opened with another spelling is one file', posix, async (t) => {
  let spell = spellings['VS Code']!;
  const { editor, at } = await start(t, {}, { spell: (path) => spell(path) });
  await editor.open(at('(a)/b.ts'), 'alloc()');
  await editor.shows(at('(a)/b.ts'), ['alloc()']);
  await editor.close(at('(a)/b.ts'));
  await editor.shows(at('(a)/b.ts'), []);
  spell = spellings['every character escaped']!;
  await editor.open(at('(a)/b.ts'), 'alloc()');
  await editor.shows(at('(a)/b.ts'), ['alloc()']);
  assert.deepEqual(
    [...editor.diagnostics.values()].map(({ diagnostics }) => diagnostics.length),
    [0, 1],
  );
});

describe('Uris', () => {
  it('knows a path by all its spellings', posix, () => {
    for (const name of names) {
      const path = `/w/${name}`;
      for (const spell of Object.values(spellings)) assert.equal(pathOf(spell(path)), path, spell(path));
    }
  });

  it('gives the last spelling that the client used, and the usual one for what it never named', posix, () => {
    const uris = new Uris();
    assert.equal(uris.of('/w/(a)/b.ts'), 'file:///w/%28a%29/b.ts');
    assert.deepEqual(uris.opened('file:///w/(a)/b.ts'), {
      path: '/w/(a)/b.ts',
      before: 'file:///w/%28a%29/b.ts',
    });
    assert.equal(uris.of('/w/(a)/b.ts'), 'file:///w/(a)/b.ts');
    assert.deepEqual(uris.opened('file:///w/(a)/b.ts'), { path: '/w/(a)/b.ts', before: undefined });
    assert.equal(uris.of('/w/(a)/c.ts'), 'file:///w/%28a%29/c.ts');
  });

  it('leaves what is no file as it is', () => {
    const uris = new Uris();
    for (const other of [
      'untitled:Untitled-1',
      'vscode-vfs://github/a/(b)/c.ts',
      'untitled:100%',
      'git:/w/a.ts?x',
    ]) {
      assert.deepEqual(uris.opened(other), { path: other, before: undefined });
      assert.equal(uris.of(other), other);
      assert.equal(uriOf(pathOf(other)), other);
    }
  });

  it('takes broken escapes as they stand', posix, () => {
    assert.equal(pathOf('file:///w/100%.ts'), '/w/100%.ts');
    assert.equal(pathOf('file:///w/%zz/a.ts'), '/w/%zz/a.ts');
  });
});
