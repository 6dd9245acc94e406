import type { FileEdit, Finding, Fix, Language, Note, Span } from '../../../rules/model';
import type { Site } from '../../../rules/sites';
import type { Logger } from '../host/logger';
import type { ResultStore } from '../host/result-store';
import type { TrustGate } from '../host/trust';
import type { Changed } from '../text/lay-out';
import type { Settings } from './settings';

/** A document as the editor or the command line sees it. */
export interface SourceDocument {
  /** Absolute path, or the URI when the document is not a file on disk. */
  readonly path: string;
  /** Untitled, or of a virtual file system: no process may be started for it, only syntax is looked at. */
  readonly virtual?: boolean;
  readonly languageId: string;
  /** Editor version, or 0 for a file read from disk. */
  readonly version: number;
  readonly text: string;
  /** The user wants to see what the settings hide in it: fixes of that are checked, too. */
  readonly revealed?: boolean;
}

export interface AnalysisRequest {
  readonly document: SourceDocument;
  /** Unsaved buffers by absolute path, the document included when it is open. */
  readonly buffers: ReadonlyMap<string, SourceDocument>;
  /** Of the document. They decide which findings are hidden; see `judge`. */
  readonly settings: Settings;
}

/** Findings and notes of one file. Replaces what was published for it before. */
export interface FileAnalysis {
  readonly path: string;
  /** The version of the text that spans refer to; a result for another version is dropped. */
  readonly version: number;
  readonly text: string;
  readonly findings: readonly Finding[];
  /**
   * What `show: all` would add, in published order: counted, explained in a hover, shown when the user asks for it. Without
   * fixes unless the document is `revealed`. Absent: nobody has looked.
   */
  readonly hidden?: readonly Finding[];
  readonly notes: readonly Note[];
  /**
   * Why this is only part of what could be said: a sentence without a full stop, with file and line where something does not
   * compile or parse. What was found before then still holds where the text is the same. Absent where nothing is missing, or
   * nothing ever will be there.
   */
  readonly incomplete?: string;
  /** Go, where the file was compiled; see Engine.codeMap for languages whose engine needs no compiler. */
  readonly code?: CodeMap;
}

/** A benchmark that was made for a place. */
export interface Skeleton {
  /** Its name. */
  readonly benchmark: string;
  /** Absolute path of the file that it would be; nothing is there. */
  readonly file: string;
  readonly text: string;
  /** The same, failing when the place did not run, with the text of the place's file that counts it. */
  readonly check?: { readonly text: string; readonly marked: string };
  /** What it was made from, in words. */
  readonly notes: readonly string[];
}

/** One language's analysis. Knows neither LSP nor the command line. */
export interface Engine {
  readonly language: Language;
  /**
   * Analyses the document and whatever its unit compiles together. `publish` may be called several times, each call
   * refining the last: first findings, then the same findings with their fixes checked. The requested document is
   * always among what is published, with a note when it could not be analysed; files without findings are published,
   * too, so that old findings go away. Rejects with AbortError when `signal` fires; never rejects because of the
   * user's text.
   */
  analyse(
    request: AnalysisRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Analyses many folders, each a unit, faster than one after the other. `publish` gets the last word about each file
   * once, fixes checked. Rejects as `analyse` does.
   */
  scan?(
    request: FolderRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * As `scan`, for languages whose unit is the file: `publish` gets each file once, in the order of the request, fixes
   * checked. Files that cannot be read are left out.
   */
  scanFiles?(
    request: FilesRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Edits that apply several fixes at once, where putting their edits side by side is not enough: imports that both
   * need, or that only both together leave unused. Fixes that cannot join the earlier ones are left out of `applied`.
   * All fixes are of the analysis. Without this method the edits are merged as they are. With `unchecked`, whether the
   * text with all edits can be analysed is left to the caller.
   */
  combine?(
    analysis: FileAnalysis,
    fixes: readonly Fix[],
    request: AnalysisRequest,
    signal: AbortSignal,
    unchecked?: boolean,
  ): Promise<CombinedFix>;
  /**
   * The fixed texts as the language's formatter leaves them, in their order: columns of comments and fields that fixes
   * have moved. What it would have changed before the fixes stays. Without this method nothing is laid out.
   * @throws AbortError when `signal` fires, and nothing else
   */
  layOut?(
    texts: readonly (Changed & { readonly path: string })[],
    settings: Settings,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /**
   * Benchmarks of the function around a place of a file on disk, the best first: for when none reaches it. A sentence when a person has to
   * write it.
   */
  skeletons?(path: string, span: Span): Promise<readonly Skeleton[] | string>;
  /** What is in a text, where syntax alone tells; undefined when it does not parse. */
  codeMap?(document: SourceDocument): CodeMap | undefined | Promise<CodeMap | undefined>;
  /**
   * Which findings the comments of the text silence, told without an analysis; offsets are UTF-16. Without this method an
   * analysis is as fast.
   */
  suppressions?(document: SourceDocument): (finding: Pick<Finding, 'ruleId' | 'span' | 'related'>) => boolean;
  /** The toolchain last used for the file, for the status. */
  toolchain?(path: string): ToolchainReport | undefined;
  /**
   * The toolchain that would compile the file, or what is missing.
   * @param path absolute, of a file on disk
   */
  findToolchain?(path: string, settings: Settings, signal: AbortSignal): Promise<ToolchainReport | Note>;
  /** Ends child processes and frees what the engine holds. Running analyses reject with AbortError. */
  dispose(): Promise<void>;
}

/** What a profile, a baseline or a list of hotspots has to find again in a file. */
export interface CodeMap {
  /** Outer ones before those in them. Go: top-level functions only. */
  readonly functions: readonly SourceFunction[];
  /** In source order. */
  readonly sites: readonly Site[];
}

/** A function with a body. */
export interface SourceFunction {
  /** As profiles name it: Go `(*Tree).Walk`, V8 `walk`. Empty when it has none and is assigned to nothing. */
  readonly name: string;
  readonly span: Span;
  /** Where its body begins. */
  readonly body: number;
  /** Go: what a directive above it allows, held against what the compiler emits. Absent where nobody could check it. */
  readonly ceiling?: { readonly allowed: number; readonly emitted: number };
}

export interface FolderRequest {
  /** Absolute. */
  readonly directories: readonly string[];
  /** The files that are asked for, absolute: where each has an analysis of its own, the others are spared. */
  readonly files: ReadonlySet<string>;
  readonly buffers: ReadonlyMap<string, SourceDocument>;
  /** Of all the folders. */
  readonly settings: Settings;
  /** Results of earlier runs, and where those of this one are kept. What comes out of it cannot be given to `combine`. */
  readonly store?: ResultStore | undefined;
}

export interface FilesRequest {
  /** Absolute. */
  readonly files: readonly string[];
  readonly buffers: ReadonlyMap<string, SourceDocument>;
  /** Of all the files. */
  readonly settings: Settings;
  /** See FolderRequest. */
  readonly store?: ResultStore | undefined;
}

export interface CombinedFix {
  readonly edits: readonly FileEdit[];
  readonly applied: readonly Fix[];
  /** The engine has made sure that the text with all the edits can be analysed as well as the one without. */
  readonly checked?: boolean;
}

/** Which compiler is at work. */
export interface ToolchainReport {
  /** As the toolchain spells it: "go1.26.1". */
  readonly version: string;
  /** Absolute path of the command. */
  readonly path: string;
  /** How it was found: "on the PATH", "alloclens.go.path". */
  readonly how: string;
}

/** What an engine gets from whoever runs it, the language server or the command line. */
export interface EngineHost {
  /** Not shown to the user unless the log is opened. */
  readonly logger: Logger;
  /** Asked wherever a process is started. */
  readonly trust: TrustGate;
}

/** Makes one language's engine; server/src/composition.ts has them all. */
export type CreateEngine = (host: EngineHost) => Engine | Promise<Engine>;
