import path from 'node:path';
import { ToolError, type ProcessRunner } from '../../host/process';
import { describeError } from '../plan/failure';
import type { GoToolchain } from '../plan/toolchain';
import type { CompileUnit } from '../plan/unit';
import { debugFlag, fileNamesOf } from './compile';
import type { CompileError } from './listed';
import { CompilerOutputParser } from './output';
import type { OverlayStore } from './overlay';
import type { CompilePlan, PlannedCompile } from './plan';
import { PackageRecords } from './records';
import { hasStopped, markerPackage, stopFile, stopFileName } from './stop-file';

/**
 * What one compile is asked for. `all`: decisions and calls, as the go command is asked. `calls`: the listing alone, which lets the
 * compiler work in parallel. `decisions`: of escape analysis alone; no code is generated. `errors`: whether it compiles.
 */
export type Wanted = 'all' | 'calls' | 'decisions' | 'errors';

export interface DirectRequest {
  readonly toolchain: GoToolchain;
  readonly unit: CompileUnit;
  readonly plan: CompilePlan;
  readonly compile: PlannedCompile;
  /** Absolute path → text, for files that the disk has otherwise. */
  readonly files: ReadonlyMap<string, string | null>;
  /** Export data of what it needs of the plan's other compiles; absolute. */
  readonly exported?: string | undefined;
  readonly wanted: Wanted;
  /** The changed texts may import what the package only depends on. */
  readonly widened?: boolean;
  /** False where the stop file is known not to do: code is generated for nothing. */
  readonly stops?: boolean;
}

export interface DirectResult {
  readonly records: PackageRecords;
  /** At the files as the user knows them. */
  readonly errors: readonly CompileError[];
  /** Lines that the grammar does not know, and the first of them. */
  readonly unaccounted: { readonly count: number; readonly examples: readonly string[] };
  /** Of `all` and `calls`: the object file with its export data, absolute; the caller discards it. */
  readonly exported: string | undefined;
}

/** The compiler ended otherwise than it does when it compiles or finds errors. */
export class UnexpectedEnd extends Error {
  override readonly name = 'UnexpectedEnd';
}

/** The stop file did not end the compile. The message is a sentence without its full stop. */
export class NotStopped extends Error {
  override readonly name = 'NotStopped';
}

/**
 * Calls the compiler as the plan says, without the go command.
 * @throws UnexpectedEnd when its answer cannot be relied on, NotStopped; UntrustedError, ToolError, and the abort reason of `signal`
 */
export async function compileDirectly(
  runner: ProcessRunner,
  store: OverlayStore,
  request: DirectRequest,
  signal: AbortSignal,
): Promise<DirectResult> {
  const { toolchain, compile, wanted } = request;
  const stops = request.stops !== false && (wanted === 'decisions' || wanted === 'errors');
  const overlay = await store.write(filesOf(request));
  const names = fileNamesOf(request, overlay);
  const output = await store.output();
  const stop = stops ? await stopOf(request, store) : undefined;
  const { records, errors, examples, parsers, stopped } = reading(request, names, stop?.file);
  const sources = compile.files.flatMap((file) => {
    const backing = overlay.backing(file);
    if (backing === undefined && filesOf(request).get(file) === null) return [];
    return [backing ?? file];
  });
  const rules = [
    ...compile.trimmed,
    ...compile.files.flatMap((file) => {
      const backing = overlay.backing(file);
      return backing === undefined ? [] : [`${backing}=>${trimmedName(compile, file)}`];
    }),
  ];
  const importcfg = await store.text('importcfg', importcfgOf(request, stop?.imports));
  const embedcfg =
    compile.embedcfg === undefined ? undefined : await store.text('embedcfg', compile.embedcfg);
  const run = runner.run({
    command: compile.compiler,
    args: [
      '-o',
      output,
      '-trimpath',
      rules.join(';'),
      ...flagsOf(wanted, toolchain),
      '-importcfg',
      importcfg,
      ...(embedcfg === undefined ? [] : ['-embedcfg', embedcfg]),
      ...compile.flags,
      ...sources,
      ...(stop ? [stop.file] : []),
    ],
    cwd: compile.folder,
    env: toolchain.compilerEnv,
    signal,
    // It prints to both, in turn.
    onStdout: (chunk) => parsers[0].write(chunk),
    onStderr: (chunk) => parsers[1].write(chunk),
  });
  const exit = await run.catch(async (error: unknown) => {
    await store.discard(output);
    throw error;
  });
  const kept = exit.code === 0 && (wanted === 'all' || wanted === 'calls');
  if (!kept) await store.discard(output);
  for (const parser of parsers) parser.end();
  const complete = stop ? hasStopped(stopped) : exit.code === 0;
  const said = errors.filter(({ message }) => message !== 'too many errors');
  if (stop && !complete && said.length === 0 && exit.code !== null)
    throw new NotStopped(
      `The compiler of ${toolchain.versionText} does not end after escape analysis as others do`,
    );
  if (!complete && (said.length === 0 || exit.code === 0 || exit.code === null))
    throw new UnexpectedEnd(`it ended with ${exit.code ?? exit.signal} and gave no reason`);
  // Where it came to its end nothing was wrong: these are lines that the grammar does not know.
  const unknown = complete ? said : [];
  const count = parsers[0].counts.unaccounted + parsers[1].counts.unaccounted + unknown.length;
  return {
    records,
    errors: complete ? [] : said,
    unaccounted: { count, examples: [...examples, ...unknown.map(describeError)].slice(0, 5) },
    exported: kept ? output : undefined,
  };
}

function filesOf({ unit, files }: DirectRequest): Map<string, string | null> {
  return new Map([...unit.replaced, ...files]);
}

function flagsOf(wanted: Wanted, toolchain: GoToolchain): string[] {
  switch (wanted) {
    case 'all':
      return ['-m=2', '-S', debugFlag(toolchain)];
    case 'calls':
      return ['-S', '-dwarf=false', debugFlag(toolchain)];
    case 'decisions':
      return ['-m=2', debugFlag(toolchain)];
    case 'errors':
      return [];
  }
}

/** The name of a replaced file in messages and positions: that which it has on disk. */
function trimmedName({ trimmed }: PlannedCompile, file: string): string {
  const folder = path.dirname(file);
  const rule = trimmed.find((one) => one.startsWith(`${folder}=>`));
  return rule === undefined ? file : `${rule.slice(folder.length + 2)}/${path.basename(file)}`;
}

function importcfgOf({ compile, exported, plan, widened }: DirectRequest, more: string | undefined): string {
  const lines = [compile.importcfg.trimEnd()];
  if (widened)
    for (const [name, file] of plan.exports.files)
      if (!name.includes(' ') && !compile.importcfg.includes(`packagefile ${name}=`))
        lines.push(`packagefile ${name}=${file}`);
  if (compile.needs) {
    if (exported === undefined) throw new ToolError(`nothing was made of ${compile.needs.importPath}`);
    lines.push(`packagefile ${compile.needs.importPath}=${exported}`);
  }
  if (more !== undefined && !lines.includes(more)) lines.push(more);
  return `${lines.join('\n')}\n`;
}

/** Undefined where it cannot be made: what a package without imports depends on is not listed. */
async function stopOf(
  { toolchain, plan, compile }: DirectRequest,
  store: OverlayStore,
): Promise<{ file: string; imports: string } | undefined> {
  const marker = markerPackage(toolchain.version);
  const data = marker === undefined ? undefined : plan.exports.files.get(marker);
  if (marker === undefined || data === undefined) return undefined;
  const file = await store.text(stopFileName, stopFile(compile.packageName, marker));
  return { file, imports: `packagefile ${marker}=${data}` };
}

function reading(
  { compile }: DirectRequest,
  names: ReturnType<typeof fileNamesOf>,
  stop: string | undefined,
) {
  const records = new PackageRecords((file) => (path.isAbsolute(file) ? file : undefined));
  const errors: CompileError[] = [];
  const examples: string[] = [];
  const stopped = new Set<number>();
  names.enter(compile.importPath);
  records.add({ kind: 'package', importPath: compile.importPath, variant: undefined });
  const parser = (): CompilerOutputParser =>
    new CompilerOutputParser(
      (record) => {
        if (record.kind === 'package') return;
        if (record.kind === 'error') {
          const { at, message } = record;
          if (at && at.file === stop) stopped.add(at.line);
          else errors.push({ at, message, importPath: compile.importPath });
        } else if (record.kind === 'unaccounted') {
          if (examples.length < 5) examples.push(record.line);
        } else if (record.kind === 'call' || (path.isAbsolute(record.at.file) && record.at.file !== stop))
          records.add(record);
      },
      { errors: true, resolve: names.resolve },
    );
  return { records, errors, examples, stopped, parsers: [parser(), parser()] as const };
}
