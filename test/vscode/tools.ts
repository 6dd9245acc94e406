import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { createVSIX } from '@vscode/vsce';
import { editorHost } from './editor-host';
import type { Host } from './host';
import { inModule } from './orders-module';
import { repository } from './repository';
import type { Workbench } from './workbench';

interface Answer {
  readonly text?: string;
  readonly error?: string;
}

/** The tools for language models, called by another extension through `vscode.lm`, as a chat calls them. */
export function toolsSuite(build: 'minimum' | 'newest'): void {
  describe(`the tools for language models in the ${build} VS Code`, { timeout: 6 * 60_000 }, () => {
    let host: Host;
    let packages: string;
    let caller: string;
    before(async () => {
      host = await editorHost(build);
      packages = await mkdtemp(join(tmpdir(), 'alloclens-caller-'));
      caller = join(packages, 'caller.vsix');
      await createVSIX({
        cwd: join(repository, 'test', 'vscode', 'tool-caller'),
        packagePath: caller,
        dependencies: false,
        allowMissingRepository: true,
        skipLicense: true,
      });
    });
    after(async () => {
      await rm(packages, { recursive: true, force: true });
      await host.dispose();
    });

    it('find the heaviest line, its fix, and prove that one only after the user has agreed', () =>
      inModule(host, 'tools', { ...withTools, beside: [caller] }, async ({ workbench, folder }) => {
        await workbench.openFile(join(folder, 'orders.go'));
        await workbench.statusBar(/AllocLens/);
        const { items } = answered<{ items: { id: string; at: string; fixes: number }[] }>(
          await call(workbench, folder, 'hotspots', { paths: ['./...'] }),
        );
        const grows = items.find(({ at, fixes }) => at === 'orders.go:14' && fixes > 0);
        assert.ok(grows, JSON.stringify(items));
        const explained = await call(workbench, folder, 'explain_site', { id: grows.id });
        assert.match(explained.text ?? '', /append/);
        const { items: fixes } = answered<{ items: { fix: string; patch: string }[] }>(
          await call(workbench, folder, 'verified_fixes', { id: grows.id }),
        );
        assert.match(fixes[0]!.patch, /^\+.*len\(orders\)/m);

        const prove = { fix: fixes[0]!.fix, count: 4 };
        const refused = await begin(workbench, folder, 'prove_fix', prove);
        await workbench.dialog(/code of this folder runs on this machine/);
        await workbench.screenshot('tools-ask');
        await workbench.click('Cancel');
        assert.match((await refused()).error ?? 'proven', /[Cc]ancel/);
        const agreed = await begin(workbench, folder, 'prove_fix', prove);
        await workbench.dialog(/code of this folder runs on this machine/);
        await workbench.click(/^(?:Yes|Allow|Continue|OK)$/);
        const { text, error } = await agreed();
        assert.match(text ?? error ?? '', /"verdict": *"better"/);
        assert.doesNotMatch(await readFile(join(folder, 'orders.go'), 'utf8'), /len\(orders\)/);
      }));

    it('are not there in a folder that is not trusted', () =>
      inModule(
        host,
        'tools-restricted',
        { ...withTools, beside: [caller], trust: 'restricted' },
        async ({ workbench, folder }) => {
          await workbench.openFile(join(folder, 'orders.go'));
          const { error } = await call(workbench, folder, 'hotspots', {});
          // 1.100 does not list it at all.
          assert.match(error ?? '', /does not have an implementation registered|There is no tool/);
        },
      ));
  });
}

/** The other tests have no chat in their pictures. */
const withTools = { settings: { 'chat.disableAIFeatures': false } };

function answered<T>({ text, error }: Answer): T {
  assert.ok(text !== undefined, error);
  return JSON.parse(text) as T;
}

async function call(workbench: Workbench, folder: string, tool: string, input: object): Promise<Answer> {
  const end = await begin(workbench, folder, tool, input);
  return end();
}

/** Resolves once the call is under way, to what waits for its answer. */
async function begin(
  workbench: Workbench,
  folder: string,
  tool: string,
  input: object,
): Promise<() => Promise<Answer>> {
  const answer = join(folder, 'answer.json');
  await writeFile(join(folder, 'call.json'), JSON.stringify({ name: `alloclens_${tool}`, input }));
  await workbench.command('Tool Caller: Call');
  return async () => {
    const deadline = Date.now() + 180_000;
    for (;;) {
      const text = await readFile(answer, 'utf8').catch(() => '');
      if (text.endsWith('}')) {
        await rm(answer);
        return JSON.parse(text) as Answer;
      }
      if (Date.now() > deadline) throw new Error(`${tool} did not answer within three minutes.`);
      await setTimeout(200);
    }
  };
}
