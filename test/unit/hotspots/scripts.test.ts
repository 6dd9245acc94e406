import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scriptLocator } from '../../../server/src/hotspots/scripts';

const files = ['/work/shop/src/server.ts', '/work/shop/src/store.ts', '/work/shop/tools/src/server.ts'];
const locate = (url: string): string | undefined =>
  scriptLocator([url.replace('file://', '')], files)({ file: url });

describe('the scripts of a V8 profile', () => {
  it('are found by their path and by its URL', () => {
    assert.equal(locate('/work/shop/src/store.ts'), files[1]);
    assert.equal(locate('file:///work/shop/src/store.ts'), files[1]);
  });

  it('of another machine are found by what they share of the path’s end', () => {
    assert.equal(locate('file:///home/ci/build/shop/src/store.ts'), files[1]);
    assert.equal(locate('file:///builds/tools/src/server.ts'), files[2]);
    assert.equal(locate('file:///builds/shop/src/server.ts'), files[0]);
  });

  it('are never a guess: not by the name alone, nor between two files', () => {
    assert.equal(locate('file:///elsewhere/store.ts'), undefined);
    assert.equal(locate('file:///builds/src/server.ts'), undefined);
    assert.equal(locate('file:///builds/node_modules/x/src/store.ts'), undefined);
    assert.equal(locate('node:internal/url'), undefined);
  });

  it('that lie on this machine and are not at hand stay what they are', () => {
    assert.equal(
      scriptLocator([__filename], ['/elsewhere/hotspots/scripts.test.js'])({ file: __filename }),
      undefined,
    );
  });
});
