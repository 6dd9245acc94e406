import path from 'node:path';
import { entriesOf } from '../host/files';
import type { ResultStore } from '../host/result-store';
import type { Settings } from '../service/settings';
import { pathInProject } from './project-folder';
import type { CachedInspection } from './scan';

/** By name of the file. */
type Folder = Readonly<Record<string, CachedInspection>>;

/**
 * What was found in files, kept from one scan to the next: one result a folder. A file's is good for the text and the settings that it
 * was found in, wherever its time stands, and for what it saw of the files that it imports; everything else that it depends on is its path below
 * the project.
 */
export class KeptInspections {
  readonly #folders = new Map<string, Promise<Folder>>();
  readonly #fresh = new Map<string, Map<string, CachedInspection>>();

  constructor(
    private readonly store: ResultStore,
    private readonly settings: Settings,
  ) {}

  /** What was found last; whether it is still good the caller knows. */
  async find(file: string): Promise<CachedInspection | undefined> {
    const folder = path.dirname(file);
    let known = this.#folders.get(folder);
    if (!known) this.#folders.set(folder, (known = this.#read(folder)));
    return (await known)[path.basename(file)];
  }

  add(file: string, found: CachedInspection): void {
    const folder = path.dirname(file);
    const fresh = this.#fresh.get(folder) ?? new Map<string, CachedInspection>();
    this.#fresh.set(folder, fresh.set(path.basename(file), found));
  }

  /** Writes what was added, beside what is known of other files that are still there. */
  async keep(): Promise<void> {
    for (const [folder, fresh] of this.#fresh) {
      const there = new Set((await entriesOf(folder)).map(({ name }) => name));
      const before = Object.entries(await this.#read(folder));
      const files = new Map([...before, ...fresh].filter(([name]) => there.has(name)));
      await this.store.write(this.#keyOf(folder), Object.fromEntries(files));
    }
    this.#fresh.clear();
  }

  async #read(folder: string): Promise<Folder> {
    return ((await this.store.read(this.#keyOf(folder))) ?? {}) as Folder;
  }

  #keyOf(folder: string): string {
    const below = path.dirname(pathInProject(path.join(folder, 'x')));
    return JSON.stringify(['typescript', folder, below, this.settings]);
  }
}
