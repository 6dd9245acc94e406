import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { median, min } from 'simple-statistics';
import { editorHost } from '../vscode/editor-host';
import { inFolder } from '../vscode/in-folder';
import { repository } from '../vscode/repository';
import { ms, print } from './table';

const rounds = 7;

/**
 * What VS Code itself says that the packaged extension's activation took (Developer: Show Running Extensions): its code loaded and its
 * `activate` called, in a window of its own each time, with a Go file open. Needs `node scripts/package.mjs` and Chromium.
 */
export async function activation(): Promise<void> {
  const rows: string[][] = [];
  for (const build of ['newest', 'minimum'] as const) {
    const host = await editorHost(build);
    const times: number[] = [];
    const fill = (folder: string): Promise<void> =>
      Promise.resolve(cpSync(join(repository, 'samples', 'start'), folder, { recursive: true }));
    try {
      for (let round = 0; round < rounds; round++)
        await inFolder(host, `activation-${round}`, {}, fill, async ({ workbench, folder }) => {
          await workbench.openFile(join(folder, 'orders.go'));
          times.push(await workbench.activationTime('AllocLens'));
          console.log(`${host.name}: ${times.at(-1)} ms`);
        });
    } finally {
      await host.dispose();
    }
    rows.push([host.name, times.map(ms).join(', '), ms(min(times)), ms(median(times))]);
  }
  print(
    `Activation of the extension in VS Code, ${rounds} windows`,
    ['VS Code', 'each', 'least', 'median'],
    rows,
  );
}
