import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Language } from '../../../rules/model';
import { sourceFiles } from '../../../server/src/service/walk';
import { temporaryFolder } from '../../support/fake-editor';

const posix = { skip: process.platform === 'win32' && 'pipes and devices are files on POSIX systems only' };

function setUp(t: TestContext, files: Record<string, string>) {
  const { folder, remove } = temporaryFolder(files);
  t.after(remove);
  const walk = async (from = '.', languages: Language[] = ['go', 'typescript'], recursive = true) => {
    const found = await sourceFiles(path.join(folder, from), languages, { recursive });
    return {
      files: found.files.map((file) => path.relative(folder, file).split(path.sep).join('/')),
      notes: found.notes.map(({ file, message }) => `${path.relative(folder, file!)}: ${message}`),
    };
  };
  return { folder, at: (name: string) => path.join(folder, name), walk };
}

describe('sourceFiles', () => {
  it('gives what people edit, sorted, without dependencies and output', async (t) => {
    const { walk } = setUp(t, {
      'b.ts': '', 'a.go': '', 'sub/c.tsx': '', 'sub/deep/d.mjs': '', 'x.txt': '', 'a.d.ts': '', 'a.d.mts': '',
      '.hidden.ts': '', '.git/x.ts': '', '.vscode/x.ts': '', 'node_modules/m/x.js': '', 'vendor/v/x.go': '',
      'dist/x.js': '', 'dist/y.go': '', 'coverage/x.js': '', 'testdata/t.go': '', 'testdata/t.ts': '', '_old/x.go': '', '_old/x.ts': '',
    }); // prettier-ignore
    const all = await walk();
    assert.deepEqual(all.files, [
      '_old/x.ts', 'a.go', 'b.ts', 'dist/y.go', 'sub/c.tsx', 'sub/deep/d.mjs', 'testdata/t.ts',
    ]); // prettier-ignore
    assert.deepEqual(all.notes, []);
    assert.deepEqual((await walk('.', ['go'])).files, ['a.go', 'dist/y.go']);
    assert.deepEqual((await walk('sub', ['typescript'], false)).files, ['sub/c.tsx']);
    assert.deepEqual((await walk('dist')).files, ['dist/x.js', 'dist/y.go'], 'what is named is not left out');
  });

  it('heeds .gitignore, also below, and above up to the repository', async (t) => {
    const { walk, at } = setUp(t, {
      '.gitignore': '/a.ts\nout/\n*.gen.ts\n',
      'a.ts': '', 'out/x.ts': '', 'b.gen.ts': '',
      'sub/.gitignore': '!keep.gen.ts\nb.ts\n',
      'sub/a.ts': '', 'sub/b.ts': '', 'sub/keep.gen.ts': '', 'sub/x.gen.ts': '', 'sub/deep/b.ts': '', 'sub/deep/out/y.ts': '',
    }); // prettier-ignore
    assert.deepEqual((await walk()).files, ['sub/a.ts', 'sub/keep.gen.ts']);
    assert.deepEqual((await walk('sub/deep')).files, ['sub/deep/b.ts', 'sub/deep/out/y.ts'], 'no repository');
    mkdirSync(at('.git'));
    assert.deepEqual((await walk('sub')).files, ['sub/a.ts', 'sub/keep.gen.ts']);
    assert.deepEqual((await walk('sub/deep')).files, []);
  });

  it('follows no link and opens nothing but .gitignore files', posix, async (t) => {
    const { walk, at } = setUp(t, { 'a.ts': '', 'real/b.ts': '' });
    symlinkSync('a.ts', at('link.ts'));
    symlinkSync('real', at('linked'));
    symlinkSync('.', at('real/circle'));
    symlinkSync('/dev/zero', at('device.ts'));
    execFileSync('mkfifo', [at('pipe.ts')]);
    assert.deepEqual((await walk()).files, ['a.ts', 'real/b.ts']);
  });

  it('says which .gitignore was not read, or not to its end', posix, async (t) => {
    const { walk, at } = setUp(t, { 'a.ts': '', 'p/a.ts': '', 'q/a.ts': '', 'r/a.ts': '', 's/a.ts': '' });
    execFileSync('mkfifo', [at('.gitignore'), at('p/.gitignore')]);
    writeFileSync(at('q/.gitignore'), '');
    truncateSync(at('q/.gitignore'), 1024 ** 4);
    writeFileSync(at('r/.gitignore'), 'x\n'.repeat(6000));
    symlinkSync('/dev/zero', at('s/.gitignore'));
    const { files, notes } = await walk();
    assert.deepEqual(files, ['a.ts', 'p/a.ts', 'q/a.ts', 'r/a.ts', 's/a.ts']);
    assert.deepEqual(notes.sort(), [
      '.gitignore: This file is left out because it is a named pipe, and only regular files are read.',
      'p/.gitignore: This file is left out because it is a named pipe, and only regular files are read.',
      'q/.gitignore: This file is left out because its 1048576.0 MiB are over the limit of 8.0 MiB.',
      'r/.gitignore: Only the first 5000 patterns that apply to this folder are heeded.',
    ]);
  });

  it('takes names for what they are, beside a folder that may not be read', posix, async (t) => {
    const { walk, at } = setUp(t, {
      'a\\b.ts': '',
      '[x].ts': '',
      '{a,b}/c.ts': '',
      '!x.ts': '',
      'closed/a.ts': '',
    });
    chmodSync(at('closed'), 0);
    const { files } = await walk();
    assert.deepEqual(files.filter((file) => !file.startsWith('closed')), ['!x.ts', '[x].ts', 'a\\b.ts', '{a,b}/c.ts']); // prettier-ignore
    assert.deepEqual((await walk('nowhere')).files, []);
    chmodSync(at('closed'), 0o700);
  });

  it('ends for patterns that regular expressions choke on', async (t) => {
    const long = 'a'.repeat(100);
    const { walk } = setUp(t, {
      '.gitignore': '*a*a*a*a*a*a*a*a*b.ts\n',
      'sub/.gitignore': '**/a/**/a/**/a/**/a/**/a/**/b\n',
      [`sub/${'a/'.repeat(50)}x.ts`]: '',
      [`${long}.ts`]: '',
    });
    assert.equal((await walk()).files.length, 2);
  });

  it('can be cancelled', async (t) => {
    const { folder } = setUp(t, { 'a.ts': '' });
    await assert.rejects(sourceFiles(folder, ['typescript'], { signal: AbortSignal.abort() }), {
      name: 'AbortError',
    });
    rmSync(folder, { recursive: true });
  });
});

describe('a folder that may not be read', { skip: process.platform === 'win32' }, () => {
  it('is left out with a note', (t) => {
    const { folder, at } = setUp(t, { 'a.ts': '', 'closed/b.ts': '' });
    chmodSync(folder, 0o755);
    chmodSync(at('closed'), 0o000);
    // The superuser may read everything.
    const user = process.getuid!() === 0 ? { uid: 65534 } : {};
    const walk = path.resolve(__dirname, '../../../server/src/service/walk.js');
    const script = `require(${JSON.stringify(walk)}).sourceFiles(${JSON.stringify(folder)}, ['typescript'])
      .then((found) => console.log(JSON.stringify(found)));`;
    const found = execFileSync(process.execPath, ['-e', script], { ...user, cwd: '/', encoding: 'utf8' });
    assert.deepEqual(JSON.parse(found), {
      files: [at('a.ts')],
      notes: [{ file: at('closed'), message: 'The folder was not looked into: access to it is denied.' }],
    });
  });
});
