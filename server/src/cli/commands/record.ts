import { resolve } from 'node:path';
import type { Command } from 'commander';
import { shownPath } from '../../service/walk';
import { visible } from '../../text/foreign';
import { benchtimeOption, verboseOption, wholeNumber, type CommonOptions } from '../options';
import { recordGo } from '../../recording/go';
import { recordInspected } from '../../recording/inspector';
import { recordNode } from '../../recording/node';
import { withAnalyser } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { UsageError } from '../usage-error';

export function recordCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  program
    .command('record')
    .description(
      'write a profile of allocations, garbage included: of a Node program, or of Go benchmarks and tests',
    )
    .argument('[command...]', 'after --: the command to run, such as node server.js or npm test')
    .option('--out <file>', 'the profile to write; alloclens.heapprofile or alloclens.pprof unless given')
    .option('--go <folder>', 'record benchmarks or tests of the Go package in the folder')
    .option('--bench <regexp>', 'which Go benchmarks, as "go test" takes it')
    .option('--test <regexp>', 'which Go tests, as "go test" takes it')
    .addOption(benchtimeOption('1s'))
    .option('--interval <bytes>', 'bytes between samples', wholeNumber, 16384)
    .option(
      '--inspect <address>',
      'sample a Node program that runs with --inspect: its port, host:port or ws:// address',
    )
    .option('--seconds <n>', 'end the program, or the sampling of one that runs, after so long', wholeNumber)
    .addOption(verboseOption())
    .action(async (command: string[], options: RecordOptions) => exit(await run(command, options, around)));
}

interface RecordOptions extends Pick<CommonOptions, 'verbose'> {
  readonly out?: string;
  readonly go?: string;
  readonly inspect?: string;
  readonly bench?: string;
  readonly test?: string;
  readonly benchtime: string;
  readonly interval: number;
  readonly seconds?: number;
}

async function run(
  command: readonly string[],
  { out, go, inspect, bench, test, benchtime, interval, seconds, verbose }: RecordOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, stderr, recorder } = around;
  if ([go !== undefined, inspect !== undefined, command.length > 0].filter(Boolean).length !== 1)
    throw new UsageError(
      'record needs either --go FOLDER with --bench or --test, --inspect ADDRESS with --seconds, or a command after --.',
    );
  return withAnalyser({ show: 'all', rule: [], verbose }, around, async ({ settings, host }) => {
    const named = out ?? (go === undefined ? 'alloclens.heapprofile' : 'alloclens.pprof');
    const run = { out: resolve(cwd, named), interval, cwd, signal, ...host };
    if (go !== undefined) {
      if (bench === undefined && test === undefined)
        throw new UsageError('record --go needs --bench or --test, to know what to run.');
      await recordGo({ ...run, folder: resolve(cwd, go), bench, test, benchtime, settings });
    } else if (inspect !== undefined) {
      if (seconds === undefined)
        throw new UsageError('record --inspect needs --seconds, because the program does not end for it.');
      const onConnect = (program: string): void =>
        void stderr.write(`Sampling ${visible(program)} for ${seconds} seconds.\n`);
      await recordInspected({ ...run, address: inspect, seconds, onConnect });
    } else {
      const { code } = await recordNode({
        ...run,
        recorder,
        command,
        seconds,
        onStdout: (chunk) => void stdout.write(chunk),
        onStderr: (chunk) => void stderr.write(chunk),
      });
      if (code !== 0 && code !== null)
        stderr.write(`${visible(command[0]!)} ended with exit code ${code}.\n`);
    }
    stdout.write(
      `Wrote ${shownPath(cwd, run.out)}. Next: alloclens hotspots --profile ${shownPath(cwd, run.out)}\n`,
    );
    return 0;
  });
}
