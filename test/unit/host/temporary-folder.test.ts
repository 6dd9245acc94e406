import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { processSpace } from '../../../server/src/host/remains';
import { TemporaryFolder } from '../../../server/src/host/temporary-folder';
import { trustedRunner, writeModule } from '../../support/go-module';

const compiled = path.resolve(__dirname, '../../../server/src/host/temporary-folder.js');

/** Runs a script with `folder`, the child's own temporary folder below `parent`, and gives what it prints. */
async function inAnotherProcess(parent: string, script: string): Promise<string> {
  const code = `
    require(${JSON.stringify(compiled)}).TemporaryFolder.create(${JSON.stringify(parent)}).then(async (folder) => {
      await folder.put('x/a.go', 'package a');
      ${script}
    });`;
  const { stdout } = await trustedRunner.text({
    command: process.execPath,
    args: ['-e', code],
    cwd: parent,
    env: {},
  });
  return stdout;
}

async function temporary(t: TestContext, parent = writeModule(t, {})): Promise<TemporaryFolder> {
  const folder = await TemporaryFolder.create(parent);
  t.after(() => folder.dispose());
  return folder;
}

describe('TemporaryFolder', () => {
  it('is gone when its process exits', async (t) => {
    const parent = writeModule(t, {});
    await inAnotherProcess(parent, 'process.exit(0);');
    assert.deepEqual(readdirSync(parent), []);
  });

  it('is removed by the next one at once when its process was killed', async (t) => {
    const parent = writeModule(t, {});
    await inAnotherProcess(parent, "process.kill(process.pid, 'SIGKILL');");
    const [left] = readdirSync(parent);
    assert.ok(left, 'a killed process leaves its folder');
    await temporary(t, parent);
    assert.equal(existsSync(path.join(parent, left)), false);
  });

  it('of a living process stays, and what is not ours to judge', async (t) => {
    const parent = writeModule(t, {});
    const folder = (name: string, hoursOld: number): string => {
      const made = path.join(parent, name);
      mkdirSync(path.join(made, 'inner'), { recursive: true });
      const time = new Date(Date.now() - hoursOld * 3_600_000);
      utimesSync(made, time, time);
      return made;
    };
    const pid = await inAnotherProcess(parent, 'process.stdout.write(String(process.pid)); process.exit(0);');
    const other = 'a'.repeat(12);
    const dead = folder(`alloclens-overlay-${processSpace}-${pid}-a`, 0);
    const rested = folder(`alloclens-overlay-${other}-${process.pid}-b`, 2);
    const kept = [
      folder(`alloclens-overlay-${processSpace}-${process.pid}-c`, 2),
      folder(`alloclens-overlay-${other}-${pid}-d`, 0),
      folder('alloclens-overlay-x', 2),
      folder('somebody-else', 2),
    ];
    const link = path.join(parent, `alloclens-overlay-${processSpace}-${pid}-link`);
    symlinkSync(kept[3]!, link);
    await temporary(t, parent);
    assert.equal(existsSync(dead), false, 'its process is gone');
    assert.equal(existsSync(rested), false, 'nobody has used it for hours');
    for (const one of kept) assert.equal(existsSync(one), true, one);
    assert.ok(lstatSync(link).isSymbolicLink());
  });

  it('knows when it was removed or replaced', async (t) => {
    const folder = await temporary(t);
    assert.equal(folder.exists, true);
    rmSync(folder.path, { recursive: true });
    assert.equal(folder.exists, false);
    symlinkSync(path.dirname(folder.path), folder.path);
    assert.equal(folder.exists, false, 'a link in its place is not ours');
    rmSync(folder.path);
  });

  it('writes a name once, and never half of it', async (t) => {
    const folder = await temporary(t);
    const text = 'x'.repeat(1 << 20);
    const files = await Promise.all([folder.put('a/b.txt', text), folder.put('a/b.txt', text)]);
    assert.equal(files[0], files[1]);
    assert.equal(readFileSync(files[0]!, 'utf8'), text);
    assert.deepEqual(readdirSync(path.dirname(files[0]!)), ['b.txt']);
  });
});
