import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Note, WayOut } from '../../../../rules/model';
import type { GoVersion } from '../../../../rules/go/rule';
import { atLeast } from '../../../../rules/go/syntax/version';
import { entriesOf, isExecutable, readBytes } from '../../host/files';
import type { Logger } from '../../host/logger';
import { onPath } from '../../host/on-path';
import { ToolError, type Environment, type ProcessRunner } from '../../host/process';
import { UntrustedError } from '../../host/trust';
import { failureIn, reasonsOf } from './failure';
import { neutraliseGoFlags } from './go-flags';
import type { GoModule } from './module';
import { offline } from './offline';

/** Where `go` is and how it was found; or that it is not, and what to do. `why` is a sentence for the user. */
export type GoCommand =
  | { readonly path: string; readonly why: string }
  | { readonly path: undefined; readonly why: string; readonly wayOut: WayOut };

export interface FindOptions {
  /** The setting `alloclens.go.path`, or empty. */
  readonly configured?: string;
  readonly env?: Environment;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
  /** Installation folders to look in last; the platform's usual ones unless given. */
  readonly usualFolders?: readonly string[];
}

/** A module that the go command works on: the one of go.mod, or those of go.work. */
export interface MainModule {
  readonly path: string;
  readonly folder: string;
  /** From the `go` line of go.mod; the language version of its packages. */
  readonly language: GoVersion;
}

/** The toolchain that compiles one module, asked in the module's folder because GOTOOLCHAIN may switch there. */
export interface GoToolchain {
  readonly go: string;
  readonly why: string;
  readonly version: GoVersion;
  /** `go1.26.8`. */
  readonly versionText: string;
  readonly goroot: string;
  readonly modcache: string;
  readonly gopath: string;
  /** The build cache. */
  readonly gocache: string;
  readonly goos: string;
  readonly goarch: string;
  /** GO111MODULE=off: packages are found below GOPATH. */
  readonly gopathMode: boolean;
  readonly folder: string;
  readonly modules: readonly MainModule[];
  /** The whole environment for the go command: the user's without the network (offline.ts), GOFLAGS neutralised. */
  readonly env: Environment;
  /** The environment for the compiler, when it is started without the go command. */
  readonly compilerEnv: Environment;
  /** What was ignored of the user's settings. */
  readonly notes: readonly Note[];
}

export type ToolchainAnswer =
  | { readonly toolchain: GoToolchain; readonly note: undefined }
  | { readonly toolchain: undefined; readonly note: Note };

/** The oldest version whose output is known. */
export const OLDEST_VERSION: GoVersion = { major: 1, minor: 19 };

/**
 * Finds the go command: the setting, GOROOT, PATH, then the usual installation folders. A setting that is wrong is said,
 * not passed over. Starts nothing.
 */
export async function findGo(options: FindOptions = {}): Promise<GoCommand> {
  const platform = options.platform ?? process.platform;
  const env = options.env ?? process.env;
  const home = options.home ?? homedir();
  const name = platform === 'win32' ? 'go.exe' : 'go';

  const configured = options.configured?.trim() ?? '';
  if (configured !== '') {
    const setting = '“alloclens.go.path”';
    if (!path.isAbsolute(configured)) {
      return {
        path: undefined,
        why: `${setting} is ${configured}; it must be an absolute path of the go command.`,
        wayOut: 'goPath',
      };
    }
    for (const candidate of [configured, path.join(configured, name), path.join(configured, 'bin', name)]) {
      if (await isExecutable(candidate))
        return { path: candidate, why: `${candidate}, from the setting ${setting}` };
    }
    return {
      path: undefined,
      why: `${setting} is ${configured}, where there is no executable file. Correct the setting, or empty it to have Go searched for.`,
      wayOut: 'goPath',
    };
  }

  const goroot = env['GOROOT'];
  if (goroot !== undefined && path.isAbsolute(goroot)) {
    const candidate = path.join(goroot, 'bin', name);
    if (await isExecutable(candidate))
      return { path: candidate, why: `${candidate}, from the variable GOROOT` };
  }

  const found = await onPath(name, path.sep, env, platform);
  if (found !== undefined) return { path: found, why: `${found}, from the PATH` };

  const usual = options.usualFolders ?? usualFolders(platform, env, home);
  for (const folder of [...usual, ...(await sdkFolders(home))]) {
    const candidate = path.join(folder, name);
    if (await isExecutable(candidate)) {
      return {
        path: candidate,
        why: `${candidate}, a usual installation folder (the PATH has no go command)`,
      };
    }
  }
  return {
    path: undefined,
    why: 'No go command was found: not by GOROOT, not on the PATH, not in the usual installation folders. Install Go from https://go.dev/dl, or set “alloclens.go.path”.',
    wayOut: 'install',
  };
}

function usualFolders(platform: NodeJS.Platform, env: Environment, home: string): string[] {
  if (platform === 'win32') {
    const programs = [
      env['ProgramFiles'],
      env['ProgramW6432'],
      env['ProgramFiles(x86)'],
      'C:\\Program Files',
    ];
    return [
      ...programs.filter((folder) => folder !== undefined).map((folder) => path.join(folder, 'Go', 'bin')),
      'C:\\Go\\bin',
      path.join(home, 'scoop', 'apps', 'go', 'current', 'bin'),
    ];
  }
  const folders = ['/usr/local/go/bin', '/usr/lib/go/bin', '/usr/lib/golang/bin'];
  folders.push(path.join(home, '.local', 'go', 'bin'), path.join(home, '.go', 'bin'));
  // Homebrew on Apple silicon, on Intel, and on Linux.
  folders.push('/opt/homebrew/bin', '/opt/homebrew/opt/go/bin', '/usr/local/opt/go/bin');
  folders.push('/home/linuxbrew/.linuxbrew/bin', '/opt/local/bin');
  // Editors installed as a snap do not have /snap/bin on their PATH.
  if (platform === 'linux') folders.push('/snap/bin', '/snap/go/current/bin');
  return folders;
}

/** `golang.org/dl/go1.26.8 download` installs below ~/sdk; the newest first. */
async function sdkFolders(home: string): Promise<string[]> {
  const installed = await entriesOf(path.join(home, 'sdk'));
  const order = new Intl.Collator('en', { numeric: true });
  return installed
    .map(({ name }) => name)
    .filter((name) => /^go1\.\d/.test(name))
    .sort((a, b) => order.compare(b, a))
    .map((name) => path.join(home, 'sdk', name, 'bin'));
}

/** `go1.26.8`, `go1.27rc1`, `devel go1.28-a1b2c3 …`, or a go.mod's `1.24.0`. */
export function parseGoVersion(text: string): GoVersion | undefined {
  const match = /(?:^|\bgo)(\d+)\.(\d+)/.exec(text.trim());
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

const ENV_NAMES = [
  'GOVERSION',
  'GOROOT',
  'GOMOD',
  'GOWORK',
  'GOFLAGS',
  'GOMODCACHE',
  'GOPATH',
  'GOCACHE',
  'GOOS',
  'GOARCH',
  'GO111MODULE',
] as const;

/** What the go command tells the compiler by its environment (cmd/go/internal/envcmd, MkEnv; internal/buildcfg). */
const COMPILER_ENV = [
  'GOROOT',
  'GOOS',
  'GOARCH',
  'GOEXPERIMENT',
  ...['GO386', 'GOAMD64', 'GOARM', 'GOARM64', 'GOMIPS', 'GOMIPS64', 'GOPPC64', 'GORISCV64', 'GOWASM'],
];

export interface ToolchainsOptions {
  readonly runner: ProcessRunner;
  readonly logger: Logger;
  /** The setting `alloclens.go.path`. */
  readonly configured?: string;
  /** The environment to start from; the process's own unless given. */
  readonly env?: Environment;
  /** The setting `alloclens.go.environment`. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly find?: (options: FindOptions) => Promise<GoCommand>;
}

/**
 * Answers which toolchain compiles a module. One `go env` and one `go list -m` per module folder, asked again when
 * go.mod or go.work changed.
 */
export class Toolchains {
  private command: Promise<GoCommand> | undefined;
  private readonly known = new Map<string, { stamp: string; answer: Promise<ToolchainAnswer> }>();
  private readonly env: Environment;

  constructor(private readonly options: ToolchainsOptions) {
    this.env = { ...(options.env ?? process.env), ...options.environment };
  }

  /** Where the go command is; searched once. */
  go(): Promise<GoCommand> {
    this.command ??= (this.options.find ?? findGo)({
      configured: this.options.configured ?? '',
      env: this.env,
    }).then((command) => {
      this.options.logger.info(command.path === undefined ? command.why : `Go: ${command.why}.`);
      return command;
    });
    return this.command;
  }

  /** Forgets everything: settings or installed toolchains changed. */
  reset(): void {
    this.command = undefined;
    this.known.clear();
  }

  /**
   * Never throws for a reason that the user can be told. Rejects with the abort reason when `signal` fires.
   *
   * @throws UntrustedError in an untrusted workspace.
   */
  async for(module: GoModule, signal?: AbortSignal): Promise<ToolchainAnswer> {
    const stamp = await contentStamp([module.moduleFile, module.workFile]);
    const known = this.known.get(module.folder);
    signal?.throwIfAborted();
    let answer = known?.stamp === stamp ? known.answer : undefined;
    if (!answer) {
      // Shared by everyone who waits for this module, so no single caller's signal may end it.
      const asked = this.ask(module);
      this.known.set(module.folder, { stamp, answer: asked });
      // What was refused may be mended outside go.mod (trust, an installation): it is asked again next time.
      asked.then(
        ({ toolchain }) => !toolchain && this.forget(module.folder, asked),
        () => this.forget(module.folder, asked),
      );
      answer = asked;
    }
    const result = await answer;
    signal?.throwIfAborted();
    return result;
  }

  private forget(folder: string, answer: Promise<ToolchainAnswer>): void {
    if (this.known.get(folder)?.answer === answer) this.known.delete(folder);
  }

  private async ask(module: GoModule): Promise<ToolchainAnswer> {
    const { folder } = module;
    const refuse = (message: string, wayOut: WayOut = 'log'): ToolchainAnswer => ({
      toolchain: undefined,
      note: { file: folder, message, wayOut },
    });
    const command = await this.go();
    if (command.path === undefined) return refuse(command.why, command.wayOut);
    const go = command.path;
    const run = (args: readonly string[], env: Environment) =>
      this.options.runner.text({ command: go, args, cwd: folder, env });

    const base = offline(this.env);
    // A source file of another toolchain, opened from the module cache, belongs to that toolchain.
    const other = /golang\.org[\\/]toolchain@v[\d.]+-(go[\w.]+?)\.\w+-\w+(?:[\\/]|$)/.exec(folder)?.[1];
    if (other !== undefined) base['GOTOOLCHAIN'] = other;

    try {
      const asked = await run(['env', '-json', ...ENV_NAMES, ...COMPILER_ENV], base);
      if (asked.code !== 0) return refuse(failureIn(folder, reasonsOf(asked.stderr), asked));
      const values = parseEnv(asked.stdout);
      const version = values && parseGoVersion(values.GOVERSION);
      if (!values || !version) return refuse(`“${go} env” gave no Go version in ${folder}.`);
      if (!atLeast(version, OLDEST_VERSION.major, OLDEST_VERSION.minor)) {
        return refuse(
          `${values.GOVERSION} compiles ${folder}; AllocLens needs Go ${OLDEST_VERSION.major}.${OLDEST_VERSION.minor} or newer.`,
          'install',
        );
      }

      const kept = neutraliseGoFlags(values.GOFLAGS);
      const notes: Note[] = kept.notes.map((message) => ({ message }));
      const env: Record<string, string | undefined> = { ...base, GOFLAGS: kept.flags };
      const gopathMode = values.GO111MODULE === 'off';
      let modules: MainModule[] | undefined;
      if (module.moduleFile !== undefined && !gopathMode) {
        modules = await this.mainModules(run, env);
        if (modules && inWorkspace(values.GOWORK) && !modules.some((main) => same(main.folder, folder))) {
          // Without this, go refuses every package of a module that go.work does not list.
          env['GOWORK'] = 'off';
          modules = await this.mainModules(run, env);
          notes.push({
            message: `${values.GOWORK} does not list the module of ${module.moduleFile}, which is compiled on its own (GOWORK=off).`,
          });
        }
      }
      const toolchain: GoToolchain = {
        go,
        why: command.why,
        version,
        versionText: values.GOVERSION,
        goroot: values.GOROOT,
        modcache: values.GOMODCACHE,
        gopath: values.GOPATH,
        gocache: values.GOCACHE,
        goos: values.GOOS,
        goarch: values.GOARCH,
        gopathMode,
        folder,
        modules: modules ?? [],
        env,
        compilerEnv: { ...env, ...values.compiler },
        notes,
      };
      this.options.logger.info(`${folder} is compiled by ${toolchain.versionText}.`);
      for (const note of notes) this.options.logger.info(note.message);
      return { toolchain, note: undefined };
    } catch (error) {
      if (error instanceof UntrustedError || !(error instanceof ToolError)) throw error;
      return refuse(error.message);
    }
  }

  /** Undefined when go.mod or go.work is broken: the compile will say so with its position. */
  private async mainModules(
    run: (args: readonly string[], env: Environment) => ReturnType<ProcessRunner['text']>,
    env: Environment,
  ): Promise<MainModule[] | undefined> {
    const listed = await run(['list', '-m', '-f', '{{.Path}}\t{{.Dir}}\t{{.GoVersion}}'], env);
    if (listed.code !== 0) return undefined;
    const modules: MainModule[] = [];
    for (const line of listed.stdout.split(/\r?\n/)) {
      const [modulePath, folder, goVersion] = line.split('\t');
      if (!modulePath || !folder) continue;
      // Without a go line, go.mod means Go 1.16 (go.dev/ref/mod#go-mod-file-go).
      const language = parseGoVersion(goVersion ?? '') ?? { major: 1, minor: 16 };
      modules.push({ path: modulePath, folder, language });
    }
    return modules;
  }
}

type EnvValues = Record<(typeof ENV_NAMES)[number], string> & { readonly compiler: Environment };

function parseEnv(json: string): EnvValues | undefined {
  try {
    const values: unknown = JSON.parse(json);
    if (typeof values !== 'object' || values === null) return undefined;
    const known = values as Record<string, unknown>;
    const text = (name: string): string => (typeof known[name] === 'string' ? known[name] : '');
    const compiler = Object.fromEntries(COMPILER_ENV.map((name) => [name, text(name)]));
    return { ...Object.fromEntries(ENV_NAMES.map((name) => [name, text(name)])), compiler } as EnvValues;
  } catch {
    return undefined;
  }
}

function inWorkspace(gowork: string): boolean {
  return gowork !== '' && gowork !== 'off';
}

function same(a: string, b: string): boolean {
  return path.relative(a, b) === '';
}

async function contentStamp(files: readonly (string | undefined)[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(file === undefined ? '' : await readBytes(file).catch(() => 'absent'));
    hash.update('\0');
  }
  return hash.digest('hex');
}
