/** Folders as one would lay them to stop the analysis: it ends, finds what is there, and says what it left out. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createGoEngine, type GoEngine } from '../../../server/src/go/engine';
import { nullLogger } from '../../../server/src/host/logger';
import { TrustGate } from '../../../server/src/host/trust';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { grammar, testSettings } from '../../support/go';
import { writeModule } from '../../support/go-module';

const posix = { skip: process.platform === 'win32' && 'pipes and devices are files on POSIX systems only' };

const growing = (name: string): string =>
  `func ${name}(xs []string) []string {\n\tvar out []string\n\tfor _, x := range xs {\n\t\tout = append(out, x)\n\t}\n\treturn out\n}\n`;
const file = `package m\n\n${growing('F')}`;
const goMod = 'module m\n\ngo 1.21\n';

async function engineFor(t: TestContext): Promise<GoEngine> {
  const engine = await createGoEngine({ logger: nullLogger, trust: new TrustGate(true) }, { grammar });
  t.after(() => engine.dispose());
  return engine;
}

/** The last word about each file of the folder, by name; fails when the analysis does not end. */
async function scan(t: TestContext, root: string, files?: string[]): Promise<Map<string, FileAnalysis>> {
  const engine = await engineFor(t);
  const found = new Map<string, FileAnalysis>();
  await engine.scan(
    {
      directories: [root],
      settings: testSettings(),
      ...(files && { files: new Set(files.map((name) => path.join(root, name))) }),
    },
    (some) => some.forEach((one) => found.set(path.relative(root, one.path), one)),
    AbortSignal.timeout(60_000),
  );
  return found;
}

const rulesOf = (analysis?: FileAnalysis): string[] => analysis?.findings.map(({ ruleId }) => ruleId) ?? [];
const notesOf = (analysis?: FileAnalysis): string[] => analysis?.notes.map(({ message }) => message) ?? [];
const fixOf = (analysis?: FileAnalysis) => analysis?.findings.flatMap(({ fixes }) => fixes)[0];

describe('a folder with more than files', posix, () => {
  for (const [what, lay] of [
    ['a pipe named .go', (at: string) => execFileSync('mkfifo', [path.join(at, 'z.go')])],
    ['a link to a terminal', (at: string) => symlinkSync('/dev/ptmx', path.join(at, 'z.go'))],
    ['a link to an endless device', (at: string) => symlinkSync('/dev/zero', path.join(at, 'z_test.go'))],
  ] as const)
    it(`is compiled without ${what}, and says so`, async (t) => {
      const root = writeModule(t, { 'go.mod': goMod, 'a.go': file });
      lay(root);
      const analysis = (await scan(t, root)).get('a.go');
      assert.deepEqual(rulesOf(analysis), ['go/preallocate-slice']);
      assert.equal(fixOf(analysis)?.verification, 'checked');
      assert.match(notesOf(analysis).join(), /^This file is left out because it is a (named pipe|device)/);
      assert.match(analysis!.notes[0]!.file!, /z(_test)?\.go$/);
    });

  it('is compiled without a pipe that only the go command would open', async (t) => {
    const root = writeModule(t, { 'go.mod': goMod, 'a.go': file.replace('package m', 'package main') });
    for (const name of ['z.s', 'z.h', 'default.pgo']) execFileSync('mkfifo', [path.join(root, name)]);
    const analysis = (await scan(t, root)).get('a.go');
    assert.equal(fixOf(analysis)?.verification, 'checked');
  });

  for (const name of ['go.mod', 'go.sum', 'go.work', 'vendor/modules.txt'])
    it(`whose ${name} is a pipe is not compiled, but its syntax is analysed`, async (t) => {
      const root = writeModule(t, { 'go.mod': goMod, 'a.go': file });
      mkdirSync(path.join(root, 'vendor'));
      rmSync(path.join(root, name), { force: true });
      execFileSync('mkfifo', [path.join(root, name)]);
      const [note] = notesOf((await scan(t, root)).get('a.go'));
      assert.match(
        note!,
        /^Only the syntax was analysed\. The go command is not run on \S+ because it is a named pipe, and only regular files are read\.$/,
      );
      assert.ok(note!.includes(path.join(root, name)));
    });

  it('whose go.mod is a terabyte of nothing is not compiled either', async (t) => {
    const root = writeModule(t, { 'go.mod': goMod, 'a.go': file });
    truncateSync(path.join(root, 'go.mod'), 1024 ** 4);
    assert.match(notesOf((await scan(t, root)).get('a.go'))[0]!, /because its 1048576\.0 MiB are over/);
  });

  it('is analysed as a whole again when the pipe is gone', async (t) => {
    const root = writeModule(t, { 'go.mod': goMod, 'a.go': file });
    const pipe = path.join(root, 'z.go');
    execFileSync('mkfifo', [pipe]);
    assert.equal(notesOf((await scan(t, root)).get('a.go')).length, 1);
    unlinkSync(pipe);
    assert.deepEqual(notesOf((await scan(t, root)).get('a.go')), []);
  });
});

describe('a file with a byte order mark', () => {
  for (const [what, text] of [
    ['alone', `\uFEFF${file}`],
    ['with line ends of Windows', `\uFEFF${file}`.replaceAll('\n', '\r\n')],
  ] as const)
    it(`${what} has its fix verified`, async (t) => {
      const root = writeModule(t, { 'go.mod': goMod, 'a.go': text });
      const analysis = (await scan(t, root)).get('a.go');
      assert.equal(analysis?.text, text.slice(1));
      assert.deepEqual(rulesOf(analysis), ['go/preallocate-slice']);
      assert.equal(fixOf(analysis)?.verification, 'checked');
    });
});

describe('a byte order mark before code on the first line', () => {
  const text = '\uFEFFpackage m; func F(n int) []byte { return make([]byte, n) }\n';
  it('does not shift what the compiler says', async (t) => {
    const root = writeModule(t, { 'go.mod': goMod, 'a.go': text });
    const [finding] = (await scan(t, root)).get('a.go')!.findings;
    const { start, end } = finding!.span;
    assert.equal(text.slice(1).slice(start, end), 'make([]byte, n)');
  });
});

describe('a folder without a module', () => {
  const main = (name: string): string => `package main\n\n${growing(name)}\nfunc main() { ${name}(nil) }\n`;

  it('has each of its programs analysed', async (t) => {
    const root = writeModule(t, { 'a.go': main('work'), 'b.go': main('work'), 'c.go': 'package c\n' });
    const found = await scan(t, root);
    assert.deepEqual([...found.keys()].sort(), ['a.go', 'b.go', 'c.go']);
    for (const name of ['a.go', 'b.go']) {
      assert.deepEqual(rulesOf(found.get(name)), ['go/preallocate-slice'], name);
      assert.match(notesOf(found.get(name)).join(), /^There is no go\.mod above this file/);
    }
  });

  it('has a file that its programs share analysed once, with its findings', async (t) => {
    const helper = `package main\n\n${growing('help')}`;
    const root = writeModule(t, { 'a.go': main('work'), 'b.go': main('work'), 'help.go': helper });
    const found = await scan(t, root);
    assert.deepEqual(
      [...found].sort().map(([name, analysis]) => `${name} ${rulesOf(analysis).join()}`),
      ['a.go go/preallocate-slice', 'b.go go/preallocate-slice', 'help.go go/preallocate-slice'],
    );
  });

  it('has only the program analysed that was asked for', async (t) => {
    const root = writeModule(t, { 'a.go': main('work'), 'b.go': main('work') });
    assert.deepEqual([...(await scan(t, root, ['b.go'])).keys()], ['b.go']);
  });

  it('has one program that does not compile beside one that does', async (t) => {
    const root = writeModule(t, { 'a.go': main('work').replace('var out', 'var in'), 'b.go': main('work') });
    const found = await scan(t, root);
    assert.match(notesOf(found.get('a.go')).join(), /the package does not compile/);
    assert.equal(fixOf(found.get('b.go'))?.verification, 'checked');
  });
});

describe('the temporary folder', () => {
  it('is tried again with the next analysis when it could not be used', async (t) => {
    const root = writeModule(t, { 'go.mod': goMod, 'a.go': file });
    const before = process.env['TMPDIR'];
    t.after(() => (before === undefined ? delete process.env['TMPDIR'] : (process.env['TMPDIR'] = before)));
    const temporary = path.join(root, 'tmp');
    process.env['TMPDIR'] = temporary;
    const engine = await engineFor(t);
    const analyse = async (version: number): Promise<FileAnalysis> => {
      const document = {
        path: path.join(root, 'a.go'),
        languageId: 'go',
        version,
        text: `${file}// ${version}\n`,
      };
      const buffers = new Map([[document.path, document]]);
      let last: FileAnalysis | undefined;
      const publish = (files: readonly FileAnalysis[]): void => void (last = files[0]);
      await engine.analyse({ document, buffers, settings: testSettings() }, publish, t.signal);
      return last!;
    };
    assert.match(notesOf(await analyse(1)).join(), /ENOENT/);
    mkdirSync(temporary);
    assert.deepEqual(notesOf(await analyse(2)), []);
    rmSync(temporary, { recursive: true });
    mkdirSync(temporary);
    assert.deepEqual(notesOf(await analyse(3)), [], 'somebody has cleaned up');
  });
});
