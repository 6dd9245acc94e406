/**
 * Starts tools. The only file that imports node:child_process (eslint.config.mjs holds the others off it), because here
 * stands the gate: nothing is started in an untrusted workspace, never through a shell, and nothing outlives its caller.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Logger } from './logger';
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

/** The program could not be started or wrote more than was asked for. The message is for the user. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** Time for a tool to remove its temporary files between the polite signal and the hard one. */
const GRACE_MILLISECONDS = 500;
/** Time for what a tool started to end after it. */
const LEFT_BEHIND_MILLISECONDS = 1000;

export class ProcessRunner {
  constructor(
    private readonly trust: TrustGate,
    private readonly logger: Logger,
  ) {}

  get trusted(): boolean {
    return this.trust.trusted;
  }

  /**
   * Resolves when the program and its output have ended, whatever the exit code.
   *
   * @throws UntrustedError when the workspace is not trusted, ToolError when the program cannot be started, and the
   * abort reason (AbortError) once the process tree is gone after `signal` fired. An exception of a callback ends the
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

    const child = tracked(() =>
      spawn(run.command, run.args, {
        cwd: run.cwd,
        env: { ...run.env, PWD: run.cwd },
        shell: false,
        windowsHide: true,
        // A process group of its own, so that the tree can be ended as one.
        detached: process.platform !== 'win32',
        stdio: ['ignore', run.onStdout ? 'pipe' : 'ignore', run.onStderr ? 'pipe' : 'ignore'],
      }),
    );

    return new Promise<ToolExit>((resolve, reject) => {
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
        run.signal?.removeEventListener('abort', onAbort);
        // Grandchildren that the tool left behind end with it.
        killTree(child, 'SIGKILL');
        untrack(child);
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

const running = new Set<ChildProcess>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A process group of its own does not hear Ctrl-C and does not end with us: so we end it. We listen before it starts,
 * because a signal that comes while `spawn` returns would otherwise end us and leave it behind.
 */
function tracked(start: () => ChildProcess): ChildProcess {
  if (running.size === 0) listen();
  try {
    const child = start();
    running.add(child);
    return child;
  } finally {
    if (running.size === 0) stopListening();
  }
}

function untrack(child: ChildProcess): void {
  if (running.delete(child) && running.size === 0) stopListening();
}

function listen(): void {
  process.on('exit', killAll);
  for (const signal of signals) process.on(signal, onSignal);
}

function stopListening(): void {
  process.off('exit', killAll);
  for (const signal of signals) process.off(signal, onSignal);
}

function killAll(): void {
  for (const child of running) killTree(child, 'SIGKILL');
}

function onSignal(signal: NodeJS.Signals): void {
  killAll();
  // Without our listener the signal would have ended this process: it still shall, unless someone else listens.
  if (process.listenerCount(signal) > 1) return;
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}
