import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type * as NodeBinary from '../../../scripts/lib/node-binary.mjs' with { 'resolution-mode': 'import' };
import { inspectorAddress } from '../../../server/src/host/inspected';
import { inRepository } from '../../support/repository';

const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-inspector-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const churning = `function churn() { return [1, 2, 3].map((x) => ({ x })).length; }
setInterval(() => { for (let i = 0; i < 20_000; i++) churn(); }, 10);
`;

describe('alloclens record --inspect', () => {
  /** Has a WebSocket, which Node 20 has not. */
  let node: string;
  before(async () => {
    if ('WebSocket' in globalThis) return void (node = process.execPath);
    const { nodeBinary } = (await import(
      inRepository('scripts', 'lib', 'node-binary.mjs')
    )) as typeof NodeBinary;
    node = await nodeBinary(24, () => {});
  });

  const record = (...args: readonly string[]): ReturnType<typeof recordBy> => recordBy(node, args);
  const recordBy = async (
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ code: number; out: string; err: string }> => {
    const cli = inRepository('out', 'server', 'src', 'cli.js');
    const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } } as const;
    return promisify(execFile)(program, [cli, 'record', ...args], options).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
        code,
        out: stdout,
        err: stderr,
      }),
    );
  };

  it('samples a program that runs, garbage included, and leaves it running', async () => {
    writeFileSync(path.join(folder, 'churn.cjs'), churning);
    const program = spawn(process.execPath, ['--inspect=0', 'churn.cjs'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      const address = await addressOf(program);
      const { code, out, err } = await record('--inspect', address, '--seconds', '1');
      assert.equal(code, 0, err);
      assert.match(err, /churn\.cjs/);
      assert.match(out, /Wrote alloclens\.heapprofile\. Next: /);
      assert.equal(program.exitCode, null);
      const text = readFileSync(path.join(folder, 'alloclens.heapprofile'), 'utf8');
      const { head, alloclens } = JSON.parse(text) as { head: Node; alloclens: object };
      assert.ok(bytesOf(head) > 1e6, `${bytesOf(head)} bytes`);
      assert.deepEqual(alloclens, {
        interval: 16384,
        collected: true,
        node: process.version,
        command: ['churn.cjs'],
      });
    } finally {
      program.kill('SIGKILL');
    }
  });

  it('says on Node 20 how it gets a WebSocket there, and then has one', async () => {
    const { nodeBinary } = (await import(
      inRepository('scripts', 'lib', 'node-binary.mjs')
    )) as typeof NodeBinary;
    const old = await nodeBinary(20, () => {});
    const without = await recordBy(old, ['--inspect', '9229', '--seconds', '1'], { NODE_OPTIONS: '' });
    assert.equal(without.code, 2);
    const [option] = /NODE_OPTIONS=(\S+)(?=:)/.exec(without.err)!.slice(1);
    const program = spawn(process.execPath, ['--inspect=0', 'churn.cjs'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      const args = ['--inspect', await addressOf(program), '--seconds', '1'];
      const { code, err } = await recordBy(old, args, { NODE_OPTIONS: option });
      assert.equal(code, 0, err);
    } finally {
      program.kill('SIGKILL');
    }
  });

  it('asks nobody but the host that was typed, whatever address the program names for itself', async () => {
    let asked = 0;
    const other = createServer(() => void asked++).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const elsewhere = `ws://127.0.0.1:${(other.address() as AddressInfo).port}/abc`;
    const lying = http
      .createServer(
        (_, answer) => void answer.end(JSON.stringify([{ id: 'abc', webSocketDebuggerUrl: elsewhere }])),
      )
      .on('upgrade', (_, socket) => socket.destroy())
      .listen(0, '127.0.0.1');
    await once(lying, 'listening');
    try {
      const { port } = lying.address() as AddressInfo;
      const { code, err } = await record('--inspect', String(port), '--seconds', '1');
      assert.equal(code, 2);
      assert.match(err, /The inspector at 127\.0\.0\.1:\d+ refuses the connection\./);
      assert.equal(asked, 0);
    } finally {
      lying.close();
      other.close();
    }
  });

  it('says what is wrong in a sentence', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((closed) => free.close(closed));
    for (const [args, message] of [
      [
        ['--inspect', String(port), '--seconds', '1'],
        /Nobody listens at 127\.0\.0\.1:\d+: start the program with node --inspect/,
      ],
      [['--inspect', 'http://a/b', '--seconds', '1'], /is no address of an inspector: a port such as 9229/],
      [['--inspect', '9229'], /needs --seconds/],
      [['--inspect', '9229', '--seconds', '1', '--', 'node', 'a.js'], /needs either/],
    ] as const) {
      const { code, err } = await record(...args);
      assert.equal(code, 2, message.source);
      assert.match(err, message);
    }
  });
});

describe('the address of an inspector', () => {
  for (const [typed, host, id] of [
    ['9229', '127.0.0.1:9229', undefined],
    ['localhost:9230', 'localhost:9230', undefined],
    [
      'ws://127.0.0.1:9229/0f2c936f-b1cd-4ac9-aab3-f63b0f33d55e',
      '127.0.0.1:9229',
      '0f2c936f-b1cd-4ac9-aab3-f63b0f33d55e',
    ],
    ['[::1]:9229', '[::1]:9229', undefined],
  ] as const)
    it(typed, () => assert.deepEqual(inspectorAddress(typed), { host, path: id }));

  for (const typed of ['', 'host', '99999', '1:2:3', 'user@host:1', 'host:1/a?b', 'host:1/../x'])
    it(`is not “${typed}”`, () =>
      assert.throws(() => inspectorAddress(typed), /is no address of an inspector/));
});

interface Node {
  readonly selfSize: number;
  readonly children: readonly Node[];
}

const bytesOf = ({ selfSize, children }: Node): number =>
  children.reduce((sum, child) => sum + bytesOf(child), selfSize);

/** What `node --inspect` prints. */
function addressOf({ stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    stderr!.on('data', (chunk: Buffer) => {
      said += String(chunk);
      const [address] = /ws:\/\/\S+/.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
}
