import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { processorUseOf } from '../../../server/src/host/processor-time';

describe(
  'the processor time of a process group',
  { skip: process.platform !== 'linux' && 'only Linux tells it' },
  () => {
    const started = ['for (;;);', 'setInterval(() => {}, 1e6)'].map((script) =>
      spawn(process.execPath, ['-e', script], { detached: true, stdio: 'ignore' }),
    );
    after(() => started.forEach((child) => child.kill('SIGKILL')));
    const [busy, still] = started.map(
      ({ pid }) =>
        () =>
          processorUseOf(pid!),
    ) as [Use, Use];
    type Use = () => ReturnType<typeof processorUseOf>;
    const until = async (holds: () => Promise<boolean>): Promise<void> => {
      for (const end = Date.now() + 60_000; !(await holds()) && Date.now() < end;)
        await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(await holds());
    };

    it('grows while one computes, which can go on whether it has a processor or not', async () => {
      await until(async () => (await busy())!.ticks > 10);
      assert.equal((await busy())!.runnable, true);
    });

    it('stands still while all wait', async () => {
      await until(async () => !(await still())!.runnable);
      const { ticks } = (await still())!;
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.deepEqual(await still(), { ticks, runnable: false });
    });

    it('is unknown of a group that has ended', async () => {
      const child = spawn(process.execPath, ['-e', ''], { detached: true, stdio: 'ignore' });
      await new Promise((resolve) => child.once('exit', resolve));
      assert.equal(await processorUseOf(child.pid!), undefined);
    });
  },
);
