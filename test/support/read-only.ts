import fs from 'node:fs';
import type { TestContext } from 'node:test';

/** The file may not be written to, for the superuser either, who runs tests in containers. */
export function makeReadOnly(t: TestContext, file: string): void {
  fs.chmodSync(file, 0o444);
  const access = fs.accessSync.bind(fs);
  t.mock.method(fs, 'accessSync', (asked: string, mode?: number) => {
    if (asked === file && mode === fs.constants.W_OK)
      throw Object.assign(new Error('EACCES: permission denied, access'), { code: 'EACCES' });
    access(asked, mode);
  });
}
