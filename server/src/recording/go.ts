import path from 'node:path';
import { findModule } from '../go/plan/module';
import { listPackages } from '../go/plan/packages';
import { exists } from '../host/files';
import { ToolError } from '../host/process';
import { buildTests, runTests } from '../proof/go-tests';
import { ProofError } from '../proof/proof-error';
import { withGoTests } from '../proof/module';
import type { Settings } from '../service/settings';
import { endless, RecordingError, type RecordRun } from './recording';

export interface GoRun extends RecordRun {
  /** Absolute folder of the package. */
  readonly folder: string;
  /** What to run: regular expressions as `go test` takes them. */
  readonly bench: string | undefined;
  readonly test: string | undefined;
  readonly benchtime: string;
  readonly settings: Settings;
}

/**
 * Runs benchmarks or tests of one Go package with a heap profile. Garbage is in it: Go counts what was ever allocated.
 * @throws RecordingError when the package has no tests, or they fail
 */
export async function recordGo(run: GoRun): Promise<void> {
  const { folder, out, settings, signal } = run;
  const module = await findModule(path.join(folder, 'x.go'));
  try {
    await withGoTests(module, folder, run, endless, async (tests) => {
      const { runner, toolchain } = tests;
      const [found] = await listPackages(runner, toolchain, folder, settings.go.buildFlags, ['.'], signal);
      if (!found || found.testFiles.length === 0)
        throw new ProofError(`${folder} has no Go tests, so there is nothing to record.`);
      const binary = await buildTests(tests, found, 'record.test', []);
      await runTests(tests, binary, [
        ...(run.test === undefined ? [] : [`-test.run=${run.test}`]),
        ...(run.bench === undefined ? [] : [`-test.bench=${run.bench}`, `-test.benchtime=${run.benchtime}`]),
        `-test.memprofile=${out}`,
        `-test.memprofilerate=${run.interval}`,
      ]);
      if (!exists(out))
        throw new ProofError(`The tests of ${found.importPath} ended without writing ${out}.`);
    });
  } catch (error) {
    if (error instanceof ProofError || error instanceof ToolError) throw new RecordingError(error.message);
    throw error;
  }
}
