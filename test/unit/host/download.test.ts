import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { download, DownloadError } from '../../../server/src/host/download';

const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-download-'));
const file = path.join(folder, 'got');
const server = createServer((request, response) => {
  switch (request.url) {
    case '/ok':
      return void response.end('profile');
    case '/elsewhere':
      return void response.writeHead(302, { location: '/ok' }).end();
    case '/refused':
      return void response.writeHead(400).end('seconds is incompatible with debug\n');
    case '/broken':
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half');
      return void setTimeout(() => response.destroy(), 20);
    case '/endless': {
      const pour = (): void => {
        while (response.write(Buffer.alloc(65536)));
      };
      response.on('drain', pour);
      return pour();
    }
    case '/silent':
      return;
    default:
      return void response.writeHead(404).end('<html>not here</html>');
  }
});
before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (to: string, { patience = 20_000, signal = new AbortController().signal } = {}): Promise<void> =>
  download(new URL(to, `http://127.0.0.1:${(server.address() as AddressInfo).port}`), file, {
    patience,
    size: 1024 ** 2,
    signal,
  });

describe('a download', () => {
  it('is what the address answers', async () => {
    await get('/ok');
    assert.equal(readFileSync(file, 'utf8'), 'profile');
  });

  for (const [to, message] of [
    ['/elsewhere', /sends elsewhere \(status 302\), and only the address that was typed/],
    ['/refused', /refuses with status 400: seconds is incompatible with debug\./],
    ['/missing', /has nothing there \(status 404\): does the program import net\/http\/pprof/],
    ['/broken', /connection broke off/],
    ['/endless', /more than 1 MiB/],
    ['http://127.0.0.1:9/', /nobody listens there|cannot be read/],
  ] as const)
    it(`${to} is one sentence`, async () => {
      await assert.rejects(get(to), (error: Error) => {
        assert.ok(error instanceof DownloadError, String(error));
        assert.match(error.message, message);
        return true;
      });
    });

  it('that does not answer is given up', async () => {
    await assert.rejects(get('/silent', { patience: 200 }), /did not answer within 0 seconds/);
  });

  it('ends when the person ends it', async () => {
    const ended = new AbortController();
    setTimeout(() => ended.abort(), 100);
    await assert.rejects(get('/silent', { signal: ended.signal }), { name: 'AbortError' });
  });
});
