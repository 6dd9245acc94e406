import { resolve } from 'node:path';
import { ProfileError } from '../profile/profile-error';
import type { Analyser } from '../service/analyser';
import { goHotspots } from './go';
import { profileKind } from './profile-kind';
import type { Analysed, HotspotReport } from './report';
import { v8Hotspots } from './v8';

/** Of the files, those that a profile can speak of. @throws ProfileError when there are none, or no such profile */
export async function profiledFiles(
  profile: string,
  files: readonly string[],
  cwd: string,
): Promise<string[]> {
  const kind = await profileKind(resolve(cwd, profile), cwd);
  const found = files.filter((file) => file.endsWith('.go') === (kind === 'pprof'));
  if (found.length > 0) return found;
  throw new ProfileError(
    kind === 'pprof'
      ? `${profile} is a profile of a Go program, and there are no Go files below the paths.`
      : `${profile} is a profile of V8, and there are no TypeScript or JavaScript files below the paths.`,
  );
}

/**
 * Joins a profile, whoever wrote it, with what a scan found.
 * @param files absolute paths of the code at hand
 * @throws ProfileError when the profile cannot be used; its message names the file
 */
export async function readHotspots(
  profile: string,
  files: readonly string[],
  scanned: Analysed,
  analyser: Analyser,
  { cwd, top }: { readonly cwd: string; readonly top: number },
): Promise<HotspotReport> {
  const file = resolve(cwd, profile);
  return (await profileKind(file, cwd)) === 'pprof'
    ? goHotspots(file, scanned, { cwd, top })
    : v8Hotspots(file, scanned, analyser, { cwd, top, files });
}
