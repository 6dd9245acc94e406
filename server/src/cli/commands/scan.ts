import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { identitiesOf, unitsOf } from '../../history/identity';
import { jsonText } from '../../report/json';
import { conclude, concludeOptions, mustGoTogether, type ConcludeOptions, type Outcome } from '../conclude';
import { filesOfShard, partOf, shardOf, type Shard } from '../shard';
import { measuredFindings } from '../../hotspots/measured-heat';
import type { Finding, Note } from '../../../../rules/model';
import { committedProfiles } from '../../hotspots/committed';
import type { Hotspot } from '../../hotspots/lines';
import { withProfileFile } from '../../hotspots/origin';
import { hotspotsIn, readProfile } from '../../hotspots/read';
import type { ReadProfile } from '../../hotspots/report';
import { ProfileError } from '../../profile/profile-error';
import { isJudged } from '../gate';
import { ruleOption, showOption, verboseOption, type CommonOptions } from '../options';
import { codeOf } from '../../hotspots/code';
import { scan } from '../../service/scan';
import { readingProgress, withAnalyser } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf, targetsOf } from '../../service/targets';
import { NothingMeasuredError, UsageError } from '../usage-error';

export function scanCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  const command = program
    .command('scan')
    .description('report allocation hotspots')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .option(
      '--profile <file>',
      'rank by a profile, as hotspots takes it, instead of by the look of the code; default.pgo beside main packages is taken without being asked',
    )
    .addOption(
      new Option(
        '--shard <i/n>',
        'analyse only this part of the files, and write what merge makes one report of; the options below are those of merge then',
      ).argParser(shardOf),
    );
  for (const option of concludeOptions()) command.addOption(option);
  command
    .addOption(showOption())
    .addOption(ruleOption(around.rules))
    .addOption(verboseOption())
    .action(async (paths: string[], options: ScanCommandOptions) => exit(await run(paths, options, around)));
}

interface ScanCommandOptions extends CommonOptions, ConcludeOptions {
  readonly profile?: string;
  readonly shard?: Shard;
}

async function run(
  paths: readonly string[],
  options: ScanCommandOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, rules, version } = around;
  const { shard } = options;
  mustGoTogether(options);
  if (shard && (options.format !== 'pretty' || options.failOn || options.baseline || options.updateBaseline))
    throw new UsageError(
      'A shard is no report: give --format, --fail-on, --baseline and --update-baseline to “alloclens merge”.',
    );
  return withAnalyser(options, around, async ({ analyser, settings: chosen, progress, host }) => {
    const { files: named, notes: unread } = await filesOf(paths, cwd, signal);
    if (!isJudged(named, chosen, around))
      throw new NothingMeasuredError('The paths hold no file of the language that the rules are about.');
    const files = shard ? await filesOfShard(named, shard) : named;
    const origin = { cwd, signal, progress: readingProgress(progress) };
    const { profiles, notes: unusable } = await profilesOf(options.profile, named, origin);
    // What looks cold may be measured.
    const settings = profiles.length === 0 ? chosen : { ...chosen, show: 'all' as const };
    const store = await around.results?.(host.logger);
    const scanned = await scan(analyser, files, { settings, signal, progress, store });
    const code = codeOf(scanned, analyser);
    let { findings } = scanned;
    if (profiles.length > 0) {
      const hotspots: Hotspot[] = [];
      // Of several programs each counts the same.
      for (const { read } of profiles)
        for (const one of await hotspotsIn(read, code, Infinity))
          hotspots.push({ ...one, share: one.share / profiles.length });
      findings = measuredFindings(findings, hotspots, {
        rules,
        visibility: { show: options.show, rules: settings.rules },
        profile: profiles.length === 1 ? basename(profiles[0]!.name) : `${profiles.length} profiles`,
        unit: profiles[0]!.read.weights.unit,
      });
    }
    const hidden = [...scanned.hidden, ...without(scanned.findings, findings)];
    const before = [...unread, ...unusable];
    const outcome: Outcome = {
      findings,
      notes: [...before, ...scanned.notes],
      files,
      analysed: scanned.files,
      incomplete: scanned.incomplete,
      isPartial: false,
      targets: targetsOf(paths, cwd),
      isOn: (rule) => settings.rules[rule] !== 'off',
      textOf: code.textOf,
      unitsOf: (root) => unitsOf(files, root),
      identities: (root) => identitiesOf(findings, code, root),
      hidden: (root) => identitiesOf(hidden, code, root),
    };
    if (!shard) return conclude(outcome, options, around);
    const { show, rule, profile } = options;
    const asked = { paths, show, rules: rule, profile: profile ?? null };
    stdout.write(jsonText(await partOf(outcome, { hidden, before, shard, asked, named, cwd, version })));
    return 0;
  });
}

interface Profiles {
  readonly profiles: readonly { readonly name: string; readonly read: ReadProfile }[];
  readonly notes: readonly Note[];
}

/**
 * The profile that was named, or those that the project keeps for the compiler: what of these cannot be used is a note.
 * @throws ProfileError when the named one cannot be used
 */
async function profilesOf(
  named: string | undefined,
  files: readonly string[],
  origin: Parameters<typeof withProfileFile>[1],
): Promise<Profiles> {
  const read = (profile: string): Promise<Profiles['profiles'][number]> =>
    withProfileFile(profile, origin, async (file) => ({
      name: file.name,
      read: await readProfile(file, files),
    }));
  if (named !== undefined) return { profiles: [await read(named)], notes: [] };
  const [profiles, notes]: [Profiles['profiles'][number][], Note[]] = [[], []];
  for (const profile of await committedProfiles(files)) {
    try {
      profiles.push(await read(profile));
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      notes.push({ file: profile, message: error.message });
    }
  }
  return { profiles, notes };
}

/** The findings that a profile has made cold. */
function without(all: readonly Finding[], shown: readonly Finding[]): Finding[] {
  const key = ({ file, span, ruleId, message }: Finding): string =>
    `${ruleId} ${span.start} ${span.end} ${file} ${message}`;
  const keys = new Set(shown.map(key));
  return all.filter((finding) => !keys.has(key(finding)));
}
