import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host, OpenOptions } from './host';
import { artifacts } from './repository';
import { Workbench } from './workbench';

/** Puts the files into a folder, by name. */
export const filesIn =
  (files: Readonly<Record<string, string | Uint8Array>>) =>
  async (folder: string): Promise<void> => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  };

export interface Opened {
  readonly workbench: Workbench;
  readonly folder: string;
}

/**
 * Opens a folder of its own, does something there, and closes everything.
 * @param name of the pictures
 * @param fill puts files into the folder, which is empty
 */
export async function inFolder(
  host: Host,
  name: string,
  options: Partial<OpenOptions>,
  fill: (folder: string) => Promise<void>,
  run: (opened: Opened) => Promise<void>,
): Promise<void> {
  // macOS's temporary folder is a link, and the compiler names files by their real paths.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'alloclens-window-')));
  try {
    await fill(folder);
    const window = await host.open({ folder, trust: 'trusted', ...options });
    try {
      await run({ workbench: await Workbench.open(window, `${host.name}-${name}`), folder });
    } catch (error) {
      await window.page.screenshot({ path: join(artifacts, `failed-${name}.png`) });
      throw error;
    } finally {
      await window.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
