/**
 * What client and server say to each other beyond the Language Server Protocol. Names and plain data only: the client
 * bundles this file, too. Everything here is optional for a client; an editor that knows none of it gets diagnostics,
 * hovers and code actions all the same.
 */

/** `initializationOptions` of the `initialize` request. */
export interface InitializationOptions {
  /**
   * True when the user trusts the workspace. Until then no process is started and only syntax rules report. Absent:
   * trusted, because only VS Code knows untrusted workspaces.
   */
  readonly trusted?: boolean;
  /** URI of the folder that holds the rules' pages as `go/<rule>.md` and `typescript/<rule>.md`. Absent: the repository. */
  readonly pagesUri?: string;
  /**
   * The client command of the code action "Show documentation", called with the page's URI. Absent: the server offers
   * its own command `alloclens.server.showPage`, which asks the client to show the document.
   */
  readonly showPageCommand?: string;
  /** The settings, as the section `alloclens` holds them, for clients without `workspace/configuration`. */
  readonly settings?: unknown;
}

/** Notification, client → server, no parameters: the user now trusts the workspace. */
export const trustGrantedNotification = 'alloclens/trustGranted';

/** Request, client → server: AnalyseParams → AnalyseResult. Cancellable; the server shows progress. */
export const analyseRequest = 'alloclens/analyse';

export interface AnalyseParams {
  /** `file`: the document; `package`: its folder (Go: the package); `workspace`: all workspace folders. */
  readonly scope: 'file' | 'package' | 'workspace';
  /** The document. Required unless the scope is `workspace`. */
  readonly uri?: string;
}

export interface AnalyseResult {
  /** Files that were analysed. */
  readonly files: number;
  readonly findings: number;
  /** What could not be analysed, and why. */
  readonly notes: readonly StatusNote[];
  /** True when the user cancelled: the figures are what was reached until then. */
  readonly cancelled: boolean;
}

/** Notification, client → server, no parameters: drop the findings of files that no editor shows. */
export const clearNotification = 'alloclens/clear';

/** Notification, server → client: StatusParams, whenever something in it changed. */
export const statusNotification = 'alloclens/status';

export interface StatusParams {
  /** `problem`: the Go toolchain is needed and cannot be used; a note says why. */
  readonly state: 'idle' | 'busy' | 'problem';
  readonly trusted: boolean;
  /** The open documents of our languages, sorted by URI. */
  readonly documents: readonly DocumentStatus[];
}

export interface DocumentStatus {
  /** As VS Code spells it; the client may spell it otherwise. */
  readonly uri: string;
  /** Undefined until the first analysis. */
  readonly findings?: number;
  /** Those in hot code. */
  readonly hot?: number;
  /** How long the analysis of the document's unit took, in milliseconds. */
  readonly milliseconds?: number;
  /** The toolchain that compiles the document's module; only Go. */
  readonly go?: { readonly version: string; readonly path: string; readonly how: string };
  readonly notes: readonly StatusNote[];
}

export interface StatusNote {
  readonly uri?: string;
  readonly message: string;
}
