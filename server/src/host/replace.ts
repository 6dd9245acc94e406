/** Writes source files. The only place of the command line that does. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  accessSync,
  type Stats,
} from 'node:fs';
import path from 'node:path';
import { readTextSync, UnreadError } from './files';
import { isOwn, ownerOf, ownName } from './remains';

const prefix = '.alloclens-';

/** A new text for a file that is there. Both texts are without the byte order mark, which the file keeps. */
export interface Replacement {
  /** Absolute. Where symbolic links lead is replaced; the links stay. */
  readonly file: string;
  /** What the new text was made from: the file must still have it. */
  readonly before: string;
  readonly after: string;
}

/** Nothing was changed, unless the message says so. It is a sentence for the user that begins with the file's name. */
export class ReplaceError extends Error {
  override readonly name = 'ReplaceError';
}

/**
 * Replaces all the files or none. Each new text is written beside its file, under a name that nobody can know, in a file
 * that did not exist; when all are there they are renamed one after the other, and renamed back when one cannot be. Mode
 * and, where the system lets us, owner stay; a file with several names (hard links) keeps the old text under the others.
 *
 * At once, because then no signal handler of ours ends the process in between.
 *
 * @param shown how a file is called in messages
 * @throws ReplaceError
 */
export function replaceAll(files: readonly Replacement[], shown: (file: string) => string): void {
  const steps: Step[] = [];
  try {
    for (const file of files) steps.push(new Step(file, shown(file.file)));
    for (const folder of new Set(steps.map((step) => step.folder))) sweep(folder);
    for (const step of steps) step.prepare(steps.length > 1);
    commit(steps);
  } finally {
    for (const step of steps) step.clean();
  }
}

function commit(steps: readonly Step[]): void {
  const done: Step[] = [];
  try {
    for (const step of steps) {
      step.rename();
      done.push(step);
    }
  } catch (error) {
    const stuck = done.reverse().flatMap((step) => step.takeBack());
    if (stuck.length === 0) throw error;
    throw new ReplaceError(`${(error as Error).message} ${stuck.join(' ')}`, { cause: error });
  }
}

/**
 * Why a file must not be replaced; completes “it was not changed because …”. Undefined when nothing is known to stand in
 * the way.
 */
export function obstacle(file: string): string | undefined {
  try {
    const found = statSync(file);
    if (!found.isFile()) return 'it is no regular file';
    // As whoever runs this: the superuser may write what its mode says is read-only.
    if (!isWritable(file)) return 'it is read-only';
    accessSync(path.dirname(realpathSync(file)), constants.W_OK);
    return undefined;
  } catch (error) {
    return systemReason(error);
  }
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** One file on its way. */
class Step {
  readonly #target: string;
  readonly #stats: Stats;
  #fresh: string | undefined;
  #backup: string | undefined;

  constructor(
    readonly replacement: Replacement,
    readonly shown: string,
  ) {
    const reason = obstacle(replacement.file);
    if (reason !== undefined) throw this.#unchanged(reason);
    try {
      this.#target = realpathSync(replacement.file);
      this.#stats = lstatSync(this.#target);
    } catch (error) {
      throw this.#unchanged(systemReason(error), error);
    }
  }

  get folder(): string {
    return path.dirname(this.#target);
  }

  /** Writes the new text beside the file and, with `backup`, gives the old one a second name. */
  prepare(backup: boolean): void {
    try {
      const { text, mark } = readTextSync(this.#target);
      if (text !== this.replacement.before)
        throw this.#unchanged('it has changed on disk meanwhile; run the command again');
      const fresh = temporaryName(this.folder);
      const handle = openSync(fresh, 'wx', 0o600);
      this.#fresh = fresh;
      try {
        writeFileSync(handle, mark ? `\uFEFF${this.replacement.after}` : this.replacement.after);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      this.#adopt(fresh);
      if (backup) {
        const name = temporaryName(this.folder);
        second(this.#target, name);
        this.#backup = name;
      }
    } catch (error) {
      if (error instanceof ReplaceError) throw error;
      throw this.#unchanged(error instanceof UnreadError ? error.reason : systemReason(error), error);
    }
  }

  /** Owner before mode: a change of the owner takes the set-user-id bits away. */
  #adopt(file: string): void {
    try {
      chownSync(file, this.#stats.uid, this.#stats.gid);
    } catch {
      // Only the superuser may give a file away.
    }
    chmodSync(file, this.#stats.mode & 0o7777);
  }

  rename(): void {
    try {
      const now = lstatSync(this.#target);
      if (now.ino !== this.#stats.ino || now.mtimeMs !== this.#stats.mtimeMs)
        throw this.#unchanged('it has changed on disk meanwhile; run the command again');
      renameSync(this.#fresh!, this.#target);
      this.#fresh = undefined;
    } catch (error) {
      if (error instanceof ReplaceError) throw error;
      throw this.#unchanged(systemReason(error), error);
    }
  }

  /** @returns a sentence when that failed */
  takeBack(): string[] {
    try {
      renameSync(this.#backup!, this.#target);
      return [];
    } catch (error) {
      const kept = this.#backup!;
      return [
        `${this.shown} has its new text already and could not be put back (${systemReason(error)}); its former text is in ${kept}.`,
      ];
    } finally {
      this.#backup = undefined;
    }
  }

  /** Removes what is left beside the file. */
  clean(): void {
    for (const file of [this.#fresh, this.#backup]) {
      if (file === undefined) continue;
      try {
        unlinkSync(file);
      } catch {
        // Gone, or the next run sweeps it.
      }
    }
  }

  #unchanged(reason: string, cause?: unknown): ReplaceError {
    return new ReplaceError(`${this.shown} was not changed because ${reason}.`, { cause });
  }
}

function temporaryName(folder: string): string {
  return path.join(folder, `${ownName(prefix)}${randomBytes(12).toString('hex')}`);
}

/** A second name for the file itself, or where the file system has no such thing, a copy. Fails when the name exists. */
function second(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    copyFileSync(file, name, constants.COPYFILE_EXCL);
  }
}

/** Removes what killed processes left in the folder. */
function sweep(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      if (ownerOf(prefix, name) !== 'gone') continue;
      const file = path.join(folder, name);
      const found = lstatSync(file);
      if (found.isFile() && isOwn(found)) unlinkSync(file);
    }
  } catch {
    // Another process sweeps, too, or the folder may not be changed: then the replacement says so.
  }
}

/** “access to it is denied”, “the system refuses (EROFS: read-only file system)”. */
function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'it does not exist any more';
  if (code === 'EACCES' || code === 'EPERM') return 'it, or its folder, may not be written to';
  return `the system refuses (${message.split(',')[0]})`;
}
