import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { packageName } from '../../../server/src/go/plan/folder';
import { folderOf, writeModule } from '../../support/go-module';

const posix = { skip: process.platform === 'win32' && 'pipes and devices are files on POSIX systems only' };

describe('packageName', () => {
  for (const [what, source, name] of [
    ['at the start', 'package a\n', 'a'],
    ['behind comments and blank lines', '// x\n\n/* y\n */ // z\n\tpackage a', 'a'],
    ['behind a directive', '//go:build ignore\n\npackage main', 'main'],
    ['with line ends of Windows', '// x\r\n\r\npackage a\r\n', 'a'],
    ['of other letters', 'package größe', 'größe'],
    ['behind a comment that names another', '/* package b */ package a', 'a'],
    ['none in an empty file', '', undefined],
    ['none where code comes first', 'func main() {}\n\npackage a', undefined],
    ['none in a comment without an end', '/* package a', undefined],
    ['none in a line comment without an end', '// package a', undefined],
    ['none for the word alone', 'package\n', undefined],
    ['none where the word goes on', 'packages a', undefined],
  ] as const)
    it(what, () => assert.equal(packageName(source), name));

  // Each took longer than the age of the universe, or the square of its length.
  for (const [what, source] of [
    ['blank lines', '\n'.repeat(200_000)],
    ['line comments', '//\n'.repeat(70_000)],
    ['comments that share lines', '/**/ '.repeat(40_000)],
    ['slashes', '/'.repeat(200_000)],
    ['openings of comments', '/*'.repeat(100_000)],
    ['lines of other spaces', '\u00a0\u2028'.repeat(100_000)],
  ] as const)
    it(`is at once at the end of 200 KB of ${what}`, () => {
      const start = process.cpuUsage();
      assert.equal(packageName(`${source}func main() {}`), undefined);
      assert.ok(process.cpuUsage(start).user < 500_000);
    });
});

describe('GoFolder', () => {
  const main = 'package main\n\nfunc main() {}\n';

  it('reads what the go command would look at; unsaved texts win', async (t) => {
    const root = writeModule(t, {
      'a.go': 'package p // disk\n',
      'b.go': 'package p\n',
      '.hidden.go': '',
      '_left.go': '',
      'c.txt': '',
      'sub/d.go': '',
      'x.go/e': '',
    });
    const unsaved = new Map([
      [path.join(root, 'a.go'), 'package p // editor\n'],
      [path.join(root, 'new.go'), 'package p\n'],
      [path.join(root, 'sub', 'd.go'), 'package d\n'],
    ]);
    const folder = await folderOf(path.join(root, 'a.go'), unsaved);
    assert.deepEqual(
      [...folder.texts].map(([file, { text }]) => `${path.basename(file)}: ${text.trim()}`),
      ['a.go: package p // editor', 'b.go: package p', 'new.go: package p'],
    );
    assert.deepEqual([folder.replaced.size, folder.notes], [0, []]);
  });

  it('hides what is no file from the compiler, and names the Go files among it', posix, async (t) => {
    const root = writeModule(t, { 'a.go': 'package p\n', 'real/b.go': 'package p\n' });
    const at = (name: string): string => path.join(root, name);
    for (const name of ['pipe.go', 'pipe.s', 'default.pgo']) execFileSync('mkfifo', [at(name)]);
    symlinkSync('/dev/ptmx', at('device.go'));
    symlinkSync('real/b.go', at('link.go'));
    symlinkSync('nowhere.go', at('dangling.go'));
    const folder = await folderOf(at('a.go'));
    assert.deepEqual([...folder.texts.keys()], [at('a.go'), at('link.go')]);
    assert.deepEqual(
      [...folder.replaced],
      ['default.pgo', 'device.go', 'pipe.go', 'pipe.s'].map((name) => [at(name), null]),
    );
    assert.deepEqual(
      folder.notes.map(({ file, message }) => `${path.basename(file!)}: ${message}`),
      [
        'dangling.go: This file is left out because it does not exist.',
        'device.go: This file is left out because it is a device, and only regular files are read.',
        'pipe.go: This file is left out because it is a named pipe, and only regular files are read.',
      ],
    );
  });

  it('reads no file that is too large, and hides one that the compiler would choke on', async (t) => {
    const root = writeModule(t, { 'a.go': 'package p\n', 'large.go': '', 'huge.go': '' });
    truncateSync(path.join(root, 'large.go'), 20 * 1024 ** 2);
    truncateSync(path.join(root, 'huge.go'), 1024 ** 4);
    const folder = await folderOf(path.join(root, 'a.go'));
    assert.deepEqual([...folder.texts.keys()], [path.join(root, 'a.go')]);
    assert.deepEqual([...folder.replaced], [[path.join(root, 'huge.go'), null]]);
    assert.equal(folder.notes.length, 2);
  });

  it('stops reading where a folder of files fills the memory', async (t) => {
    const names = Array.from({ length: 10 }, (_, index) => `a${index}.go`);
    const root = writeModule(t, Object.fromEntries(names.map((name) => [name, 'package p\n'])));
    for (const name of names) truncateSync(path.join(root, name), 8 * 1024 ** 2);
    const folder = await folderOf(path.join(root, 'a0.go'));
    assert.equal(folder.texts.size, 9);
    assert.match(folder.notes[0]!.message, /the other Go files of its folder have 64 MiB already/);
  });

  it('gives the compiler the text without its byte order mark, as editors have it', async (t) => {
    const root = writeModule(t, { 'a.go': '\uFEFFpackage p\n', 'b.go': 'package p\n' });
    const folder = await folderOf(path.join(root, 'a.go'));
    assert.deepEqual([...folder.replaced], [[path.join(root, 'a.go'), 'package p\n']]);
    assert.equal(folder.texts.get(path.join(root, 'a.go'))?.text, 'package p\n');
    // What the editor holds is given to the compiler anyway.
    const edited = await folderOf(path.join(root, 'a.go'), new Map([[path.join(root, 'a.go'), 'package p']]));
    assert.equal(edited.replaced.size, 0);
  });

  const programs = async (t: Parameters<typeof writeModule>[0], files: Record<string, string>) => {
    const root = writeModule(t, files);
    const folder = await folderOf(path.join(root, 'x.go'));
    return Object.fromEntries(
      Object.keys(files).map((name) => [name, folder.programOf(path.join(root, name)).join(' ')]),
    );
  };

  it('without a module each main is a program of its own, with the files that have none', async (t) => {
    assert.deepEqual(await programs(t, { 'a.go': main, 'b.go': main, 'help.go': 'package main\n' }), {
      'a.go': 'a.go help.go',
      'b.go': 'b.go help.go',
      'help.go': 'help.go',
    });
  });

  it('one main and its helpers are one program, whichever is asked for', async (t) => {
    const files = {
      'a.go': main,
      'b.go': 'package main\n',
      'other.go': 'package other\n',
      'half.go': 'packa',
    };
    assert.deepEqual(await programs(t, files), {
      'a.go': 'a.go b.go',
      'b.go': 'a.go b.go',
      'other.go': 'other.go',
      'half.go': 'half.go',
    });
  });

  it('tests belong to what they test, not to the program', async (t) => {
    assert.deepEqual(await programs(t, { 'a.go': 'package p\n', 'a_test.go': 'package p\n' }), {
      'a.go': 'a.go',
      'a_test.go': 'a.go a_test.go',
    });
  });
});
