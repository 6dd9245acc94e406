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
  /**
   * `publish`: the server publishes all diagnostics, also for a client that could pull them: they come the moment they are known.
   */
  readonly diagnostics?: 'publish';
  /** How this client shows hovers. Absent: each is complete in itself and has no command links. */
  readonly hover?: HoverOptions;
  /** The settings, as the section `alloclens` holds them, for clients without `workspace/configuration`. */
  readonly settings?: unknown;
}

export interface HoverOptions {
  /** The client shows the diagnostics of the place above the hover, so that their messages need not be repeated in it. */
  readonly showsDiagnostics?: boolean;
  /**
   * Commands of the client that links in a hover may call, each with a FindingReference as its argument: they send
   * `alloclens/applyFix` and `alloclens/explain`. Absent: no link.
   */
  readonly applyFixCommand?: string;
  readonly explainCommand?: string;
}

/** Which finding of an open document is meant. */
export interface FindingReference {
  /** The document. */
  readonly uri: string;
  /** A position in the finding; of several the smallest is meant. */
  readonly position: { readonly line: number; readonly character: number };
  /** Only of this rule. */
  readonly ruleId?: string;
  /** Only while the document has this version. */
  readonly version?: number;
}

/** Request, client → server: FindingReference → ExplainResult. All that is known of the findings there, as Markdown. */
export const explainRequest = 'alloclens/explain';

/** Null when there is no finding, or the document has another version. */
export type ExplainResult = { readonly title: string; readonly markdown: string } | null;

/**
 * Request, client → server: FindingReference → ApplyFixResult. Applies the finding's first fix by `workspace/applyEdit`, laid
 * out as the code action would.
 */
export const applyFixRequest = 'alloclens/applyFix';

export interface ApplyFixResult {
  readonly applied: boolean;
  /** Why not, as a sentence. */
  readonly reason?: string;
}

/**
 * Request, client → server: AgentParams → AgentResult. One call of a tool for a language model. Refused with a sentence for the model, also
 * while the workspace is not trusted.
 */
export const agentRequest = 'alloclens/agent';

export interface AgentParams {
  /** As `alloclens mcp` names it: `hotspots`. */
  readonly tool: string;
  /** By the tool's schema. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The user has agreed to this call. Tools that run code of the folder need it. */
  readonly confirmed?: boolean;
  /** URI of the workspace folder that paths are relative to. Absent: the first. */
  readonly folder?: string;
  readonly workDoneToken?: string | number;
}

/** JSON for the model, at most some 4 KB. */
export interface AgentResult {
  readonly text: string;
}

/** Notification, client → server, no parameters: the user now trusts the workspace. */
export const trustGrantedNotification = 'alloclens/trustGranted';

/**
 * Request, client → server: AnalyseParams → AnalyseResult. Cancelling the request, or the progress that the server created,
 * ends it with what was found until then: it is answered, not rejected.
 */
export const analyseRequest = 'alloclens/analyse';

export interface AnalyseParams {
  /** `file`: the document; `package`: its folder (Go: the package); `workspace`: all workspace folders. */
  readonly scope: 'file' | 'package' | 'workspace';
  /** The document. Required unless the scope is `workspace`. */
  readonly uri?: string;
  /** Work done progress is reported on this token. Absent: on one that the server creates, if the client knows progress. */
  readonly workDoneToken?: string | number;
}

export interface AnalyseResult {
  /** Files that were analysed. */
  readonly files: number;
  /** Diagnostics that are published of them. */
  readonly findings: number;
  /** The same by severity: VS Code's Problems panel lists all but hints. */
  readonly bySeverity: Readonly<Record<'error' | 'warning' | 'information' | 'hint', number>>;
  /** What `show: all` would add, as far as it was looked for: files that nobody has opened are not searched for all of it. */
  readonly hidden: number;
  /** What could not be analysed, and why. */
  readonly notes: readonly StatusNote[];
  /** True when the user cancelled: the figures are what was reached until then, and stays shown. */
  readonly cancelled: boolean;
}

/**
 * Request, client → server: RevealParams → RevealResult. Shows all allocations of an open document, whatever
 * `alloclens.show` is, or no longer does. Forgotten when the document is closed.
 */
export const revealRequest = 'alloclens/reveal';

export interface RevealParams {
  /** An open document. */
  readonly uri: string;
  /** Absent: the other of what is. */
  readonly revealed?: boolean;
}

export interface RevealResult {
  /** False, too, when the document is not open. */
  readonly revealed: boolean;
}

/**
 * Request, client → server, no parameters → SitesResult: the places that allocate in the files that have been analysed, and those that
 * the current profile names.
 */
export const sitesRequest = 'alloclens/sites';

export interface SitesResult {
  /** See SitesChange. */
  readonly version: number;
  /** Measured ones first, heaviest first; then the most urgent, then the hottest. At most 1000. */
  readonly sites: readonly Site[];
}

/** Notification, server → client: SitesChange. Sent only after the first `alloclens/sites`. */
export const sitesNotification = 'alloclens/sitesChanged';

export interface SitesChange {
  /** One more than before. A client that has missed one asks `alloclens/sites` again. */
  readonly version: number;
  /** The documents whose sites have changed. */
  readonly uris: readonly string[];
  /** All sites of those documents, in place of the ones before. */
  readonly sites: readonly Site[];
}

/** A line (of a V8 profile: a function) that allocates. All texts are plain: no markup, no links. */
export interface Site {
  /** The same while code around it changes. */
  readonly id: string;
  readonly uri: string;
  /** Where the allocation, or its line, begins: 0-based line, UTF-16 character. */
  readonly line: number;
  readonly character: number;
  /** The function around it, as profiles name it; empty outside of functions. */
  readonly function: string;
  /** 0-based line of its declaration, if it is known. */
  readonly functionLine?: number;
  /** The source line, trimmed and shortened. */
  readonly text: string;
  /** Absent: no profile says anything of it. */
  readonly weight?: SiteWeight;
  /** How hot it looks, from 0 to 1, and why in words: "in a loop". 0 and none where only the profile knows of the site. */
  readonly score: number;
  readonly because: readonly string[];
  /** One sentence: why memory is allocated here. */
  readonly why: string;
  /** What can be done, one entry a way. */
  readonly what: readonly string[];
  /** Most urgent first. */
  readonly findings: readonly SiteFinding[];
  /** Who calls the function, by share of the site's weight, largest first; at most five. */
  readonly callers: readonly SiteCaller[];
}

export interface SiteWeight {
  /** Bytes, or nanoseconds in the allocator, as the profile says. */
  readonly amount: number;
  /** What it was in the older of two profiles. */
  readonly before?: number;
  /** Of the whole profile, 0 to 1. */
  readonly share: number;
  /** 0 when the profile does not count objects. */
  readonly objects: number;
  /** Cautions about the figures, such as "few samples". */
  readonly cautions: readonly string[];
  /** 0-based line that the profile gives it. */
  readonly measuredLine: number;
  /** The function has changed since the profile was loaded. */
  readonly stale?: true;
}

export interface SiteFinding {
  readonly ruleId: string;
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  /** Where the finding starts. */
  readonly line: number;
  readonly character: number;
  /** The first fix. `safe`: it does not change what the program does. Absent: there is none. */
  readonly fix?: { readonly title: string; readonly safe: boolean };
}

export interface SiteCaller {
  readonly function: string;
  /** Of the site's weight, 0 to 1. */
  readonly share: number;
  readonly uri: string;
  /** 0-based. */
  readonly line: number;
}

/** Request, client → server: LoadProfileParams → ProfileInfo. Reads a profile and ranks sites by it. Fails with a sentence. */
export const loadProfileRequest = 'alloclens/loadProfile';

export interface LoadProfileParams {
  /** A file, or `http://…/debug/pprof/allocs?seconds=30` of a running program, which the user has typed. */
  readonly uri: string;
  readonly workDoneToken?: string | number;
}

/** Request, client → server: SelectProfileParams → ProfileInfo[]. */
export const selectProfileRequest = 'alloclens/selectProfile';

/** `uri`: the profile that sites are weighed by; absent: none. `base`: an older one that it is compared with. `remove`: those that are forgotten. */
export interface SelectProfileParams {
  readonly uri?: string;
  readonly base?: string;
  readonly remove?: readonly string[];
  readonly workDoneToken?: string | number;
}

/**
 * Request, client → server: FlameGraphParams → FlameGraphResult. The stacks of a loaded profile, merged and pruned. Fails with a
 * sentence, also when the profile is not loaded.
 */
export const flameGraphRequest = 'alloclens/flameGraph';

export interface FlameGraphParams {
  /** A loaded profile, as ProfileInfo names it. */
  readonly uri: string;
  /** An older one, loaded, too: what changed since. */
  readonly base?: string;
  /** What widths are of: bytes (or nanoseconds), or objects. */
  readonly by: 'amount' | 'objects';
}

export interface FlameGraphResult {
  /** What `total`, `own` and `size` are in. */
  readonly unit: 'bytes' | 'nanoseconds' | 'objects';
  /** `by: 'objects'` says something. */
  readonly countsObjects: boolean;
  /** A caller comes before its callees, the largest callee before the others; the first is the whole. */
  readonly nodes: readonly FlameNode[];
}

/** A function on one way from the program's start. Texts are plain. */
export interface FlameNode {
  /** Index of its caller's node; −1 for the whole. */
  readonly parent: number;
  /** As the profile names it; "…" for all functions that are less than a thousandth of the whole. */
  readonly name: string;
  /** How wide it is: never negative, and not less than its callees together. Of two profiles the larger of both. */
  readonly size: number;
  /** Callees included. */
  readonly total: number;
  /** Without them. */
  readonly own: number;
  /** The same in the older of two profiles. */
  readonly before?: { readonly total: number; readonly own: number };
  /** The document, when it is code of the workspace. */
  readonly uri?: string;
  /** Else the file as the profile names it. */
  readonly file?: string;
  /** 0-based line that the profile gives: that which most goes through; of a V8 profile the function's start. */
  readonly line?: number;
  /** 0-based lines (`SiteWeight.measuredLine`) that memory is charged to. Heaviest first. */
  readonly charged?: readonly number[];
  /** Of "…": how many functions it is. */
  readonly merged?: number;
}

/** Notification, server → client: ProfileInfo[], whenever one is loaded, chosen or forgotten. */
export const profilesNotification = 'alloclens/profiles';

export interface ProfileInfo {
  readonly uri: string;
  /** Sites are weighed by it. */
  readonly current: boolean;
  /** The current one is compared with it. */
  readonly base?: true;
  readonly kind: 'pprof' | 'v8';
  readonly unit: 'bytes' | 'nanoseconds';
  readonly total: number;
  /** Of it, without a frame in the code of the workspace. */
  readonly elsewhere: number;
  /** Cautions about the profile as a whole. */
  readonly notes: readonly string[];
}

/** Request, client → server: RecordParams → RecordResult. Runs a Go benchmark or test with a profile. Fails with a sentence. */
export const recordRequest = 'alloclens/record';

export interface RecordParams {
  /** A Go file of the package. */
  readonly uri: string;
  /** The whole name of a benchmark or test. */
  readonly name: string;
  readonly workDoneToken?: string | number;
}

export interface RecordResult {
  /** The profile, to be loaded; it is deleted when the server ends. */
  readonly uri: string;
}

/**
 * Request, client → server: FindingReference and a token → ProofResult. Runs the benchmarks that reach the finding's first fix, before
 * and after. Fails with a sentence.
 */
export const proveRequest = 'alloclens/prove';

export interface ProveParams extends FindingReference {
  readonly workDoneToken?: string | number;
}

export interface ProofResult {
  readonly title: string;
  /** Absent: nothing was measured, and `reason` says why. */
  readonly verdict?: 'better' | 'same' | 'worse';
  readonly reason?: string;
  readonly benchmarks: readonly ProvenBenchmark[];
  readonly notes: readonly string[];
  /** For a pull request. */
  readonly markdown: string;
}

export interface ProvenBenchmark {
  readonly name: string;
  readonly verdict: 'better' | 'same' | 'worse';
  /** As benchstat prints them. */
  readonly rows: readonly {
    readonly unit: string;
    readonly before: string;
    readonly after: string;
    readonly change: string;
  }[];
}

/**
 * Request, client → server: ToolchainParams → ToolchainResult. Looks for the Go toolchain of a file's module, whether or not
 * the file is open; nothing is compiled.
 */
export const toolchainRequest = 'alloclens/toolchain';

export interface ToolchainParams {
  /** A Go file on disk. */
  readonly uri: string;
}

/** The toolchain, or a note that says what is missing. */
export type ToolchainResult =
  | { readonly go: NonNullable<DocumentStatus['go']>; readonly note?: undefined }
  | { readonly go?: undefined; readonly note: StatusNote };

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
  /** Those that are shown. Undefined until the first analysis. */
  readonly findings?: number;
  /** Of those, in hot code. */
  readonly hot?: number;
  /** What `alloclens/reveal`, or `show: all`, would add. Undefined until the first analysis. */
  readonly hidden?: number;
  /** True when all allocations of the document are shown because `alloclens/reveal` asked for it. */
  readonly revealed?: true;
  /**
   * The findings are those of the last analysis that succeeded, where the text is still the same, without fixes. A sentence
   * that names the error, its file and its line. Absent when they are current.
   */
  readonly stale?: string;
  /** How long the analysis of the document's unit took, in milliseconds. */
  readonly milliseconds?: number;
  /** The toolchain that compiles the document's module; only Go. */
  readonly go?: { readonly version: string; readonly path: string; readonly how: string };
  readonly notes: readonly StatusNote[];
}

export interface StatusNote {
  readonly uri?: string;
  readonly message: string;
  /**
   * The one step that helps. `trust`: trust the workspace. `goPath`: correct the setting `alloclens.go.path`. `install`:
   * install Go, or a newer one. `log`: read the log.
   */
  readonly remedy?: 'trust' | 'goPath' | 'install' | 'log';
}
