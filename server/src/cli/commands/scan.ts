import { Option, type Command } from 'commander';
import { identitiesOf, unitsOf } from '../../history/identity';
import { jsonText } from '../../report/json';
import { conclude, concludeOptions, mustGoTogether, type ConcludeOptions, type Outcome } from '../conclude';
import { filesOfShard, partOf, shardOf, type Shard } from '../shard';
import type { Finding } from '../../../../rules/model';
import { isJudged } from '../gate';
import { ruleOption, showOption, verboseOption, type CommonOptions } from '../options';
import { keptProfiles, namedProfile, profiledScan, profileOption } from '../profiled-scan';
import { readingProgress, withAnalyser } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf, targetsOf } from '../../service/targets';
import { NothingMeasuredError, UsageError } from '../usage-error';

export function scanCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  const command = program
    .command('scan')
    .description('report allocation hotspots')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .addOption(profileOption('; default.pgo beside main packages is taken without being asked'))
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
  return withAnalyser(options, around, async (session) => {
    const { settings, progress, host } = session;
    const { files: named, notes: unread } = await filesOf(paths, cwd, signal);
    if (!isJudged(named, settings, around))
      throw new NothingMeasuredError('The paths hold no file of the language that the rules are about.');
    const files = shard ? await filesOfShard(named, shard) : named;
    const origin = { cwd, signal, progress: readingProgress(progress) };
    const { profile, show } = options;
    const { profiles, notes: unusable } =
      profile === undefined
        ? await keptProfiles(named, origin)
        : { profiles: [await namedProfile(profile, named, origin)], notes: [] };
    const store = await around.results?.(host.logger);
    const { scanned, code, findings } = await profiledScan(session, files, profiles, {
      rules,
      show,
      signal,
      progress,
      store,
    });
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
    const { rule } = options;
    const asked = { paths, show, rules: rule, profile: profile ?? null };
    stdout.write(jsonText(await partOf(outcome, { hidden, before, shard, asked, named, cwd, version })));
    return 0;
  });
}

/** The findings that a profile has made cold. */
function without(all: readonly Finding[], shown: readonly Finding[]): Finding[] {
  const key = ({ file, span, ruleId, message }: Finding): string =>
    `${ruleId} ${span.start} ${span.end} ${file} ${message}`;
  const keys = new Set(shown.map(key));
  return all.filter((finding) => !keys.has(key(finding)));
}
