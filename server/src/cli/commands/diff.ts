import { isAbsolute, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { withRevisions, type ComparedRevisions } from '../../history/revisions';
import { exists } from '../../host/files';
import { proveRevisions, type RevisionsProof } from '../../proof/revisions';
import { togetherOf } from '../../proof/measure';
import { jsonDiff, markdownDiff, prettyDiff } from '../../report/diff';
import { jsonText } from '../../report/json';
import {
  jsonRevisionsProof,
  markdownRevisionsProof,
  prettyRevisionsProof,
} from '../../report/revisions-proof';
import { fails, failLevels, type FailLevel } from '../gate';
import {
  benchmarkOptions,
  formatOption,
  ruleOption,
  showOption,
  verboseOption,
  type BenchmarkOptions,
  type CommonOptions,
} from '../options';
import { proveRun } from '../prove';
import { displayPath } from '../../service/walk';
import { withAnalyser, type Session } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf, NothingThereError, targetsOf } from '../../service/targets';
import { NothingMeasuredError, UsageError } from '../usage-error';

export function diffCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  const command = program
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
    .option('--prove', 'run the Go benchmarks that reach what has changed, on both sides', false);
  for (const option of benchmarkOptions()) command.addOption(option);
  command
    .addOption(showOption())
    .addOption(ruleOption(around.rules))
    .addOption(verboseOption())
    .action(async (from: string, more: string[], options: DiffOptions) =>
      exit(await run(from, more, options, around)),
    );
}

interface DiffOptions extends CommonOptions, BenchmarkOptions {
  readonly prove: boolean;
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
      async (compared): Promise<ExitCode> => {
        if (compared === 'nothing there')
          throw new NothingMeasuredError(
            'Neither side has Go, TypeScript or JavaScript files at these paths, so there is nothing to compare.',
          );
        const proof = options.prove ? await proofOf(compared, options, session, around) : undefined;
        const report = { cwd, textOf: compared.textOf };
        if (options.format === 'json') {
          const shown = (file: string): string => displayPath(cwd, compared.inHome(file));
          stdout.write(
            jsonText({
              ...jsonDiff(compared, { ...report, version }),
              ...(proof && { proof: jsonRevisionsProof(proof, shown) }),
            }),
          );
        } else if (options.format === 'markdown')
          stdout.write(`${markdownDiff(compared, report)}${proof ? markdownRevisionsProof(proof) : ''}`);
        else
          stdout.write(
            `${prettyDiff(compared, color, report)}${proof ? prettyRevisionsProof(proof, color) : ''}`,
          );
        const { failOn } = options;
        const failing =
          failOn === undefined
            ? compared.sites.added.length > 0
            : compared.findings.some((finding) => fails(finding, failOn));
        const codes: readonly ExitCode[] = [
          failing ? 1 : compared.isPartial ? 2 : 0,
          proof ? codeOf(proof) : 0,
        ];
        // What is worse is more than what could not be held, and that more than what nothing was measured of.
        return ([1, 2, 3] as const).find((code) => codes.includes(code)) ?? 0;
      },
    ),
  );
}

function proofOf(
  { from, settings, go }: ComparedRevisions,
  options: DiffOptions,
  session: Session,
  around: Surroundings,
): Promise<RevisionsProof> {
  return proveRevisions({ ...proveRun(options, { ...session, settings }, around), from, ...go });
}

/** 1: a benchmark allocates more. 2: one fails, hangs, or does not compile. 3: something has changed, and no benchmark runs it. */
function codeOf({ changed, measured, identical, failures }: RevisionsProof): ExitCode {
  if (togetherOf(measured) === 'worse') return 1;
  if (failures.length > 0) return 2;
  return changed.length > 0 && measured.length + identical.length === 0 ? 3 : 0;
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
      if (error instanceof NothingThereError) return { files: [] };
      throw error;
    });
    found.push(...files);
  }
  return [...new Set(found)];
}
