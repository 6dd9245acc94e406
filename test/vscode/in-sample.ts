import { cp, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host, OpenOptions } from './host';
import { repository } from './repository';
import { Workbench } from './workbench';

export interface Opened {
  readonly workbench: Workbench;
  readonly folder: string;
}

/** Opens a copy of the sample that ships, does something there, and closes everything. */
export async function inSample(
  host: Host,
  name: string,
  options: Partial<OpenOptions>,
  run: (opened: Opened) => Promise<void>,
): Promise<void> {
  // macOS's temporary folder is a link, and the compiler names files by their real paths.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'alloclens-visible-')));
  try {
    await cp(join(repository, 'samples', 'start'), folder, { recursive: true });
    const window = await host.open({ folder, trust: 'trusted', ...options });
    try {
      const workbench = await Workbench.open(window, `${host.name}-${name}`);
      await workbench.hideSideBar();
      await run({ workbench, folder });
    } catch (error) {
      await window.page.screenshot({ path: join(repository, 'test-artifacts', `failed-${name}.png`) });
      throw error;
    } finally {
      await window.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The text of the sample's Go file as it lies on the disk. */
export const source = (folder: string): Promise<string> => readFile(join(folder, 'orders.go'), 'utf8');
