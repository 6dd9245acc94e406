import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { CacheFolder, cacheHome } from '../../../server/src/host/cache-folder';
import { processSpace } from '../../../server/src/host/remains';
import { writeModule } from '../../support/go-module';

const posix = { skip: process.platform === 'win32' && 'Windows has other permissions' };

async function cacheIn(t: TestContext, kept = 3) {
  const home = writeModule(t, {});
  return { home, cache: await CacheFolder.open('things', kept, home) };
}

const put = (cache: CacheFolder, key: string, text = key): Promise<string> =>
  cache.put(key, (folder) => {
    writeFileSync(path.join(folder, 'a'), text);
    return Promise.resolve();
  });

describe('CacheFolder', () => {
  it('gives what was put, in this process and the next', async (t) => {
    const { cache, home } = await cacheIn(t);
    assert.equal(await cache.find('one'), undefined);
    const entry = await put(cache, 'one');
    assert.equal(await cache.find('one'), entry);
    const again = await CacheFolder.open('things', 3, home);
    assert.equal(readFileSync(path.join((await again.find('one'))!, 'a'), 'utf8'), 'one');
  });

  it('does not give what was damaged, and takes another in its place', async (t) => {
    const { cache } = await cacheIn(t);
    const entry = await put(cache, 'one');
    writeFileSync(path.join(entry, 'a'), 'two');
    assert.equal(await cache.find('one'), undefined);
    await put(cache, 'one', 'three');
    assert.equal(readFileSync(path.join((await cache.find('one'))!, 'a'), 'utf8'), 'three');
  });

  it('keeps nothing of what could not be made', async (t) => {
    const { cache } = await cacheIn(t);
    await assert.rejects(
      cache.put('one', () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.deepEqual(readdirSync(cache.path), []);
  });

  it('keeps those that were used last', async (t) => {
    const { cache } = await cacheIn(t);
    for (const [i, key] of ['a', 'b', 'c'].entries()) {
      const entry = await put(cache, key);
      utimesSync(entry, 1000 + i, 1000 + i);
    }
    await cache.find('a');
    await put(cache, 'd');
    assert.deepEqual(readdirSync(cache.path).sort(), ['a', 'c', 'd']);
  });

  it('removes what a killed process left unfinished', async (t) => {
    const { cache } = await cacheIn(t);
    mkdirSync(path.join(cache.path, `unfinished-${processSpace}-999999999-x`));
    mkdirSync(path.join(cache.path, `unfinished-${processSpace}-${process.pid}-x`));
    await put(cache, 'one');
    assert.deepEqual(readdirSync(cache.path).sort(), ['one', `unfinished-${processSpace}-${process.pid}-x`]);
  });

  it('is of one user alone', posix, async (t) => {
    const home = writeModule(t, { 'file/things': '' });
    mkdirSync(path.join(home, 'open', 'things'), { recursive: true });
    chmodSync(path.join(home, 'open', 'things'), 0o777);
    await assert.rejects(
      CacheFolder.open('things', 3, path.join(home, 'open')),
      /other users may write to it/,
    );
    await assert.rejects(CacheFolder.open('things', 3, path.join(home, 'file')), /EEXIST/);
    mkdirSync(path.join(home, 'link'));
    symlinkSync(path.join(home, 'open', 'things'), path.join(home, 'link', 'things'));
    await assert.rejects(CacheFolder.open('things', 3, path.join(home, 'link')), /is not a folder/);
  });

  it('lies where the system keeps such files', posix, () => {
    assert.equal(cacheHome({ XDG_CACHE_HOME: '/x' }, 'linux'), '/x/alloclens');
    assert.match(cacheHome({ XDG_CACHE_HOME: 'relative' }, 'linux'), /\/\.cache\/alloclens$/);
    assert.match(cacheHome({}, 'darwin'), /\/Library\/Caches\/alloclens$/);
  });
});
