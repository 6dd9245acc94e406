import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { CodeAction } from 'vscode-languageserver';
import { sitesRequest, trustGrantedNotification, type SitesResult } from '../../server/src/lsp/protocol';
import { FakeEditor, temporaryFolder, type EditorOptions } from '../support/fake-editor';

/** What ships: the bundles in dist/, started as the client starts them. */
const root = packageRoot(__dirname);
const bundle = join(root, 'dist', 'server.js');

interface Options extends EditorOptions {
  readonly env?: NodeJS.ProcessEnv;
}

async function start(
  t: TestContext,
  files: Record<string, string>,
  options: (folder: string) => Options = () => ({}),
) {
  assert.ok(existsSync(bundle), `${bundle} is missing: run "npm run bundle" first.`);
  const { folder, remove } = temporaryFolder(files);
  const { env, ...rest } = options(folder);
  const server = spawn(process.execPath, [bundle, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', ...env },
  });
  const ended = once(server, 'exit');
  const editor = await FakeEditor.over(server.stdout, server.stdin, {
    folders: [folder],
    processId: process.pid,
    patience: 180_000,
    ...rest,
  });
  t.after(async () => {
    await editor.quit();
    const [code] = (await ended) as [number | null];
    remove();
    assert.equal(code, 0, 'the server must end by itself after exit');
  });
  return { editor, server, folder, at: (name: string) => join(folder, name) };
}

const goModule = 'module example.com/shop\n\ngo 1.21\n';
const copier = `package shop

import "io"

// Drain reads everything.
func Drain(r io.Reader) (n int, err error) {
	buf := make([]byte, 128*1024)
	for err == nil {
		var k int
		k, err = r.Read(buf)
		n += k
	}
	return n, err
}
`;

/** The first action whose title matches. */
function titled(actions: readonly CodeAction[], title: RegExp): CodeAction {
  const found = actions.find((action) => title.test(action.title));
  assert.ok(found, `no action like ${title} among:\n${actions.map((action) => action.title).join('\n')}`);
  return found;
}

test('Go: an unsaved buffer is compiled, its fix is verified, and the fixed text compiles and is silent', async (t) => {
  const { editor, folder, at } = await start(t, { 'go.mod': goModule, 'drain.go': 'package shop\n' });
  await editor.open(at('drain.go'), copier);
  const make = 'make([]byte, 128*1024)';
  const [diagnostic] = await editor.shows(at('drain.go'), [make]);
  assert.equal(diagnostic!.code, 'go/per-call-buffer');
  const fix = await editor.eventually(async () => {
    const actions = await editor.codeActions(at('drain.go'), make);
    return actions.find(({ title }) => /sync\.Pool.*verified: 1 → 0/.test(title));
  }, 'the verified fix');
  assert.equal(fix.isPreferred, true);
  const text = editor.apply(at('drain.go'), fix);
  await editor.edit(at('drain.go'), copier, text);
  await editor.shows(at('drain.go'), []);
  writeFileSync(at('drain.go'), text);
  execFileSync('go', ['vet', './...'], {
    cwd: folder,
    env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '' },
  });
  const status = await editor.idle();
  assert.match(status.documents[0]!.go!.version, /^go1\.\d+/);
});

test('Go: the directives that the actions insert silence the finding', async (t) => {
  const { editor, at } = await start(t, { 'go.mod': goModule, 'drain.go': copier });
  const make = 'make([]byte, 128*1024)';
  for (const scope of ['line', 'file']) {
    await editor.open(at('drain.go'), copier);
    await editor.shows(at('drain.go'), [make]);
    const actions = await editor.codeActions(at('drain.go'), make);
    const silenced = editor.apply(
      at('drain.go'),
      titled(actions, new RegExp(`^Disable go/per-call-buffer for this ${scope}$`)),
    );
    await editor.edit(at('drain.go'), copier, silenced);
    await editor.shows(at('drain.go'), []);
    await editor.close(at('drain.go'));
  }
});

test('Go: a package that does not compile says so, and typing on brings the findings back', async (t) => {
  const { editor, at } = await start(t, { 'go.mod': goModule, 'drain.go': copier });
  await editor.open(at('drain.go'), copier);
  await editor.shows(at('drain.go'), ['make([]byte, 128*1024)']);
  await editor.edit(at('drain.go'), 'n += k', 'n += "k"');
  await editor.until(
    () => /does not compile/.test(editor.statuses.at(-1)?.documents[0]?.notes[0]?.message ?? ''),
    'a note about the error',
  );
  await editor.edit(at('drain.go'), 'n += "k"', 'n += k');
  await editor.shows(at('drain.go'), ['make([]byte, 128*1024)']);
  await editor.until(() => editor.statuses.at(-1)?.documents[0]?.notes.length === 0, 'no more notes');
});

test('TypeScript: a finding while typing, its fix, and its disable comments', async (t) => {
  const spread = 'xs.reduce((all: number[], x) => [...all, x * 2], [])';
  const text = `export const double = (xs: number[]) => ${spread};\n`;
  const { editor, at } = await start(t, {});
  await editor.open(at('a.ts'), 'export {};\n');
  await editor.shows(at('a.ts'), []);
  await editor.edit(at('a.ts'), 'export {};\n', text);
  await editor.until(() => editor.shownFor(at('a.ts')).length === 1, 'the finding');
  const actions = await editor.eventually(async () => {
    const offered = await editor.codeActions(at('a.ts'), '[...all, x * 2]');
    return offered[0]?.isPreferred ? offered : undefined;
  }, 'the checked fix');
  assert.match(editor.apply(at('a.ts'), actions[0]), /all\.push\(x \* 2\)/);
  for (const scope of ['line', 'file']) {
    const silenced = editor.apply(
      at('a.ts'),
      titled(actions, new RegExp(`^Disable ts/accumulating-spread for this ${scope}$`)),
    );
    await editor.open(at(`${scope}.ts`), silenced);
    await editor.shows(at(`${scope}.ts`), []);
  }
});

test('TypeScript: in JSX and in templates the disable comment is one that works, or there is none', async (t) => {
  const { editor, at } = await start(t, {});
  const spread = 'xs.reduce((all: number[], x) => [...all, x], []).length';
  const jsx = `const a = (xs: number[]) => (\n  <p>\n    text\n    {${spread}}\n  </p>\n);\n`;
  await editor.open(at('a.tsx'), jsx, 'typescriptreact');
  const offered = async (path: string): Promise<readonly CodeAction[]> => {
    await editor.until(() => editor.shownFor(path).length === 1, 'the finding');
    return editor.codeActions(path, '[...all, x]');
  };
  const silenced = editor.apply(at('a.tsx'), titled(await offered(at('a.tsx')), /for this line$/));
  assert.match(
    silenced,
    /\n {4}\{\/\* eslint-disable-next-line alloclens\/accumulating-spread \*\/\}\n {4}\{xs/,
  );
  await editor.edit(at('a.tsx'), jsx, silenced);
  await editor.shows(at('a.tsx'), []);

  await editor.open(at('b.ts'), `const b = (xs: number[]) => \`text\n\${${spread}}\`;\n`);
  const titles = (await offered(at('b.ts'))).map(({ title }) => title);
  assert.ok(titles.includes('Disable ts/accumulating-spread for this file'));
  assert.ok(!titles.includes('Disable ts/accumulating-spread for this line'));
});

test('TypeScript is analysed in Restricted Mode as elsewhere, and by many files at once', async (t) => {
  const text = 'export const f = (xs: number[]) => xs.reduce((all: number[], x) => [...all, x], []);\n';
  const { editor, at } = await start(t, { 'b.ts': text, 'c.ts': text }, () => ({
    initializationOptions: { trusted: false },
  }));
  await editor.open(at('a.ts'), text);
  await editor.until(() => editor.shownFor(at('a.ts')).length === 1, 'the finding');
  const actions = await editor.eventually(async () => {
    const offered = await editor.codeActions(at('a.ts'), '[...all, x]');
    return offered[0]?.isPreferred ? offered : undefined;
  }, 'the checked fix');
  assert.match(editor.apply(at('a.ts'), actions[0]), /all\.push\(x\)/);
  await editor.connection.sendRequest('alloclens/analyse', { scope: 'workspace' });
  for (const name of ['b.ts', 'c.ts']) assert.equal(editor.shownFor(at(name)).length, 1, name);
  const { sites } = await editor.connection.sendRequest<SitesResult>(sitesRequest);
  assert.deepEqual(sites.map((site) => site.function).slice(0, 3), ['f', 'f', 'f']);
});

test('untrusted: a planted go is not started, neither from the PATH nor from the settings', async (t) => {
  const { editor, at, folder } = await start(
    t,
    {
      'go.mod': goModule,
      'drain.go': copier,
      'bin/go': '#!/bin/sh\ntouch "$(dirname "$0")/../started"\nexit 1\n',
    },
    (folder) => {
      chmodSync(join(folder, 'bin/go'), 0o755);
      return {
        env: { PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`, GOROOT: folder },
        initializationOptions: { trusted: false },
        settings: () => ({ show: 'all', go: { path: join(folder, 'bin/go') } }),
      };
    },
  );
  await editor.open(at('drain.go'), copier);
  await editor.until(() => editor.diagnostics.size > 0, 'an analysis');
  await editor.edit(at('drain.go'), 'n += k', 'n = n + k');
  await editor.save(at('drain.go'));
  await editor.connection.sendRequest('alloclens/analyse', { scope: 'workspace' });
  const status = await editor.idle();
  assert.equal(status.trusted, false);
  assert.match(status.documents[0]!.notes[0]!.message, /not trusted/);
  assert.equal(existsSync(join(folder, 'started')), false, 'the planted go was started');

  // The plant works: once trusted, it is started.
  await editor.connection.sendNotification(trustGrantedNotification);
  await editor.until(() => existsSync(join(folder, 'started')), 'the planted go');
});

test('the server ends its compilers when it is killed', { skip: process.platform === 'win32' }, async (t) => {
  const { folder, remove } = temporaryFolder({
    'go.mod': goModule,
    'drain.go': copier,
    'bin/go': '#!/bin/sh\necho $$ > "$(dirname "$0")/../pid"\nexec sleep 600\n',
  });
  t.after(remove);
  chmodSync(join(folder, 'bin/go'), 0o755);
  const server: ChildProcess = spawn(process.execPath, [bundle, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const editor = await FakeEditor.over(server.stdout!, server.stdin!, {
    folders: [folder],
    settings: () => ({ go: { path: join(folder, 'bin/go') } }),
  });
  await editor.open(join(folder, 'drain.go'), copier);
  const pidOf = (): number | undefined => {
    const file = join(folder, 'pid');
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) || undefined : undefined;
  };
  await editor.until(() => pidOf() !== undefined, 'the compiler');
  const alive = (): boolean => {
    try {
      process.kill(pidOf()!, 0);
      return true;
    } catch {
      return false;
    }
  };
  assert.equal(alive(), true);
  server.kill('SIGTERM');
  await editor.until(() => !alive(), 'the end of the compiler');
  editor.connection.dispose();
});

function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}
