/**
 * Starts tools. The only file that imports node:child_process (eslint.config.mjs holds the others off it), because here
 * stands the gate: nothing is started in an untrusted workspace, never through a shell, and nothing outlives its caller.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { beforeLeaving } from './leaving';
import type { Logger } from './logger';
import { processorUseOf, type ProcessorUse } from './processor-time';
import type { TrustGate } from './trust';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ToolRun {
  /** Absolute path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  /** Absolute path of the folder to run in; `PWD` follows it, so that tools keep a path through symbolic links. */
  readonly cwd: string;
  /** The whole environment; nothing is inherited beside it. */
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Called with each chunk as it comes; the memory may be reused afterwards. A stream without a callback is discarded. */
  readonly onStdout?: ((chunk: Uint8Array) => void) | undefined;
  readonly onStderr?: ((chunk: Uint8Array) => void) | undefined;
}

export interface ToolExit {
  /** Exit code, or null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly milliseconds: number;
}

/** The program could not be started, wrote more than was asked for, or hung. The message is for the user. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** Time for a tool to remove its temporary files between the polite signal and the hard one. */
const GRACE_MILLISECONDS = 500;
/** Time for what a tool started to end after it. */
const LEFT_BEHIND_MILLISECONDS = 1000;

/** A program that stays and is talked to. */
export interface Dialogue {
  /** To its standard input; nothing happens once it has ended. */
  send(text: string): void;
  /** From now on it counts as hanging, and is ended, when it is still for longer than its patience; until the call of what is returned. */
  expect(): () => void;
  /** Ends it and everything that it started. */
  end(): void;
  /** Once it and its output have ended, for whatever reason: a clause for a sentence about it, such as "it ended with code 2". */
  readonly ended: Promise<string>;
}

/** How long a program may be still, in milliseconds, before it counts as hanging. */
export interface Patience {
  /**
   * Without a word and without using the processor: it waits, for a lock, a drive of the network, an answer. Where the
   * system does not tell processor time, only `silent` counts.
   */
  readonly idle: number;
  /** Without a word: it may compute for ever. */
  readonly silent: number;
}

const defaultPatience: Patience = { idle: 60_000, silent: 10 * 60_000 };

export class ProcessRunner {
  constructor(
    private readonly trust: TrustGate,
    private readonly logger: Logger,
    private readonly patience: Patience = defaultPatience,
  ) {}

  get trusted(): boolean {
    return this.trust.trusted;
  }

  /**
   * Resolves when the program and its output have ended, whatever the exit code.
   *
   * @throws UntrustedError when the workspace is not trusted, ToolError when the program cannot be started or hangs, and
   * the abort reason (AbortError) once the process tree is gone after `signal` fired. An exception of a callback ends the
   * process and is thrown on.
   */
  async run(run: ToolRun): Promise<ToolExit> {
    const name = path.basename(run.command);
    this.trust.require(`“${name}”`);
    run.signal?.throwIfAborted();
    if (!path.isAbsolute(run.command)) {
      throw new ToolError(`“${run.command}” was not started because it is not an absolute path.`);
    }
    const started = performance.now();
    this.logger.debug(`${run.cwd}: ${name} ${run.args.join(' ')}`);

    const { child, untrack } = start(run);
    return new Promise<ToolExit>((resolve, reject) => {
      const stillness = new Stillness(child, this.patience, (how) =>
        end(new ToolError(`“${name}” in ${run.cwd} was ended: ${how}.`)),
      );
      let failure: unknown;
      let hard: NodeJS.Timeout | undefined;
      const end = (reason: unknown): void => {
        if (failure !== undefined) return;
        failure = reason ?? new DOMException('The operation was aborted.', 'AbortError');
        killTree(child, 'SIGINT');
        hard = setTimeout(() => killTree(child, 'SIGKILL'), GRACE_MILLISECONDS);
      };
      const onAbort = (): void => end(run.signal?.reason);
      run.signal?.addEventListener('abort', onAbort, { once: true });

      const receive = (callback: ((chunk: Uint8Array) => void) | undefined) => (chunk: Uint8Array) => {
        stillness.heard();
        if (failure !== undefined) return;
        try {
          callback?.(chunk);
        } catch (error) {
          end(error ?? new Error('A callback failed.'));
        }
      };
      child.stdout?.on('data', receive(run.onStdout));
      child.stderr?.on('data', receive(run.onStderr));

      const settle = (action: () => void): void => {
        clearTimeout(hard);
        stillness.end();
        run.signal?.removeEventListener('abort', onAbort);
        // Grandchildren that the tool left behind end with it.
        killTree(child, 'SIGKILL');
        untrack();
        action();
      };
      child.once('error', (error: NodeJS.ErrnoException) => {
        if (child.pid !== undefined) return end(error);
        settle(() => reject(new ToolError(startFailure(run, error))));
      });
      child.once('exit', () => {
        // A grandchild that was left behind with the pipes would keep `close` from coming.
        clearTimeout(hard);
        hard = setTimeout(
          () => killTree(child, 'SIGKILL'),
          failure === undefined ? LEFT_BEHIND_MILLISECONDS : 0,
        );
      });
      child.once('close', (code, signal) => {
        const milliseconds = performance.now() - started;
        this.logger.trace(
          `${name} ended after ${Math.round(milliseconds)} ms with ${signal ?? `exit code ${code}`}`,
        );
        settle(() => (failure === undefined ? resolve({ code, signal, milliseconds }) : reject(failure)));
      });
    });
  }

  /**
   * Starts a program that stays until `end` is called, or this process ends.
   *
   * @param patience while something is expected of it
   * @throws UntrustedError when the workspace is not trusted
   */
  converse(run: Omit<ToolRun, 'signal'>, patience: Patience): Dialogue {
    const name = path.basename(run.command);
    this.trust.require(`“${name}”`);
    this.logger.debug(`${run.cwd}: ${name} ${run.args.join(' ')} (stays)`);
    const { child, untrack } = start(run, 'pipe');
    let cause: string | undefined;
    const end = (why: string): void => {
      cause ??= why;
      killTree(child, 'SIGKILL');
    };
    child.stdout?.on('data', (chunk: Uint8Array) => run.onStdout?.(chunk));
    child.stderr?.on('data', (chunk: Uint8Array) => run.onStderr?.(chunk));
    // What it does not read any more is lost; `ended` tells.
    child.stdin?.on('error', () => {});
    const ended = new Promise<string>((resolve) => {
      const settle = (why: string): void => {
        killTree(child, 'SIGKILL');
        untrack();
        resolve(cause ?? why);
      };
      child.once('error', (error: NodeJS.ErrnoException) => settle(startFailure(run, error)));
      child.once('exit', (code, signal) => {
        child.stdin?.destroy();
        settle(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`);
      });
    });
    return {
      send: (text) => void child.stdin?.write(text),
      expect: () => {
        const stillness = new Stillness(child, patience, end);
        const stop = (): void => stillness.end();
        void ended.then(stop);
        return stop;
      },
      end: () => end('it was not needed any more'),
      ended,
    };
  }

  /**
   * Runs a tool whose output is small and gives it as text.
   *
   * @throws ToolError when either stream exceeds `limit` bytes; otherwise as `run`.
   */
  async text(
    run: Omit<ToolRun, 'onStdout' | 'onStderr'>,
    limit = 4 * 1024 * 1024,
  ): Promise<ToolExit & { readonly stdout: string; readonly stderr: string }> {
    const collect = (stream: string) => {
      const chunks: Uint8Array[] = [];
      let length = 0;
      return {
        add(chunk: Uint8Array): void {
          length += chunk.length;
          if (length > limit) {
            throw new ToolError(
              `“${path.basename(run.command)}” wrote more than ${limit} bytes to ${stream}.`,
            );
          }
          chunks.push(Uint8Array.from(chunk));
        },
        text: () => Buffer.concat(chunks).toString('utf8'),
      };
    };
    const stdout = collect('its output');
    const stderr = collect('its error output');
    const exit = await this.run({
      ...run,
      onStdout: (chunk) => stdout.add(chunk),
      onStderr: (chunk) => stderr.add(chunk),
    });
    return { ...exit, stdout: stdout.text(), stderr: stderr.text() };
  }
}

/**
 * A process group of its own, so that the tree can be ended as one. It does not hear Ctrl-C and does not end with us, so we
 * end it; and we are ready for that before it starts, because a signal that comes while `spawn` returns would leave it.
 */
function start(
  run: ToolRun,
  stdin: 'ignore' | 'pipe' = 'ignore',
): { readonly child: ChildProcess; readonly untrack: () => void } {
  let child: ChildProcess | undefined;
  const untrack = beforeLeaving(() => child && killTree(child, 'SIGKILL'));
  try {
    child = spawn(run.command, run.args, {
      cwd: run.cwd,
      env: { ...run.env, PWD: run.cwd },
      shell: false,
      windowsHide: true,
      detached: process.platform !== 'win32',
      stdio: [stdin, run.onStdout ? 'pipe' : 'ignore', run.onStderr ? 'pipe' : 'ignore'],
    });
  } catch (error) {
    untrack();
    throw error;
  }
  return { child, untrack };
}

function startFailure(run: ToolRun, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return `“${run.command}” could not be started: the file or the folder ${run.cwd} does not exist.`;
    case 'EACCES':
      return `“${run.command}” could not be started: it is not an executable file, or access to it is denied.`;
    default:
      return `“${run.command}” could not be started: ${error.message}.`;
  }
}

/** Ends the process and everything that it started. Never throws: what is gone is gone. */
function killTree(child: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    // There are no signals and no groups; a tree can be walked only while its root lives.
    if (child.exitCode !== null || child.signalCode !== null) return;
    const taskkill = path.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    spawnSync(taskkill, ['/PID', String(pid), '/T', '/F'], { windowsHide: true, stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is empty.
  }
}

/** Watches whether a program does anything. */
class Stillness {
  readonly #timer: NodeJS.Timeout;
  #seen = performance.now();
  #wordAt = this.#seen;
  #moveAt = this.#seen;
  #ticks: number | undefined;
  #looks = false;
  #ended = false;

  /** @param onHang gets what completes "it was ended: …" */
  constructor(
    private readonly child: ChildProcess,
    private readonly patience: Patience,
    private readonly onHang: (how: string) => void,
  ) {
    this.#timer = setInterval(() => void this.#look(), Math.min(10_000, patience.idle / 4));
  }

  heard(): void {
    this.#wordAt = this.#moveAt = performance.now();
  }

  end(): void {
    this.#ended = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    // Where a look takes longer than the time between two, the next is left out.
    if (this.#looks) return;
    this.#looks = true;
    try {
      const pid = this.#spoke();
      if (pid === undefined) return;
      const wordAt = this.#wordAt;
      const use = await processorUseOf(pid);
      // It was heard meanwhile, or has ended.
      if (this.#ended || wordAt !== this.#wordAt) return;
      this.#moved(use);
    } finally {
      this.#looks = false;
    }
  }

  /** The process whose use of the processor tells whether it hangs: undefined while that is certain without. */
  #spoke(): number | undefined {
    const now = performance.now();
    // The machine slept, or a debugger held us: that was no one's silence.
    if (now - this.#seen > this.patience.idle) this.heard();
    this.#seen = now;
    const { silent } = this.patience;
    if (now - this.#wordAt > silent) this.#hang(`it has not written anything for ${duration(silent)}`);
    else if (this.#wordAt < now) return this.child.pid;
    return undefined;
  }

  #moved(use: ProcessorUse | undefined): void {
    const now = performance.now();
    const { idle } = this.patience;
    // On a machine that is overloaded, a program that is ready to go on may get no processor for long.
    if (use === undefined || use.runnable || use.ticks !== this.#ticks) {
      this.#ticks = use?.ticks;
      this.#moveAt = now;
    } else if (now - this.#moveAt > idle)
      this.#hang(
        `it has neither written nor computed anything for ${duration(idle)}, so it waits for something, such as a lock or a drive of the network`,
      );
  }

  #hang(how: string): void {
    this.end();
    this.onHang(how);
  }
}

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}
