import path from 'node:path';
import { entriesOf, readWhole } from '../host/files';
import { onPath } from '../host/on-path';
import { writeOutput } from '../host/output';
import { ProcessRunner } from '../host/process';
import { TemporaryFolder } from '../host/temporary-folder';
import { mergeV8 } from '../profile/v8-merge';
import { endless, RecordingError, type RecordRun } from './recording';

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
 * @throws RecordingError when there is no such command, or nothing was recorded
 */
export async function recordNode(
  run: NodeRun,
): Promise<{ readonly code: number | null; readonly recorded: number }> {
  const [name, ...args] = run.command;
  const command = await onPath(name!, run.cwd, process.env);
  if (command === undefined)
    throw new RecordingError(`There is no program called ${name}, neither here nor on the PATH.`);
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
      throw new RecordingError(
        `${name} ran no JavaScript of this folder, so nothing was recorded: record the command that runs the program, such as “node server.js” or “npm test”.`,
      );
    const recorded = { interval: run.interval, collected: true, node: process.version, command: run.command };
    await writeOutput(run.out, mergeV8(texts, recorded)).catch((error: unknown) => {
      throw new RecordingError(`${run.out}: ${(error as Error).message}`);
    });
    return { code, recorded: texts.length };
  } finally {
    clearTimeout(timeout);
    await folder.dispose();
  }
}
