import path from 'node:path';
import { entriesOf, ownProgram, readText } from '../../host/files';
import { jobVariable, type Answer, type Job, type JobPlace } from '../../host/benchmarked/job';
import { onPath } from '../../host/on-path';
import { ToolError, type ProcessRunner } from '../../host/process';
import type { TemporaryFolder } from '../../host/temporary-folder';
import { parsedJson } from '../../text/json';
import { ProofError } from '../proof-error';

/** What runs benchmark files. */
export interface NodePrograms {
  readonly runner: ProcessRunner;
  /** Absolute path of the `node` on the PATH. */
  readonly node: string;
  readonly folder: TemporaryFolder;
  readonly signal: AbortSignal;
}

/** Loaded into each program. */
const hooks = ownProgram(__dirname, 'benchmarked.js', '../../host/benchmarked/main.js');

/**
 * The `node` on the PATH.
 * @throws ProofError when there is none, or it cannot put another text in the place of a module; UntrustedError, AbortError
 */
export async function usableNode(runner: ProcessRunner, cwd: string, signal: AbortSignal): Promise<string> {
  const node = await onPath('node', cwd, process.env);
  if (node === undefined)
    throw new ProofError('There is no program called node on the PATH, so no benchmark can be run.');
  const { stdout } = await runner.text({
    command: node,
    args: ['-p', 'JSON.stringify([process.version, typeof require("node:module").registerHooks])'],
    cwd,
    env: process.env,
    signal,
  });
  const [version, has] = (parsedJson(stdout) as string[] | undefined) ?? [];
  if (has !== 'function')
    throw new ProofError(
      `The node on the PATH (${node}, ${version ?? 'of an unknown version'}) has no module.registerHooks, by which a fix is put in the place of a module as it is loaded: put Node 22.15 or newer first on the PATH.`,
    );
  return node;
}

export interface ProgramRun {
  /** Real path of the benchmark file. */
  readonly file: string;
  /** What Node is started with, the benchmark file among it. */
  readonly args: readonly string[];
  /** Absolute; where it runs. */
  readonly cwd: string;
  /** Real path of a module → text. */
  readonly texts: ReadonlyMap<string, string>;
  readonly places?: readonly JobPlace[];
  readonly without: readonly string[];
  readonly length: Job['length'];
}

/**
 * Runs a benchmark file once.
 * @returns what each of its threads did
 * @throws ProofError when it fails, hangs or floods its output, AbortError
 */
export async function runProgram(
  { runner, node, folder, signal }: NodePrograms,
  { file, args, cwd, texts, places, without, length }: ProgramRun,
): Promise<Answer[]> {
  const name = `run-${process.hrtime.bigint()}`;
  const out = path.join(folder.path, name);
  const order: Job = {
    out,
    main: file,
    texts: Object.fromEntries(texts),
    without,
    length,
    ...(places && { places }),
  };
  const job = await folder.put(path.join(name, 'job.json'), JSON.stringify(order));
  const options = [process.env['NODE_OPTIONS'] ?? '', `--require ${JSON.stringify(hooks)}`].join(' ').trim();
  try {
    const {
      code,
      signal: killed,
      stdout,
      stderr,
    } = await runner
      .text({
        command: node,
        args,
        cwd,
        env: { ...process.env, NODE_OPTIONS: options, [jobVariable]: job },
        signal,
      })
      .catch((error: unknown) => {
        if (error instanceof ToolError) throw new ProofError(error.message);
        throw error;
      });
    if (code !== 0) {
      const reason =
        reasonIn(stderr) ??
        reasonIn(stdout) ??
        (killed === null ? `exit code ${code}` : `ended by ${killed}`);
      throw new ProofError(`It failed: ${reason.replace(/\.$/, '')}.`);
    }
    const answers: Answer[] = [];
    for (const entry of await entriesOf(out)) {
      if (entry.name === 'job.json') continue;
      const answer = parsedJson((await readText(path.join(out, entry.name))).text);
      if (answer) answers.push(answer as Answer);
    }
    return answers;
  } finally {
    await folder.remove(job);
  }
}

/** The error that ended a Node program, in one line; undefined when its error output holds none. */
export function reasonIn(stderr: string): string | undefined {
  const lines = stderr.split(/\r?\n/).map((line) => line.trim().replace(/^Uncaught /, ''));
  const found = lines.findLast(
    (line) => /^\w+(?: \[\w+\])?: /.test(line) && /^\w*(?:Error|Exception)/.test(line),
  );
  return found?.slice(0, 300);
}
