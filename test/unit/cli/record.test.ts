import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { alloclens } from '../../support/real-cli';

const root = mkdtempSync(path.join(os.tmpdir(), 'alloclens-record-'));
after(() => rmSync(root, { recursive: true, force: true }));

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(root, 'x-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

/** Makes garbage and keeps nothing. */
const churning = `export function churn(n) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += [i, i + 1, i + 2].map((x) => ({ x })).length;
  return sum;
}
console.log(churn(300_000));
`;

interface Report {
  readonly total: number;
  readonly hotspots: readonly {
    readonly file: string;
    readonly function: string;
    readonly amount: number;
    why: string;
  }[];
  readonly notes: readonly string[];
}

describe('alloclens record -- a Node program', () => {
  it('has the garbage that the default recording of V8 does not see', async () => {
    const folder = folderOf({ 'a.mjs': churning });
    const { code, out } = await alloclens(folder, 'record', '--', process.execPath, 'a.mjs');
    assert.equal(code, 0);
    assert.match(out, /^900000\nWrote alloclens\.heapprofile\. Next: /);
    const ours = await alloclens(
      folder,
      'hotspots',
      '.',
      '--profile',
      'alloclens.heapprofile',
      '--format',
      'json',
    );
    const report = JSON.parse(ours.out) as Report;
    const [first] = report.hotspots;
    assert.equal(first!.file, 'a.mjs');
    assert.ok(first!.amount > 10e6, `${first!.amount} bytes`);
    assert.ok(!report.notes.some((note) => note.includes('does not say whether garbage')));

    execFileSync(process.execPath, ['--heap-prof', '--heap-prof-name=default.heapprofile', 'a.mjs'], {
      cwd: folder,
    });
    const usual = await alloclens(
      folder,
      'hotspots',
      '.',
      '--profile',
      'default.heapprofile',
      '--format',
      'json',
    );
    const without = JSON.parse(usual.out) as Report;
    const alive = without.hotspots.reduce((sum, { amount }) => sum + amount, 0);
    assert.ok(alive < first!.amount / 10, `${alive} bytes without the garbage`);
    assert.ok(without.notes.some((note) => note.includes('does not say whether garbage is in it')));
  });

  it('records worker threads and child processes, and leaves out programs of others', async () => {
    const folder = folderOf({
      'churn.mjs': churning,
      'main.mjs': `import { Worker } from 'node:worker_threads';
import { execFileSync } from 'node:child_process';
execFileSync(process.execPath, ['churn.mjs']);
execFileSync(process.execPath, ['-e', '1']);
new Worker(new URL('churn.mjs', import.meta.url));
`,
    });
    const { code } = await alloclens(folder, 'record', '--', process.execPath, 'main.mjs');
    assert.equal(code, 0);
    const { head } = JSON.parse(readFileSync(path.join(folder, 'alloclens.heapprofile'), 'utf8')) as {
      head: { children: { callFrame: { functionName: string } }[] };
    };
    const { out } = await alloclens(
      folder,
      'hotspots',
      '.',
      '--profile',
      'alloclens.heapprofile',
      '--format',
      'json',
    );
    const sum = (JSON.parse(out) as Report).hotspots.reduce((all, { amount }) => all + amount, 0);
    assert.ok(sum > 20e6, `${sum} bytes of two threads`);
    assert.ok(head.children.length > 0);
  });

  it('a server that does not end is ended after --seconds, and what it did is there', async () => {
    const folder = folderOf({
      'server.mjs': `${churning}\nsetInterval(() => churn(1000), 10);\n`,
    });
    const { code } = await alloclens(
      folder,
      'record',
      '--seconds',
      '2',
      '--',
      process.execPath,
      'server.mjs',
    );
    assert.equal(code, 0);
    assert.ok(existsSync(path.join(folder, 'alloclens.heapprofile')));
  });

  it('a program keeps its own answer to a signal', async () => {
    const folder = folderOf({
      'own.mjs': `${churning}
process.on('SIGINT', () => { console.log('own'); process.exit(0); });
setInterval(() => {}, 1000);
`,
    });
    const { out } = await alloclens(folder, 'record', '--seconds', '2', '--', process.execPath, 'own.mjs');
    assert.match(out, /^900000\n(own\n)?Wrote/);
  });

  it('says what is wrong in a sentence', async () => {
    const folder = folderOf({ 'a.mjs': churning });
    for (const [args, message] of [
      [['--', 'no-such-program'], /There is no program called no-such-program/],
      [['--', process.execPath, '-e', '1'], /ran no JavaScript of this folder, so nothing was recorded/],
      [[], /needs either --go FOLDER .* or a command after --/],
      [['--out', 'no/such/folder.heapprofile', '--', process.execPath, 'a.mjs'], /cannot be written: ENOENT/],
      [['--go', '.'], /needs --bench or --test/],
      [['--go', '.', '--bench', '.'], /go\.mod file not found/],
    ] as const) {
      const { code, err } = await alloclens(folder, 'record', ...args);
      assert.equal(code, 2, message.source);
      assert.match(err, message);
    }
  });
});

describe('alloclens record --go', () => {
  it('writes a profile of the benchmarks and leaves nothing else in the folder', async () => {
    const folder = folderOf({
      'go.mod': 'module example.com/r\n\ngo 1.21\n',
      'a_test.go':
        'package r\n\nimport (\n\t"strings"\n\t"testing"\n)\n\nvar sink []string\n\nfunc BenchmarkSplit(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tsink = strings.Split("a,b,c,d", ",")\n\t}\n}\n',
    });
    const { code } = await alloclens(
      folder,
      'record',
      '--go',
      '.',
      '--bench',
      'Split',
      '--benchtime',
      '5000x',
    );
    assert.equal(code, 0);
    assert.deepEqual(
      ['a_test.go', 'alloclens.pprof', 'go.mod'].filter((name) => !existsSync(path.join(folder, name))),
      [],
    );
    assert.ok(!existsSync(path.join(folder, 'r.test')));
    const { out } = await alloclens(
      folder,
      'hotspots',
      '.',
      '--profile',
      'alloclens.pprof',
      '--format',
      'json',
    );
    assert.match((JSON.parse(out) as Report).hotspots[0]!.why, /strings\.Split/);
  });
});
