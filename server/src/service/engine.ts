import type { Finding, Language, Note } from '../../../rules/model';

/** A document as the editor or the command line sees it. */
export interface SourceDocument {
  /** Absolute path. Documents that are not files on disk have no engine but syntax rules. */
  readonly path: string;
  readonly languageId: string;
  /** Editor version, or 0 for a file read from disk. */
  readonly version: number;
  readonly text: string;
}

export interface AnalysisRequest {
  readonly document: SourceDocument;
  /** Unsaved buffers by absolute path, the document included when it is open. */
  readonly buffers: ReadonlyMap<string, SourceDocument>;
}

/** Findings and notes of one file. Replaces what was published for it before. */
export interface FileAnalysis {
  readonly path: string;
  /** The version of the text that spans refer to; a result for another version is dropped. */
  readonly version: number;
  readonly text: string;
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
}

/** One language's analysis. Knows neither LSP nor the command line. */
export interface Engine {
  readonly language: Language;
  /** True when this engine analyses documents of the language id or file name. */
  accepts(document: Pick<SourceDocument, 'path' | 'languageId'>): boolean;
  /**
   * Analyses the document and whatever its unit compiles together. `publish` may be called several times, each call
   * refining the last: first findings, then the same findings with their fixes verified. Rejects with AbortError when
   * `signal` fires; never rejects because of the user's text.
   */
  analyse(
    request: AnalysisRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
  dispose(): Promise<void>;
}
