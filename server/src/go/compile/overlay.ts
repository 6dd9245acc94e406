import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
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

/** The files of one compile that are not what the disk says. */
export interface Overlay {
  /** The JSON file for `-overlay`; undefined when nothing is replaced. */
  readonly file: string | undefined;
  /** The replaced file that a backing file stands for; undefined for any other path. */
  logical(backing: string): string | undefined;
  /** The backing file of a replaced file, for Go 1.19 and for tests. */
  backing(logical: string): string | undefined;
}

export const noOverlay: Overlay = {
  file: undefined,
  logical: () => undefined,
  backing: () => undefined,
};

const PREFIX = 'alloclens-overlay-';
/** Folders of dead processes are removed after this time. */
const LEFT_MILLISECONDS = 60 * 60 * 1000;

/** Backing files are kept for the next compile; beyond this many, those that rested longest are removed. */
const KEPT_FILES = 400;
/** A compile that still runs may need what is younger. */
const REST_MILLISECONDS = 10 * 60 * 1000;

/**
 * A private temporary folder with the backing files. Go's build cache goes by content, so equal text never compiles
 * twice; names go by path and content, so a text that is at hand is not written twice and errors find their way back.
 */
export class OverlayStore {
  private written = 0;
  private readonly pending = new Map<string, Promise<void>>();
  private readonly onExit = (): void => remove(this.folder);

  private constructor(readonly folder: string) {
    process.on('exit', this.onExit);
  }

  static async create(parent: string = tmpdir()): Promise<OverlayStore> {
    await sweep(parent);
    // mkdtemp makes it with mode 0700. The real path, because Go prints that one.
    const folder = await mkdtemp(path.join(parent, `${PREFIX}${process.pid}-`));
    return new OverlayStore(await realpath(folder));
  }

  /**
   * @param files absolute path → text, or null for a file that shall not exist. Files need not be on disk.
   */
  async write(files: ReadonlyMap<string, string | null>): Promise<Overlay> {
    if (files.size === 0) return noOverlay;
    const replace: Record<string, string> = {};
    const logical = new Map<string, string>();
    for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (text === null) {
        replace[file] = '';
        continue;
      }
      const backing = path.join(this.folder, digest(file, text), path.basename(file));
      await this.put(backing, text);
      replace[file] = backing;
      logical.set(backing, file);
    }
    const json = JSON.stringify({ Replace: replace });
    const file = path.join(this.folder, digest('overlay', json), 'overlay.json');
    await this.put(file, json);
    if (this.written > KEPT_FILES) await this.prune();
    return {
      file,
      logical: (backing) => logical.get(backing),
      backing: (wanted) => replace[wanted] || undefined,
    };
  }

  /** A copy of a go.mod that lies where the go command may not write, its go.sum beside it, for `-modfile`. */
  async moduleFile(text: string, sum: string): Promise<string> {
    const file = path.join(this.folder, digest(text, sum), 'go.mod');
    await this.put(path.join(path.dirname(file), 'go.sum'), sum);
    await this.put(file, text);
    return file;
  }

  /** Removes the folder. Compiles that use it must have ended. */
  async dispose(): Promise<void> {
    process.off('exit', this.onExit);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** One writer a file: a compile must never read half of one. */
  private put(file: string, text: string): Promise<void> {
    let pending = this.pending.get(file);
    if (!pending) {
      pending = this.putOnce(file, text).finally(() => this.pending.delete(file));
      this.pending.set(file, pending);
    }
    return pending;
  }

  private async putOnce(file: string, text: string): Promise<void> {
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
    this.written++;
  }

  private async prune(): Promise<void> {
    const limit = Date.now() - REST_MILLISECONDS;
    let kept = 0;
    for (const name of await readdir(this.folder)) {
      const folder = path.join(this.folder, name);
      const used = await stat(folder).catch(() => undefined);
      if (used && used.mtimeMs < limit) await rm(folder, { recursive: true, force: true });
      else kept++;
    }
    this.written = kept;
  }
}

/** Removes what processes left behind that were killed: no handler of theirs ran. */
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (!(pid > 0) || alive(pid)) continue;
    const folder = path.join(parent, name);
    const found = await lstat(folder).catch(() => undefined);
    // Containers can share the folder but not the process ids: what is young may be another's.
    const rested = found && found.mtimeMs < Date.now() - LEFT_MILLISECONDS;
    if (!rested || !found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function digest(name: string, text: string): string {
  return createHash('sha256').update(name).update('\0').update(text).digest('hex').slice(0, 32);
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // The system empties its temporary folder.
  }
}
