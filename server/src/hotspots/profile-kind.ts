import { readChunks, UnreadError } from '../host/files';
import { ProfileError } from '../profile/profile-error';
import type { ProfileFile } from './origin';

/** Who wrote a profile: V8's are JSON, and everything else is read as pprof. */
export async function profileKind(profile: ProfileFile): Promise<'pprof' | 'v8'> {
  try {
    for await (const chunk of readChunks(profile.path)) {
      const first = chunk.find((byte) => byte > 0x20);
      if (first !== undefined) return first === 0x7b ? 'v8' : 'pprof';
    }
  } catch (error) {
    throw unusable(error, profile);
  }
  return 'pprof';
}

/** The error as the user is told it, with the profile's name; what is no fault of the profile stays as it is. */
export function unusable(error: unknown, { name }: ProfileFile): unknown {
  return error instanceof ProfileError || error instanceof UnreadError
    ? new ProfileError(`${name} cannot be used as a profile. ${error.message}`)
    : error;
}
