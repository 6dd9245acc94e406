import type { GoVersion } from '../../../rules/go/rule';
import type { Note } from '../../../rules/model';
import type { Settings } from '../service/settings';
import type { CompilerRecord } from './compiler-record';

/** What compiles a folder: its module and the toolchain that go.mod asks for. */
export interface GoUnit {
  /** Absolute path of the folder that the commands run in: the module's root. */
  readonly root: string;
  /** `std` for the standard library. */
  readonly modulePath: string;
  /** From go.mod. */
  readonly language: GoVersion;
  readonly toolchain: GoVersion;
  /** As the toolchain spells it: "go1.26.1". */
  readonly toolchainName: string;
  /** Absolute path of the command, and how it was found. */
  readonly command: string;
  readonly how: string;
  /** What was ignored of the user's settings, such as flags in GOFLAGS. */
  readonly notes?: readonly Note[];
}

/** A package as `go list` knows it. Paths are absolute and logical (never the overlay's backing files). */
export interface ListedPackage {
  readonly importPath: string;
  readonly directory: string;
  /** Files that this build compiles, tests included. */
  readonly files: readonly string[];
  /** Changes whenever the package or something that it depends on changes; undefined when it did not compile. */
  readonly fingerprint: string | undefined;
}

export interface CompileRequest {
  /** Folders of the module, absolute. */
  readonly directories: readonly string[];
  /** Texts that replace or add files, by absolute path. */
  readonly overlay: ReadonlyMap<string, string>;
  /** Also compile the packages of the module that import these, tests included. */
  readonly dependents?: boolean;
}

export interface CompileResult {
  readonly packages: readonly ListedPackage[];
  /** What could not be compiled as asked, such as a buffer of the module cache. */
  readonly notes?: readonly Note[];
}

/** The seam between the engine and the toolchain. */
export interface GoCompiler {
  /** The unit of a folder, or one sentence that says why there is none. */
  locate(
    directory: string,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<GoUnit | { readonly reason: string }>;
  /** Streams records in the compiler's order. Rejects with AbortError when `signal` fires. */
  compile(
    unit: GoUnit,
    request: CompileRequest,
    settings: Settings,
    onRecord: (record: CompilerRecord) => void,
    signal: AbortSignal,
  ): Promise<CompileResult>;
}
