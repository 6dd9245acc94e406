import { join, resolve } from 'node:path';
import { download, DownloadError } from '../host/download';
import { TemporaryFolder } from '../host/temporary-folder';
import { ProfileError } from '../profile/profile-error';
import { shownPath } from '../service/walk';

/** A profile as a file on disk. */
export interface ProfileFile {
  /** Absolute. */
  readonly path: string;
  /** As it is called in messages: relative to the working directory, or the address that it came from. */
  readonly name: string;
  /** What limits it because of where it comes from. */
  readonly notes: readonly string[];
  /** Hears how much of it has been read. */
  readonly progress?: ReadingProgress;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** @param percentage whole, 0 to 100; absent where nobody knows it */
export type ReadingProgress = (what: string, percentage?: number) => void;

/** Bytes of a live profile. Those of the largest services have a few megabytes. */
const sizeLimit = 256 * 1024 * 1024;

/**
 * Does a job with the profile that a person named: a file, or an address of a running program, which is asked once.
 * @param named path relative to `cwd`, or `http://…/debug/pprof/allocs?seconds=30`
 * @throws ProfileError when the address gives nothing, AbortError, and what the job throws
 */
export async function withProfileFile<T>(
  named: string,
  { cwd, signal, progress }: { cwd: string; signal: AbortSignal; progress: ReadingProgress },
  job: (profile: ProfileFile) => Promise<T>,
): Promise<T> {
  const url = addressOf(named);
  if (!url) {
    const path = resolve(cwd, named);
    return job({ path, name: shownPath(cwd, path), notes: [], progress, signal });
  }
  const seconds = Number(url.searchParams.get('seconds') ?? 0);
  const folder = await TemporaryFolder.create();
  try {
    const path = join(folder.path, 'live.pprof');
    progress(seconds > 0 ? `asking ${url.host}, for ${seconds} seconds` : `asking ${url.host}`);
    await download(url, path, { patience: (seconds + 20) * 1000, size: sizeLimit, signal }).catch(
      (error: unknown) => {
        throw error instanceof DownloadError
          ? new ProfileError(`${named} gives no profile. ${error.message}`)
          : error;
      },
    );
    const notes =
      seconds > 0
        ? []
        : ['The figures count from the start of the program; with ?seconds=30 they are of that time only.'];
    return await job({ path, name: named, notes, progress, signal });
  } finally {
    await folder.dispose();
  }
}

/** @throws ProfileError for an address that cannot give a profile */
function addressOf(named: string): URL | undefined {
  if (!/^https?:\/\//i.test(named)) return undefined;
  if (!URL.canParse(named)) throw new ProfileError(`${named} is not a valid address.`);
  const url = new URL(named);
  if (url.searchParams.has('debug'))
    throw new ProfileError(`${named} asks for text: without “debug” it gives a profile.`);
  const seconds = url.searchParams.get('seconds');
  if (seconds !== null && !/^[1-9]\d{0,3}$/.test(seconds))
    throw new ProfileError(`${named} asks for “${seconds}” seconds: it is a whole number from 1 to 9999.`);
  return url;
}
