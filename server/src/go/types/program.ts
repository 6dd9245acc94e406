import { createHash } from 'node:crypto';
import path from 'node:path';
import { CacheFolder } from '../../host/cache-folder';
import { isExecutable, readBytes } from '../../host/files';
import { ToolError, type Environment, type ProcessRunner } from '../../host/process';
import { TemporaryFolder } from '../../host/temporary-folder';
import { failureIn, reasonsOf } from '../plan/failure';
import type { GoToolchain } from '../plan/toolchain';

/** Programs that are kept: one for each toolchain and version of the sources. */
const kept = 6;
/** What the program is made of. */
const sources = ['go.mod', 'main.go', 'answer.go'];
const binary = process.platform === 'win32' ? 'typechecker.exe' : 'typechecker';

/**
 * Builds the type checker (server/typechecker) with the toolchain that compiles the user's code, because it reads that
 * toolchain's export data. Once: it is kept in a folder of this user alone.
 */
export class TypeCheckerProgram {
  #temporary: Promise<TemporaryFolder> | undefined;

  /**
   * @param folder absolute, of the sources
   * @param home of the cache; the user's unless given
   */
  constructor(
    private readonly runner: ProcessRunner,
    private readonly folder: string,
    private readonly home?: string,
  ) {}

  /**
   * The absolute path of the program, ready to be started.
   * @throws UntrustedError; another Error when it cannot be built, with a sentence
   */
  async for(toolchain: GoToolchain, signal: AbortSignal): Promise<string> {
    const hash = createHash('sha256');
    for (const name of sources) hash.update(await readBytes(path.join(this.folder, name))).update('\0');
    hash.update([toolchain.versionText, toolchain.goroot, process.platform, process.arch].join('\0'));
    const key = hash.digest('hex').slice(0, 32);
    const build = (folder: string): Promise<void> => this.#build(toolchain, folder, signal);
    try {
      const cache = await CacheFolder.open('typechecker', kept, this.home);
      return path.join((await cache.find(key)) ?? (await cache.put(key, build)), binary);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ToolError) throw error;
    }
    // Nothing can be kept: it is built for this process alone.
    this.#temporary ??= TemporaryFolder.create();
    const folder = path.join((await this.#temporary).path, key);
    await build(folder);
    return path.join(folder, binary);
  }

  async #build(toolchain: GoToolchain, folder: string, signal: AbortSignal): Promise<void> {
    const own = path.join(toolchain.goroot, 'bin', path.basename(toolchain.go));
    const { stderr, ...exit } = await this.runner.text({
      command: (await isExecutable(own)) ? own : toolchain.go,
      args: ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', path.join(folder, binary), '.'],
      cwd: this.folder,
      env: environmentOf(toolchain),
      signal,
    });
    if (exit.code !== 0)
      throw new ToolError(
        `The type checker was not built. ${failureIn(this.folder, reasonsOf(stderr), exit)}`,
      );
  }

  async dispose(): Promise<void> {
    await (await this.#temporary?.catch(() => undefined))?.dispose();
  }
}

/** Nothing of the user's project: the program is for this machine, of the standard library, and needs no C compiler. */
function environmentOf({ env, gocache }: GoToolchain): Environment {
  return {
    ...env,
    GOENV: 'off',
    GOCACHE: gocache,
    GOFLAGS: '',
    GOWORK: 'off',
    GO111MODULE: 'on',
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
    GOOS: undefined,
    GOARCH: undefined,
    GOEXPERIMENT: undefined,
    GODEBUG: undefined,
  };
}
