/** Files for the programs that are started. The only place of the server that writes into the temporary folder. */
import { lstatSync, rmSync } from 'node:fs';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeLeaving } from './leaving';
import { isOwn, ownerOf, ownName } from './remains';

const prefix = 'alloclens-overlay-';
/** What may belong to a living process that cannot be seen from here is left alone for so long, in milliseconds. */
const rest = 60 * 60 * 1000;
/** Files are kept for the next use; beyond this many, those that rested longest are removed. */
const keptFiles = 400;
/** A program that still runs may need what is younger, in milliseconds. */
const inUse = 10 * 60 * 1000;

/**
 * A private folder that goes with this process. What processes left behind that were killed, so that no handler of theirs
 * ran, is removed by the next one.
 */
export class TemporaryFolder {
  #written = 0;
  readonly #pending = new Map<string, Promise<void>>();

  readonly #untrack: () => void;

  private constructor(
    /** Absolute and real: the go command prints that one. */
    readonly path: string,
  ) {
    this.#untrack = beforeLeaving(() => remove(path));
  }

  /** @throws the system's error when `parent` is missing, full, or may not be written to */
  static async create(parent: string = tmpdir()): Promise<TemporaryFolder> {
    await sweep(parent);
    // With mode 0700, and a name that nobody can know before.
    const folder = await mkdtemp(path.join(parent, ownName(prefix)));
    return new TemporaryFolder(await realpath(folder));
  }

  /** False when something has removed the folder, or put another thing in its place. */
  get exists(): boolean {
    try {
      const found = lstatSync(this.path);
      return found.isDirectory() && isOwn(found);
    } catch {
      return false;
    }
  }

  /**
   * Writes a file, unless one of this name is there: a name stands for one content.
   * @param name relative, in a folder of its own
   * @returns the absolute path
   */
  async put(name: string, text: string): Promise<string> {
    const file = path.join(this.path, name);
    // One writer a file: a program must never read half of one.
    let pending = this.#pending.get(file);
    if (!pending) {
      pending = this.#put(file, text).finally(() => this.#pending.delete(file));
      this.#pending.set(file, pending);
    }
    await pending;
    return file;
  }

  async #put(file: string, text: string): Promise<void> {
    const folder = path.dirname(file);
    if (await stat(file).catch(() => undefined)) {
      // The folder's time is its last use.
      const now = new Date();
      await utimes(folder, now, now).catch(() => {});
      return;
    }
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(`${file}.part`, text, { mode: 0o600 });
    await rename(`${file}.part`, file);
    this.#written++;
  }

  /**
   * The absolute path for a file that a program makes; nothing is there yet.
   * @param name relative, in a folder of its own
   */
  async place(name: string): Promise<string> {
    const file = path.join(this.path, name);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    this.#written++;
    return file;
  }

  /** Removes a file of this folder, and the folder of its own. Programs that use it must have ended. */
  async remove(file: string): Promise<void> {
    const folder = path.dirname(file);
    if (path.dirname(folder) !== this.path) return;
    await rm(folder, { recursive: true, force: true }).catch(() => {});
    this.#written--;
  }

  /** Removes what has not been used for long, when there is much. */
  async prune(): Promise<void> {
    if (this.#written <= keptFiles) return;
    const limit = Date.now() - inUse;
    let kept = 0;
    for (const name of await readdir(this.path)) {
      const folder = path.join(this.path, name);
      const used = await stat(folder).catch(() => undefined);
      if (used && used.mtimeMs < limit) await rm(folder, { recursive: true, force: true });
      else kept++;
    }
    this.#written = kept;
  }

  /** Removes the folder. Programs that use it must have ended. */
  async dispose(): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
    this.#untrack();
  }
}

async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const owner = ownerOf(prefix, name);
    if (owner === undefined || owner === 'alive') continue;
    const folder = path.join(parent, name);
    const found = await lstat(folder).catch(() => undefined);
    if (!found?.isDirectory() || !isOwn(found)) continue;
    if (owner === 'elsewhere' && found.mtimeMs > Date.now() - rest) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // The system empties its temporary folder.
  }
}
