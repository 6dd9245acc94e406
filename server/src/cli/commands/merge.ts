import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readWhole, UnreadError } from '../../host/files';
import { shownPath } from '../../service/walk';
import { conclude, concludeOptions, mustGoTogether, type ConcludeOptions } from '../conclude';
import { verboseOption } from '../options';
import { merged, parsePart, PartError } from '../shard';
import type { ExitCode, Surroundings } from '../surroundings';
import { UsageError } from '../usage-error';

export function mergeCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  const command = program
    .command('merge')
    .description('one report, and one exit status, of what scan --shard has written')
    .argument('<part...>', 'the files that hold the parts');
  for (const option of concludeOptions()) command.addOption(option);
  command
    .addOption(verboseOption())
    .action(async (names: string[], options: ConcludeOptions) => exit(await run(names, options, around)));
}

/** Bytes: what a program reads as one text. */
const longestPart = 500_000_000;

async function run(
  names: readonly string[],
  options: ConcludeOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, version } = around;
  mustGoTogether(options);
  const parts = new Map<string, ReturnType<typeof parsePart>>();
  try {
    for (const name of new Set(names)) {
      const shown = shownPath(cwd, resolve(cwd, name));
      parts.set(shown, await read(resolve(cwd, name), shown, version));
    }
    return await conclude(merged(parts, cwd), options, around);
  } catch (error) {
    if (error instanceof PartError) throw new UsageError(error.message);
    throw error;
  }
}

async function read(file: string, shown: string, version: string): Promise<ReturnType<typeof parsePart>> {
  try {
    const bytes = await readWhole(file, longestPart);
    if (!bytes) throw new PartError(`It has more than ${longestPart / 1e6} MB: use more shards.`);
    return parsePart(bytes.toString(), version);
  } catch (error) {
    if (!(error instanceof PartError || error instanceof UnreadError)) throw error;
    throw new UsageError(`${shown} cannot be merged. ${error.message}`);
  }
}
