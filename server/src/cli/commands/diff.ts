import { isAbsolute, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { withRevisions } from '../../history/revisions';
import { exists } from '../../host/files';
import { jsonDiff, markdownDiff, prettyDiff } from '../../report/diff';
import { jsonText } from '../../report/json';
import { fails, failLevels, type FailLevel } from '../gate';
import { formatOption, ruleOption, showOption, verboseOption, type CommonOptions } from '../options';
import { withAnalyser } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf, targetsOf } from '../targets';
import { NothingMeasuredError, UsageError } from '../usage-error';

export function diffCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  program
    .command('diff')
    .description('allocation sites that a change adds, removes and moves; the repository stays as it is')
    .argument('<revision>', 'the older side, as git names commits')
    .argument('[revision-or-path...]', 'the newer side (the files on the disk if not given), then paths')
    .option('--merge-base', 'begin where the histories of the two part, as a pull request is shown', false)
    .addOption(formatOption('pretty', 'json', 'markdown'))
    .addOption(
      new Option(
        '--fail-on <level>',
        'what is exit status 1: findings that are new, hot or from a severity on; any added site if not given',
      ).choices(failLevels),
    )
    .addOption(showOption())
    .addOption(ruleOption(around.rules))
    .addOption(verboseOption())
    .action(async (from: string, more: string[], options: DiffOptions) =>
      exit(await run(from, more, options, around)),
    );
}

interface DiffOptions extends CommonOptions {
  readonly mergeBase: boolean;
  readonly failOn?: FailLevel;
  readonly format: 'pretty' | 'json' | 'markdown';
}

async function run(
  from: string,
  more: readonly string[],
  options: DiffOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, color, version } = around;
  const { to, paths } = sidesOf(more, around);
  return withAnalyser(options, around, (session) =>
    withRevisions(
      {
        ...session,
        cwd,
        signal,
        from,
        to,
        mergeBase: options.mergeBase,
        filesIn: (root) => filesThere(paths, root, signal),
      },
      (compared): Promise<ExitCode> => {
        if (compared === 'nothing there')
          throw new NothingMeasuredError(
            'Neither side has Go, TypeScript or JavaScript files at these paths, so there is nothing to compare.',
          );
        const report = { cwd, textOf: compared.textOf };
        if (options.format === 'json') stdout.write(jsonText(jsonDiff(compared, { ...report, version })));
        else if (options.format === 'markdown') stdout.write(markdownDiff(compared, report));
        else stdout.write(prettyDiff(compared, color, report));
        const { failOn } = options;
        const failing =
          failOn === undefined
            ? compared.sites.added.length > 0
            : compared.findings.some((finding) => fails(finding, failOn));
        return Promise.resolve(failing ? 1 : compared.isPartial ? 2 : 0);
      },
    ),
  );
}

/** The first word after the older side is the newer one, unless something of that name lies here: then it is a path, as for git. */
function sidesOf(
  words: readonly string[],
  { cwd }: Surroundings,
): { readonly to: string | undefined; readonly paths: readonly string[] } {
  const [first, ...rest] = words;
  if (first === undefined) return { to: undefined, paths: [] };
  const isPath = first.endsWith('...') || /^\.\.?(?:[\\/]|$)/.test(first) || exists(resolve(cwd, first));
  const [to, paths] = isPath ? [undefined, words] : [first, rest];
  for (const path of paths)
    if (isAbsolute(path))
      throw new UsageError(
        `${path} must be relative to the working directory: it is looked for on both sides.`,
      );
  return { to, paths };
}

/** The source files of one side; a path need not be on both. */
async function filesThere(paths: readonly string[], root: string, signal: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths.length > 0 ? paths : ['.']) {
    const [target] = targetsOf([path], root);
    if (!exists(target!)) continue;
    const { files } = await filesOf([path], root, signal).catch((error: unknown) => {
      if (error instanceof NothingMeasuredError) return { files: [] };
      throw error;
    });
    found.push(...files);
  }
  return [...new Set(found)];
}
