import { treeDifference, type CallTree } from '../profile/call-tree';
import { difference } from '../profile/difference';
import { ProfileError } from '../profile/profile-error';
import { functionHotspotsOf } from './functions';
import { hotspotsOf, type Hotspot } from './lines';
import type { ProfileFile } from './origin';
import { importPathsOf } from './packages';
import { profileKind } from './profile-kind';
import type { Code, ReadProfile } from './report';
import { weighInThread } from './thread';

/** Of the files, those that a profile can speak of. @throws ProfileError when there are none, or no such profile */
export async function profiledFiles(profile: ProfileFile, files: readonly string[]): Promise<string[]> {
  const kind = await profileKind(profile);
  const found = files.filter((file) => file.endsWith('.go') === (kind === 'pprof'));
  if (found.length > 0) return found;
  throw new ProfileError(
    kind === 'pprof'
      ? `${profile.name} is a profile of a Go program, and there are no Go files below the paths.`
      : `${profile.name} is a profile of V8, and there are no TypeScript or JavaScript files below the paths.`,
  );
}

/**
 * Reads a profile, whoever wrote it, against the code at hand. Compiles nothing.
 * @param files absolute paths of that code
 * @param calls whether the stacks are merged into a tree, too
 * @throws ProfileError when the profile cannot be used; its message names the file
 */
export async function readProfile(
  profile: ProfileFile,
  files: readonly string[],
  { calls = false }: { readonly calls?: boolean } = {},
): Promise<ReadProfile> {
  const kind = await profileKind(profile);
  const question = { profile: profile.path, calls };
  const read = await weighInThread(
    kind === 'pprof'
      ? { ...question, kind, importPaths: await importPathsOf(files) }
      : { ...question, kind, files },
    profile,
  );
  return { kind, ...read, notes: [...profile.notes, ...read.notes] };
}

/**
 * What changed from an older profile to a newer one of the same code.
 * @throws ProfileError when they measure different things
 */
export function compareProfiles(newer: ReadProfile, older: ReadProfile): ReadProfile {
  mustCompare(newer, older);
  return {
    kind: newer.kind,
    weights: difference(newer.weights, older.weights),
    notes: [...new Set([...newer.notes, ...older.notes])],
  };
}

/**
 * The same of their stacks, which must have been asked for.
 * @throws ProfileError when they measure different things
 */
export function compareStacks(newer: ReadProfile, older: ReadProfile): CallTree {
  mustCompare(newer, older);
  return treeDifference(newer.tree!, older.tree!);
}

function mustCompare(newer: ReadProfile, older: ReadProfile): void {
  if (newer.kind !== older.kind || newer.weights.unit !== older.weights.unit)
    throw new ProfileError(
      `The profiles cannot be compared: one is of ${subject(newer)}, the other of ${subject(older)}.`,
    );
}

const subject = ({ kind, weights: { unit } }: ReadProfile): string =>
  `${kind === 'v8' ? 'V8' : 'Go'}, in ${unit}`;

/**
 * The heaviest places of a profile, each with what is known of the code there.
 * @param top how many
 */
export async function hotspotsIn(
  { kind, weights }: ReadProfile,
  code: Code,
  top: number,
): Promise<readonly Hotspot[]> {
  return kind === 'pprof'
    ? hotspotsOf(weights, code, top)
    : functionHotspotsOf({ ...weights, lines: weights.lines.slice(0, top) }, code);
}
