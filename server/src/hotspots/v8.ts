import { fileURLToPath } from 'node:url';
import { readWhole } from '../host/files';
import { realPath } from '../host/paths';
import { ProfileError } from '../profile/profile-error';
import type { Frame } from '../profile/sample';
import { readV8, type V8Profile } from '../profile/v8';
import { WeightsBuilder, type Weights } from '../profile/weights';
import { unusable } from './profile-kind';
import type { ProfileFile } from './origin';
import type { ReadProfile } from './report';

/** Bytes of a profile; V8 itself cannot hold a text of more than 512 MiB. */
const sizeLimit = 480 * 1024 * 1024;

/**
 * Reads a profile of V8 against the scripts at hand.
 * @param files absolute paths
 * @throws ProfileError when the profile cannot be used; its message names the file
 */
export async function readV8Profile(profile: ProfileFile, files: readonly string[]): Promise<ReadProfile> {
  const read = await v8Profile(profile.path).catch((error: unknown) => {
    throw unusable(error, profile);
  });
  const builder = new WeightsBuilder(
    { index: 0, objects: 1, unit: read.unit },
    read.interval ?? 0,
    locatorOf(files),
    (name) => name,
  );
  for (const sample of read.samples) builder.add(sample);
  const weights = { ...builder.result(), ...(read.time && { time: read.time }) };
  return { kind: 'v8', weights, notes: [...profile.notes, ...notesOf(read, weights)] };
}

async function v8Profile(profile: string): Promise<V8Profile> {
  const bytes = await readWhole(profile, sizeLimit);
  if (!bytes)
    throw new ProfileError(
      'It is larger than 480 MiB: record with a larger --interval, or for a shorter time.',
    );
  return readV8(bytes.toString('utf8'));
}

/** Scripts are named by their real path, or by its URL. */
function locatorOf(files: readonly string[]): (frame: Frame) => string | undefined {
  const byPath = new Map(
    files.flatMap((file) => [[file, file] as const, [realPath(file) ?? file, file] as const]),
  );
  const known = new Map<string, string | undefined>();
  return ({ file }) => {
    if (!known.has(file)) known.set(file, byPath.get(pathOf(file)));
    return known.get(file);
  };
}

function pathOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

function notesOf({ unit, interval, collected }: V8Profile, { total, elsewhere, time }: Weights): string[] {
  const notes = [
    `V8 charges what an inlined function ${unit === 'bytes' ? 'makes' : 'takes'} to the function that it is inlined into.`,
    ...(interval !== undefined && interval > 1
      ? [`V8 sampled about every ${Math.round(interval / 1024)} KiB; figures are estimates.`]
      : []),
  ];
  if (time)
    notes.push(
      `A CPU profile says where the time went, not what was allocated. The collector took ${percent(time.collector / (time.all || 1))} of it; V8 does not say for whom. “alloclens record” records allocations.`,
    );
  else if (collected !== true)
    notes.push(
      collected === false
        ? 'The recording left out what was collected: it shows what was still alive at its end.'
        : 'The file does not say whether garbage is in it: by default V8 records only what is still alive at the end, and a function that only makes garbage shows 0. “alloclens record” records both.',
    );
  if (total > 0 && elsewhere / total > 0.5)
    notes.push(
      'More than half lies in scripts that are not among the paths: dependencies, Node itself, or JavaScript that was compiled from this code.',
    );
  return notes;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
