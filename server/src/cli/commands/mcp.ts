import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Agent } from '../../agent/agent';
import { AgentError } from '../../agent/tool';
import { instructions, tools } from '../../agent/tools';
import { kindAt } from '../../host/files';
import { logText, visible } from '../../text/foreign';
import { verboseOption } from '../options';
import { withAnalyser } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf } from '../targets';
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
      filesIn: async (paths, root, stop) => (await filesOf(paths, root, stop)).files,
    });
    const { serve } = await import('../../mcp/main.js');
    await serve({
      version,
      instructions,
      tools: tools.map(({ kind, ...tool }) => ({ ...tool, isReading: kind === 'reads' })),
      call: async (name, args, stop) => {
        const tool = tools.find((one) => one.name === name);
        if (!tool) throw new AgentError(`There is no tool ${visible(name)}.`);
        try {
          return JSON.stringify(await tool.run(agent, args, stop), undefined, 1);
        } catch (error) {
          if (error instanceof AgentError || stop.aborted) throw error;
          host.logger.error(logText((error as Error).stack ?? String(error)));
          throw new AgentError(`${name} failed: ${visible((error as Error).message, 300)}`);
        }
      },
      input: stdin,
      output: stdout as NodeJS.WriteStream,
      signal,
    });
    return 0;
  });
}
