import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { nullLogger } from '../../../server/src/host/logger';
import { ProcessRunner } from '../../../server/src/host/process';
import { TrustGate, UntrustedError } from '../../../server/src/host/trust';
import { findModule } from '../../../server/src/go/plan/module';
import { findGo, parseGoVersion, Toolchains } from '../../../server/src/go/plan/toolchain';
import { atLeast } from '../../../rules/go/syntax/version';
import { compileFile, toolchainsFor, trustedRunner, writeModule } from '../../support/go-module';

/** A folder with executable files that are called go. */
function installations(t: TestContext, ...folders: string[]): string {
  const root = writeModule(t, {});
  for (const folder of folders) {
    mkdirSync(path.join(root, folder), { recursive: true });
    const go = path.join(root, folder, process.platform === 'win32' ? 'go.exe' : 'go');
    writeFileSync(go, '');
    chmodSync(go, 0o755);
  }
  return root;
}

const goName = process.platform === 'win32' ? 'go.exe' : 'go';

describe('findGo', () => {
  it('takes the setting first: a file, a GOROOT, or its bin folder', async (t) => {
    const root = installations(t, 'chosen/bin', 'path');
    const env = { PATH: path.join(root, 'path') };
    const go = path.join(root, 'chosen', 'bin', goName);
    for (const configured of [go, path.dirname(go), path.join(root, 'chosen')]) {
      const found = await findGo({ configured, env, usualFolders: [] });
      assert.equal(found.path, go);
      assert.match(found.why, /from the setting “alloclens\.go\.path”$/);
    }
  });

  it('does not pass over a wrong setting', async (t) => {
    const root = installations(t, 'path');
    const env = { PATH: path.join(root, 'path') };
    const absent = await findGo({ configured: path.join(root, 'absent'), env, usualFolders: [] });
    assert.equal(absent.path, undefined);
    assert.match(
      absent.why,
      /“alloclens\.go\.path” is .*absent, where there is no executable file\. Correct/,
    );
    const relative = await findGo({ configured: 'bin/go', env, usualFolders: [] });
    assert.equal(relative.path, undefined);
    assert.match(relative.why, /must be an absolute path/);
  });

  it('looks at GOROOT, then the PATH, then the usual folders, then ~/sdk', async (t) => {
    const root = installations(t, 'goroot/bin', 'path', 'usual', 'sdk/go1.9.1/bin', 'sdk/go1.26.1/bin');
    const at = (...parts: string[]) => path.join(root, ...parts, goName);
    const options = { home: root, usualFolders: [path.join(root, 'usual')] };
    const found = async (env: Record<string, string>, rest = {}) => findGo({ env, ...options, ...rest });

    const both = await found({ GOROOT: path.join(root, 'goroot'), PATH: path.join(root, 'path') });
    assert.deepEqual([both.path, /GOROOT$/.test(both.why)], [at('goroot', 'bin'), true]);
    const onPath = await found({
      PATH: ['relative', path.join(root, 'none'), path.join(root, 'path')].join(path.delimiter),
    });
    assert.deepEqual([onPath.path, /from the PATH$/.test(onPath.why)], [at('path'), true]);
    const usual = await found({ PATH: '' });
    assert.deepEqual([usual.path, /usual installation folder/.test(usual.why)], [at('usual'), true]);
    const sdk = await found({}, { usualFolders: [] });
    assert.equal(sdk.path, at('sdk', 'go1.26.1', 'bin'));
  });

  it('never takes a relative PATH entry: the opened folder could bring its own go', async (t) => {
    const root = installations(t, 'path');
    const relative = path.relative(process.cwd(), path.join(root, 'path'));
    const found = await findGo({ env: { PATH: relative }, home: root, usualFolders: [] });
    assert.equal(found.path, undefined);
    assert.match(found.why, /Install Go from https:\/\/go\.dev\/dl, or set “alloclens\.go\.path”\.$/);
  });

  it('passes over what cannot be executed', { skip: process.platform === 'win32' }, async (t) => {
    const root = installations(t, 'a', 'b');
    chmodSync(path.join(root, 'a', goName), 0o644);
    const env = { PATH: `${path.join(root, 'a')}:${path.join(root, 'b')}` };
    assert.equal((await findGo({ env, home: root, usualFolders: [] })).path, path.join(root, 'b', goName));
  });
});

describe('Go versions', () => {
  it('reads every spelling', () => {
    assert.deepEqual(parseGoVersion('go1.26.8'), { major: 1, minor: 26 });
    assert.deepEqual(parseGoVersion('go1.27rc1'), { major: 1, minor: 27 });
    assert.deepEqual(parseGoVersion('devel go1.28-a1b2c3d4 Fri Nov 20'), { major: 1, minor: 28 });
    assert.deepEqual(parseGoVersion('go1.26.8 X:rangefunc'), { major: 1, minor: 26 });
    assert.deepEqual(parseGoVersion('1.24.0'), { major: 1, minor: 24 });
    assert.equal(parseGoVersion('gccgo'), undefined);
    assert.equal(parseGoVersion(''), undefined);
  });

  it('compares numbers, not texts', () => {
    assert.equal(atLeast({ major: 1, minor: 9 }, 1, 19), false);
    assert.equal(atLeast({ major: 1, minor: 25 }, 1, 25), true);
    assert.equal(atLeast({ major: 2, minor: 0 }, 1, 25), true);
  });
});

describe('Toolchains', () => {
  const files = { 'go.mod': 'module example.com/m\n\ngo 1.21\n', 'a/a.go': 'package a\n' };

  it('asks in the module’s folder, and says how go was found', async (t) => {
    const root = writeModule(t, files);
    const { toolchain } = await toolchainsFor().for(await findModule(path.join(root, 'a', 'a.go')));
    assert.ok(toolchain);
    assert.equal(toolchain.folder, root);
    assert.deepEqual(toolchain.modules, [
      { path: 'example.com/m', folder: root, language: { major: 1, minor: 21 } },
    ]);
    assert.match(toolchain.versionText, /go1\.\d+/);
    assert.deepEqual(toolchain.version, parseGoVersion(toolchain.versionText));
    assert.ok(existsSync(path.join(toolchain.goroot, 'src', 'fmt')));
    assert.equal(toolchain.env['GOPROXY'], 'off');
    assert.notEqual(toolchain.why, '');
  });

  it('neutralises GOFLAGS with a note each, and keeps the rest', async (t) => {
    const root = writeModule(t, files);
    const touched = path.join(root, 'touched');
    const environment = {
      GOFLAGS: `-json -toolexec=${touched} -tags=x -mod=mod`,
      GOPROXY: 'https://proxy.example',
    };
    const { toolchain } = await toolchainsFor({ environment }).for(
      await findModule(path.join(root, 'a', 'a.go')),
    );
    assert.equal(toolchain?.env['GOFLAGS'], '-tags=x -buildvcs=false');
    assert.equal(toolchain.env['GOPROXY'], 'off');
    assert.equal(toolchain.notes.length, 3);
    assert.match(
      toolchain.notes[1]!.message,
      /“-toolexec=.*” in GOFLAGS is ignored here: it runs another program/,
    );
  });

  it('neutralises the GOFLAGS of go env -w, too', async (t) => {
    const root = writeModule(t, { ...files, env: 'GOFLAGS=-json -toolexec=/nowhere/evil\n' });
    const environment = { GOENV: path.join(root, 'env'), GOFLAGS: '' };
    const file = path.join(root, 'a', 'a.go');
    const { toolchain, summary } = await compileFile(t, file, { environment });
    assert.equal(toolchain.notes.length, 2);
    assert.deepEqual(summary.errors, []);
    assert.equal(summary.packages[0]?.compiled, true);
  });

  it('asks once per module, and again when go.mod or go.work changed', async (t) => {
    const root = writeModule(t, files);
    let runs = 0;
    class Counting extends ProcessRunner {
      override run(run: Parameters<ProcessRunner['run']>[0]) {
        if (run.args[0] === 'env') runs++;
        return super.run(run);
      }
    }
    const toolchains = new Toolchains({
      runner: new Counting(new TrustGate(true), nullLogger),
      logger: nullLogger,
    });
    const ask = async () => (await toolchains.for(await findModule(path.join(root, 'a', 'a.go')))).toolchain;
    const [first, second] = await Promise.all([ask(), ask()]);
    assert.equal(first, second);
    await ask();
    assert.equal(runs, 1);
    // Same content, new time: nothing to ask.
    writeFileSync(path.join(root, 'go.mod'), files['go.mod']);
    await ask();
    assert.equal(runs, 1);
    writeFileSync(path.join(root, 'go.mod'), 'module example.com/renamed\n\ngo 1.20\n');
    assert.equal((await ask())?.modules[0]?.path, 'example.com/renamed');
    assert.equal(runs, 2);
    writeFileSync(path.join(root, 'go.work'), 'go 1.21\n\nuse .\n');
    await ask();
    assert.equal(runs, 3);
  });

  it('compiles a module that go.work does not list on its own, and says so', async (t) => {
    const root = writeModule(t, {
      'go.work': 'go 1.21\n\nuse ./in\n',
      'in/go.mod': 'module example.com/in\n\ngo 1.21\n',
      'out/go.mod': 'module example.com/out\n\ngo 1.20\n',
    });
    const ask = async (name: string) => toolchainsFor().for(await findModule(path.join(root, name, 'a.go')));
    const listed = await ask('in');
    assert.notEqual(listed.toolchain?.env['GOWORK'], 'off');
    const { toolchain } = await ask('out');
    assert.equal(toolchain?.env['GOWORK'], 'off');
    assert.equal(toolchain.modules[0]?.path, 'example.com/out');
    assert.match(
      toolchain.notes.at(-1)!.message,
      /go\.work does not list the module of .*out.go\.mod, which is compiled on its own/,
    );
  });

  it('says which toolchain is missing, downloads nothing, and asks again next time', async (t) => {
    const root = writeModule(t, { 'go.mod': 'module example.com/m\n\ngo 1.99.0\n' });
    for (const GOTOOLCHAIN of ['local', 'auto']) {
      const toolchains = toolchainsFor({ environment: { GOTOOLCHAIN } });
      const module = await findModule(path.join(root, 'a.go'));
      const { toolchain, note } = await toolchains.for(module);
      if (GOTOOLCHAIN === 'auto') {
        assert.equal(toolchain, undefined);
        assert.match(note!.message, /^The go command failed in .*: .*go1\.99\.0/);
        assert.match(note!.message, /AllocLens downloads nothing/);
      }
      writeFileSync(path.join(root, 'go.mod'), 'module example.com/m\n\ngo 1.21\n');
      assert.ok((await toolchains.for(await findModule(path.join(root, 'a.go')))).toolchain);
      writeFileSync(path.join(root, 'go.mod'), 'module example.com/m\n\ngo 1.99.0\n');
    }
  });

  it('starts nothing in an untrusted workspace, and asks once it is trusted', async (t) => {
    const root = writeModule(t, files);
    const gate = new TrustGate(false);
    const toolchains = new Toolchains({ runner: new ProcessRunner(gate, nullLogger), logger: nullLogger });
    const module = await findModule(path.join(root, 'a', 'a.go'));
    await assert.rejects(toolchains.for(module), UntrustedError);
    gate.grant();
    assert.ok((await toolchains.for(module)).toolchain);
  });

  it('refuses in words when there is no go command', async (t) => {
    const root = writeModule(t, files);
    const toolchains = new Toolchains({
      runner: trustedRunner,
      logger: nullLogger,
      configured: path.join(root, 'absent'),
    });
    const { note } = await toolchains.for(await findModule(path.join(root, 'a', 'a.go')));
    assert.match(note!.message, /“alloclens\.go\.path” is/);
  });
});
