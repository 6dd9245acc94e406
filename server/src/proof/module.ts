import { OverlayStore } from '../go/compile/overlay';
import type { GoModule } from '../go/plan/module';
import { Toolchains } from '../go/plan/toolchain';
import type { Logger } from '../host/logger';
import { ProcessRunner, ToolError, type Patience } from '../host/process';
import { TemporaryFolder } from '../host/temporary-folder';
import type { TrustGate } from '../host/trust';
import type { Settings } from '../service/settings';
import { type GoTests } from './go-tests';
import { ProofError } from './proof-error';
import { prove, type Change, type Proofs, type ProveOptions } from './prove';

/** How long a test binary may write nothing, and how long it may do nothing, in milliseconds. */
export function patienceWith(silent: number): Patience {
  return { idle: Math.min(60_000, silent), silent };
}

/** Who runs tests, and with which settings. */
export interface TestsHost {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly trust: TrustGate;
  readonly signal: AbortSignal;
}

/**
 * Runs a job with what builds and runs tests of a module; the binaries go with it.
 * @param folder absolute; where the go command runs
 * @param patience of the test binaries
 * @throws ProofError when no toolchain compiles the module, UntrustedError, and what the job throws
 */
export async function withGoTests<T>(
  module: GoModule,
  folder: string,
  { settings, logger, trust, signal }: TestsHost,
  patience: Patience,
  job: (tests: GoTests) => Promise<T>,
): Promise<T> {
  const runner = new ProcessRunner(trust, logger);
  const { go } = settings;
  const toolchains = new Toolchains({ runner, logger, configured: go.path, environment: go.environment });
  const { toolchain, note } = await toolchains.for(module, signal);
  if (!toolchain) throw new ProofError(note.message);
  const output = await TemporaryFolder.create();
  try {
    return await job({
      runner,
      binaries: new ProcessRunner(trust, logger, patience),
      toolchain,
      flags: go.buildFlags,
      folder,
      output: output.path,
      env: { ...process.env, ...go.environment },
      signal,
    });
  } finally {
    await output.dispose();
  }
}

export interface ModuleOptions extends TestsHost, Omit<ProveOptions, 'wanted'> {
  /** Top-level benchmarks by name; all when absent. */
  readonly bench: RegExp | undefined;
  /** A benchmark that writes nothing for so long hangs, in milliseconds. */
  readonly patience: number;
}

/**
 * Holds changes of one module against its benchmarks, with the toolchain that compiles it. What stops all of them, such as a missing
 * toolchain, is the outcome of each.
 * @throws UntrustedError, AbortError
 */
export async function proveInModule(
  module: GoModule,
  changes: readonly Change[],
  { patience, bench, ...options }: ModuleOptions,
): Promise<Proofs> {
  const { folder } = module;
  const wanted = (name: string): boolean => bench?.test(name) ?? true;
  try {
    return await withGoTests(module, folder, options, patienceWith(patience), async (tests) => {
      if (tests.toolchain.modules.length === 0)
        throw new ProofError(`${folder} has no go.mod, so its tests cannot be compiled.`);
      const overlays = await OverlayStore.create();
      try {
        return await prove(changes, tests, overlays, { ...options, wanted });
      } finally {
        await overlays.dispose();
      }
    });
  } catch (error) {
    if (!(error instanceof ToolError || error instanceof ProofError)) throw error;
    return { outcomes: changes.map(() => ({ kind: 'failed', reason: error.message })), notes: [] };
  }
}
