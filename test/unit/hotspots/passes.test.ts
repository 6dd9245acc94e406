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
  const said: [string, number | undefined][] = [];
  const open = passesOf(
    {
      path: file,
      name: 'large.pprof',
      notes: [],
      progress: (what, percentage) => said.push([what, percentage]),
    },
    2,
  );
  const ends: (number | undefined)[] = [];
  for (let pass = 0; pass < 2; pass++) {
    let size = 0;
    for await (const chunk of open()) size += chunk.length;
    assert.equal(size, 1 << 20);
    ends.push(said.at(-1)![1]);
  }
  assert.deepEqual(ends, [50, 100]);
  assert.deepEqual(new Set(said.map(([what]) => what)), new Set(['reading large.pprof']));
  const told = said.map(([, percentage]) => percentage!);
  assert.deepEqual(
    told,
    [...new Set(told)].sort((a, b) => a - b),
  );
  assert.ok(told.length > 10);
});
