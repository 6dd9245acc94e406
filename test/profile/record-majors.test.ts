import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type * as NodeBinary from '../../scripts/lib/node-binary.mjs' with { 'resolution-mode': 'import' };
import { recorder } from '../../server/src/composition';
import { readV8 } from '../../server/src/profile/v8';
import { inRepository } from '../support/repository';

/** `make` is small: V8 inlines it into `outer` and charges its memory there. */
const program = `
let sink;
function make(i) { return { i, at: [i, i + 1] }; }
function outer(n) { for (let i = 0; i < n; i++) sink = make(i); }
for (let i = 0; i < 50; i++) outer(20_000);
`;

describe('a churning function, by Node major', { timeout: 600_000 }, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-majors-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, 'a.cjs'), program);

  for (const major of [20, 22, 24, 26]) {
    it(`Node ${major}: next to nothing by default, all of it by the recorder, and make is charged to outer`, async (t) => {
      const { nodeBinary } = (await import(
        inRepository('scripts', 'lib', 'node-binary.mjs')
      )) as typeof NodeBinary;
      const node = await nodeBinary(major, (line) => t.diagnostic(line));
      const bytesOf = async (file: string, name?: string): Promise<number> =>
        [...(await readV8(createReadStream(path.join(folder, file)))).samples]
          .filter(({ stack }) =>
            name === undefined
              ? stack.some((frame) => frame.file.endsWith('a.cjs'))
              : stack.find((frame) => frame.file.endsWith('a.cjs'))?.name === name,
          )
          .reduce((sum, { values }) => sum + values[0]!, 0);

      execFileSync(node, ['--heap-prof', '--heap-prof-name=default.heapprofile', 'a.cjs'], { cwd: folder });
      const recordings = path.join(folder, String(major));
      mkdirSync(recordings);
      execFileSync(node, ['--require', recorder, 'a.cjs'], {
        cwd: folder,
        env: { ...process.env, ALLOCLENS_RECORD_FOLDER: recordings, ALLOCLENS_RECORD_INTERVAL: '16384' },
      });
      const [file] = readdirSync(recordings);
      const ours = path.join(String(major), file!);
      const [usual, all] = [await bytesOf('default.heapprofile'), await bytesOf(ours)];
      const [outer, made] = [await bytesOf(ours, 'outer'), await bytesOf(ours, 'make')];
      t.diagnostic(`by default ${usual} bytes, recorded ${all}: outer ${outer}, make ${made}`);
      assert.ok(all > 40e6, `${all} bytes`);
      assert.ok(usual < all / 20, `${usual} bytes by default`);
      assert.ok(outer > made, 'V8 inlines make');
    });
  }
});
