import { basename, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { fingerprintsOf, identitiesOf } from '../../history/identity';
import { gitlabReport } from '../../report/gitlab';
import { jsonReport, jsonText } from '../../report/json';
import { prettyReport } from '../../report/pretty';
import { rdjsonlReport } from '../../report/rdjsonl';
import { againstBaseline, updateBaseline, type BaselineScan } from '../baseline';
import { measuredFindings } from '../../hotspots/measured-heat';
import type { Finding, Note } from '../../../../rules/model';
import { committedProfiles } from '../../hotspots/committed';
import type { Hotspot } from '../../hotspots/lines';
import { withProfileFile } from '../../hotspots/origin';
import { hotspotsIn, readProfile } from '../../hotspots/read';
import type { ReadProfile } from '../../hotspots/report';
import { ProfileError } from '../../profile/profile-error';
import {
  exitCodeWithoutFindings,
  failLevels,
  fails,
  gateCode,
  isHindered,
  isJudged,
  type FailLevel,
} from '../gate';
import { formatOption, ruleOption, showOption, verboseOption, type CommonOptions } from '../options';
import { codeOf } from '../../hotspots/code';
import { scan } from '../../service/scan';
import { shownPath } from '../../service/walk';
import { visible } from '../../text/foreign';
import { withAnalyser } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf, targetsOf } from '../targets';
import { NothingMeasuredError, UsageError } from '../usage-error';

const formats = ['pretty', 'json', 'sarif', 'rdjsonl', 'gitlab'] as const;

export function scanCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  program
    .command('scan')
    .description('report allocation hotspots')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .addOption(formatOption(...formats))
    .addOption(
      new Option(
        '--fail-on <level>',
        'what is exit status 1: hot code (and warnings), or a severity and above; all that is reported if not given',
      ).choices(failLevels),
    )
    .option('--baseline <file>', 'report and fail only what this file does not have')
    .option('--update-baseline', 'write what is found into the file of --baseline', false)
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
  readonly baseline?: string;
  readonly updateBaseline: boolean;
  readonly profile?: string;
  readonly format: (typeof formats)[number];
}

async function run(
  paths: readonly string[],
  options: ScanCommandOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, stderr, rules, version } = around;
  const { baseline } = options;
  if (options.updateBaseline && baseline === undefined)
    throw new UsageError('--update-baseline needs to know the file: --baseline FILE.');
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
        rules,
        visibility: { show: options.show, rules: settings.rules },
        profile: profiles.length === 1 ? basename(profiles[0]!.name) : `${profiles.length} profiles`,
        unit: profiles[0]!.read.weights.unit,
      });
    }
    const notes = [...unread, ...unusable, ...scanned.notes];
    if (baseline !== undefined) {
      const held: BaselineScan = {
        file: resolve(cwd, baseline),
        cwd,
        findings,
        hidden: [...scanned.hidden, ...without(scanned.findings, findings)],
        code,
        files,
        targets: targetsOf(paths, cwd),
        isOn: (rule) => settings.rules[rule] !== 'off',
      };
      if (options.updateBaseline) {
        if (isHindered({ ...scanned, notes }))
          throw new UsageError(
            `The baseline was not written because not everything could be analysed; without --update-baseline the notes say why.`,
          );
        stdout.write(`${await updateBaseline(held)}\n`);
        return 0;
      }
      const { added, said } = await againstBaseline(held);
      findings = added;
      stderr.write(`${said}\n`);
    }
    const result = { ...scanned, findings, notes };
    // Why a fix is not offered belongs to the log of whoever wants to know; JSON has it.
    const shown = notes.filter(({ kind }) => options.verbose || kind !== 'withheld fix');
    const report = () => jsonReport(result, { cwd, version, textOf });
    const fingerprints = async () => fingerprintsOf(await identitiesOf(findings, code, cwd));
    switch (options.format) {
      case 'pretty':
        stdout.write(prettyReport({ ...result, notes: shown }, { cwd, color: around.color, textOf }));
        break;
      case 'json':
        stdout.write(jsonText(report()));
        break;
      case 'sarif': {
        const { sarifReport } = await import('../../report/sarif.js');
        const more = { cwd, fingerprints: await fingerprints() };
        stdout.write(jsonText(sarifReport(report(), findings, rules, more)));
        break;
      }
      case 'rdjsonl':
        stdout.write(rdjsonlReport(findings, { cwd, textOf }));
        break;
      case 'gitlab':
        stdout.write(jsonText(gitlabReport(findings, await fingerprints(), { cwd, textOf })));
    }
    // These have no place for them.
    if (options.format === 'rdjsonl' || options.format === 'gitlab')
      for (const { file, message } of shown)
        stderr.write(`note: ${file === undefined ? '' : `${shownPath(cwd, file)}: `}${visible(message)}\n`);
    const failOn = options.failOn ?? (baseline === undefined ? undefined : 'information');
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

/** The findings that a profile has made cold. */
function without(all: readonly Finding[], shown: readonly Finding[]): Finding[] {
  const key = ({ file, span, ruleId, message }: Finding): string =>
    `${ruleId} ${span.start} ${span.end} ${file} ${message}`;
  const keys = new Set(shown.map(key));
  return all.filter((finding) => !keys.has(key(finding)));
}
