import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, it } from 'node:test';
import {
  entriesOf,
  readBytes,
  readBytesSync,
  readLimit,
  readText,
  refusal,
  UnreadError,
} from '../../../server/src/host/files';
import { writeModule } from '../../support/go-module';

const posix = { skip: process.platform === 'win32' && 'pipes and devices are files on POSIX systems only' };

/** Both ways to read refuse, with the same sentence. */
async function refuses(file: string, reason: RegExp): Promise<void> {
  const expected = (error: unknown): boolean => {
    assert.ok(error instanceof UnreadError, String(error));
    assert.match(error.message, /^This file is left out because .+\.$/);
    assert.match(error.reason, reason);
    return true;
  };
  await assert.rejects(readBytes(file), expected);
  assert.throws(() => readBytesSync(file), expected);
}

describe('reading', () => {
  it('reads regular files, empty ones and those at the limit too, and follows links to them', async (t) => {
    const folder = writeModule(t, { 'a.txt': 'größe', 'empty.txt': '', 'full.txt': '' });
    truncateSync(path.join(folder, 'full.txt'), readLimit);
    symlinkSync('a.txt', path.join(folder, 'link.txt'));
    symlinkSync('link.txt', path.join(folder, 'link-to-link.txt'));
    for (const [name, length] of [
      ['a.txt', 7],
      ['empty.txt', 0],
      ['full.txt', readLimit],
      ['link-to-link.txt', 7],
    ] as const) {
      const file = path.join(folder, name);
      assert.equal((await readBytes(file)).length, length, name);
      assert.equal(readBytesSync(file).length, length, name);
      assert.equal(await refusal(file), undefined);
    }
  });

  it('takes the byte order mark off, and only that one', async (t) => {
    const folder = writeModule(t, { a: '\uFEFFpackage a\r\n', b: '\uFEFF\uFEFFx', c: 'x\uFEFF' });
    const read = (name: string) => readText(path.join(folder, name));
    assert.deepEqual(await read('a'), { text: 'package a\r\n', mark: true });
    assert.deepEqual(await read('b'), { text: '\uFEFFx', mark: true });
    assert.deepEqual(await read('c'), { text: 'x\uFEFF', mark: false });
  });

  it('refuses what is not UTF-8, because a lossy text must not be written back', async (t) => {
    const folder = writeModule(t, {});
    writeFileSync(path.join(folder, 'a'), Buffer.from([0x61, 0xff]));
    await assert.rejects(readText(path.join(folder, 'a')), /because it is not UTF-8 text\./);
  });

  it('refuses a pipe, a link to one, and a pipe that somebody writes to', posix, async (t) => {
    const folder = writeModule(t, {});
    const pipe = path.join(folder, 'go.mod');
    execFileSync('mkfifo', [pipe]);
    symlinkSync('go.mod', path.join(folder, 'link'));
    await refuses(pipe, /^it is a named pipe, and only regular files are read$/);
    await refuses(path.join(folder, 'link'), /named pipe/);
    assert.match((await refusal(pipe))!, /named pipe/);
  });

  it('refuses devices without opening them', posix, async (t) => {
    const folder = writeModule(t, {});
    for (const device of ['/dev/null', '/dev/zero', '/dev/random', '/dev/ptmx', '/dev/tty']) {
      const link = path.join(folder, path.basename(device));
      symlinkSync(device, link);
      await refuses(link, /^it is a device/);
    }
  });

  it('refuses a socket', posix, async (t) => {
    const folder = writeModule(t, {});
    const server = createServer();
    await new Promise<void>((listening) => server.listen(path.join(folder, 'a.go'), listening));
    t.after(() => server.close());
    await refuses(path.join(folder, 'a.go'), /^it is a socket/);
  });

  it('refuses a folder, and a file that does not exist or cannot be reached', async (t) => {
    const folder = writeModule(t, { 'a.txt': '' });
    mkdirSync(path.join(folder, 'a.go'));
    symlinkSync('nowhere', path.join(folder, 'dangling'));
    symlinkSync('circle', path.join(folder, 'circle'));
    await refuses(path.join(folder, 'a.go'), /^it is a folder/);
    await refuses(path.join(folder, 'none'), /^it does not exist$/);
    await refuses(path.join(folder, 'a.txt', 'x'), /^it does not exist$/);
    await refuses(path.join(folder, 'dangling'), /^it does not exist$/);
    await refuses(path.join(folder, 'circle'), /^its symbolic links lead in a circle$/);
    assert.equal(await refusal(path.join(folder, 'none')), undefined, 'nothing is there to refuse');
  });

  it('refuses a file that is too large, sparse or not, and says how large', async (t) => {
    const folder = writeModule(t, { a: '', b: '' });
    truncateSync(path.join(folder, 'a'), readLimit + 1);
    truncateSync(path.join(folder, 'b'), 1024 ** 4);
    await refuses(path.join(folder, 'a'), /^its 8\.0 MiB are over the limit of 8\.0 MiB$/);
    await refuses(path.join(folder, 'b'), /^its 1048576\.0 MiB are over the limit/);
  });

  it(
    'stops at the limit where the system states no size',
    { skip: process.platform !== 'linux' },
    async () => {
      // A regular file of size 0 whose content is longer.
      assert.ok((await readBytes('/proc/self/maps')).length > 0);
      assert.ok(readBytesSync('/proc/self/maps').length > 0);
    },
  );
});

describe('entriesOf', () => {
  it('says what links lead to and opens nothing', posix, async (t) => {
    const folder = writeModule(t, { 'a.go': '', 'sub/x': '' });
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    for (const [name, target] of Object.entries({
      file: 'a.go',
      folder: 'sub',
      device: '/dev/null',
      none: 'nowhere',
    }))
      symlinkSync(target, path.join(folder, `to-${name}`));
    assert.deepEqual(
      (await entriesOf(folder)).map(({ name, kind, link }) => `${name} ${kind}${link ? ' by link' : ''}`),
      [
        'a.go file',
        'pipe special',
        'sub folder',
        'to-device special by link',
        'to-file file by link',
        'to-folder folder by link',
        'to-none nothing by link',
      ],
    );
    assert.deepEqual(await entriesOf(path.join(folder, 'absent')), []);
  });
});
