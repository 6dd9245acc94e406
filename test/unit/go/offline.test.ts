import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { testEngine, testSettings } from '../../support/go';
import { writeModule } from '../../support/go-module';

const execute = promisify(execFile);

/** The programs that the go command starts to fetch modules or credentials. */
const programs = ['git', 'hg', 'svn', 'bzr', 'fossil', 'credential-helper'];

/** A module that needs another one that no cache has, and a world in which every way to get it leaves a trace. */
async function trap(t: TestContext) {
  const sum = 'h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
  const missing = 'git.corp.test/team/lib.git';
  const root = writeModule(t, {
    'm/go.mod': `module example.com/m\n\ngo 1.21\n\nrequire ${missing} v1.2.3\n`,
    'm/go.sum': `${missing} v1.2.3 ${sum}\n${missing} v1.2.3/go.mod ${sum}\n`,
    'm/a.go': `package main\n\nimport _ "${missing}"\n\nfunc main() {}\n`,
    // Of a program below it the go command would ask git which commit it is.
    'm/.git/HEAD': 'ref: refs/heads/main\n',
  });
  const log = path.join(root, 'started.log');
  mkdirSync(path.join(root, 'bin'));
  for (const name of programs) {
    const file = path.join(root, 'bin', name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> '${log}'\nexit 1\n`);
    chmodSync(file, 0o755);
  }
  // Whoever speaks HTTP speaks to this proxy.
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const proxy = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const environment: Record<string, string> = {
    PATH: `${path.join(root, 'bin')}${path.delimiter}${process.env['PATH']}`,
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NO_PROXY: '',
    GOMODCACHE: path.join(root, 'modules'),
    GOTOOLCHAIN: 'local',
  };
  return {
    folder: path.join(root, 'm'),
    environment,
    file: (name: string, text: string): string => {
      writeFileSync(path.join(root, name), text);
      return path.join(root, name);
    },
    /** What was started and how often somebody called. */
    traces: () => [
      ...(existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
      ...Array.from({ length: connections }, () => 'network'),
    ],
  };
}

type Trap = Awaited<ReturnType<typeof trap>>;

/** A module cache that holds version 1.0.0 of one module, got from a folder that serves as its proxy. */
async function cacheWith(t: TestContext, modulePath: string): Promise<string> {
  const mod = `module ${modulePath}\n\ngo 1.21\n`;
  const versions = `proxy/${modulePath}/@v`;
  const root = writeModule(t, {
    [`${versions}/list`]: 'v1.0.0\n',
    [`${versions}/v1.0.0.info`]: '{"Version":"v1.0.0"}',
    [`${versions}/v1.0.0.mod`]: mod,
    'm/go.mod': `module m\n\ngo 1.21\n\nrequire ${modulePath} v1.0.0\n`,
  });
  const zip = zipOf({
    [`${modulePath}@v1.0.0/go.mod`]: mod,
    [`${modulePath}@v1.0.0/l.go`]: 'package lib\n',
  });
  writeFileSync(path.join(root, versions, 'v1.0.0.zip'), zip);
  const cache = path.join(root, 'cache');
  await execute('go', ['mod', 'download', modulePath], {
    cwd: path.join(root, 'm'),
    env: {
      ...process.env,
      GOMODCACHE: cache,
      GOPROXY: `file://${path.join(root, 'proxy')}`,
      GOSUMDB: 'off',
      GOFLAGS: '-modcacherw',
    },
  });
  return cache;
}

/** An archive without compression (PKWARE APPNOTE 4.3). */
function zipOf(files: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, rest, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

function crc32(data: Uint8Array): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Analyses the module as the editor does and gives the notes of its file. */
async function analyse(t: TestContext, { folder }: Trap, environment: Record<string, string>) {
  const engine = await testEngine();
  t.after(() => engine.dispose());
  const notes: string[] = [];
  const settings = testSettings();
  await engine.scan(
    { directories: [folder], settings: { ...settings, go: { ...settings.go, environment } } },
    (files) => notes.push(...files.flatMap(({ notes }) => notes.map(({ message }) => message))),
    new AbortController().signal,
  );
  return notes;
}

const posix = { skip: process.platform === 'win32' && 'the planted programs are shell scripts' };

describe('the go command', () => {
  const everything = '*.corp.test,golang.org,example.com';
  const wishes: Record<string, Record<string, string>> = {
    'nothing else': {},
    GOPRIVATE: { GOPRIVATE: everything },
    'GONOPROXY and GONOSUMDB': { GONOPROXY: everything, GONOSUMDB: everything },
    'GOPROXY=direct': { GOPROXY: 'direct', GOSUMDB: 'off' },
    'a GOPROXY of its own': { GOPROXY: 'https://proxy.corp.test,direct', GOSUMDB: 'off' },
    'GOVCS=*:all': { GOPRIVATE: everything, GOVCS: '*:all' },
    GOINSECURE: { GOPRIVATE: everything, GOINSECURE: '*' },
    'GOAUTH with a program': { GOPRIVATE: everything, GOAUTH: 'credential-helper' },
    'GOAUTH=git': { GOPRIVATE: everything, GOAUTH: 'git /' },
    'GOFLAGS=-mod=mod': { GOPRIVATE: everything, GOFLAGS: '-mod=mod' },
    'GOFLAGS=-buildvcs=true': { GOFLAGS: '-buildvcs=true' },
    'another toolchain': { GOTOOLCHAIN: 'go1.21.2', GONOPROXY: everything, GOSUMDB: 'off' },
    'the newest toolchain': { GOTOOLCHAIN: 'go1.99.0+auto', GOPRIVATE: everything },
  };
  for (const [name, wish] of Object.entries(wishes)) {
    it(`does not go out with ${name} in the environment`, posix, async (t) => {
      const world = await trap(t);
      const notes = await analyse(t, world, { ...world.environment, ...wish });
      assert.deepEqual(world.traces(), []);
      assert.match(notes.join('\n'), /^Only the syntax was analysed/m);
    });
    it(`does not go out with ${name} in \`go env -w\``, posix, async (t) => {
      const world = await trap(t);
      const lines = Object.entries(wish).map(([key, value]) => `${key}=${value}\n`);
      const { GOTOOLCHAIN: _, ...environment } = world.environment;
      await analyse(t, world, { ...environment, GOENV: world.file('env', lines.join('')) });
      assert.deepEqual(world.traces(), []);
    });
  }

  for (const line of ['go 1.99.0', 'go 1.21\n\ntoolchain go1.99.0', 'go 1.21\n\ntoolchain go1.21.2']) {
    it(`does not go out for a go.mod with ${line.replaceAll('\n', ' ')}`, posix, async (t) => {
      const world = await trap(t);
      writeFileSync(path.join(world.folder, 'go.mod'), `module example.com/m\n\n${line}\n`);
      writeFileSync(path.join(world.folder, 'a.go'), 'package main\n\nfunc main() {}\n');
      const environment = { ...world.environment, GOTOOLCHAIN: 'auto', GOPRIVATE: 'golang.org' };
      await analyse(t, world, environment);
      assert.deepEqual(world.traces(), []);
    });
  }

  // In a workspace the go command completes go.work.sum by itself.
  for (const [name, wish] of Object.entries({
    'as it is': {},
    'with GOSUMDB=off': { GOSUMDB: 'off' },
    'with GONOSUMDB': { GONOSUMDB: 'dep.test' },
    'with GOPRIVATE': { GOPRIVATE: 'dep.test' },
  })) {
    it(
      `asks no checksum database about a module of the cache ${name}, and writes no go.work.sum`,
      posix,
      async (t) => {
        const world = await trap(t);
        const environment = { ...world.environment, GOMODCACHE: await cacheWith(t, 'dep.test/lib'), ...wish };
        world.file('m/go.mod', 'module example.com/m\n\ngo 1.21\n\nrequire dep.test/lib v1.0.0\n');
        world.file('m/go.sum', '');
        world.file('m/go.work', 'go 1.21\n\nuse .\n');
        world.file('m/a.go', 'package main\n\nimport _ "dep.test/lib"\n\nfunc main() {}\n');
        const notes = await analyse(t, world, environment);
        assert.deepEqual(world.traces(), []);
        assert.match(notes.join('\n'), /^Only the syntax was analysed.*dep\.test\/lib@v1\.0\.0/m);
        assert.equal(existsSync(path.join(world.folder, 'go.work.sum')), false);
      },
    );
  }

  it('would leave a trace if it did', posix, async (t) => {
    const world = await trap(t);
    const list = (env: Record<string, string>) =>
      execute('go', ['list', '-e', '-export', '.'], {
        cwd: world.folder,
        env: { ...process.env, ...world.environment, ...env },
      });
    await list({ GOPRIVATE: '*.corp.test', GOPROXY: 'off' });
    assert.match(world.traces().join('\n'), /^git ls-remote/m);
    await list({ GOPROXY: 'https://proxy.corp.test' });
    assert.match(world.traces().join('\n'), /^network$/m);
  });
});
