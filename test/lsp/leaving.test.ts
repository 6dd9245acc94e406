import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { FakeEditor, temporaryFolder } from '../support/fake-editor';
import { inRepository } from '../support/repository';

/** What ships leaves nothing behind: no program, no file in the temporary folder. */

const skip = process.platform === 'win32' && 'there are no signals';
const bundle = (name: 'server' | 'cli'): string => {
  const file = inRepository('dist', `${name}.js`);
  assert.ok(existsSync(file), `${file} is missing: run "npm run bundle" first.`);
  return file;
};

/** A module, a temporary folder of its own, and a go command that never ends a compile. */
function hangingGo(t: TestContext) {
  const { folder, remove } = temporaryFolder({
    'm/go.mod': 'module example.com/m\n\ngo 1.21\n',
    'm/a.go': 'package m\n\nfunc F(n int) []byte { return make([]byte, n) }\n',
  });
  t.after(remove);
  const go = execFileSync('which', ['go'], { encoding: 'utf8' }).trim();
  const pid = join(folder, 'pid');
  for (const name of ['bin', 'tmp']) mkdirSync(join(folder, name));
  writeFileSync(
    join(folder, 'bin', 'go'),
    `#!/bin/sh\ncase "$*" in *-export*)\n  sleep 600 &\n  echo "$$ $!" > '${pid}.part'; mv '${pid}.part' '${pid}'\n  wait;;\nesac\nexec '${go}' "$@"\n`,
  );
  chmodSync(join(folder, 'bin', 'go'), 0o755);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    TMPDIR: join(folder, 'tmp'),
    GOTOOLCHAIN: 'local',
    GOROOT: '',
    PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`,
  };
  const pids = (): number[] =>
    existsSync(pid) ? readFileSync(pid, 'utf8').trim().split(' ').map(Number) : [];
  t.after(() => {
    for (const one of pids()) if (alive(one)) process.kill(one, 'SIGKILL');
  });
  return {
    env,
    module: join(folder, 'm'),
    /** The process of the go command, and the one that it started; empty until it compiles. */
    pids,
    /** What lies in the temporary folder. */
    left: () => readdirSync(join(folder, 'tmp')).filter((name) => name.startsWith('alloclens')),
  };
}

type World = ReturnType<typeof hangingGo>;

const starts: Record<string, (t: TestContext, world: World) => Promise<ChildProcess>> = {
  'the language server': async (_t, { env, module }) => {
    const server = spawn(process.execPath, [bundle('server'), '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env,
    });
    const editor = await FakeEditor.over(server.stdout, server.stdin, { folders: [module] });
    await editor.open(join(module, 'a.go'), 'package m // not saved\n');
    return server;
  },
  'the command line': (_t, { env, module }) =>
    Promise.resolve(
      spawn(process.execPath, [bundle('cli'), 'scan', '.'], { cwd: module, stdio: 'ignore', env }),
    ),
};

for (const [name, start] of Object.entries(starts)) {
  describe(`${name} leaves nothing behind`, { skip }, () => {
    const ends: Record<string, (child: ChildProcess) => void> = {
      SIGTERM: (child) => child.kill('SIGTERM'),
      SIGINT: (child) => child.kill('SIGINT'),
      SIGHUP: (child) => child.kill('SIGHUP'),
      ...(name === 'the language server' && {
        'a client that is gone': (child) => void child.stdin!.end(),
      }),
    };
    for (const [what, end] of Object.entries(ends)) {
      it(`after ${what}`, async (t) => {
        const world = hangingGo(t);
        const child = await start(t, world);
        await until(() => world.pids().length === 2, 'a compile');
        assert.equal(world.left().length, 1);
        const ended = once(child, 'exit');
        end(child);
        await ended;
        await until(() => !world.pids().some(alive), 'the end of the go command');
        assert.deepEqual(world.left(), []);
      });
    }

    it('after SIGKILL, once it starts again', async (t) => {
      const world = hangingGo(t);
      const child = await start(t, world);
      await until(() => world.pids().length === 2, 'a compile');
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      assert.equal(world.left().length, 1, 'nobody had the time to clean up');
      const env = { ...world.env, PATH: process.env['PATH'] };
      const again = spawnSync(process.execPath, [bundle('cli'), 'scan', '.'], { cwd: world.module, env });
      assert.equal(again.status, 0, again.stderr.toString());
      assert.deepEqual(world.left(), []);
    });
  });
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

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 1500; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`${what} did not happen within 30 s`);
}
