import path from 'node:path';
import { inside } from '../../host/paths';
import { compilerCommands, type CompilerCommand } from '../plan/commands';
import type { Overlay } from './overlay';
import type { CompiledPackage, Exports, ListedPackage } from './listed';
import { variantName, variants, type Variant } from './variant';

/** One compile, as the go command would run it. */
export interface PlannedCompile {
  /** Of its header in the go command's output: `p`, `p_test`. */
  readonly importPath: string;
  /** Of its package clauses. */
  readonly packageName: string;
  /** Absolute, and where it runs. */
  readonly compiler: string;
  readonly folder: string;
  /** As the go command has them, but for those that name files of one run. */
  readonly flags: readonly string[];
  /** Rules of `-trimpath` that hold for each run. */
  readonly trimmed: readonly string[];
  /** Absolute, in the order in which they are compiled; what is unsaved is put in their place. */
  readonly files: readonly string[];
  readonly importcfg: string;
  readonly embedcfg: string | undefined;
  /** The import whose export data another compile of the plan makes. */
  readonly needs: { readonly importPath: string; readonly variant: Variant } | undefined;
}

/** How one folder is compiled, as long as nothing changes but the bodies and declarations of its files. */
export interface CompilePlan {
  /** By variant; one that is needed and missing cannot be run by itself. */
  readonly compiles: ReadonlyMap<Variant, PlannedCompile>;
  /** All that the go command would compile. */
  readonly variants: readonly Variant[];
  /** As if it had been compiled. */
  readonly pkg: CompiledPackage;
  readonly exports: Exports;
  /** Absolute folders of all packages that it depends on. */
  readonly dependencies: readonly string[];
}

/** A flag without effect that no compile in the build cache had: with it the go command would compile the package anew. */
export const nonce = (): string => `-I=/nonexistent/alloclens-${process.pid}-${Date.now().toString(36)}`;

const inWorkFolder = (text: string): boolean => text.includes('$WORK');

/**
 * Takes the compiler's command lines apart. Undefined when nothing of it can be run by itself: what is made in the work folder
 * (by cgo, the assembler, a profile) is not there.
 * @param printed by `go list -n`, with `flag` among the -gcflags
 * @param listed of the same run
 * @param pkg the package of the folder
 * @param goroot of the toolchain, whose compiler alone is run
 */
export function planFrom(
  printed: string,
  flag: string,
  listed: readonly ListedPackage[],
  pkg: CompiledPackage,
  exports: Exports,
  overlay: Overlay,
  goroot: string,
): CompilePlan | undefined {
  // A folder's name stands in the text as it is: it must not bring lines of its own.
  if (/[\x00-\x1f]/.test(pkg.folder)) return undefined;
  const tools = path.join(goroot, 'pkg', 'tool');
  const commands = compilerCommands(printed).filter(({ compiler }) => inside(compiler, tools));
  const compiles = new Map<Variant, PlannedCompile>();
  const outputs = new Map<string, { importPath: string; variant: Variant }>();
  const present: Variant[] = [];
  for (const variant of variants) {
    const entry = listed.find(({ ImportPath }) => ImportPath === variantName(pkg.importPath, variant));
    if (!entry?.GoFiles?.length) continue;
    present.push(variant);
    const files = entry.GoFiles.map((name) => path.resolve(entry.Dir ?? '', name));
    const command = commands.find((one) => sameFiles(filesOf(one, overlay), files));
    const planned = command && compileFrom(command, entry, flag, overlay, outputs);
    if (!planned) continue;
    compiles.set(variant, planned.compile);
    outputs.set(planned.output, { importPath: pkg.importPath, variant });
  }
  if (compiles.size === 0) return undefined;
  const dependencies = [...new Set(listed.flatMap(({ Dir }) => (Dir && Dir !== pkg.folder ? [Dir] : [])))];
  return { compiles, variants: present, pkg, exports, dependencies };
}

/** The files of the command line, as the user knows them. */
function filesOf({ args, folder }: CompilerCommand, overlay: Overlay): string[] {
  const files: string[] = [];
  for (let i = args.length - 1; i >= 0 && args[i]!.endsWith('.go') && !args[i]!.startsWith('-'); i--) {
    const file = path.resolve(folder, args[i]!);
    files.unshift(overlay.logical(file) ?? file);
  }
  return files;
}

function sameFiles(a: readonly string[], b: readonly string[]): boolean {
  const all = new Set(a);
  return a.length === b.length && b.every((file) => all.has(file));
}

function compileFrom(
  command: CompilerCommand,
  entry: ListedPackage,
  flag: string,
  overlay: Overlay,
  outputs: ReadonlyMap<string, { importPath: string; variant: Variant }>,
): { compile: PlannedCompile; output: string } | undefined {
  const { args, written, compiler, folder } = command;
  const files = filesOf(command, overlay);
  const flags: string[] = [];
  const values = new Map<string, string>();
  const ofOneRun = new Set(['-o', '-trimpath', '-importcfg', '-embedcfg', '-buildid']);
  for (let i = 0; i < args.length - files.length; i++) {
    const arg = args[i]!;
    if (ofOneRun.has(arg)) values.set(arg, args[++i] ?? '');
    else if (arg !== flag) flags.push(arg);
  }
  const output = values.get('-o');
  const importcfg = written.get(values.get('-importcfg') ?? '');
  const embed = values.get('-embedcfg');
  const embedcfg = embed === undefined ? undefined : written.get(embed);
  if (output === undefined || importcfg === undefined || (embed !== undefined && embedcfg === undefined))
    return undefined;
  const imports = importsWithoutOwn(importcfg, outputs);
  if (!imports || flags.some(inWorkFolder) || files.some(inWorkFolder)) return undefined;
  const trimmed = (values.get('-trimpath') ?? '')
    .split(';')
    .filter((rule) => !inWorkFolder(rule) && overlay.logical(rule.split('=>')[0]!) === undefined);
  const [importPath] = entry.ImportPath.split(' ') as [string];
  const packageName = entry.Name ?? '';
  const own = { importPath, packageName, compiler, folder, flags, trimmed, files, embedcfg };
  const compile = { ...own, ...imports };
  return { compile, output };
}

/** What the other compiles of the plan make is left out; undefined when anything else would lie in the work folder. */
function importsWithoutOwn(
  importcfg: string,
  outputs: ReadonlyMap<string, { importPath: string; variant: Variant }>,
): Pick<PlannedCompile, 'importcfg' | 'needs'> | undefined {
  let needs: PlannedCompile['needs'];
  const kept: string[] = [];
  for (const line of importcfg.split('\n')) {
    if (!inWorkFolder(line)) {
      kept.push(line);
      continue;
    }
    const [importPath, file] = line.replace(/^packagefile /, '').split('=');
    const own = file === undefined ? undefined : outputs.get(file);
    if (!own || own.importPath !== importPath || needs) return undefined;
    needs = own;
  }
  return { importcfg: kept.join('\n'), needs };
}
