import { readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/**
 * Runs `alloclens record` (of dist/) in the folder with these arguments, the last of which is the profile's path, and takes the paths of this
 * machine out of what was written.
 */
export async function recordGo(folder, args) {
  await run(process.execPath, [join(root, 'dist', 'cli.js'), ...args], {
    cwd: folder,
    env: { ...process.env, GOFLAGS: '-trimpath' },
  });
  const out = args.at(-1);
  // Where the binary lay: the same number of bytes, so that the protocol buffer stays one.
  const bytes = gunzipSync(await readFile(out));
  const plain = bytes
    .toString('latin1')
    .replace(/\/[\w/.-]*\/record\.test/g, (path) => 'record.test'.padStart(path.length, '/'));
  await writeFile(out, gzipSync(Buffer.from(plain, 'latin1'), { level: 9 }));
}
