import { dirname } from 'node:path';
import type { Command } from 'commander';
import { jsonHotspots, markdownHotspots, prettyHotspots } from '../../report/hotspots';
import { jsonText } from '../../report/json';
import { compareProfiles, hotspotsIn, profiledFiles, readProfile } from '../../hotspots/read';
import { committedProfiles } from '../../hotspots/committed';
import { withProfileFile } from '../../hotspots/origin';
import { shownPath } from '../../service/walk';
import { UsageError } from '../usage-error';
import { formatOption, verboseOption, wholeNumber, type CommonOptions } from '../options';
import { codeOf } from '../../hotspots/code';
import { scan } from '../../service/scan';
import { exitCodeWithoutFindings } from '../gate';
import { readingProgress, withAnalyser } from '../session';
import type { HotspotReport } from '../../hotspots/report';
import { hotspotsOf } from '../../hotspots/lines';
import { estimatedProfile } from '../../hotspots/estimate';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf } from '../../service/targets';

export function hotspotsCommand(
  program: Command,
  around: Surroundings,
  exit: (code: ExitCode) => void,
): void {
  program
    .command('hotspots')
    .description('the lines (V8: functions) that allocate most by a profile: why, and what to do')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .option(
      '--profile <file>',
      'what Go wrote (pprof: heap, allocs, CPU) or V8 (.heapprofile, .heaptimeline, .cpuprofile), or http://HOST/debug/pprof/allocs?seconds=30; default.pgo beside a main package unless given, and an estimate of how often Go lines run where there is none',
    )
    .option('--base <file>', 'an older profile of the same kind: what changed since, largest change first')
    .option('--top <n>', 'how many lines', wholeNumber, 10)
    .addOption(formatOption('pretty', 'json', 'markdown'))
    .addOption(verboseOption())
    .action(async (paths: string[], options: HotspotsOptions) => exit(await run(paths, options, around)));
}

interface HotspotsOptions extends Pick<CommonOptions, 'verbose'> {
  readonly profile?: string;
  readonly base?: string;
  readonly top: number;
  readonly format: 'pretty' | 'json' | 'markdown';
}

async function run(
  paths: readonly string[],
  { profile, base, top, format, verbose }: HotspotsOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, color } = around;
  // A measured line is explained however cold it looks.
  return withAnalyser(
    { show: 'all', rule: [], verbose },
    around,
    async ({ analyser, settings, progress }) => {
      const named = await filesOf(paths, cwd, signal);
      const measured = profile ?? (await committedProfile(named.files, cwd));
      const write = (report: HotspotReport): void => {
        if (format === 'json') stdout.write(jsonText(jsonHotspots(report)));
        else stdout.write(format === 'markdown' ? markdownHotspots(report) : prettyHotspots(report, color));
      };
      if (measured === undefined) {
        if (base !== undefined)
          throw new UsageError('--base needs --profile: an estimate has nothing to be compared with.');
        const files = named.files.filter((file) => file.endsWith('.go'));
        if (files.length === 0) throw new UsageError(noProfile);
        const scanned = await scan(analyser, files, { settings, signal, progress });
        const code = codeOf(scanned, analyser);
        const read = estimatedProfile(scanned.maps, code.textOf);
        const report = {
          cwd,
          ...read,
          hotspots: await hotspotsOf(read.weights, code, top),
        };
        write(report);
        return report.hotspots.length > 0 ? 1 : exitCodeWithoutFindings(files, named.notes);
      }
      const origin = { cwd, signal, progress: readingProgress(progress) };
      // What is wrong with a profile is said before anything is compiled.
      const { files, read } = await withProfileFile(measured, origin, async (newer) => {
        const files = await profiledFiles(newer, named.files);
        const read = await readProfile(newer, files);
        if (base === undefined) return { files, read };
        const older = await withProfileFile(base, origin, (file) => readProfile(file, files));
        return { files, read: compareProfiles(read, older) };
      });
      // Nothing else is analysed: the profile has said where to look.
      const shown = new Set(read.weights.lines.slice(0, top).map(({ file }) => dirname(file)));
      const needed = files.filter((file) => shown.has(dirname(file)));
      const scanned = await scan(analyser, needed, { settings, signal, progress });
      const hotspots = await hotspotsIn(read, codeOf(scanned, analyser), top);
      const report = { cwd, ...read, hotspots };
      write(report);
      return report.hotspots.length > 0 ? 1 : exitCodeWithoutFindings(files, named.notes);
    },
  );
}

const noProfile =
  'hotspots needs --profile FILE: there are no Go files below the paths, and only for those is there an estimate. “alloclens record” makes one.';

/** @throws UsageError when there are several */
async function committedProfile(files: readonly string[], cwd: string): Promise<string | undefined> {
  const [first, ...others] = (await committedProfiles(files)).map((file) => shownPath(cwd, file));
  if (others.length > 0)
    throw new UsageError(
      `There are several profiles, ${[first, ...others].join(', ')}: name one with --profile.`,
    );
  return first;
}
