import { devNull } from 'node:os';
import path from 'node:path';
import { onPath } from '../host/on-path';
import { ToolError, type Environment, type ProcessRunner } from '../host/process';
import type { TemporaryFolder } from '../host/temporary-folder';

/** What git could not do, or what is not there. The message is a sentence for the user. */
export class GitError extends Error {
  override readonly name = 'GitError';
}

export interface Commit {
  /** 40 or 64 hexadecimal digits. */
  readonly hash: string;
  /** As the user named it. */
  readonly revision: string;
}

/**
 * Reads a repository and writes nothing into it: no checkout in place, no index, no lock, no entry for a worktree. Nothing of the
 * repository is run either: no hook, no filter, no file system monitor, no external diff; nothing is fetched.
 */
export class Repository {
  private constructor(
    private readonly runner: ProcessRunner,
    private readonly command: string,
    private readonly env: Environment,
    /** Absolute and real. */
    readonly root: string,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * The repository that a folder lies in.
   * @param environment of the user
   * @throws GitError when there is none, or no git; UntrustedError; AbortError
   */
  static async at(
    folder: string,
    runner: ProcessRunner,
    signal: AbortSignal,
    environment: Environment = process.env,
  ): Promise<Repository> {
    const command = await onPath('git', folder, environment);
    if (command === undefined) throw new GitError('There is no git on the PATH, so no revisions to compare.');
    const first = new Repository(runner, command, quiet(environment, []), folder, signal);
    const root = (await first.#ask(['rev-parse', '--show-toplevel'])).trim();
    if (root === '') throw new GitError(`${folder} has no files of a repository around it.`);
    const drivers = await first.#drivers();
    return new Repository(runner, command, quiet(environment, drivers), path.resolve(root), signal);
  }

  /** @throws GitError when there is no such commit */
  async commit(revision: string): Promise<Commit> {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
    const hash = (await this.#ask(args).catch(() => '')).trim();
    if (!/^[0-9a-f]{40,64}$/.test(hash))
      throw new GitError(
        `There is no commit ${revision} in ${this.root}. A shallow clone has only its last ones: fetch it first (actions/checkout: fetch-depth: 0).`,
      );
    return { hash, revision };
  }

  /** Where the histories of two commits part. */
  async mergeBase(a: Commit, b: Commit): Promise<Commit> {
    const hash = (await this.#ask(['merge-base', a.hash, b.hash]).catch(() => '')).trim();
    if (hash === '')
      throw new GitError(`${a.revision} and ${b.revision} have no common commit in ${this.root}.`);
    return { hash, revision: hash.slice(0, 12) };
  }

  /**
   * Files that differ, absolute in this repository, sorted.
   * @param to the files as they lie on the disk when undefined, those that git does not know among them
   */
  async changed(from: Commit, to: Commit | undefined): Promise<string[]> {
    const names = await this.#ask([
      'diff',
      '--name-only',
      '-z',
      '--no-renames',
      '--no-ext-diff',
      '--no-textconv',
      '--ignore-submodules=all',
      from.hash,
      ...(to ? [to.hash] : []),
      '--',
    ]);
    const unknown = to ? '' : await this.#ask(['ls-files', '--others', '--exclude-standard', '-z']);
    const all = new Set(`${names}\0${unknown}`.split('\0').filter((name) => name !== ''));
    return [...all].sort().map((name) => path.join(this.root, name));
  }

  /**
   * Writes the files of a commit into a folder of its own; contents that filters would make (LFS) stay what is committed.
   * @returns absolute path of what stands for `root` there
   */
  async checkOut({ hash }: Commit, into: TemporaryFolder): Promise<string> {
    const folder = path.join(into.path, hash.slice(0, 12));
    // Whoever looks for .gitignore files stops here, as it does in the repository.
    await into.put(path.join(hash.slice(0, 12), '.git'), '');
    const env = { GIT_INDEX_FILE: path.join(into.path, `${hash.slice(0, 12)}.index`) };
    await this.#ask(['read-tree', hash], env);
    await this.#ask(['checkout-index', '--all', '--force', `--prefix=${folder}${path.sep}`], env);
    return folder;
  }

  /** Names of the filters that the configuration knows. */
  async #drivers(): Promise<string[]> {
    // Exit code 1: there are none.
    const found = await this.#ask(['config', '-z', '--name-only', '--get-regexp', '^filter\\.'], {}, [0, 1]);
    const names = found.split('\0').flatMap((key) => /^filter\.(.+)\.[^.]+$/s.exec(key)?.[1] ?? []);
    return [...new Set(names)];
  }

  async #ask(
    args: readonly string[],
    more: Environment = {},
    fine: readonly number[] = [0],
  ): Promise<string> {
    const { command, env, signal, root } = this;
    const run = { command, args: ['--no-pager', ...args], cwd: root, env: { ...env, ...more }, signal };
    try {
      const { code, stdout, stderr } = await this.runner.text(run, 64 * 1024 * 1024);
      if (code !== null && fine.includes(code)) return stdout;
      const reason = stderr
        .trim()
        .split('\n')[0]
        ?.replace(/^fatal: /, '')
        .replace(/\.$/, '');
      throw new GitError(`git ${args[0]} failed in ${root}: ${reason || `exit code ${code}`}.`);
    } catch (error) {
      if (error instanceof ToolError) throw new GitError(error.message);
      throw error;
    }
  }
}

/** What git itself takes from the environment and a user may have set for good reason; the rest is about another repository or call. */
const kept =
  /^GIT_(?:CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/;

/** @param drivers filters, by name, that are not to run */
function quiet(environment: Environment, drivers: readonly string[]): Environment {
  const env: Record<string, string | undefined> = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^GIT_/i.test(name) || kept.test(name)),
  );
  Object.assign(env, {
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
  });
  const settings: [string, string][] = [
    ['core.hooksPath', devNull],
    ['core.fsmonitor', 'false'],
    ['protocol.allow', 'never'],
    ...drivers.flatMap((name): [string, string][] => [
      [`filter.${name}.smudge`, ''],
      [`filter.${name}.clean`, ''],
      [`filter.${name}.process`, ''],
      [`filter.${name}.required`, 'false'],
    ]),
  ];
  // Later ones win, and unlike -c a name may have any character.
  let count = Number(env['GIT_CONFIG_COUNT'] ?? 0) || 0;
  for (const [key, value] of settings) {
    env[`GIT_CONFIG_KEY_${count}`] = key;
    env[`GIT_CONFIG_VALUE_${count++}`] = value;
  }
  env['GIT_CONFIG_COUNT'] = String(count);
  return env;
}
