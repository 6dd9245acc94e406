import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { jsonReport, jsonText } from '../../report/json';
import { prettyReport } from '../../report/pretty';
import { measuredFindings } from '../../hotspots/measured-heat';
import type { Note } from '../../../../rules/model';
import { committedProfiles } from '../../hotspots/committed';
import type { Hotspot } from '../../hotspots/lines';
import { withProfileFile } from '../../hotspots/origin';
import { hotspotsIn, readProfile } from '../../hotspots/read';
import type { ReadProfile } from '../../hotspots/report';
import { ProfileError } from '../../profile/profile-error';
import { exitCodeWithoutFindings, failLevels, fails, gateCode, isJudged, type FailLevel } from '../gate';
import { formatOption, ruleOption, showOption, verboseOption, type CommonOptions } from '../options';
import { codeOf } from '../../hotspots/code';
import { scan } from '../../service/scan';
import { withAnalyser } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf } from '../targets';
import { NothingMeasuredError } from '../usage-error';

export function scanCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  program
    .command('scan')
    .description('report allocation hotspots')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .addOption(formatOption('pretty', 'json', 'sarif'))
    .addOption(
      new Option(
        '--fail-on <level>',
        'what is exit status 1: hot code (and warnings), or a severity and above; all that is reported if not given',
      ).choices(failLevels),
    )
    .option(
      '--profile <file>',
      'rank by a profile, as hotspots takes it, instead of by the look of the code; default.pgo beside main packages is taken without being asked',
    )
    .addOption(showOption())
    .addOption(ruleOption(around.rules))
    .addOption(verboseOption())
    .action(async (paths: string[], options: ScanCommandOptions) => exit(await run(paths, options, around)));
}

interface ScanCommandOptions extends CommonOptions {
  readonly failOn?: FailLevel;
  readonly profile?: string;
  readonly format: 'pretty' | 'json' | 'sarif';
}

async function run(
  paths: readonly string[],
  options: ScanCommandOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, rules, version } = around;
  const { failOn } = options;
  return withAnalyser(options, around, async ({ analyser, settings: chosen, progress }) => {
    const { files, notes: unread } = await filesOf(paths, cwd, signal);
    if (!isJudged(files, chosen, around))
      throw new NothingMeasuredError('The paths hold no file of the language that the rules are about.');
    const origin = { cwd, signal, progress: (what: string) => progress(0, 0, what) };
    const { profiles, notes: unusable } = await profilesOf(options.profile, files, origin);
    // What looks cold may be measured.
    const settings = profiles.length === 0 ? chosen : { ...chosen, show: 'all' as const };
    const scanned = await scan(analyser, files, { settings, signal, progress });
    const code = codeOf(scanned, analyser);
    const { textOf } = code;
    let { findings } = scanned;
    if (profiles.length > 0) {
      const hotspots: Hotspot[] = [];
      // Of several programs each counts the same.
      for (const { read } of profiles)
        for (const one of await hotspotsIn(read, code, Infinity))
          hotspots.push({ ...one, share: one.share / profiles.length });
      findings = measuredFindings(findings, hotspots, {
        textOf,
        rules,
        visibility: { show: options.show, rules: settings.rules },
        profile: profiles.length === 1 ? basename(profiles[0]!.name) : `${profiles.length} profiles`,
        unit: profiles[0]!.read.weights.unit,
      });
    }
    const result = { ...scanned, findings, notes: [...unread, ...unusable, ...scanned.notes] };
    if (options.format === 'pretty') {
      // Why a fix is not offered belongs to the log of whoever wants to know; JSON has it.
      const notes = result.notes.filter(({ kind }) => options.verbose || kind !== 'withheld fix');
      stdout.write(prettyReport({ ...result, notes }, { cwd, color: around.color, textOf }));
    } else {
      const report = jsonReport(result, { cwd, version, textOf });
      if (options.format === 'json') stdout.write(jsonText(report));
      else {
        const { sarifReport } = await import('../../report/sarif.js');
        stdout.write(jsonText(sarifReport(report, result.findings, rules, { cwd })));
      }
    }
    if (failOn !== undefined)
      return gateCode(
        findings.filter((one) => fails(one, failOn)),
        { ...result, files },
      );
    return findings.length > 0 ? 1 : exitCodeWithoutFindings(files, result.notes);
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
