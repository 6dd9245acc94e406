import { OverlayStore } from '../go/compile/overlay';
import type { GoModule } from '../go/plan/module';
import { Toolchains } from '../go/plan/toolchain';
import type { Logger } from '../host/logger';
import { ProcessRunner, ToolError } from '../host/process';
import { TemporaryFolder } from '../host/temporary-folder';
import type { TrustGate } from '../host/trust';
import type { Settings } from '../service/settings';
import { prove, type Change, type Proofs, type ProveOptions } from './prove';

export interface ModuleOptions extends Omit<ProveOptions, 'wanted'> {
  /** Top-level benchmarks by name; all when absent. */
  readonly bench: RegExp | undefined;
  /** A benchmark that writes nothing for so long hangs, in milliseconds. */
  readonly patience: number;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly trust: TrustGate;
  readonly signal: AbortSignal;
}

/**
 * Holds changes of one module against its benchmarks, with the toolchain that compiles it. What stops all of them, such as a missing
 * toolchain, is the outcome of each.
 * @throws UntrustedError, AbortError
 */
export async function proveInModule(
  module: GoModule,
  changes: readonly Change[],
  { settings, logger, trust, signal, patience, bench, ...options }: ModuleOptions,
): Promise<Proofs> {
  const failed = (reason: string): Proofs => ({
    outcomes: changes.map(() => ({ kind: 'failed', reason })),
    notes: [],
  });
  const runner = new ProcessRunner(trust, logger);
  const { go } = settings;
  const toolchains = new Toolchains({ runner, logger, configured: go.path, environment: go.environment });
  const { toolchain, note } = await toolchains.for(module, signal);
  if (!toolchain) return failed(note.message);
  if (toolchain.modules.length === 0)
    return failed(`${module.folder} has no go.mod, so its tests cannot be compiled.`);
  const output = await TemporaryFolder.create();
  const overlays = await OverlayStore.create();
  const tests = {
    runner,
    binaries: new ProcessRunner(trust, logger, { idle: Math.min(60_000, patience), silent: patience }),
    toolchain,
    flags: go.buildFlags,
    folder: module.folder,
    output: output.path,
    env: { ...process.env, ...go.environment },
    signal,
  };
  try {
    const wanted = (name: string): boolean => bench?.test(name) ?? true;
    return await prove(changes, tests, overlays, { ...options, wanted });
  } catch (error) {
    if (error instanceof ToolError) return failed(error.message);
    throw error;
  } finally {
    await overlays.dispose();
    await output.dispose();
  }
}
