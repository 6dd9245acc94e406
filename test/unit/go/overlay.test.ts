import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { OverlayStore } from '../../../server/src/go/compile/overlay';
import { writeModule } from '../../support/go-module';

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
});
