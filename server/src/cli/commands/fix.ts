import type { Command } from 'commander';
import type { Fix } from '../../../../rules/model';
import { replaceAll, ReplaceError } from '../../host/replace';
import { count } from '../../report/pretty';
import { titlesText } from '../../report/titles';
import { prettyProof } from '../../report/proof';
import { byMessage, namesOf } from '../../service/notes';
import { displayPath, shownPath } from '../../service/walk';
import { escapedLines, visible } from '../../text/foreign';
import { patchText } from '../../report/patch';
import { fixFiles, type ChangedFile } from '../fix';
import {
  benchmarkOptions,
  ruleOption,
  showOption,
  verboseOption,
  type BenchmarkOptions,
  type CommonOptions,
} from '../options';
import { Permission } from '../../service/permission';
import { proveFixes } from '../../proof/fixes';
import { proveRun } from '../prove';
import { scan } from '../../service/scan';
import { exitCodeWithoutFindings } from '../gate';
import { withAnalyser, type Session } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf, targetsOf } from '../../service/targets';

export function fixCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  const command = program
    .command('fix')
    .description('apply safe fixes, each checked before')
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .addOption(showOption())
    .addOption(ruleOption(around.rules))
    .option('--dry-run', 'print the changes as a diff and write nothing', false)
    .option('--suggestions', 'also apply fixes whose condition you have to check', false)
    .option('--proved', 'only fixes with which a benchmark allocates less, see "prove"', false);
  for (const option of benchmarkOptions()) command.addOption(option);
  command
    .addOption(verboseOption())
    .action(async (paths: string[], options: FixCommandOptions) => exit(await run(paths, options, around)));
}

interface FixCommandOptions extends CommonOptions, BenchmarkOptions {
  readonly dryRun: boolean;
  readonly suggestions: boolean;
  readonly proved: boolean;
}

async function run(
  paths: readonly string[],
  options: FixCommandOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, signal, stdout, stderr } = around;
  return withAnalyser(options, around, async (session) => {
    const { analyser, settings, progress } = session;
    const { files, notes: unread } = await filesOf(paths, cwd, signal);
    const { suggestions, dryRun, proved } = options;
    const permission = new Permission(targetsOf(paths, cwd), cwd);
    const accepts = proved ? await provenBetter(files, options, session, around) : undefined;
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
          const how =
            applied.length > 0 ? titlesText(applied) : `changed together with ${names(leading, cwd)}`;
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

/** Proves each fix alone and says which of them made a benchmark allocate less. */
async function provenBetter(
  files: readonly string[],
  options: FixCommandOptions,
  session: Session,
  around: Surroundings,
): Promise<(fix: Fix) => boolean> {
  const { analyser, settings, progress } = session;
  const { suggestions } = options;
  const scanned = await scan(analyser, files, { settings, signal: around.signal, progress });
  const run = { ...proveRun(options, session, around), each: true, suggestions, line: undefined };
  const { report, proven } = await proveFixes(analyser, scanned.analyses, run);
  around.stderr.write(prettyProof(report, false));
  const better = proven.filter(([, outcome]) => outcome.kind === 'measured' && outcome.verdict === 'better');
  const keys = new Set(better.flatMap(([{ fixes }]) => fixes.map(({ edits }) => JSON.stringify(edits))));
  // Of a text that has changed since, nothing is proven: its edits are others.
  return ({ edits }) => keys.has(JSON.stringify(edits));
}

/** What `--dry-run` prints. */
function patchOf({ path, before, after }: ChangedFile, cwd: string): string {
  const mark = before.mark ? '\uFEFF' : '';
  return patchText(displayPath(cwd, path), mark + before.text, mark + after);
}
