import { resolve } from 'node:path';
import type { Command } from 'commander';
import { exists } from '../../host/files';
import { jsonText } from '../../report/json';
import { jsonProof, markdownProof, prettyProof } from '../../report/proof';
import { writeNew } from '../../host/output';
import { shownPath } from '../../service/walk';
import { visible } from '../../text/foreign';
import {
  benchmarkOptions,
  formatOption,
  ruleOption,
  showOption,
  verboseOption,
  type BenchmarkOptions,
  type CommonOptions,
} from '../options';
import { proveFixes } from '../../proof/fixes';
import { nothingToProve, proveRun } from '../prove';
import { namedProfile, profiledScan, profileOption, withFindings } from '../profiled-scan';
import { readingProgress, withAnalyser } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf } from '../../service/targets';

export function proveCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  const command = program
    .command('prove')
    .description('run the benchmarks that reach the fixes, before and after; nothing is written')
    .argument('[path...]', 'files, folders, ./... for Go packages, or FILE:LINE for the fix there', ['.'])
    .option('--each', 'each fix alone, best first; else all together', false)
    .addOption(profileOption(': also fixes of what only a profile shows'));
  for (const option of benchmarkOptions()) command.addOption(option);
  command
    .option(
      '--skeleton',
      'where no Go benchmark reaches a fix: make one for the run, from the tests’ inputs',
      false,
    )
    .option('--write-skeleton', 'the same, and write what was measured into the package', false)
    .option('--suggestions', 'also fixes whose condition you have to check', false)
    .addOption(formatOption('pretty', 'json', 'markdown'))
    .addOption(showOption())
    .addOption(ruleOption(around.rules))
    .addOption(verboseOption())
    .action(async (paths: string[], options: ProveOptions) => exit(await run(paths, options, around)));
}

interface ProveOptions extends CommonOptions, BenchmarkOptions {
  readonly each: boolean;
  readonly profile?: string;
  readonly suggestions: boolean;
  readonly skeleton: boolean;
  readonly writeSkeleton: boolean;
  readonly format: 'pretty' | 'json' | 'markdown';
}

async function run(paths: readonly string[], options: ProveOptions, around: Surroundings): Promise<ExitCode> {
  const { cwd, signal, stdout, stderr, color } = around;
  return withAnalyser(options, around, async (session) => {
    const { progress } = session;
    const { targets, line } = fixAt(paths, cwd);
    const named = await filesOf(targets, cwd, signal);
    const origin = { cwd, signal, progress: readingProgress(progress) };
    const profiles =
      options.profile === undefined ? [] : [await namedProfile(options.profile, named.files, origin)];
    const { show } = options;
    const how = { rules: around.rules, show, signal, progress };
    const { scanned, findings } = await profiledScan(session, named.files, profiles, how);
    const { each, suggestions, writeSkeleton } = options;
    const skeleton = options.skeleton || writeSkeleton;
    const run = { ...proveRun(options, session, around), skeleton, each, suggestions, line };
    const { report } = await proveFixes(session.analyser, withFindings(scanned, findings), run);
    if (writeSkeleton)
      for (const { outcome } of report.changes)
        if (outcome.kind === 'measured' && outcome.made) {
          const { file, text } = outcome.made;
          const written = await writeNew(file, text);
          stderr.write(
            `${shownPath(cwd, file)} ${written ? 'was written' : 'is there already, and was left as it is'}.\n`,
          );
        }
    if (report.changes.length === 0) {
      stderr.write(`${visible(nothingToProve(findings, [...named.notes, ...scanned.notes]))}\n`);
      return 2;
    }
    if (options.format === 'json') stdout.write(jsonText(jsonProof(report)));
    else stdout.write(options.format === 'markdown' ? markdownProof(report) : prettyProof(report, color));
    const verdicts = new Set(
      report.changes.flatMap(({ outcome }) => (outcome.kind === 'measured' ? [outcome.verdict] : [])),
    );
    if (verdicts.size === 0) {
      const unreached = report.changes.every(({ outcome }) => outcome.kind === 'unreached');
      return unreached && report.notes.length === 0 ? 3 : 2;
    }
    return verdicts.has('better') && !verdicts.has('worse') ? 0 : 1;
  });
}

/** `a.go:12` is the fixes on line 12 of a.go, unless there is a file of that name. */
function fixAt(
  paths: readonly string[],
  cwd: string,
): { targets: readonly string[]; line: number | undefined } {
  const [, file, line] = /^(.+\.(?:go|[cm]?[jt]sx?)):(\d+)$/.exec(paths[0] ?? '') ?? [];
  if (paths.length !== 1 || file === undefined || exists(resolve(cwd, paths[0]!)))
    return { targets: paths, line: undefined };
  return { targets: [file], line: Number(line) };
}
