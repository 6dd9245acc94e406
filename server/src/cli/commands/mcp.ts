import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Agent } from '../../agent/agent';
import { callTool, instructions, tools } from '../../agent/tools';
import { kindAt } from '../../host/files';
import { visible } from '../../text/foreign';
import { verboseOption } from '../options';
import { withAnalyser } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { UsageError } from '../usage-error';

export function mcpCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  program
    .command('mcp')
    .description('serve agents by the Model Context Protocol, on standard input and output')
    .argument('[folder]', 'what may be read and changed, and nothing else', '.')
    .option(
      '--trust',
      'programs may be started: the Go compiler, git, and benchmarks after a question',
      false,
    )
    .addOption(verboseOption())
    .action(async (folder: string, options: McpOptions) => exit(await run(folder, options, around)));
}

interface McpOptions {
  readonly trust: boolean;
  readonly verbose: boolean;
}

async function run(named: string, { trust, verbose }: McpOptions, around: Surroundings): Promise<ExitCode> {
  const { cwd, signal, stdin, stdout, rules, version } = around;
  const folder = resolve(cwd, named);
  if ((await kindAt(folder)) !== 'folder') throw new UsageError(`${visible(named)} is not a folder.`);
  const options = { show: 'likely', rule: [], verbose, trusted: trust } as const;
  return withAnalyser(options, around, async ({ analyser, settings, host }) => {
    const agent = new Agent({
      analyser,
      host,
      settings,
      rules,
      folder,
    });
    const { serve } = await import('../../mcp/main.js');
    await serve({
      version,
      instructions,
      tools: tools.map(({ kind, description, condition, ...tool }) => ({
        ...tool,
        description: condition === undefined ? description : `${description} ${condition}`,
        isReading: kind === 'reads',
      })),
      call: (name, args, stop) => callTool(agent, name, args, stop),
      input: stdin,
      output: stdout as NodeJS.WriteStream,
      signal,
    });
    return 0;
  });
}
