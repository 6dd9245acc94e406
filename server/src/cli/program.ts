import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { RuleMeta } from '../../../rules/model';
import { nullLogger, type Logger } from '../host/logger';
import { TrustGate } from '../host/trust';
import { jsonReport } from '../report/json';
import { count, prettyReport } from '../report/pretty';
import { Analyser, type EngineLoaders } from '../service/analyser';
import type { RuleLevel, Show } from '../service/ranking';
import { defaultSettings, type Settings } from '../service/settings';
import { displayPath } from '../service/walk';
import { fixFiles, patchOf, write } from './fix';
import { Progress } from './progress';
import { textOnDisk } from './read';
import { scan } from './scan';
import { filesOf } from './targets';
import { UsageError } from './usage-error';

/** What the command line runs with; tests put in their own. */
export interface Surroundings {
  readonly cwd: string;
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  readonly color: boolean;
  readonly signal: AbortSignal;
  readonly engines: EngineLoaders;
  readonly rules: readonly RuleMeta[];
  readonly version: string;
}

/** 0 nothing to report, 1 findings, 2 could not do the job, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

const examples = `
Examples:
  alloclens scan                         everything below the working directory
  alloclens scan ./... --show hot        hot code of the Go packages
  alloclens scan src/a.ts --format json
  alloclens fix --dry-run pkg            what the safe fixes would change, as a diff
  alloclens fix --rule go/append-format

Exit status: 0 nothing to report, 1 findings, 2 the job could not be done.

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
    const message =
      error instanceof UsageError
        ? error.message
        : `alloclens failed: ${(error as Error).stack ?? String(error)}`;
    around.stderr.write(`${message}\n`);
    return 2;
  }
}

interface CommonOptions {
  readonly show: Show;
  readonly rule: readonly string[];
  readonly verbose: boolean;
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
      writeErr: (text) => void around.stderr.write(text),
    })
    .showHelpAfterError('(alloclens --help shows the commands and options)')
    .addHelpText('after', examples);
  const ids = around.rules.map(({ id }) => id);
  const rule = new Option('--rule <id>', 'only this rule; may be given several times')
    .argParser((id: string, before: readonly string[]) => {
      if (!(ids as string[]).includes(id))
        throw new InvalidArgumentError(`There is no such rule. The rules are ${ids.join(', ')}.`);
      return [...before, id];
    })
    .default([], 'all rules');
  const show = new Option('--show <heat>', 'how warm code must be to be reported')
    .choices(['hot', 'likely', 'all'])
    .default('likely');
  const verbose = new Option('--verbose', 'log to standard error').default(false);

  program
    .command('scan')
    .description('report allocation hotspots')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .addOption(
      new Option('--format <format>', 'form of the report')
        .choices(['pretty', 'json', 'sarif'])
        .default('pretty'),
    )
    .addOption(show)
    .addOption(rule)
    .addOption(verbose)
    .action(async (paths: string[], options: CommonOptions & { format: 'pretty' | 'json' | 'sarif' }) =>
      exit(await scanCommand(paths, options, around)),
    );
  program
    .command('fix')
    .description('apply verified safe fixes')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .addOption(show)
    .addOption(rule)
    .option('--dry-run', 'print the changes as a diff and write nothing', false)
    .option('--suggestions', 'also apply fixes whose condition you have to check', false)
    .addOption(verbose)
    .action(async (paths: string[], options: CommonOptions & { dryRun: boolean; suggestions: boolean }) =>
      exit(await fixCommand(paths, options, around)),
    );
  return program;
}

async function scanCommand(
  paths: readonly string[],
  options: CommonOptions & { format: 'pretty' | 'json' | 'sarif' },
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, rules, version } = around;
  return withAnalyser(options, around, async (analyser, settings, progress) => {
    const files = await filesOf(paths, cwd, signal);
    const result = await scan(analyser, files, { settings, signal, progress });
    const textOf = (path: string): string => result.analyses.get(path)?.text ?? textOnDisk(path);
    if (options.format === 'pretty') {
      // Why a fix is not offered belongs to the log of whoever wants to know; JSON has it.
      const notes = result.notes.filter(({ kind }) => options.verbose || kind !== 'withheld fix');
      stdout.write(prettyReport({ ...result, notes }, { cwd, color: around.color, textOf }));
    } else {
      const report = jsonReport(result, { cwd, version, textOf });
      if (options.format === 'json') stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
      else {
        const { sarifReport } = await import('../report/sarif.js');
        stdout.write(
          `${JSON.stringify(sarifReport(report, result.findings, rules, { cwd }), undefined, 2)}\n`,
        );
      }
    }
    if (result.findings.length > 0) return 1;
    // A gate that could not look must not let pass.
    if (result.notes.some(({ kind }) => kind === 'unchecked contract')) return 2;
    // Silence about files that nobody could look at is not "nothing to report".
    const missing = result.notes.filter(({ kind }) => kind !== 'withheld fix');
    const unseen = new Set(missing.map(({ file }) => file));
    return files.every((file) => unseen.has(file)) ? 2 : 0;
  });
}

async function fixCommand(
  paths: readonly string[],
  options: CommonOptions & { dryRun: boolean; suggestions: boolean },
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, stderr } = around;
  return withAnalyser(options, around, async (analyser, settings, progress) => {
    const files = await filesOf(paths, cwd, signal);
    const { suggestions, dryRun } = options;
    const result = await fixFiles(analyser, files, { settings, signal, progress, suggestions });
    signal.throwIfAborted();
    let failed = false;
    for (const file of result.changed) {
      if (dryRun) stdout.write(patchOf(file, cwd));
      else {
        try {
          await write(file, cwd);
        } catch (error) {
          failed = true;
          stderr.write(`${(error as Error).message}\n`);
          continue;
        }
        stdout.write(`${displayPath(cwd, file.path)}: ${listed(file.applied)}\n`);
      }
    }
    for (const { file, message } of result.notes)
      stderr.write(`note: ${file === undefined ? '' : `${displayPath(cwd, file)}: `}${message}\n`);
    const fixes = result.changed.reduce((sum, { applied }) => sum + applied.length, 0);
    const verb = dryRun ? 'would be applied' : 'applied';
    const said = `${count(fixes, 'fix').replace('fixs', 'fixes')} ${verb} in ${count(result.changed.length, 'file')}; ${count(result.remaining.length, 'finding')} left.\n`;
    (dryRun ? stderr : stdout).write(said);
    if (failed) return 2;
    return result.remaining.length > 0 || (dryRun && fixes > 0) ? 1 : 0;
  });
}

async function withAnalyser(
  options: CommonOptions,
  around: Surroundings,
  job: (
    analyser: Analyser,
    settings: Settings,
    progress: (done: number, total: number, path: string) => void,
  ) => Promise<ExitCode>,
): Promise<ExitCode> {
  const progress = new Progress(around.stderr);
  const logger = options.verbose ? stderrLogger(around.stderr) : nullLogger;
  const analyser = new Analyser(around.engines, { logger, trust: new TrustGate(true) });
  try {
    return await job(analyser, settingsFor(options, around), (done, total, path) =>
      progress.report(done, total, path === '' ? '' : displayPath(around.cwd, path)),
    );
  } finally {
    progress.clear();
    await analyser.dispose();
  }
}

function settingsFor({ show, rule }: CommonOptions, { rules }: Surroundings): Settings {
  const off: Record<string, RuleLevel> = {};
  if (rule.length > 0) for (const { id } of rules) if (!rule.includes(id)) off[id] = 'off';
  return { ...defaultSettings, show, rules: off };
}

/** "Use AppendFormat (2 times); Reuse the buffer". */
function listed(titles: readonly string[]): string {
  const times = new Map<string, number>();
  for (const title of titles) times.set(title, (times.get(title) ?? 0) + 1);
  return [...times]
    .map(([title, number]) => (number === 1 ? title : `${title} (${number} times)`))
    .join('; ');
}

function stderrLogger(stderr: NodeJS.WritableStream): Logger {
  const line = (level: string) => (message: string) => void stderr.write(`${level}: ${message}\n`);
  return {
    trace: line('trace'),
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
  };
}
