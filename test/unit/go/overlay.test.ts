import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { OverlayStore } from '../../../server/src/go/compile/overlay';
import { trustedRunner, writeModule } from '../../support/go-module';

const file = path.resolve('/work/p/a.go');

describe('OverlayStore', () => {
  it('keeps its files private, and removes them', async (t) => {
    const store = await OverlayStore.create(writeModule(t, {}));
    const overlay = await store.write(new Map([[file, 'package p\n']]));
    if (process.platform !== 'win32') {
      assert.equal(statSync(store.folder).mode & 0o777, 0o700);
      assert.equal(statSync(overlay.backing(file)!).mode & 0o777, 0o600);
    }
    await store.dispose();
    assert.equal(existsSync(store.folder), false);
  });

  it('maps both ways', async (t) => {
    const store = await OverlayStore.create(writeModule(t, {}));
    const other = path.resolve('/work/q/a.go');
    const gone = path.resolve('/work/p/gone.go');
    const overlay = await store.write(
      new Map<string, string | null>([
        [file, 'package p\n'],
        // The same name and text in another package must find back to its own file.
        [other, 'package p\n'],
        [gone, null],
      ]),
    );
    assert.equal(overlay.logical(overlay.backing(file)!), file);
    assert.equal(overlay.logical(overlay.backing(other)!), other);
    assert.equal(overlay.backing(gone), undefined);
    assert.equal(overlay.logical(file), undefined);
    assert.deepEqual(JSON.parse(readFileSync(overlay.file!, 'utf8')), {
      Replace: { [file]: overlay.backing(file), [other]: overlay.backing(other), [gone]: '' },
    });
    await store.dispose();
  });

  it('writes a text once: names go by content', async (t) => {
    const store = await OverlayStore.create(writeModule(t, {}));
    const write = (text: string) => store.write(new Map([[file, text]]));
    const first = await write('package p // größe\r\n');
    assert.equal(readFileSync(first.backing(file)!, 'utf8'), 'package p // größe\r\n');
    const { mtimeMs, ino } = statSync(first.backing(file)!);
    const [again, same] = await Promise.all([
      write('package p // größe\r\n'),
      write('package p // größe\r\n'),
    ]);
    assert.equal(again.file, first.file);
    assert.equal(same.file, first.file);
    assert.deepEqual(
      [statSync(first.backing(file)!).mtimeMs, statSync(first.backing(file)!).ino],
      [mtimeMs, ino],
    );
    assert.notEqual((await write('package p\n')).backing(file), first.backing(file));
    await store.dispose();
  });

  it('needs no file for nothing', async (t) => {
    const store = await OverlayStore.create(writeModule(t, {}));
    assert.equal((await store.write(new Map())).file, undefined);
    await store.dispose();
  });

  it('removes what killed processes left, and nothing else', async (t) => {
    const parent = writeModule(t, {});
    const gone = await trustedRunner.text({
      command: process.execPath,
      args: ['-e', 'process.stdout.write(String(process.pid))'],
      cwd: parent,
      env: {},
    });
    const folder = (name: string, hoursOld: number): string => {
      const made = path.join(parent, name);
      mkdirSync(path.join(made, 'inner'), { recursive: true });
      const time = new Date(Date.now() - hoursOld * 3_600_000);
      utimesSync(made, time, time);
      return made;
    };
    const left = folder(`alloclens-overlay-${gone.stdout}-a`, 2);
    const kept = [
      folder(`alloclens-overlay-${gone.stdout}-b`, 0),
      folder(`alloclens-overlay-${process.pid}-c`, 2),
      folder('alloclens-overlay-x', 2),
      folder('somebody-else', 2),
    ];
    const store = await OverlayStore.create(parent);
    assert.equal(existsSync(left), false);
    for (const other of kept) assert.equal(existsSync(other), true, other);
    await store.dispose();
  });

  it('leaves nothing behind when the process exits without dispose', async (t) => {
    const folder = writeModule(t, {});
    const module = path.resolve(__dirname, '../../../server/src/go/overlay.js');
    const script = `
      require(${JSON.stringify(module)}).OverlayStore.create(${JSON.stringify(folder)}).then(async (store) => {
        await store.write(new Map([['/a.go', 'package a']]));
        process.stdout.write(String(require('node:fs').readdirSync(store.folder).length));
        process.exit(0);
      });`;
    const result = await trustedRunner.text({
      command: process.execPath,
      args: ['-e', script],
      cwd: folder,
      env: {},
    });
    assert.equal(result.stdout, '2');
    assert.deepEqual(readdirSync(folder), []);
  });
});
