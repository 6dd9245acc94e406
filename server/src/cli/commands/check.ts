import { dirname, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { findModule, type GoModule } from '../../go/plan/module';
import { exists, readText, UnreadError } from '../../host/files';
import { writeOutput } from '../../host/output';
import { inside } from '../../host/paths';
import { ToolError } from '../../host/process';
import { measureBenchmarks } from '../../proof/benchmarks';
import {
  ceilingOf,
  compareWithLock,
  LockError,
  lockText,
  parseLock,
  type Lock,
  type MeasuredCeiling,
} from '../../proof/lock';
import { patienceWith, withGoTests } from '../../proof/module';
import { ProofError } from '../../proof/proof-error';
import { comparisonText } from '../../report/lock';
import { count, prettyReport } from '../../report/pretty';
import { scan } from '../../service/scan';
import { textOnDisk } from '../../service/source';
import { shownPath } from '../../service/walk';
import { escapedLines, visible } from '../../text/foreign';
import { isHindered } from '../gate';
import { benchmarkOptions, verboseOption, type BenchmarkOptions } from '../options';
import { withAnalyser, type Session } from '../session';
import type { ExitCode, Surroundings } from '../surroundings';
import { filesOf, targetsOf } from '../../service/targets';
import { NothingMeasuredError, UsageError } from '../usage-error';

export function checkCommand(program: Command, around: Surroundings, exit: (code: ExitCode) => void): void {
  const command = program
    .command('check')
    .description(
      'hold ceilings: //alloclens:noalloc and max on functions; with --benchmarks those of alloclens.lock',
    )
    .argument('[path...]', 'files, folders, or ./... for Go packages', ['.'])
    .option('--benchmarks', 'run the Go benchmarks and hold them against the lock', false)
    .option('--update-lock', 'run the Go benchmarks and write what they allocate into the lock', false)
    .addOption(new Option('--lock <file>', 'ceilings of whole benchmarks').default('alloclens.lock'));
  for (const option of benchmarkOptions()) command.addOption(option);
  command
    .addOption(verboseOption())
    .action(async (paths: string[], options: CheckOptions) => exit(await run(paths, options, around)));
}

interface CheckOptions extends BenchmarkOptions {
  readonly benchmarks: boolean;
  readonly updateLock: boolean;
  readonly lock: string;
  readonly verbose: boolean;
}

async function run(paths: readonly string[], options: CheckOptions, around: Surroundings): Promise<ExitCode> {
  const { cwd, signal, rules } = around;
  const contracts = rules.filter(({ reports }) => reports === 'contract').map(({ id }) => id);
  return withAnalyser(
    { show: 'likely', rule: contracts, verbose: options.verbose },
    around,
    async (session) => {
      const { files } = await filesOf(paths, cwd, signal);
      if (options.updateLock) return updateLock(paths, files, options, session, around);
      const codes = [await functions(files, session, around)];
      if (options.benchmarks) codes.push(await benchmarks(files, options, session, around));
      const known = codes.filter((code) => code !== 'no ceilings');
      if (known.length === 0)
        throw new NothingMeasuredError(
          `No function there has a ceiling (//alloclens:noalloc, //alloclens:max 2 allocs, @noalloc, @maxallocs 2)${options.benchmarks ? '' : '; --benchmarks holds those of alloclens.lock'}.`,
        );
      // A broken ceiling is more than one that could not be held, and that more than one of which nothing was measured.
      return ([1, 2, 3] as const).find((code) => known.includes(code)) ?? 0;
    },
  );
}

type Answer = ExitCode | 'no ceilings';

/** What a ceiling on a function is written with. Where it stands wrong, the rule says so. */
const ceiling = /^\/\/alloclens:(?:noalloc|max)\b|@(?:noalloc|maxallocs)\b/m;

async function functions(
  files: readonly string[],
  { analyser, settings, progress }: Session,
  { cwd, signal, stdout, color }: Surroundings,
): Promise<Answer> {
  const marked = files.filter((file) => ceiling.test(textOnDisk(file)));
  if (marked.length === 0) return 'no ceilings';
  const scanned = await scan(analyser, marked, { settings, signal, progress });
  const notes = scanned.notes.filter(({ kind }) => kind !== 'withheld fix');
  const textOf = (file: string): string => scanned.analyses.get(file)?.text ?? textOnDisk(file);
  stdout.write(prettyReport({ ...scanned, notes }, { cwd, color, textOf }));
  if (scanned.findings.length > 0) return 1;
  const unheld = notes.some(
    ({ kind, file }) => kind === 'unchecked contract' || (file !== undefined && marked.includes(file)),
  );
  return unheld || isHindered(scanned) ? 2 : 0;
}

async function benchmarks(
  files: readonly string[],
  options: CheckOptions,
  session: Session,
  around: Surroundings,
): Promise<Answer> {
  const { cwd, stdout, stderr } = around;
  const file = resolve(cwd, options.lock);
  const name = shownPath(cwd, file);
  const lock = await readLock(file, name);
  const { measured, notes, toolchain } = await measureAll(files, options, session, around);
  for (const note of notes) stderr.write(`note: ${visible(note)}\n`);
  if (toolchain !== undefined && toolchain !== lock.toolchain)
    stderr.write(
      `note: ${name} was written with ${visible(lock.toolchain)}, and this is ${toolchain}, which may allocate otherwise.\n`,
    );
  const wanted = lock.ceilings.filter(
    ({ benchmark }) => options.bench?.test(benchmark.split('/')[0]!) ?? true,
  );
  const compared = compareWithLock(wanted, measured);
  stdout.write(escapedLines(comparisonText(compared, name)));
  if (compared.worse.length + compared.better.length > 0) return 1;
  if (notes.length > 0) return 2;
  return compared.unmeasured.length > 0 || compared.same.length === 0 ? 3 : 0;
}

async function readLock(file: string, name: string): Promise<Lock> {
  try {
    return parseLock((await readText(file)).text);
  } catch (error) {
    if (!(error instanceof LockError || error instanceof UnreadError)) throw error;
    if (!exists(file))
      throw new UsageError(
        `There is no ${name}: write it with “alloclens check --update-lock”, and commit it.`,
      );
    throw new UsageError(`${name} cannot be used. ${error.message}`);
  }
}

async function updateLock(
  paths: readonly string[],
  files: readonly string[],
  options: CheckOptions,
  session: Session,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, stdout } = around;
  const file = resolve(cwd, options.lock);
  const name = shownPath(cwd, file);
  const before = exists(file) ? await readLock(file, name) : undefined;
  const { measured, notes, toolchain, packages } = await measureAll(files, options, session, around);
  if (notes.length > 0)
    throw new UsageError(`${name} was not written because not everything could be measured. ${notes[0]!}`);
  if (measured.length === 0 || toolchain === undefined)
    throw new NothingMeasuredError(
      'There are no Go benchmarks below the paths, so there is nothing to write down.',
    );
  // What was not asked for stays; of a package that is gone nothing does.
  const isAll = targetsOf(paths, cwd).some((target) => inside(dirname(file), target));
  const kept = (before?.ceilings ?? []).filter(
    ({ importPath, benchmark }) =>
      (!isAll && !packages.has(importPath)) || options.bench?.test(benchmark.split('/')[0]!) === false,
  );
  const text = lockText({ toolchain, ceilings: [...kept, ...measured.map(ceilingOf)] });
  await writeOutput(file, text).catch((error: unknown) => {
    throw new UsageError(`${name} was not written. ${(error as Error).message}`);
  });
  stdout.write(`${name} has ${count(kept.length + measured.length, 'benchmark')} now.\n`);
  return 0;
}

/** All modules of the files, one after the other: benchmarks share the machine with nothing of ours. */
async function measureAll(
  files: readonly string[],
  { bench, count: times, benchtime, timeout }: CheckOptions,
  { settings, host, progress }: Session,
  { signal }: Surroundings,
): Promise<{
  readonly measured: readonly MeasuredCeiling[];
  readonly notes: readonly string[];
  readonly toolchain: string | undefined;
  readonly packages: ReadonlySet<string>;
}> {
  const folders = new Set(files.filter((file) => file.endsWith('.go')).map((file) => dirname(file)));
  const modules = new Map<string, GoModule>();
  for (const folder of folders) {
    const module = await findModule(resolve(folder, 'x.go'));
    modules.set(module.folder, module);
  }
  const measured: MeasuredCeiling[] = [];
  const notes: string[] = [];
  let toolchain: string | undefined;
  for (const module of modules.values()) {
    try {
      await withGoTests(
        module,
        module.folder,
        { settings, signal, ...host },
        patienceWith(timeout * 1000),
        async (tests) => {
          toolchain ??= tests.toolchain.versionText;
          const found = await measureBenchmarks(tests, {
            folders,
            wanted: (name) => bench?.test(name) ?? true,
            progress: (what) => progress(0, 0, what),
            count: times,
            benchtime,
          });
          measured.push(...found.measured);
          notes.push(...found.notes);
        },
      );
    } catch (error) {
      if (!(error instanceof ProofError || error instanceof ToolError)) throw error;
      notes.push(error.message);
    }
  }
  return { measured, notes, toolchain, packages: new Set(measured.map(({ importPath }) => importPath)) };
}
