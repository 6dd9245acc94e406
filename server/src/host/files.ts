/**
 * Reads files and folders that may be anybody's. The only file of the server and the command line that opens one for
 * reading (eslint.config.mjs holds the others off node:fs): a folder can hold a pipe, a device or a sparse file of a
 * terabyte under any name, `go.mod` and `.gitignore` included, and a read of it would never end.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  statSync,
  type Dirent,
  type Stats,
} from 'node:fs';
import { access, open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { foldersAround } from './paths';

/** Bytes of the largest file that is read. No source file that a person works on comes near it. */
export const readLimit = 8 * 1024 * 1024;

/** A file that is not read. The message is a sentence for the user that does not name the file; notes do. */
export class UnreadError extends Error {
  override readonly name = 'UnreadError';

  /**
   * @param reason completes “it is left out because …”
   * @param size bytes, where that is the reason
   */
  constructor(
    readonly reason: string,
    readonly size = 0,
  ) {
    super(`This file is left out because ${reason}.`);
  }
}

/** The text of a file as editors show it, without the byte order mark. */
export interface DiskText {
  readonly text: string;
  /** The file begins with a UTF-8 byte order mark. */
  readonly mark: boolean;
}

/**
 * The bytes of a regular file, or of one that symbolic links lead to.
 * @throws UnreadError when it is anything else, larger than `readLimit`, or cannot be read
 */
export async function readBytes(file: string): Promise<Buffer> {
  try {
    // Opening alone can wait (a pipe) or have an effect (a device): so it is looked at before, and again when it is open.
    check(await stat(file));
    const handle = await open(file, flags);
    try {
      const content = new Content(check(await handle.stat()));
      while (content.wants) {
        const { bytesRead } = await handle.read(content.buffer, content.length, content.room, null);
        content.add(bytesRead);
      }
      return content.bytes;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unread(error);
  }
}

/**
 * The bytes of a regular file of any size, in chunks: for what a person named, such as a profile.
 * @throws UnreadError when it is anything else, or cannot be read
 */
export async function* readChunks(file: string): AsyncGenerator<Uint8Array> {
  let handle;
  try {
    checkRegular(await stat(file));
    handle = await open(file, flags);
    checkRegular(await handle.stat());
    yield* handle.createReadStream({ autoClose: false });
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? unread(error) : error;
  } finally {
    await handle?.close();
  }
}

/**
 * As `readChunks`, in one piece.
 * @param limit bytes; a larger file is undefined
 */
export async function readWhole(file: string, limit: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readChunks(file)) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks);
}

/** As `readBytes`, at once: for a file that a report or an answer to the editor cannot wait for. */
export function readBytesSync(file: string): Buffer {
  try {
    check(statSync(file));
    const handle = openSync(file, flags);
    try {
      const content = new Content(check(fstatSync(handle)));
      while (content.wants) content.add(readSync(handle, content.buffer, content.length, content.room, null));
      return content.bytes;
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw unread(error);
  }
}

/**
 * The text of a UTF-8 file.
 * @throws UnreadError as `readBytes`, and when it is not UTF-8: a lossy text must not be written back
 */
export async function readText(file: string): Promise<DiskText> {
  return decode(await readBytes(file));
}

/** As `readText`, at once; see `readBytesSync`. */
export function readTextSync(file: string): DiskText {
  return decode(readBytesSync(file));
}

export type EntryKind = 'file' | 'folder' | 'special' | 'nothing';

export interface Entry {
  readonly name: string;
  /** Of what symbolic links lead to; `nothing` when they lead nowhere. */
  readonly kind: EntryKind;
  readonly link: boolean;
}

/**
 * What lies in a folder, sorted by name (UTF-16 units); nothing when the folder cannot be read.
 * @param onUnread hears why a folder that is there cannot be read
 */
export async function entriesOf(folder: string, onUnread?: (reason: string) => void): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown): Dirent[] => {
    if (!isAbsent(error)) onUnread?.(unread(error).reason);
    return [];
  });
  const entries = await Promise.all(
    found.map(async (entry): Promise<Entry> => {
      // Some file systems do not say what an entry is.
      const known = entry.isFile() || entry.isDirectory();
      return {
        name: entry.name,
        kind: known ? kindOf(entry) : await kindAt(path.join(folder, entry.name)),
        link: entry.isSymbolicLink(),
      };
    }),
  );
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** At most so many files are compared with what they were; a folder with more is data, not a package. */
const stampedFiles = 5000;

/**
 * Time and size of the files at and below a folder, by absolute path: to see whether a program changed them.
 * @param isWatched which folders are looked into, by their name
 */
export async function stampsOf(
  folder: string,
  isWatched: (name: string) => boolean = () => true,
): Promise<ReadonlyMap<string, string>> {
  const stamps = new Map<string, string>();
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined && stamps.size < stampedFiles; at = folders.pop()) {
    for (const { name, kind, link } of await entriesOf(at)) {
      const file = path.join(at, name);
      if (kind === 'folder' && !link && isWatched(name)) folders.push(file);
      if (kind !== 'file') continue;
      const found = await stat(file).catch(() => undefined);
      if (found) stamps.set(file, `${found.mtimeMs} ${found.size}`);
    }
  }
  return stamps;
}

/** Time and size of what lies at a path: another text when it was written to. Empty when nothing is there. */
export async function stampOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return found ? `${found.mtimeMs} ${found.size}` : '';
}

/** As `stampOf`, at once; undefined where there is no regular file. */
export function stampSync(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.mtimeMs} ${found.size}` : undefined;
}

/** Bytes; 0 when nothing is there. */
export async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

/** Why `readBytes` would refuse what lies at a path; undefined when it would not, and when nothing lies there. */
export async function refusal(file: string): Promise<string | undefined> {
  try {
    check(await stat(file));
    return undefined;
  } catch (error) {
    return isAbsent(error) ? undefined : unread(error).reason;
  }
}

/** What symbolic links lead to at a path; never opens it. */
export async function kindAt(file: string): Promise<EntryKind> {
  const found = await stat(file).catch(() => undefined);
  return found ? kindOf(found) : 'nothing';
}

/** Something lies at the path, whatever it is. */
export function exists(file: string): boolean {
  return existsSync(file);
}

/**
 * A program or thread of our own, absolute: its bundle, or in a build without bundles the file that the compiler wrote.
 * @param dirname the caller's `__dirname`; the two paths are relative to it
 */
export function ownProgram(dirname: string, bundle: string, compiled: string): string {
  return [bundle, compiled].map((file) => path.join(dirname, file)).find(exists)!;
}

/** A package.json lies in the folder. */
export function isPackage(folder: string): boolean {
  return exists(path.join(folder, 'package.json'));
}

/** The nearest folder with a package.json, at or around the folder. */
export function nearestPackage(folder: string): string | undefined {
  return foldersAround(folder).find(isPackage);
}

/** A regular file that this process may execute. */
export async function isExecutable(file: string): Promise<boolean> {
  if ((await kindAt(file)) !== 'file') return false;
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function kindOf(entry: Pick<Stats, 'isFile' | 'isDirectory'>): EntryKind {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'folder' : 'special';
}

/** A pipe is opened without waiting for its writer, a terminal without becoming ours. Windows knows neither. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

function checkRegular(stats: Stats): Stats {
  if (!stats.isFile()) throw new UnreadError(`it is ${nameOf(stats)}, and only regular files are read`);
  return stats;
}

function check(stats: Stats): Stats {
  checkRegular(stats);
  if (stats.size > readLimit) throw tooLarge(stats.size);
  return stats;
}

function tooLarge(size: number): UnreadError {
  const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  return new UnreadError(`its ${mebibytes(size)} are over the limit of ${mebibytes(readLimit)}`, size);
}

function nameOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : 'no regular file';
}

/** What a file gives, until its end or the limit: the size that it states may be wrong, as below /proc. */
class Content {
  buffer: Buffer;
  length = 0;
  #ended = false;

  constructor({ size }: Stats) {
    this.buffer = Buffer.allocUnsafe(Math.min(size, readLimit) + 1);
  }

  get wants(): boolean {
    return !this.#ended;
  }

  get room(): number {
    return this.buffer.length - this.length;
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  add(bytes: number): void {
    this.#ended = bytes === 0;
    this.length += bytes;
    if (this.length > readLimit) throw tooLarge(this.length);
    if (this.room > 0) return;
    const more = Math.min(Math.max(this.length, 4096), readLimit + 1 - this.length);
    this.buffer = Buffer.concat([this.buffer, Buffer.allocUnsafe(more)]);
  }
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function unread(error: unknown): UnreadError {
  if (error instanceof UnreadError) return error;
  if (isAbsent(error)) return new UnreadError('it does not exist');
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return new UnreadError('access to it is denied');
    case 'ELOOP':
      return new UnreadError('its symbolic links lead in a circle');
    case 'EAGAIN':
      return new UnreadError('it has no content yet');
    default:
      return new UnreadError(`the system refuses (${code ?? message})`);
  }
}

function decode(bytes: Buffer): DiskText {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UnreadError('it is not UTF-8 text');
  }
  const mark = text.startsWith('\uFEFF');
  return { text: mark ? text.slice(1) : text, mark };
}
