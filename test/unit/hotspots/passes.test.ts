import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { passesOf } from '../../../server/src/hotspots/passes';

test('a profile that is read twice is half read after the first time, and each percentage is told once', async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-passes-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'large.pprof');
  writeFileSync(file, Buffer.alloc(1 << 20));
  const told: number[] = [];
  const open = passesOf(file, 2, (percentage) => told.push(percentage));
  const ends: (number | undefined)[] = [];
  for (let pass = 0; pass < 2; pass++) {
    let size = 0;
    for await (const chunk of open()) size += chunk.length;
    assert.equal(size, 1 << 20);
    ends.push(told.at(-1));
  }
  assert.deepEqual(ends, [50, 100]);
  assert.deepEqual(
    told,
    [...new Set(told)].sort((a, b) => a - b),
  );
  assert.ok(told.length > 10);
});
