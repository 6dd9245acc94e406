import path from 'node:path';
import type { Note } from '../../../rules/model';
import type { Logger } from '../host/logger';
import { ToolError, type Environment, type ProcessRunner } from '../host/process';
import { UntrustedError } from '../host/trust';
import type { Settings } from '../service/settings';
import { compile, type CompileSummary } from './compile';
import type { CompileRequest, CompileResult, GoCompiler, GoUnit, ListedPackage } from './compiler';
import type { CompilerRecord } from './compiler-record';
import { compileUnit, findModule, goSources, type CompileUnit, type GoModule } from './module';
import { OverlayStore } from './overlay';
import { Toolchains, type GoToolchain } from './toolchain';

export interface ToolchainCompilerOptions {
  readonly runner: ProcessRunner;
  readonly logger: Logger;
  /** The environment to start from; the process's own unless given. */
  readonly env?: Environment;
}

/** The compiler of the installed toolchains, for the engine. */
export class ToolchainCompiler implements GoCompiler {
  private readonly toolchains = new Map<string, Toolchains>();
  private store: Promise<OverlayStore> | undefined;

  constructor(private readonly options: ToolchainCompilerOptions) {}

  async locate(
    directory: string,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<GoUnit | { readonly reason: string }> {
    const found = await this.find(directory, settings, signal);
    if ('reason' in found) return found;
    const { toolchain, module } = found;
    const main = toolchain.modules.find((candidate) => path.relative(candidate.folder, module.folder) === '');
    return {
      root: module.folder,
      modulePath: main?.path ?? '',
      language: main?.language ?? toolchain.version,
      toolchain: toolchain.version,
      toolchainName: toolchain.versionText,
      command: toolchain.go,
      how: toolchain.why,
      notes: toolchain.notes,
    };
  }

  /** Forgets what is known of toolchains: one was installed, or the user asked. */
  reset(): void {
    this.toolchains.clear();
  }

  async compile(
    unit: GoUnit,
    request: CompileRequest,
    settings: Settings,
    onRecord: (record: CompilerRecord) => void,
    signal: AbortSignal,
  ): Promise<CompileResult> {
    const first = request.directories[0] ?? unit.root;
    const found = await this.find(first, settings, signal);
    if ('reason' in found) throw new ToolError(found.reason);
    const { toolchain, module } = found;
    this.store ??= OverlayStore.create();
    const store = await this.store;

    const units = await unitsOf(request, module, toolchain);
    if (request.dependents && module.moduleFile !== undefined) {
      units.push(...(await this.dependents(units, toolchain, settings, signal)));
    }
    const packages = new Map<string, ListedPackage>();
    const notes: Note[] = [];
    for (const one of merged(units)) {
      const summary = await compile(
        this.options.runner,
        store,
        { toolchain, unit: one, files: request.overlay, buildFlags: settings.go.buildFlags },
        onRecord,
        signal,
      );
      for (const { at, message } of summary.errors) onRecord({ kind: 'error', at, message });
      notes.push(...summary.notes);
      for (const listed of describe(summary)) packages.set(listed.directory + listed.importPath, listed);
    }
    return { packages: [...packages.values()], notes };
  }

  /** Ends nothing that runs: abort its signal first. */
  async dispose(): Promise<void> {
    const store = this.store;
    this.store = undefined;
    await (await store)?.dispose();
  }

  private async find(
    directory: string,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<{ toolchain: GoToolchain; module: GoModule } | { readonly reason: string }> {
    if (!this.options.runner.trusted) return { reason: new UntrustedError('The Go compiler').message };
    const key = JSON.stringify([settings.go.path, settings.go.environment]);
    let toolchains = this.toolchains.get(key);
    if (!toolchains) {
      toolchains = new Toolchains({
        ...this.options,
        configured: settings.go.path,
        environment: settings.go.environment,
      });
      this.toolchains.set(key, toolchains);
    }
    const module = await findModule(path.join(directory, 'x.go'));
    const { toolchain, note } = await toolchains.for(module, signal);
    return toolchain ? { toolchain, module } : { reason: note.message };
  }

  /** Packages of the main modules that import those of `units`, through others or in their tests. */
  private async dependents(
    units: readonly CompileUnit[],
    toolchain: GoToolchain,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<CompileUnit[]> {
    const [unit] = units;
    if (!unit || toolchain.modules.length === 0) return [];
    const patternOf = (folder: string): string => {
      const from = path.relative(unit.folder, folder).split(path.sep).join('/');
      if (from === '') return '.';
      return from.startsWith('../') || from === '..' ? from : `./${from}`;
    };
    const all = toolchain.modules.map(({ folder }) => `${patternOf(folder)}/...`);
    const format =
      '{{.Dir}}\t{{.ImportPath}}\t{{join .Imports " "}}\t{{join .TestImports " "}} {{join .XTestImports " "}}';
    const { stdout } = await this.options.runner.text(
      {
        command: toolchain.go,
        args: ['list', '-e', ...settings.go.buildFlags, '-f', format, '--', ...all],
        cwd: unit.folder,
        env: toolchain.env,
        signal,
      },
      64 * 1024 * 1024,
    );
    const packages = stdout.split(/\r?\n/).flatMap((line) => {
      const [folder, importPath, imports, tests] = line.split('\t');
      if (!folder || !importPath) return [];
      return [{ folder, importPath, imports: imports!.split(' '), tests: (tests ?? '').split(' ') }];
    });
    const changed = new Set(units.flatMap(({ patterns }) => patterns));
    const reached = new Set(
      packages.filter(({ folder }) => changed.has(patternOf(folder))).map(({ importPath }) => importPath),
    );
    for (let size = -1; size !== reached.size;) {
      size = reached.size;
      for (const { importPath, imports } of packages) {
        if (imports.some((path) => reached.has(path))) reached.add(importPath);
      }
    }
    const patterns = packages
      .filter(
        ({ importPath, tests }) => reached.has(importPath) || tests.some((imported) => reached.has(imported)),
      )
      .map(({ folder }) => patternOf(folder))
      .filter((pattern) => !changed.has(pattern));
    return patterns.length === 0 ? [] : [{ ...unit, patterns, notes: [] }];
  }
}

/** What to compile for the folders: one unit each, or more where a folder without a module holds several programs. */
async function unitsOf(
  request: CompileRequest,
  module: GoModule,
  toolchain: GoToolchain,
): Promise<CompileUnit[]> {
  const units: CompileUnit[] = [];
  for (const directory of request.directories) {
    if (module.moduleFile !== undefined || toolchain.gopathMode) {
      units.push(await compileUnit(path.join(directory, 'x.go'), module, toolchain, request.overlay));
      continue;
    }
    const covered = new Set<string>();
    const folder = { ...module, folder: directory };
    for (const name of (await goSources(directory, request.overlay)).keys()) {
      if (covered.has(`./${name}`)) continue;
      const unit = await compileUnit(path.join(directory, name), folder, toolchain, request.overlay);
      for (const pattern of unit.patterns) covered.add(pattern);
      units.push(unit);
    }
  }
  return units;
}

/** Units that can share one run of the go command. */
function merged(units: readonly CompileUnit[]): CompileUnit[] {
  const runs: CompileUnit[] = [];
  for (const unit of units) {
    const packages = !unit.patterns.some((pattern) => pattern.endsWith('.go'));
    const index = runs.findIndex(
      (run) =>
        packages &&
        run.folder === unit.folder &&
        run.tests === unit.tests &&
        run.overlay === unit.overlay &&
        run.modfile === unit.modfile &&
        !run.patterns.some((pattern) => pattern.endsWith('.go')),
    );
    const run = runs[index];
    if (!run) runs.push(unit);
    else {
      const patterns = [...new Set([...run.patterns, ...unit.patterns])];
      runs[index] = { ...run, patterns, notes: [...run.notes, ...unit.notes] };
    }
  }
  return runs;
}

function describe(summary: CompileSummary): ListedPackage[] {
  return summary.packages.map((listed) => ({
    importPath: listed.importPath,
    directory: listed.folder,
    files: [...listed.goFiles, ...listed.cgoFiles, ...listed.testFiles, ...listed.externalTestFiles],
    fingerprint: listed.fingerprint,
  }));
}
