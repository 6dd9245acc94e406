import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { nullLogger, type Logger } from '../../../server/src/host/logger';
import { processSpace } from '../../../server/src/host/remains';
import { ResultStore } from '../../../server/src/host/result-store';
import { damaged } from '../../support/damaged';
import { writeModule } from '../../support/go-module';

type Cleanup = Parameters<typeof writeModule>[0];

async function storeIn(t: Cleanup, limit?: number): Promise<{ home: string; store: ResultStore }> {
  const home = writeModule(t, {});
  return { home, store: (await ResultStore.open('program', nullLogger, home, limit))! };
}

const fileIn = ({ folder }: ResultStore): string => path.join(folder, readdirSync(folder)[0]!);

describe('ResultStore', () => {
  it('gives what was written, in this process and the next', async (t) => {
    const { home, store } = await storeIn(t);
    assert.equal(await store.read('key'), undefined);
    await store.write('key', { a: [1, 'ü'] });
    assert.deepEqual(await store.read('key'), { a: [1, 'ü'] });
    const next = await ResultStore.open('program', nullLogger, home);
    assert.deepEqual(await next!.read('key'), { a: [1, 'ü'] });
  });

  it('gives nothing that another build of the program has written', async (t) => {
    const { home, store } = await storeIn(t);
    await store.write('key', 1);
    assert.equal(await (await ResultStore.open('other', nullLogger, home))!.read('key'), undefined);
  });

  it('does not give what was damaged', async (t) => {
    const { store } = await storeIn(t);
    const value = { text: 'abcdefghij'.repeat(50) };
    await store.write('key', value);
    const file = fileIn(store);
    const whole = readFileSync(file);
    let missing = 0;
    for (const bytes of damaged(whole, 200)) {
      writeFileSync(file, bytes);
      const found = await store.read('key');
      if (found === undefined) missing++;
      // What the checksum does not cover says nothing: time and system of the packing.
      else assert.deepEqual(found, value);
    }
    assert.ok(missing > 150);
  });

  it('replaces what was damaged', async (t) => {
    const { store } = await storeIn(t);
    await store.write('key', 1);
    writeFileSync(fileIn(store), 'no');
    await store.write('key', 2);
    assert.equal(await store.read('key'), 2);
  });

  it('keeps what was used last', async (t) => {
    const { store } = await storeIn(t, 400);
    const noise = (seed: number): string =>
      Array.from({ length: 60 }, (_, i) => Math.imul(seed + i, 2654435761).toString(36)).join('');
    await store.write('old', noise(1));
    utimesSync(fileIn(store), new Date(0), new Date(0));
    await store.write('new', noise(2));
    await store.tidy();
    assert.equal(await store.read('old'), undefined);
    if (readFileSync(fileIn(store)).length <= 400) assert.equal(await store.read('new'), noise(2));
  });

  it('does not keep what is larger than all that may be kept', async (t) => {
    const { store } = await storeIn(t, 10);
    await store.write('key', 'a long text that is not worth ten bytes');
    assert.deepEqual(readdirSync(store.folder), []);
  });

  it('removes what killed processes left, and nothing of the living', async (t) => {
    const { store } = await storeIn(t);
    const [gone, alive] = [
      `unfinished-${processSpace}-999999999-x`,
      `unfinished-${processSpace}-${process.pid}-x`,
    ];
    for (const name of [gone, alive]) writeFileSync(path.join(store.folder, name), '');
    await store.write('key', 1);
    await store.tidy();
    assert.deepEqual(
      readdirSync(store.folder).filter((name) => name.startsWith('unfinished')),
      [alive],
    );
  });

  it('is whole for many that write at once', async (t) => {
    const { home } = await storeIn(t);
    const stores = await Promise.all(
      Array.from({ length: 8 }, () => ResultStore.open('program', nullLogger, home)),
    );
    await Promise.all(stores.map((store, i) => store!.write('key', `${i}`.repeat(10_000))));
    const found = (await stores[0]!.read('key')) as string;
    assert.equal(found, found[0]!.repeat(10_000));
    assert.equal(readdirSync(stores[0]!.folder).length, 1);
  });

  it('writes nothing more after a failure, and says so once in the log', async (t) => {
    const home = writeModule(t, {});
    const said: string[] = [];
    const logger: Logger = { ...nullLogger, info: (message) => said.push(message) };
    const store = (await ResultStore.open('program', logger, home))!;
    await store.write('key', 1);
    // In its way: what is renamed does not replace a folder with something in it.
    const file = fileIn(store);
    const other = (await ResultStore.open('program', logger, home))!;
    rmSync(file);
    mkdirSync(path.join(file, 'in the way'), { recursive: true });
    await other.write('key', 2);
    await other.write('another', 3);
    assert.equal(said.length, 1);
    assert.match(said[0]!, /^No more results are kept: /);
    assert.equal(await other.read('another'), undefined);
    assert.deepEqual(readdirSync(store.folder), [path.basename(file)]);
  });

  it('is none where the folder cannot be made', async (t) => {
    const home = writeModule(t, { results: 'a file' });
    const said: string[] = [];
    const logger: Logger = { ...nullLogger, info: (message) => said.push(message) };
    assert.equal(await ResultStore.open('program', logger, home), undefined);
    assert.match(said.join(), /^No results are kept: /);
  });

  it(
    'is none where others may write',
    { skip: process.platform === 'win32' && 'Windows has other permissions' },
    async (t) => {
      const { home, store } = await storeIn(t);
      chmodSync(store.folder, 0o777);
      assert.equal(await ResultStore.open('program', nullLogger, home), undefined);
    },
  );
});
