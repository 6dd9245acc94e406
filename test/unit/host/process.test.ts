import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { nullLogger } from '../../../server/src/host/logger';
import { ProcessRunner, ToolError, type Patience, type ToolRun } from '../../../server/src/host/process';
import { TrustGate, UntrustedError } from '../../../server/src/host/trust';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'alloclens-process-')));
after(() => rmSync(folder, { recursive: true, force: true }));

const runner = new ProcessRunner(new TrustGate(true), nullLogger);
const node = (script: string, rest: Partial<ToolRun> = {}): ToolRun => ({
  command: process.execPath,
  args: ['-e', script],
  cwd: folder,
  env: { PATH: process.env['PATH'] },
  ...rest,
});

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (condition()) return;
    await sleep(20);
  }
  assert.fail(`${what} did not happen within 4 s`);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie still answers.
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A script that starts a grandchild, writes its process id to a file and never ends. */
const family = (file: string) => `
  const { spawn } = require('node:child_process');
  process.on('SIGINT', () => {});
  const child = spawn(process.execPath, ['-e', 'process.on("SIGINT", () => {}); setInterval(() => {}, 1000)']);
  require('node:fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
  setInterval(() => {}, 1000);`;

describe('ProcessRunner', () => {
  it('starts nothing in an untrusted workspace', async () => {
    const marker = path.join(folder, 'untrusted');
    const gate = new TrustGate(false);
    const untrusted = new ProcessRunner(gate, nullLogger);
    const run = node(`require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`);
    await assert.rejects(untrusted.run(run), UntrustedError);
    await assert.rejects(untrusted.text(run), UntrustedError);
    assert.equal(existsSync(marker), false);

    gate.grant();
    assert.equal((await untrusted.run(run)).code, 0);
    assert.equal(existsSync(marker), true);
  });

  it('passes arguments as they are, without a shell', async () => {
    const args = ['$HOME', '`id`', '; echo no', '*', 'a b', '"', ''];
    const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    const result = await runner.text({ ...node(''), args: ['-e', script, '--', ...args] });
    assert.deepEqual(JSON.parse(result.stdout), args);
  });

  it('inherits nothing but what it is given, and keeps the folder’s spelling in PWD', async () => {
    process.env['ALLOCLENS_TEST_SECRET'] = 'x';
    const result = await runner.text(
      node('process.stdout.write(JSON.stringify([process.env.ALLOCLENS_TEST_SECRET, process.env.PWD]))'),
    );
    delete process.env['ALLOCLENS_TEST_SECRET'];
    assert.deepEqual(JSON.parse(result.stdout), [null, folder]);
  });

  it('resolves with any exit code, and keeps the streams apart', async () => {
    const result = await runner.text(
      node('process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3'),
    );
    assert.deepEqual([result.code, result.stdout, result.stderr], [3, 'out', 'err']);
  });

  it('streams: the program only ends after its first chunk was answered', async () => {
    const answer = path.join(folder, 'answer');
    const script = `
      process.stdout.write('question');
      const timer = setInterval(() => {
        if (require('node:fs').existsSync(${JSON.stringify(answer)})) clearInterval(timer);
      }, 10);`;
    const exit = await runner.run(node(script, { onStdout: () => writeFileSync(answer, '') }));
    assert.equal(exit.code, 0);
  });

  it('stops a program that writes more than the limit', async () => {
    await assert.rejects(
      runner.text(node('for (;;) process.stdout.write("x".repeat(65536))'), 100_000),
      (error) => error instanceof ToolError && /wrote more than 100000 bytes/.test(error.message),
    );
  });

  it('ends the process and hands on an exception of a callback', async () => {
    const failure = new Error('from the callback');
    const run = node('process.stdout.write("x"); setInterval(() => {}, 1000)', {
      onStdout: () => {
        throw failure;
      },
    });
    await assert.rejects(runner.run(run), failure);
  });

  it('says why a program cannot be started', async () => {
    const run = (command: string, cwd = folder) => runner.run({ command, args: [], cwd, env: {} });
    await assert.rejects(
      run(path.join(folder, 'absent')),
      /absent” could not be started: the file or the folder/,
    );
    await assert.rejects(run(process.execPath, path.join(folder, 'nowhere')), /nowhere does not exist/);
    await assert.rejects(run('node'), /not an absolute path/);
    if (process.platform !== 'win32') {
      writeFileSync(path.join(folder, 'plain'), 'text', { mode: 0o644 });
      await assert.rejects(run(path.join(folder, 'plain')), /not an executable file/);
    }
  });

  it('ends the whole tree on abort, also one that ignores the polite signal', async () => {
    const file = path.join(folder, 'pid-abort');
    const controller = new AbortController();
    const run = runner.run(node(family(file), { signal: controller.signal, onStdout: () => {} }));
    run.catch(() => {});
    await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '', 'the grandchild');
    const grandchild = Number(readFileSync(file, 'utf8'));
    assert.equal(alive(grandchild), true);
    controller.abort();
    await assert.rejects(run, { name: 'AbortError' });
    await until(() => !alive(grandchild), 'the end of the grandchild');
  });

  it('does not start when the signal has fired already', async () => {
    await assert.rejects(runner.run(node('', { signal: AbortSignal.abort() })), { name: 'AbortError' });
  });

  it('does not wait for a grandchild that holds the output', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).unref();
      process.exit(0);`;
    const exit = await runner.run(node(script, { onStdout: () => {} }));
    assert.equal(exit.code, 0);
    assert.ok(exit.milliseconds < 10_000);
  });

  for (const [what, end] of [
    ['exits', 'process.exit(0)'],
    ['is terminated', 'process.kill(process.pid, "SIGTERM")'],
    ['is interrupted', 'process.kill(process.pid, "SIGINT")'],
    ['loses its terminal', 'process.kill(process.pid, "SIGHUP")'],
    ['throws', 'throw new Error("uncaught")'],
  ] as const) {
    it(
      `leaves nothing behind when this process ${what}`,
      { skip: process.platform === 'win32' },
      async () => {
        const file = path.join(folder, `pid-${what}`);
        const host = path.resolve(__dirname, '../../../server/src/host');
        const script = `
        const { ProcessRunner } = require(${JSON.stringify(path.join(host, 'process.js'))});
        const { TrustGate } = require(${JSON.stringify(path.join(host, 'trust.js'))});
        const log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
        const run = { command: process.execPath, args: ['-e', ${JSON.stringify(family(file))}], cwd: '.', env: {} };
        new ProcessRunner(new TrustGate(true), log).run(run);
        const fs = require('node:fs');
        setInterval(() => {
          if (fs.existsSync(${JSON.stringify(file)}) && fs.readFileSync(${JSON.stringify(file)}, 'utf8')) ${end};
        }, 20);`;
        const exit = await runner.run(node(script));
        // A signal still ends it as a signal: whoever waits for it can tell.
        const signal = /"(SIG\w+)"/.exec(end)?.[1] ?? null;
        assert.deepEqual([exit.code, exit.signal], [signal ? null : what === 'exits' ? 0 : 1, signal]);
        const grandchild = Number(readFileSync(file, 'utf8'));
        await until(() => !alive(grandchild), 'the end of the grandchild');
      },
    );
  }
});

describe('a program that hangs', () => {
  const sees = process.platform === 'linux';
  const hurried = (patience: Patience) => new ProcessRunner(new TrustGate(true), nullLogger, patience);
  /** Keeps the processor at work for so many milliseconds. */
  const compute = (milliseconds: number) =>
    `for (const end = Date.now() + ${milliseconds}; Date.now() < end;);`;

  it(
    'that waits without a word is ended, with what it started, and the sentence says for how long',
    { skip: !sees && 'only Linux tells processor time' },
    async () => {
      const file = path.join(folder, 'pid-hang');
      const run = hurried({ idle: 500, silent: 60_000 }).run(node(family(file), { onStdout: () => {} }));
      await assert.rejects(
        run,
        (error) =>
          error instanceof ToolError &&
          /^“node.*” in .* was ended: it has neither written nor computed anything for 0\.5 seconds/.test(
            error.message,
          ),
      );
      const grandchild = Number(readFileSync(file, 'utf8'));
      await until(() => !alive(grandchild), 'the end of the grandchild');
    },
  );

  it('that computes without a word is ended when that lasts too long', async () => {
    const run = hurried({ idle: 400, silent: 1500 }).run(node(compute(60_000)));
    await assert.rejects(run, /was ended: it has not written anything for 1\.5 seconds\.$/);
  });

  it(
    'does not hang as long as it computes',
    { skip: !sees && 'only Linux tells processor time' },
    async () => {
      const exit = await hurried({ idle: 500, silent: 60_000 }).run(node(compute(2500)));
      assert.equal(exit.code, 0);
    },
  );

  it(
    'does not hang as long as its child computes',
    { skip: !sees && 'only Linux tells processor time' },
    async () => {
      const child = JSON.stringify(compute(2500));
      const script = `require('node:child_process').execFileSync(process.execPath, ['-e', ${child}])`;
      assert.equal((await hurried({ idle: 500, silent: 60_000 }).run(node(script))).code, 0);
    },
  );

  it('does not hang as long as it writes', async () => {
    const script =
      'let n = 0; const timer = setInterval(() => { console.log(n); if (++n > 12) clearInterval(timer); }, 200)';
    let chunks = 0;
    const exit = await hurried({ idle: 900, silent: 1200 }).run(node(script, { onStdout: () => chunks++ }));
    assert.deepEqual([exit.code, chunks > 5], [0, true]);
  });
});
