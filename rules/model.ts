/**
 * The vocabulary of the whole project. Plain data, no behaviour.
 *
 * Offsets are UTF-16 code units, 0-based, into the text of the file that the finding was computed from.
 * The only places that count UTF-8 bytes are the compiler-output parser and its facts, where the type says so.
 */

export type Language = 'go' | 'typescript';

/** `go/<name>` or `ts/<name>`: the rule's file name behind its language. */
export type RuleId = `go/${string}` | `ts/${string}`;

/** Half-open: `start` is inside, `end` is not. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span in a named file. `file` is an absolute path. */
export interface Location {
  readonly file: string;
  readonly span: Span;
}

/** What kind of expression or statement allocates. */
export type AllocationKind =
  | 'make'
  | 'new'
  | 'composite literal'
  | 'append growth'
  | 'map growth'
  | 'closure'
  | 'interface conversion'
  | 'string concatenation'
  | 'conversion'
  | 'channel'
  | 'moved variable'
  /** The callee allocates; the call's own function has no line for it. */
  | 'call'
  /** TypeScript: array, object, typed array, buffer, iterator, formatter. */
  | 'array'
  | 'object'
  | 'typed array'
  | 'buffer'
  | 'iterator'
  | 'formatter';

/**
 * `always`: each execution allocates. `conditional`: depends on a run-time size (a variable-size `make` stays on the
 * stack up to 32 bytes). `none`: the compiler emits no allocation (a constant boxed from read-only data).
 */
export type AllocationCost = 'always' | 'conditional' | 'none' | 'unknown';

/** One place where the program allocates, and why. */
export interface Allocation {
  readonly kind: AllocationKind;
  readonly cost: AllocationCost;
  /** One sentence naming the cause, in plain words: "the buffer is too large for the stack (over 64 KiB)". */
  readonly reason: string;
  /** What supports the claim, for hover and logs. At least one. */
  readonly evidence: readonly Evidence[];
  /**
   * Function that allocates for the place, pointers left out: `encoding/json.Encoder.Encode`; with a full stop behind it, a type:
   * `bytes.Buffer.`. Memory of the place that goes through another function, or through none, is not what the finding is about.
   */
  readonly through?: string;
  /** A compressor's tables are made by its first write: a profile charges them to that line, and the remedy is about them, too. */
  readonly alsoAt?: readonly ChargedPlace[];
}

export type Evidence =
  /** A line of the compiler's escape analysis. */
  | { readonly kind: 'compiler decision'; readonly text: string }
  /** A runtime call that the compiler emits in this function (`-S`), such as `runtime.newobject`. */
  | { readonly kind: 'emitted call'; readonly callee: string; readonly count: number }
  | { readonly kind: 'profile'; readonly bytes: number; readonly objects: number }
  /** A pattern whose cost a sample under `samples/` measures. */
  | { readonly kind: 'measured sample'; readonly sample: string };

/** A place that explains a finding: an escape-flow step, the loop, the pool. Shown as related information. */
export interface Related {
  readonly location: Location;
  readonly message: string;
}

export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

export interface FileEdit extends TextEdit {
  /** Absolute path. */
  readonly file: string;
}

/**
 * `safe`: behaviour is provably the same; may run in `source.fixAll`.
 * `suggestion`: the user must agree to the condition that the title names.
 */
export type FixKind = 'safe' | 'suggestion';

/**
 * What was checked of a fix. `verified`: the compiler agreed with what the fix claims, not only with its text (Go). `checked`:
 * the text is right in itself: in Go it compiles, with tests; in TypeScript it parses, its names resolve and its rule is
 * satisfied. `unverified`: nothing; such a fix is a suggestion and says why.
 */
export type Verification = 'verified' | 'checked' | 'unverified';

/** A fix as a rule proposes it and as the editor offers it. Edits are sorted and disjoint within each file. */
export interface Fix {
  /** Imperative, without a full stop: "Reuse the buffer from a sync.Pool". A suggestion names its condition. */
  readonly title: string;
  readonly kind: FixKind;
  readonly edits: readonly FileEdit[];
  readonly verification: Verification;
  /**
   * Emitted allocation calls before and after, at the place that the fix changes, or in the function that its title names;
   * only with `verified`, and only where they can be counted.
   */
  readonly allocationsBefore?: number;
  readonly allocationsAfter?: number;
  readonly room?: GuessedRoom;
}

/** Room that a fix makes for a slice, as a guess. What a profile saw of the slice's arrays tells whether they are that long (hotspots/guessed-room.ts). */
export interface GuessedRoom {
  /** Elements that the first array has with the fix; absent: as many as the list has whose end the slice takes over. */
  readonly elements?: number;
  /** Bytes of an element; absent where they are not known. */
  readonly elementSize?: number;
  /** Where the slice is made, when it starts with room for so many elements: the fix takes more there. */
  readonly made?: Location & { readonly elements: number };
  /** Where the compiler begins the slice on the stack: the places where it is moved to the heap while it is short. */
  readonly onStack?: readonly Location[];
  /** NoFix.recipe where the guess is wrong. */
  readonly recipe: string;
  /**
   * The same fix with the rooms that a profile may ask for instead, least first. Only the number differs: what was checked of one is true of
   * all. Their titles say that a profile chose.
   */
  readonly others: readonly Fix[];
}

/** How much a line matters: 0 (cold) to 1 (hot), and the reasons, strongest first. */
export interface Heat {
  readonly score: number;
  readonly because: readonly HeatReason[];
  /** An entry point such as a request handler, or a directive, says that it is hot: more than an estimate. */
  readonly isKnown?: true;
  /** Many places of its package are expected to allocate more often: it is shown on request. */
  readonly isMinor?: true;
}

export interface HeatReason {
  /** "in a loop", "called in a loop", "HTTP handler", "only on an error path". */
  readonly text: string;
  readonly span?: Span;
}

/** `error`: a contract that the source itself states is broken. */
export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** Where memory of an allocation is charged to by a profile, other than at the finding's span. */
export interface ChargedPlace {
  readonly span: Span;
  /** Import path of the package whose functions allocate it there; absent: the place itself does. */
  readonly by?: string;
}

/** A rule's judgement about an allocation. */
export interface Finding {
  readonly ruleId: RuleId;
  readonly language: Language;
  /** Absolute path. */
  readonly file: string;
  /** The whole expression or declaration, never a point. */
  readonly span: Span;
  /**
   * The title, in at most 80 UTF-16 units and without a full stop: what allocates and how much. Source text stands in
   * backticks; see rules/wording.ts.
   */
  readonly message: string;
  /** What the title has no room for, in sentences, for those who ask why. */
  readonly details?: string;
  readonly severity: Severity;
  readonly allocation: Allocation;
  readonly heat: Heat;
  readonly related: readonly Related[];
  readonly fixes: readonly Fix[];
  /** Only without fixes. */
  readonly noFix?: NoFix;
}

/** What is said where no fix is offered. */
export interface NoFix {
  /** Why there is none, as a clause without a full stop, where the rule or the verification knows. */
  readonly because?: string;
  /** What to do by hand: the rule's recipe. Absent where a fix is yet to come. */
  readonly recipe?: string;
}

/** Why something was not analysed, or was analysed without the compiler. Never silently empty. */
export interface Note {
  /** Absolute path of the file or folder; absent when the note is about the whole run. */
  readonly file?: string;
  readonly message: string;
  /**
   * `withheld fix`: the analysis is complete, but the compiler refuted a fix: for reports and the log, not for the editor's
   * status. `unchecked contract`: what a directive promises could not be held against the compiler; `scan` exits 2.
   */
  readonly kind?: 'withheld fix' | 'unchecked contract';
  /** What the user can do about it in one step. */
  readonly wayOut?: WayOut;
}

/**
 * `trust`: trust the workspace. `goPath`: correct the setting `alloclens.go.path`. `install`: install Go, or a newer one.
 * `log`: read the log, which says more.
 */
export type WayOut = 'trust' | 'goPath' | 'install' | 'log';

/** What is known of a rule without running it. Everything else (registry, README table, manifest) is derived. */
export interface RuleMeta {
  readonly id: RuleId;
  /** One line, for tables and the quick-fix menu: "a buffer allocated on every call that never outlives it". */
  readonly summary: string;
  readonly fix: FixKind | 'none';
  /**
   * What to do by hand where no fix is offered: one imperative sentence of at most 160 UTF-16 units, without a full stop.
   */
  readonly recipe: string;
  /**
   * `bug`: corrupts or leaks, reported everywhere as a warning. `allocation`: ranked by heat.
   * `hot only`: elsewhere only `show: all` reports it, because the pattern does not matter there. `contract`: breaks what the
   * source promises, reported everywhere as an error. `on request`: explains what no other rule
   * speaks of; shown with `show: all`, and unasked where it is certain and hot (service/ranking.ts). `measured only`: whether it is of
   * use only a profile tells; shown where one weighs it, and with `show: all`, of what no rule with another word speaks of.
   */
  readonly reports: 'bug' | 'allocation' | 'hot only' | 'contract' | 'on request' | 'measured only';
  /** Folder under `samples/` with the rule's before and after and its benchmark: "go/perbuffer". */
  readonly sample: string;
}
