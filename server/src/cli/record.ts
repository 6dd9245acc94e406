import path from 'node:path';
import { findModule } from '../go/plan/module';
import { listPackages } from '../go/plan/packages';
import { entriesOf, exists, readWhole } from '../host/files';
import type { Logger } from '../host/logger';
import { onPath } from '../host/on-path';
import { writeOutput } from '../host/output';
import { ProcessRunner, ToolError } from '../host/process';
import { TemporaryFolder } from '../host/temporary-folder';
import type { TrustGate } from '../host/trust';
import { mergeV8 } from '../profile/v8-merge';
import { buildTests, ProofError, runTests } from '../proof/go-tests';
import { withGoTests } from '../proof/module';
import type { Settings } from '../service/settings';
import { UsageError } from './usage-error';

export interface RecordRun {
  /** Absolute path of the profile to write. */
  readonly out: string;
  /** Bytes between samples. */
  readonly interval: number;
  readonly cwd: string;
  readonly logger: Logger;
  readonly trust: TrustGate;
  readonly signal: AbortSignal;
}

/** A program may be still for as long as it likes: it is the user's. */
const endless = { idle: Infinity, silent: Infinity };

export interface NodeRun extends RecordRun {
  /** Absolute path of the recorder's bundle, see host/v8-recorder.ts. */
  readonly recorder: string;
  readonly command: readonly string[];
  /** After so many seconds the program is ended; undefined: it ends itself. */
  readonly seconds: number | undefined;
  readonly onStdout: (chunk: Uint8Array) => void;
  readonly onStderr: (chunk: Uint8Array) => void;
}

/**
 * Runs a command with the recorder in each of its Node processes and threads.
 * @returns the command's exit code, null when it was ended; and whether processes without code of the folder were left out
 * @throws UsageError when there is no such command, or nothing was recorded
 */
export async function recordNode(
  run: NodeRun,
): Promise<{ readonly code: number | null; readonly recorded: number }> {
  const [name, ...args] = run.command;
  const command = await onPath(name!, run.cwd, process.env);
  if (command === undefined)
    throw new UsageError(`There is no program called ${name}, neither here nor on the PATH.`);
  const folder = await TemporaryFolder.create();
  const timer = new AbortController();
  const timeout = run.seconds === undefined ? undefined : setTimeout(() => timer.abort(), run.seconds * 1000);
  let code: number | null = null;
  try {
    const exit = await new ProcessRunner(run.trust, run.logger, endless)
      .run({
        command,
        args,
        cwd: run.cwd,
        env: {
          ...process.env,
          NODE_OPTIONS:
            `${process.env['NODE_OPTIONS'] ?? ''} --require ${JSON.stringify(run.recorder)}`.trim(),
          ALLOCLENS_RECORD_FOLDER: folder.path,
          ALLOCLENS_RECORD_INTERVAL: String(run.interval),
        },
        signal: AbortSignal.any([run.signal, timer.signal]),
        onStdout: run.onStdout,
        onStderr: run.onStderr,
      })
      .catch((error: unknown) => {
        // Ended by us or by Ctrl+C: what was recorded until then is there.
        if (timer.signal.aborted || run.signal.aborted) return undefined;
        throw error;
      });
    code = exit?.code ?? null;
    const texts: string[] = [];
    for (const { name: file } of await entriesOf(folder.path)) {
      if (!file.endsWith('.heapprofile')) continue;
      const text = (await readWhole(path.join(folder.path, file), Infinity))!.toString('utf8');
      // npm, tsx and the like are Node programs, too: what ran nothing of the folder is not the program.
      if (text.includes(run.cwd)) texts.push(text);
    }
    if (texts.length === 0)
      throw new UsageError(
        `${name} ran no JavaScript of this folder, so nothing was recorded: record the command that runs the program, such as “node server.js” or “npm test”.`,
      );
    const recorded = { interval: run.interval, collected: true, node: process.version, command: run.command };
    await writeOutput(run.out, mergeV8(texts, recorded)).catch((error: unknown) => {
      throw new UsageError(`${run.out}: ${(error as Error).message}`);
    });
    return { code, recorded: texts.length };
  } finally {
    clearTimeout(timeout);
    await folder.dispose();
  }
}

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
 * @throws UsageError when the package has no tests, or they fail
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
      const binary = await buildTests(tests, found.importPath, 'record.test', []);
      await runTests(tests, binary, found.folder, [
        ...(run.test === undefined ? [] : [`-test.run=${run.test}`]),
        ...(run.bench === undefined ? [] : [`-test.bench=${run.bench}`, `-test.benchtime=${run.benchtime}`]),
        `-test.memprofile=${out}`,
        `-test.memprofilerate=${run.interval}`,
      ]);
      if (!exists(out))
        throw new ProofError(`The tests of ${found.importPath} ended without writing ${out}.`);
    });
  } catch (error) {
    if (error instanceof ProofError || error instanceof ToolError) throw new UsageError(error.message);
    throw error;
  }
}
