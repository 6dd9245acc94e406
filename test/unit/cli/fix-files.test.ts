/** What `alloclens fix` may change: all files of a fix or none, and only what was named. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setUp } from '../../support/fake-cli';
import { temporaryFolder } from '../../support/fake-editor';
import { makeReadOnly } from '../../support/read-only';

const posix = { skip: process.platform === 'win32' && 'links and modes are those of POSIX systems' };

const pair = { 'a.go': 'package p // alloc(b.go)\n', 'b.go': 'package p // take()\n' };
const fixed = ['package p // reuse()\n', 'package p // lend()\n'];

function setUpPair(t: TestContext, files: Record<string, string> = pair) {
  const made = setUp(t, files);
  const texts = (): string[] => [made.read('a.go'), made.read('b.go')];
  return { ...made, texts, untouched: [files['a.go'], files['b.go']] };
}

/** Makes `b.go` a link to a file outside; gives that file's path. */
function linkOut(t: TestContext, folder: string): string {
  const outside = temporaryFolder({ 'b.go': pair['b.go'] });
  t.after(outside.remove);
  fs.rmSync(path.join(folder, 'b.go'), { force: true });
  fs.symlinkSync(path.join(outside.folder, 'b.go'), path.join(folder, 'b.go'));
  return path.join(outside.folder, 'b.go');
}

describe('a fix of several files', () => {
  it('is written as a whole', async (t) => {
    const { alloclens, texts } = setUpPair(t);
    const { code, out } = await alloclens(['fix']);
    assert.deepEqual(texts(), fixed);
    assert.equal(
      out,
      'a.go: Reuse it\nb.go: changed together with a.go\n1 fix applied in 2 files; 0 findings left.\n',
    );
    assert.equal(code, 0);
  });

  it('is not written at all when one file cannot be; other fixes are, and the counts are right', async (t) => {
    const { alloclens, texts, untouched, folder, read } = setUpPair(t, {
      ...pair,
      'c/c.go': 'package c // alloc()\n',
    });
    const rename = fs.renameSync.bind(fs);
    t.mock.method(fs, 'renameSync', (from: string, to: string) => {
      if (to === fs.realpathSync(path.join(folder, 'b.go')))
        throw Object.assign(new Error('EROFS: read-only file system, rename'), { code: 'EROFS' });
      rename(from, to);
    });
    const { code, out, err } = await alloclens(['fix']);
    assert.deepEqual(texts(), untouched);
    assert.equal(read('c/c.go'), 'package c // reuse()\n');
    assert.equal(out, 'c/c.go: Reuse it\n1 fix applied in 1 file; 1 finding left.\n');
    assert.equal(
      err,
      'b.go was not changed because the system refuses (EROFS: read-only file system). Nor was what its fix changes with it: a.go, b.go.\n',
    );
    assert.equal(code, 2);
  });

  it('is taken back as a whole when it breaks one of two folders', async (t) => {
    const files = { 'p/a.go': 'package p // alloc(../q/b.go)\n', 'q/b.go': 'package q // take()\n' };
    const { alloclens, folder, read, go } = setUp(t, files);
    const analyse = go.analyse.bind(go);
    go.analyse = (request, publish, signal) =>
      analyse(
        request,
        (some) =>
          publish(
            some.map((file) => ({
              ...file,
              notes: file.text.includes('lend()') ? [{ file: file.path, message: 'lend is undefined' }] : [],
            })),
          ),
        signal,
      );
    go.joined = [path.join(folder, 'p'), path.join(folder, 'q')];
    const { code, err } = await alloclens(['fix']);
    assert.deepEqual([read('p/a.go'), read('q/b.go')], Object.values(files));
    assert.match(err, /note: p\/a\.go: Fixes were taken back \(Reuse it\) because .*: lend is undefined/);
    assert.equal(code, 1);
  });
});

describe('only what was named is changed', () => {
  it('a fix of another file, too, is not applied, and the note names that file', async (t) => {
    const { alloclens, texts, untouched } = setUpPair(t);
    const { code, err } = await alloclens(['fix', 'a.go']);
    assert.deepEqual(texts(), untouched);
    assert.equal(
      err,
      'note: a.go: “Reuse it” was not applied because it also changes b.go: it is not among the named paths.\n',
    );
    assert.equal(code, 1);
  });

  it('both files, their folder, or Go’s pattern are enough', async (t) => {
    for (const named of [['a.go', 'b.go'], ['.'], [], ['./...']]) {
      const { alloclens, texts } = setUpPair(t);
      await alloclens(['fix', ...named]);
      assert.deepEqual(texts(), fixed, named.join(' '));
    }
  });

  it('nothing to which a link leads out', posix, async (t) => {
    const { alloclens, folder, texts, untouched } = setUpPair(t);
    const outside = linkOut(t, folder);
    for (const args of [['fix'], ['fix', '--dry-run']]) {
      const { code, err } = await alloclens(args);
      assert.deepEqual(texts(), untouched);
      assert.match(
        err,
        /^note: a\.go: “Reuse it” was not applied because it also changes b\.go: it is a symbolic link that leads out of the named paths, to \.\.\/\S+\/b\.go\.$/m,
      );
      assert.equal(code, 1);
    }
    assert.equal(fs.readFileSync(outside, 'utf8'), pair['b.go']);
  });

  it('a link that is named itself is followed, and stays a link', posix, async (t) => {
    const { alloclens, folder, texts } = setUpPair(t);
    const outside = linkOut(t, folder);
    await alloclens(['fix', 'a.go', 'b.go']);
    assert.deepEqual(texts(), fixed);
    assert.equal(fs.readFileSync(outside, 'utf8'), fixed[1]);
    assert.ok(fs.lstatSync(path.join(folder, 'b.go')).isSymbolicLink());
  });

  it('a link that stays inside is followed', posix, async (t) => {
    const { alloclens, folder, read } = setUpPair(t);
    fs.mkdirSync(path.join(folder, 'shared'));
    fs.renameSync(path.join(folder, 'b.go'), path.join(folder, 'shared', 'b.txt'));
    fs.symlinkSync('shared/b.txt', path.join(folder, 'b.go'));
    await alloclens(['fix']);
    assert.equal(read('shared/b.txt'), fixed[1]);
  });

  it('a folder that is a link is what was named', posix, async (t) => {
    const { alloclens, folder, read } = setUp(t, { 'real/a.go': 'package p // alloc()\n' });
    fs.symlinkSync('real', path.join(folder, 'named'));
    await alloclens(['fix', 'named']);
    assert.equal(read('real/a.go'), 'package p // reuse()\n');
  });

  it('a file under two names is changed once', posix, async (t) => {
    const { alloclens, folder, read } = setUp(t, { 'a.ts': 'alloc()' });
    fs.symlinkSync('a.ts', path.join(folder, 'b.ts'));
    const { err } = await alloclens(['fix', 'a.ts', 'b.ts']);
    assert.equal(read('a.ts'), 'reuse()');
    assert.match(err, /^note: b\.ts: No fix was applied because it is the same file as a\.ts\.$/m);
  });
});

describe('a read-only file', posix, () => {
  it('is left alone with a sentence, and the rest is fixed', async (t) => {
    const { alloclens, folder, read } = setUp(t, { 'a.ts': 'alloc()', 'b.ts': 'alloc()' });
    makeReadOnly(t, path.join(folder, 'a.ts'));
    const { code, out, err } = await alloclens(['fix']);
    assert.equal(read('a.ts'), 'alloc()');
    assert.equal(out, 'b.ts: Reuse it\n1 fix applied in 1 file; 1 finding left.\n');
    assert.equal(err, 'note: a.ts: No fix was applied because it is read-only.\n');
    assert.equal(code, 1);
  });

  it('keeps a fix of several files from being applied', async (t) => {
    const { alloclens, folder, texts, untouched } = setUpPair(t);
    makeReadOnly(t, path.join(folder, 'b.go'));
    const { err } = await alloclens(['fix', '--dry-run']);
    assert.deepEqual(texts(), untouched);
    assert.match(err, /“Reuse it” was not applied because it also changes b\.go: it is read-only\./);
  });
});

describe('exit codes of fix are those of scan', () => {
  for (const [what, files, args] of [
    ['nothing could be looked at', { 'a.ts': 'crash()' }, []],
    ['the package does not compile', { 'a.go': 'package p // broken' }, []],
    ['some could be looked at', { 'a.ts': 'crash()', 'b.ts': '' }, []],
    ['nothing to report', { 'a.ts': '' }, []],
    ['findings without a fix', { 'a.ts': 'badalloc()' }, []],
  ] as const)
    it(what, async (t) => {
      const codes = new Set<number>();
      for (const command of [['scan'], ['fix'], ['fix', '--dry-run']]) {
        const { alloclens } = setUp(t, files);
        codes.add((await alloclens([...command, ...args])).code);
      }
      assert.equal(codes.size, 1, [...codes].join());
    });
});
