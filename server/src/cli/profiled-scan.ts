import { basename } from 'node:path';
import { Option } from 'commander';
import type { Finding, Note } from '../../../rules/model';
import { codeOf } from '../hotspots/code';
import { committedProfiles } from '../hotspots/committed';
import { findingsByFile, type Hotspot } from '../hotspots/lines';
import { measuredFindings } from '../hotspots/measured-heat';
import { withProfileFile } from '../hotspots/origin';
import { hotspotsIn, readProfile } from '../hotspots/read';
import type { Code, ReadProfile } from '../hotspots/report';
import { ProfileError } from '../profile/profile-error';
import type { FileAnalysis } from '../service/engine';
import type { Show } from '../service/ranking';
import { scan, type ScanOptions, type ScanResult } from '../service/scan';
import type { Session } from './session';
import type { Surroundings } from './surroundings';

export interface NamedProfile {
  readonly name: string;
  readonly read: ReadProfile;
}

export function profileOption(andThen: string): Option {
  return new Option(
    '--profile <file>',
    `rank by a profile, as hotspots takes it, instead of by the look of the code${andThen}`,
  );
}

/**
 * The profile that was named.
 * @param files absolute paths of the code that it may speak of
 * @throws ProfileError when it cannot be used, AbortError
 */
export async function namedProfile(
  profile: string,
  files: readonly string[],
  origin: Parameters<typeof withProfileFile>[1],
): Promise<NamedProfile> {
  return withProfileFile(profile, origin, async (file) => ({
    name: file.name,
    read: await readProfile(file, files),
  }));
}

/** The profiles that the project keeps for the compiler: what of these cannot be used is a note. */
export async function keptProfiles(
  files: readonly string[],
  origin: Parameters<typeof withProfileFile>[1],
): Promise<{ readonly profiles: readonly NamedProfile[]; readonly notes: readonly Note[] }> {
  const [profiles, notes]: [NamedProfile[], Note[]] = [[], []];
  for (const profile of await committedProfiles(files)) {
    try {
      profiles.push(await namedProfile(profile, files, origin));
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      notes.push({ file: profile, message: error.message });
    }
  }
  return { profiles, notes };
}

export interface ProfiledScan {
  readonly scanned: ScanResult;
  readonly code: Code;
  /** By what was measured; those of the scan where nothing was. */
  readonly findings: readonly Finding[];
}

/** Scans the files, and ranks what is found by profiles; without any it is a scan. */
export async function profiledScan(
  { analyser, settings: chosen }: Pick<Session, 'analyser' | 'settings'>,
  files: readonly string[],
  profiles: readonly NamedProfile[],
  {
    rules,
    show,
    ...options
  }: Pick<Surroundings, 'rules'> & { readonly show: Show } & Omit<ScanOptions, 'settings'>,
): Promise<ProfiledScan> {
  // What looks cold may be measured.
  const settings = profiles.length === 0 ? chosen : { ...chosen, show: 'all' as const };
  const scanned = await scan(analyser, files, { settings, ...options });
  const code = codeOf(scanned, analyser);
  if (profiles.length === 0) return { scanned, code, findings: scanned.findings };
  const hotspots: Hotspot[] = [];
  // Of several programs each counts the same.
  for (const { read } of profiles)
    for (const one of await hotspotsIn(read, code, Infinity))
      hotspots.push({ ...one, share: one.share / profiles.length });
  const findings = measuredFindings(scanned.findings, hotspots, {
    rules,
    visibility: { show, rules: settings.rules },
    profile: profiles.length === 1 ? basename(profiles[0]!.name) : `${profiles.length} profiles`,
    unit: profiles[0]!.read.weights.unit,
  });
  return { scanned, code, findings };
}

/** The analyses of a scan with these of its findings. */
export function withFindings(
  { analyses }: ScanResult,
  findings: readonly Finding[],
): ReadonlyMap<string, FileAnalysis> {
  const byFile = findingsByFile(findings);
  return new Map(
    [...analyses].map(([file, analysis]) => [file, { ...analysis, findings: byFile.get(file) ?? [] }]),
  );
}
