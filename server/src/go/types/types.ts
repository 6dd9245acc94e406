import type { CheckedTypes } from '../../../../rules/go/types/go-type';
import { atLeast } from '../../../../rules/go/syntax/version';
import type { Logger } from '../../host/logger';
import type { Patience, ProcessRunner } from '../../host/process';
import { packageIn, type Build } from '../compile/builds';
import type { CompiledPackage } from '../compile/listed';
import { variantName, type Variant } from '../compile/variant';
import type { GoText } from '../plan/folder';
import type { GoToolchain } from '../plan/toolchain';
import { TypeAnswers } from './answers';
import { TypeCheckerProgram } from './program';
import { TypeChecker, typeCheckerPatience, type TypeRequest } from './type-checker';

export interface TypesOptions {
  /** Absolute, of the type checker's sources (server/typechecker). */
  readonly sources: string;
  /** Where the built program is kept; the user's cache folder unless given. */
  readonly cache?: string;
  readonly patience?: Patience;
}

/** What is known of the types of a folder's files. */
export interface FolderTypes {
  /** By absolute path; a file that is missing has none. */
  readonly files: ReadonlyMap<string, CheckedTypes>;
  /** Why nobody was asked: a sentence. */
  readonly fault: string | undefined;
}

export const noTypes: FolderTypes = { files: new Map(), fault: undefined };

/** Asks the type checker of each toolchain about packages that compile. Nothing is built or started before. */
export class Types {
  readonly #program: TypeCheckerProgram;
  readonly #checkers = new Map<string, Promise<TypeChecker | string>>();
  readonly #disposed = new AbortController();

  constructor(
    private readonly runner: ProcessRunner,
    private readonly logger: Logger,
    private readonly options: TypesOptions,
  ) {
    this.#program = new TypeCheckerProgram(runner, options.sources, options.cache);
  }

  /** Has the program built, where it is not there yet, while the caller does other things. */
  prepare(toolchain: GoToolchain): void {
    void this.#checkerOf(toolchain);
  }

  /**
   * The types of a folder's files, as they were compiled.
   * @param build made with `exports`
   * @param texts what was compiled, by absolute path
   * @throws the reason of `signal`
   */
  async of(
    build: Build,
    directory: string,
    texts: ReadonlyMap<string, GoText>,
    signal: AbortSignal,
  ): Promise<FolderTypes> {
    const compiled = packageIn(build, directory);
    const requests = compiled ? requestsOf(build, compiled, texts) : [];
    if (requests.length === 0) return noTypes;
    const checker = await this.#checkerOf(build.unit.toolchain);
    if (typeof checker === 'string') return { ...noTypes, fault: checker };
    const files = new Map<string, CheckedTypes>();
    for (const request of requests) {
      const answer = await checker.ask(request, signal);
      if (!answer) continue;
      for (const error of answer.errors ?? []) this.logger.debug(`Types of ${request.path}: ${error}`);
      const answers = new TypeAnswers(answer);
      [...request.files.keys()].forEach((file, i) => {
        const types = answers.file(i);
        if (types) files.set(file, types);
      });
    }
    return { files, fault: checker.fault };
  }

  #checkerOf(toolchain: GoToolchain): Promise<TypeChecker | string> {
    const key = `${toolchain.versionText} ${toolchain.goroot}`;
    let checker = this.#checkers.get(key);
    if (!checker) {
      checker = this.#start(toolchain);
      this.#checkers.set(key, checker);
    }
    return checker;
  }

  async #start(toolchain: GoToolchain): Promise<TypeChecker | string> {
    if (!atLeast(toolchain.version, 1, 21))
      return `Types come from declarations alone: the type checker needs Go 1.21, and ${toolchain.versionText} compiles this module.`;
    try {
      const program = await this.#program.for(toolchain, this.#disposed.signal);
      const patience = this.options.patience ?? typeCheckerPatience;
      return new TypeChecker(this.runner, this.logger, program, toolchain, patience);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#disposed.signal.aborted) this.logger.warn(reason);
      return `Types come from declarations alone. ${reason}`;
    }
  }

  async dispose(): Promise<void> {
    this.#disposed.abort(new DOMException('The engine was stopped.', 'AbortError'));
    for (const checker of this.#checkers.values()) {
      const started = await checker;
      if (typeof started !== 'string') await started.dispose();
    }
    await this.#program.dispose();
  }
}

/** The package with its tests, and its external tests, as far as they were compiled. */
function requestsOf(
  build: Build,
  compiled: CompiledPackage,
  texts: ReadonlyMap<string, GoText>,
): TypeRequest[] {
  const { importPath, module } = compiled;
  const requests: TypeRequest[] = [];
  const add = (path: string, variant: Variant, names: readonly string[]): void => {
    const files = new Map(names.flatMap((name) => (texts.has(name) ? [[name, texts.get(name)!.text]] : [])));
    if (files.size === 0) return;
    const language = module?.language && `go${module.language.major}.${module.language.minor}`;
    const imports = importsOf(build, variantName(importPath, variant), [...files.values()]);
    requests.push({ path, language: language ?? '', arch: build.unit.toolchain.goarch, files, imports });
  };
  const own = compiled.compiled ? [...compiled.goFiles, ...compiled.cgoFiles] : [];
  const tests = compiled.testsCompiled ? compiled.testFiles : [];
  // Tests may import what the package does not.
  add(importPath, tests.length > 0 ? 'with tests' : 'package', [...own, ...tests]);
  if (compiled.testsCompiled) add(`${importPath}_test`, 'external tests', compiled.externalTestFiles);
  return requests;
}

/** The export data of what the files import. Words that are no import path have none, and ask for nothing. */
function importsOf(build: Build, name: string, texts: readonly string[]): TypeRequest['imports'] {
  const { files, imports } = build.exports;
  const renamed = imports.get(name) ?? {};
  const found: Record<string, { path: string; file: string }> = {};
  for (const text of texts)
    for (const [, interpreted, raw] of text.matchAll(/"([^"\s\\]+)"|`([^`\s]+)`/g)) {
      const spelled = (interpreted ?? raw)!;
      const name = renamed[spelled] ?? spelled;
      const file = files.get(name);
      if (file !== undefined) found[spelled] = { path: name.replace(/ \[.*$/, ''), file };
    }
  return found;
}
