import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { processSpace } from '../../../server/src/host/remains';
import { obstacle, replaceAll, ReplaceError, type Replacement } from '../../../server/src/host/replace';
import { trustedRunner, writeModule } from '../../support/go-module';
import { makeReadOnly } from '../../support/read-only';

const posix = { skip: process.platform === 'win32' && 'links and modes are those of POSIX systems' };

/** A folder with the files, and what `replaceAll` makes of them: the error's message, or undefined. */
function setUp(t: TestContext, files: Record<string, string>) {
  const folder = writeModule(t, files);
  const at = (name: string): string => path.join(folder, name);
  const replace = (...replacements: readonly Replacement[]): string | undefined => {
    try {
      replaceAll(replacements, (file) => path.relative(folder, file));
      return undefined;
    } catch (error) {
      assert.ok(error instanceof ReplaceError, String((error as Error).stack));
      return error.message;
    }
  };
  const change = (name: string, before = files[name]!.replace('\uFEFF', '')): Replacement => ({
    file: at(name),
    before,
    after: `${before}new\n`,
  });
  const read = (name: string): string => fs.readFileSync(at(name), 'utf8');
  const names = (): string[] => fs.readdirSync(folder).sort();
  return { folder, at, replace, change, read, names };
}

/** The system refuses to rename something to this file. */
function refuseRename(t: TestContext, file: string, times = 1): void {
  const rename = fs.renameSync.bind(fs);
  let left = times;
  t.mock.method(fs, 'renameSync', (from: string, to: string) => {
    if (to === file && left-- > 0)
      throw Object.assign(new Error('EROFS: read-only file system, rename'), { code: 'EROFS' });
    rename(from, to);
  });
}

describe('replaceAll', () => {
  it('writes all texts and leaves nothing beside them', (t) => {
    const { replace, change, read, names } = setUp(t, {
      'a.go': 'a\n',
      'b.go': '\uFEFFb\r\n',
      'c.go': 'c\n',
    });
    assert.equal(replace(change('a.go'), change('b.go')), undefined);
    assert.equal(read('a.go'), 'a\nnew\n');
    assert.equal(read('b.go'), '\uFEFFb\r\nnew\n', 'the mark stays');
    assert.deepEqual(names(), ['a.go', 'b.go', 'c.go']);
  });

  it('keeps the mode', posix, (t) => {
    const { at, replace, change } = setUp(t, { 'a.go': 'a\n' });
    for (const mode of [0o600, 0o664, 0o755, 0o4755]) {
      fs.writeFileSync(at('a.go'), 'a\n');
      fs.chmodSync(at('a.go'), mode);
      assert.equal(replace(change('a.go')), undefined);
      assert.equal(fs.statSync(at('a.go')).mode & 0o7777, mode);
    }
  });

  for (const failing of ['a.go', 'b.go', 'c.go'])
    it(`writes none when ${failing} cannot be renamed to`, (t) => {
      const { at, replace, change, read, names } = setUp(t, { 'a.go': 'a\n', 'b.go': 'b\n', 'c.go': 'c\n' });
      const inodes = ['a.go', 'b.go', 'c.go'].map((name) => fs.statSync(at(name)).ino);
      refuseRename(t, at(failing));
      assert.equal(
        replace(change('a.go'), change('b.go'), change('c.go')),
        `${failing} was not changed because the system refuses (EROFS: read-only file system).`,
      );
      assert.equal(read('a.go') + read('b.go') + read('c.go'), 'a\nb\nc\n');
      assert.deepEqual(
        ['a.go', 'b.go', 'c.go'].map((name) => fs.statSync(at(name)).ino),
        inodes,
        'the very files are back',
      );
      assert.deepEqual(names(), ['a.go', 'b.go', 'c.go']);
    });

  it('writes none where hard links are unknown, either', (t) => {
    const { at, replace, change, read, names } = setUp(t, { 'a.go': 'a\n', 'b.go': 'b\n' });
    t.mock.method(fs, 'linkSync', () => {
      throw Object.assign(new Error('ENOTSUP: operation not supported'), { code: 'ENOTSUP' });
    });
    refuseRename(t, at('b.go'));
    assert.match(replace(change('a.go'), change('b.go'))!, /^b\.go was not changed because/);
    assert.deepEqual([read('a.go'), read('b.go'), names()], ['a\n', 'b\n', ['a.go', 'b.go']]);
  });

  it('says where the former text is when it cannot be put back', (t) => {
    const { folder, at, replace, change, read } = setUp(t, { 'a.go': 'a\n', 'b.go': 'b\n' });
    refuseRename(t, at('b.go'));
    const rename = fs.renameSync.bind(fs);
    let renames = 0;
    t.mock.method(fs, 'renameSync', (from: string, to: string) => {
      if (to === at('a.go') && renames++ > 0)
        throw Object.assign(new Error('EIO: i/o error, rename'), { code: 'EIO' });
      rename(from, to);
    });
    const message = replace(change('a.go'), change('b.go'))!;
    const kept =
      /a\.go has its new text already and could not be put back \(the system refuses \(EIO: i\/o error\)\); its former text is in (.+)\.$/.exec(
        message,
      )?.[1];
    assert.ok(kept !== undefined && kept.startsWith(folder), message);
    assert.equal(fs.readFileSync(kept, 'utf8'), 'a\n');
    assert.equal(read('a.go'), 'a\nnew\n');
  });

  it('writes none when one has changed, is gone or is no file any more', posix, (t) => {
    const { at, replace, change, read } = setUp(t, { 'a.go': 'a\n', 'b.go': 'b\n' });
    const both = [change('a.go'), change('b.go')] as const;
    fs.writeFileSync(at('b.go'), 'other\n');
    assert.match(replace(...both)!, /^b\.go was not changed because it has changed on disk meanwhile/);
    fs.writeFileSync(at('b.go'), '\uFEFFb\n');
    assert.equal(replace(change('a.go', 'z\n'), change('b.go')), 'a.go was not changed because it has changed on disk meanwhile; run the command again.'); // prettier-ignore
    fs.rmSync(at('b.go'));
    assert.equal(replace(...both), 'b.go was not changed because it does not exist any more.');
    execFileSync('mkfifo', [at('b.go')]);
    assert.equal(replace(...both), 'b.go was not changed because it is no regular file.');
    assert.equal(read('a.go'), 'a\n');
  });

  it('leaves a read-only file alone', posix, (t) => {
    const { at, replace, change, read } = setUp(t, { 'a.go': 'a\n', 'b.go': 'b\n' });
    makeReadOnly(t, at('b.go'));
    assert.equal(obstacle(at('b.go')), 'it is read-only');
    assert.equal(obstacle(at('a.go')), undefined);
    assert.equal(replace(change('a.go'), change('b.go')), 'b.go was not changed because it is read-only.');
    assert.equal(read('a.go'), 'a\n');
  });

  it('follows no link that is planted under the temporary name', posix, (t) => {
    const { at, replace, change, read, names } = setUp(t, { 'a.go': 'a\n', victim: 'precious' });
    const open = fs.openSync.bind(fs);
    let planted: string | undefined;
    t.mock.method(fs, 'openSync', (file: string, flags: string | number, mode?: number) => {
      if (flags === 'wx' && planted === undefined) fs.symlinkSync(at('victim'), (planted = file));
      return open(file, flags, mode);
    });
    assert.match(replace(change('a.go'))!, /^a\.go was not changed because the system refuses \(EEXIST/);
    assert.equal(read('victim'), 'precious');
    assert.equal(read('a.go'), 'a\n');
    assert.ok(planted);
    fs.unlinkSync(planted);
    assert.deepEqual(names(), ['a.go', 'victim']);
  });

  it('replaces what a link leads to and keeps the link', posix, (t) => {
    const { at, replace, read } = setUp(t, { 'real/a.go': 'a\n' });
    fs.symlinkSync('real/a.go', at('link.go'));
    assert.equal(replace({ file: at('link.go'), before: 'a\n', after: 'b\n' }), undefined);
    assert.ok(fs.lstatSync(at('link.go')).isSymbolicLink());
    assert.equal(read('real/a.go'), 'b\n');
  });

  it('does not reach other names of the file', posix, (t) => {
    const { at, replace, change, read } = setUp(t, { 'a.go': 'a\n' });
    fs.linkSync(at('a.go'), at('elsewhere.go'));
    assert.equal(replace(change('a.go')), undefined);
    assert.equal(read('elsewhere.go'), 'a\n');
  });

  it('removes what killed processes left beside the files, and nothing else', async (t) => {
    const { folder, at, replace, change, names } = setUp(t, { 'a.go': 'a\n' });
    const { stdout: gone } = await trustedRunner.text({
      command: process.execPath,
      args: ['-e', 'process.stdout.write(String(process.pid))'],
      cwd: folder,
      env: {},
    });
    fs.writeFileSync(at(`.alloclens-${processSpace}-${gone}-left`), '');
    const kept = [`.alloclens-${processSpace}-${process.pid}-x`, `.alloclens-${'a'.repeat(12)}-${gone}-x`];
    for (const name of kept) fs.writeFileSync(at(name), '');
    assert.equal(replace(change('a.go')), undefined);
    assert.deepEqual(names(), [...kept, 'a.go'].sort());
  });
});
