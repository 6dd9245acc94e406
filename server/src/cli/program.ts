import { isAbsolute, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Fix, Note, RuleMeta } from '../../../rules/model';
import { exists } from '../host/files';
import { nullLogger, type Logger } from '../host/logger';
import { replaceAll, ReplaceError } from '../host/replace';
import { TrustGate } from '../host/trust';
import { jsonReport, jsonText } from '../report/json';
import { jsonHotspots, markdownHotspots, prettyHotspots } from '../report/hotspots';
import { count, prettyReport } from '../report/pretty';
import { jsonProof, markdownProof, prettyProof } from '../report/proof';
import { Analyser, type EngineLoaders } from '../service/analyser';
import type { EngineHost } from '../service/engine';
import { byMessage, namesOf } from '../service/notes';
import type { RuleLevel, Show } from '../service/ranking';
import { defaultSettings, type Settings } from '../service/settings';
import { shownPath } from '../service/walk';
import { escapedLines, logText, visible } from '../text/foreign';
import { fixFiles, patchOf, type ChangedFile } from './fix';
import { Permission } from './permission';
import { hotspots } from './hotspots';
import { nothingToProve, proveFixes, type ProveRun } from './prove';
import { Progress } from './progress';
import { textOnDisk } from './read';
import { scan } from './scan';
import { filesOf, targetsOf } from './targets';
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
  alloclens hotspots ./... --profile mem.out    the heaviest lines of a profile, and why
  alloclens prove ./... --each                  which fixes move a benchmark
  alloclens fix --dry-run pkg            what the safe fixes would change, as a diff
  alloclens fix --rule go/append-format

Exit status: 0 nothing to report, 1 findings, 2 the job could not be done.
Of prove: 0 something allocates less and nothing more, 1 not so, 2 nothing was measured.

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
        : logText(`alloclens failed: ${(error as Error).stack ?? String(error)}`);
    around.stderr.write(`${escapedLines(message)}\n`);
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
      // What it quotes of the arguments may be a file's name, put there by the shell.
      writeErr: (text) => void around.stderr.write(escapedLines(text)),
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
    .command('hotspots')
    .description('the lines that allocate most by a Go profile: why, and what to do')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .requiredOption('--profile <file>', 'a heap, allocs or CPU profile that Go wrote (pprof)')
    .addOption(new Option('--top <n>', 'how many lines').default(10).argParser(wholeNumber))
    .addOption(
      new Option('--format <format>', 'form of the report')
        .choices(['pretty', 'json', 'markdown'])
        .default('pretty'),
    )
    .addOption(verbose)
    .action(async (paths: string[], options: HotspotsOptions) =>
      exit(await hotspotsCommand(paths, options, around)),
    );
  const bench = new Option(
    '--bench <regexp>',
    'benchmarks to run, by name; all that reach the fixes',
  ).argParser((text: string) => {
    try {
      return new RegExp(text);
    } catch (error) {
      throw new InvalidArgumentError(`It is not a regular expression: ${(error as Error).message}.`);
    }
  });
  const runs = new Option('--count <n>', 'runs of each benchmark before and after, in turns')
    .default(6)
    .argParser(wholeNumber);
  const benchtime = new Option('--benchtime <t>', 'length of a run, as "go test" takes it')
    .default('100ms')
    .argParser((text: string) => {
      if (!/^(?:\d+x|(?:\d+(?:\.\d+)?(?:ms|s|m))+)$/.test(text))
        throw new InvalidArgumentError(
          'It is a duration such as 100ms or 1s, or a number of iterations such as 500x.',
        );
      return text;
    });
  const timeout = new Option('--timeout <seconds>', 'a benchmark that prints nothing for so long is ended')
    .default(120)
    .argParser(wholeNumber);
  program
    .command('prove')
    .description('run the benchmarks that reach the fixes, before and after; nothing is written')
    .argument('[path...]', 'files, folders, ./... for Go packages, or FILE:LINE for the fix there', ['.'])
    .option('--each', 'each fix alone, best first; else all together', false)
    .addOption(bench)
    .addOption(runs)
    .addOption(benchtime)
    .addOption(timeout)
    .option('--suggestions', 'also fixes whose condition you have to check', false)
    .addOption(
      new Option('--format <format>', 'form of the report')
        .choices(['pretty', 'json', 'markdown'])
        .default('pretty'),
    )
    .addOption(show)
    .addOption(rule)
    .addOption(verbose)
    .action(async (paths: string[], options: ProveOptions) =>
      exit(await proveCommand(paths, options, around)),
    );
  program
    .command('fix')
    .description('apply safe fixes, each checked before')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .addOption(show)
    .addOption(rule)
    .option('--dry-run', 'print the changes as a diff and write nothing', false)
    .option('--suggestions', 'also apply fixes whose condition you have to check', false)
    .option('--proved', 'only fixes with which a benchmark allocates less, see "prove"', false)
    .addOption(bench)
    .addOption(runs)
    .addOption(benchtime)
    .addOption(timeout)
    .addOption(verbose)
    .action(async (paths: string[], options: FixCommandOptions) =>
      exit(await fixCommand(paths, options, around)),
    );
  return program;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It is a whole number from 1.');
  return number;
}

async function scanCommand(
  paths: readonly string[],
  options: CommonOptions & { format: 'pretty' | 'json' | 'sarif' },
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, rules, version } = around;
  return withAnalyser(options, around, async (analyser, settings, progress) => {
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
        const { sarifReport } = await import('../report/sarif.js');
        stdout.write(jsonText(sarifReport(report, result.findings, rules, { cwd })));
      }
    }
    return result.findings.length > 0 ? 1 : exitCodeWithoutFindings(files, result.notes);
  });
}

interface HotspotsOptions extends Pick<CommonOptions, 'verbose'> {
  readonly profile: string;
  readonly top: number;
  readonly format: 'pretty' | 'json' | 'markdown';
}

async function hotspotsCommand(
  paths: readonly string[],
  { profile, top, format, verbose }: HotspotsOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, color } = around;
  // A measured line is explained however cold it looks.
  return withAnalyser({ show: 'all', rule: [], verbose }, around, async (analyser, settings, progress) => {
    const named = await filesOf(paths, cwd, signal);
    const files = named.files.filter((file) => file.endsWith('.go'));
    if (files.length === 0)
      throw new UsageError('hotspots needs Go files, and there are none below the paths.');
    const found = await scan(analyser, files, { settings, signal, progress });
    const scanned = { ...found, notes: [...named.notes, ...found.notes] };
    const report = await hotspots(resolve(cwd, profile), scanned, { cwd, top });
    if (format === 'json') stdout.write(jsonText(jsonHotspots(report)));
    else stdout.write(format === 'markdown' ? markdownHotspots(report) : prettyHotspots(report, color));
    return report.hotspots.length > 0 ? 1 : exitCodeWithoutFindings(files, scanned.notes);
  });
}

interface BenchmarkOptions {
  readonly bench?: RegExp;
  readonly count: number;
  readonly benchtime: string;
  /** Seconds. */
  readonly timeout: number;
}

interface ProveOptions extends CommonOptions, BenchmarkOptions {
  readonly each: boolean;
  readonly suggestions: boolean;
  readonly format: 'pretty' | 'json' | 'markdown';
}

async function proveCommand(
  paths: readonly string[],
  options: ProveOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, stderr, color } = around;
  return withAnalyser(options, around, async (analyser, settings, progress, host) => {
    const { targets, line } = fixAt(paths, cwd);
    const named = await filesOf(targets, cwd, signal);
    const files = named.files.filter((file) => file.endsWith('.go'));
    if (files.length === 0) throw new UsageError('prove needs Go files, and there are none below the paths.');
    const scanned = await scan(analyser, files, { settings, signal, progress });
    const { each, suggestions } = options;
    const run = { ...proveRun(options, settings, around, host, progress), each, suggestions, line };
    const { report } = await proveFixes(analyser, scanned, run);
    if (report.changes.length === 0) {
      stderr.write(`${visible(nothingToProve(scanned, [...named.notes, ...scanned.notes]))}\n`);
      return 2;
    }
    if (options.format === 'json') stdout.write(jsonText(jsonProof(report)));
    else stdout.write(options.format === 'markdown' ? markdownProof(report) : prettyProof(report, color));
    const verdicts = new Set(
      report.changes.flatMap(({ outcome }) => (outcome.kind === 'measured' ? [outcome.verdict] : [])),
    );
    if (verdicts.size === 0) return 2;
    return verdicts.has('better') && !verdicts.has('worse') ? 0 : 1;
  });
}

function proveRun(
  { bench, count, benchtime, timeout }: BenchmarkOptions,
  settings: Settings,
  { cwd, signal }: Surroundings,
  host: EngineHost,
  progress: (done: number, total: number, path: string) => void,
): Omit<ProveRun, 'each' | 'suggestions' | 'line'> {
  return {
    bench,
    count,
    benchtime,
    patience: timeout * 1000,
    settings,
    cwd,
    signal,
    ...host,
    progress: (what) => progress(0, 0, what),
  };
}

/** `a.go:12` is the fixes on line 12 of a.go, unless there is a file of that name. */
function fixAt(
  paths: readonly string[],
  cwd: string,
): { targets: readonly string[]; line: number | undefined } {
  const [, file, line] = /^(.+\.go):(\d+)$/.exec(paths[0] ?? '') ?? [];
  if (paths.length !== 1 || file === undefined || exists(resolve(cwd, paths[0]!)))
    return { targets: paths, line: undefined };
  return { targets: [file], line: Number(line) };
}

/** Silence about files that nobody could look at is not "nothing to report". */
function exitCodeWithoutFindings(files: readonly string[], notes: readonly Note[]): ExitCode {
  // A gate that could not look must not let pass.
  if (notes.some(({ kind }) => kind === 'unchecked contract')) return 2;
  const missing = notes.filter(({ kind }) => kind !== 'withheld fix');
  const unseen = new Set(missing.map(({ file }) => file));
  return files.every((file) => unseen.has(file)) ? 2 : 0;
}

interface FixCommandOptions extends CommonOptions, BenchmarkOptions {
  readonly dryRun: boolean;
  readonly suggestions: boolean;
  readonly proved: boolean;
}

async function fixCommand(
  paths: readonly string[],
  options: FixCommandOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, stderr } = around;
  return withAnalyser(options, around, async (analyser, settings, progress, host) => {
    const { files: named, notes: unread } = await filesOf(paths, cwd, signal);
    const { suggestions, dryRun, proved } = options;
    const files = proved ? named.filter((file) => file.endsWith('.go')) : named;
    const permission = new Permission(targetsOf(paths, cwd), cwd);
    let accepts: ((fix: Fix) => boolean) | undefined;
    if (proved) {
      const scanned = await scan(analyser, files, { settings, signal, progress });
      const run = { ...proveRun(options, settings, around, host, progress), each: true, suggestions };
      const { report, proven } = await proveFixes(analyser, scanned, { ...run, line: undefined });
      stderr.write(prettyProof(report, false));
      const better = proven.filter(
        ([, outcome]) => outcome.kind === 'measured' && outcome.verdict === 'better',
      );
      const keys = new Set(better.flatMap(([{ fixes }]) => fixes.map(({ edits }) => JSON.stringify(edits))));
      // Of a text that has changed since, nothing is proven: its edits are others.
      accepts = ({ edits }) => keys.has(JSON.stringify(edits));
    }
    const fix = { settings, signal, progress, suggestions, permission, cwd, ...(accepts && { accepts }) };
    const { changed, findings, notes } = await fixFiles(analyser, files, fix);
    signal.throwIfAborted();
    // A program gets the patch as it is; a terminal would obey what stands in it.
    const show = stdout.isTTY === true ? escapedLines : (patch: string) => patch;
    const done: ChangedFile[] = [];
    const failed = new Set<string>();
    for (const group of changed) {
      if (dryRun) for (const file of group) stdout.write(show(patchOf(file, cwd)));
      else {
        try {
          replaceAll(
            group.map(({ path, before, after }) => ({ file: path, before: before.text, after })),
            (file) => shownPath(cwd, file),
          );
        } catch (error) {
          if (!(error instanceof ReplaceError)) throw error;
          for (const { path } of group) failed.add(path);
          const others =
            group.length === 1 ? '' : ` Nor was what its fix changes with it: ${names(group, cwd)}.`;
          stderr.write(`${visible(error.message)}${others}\n`);
          continue;
        }
        const leading = group.filter(({ applied }) => applied.length > 0);
        for (const { path, applied } of group) {
          const how = applied.length > 0 ? listed(applied) : `changed together with ${names(leading, cwd)}`;
          stdout.write(`${shownPath(cwd, path)}: ${visible(how)}\n`);
        }
      }
      done.push(...group);
    }
    for (const [message, about] of byMessage([...unread, ...notes])) {
      const where = about.length === 0 ? '' : `${namesOf(about, (file) => shownPath(cwd, file))}: `;
      stderr.write(`note: ${where}${visible(message)}\n`);
    }
    const fixes = done.reduce((sum, { applied }) => sum + applied.length, 0);
    const verb = dryRun ? 'would be applied' : 'applied';
    let left = 0;
    for (const [path, { before, after }] of findings) left += failed.has(path) ? before : after;
    const said = `${count(fixes, 'fix').replace('fixs', 'fixes')} ${verb} in ${count(done.length, 'file')}; ${count(left, 'finding')} left.\n`;
    (dryRun ? stderr : stdout).write(said);
    if (failed.size > 0) return 2;
    if (left > 0 || (dryRun && fixes > 0)) return 1;
    return exitCodeWithoutFindings(files, notes);
  });
}

function names(files: readonly ChangedFile[], cwd: string): string {
  return files.map(({ path }) => shownPath(cwd, path)).join(', ');
}

async function withAnalyser(
  options: CommonOptions,
  around: Surroundings,
  job: (
    analyser: Analyser,
    settings: Settings,
    progress: (done: number, total: number, path: string) => void,
    host: EngineHost,
  ) => Promise<ExitCode>,
): Promise<ExitCode> {
  const progress = new Progress(around.stderr);
  const logger = options.verbose ? stderrLogger(around.stderr) : nullLogger;
  const host = { logger, trust: new TrustGate(true) };
  const analyser = new Analyser(around.engines, host);
  const report = (done: number, total: number, what: string): void =>
    progress.report(done, total, isAbsolute(what) ? shownPath(around.cwd, what) : visible(what));
  try {
    return await job(analyser, settingsFor(options, around), report, host);
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
  const line = (level: string) => (message: string) => void stderr.write(`${level}: ${logText(message)}\n`);
  return {
    trace: line('trace'),
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
  };
}
