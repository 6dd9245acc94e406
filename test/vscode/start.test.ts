import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repository } from './repository';

interface Run {
  /** What it printed on both streams, until it ended or `until` matched. */
  readonly printed: string;
  /** Undefined when it still runs. */
  readonly code: number | undefined;
  /** Sends the signal of Ctrl+C and waits for the end. */
  interrupt(): Promise<void>;
}

/** `npm start`, as the manifest runs it. */
async function start(args: readonly string[], env: Record<string, string>, until?: RegExp): Promise<Run> {
  const child = spawn(process.execPath, [join('scripts', 'start.mjs'), ...args], {
    cwd: repository,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const matched = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        printed += text.toString();
        if (until?.test(printed)) resolve();
      });
  });
  const closed = once(child, 'close');
  await Promise.race([matched, closed]);
  return {
    printed,
    code: child.exitCode ?? undefined,
    async interrupt() {
      child.kill('SIGINT');
      await closed;
    },
  };
}

describe('npm start', () => {
  it('reports what was recorded, then the findings of both languages with reason and fix, and ends when asked for the report', async () => {
    const { printed, code } = await start(['--report'], { CI: '' });
    assert.equal(code, 0, printed);
    const order = ['api/server.go:', 'server.ts:', 'Scan samples'].map((text) => printed.indexOf(text));
    assert.ok(order[0]! > 0 && order[0]! < order[1]! && order[1]! < order[2]!, printed);
    for (const file of [/^samples[\\/]go[\\/].+\.go/m, /^samples[\\/]typescript[\\/].+\.ts/m])
      assert.match(printed, file);
    for (const rule of [/go\/per-call-buffer/, /go\/preallocate-slice/, /ts\/accumulating-spread/])
      assert.match(printed, rule);
    assert.match(printed, /^ +why: /m);
    assert.match(printed, /^ +fix: /m);
  });

  it('ends after the report where CI=true', async () => {
    const { printed, code } = await start([], { CI: 'true' });
    assert.equal(code, 0, printed);
  });

  it(
    'serves VS Code on the samples where there is no desktop one, until it is interrupted',
    { skip: process.platform === 'win32' && 'VS Code is not to be had from npm on Windows' },
    async () => {
      const run = await start([], { CI: '', ALLOCLENS_EDITOR: 'browser' }, /http:\/\/127\.0\.0\.1:\d+\S*/);
      try {
        const address = /http:\/\/127\.0\.0\.1:\d+\S*/.exec(run.printed)?.[0];
        assert.ok(address, run.printed);
        assert.equal(new URL(address).searchParams.get('folder'), join(repository, 'samples'));
        const response = await fetch(address);
        assert.equal(response.status, 200);
        assert.match(await response.text(), /workbench/);
        await run.interrupt();
        await assert.rejects(fetch(address), 'the server must be gone');
      } finally {
        await run.interrupt();
      }
    },
  );
});
