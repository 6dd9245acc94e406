/** Files that are kept from one run to the next, so that they need not be made again. */
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { entriesOf, readBytes, readChunks } from './files';
import { isOwn, ownerOf, ownName } from './remains';

const unfinished = 'unfinished-';
/** The hash of all that an entry holds. */
const seal = 'seal';
/** An unfinished entry of a process that cannot be seen from here is left alone for so long, in milliseconds. */
const rest = 60 * 60 * 1000;

/** Where this user's programs keep such files; the system's usual place. */
export function cacheHome(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const named = platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_CACHE_HOME'];
  if (named && path.isAbsolute(named)) return path.join(named, 'alloclens');
  const usual = { win32: 'AppData/Local', darwin: 'Library/Caches' }[platform as string] ?? '.cache';
  return path.join(homedir(), usual, 'alloclens');
}

/**
 * The folder below `home`, absolute; made when it is not there.
 * @throws Error, a sentence or the system's, when it cannot be made or is not this user's alone
 */
export async function privateFolder(name: string, home: string = cacheHome()): Promise<string> {
  const folder = path.join(home, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fault = faultOf(folder);
  if (fault !== undefined) throw new Error(`${folder} is not used because ${fault}.`);
  return folder;
}

/** A folder of this user alone, of entries that are folders: each is there as a whole or not at all. */
export class CacheFolder {
  private constructor(
    /** Absolute. */
    readonly path: string,
    private readonly kept: number,
  ) {}

  /**
   * @param name of the folder below `home`
   * @param kept entries that stay, the last used ones
   * @throws Error, a sentence or the system's, when it cannot be made or is not this user's alone
   */
  static async open(name: string, kept: number, home: string = cacheHome()): Promise<CacheFolder> {
    return new CacheFolder(await privateFolder(name, home), kept);
  }

  /** The entry, when it is there, this user's alone and as it was made; its use is remembered. */
  async find(key: string): Promise<string | undefined> {
    const entry = path.join(this.path, key);
    if (faultOf(entry) !== undefined) return undefined;
    try {
      if ((await readBytes(path.join(entry, seal))).toString() !== (await hashOf(entry))) return undefined;
    } catch {
      return undefined;
    }
    const now = new Date();
    await utimes(entry, now, now).catch(() => {});
    return entry;
  }

  /**
   * Makes an entry anew.
   * @param make fills the folder that it is given with files
   * @returns the entry: this one, or that of another process which was faster
   * @throws what `make` throws, and the system's error when the folder cannot be written to
   */
  async put(key: string, make: (folder: string) => Promise<void>): Promise<string> {
    await this.#sweep();
    const entry = path.join(this.path, key);
    const folder = await mkdtemp(path.join(this.path, ownName(unfinished)));
    try {
      await make(folder);
      await writeFile(path.join(folder, seal), await hashOf(folder), { mode: 0o600 });
      await rm(entry, { recursive: true, force: true });
      await rename(folder, entry).catch((error: unknown) => {
        if (faultOf(entry) !== undefined) throw error;
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return entry;
  }

  /** Removes what killed processes left unfinished, and what was not used for longest. */
  async #sweep(): Promise<void> {
    const entries: { folder: string; used: number }[] = [];
    for (const name of await readdir(this.path)) {
      const folder = path.join(this.path, name);
      const found = await lstat(folder).catch(() => undefined);
      if (!found) continue;
      const owner = ownerOf(unfinished, name);
      const left = owner === 'gone' || (owner === 'elsewhere' && found.mtimeMs < Date.now() - rest);
      if (left) await rm(folder, { recursive: true, force: true }).catch(() => {});
      else if (owner === undefined) entries.push({ folder, used: found.mtimeMs });
    }
    // The one that is about to be made counts.
    const stale = entries.sort((a, b) => b.used - a.used).slice(Math.max(0, this.kept - 1));
    for (const { folder } of stale) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

/** SHA-256 over names and contents of the files of a folder. */
async function hashOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { name } of await entriesOf(folder)) {
    if (name === seal) continue;
    hash.update(`${name}\0`);
    for await (const chunk of readChunks(path.join(folder, name))) hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Why a path is not a folder of this user alone: completes “because …”. */
function faultOf(folder: string): string | undefined {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found) return 'it is not there';
  if (!found.isDirectory()) return 'it is not a folder';
  if (!isOwn(found)) return 'it belongs to another user';
  if (process.platform !== 'win32' && (found.mode & 0o022) !== 0) return 'other users may write to it';
  return undefined;
}
