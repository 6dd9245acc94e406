/** Results that are kept from one run to the next, so that they need not be computed again. */
import { createHash, randomBytes } from 'node:crypto';
import { lstat, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { privateFolder } from './cache-folder';
import { entriesOf, readBytes, readLimit } from './files';
import type { Logger } from './logger';
import { ownerOf, ownName } from './remains';

const [pack, unpack] = [promisify(gzip), promisify(gunzip)];

/** Bytes of all results, packed; the ones used last stay. */
const room = 256 * 1024 * 1024;
/** Bytes of a result before it is packed: what claims to be more is damaged. */
const largest = 128 * 1024 * 1024;
const unfinished = 'unfinished-';
/** An unfinished file of a process that cannot be seen from here is left alone for so long, in milliseconds. */
const rest = 60 * 60 * 1000;

/**
 * A folder of this user alone with one file a result: JSON, packed, whose checksum tells damage. A file is there as a whole or not at
 * all, so any number of processes may share the folder. Nothing of it is needed: what cannot be read is missing, what cannot be written
 * is not kept, and neither is an error.
 */
export class ResultStore {
  #written = false;
  #failed = false;

  private constructor(
    /** Absolute. */
    readonly folder: string,
    private readonly program: string,
    private readonly logger: Logger,
    private readonly limit: number,
  ) {}

  /**
   * @param program tells builds of this program apart: one takes nothing that another has made
   * @param home of the cache; the user's unless given
   * @param limit bytes; see `tidy`
   * @returns undefined when nothing can be kept, which the log explains
   */
  static async open(
    program: string,
    logger: Logger,
    home?: string,
    limit = room,
  ): Promise<ResultStore | undefined> {
    try {
      // Paths mean something else on another machine, which may share the folder.
      const machine = [hostname(), process.platform, process.arch, process.version].join(' ');
      return new ResultStore(await privateFolder('results', home), `${program} ${machine}`, logger, limit);
    } catch (error) {
      logger.info(`No results are kept: ${(error as Error).message}`);
      return undefined;
    }
  }

  /**
   * What was kept under the key.
   * @param key all that the result depends on, as a text of any length
   */
  async read(key: string): Promise<unknown> {
    const file = this.#fileOf(key);
    try {
      const text = await unpack(await readBytes(file), { maxOutputLength: largest });
      const value: unknown = JSON.parse(text.toString('utf8'));
      const now = new Date();
      await utimes(file, now, now).catch(() => {});
      return value;
    } catch {
      return undefined;
    }
  }

  /** @param value JSON */
  async write(key: string, value: unknown): Promise<void> {
    if (this.#failed) return;
    const beside = path.join(this.folder, `${ownName(unfinished)}${randomBytes(8).toString('hex')}`);
    try {
      const packed = await pack(JSON.stringify(value), { level: 1 });
      if (packed.length > Math.min(readLimit, this.limit)) return;
      await writeFile(beside, packed, { flag: 'wx', mode: 0o600 });
      await rename(beside, this.#fileOf(key));
      this.#written = true;
    } catch (error) {
      this.#failed = true;
      this.logger.info(`No more results are kept: ${(error as Error).message}`);
      await rm(beside, { force: true }).catch(() => {});
    }
  }

  /** After the last `write`: removes what killed processes left unfinished, and above the limit what was not used for longest. */
  async tidy(): Promise<void> {
    if (!this.#written) return;
    this.#written = false;
    const files: { file: string; used: number; size: number }[] = [];
    for (const { name } of await entriesOf(this.folder)) {
      const file = path.join(this.folder, name);
      const found = await lstat(file).catch(() => undefined);
      if (!found) continue;
      const owner = ownerOf(unfinished, name);
      const left = owner === 'gone' || (owner === 'elsewhere' && found.mtimeMs < Date.now() - rest);
      if (left) await rm(file, { force: true }).catch(() => {});
      else if (owner === undefined) files.push({ file, used: found.mtimeMs, size: found.size });
    }
    let size = 0;
    for (const one of files.sort((a, b) => b.used - a.used)) {
      size += one.size;
      if (size > this.limit) await rm(one.file, { recursive: true, force: true }).catch(() => {});
    }
  }

  #fileOf(key: string): string {
    const hash = createHash('sha256').update(this.program).update('\0').update(key);
    return path.join(this.folder, hash.digest('hex'));
  }
}
