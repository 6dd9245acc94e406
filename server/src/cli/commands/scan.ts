import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { jsonReport, jsonText } from '../../report/json';
import { prettyReport } from '../../report/pretty';
import { measuredFindings } from '../../hotspots/measured-heat';
import { hotspotsIn, readProfile } from '../../hotspots/read';
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
    .option('--profile <file>', 'rank by a profile, as hotspots takes it, instead of by the look of the code')
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
  const { profile, failOn } = options;
  // What looks cold may be measured.
  const looked = profile === undefined ? options : { ...options, show: 'all' as const };
  return withAnalyser(looked, around, async ({ analyser, settings, progress }) => {
    const { files, notes: unread } = await filesOf(paths, cwd, signal);
    if (!isJudged(files, settings, around))
      throw new NothingMeasuredError('The paths hold no file of the language that the rules are about.');
    const scanned = await scan(analyser, files, { settings, signal, progress });
    const { textOf } = codeOf(scanned, analyser);
    let { findings } = scanned;
    if (profile !== undefined) {
      const read = await readProfile(profile, files, cwd);
      const hotspots = await hotspotsIn(read, codeOf(scanned, analyser), Infinity);
      const visibility = { show: options.show, rules: settings.rules };
      findings = measuredFindings(findings, hotspots, {
        textOf,
        rules,
        visibility,
        profile: basename(profile),
        unit: read.weights.unit,
      });
    }
    const result = { ...scanned, findings, notes: [...unread, ...scanned.notes] };
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
