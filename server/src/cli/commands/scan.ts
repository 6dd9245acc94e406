import type { Command } from 'commander';
import { jsonReport, jsonText } from '../../report/json';
import { prettyReport } from '../../report/pretty';
import { formatOption, ruleOption, showOption, verboseOption, type CommonOptions } from '../options';
import { textOnDisk } from '../read';
import { scan } from '../scan';
import { exitCodeWithoutFindings, withAnalyser } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf } from '../targets';

export function scanCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  program
    .command('scan')
    .description('report allocation hotspots')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .addOption(formatOption('pretty', 'json', 'sarif'))
    .addOption(showOption())
    .addOption(ruleOption(around.rules))
    .addOption(verboseOption())
    .action(async (paths: string[], options: ScanCommandOptions) => exit(await run(paths, options, around)));
}

interface ScanCommandOptions extends CommonOptions {
  readonly format: 'pretty' | 'json' | 'sarif';
}

async function run(
  paths: readonly string[],
  options: ScanCommandOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, rules, version } = around;
  return withAnalyser(options, around, async ({ analyser, settings, progress }) => {
    const { files, notes: unread } = await filesOf(paths, cwd, signal);
    const scanned = await scan(analyser, files, { settings, signal, progress });
    const result = { ...scanned, notes: [...unread, ...scanned.notes] };
    const textOf = (path: string): string => result.analyses.get(path)?.text ?? textOnDisk(path);
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
    return result.findings.length > 0 ? 1 : exitCodeWithoutFindings(files, result.notes);
  });
}
