import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host, OpenOptions } from './host';
import { inFolder, type Opened } from './in-folder';
import { repository } from './repository';

/** Opens a copy of the sample that ships, without the side bar, does something there, and closes everything. */
export function inSample(
  host: Host,
  name: string,
  options: Partial<OpenOptions>,
  run: (opened: Opened) => Promise<void>,
): Promise<void> {
  const fill = (folder: string): Promise<void> =>
    cp(join(repository, 'samples', 'start'), folder, { recursive: true });
  return inFolder(host, name, options, fill, async (opened) => {
    await opened.workbench.hideSideBar();
    await run(opened);
  });
}

/** The text of the sample's Go file as it lies on the disk. */
export const source = (folder: string): Promise<string> => readFile(join(folder, 'orders.go'), 'utf8');
