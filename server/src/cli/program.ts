import { Command, CommanderError } from 'commander';
import { GitError } from '../history/git';
import { NothingThereError, TargetError } from '../service/targets';
import { escapedLines, logText } from '../text/foreign';
import { checkCommand } from './commands/check';
import { diffCommand } from './commands/diff';
import { fixCommand } from './commands/fix';
import { hotspotsCommand } from './commands/hotspots';
import { mcpCommand } from './commands/mcp';
import { mergeCommand } from './commands/merge';
import { proveCommand } from './commands/prove';
import { recordCommand } from './commands/record';
import { scanCommand } from './commands/scan';
import { ProfileError } from '../profile/profile-error';
import { RecordingError } from '../recording/recording';
import type { ExitCode, Surroundings } from './surroundings';
import { NothingMeasuredError, UsageError } from './usage-error';

const examples = `
Examples:
  alloclens scan                         everything below the working directory
  alloclens scan ./... --show hot        hot code of the Go packages
  alloclens scan src/a.ts --format json
  alloclens scan ./... --fail-on hot     a gate: only hot code, misuse and broken contracts fail it
  alloclens diff --merge-base main       allocation sites that this branch adds and removes
  alloclens check ./... --benchmarks     ceilings on functions, and those of alloclens.lock
  alloclens hotspots ./... --profile mem.out    the heaviest lines of a profile, and why
  alloclens record -- npm test           a profile for hotspots, garbage included
  alloclens prove ./... --each                  which fixes move a benchmark
  alloclens fix --dry-run pkg            what the safe fixes would change, as a diff
  alloclens fix --rule go/append-format

Exit status: 0 nothing to report, 1 findings, 2 the job could not be done, 3 there was nothing to
look at or to measure. Of prove: 0 something allocates less and nothing more, 1 not so.

Running AllocLens on a folder trusts it, as running "go build" there does: the go command
compiles its packages (without the network, and without tools that its GOFLAGS name).`;

/**
 * Runs one command.
 * @param args without the program's own name
 */
export async function run(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = commands(around, (result) => (code = result));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (around.signal.aborted) {
      around.stderr.write('Interrupted; nothing was changed.\n');
      return 130;
    }
    const nothing = error instanceof NothingMeasuredError || error instanceof NothingThereError;
    const message = [
      UsageError,
      NothingMeasuredError,
      TargetError,
      GitError,
      ProfileError,
      RecordingError,
    ].some((kind) => error instanceof kind)
      ? (error as Error).message
      : logText(`alloclens failed: ${(error as Error).stack ?? String(error)}`);
    around.stderr.write(`${escapedLines(message)}\n`);
    return nothing ? 3 : 2;
  }
}

function commands(around: Surroundings, exit: (code: ExitCode) => void): Command {
  const program = new Command('alloclens')
    .description(
      'Allocation hotspots in Go and TypeScript: which line allocates, why, and what to write instead.',
    )
    .version(around.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void around.stdout.write(text),
      // What it quotes of the arguments may be a file's name, put there by the shell.
      writeErr: (text) => void around.stderr.write(escapedLines(text)),
    })
    .showHelpAfterError('(alloclens --help shows the commands and options)')
    .addHelpText('after', examples);
  for (const add of [
    scanCommand,
    mergeCommand,
    diffCommand,
    checkCommand,
    hotspotsCommand,
    recordCommand,
    proveCommand,
    fixCommand,
    mcpCommand,
  ])
    add(program, around, exit);
  return program;
}
