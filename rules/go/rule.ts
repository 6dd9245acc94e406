import type { Node } from 'web-tree-sitter';
import type { CheckedTypes } from './types/go-type';
import type { Allocation, FileEdit, FixKind, GuessedRoom, Related, RuleMeta, Span } from '../model';

/**
 * What a Go rule sees: syntax of the package, and the compiler's facts joined to it.
 * Tree-sitter offsets and columns are UTF-16 units, as everywhere in `rules/`.
 */

export interface GoVersion {
  readonly major: number;
  readonly minor: number;
}

export interface GoPackage {
  readonly importPath: string;
  /** The package name as the files declare it. */
  readonly name: string;
  /** All files of the package that were compiled, in-package tests included, sorted by path. */
  readonly files: readonly GoFile[];
  /** The tests of the package that are a package of their own, where there are any. */
  readonly externalTests?: GoPackage | undefined;
  /** The toolchain that compiles this module (`go env GOVERSION` in the module's folder). */
  readonly toolchain: GoVersion;
  /** The language version from go.mod; fixes must not use newer features. */
  readonly language: GoVersion;
}

export interface GoFile {
  /** Absolute path of the logical file (the buffer, not its overlay backing). */
  readonly path: string;
  readonly text: string;
  readonly root: Node;
  readonly pkg: GoPackage;
  /** `// Code generated … DO NOT EDIT.`: findings may be shown, fixes are never offered. */
  readonly generated: boolean;
  /** Local name → import path; `_` and `.` imports are left out. */
  readonly imports: ReadonlyMap<string, string>;
  /** `undefined` when the package did not compile or no compile may run: only syntax is known. */
  readonly facts: GoFacts | undefined;
  /** The type checker's words; `undefined` when it was not asked. `typeOf` (types/types.ts) asks it, and declarations else. */
  readonly types: CheckedTypes | undefined;
}

/** The compiler's words about one file. */
export interface GoFacts {
  /** The escape decision about an allocating expression (`make`, `new`, `&T{}`, literal, closure, conversion, concatenation, `append`). */
  decision(expression: Node): Decision | undefined;
  /** `moved to heap: v`, for the identifier node that declares v (or a parameter). */
  moved(declaration: Node): Decision | undefined;
  /** What the compiler says about a parameter's identifier node. */
  parameter(declaration: Node): ParameterFlow | undefined;
  /** Every decision of the file in source order, for rules that start from the compiler and not from a pattern. */
  readonly decisions: readonly Decision[];
  /**
   * Calls that the compiler really emits on the lines of `node`, in the symbols of this file, duplicates of generic
   * shapes merged. Includes runtime allocation calls and ordinary callees (`strconv.Itoa`, `time.Time.Format`).
   *
   * @param line 0-based: only on this one of them
   */
  emitted(node: Node, line?: number): readonly EmittedCall[];
  /**
   * Every call that the compiler emits for a function declaration and its literals, wherever the code was inlined from.
   * The same merging as for `emitted`.
   */
  emittedFor(declaration: Node): readonly PlacedCall[];
  /**
   * `inlining call to F` at this call expression: F as the compiler spells it, such as `strconv.Itoa`. At a for statement
   * stands the inlined function that iterates, `F-range1` for the loop's body.
   */
  inlined(node: Node): string | undefined;
}

export interface Decision {
  /**
   * The node that the decision is about, widened from the compiler's point to the whole expression. `moved`: the
   * identifier that declares the variable, or the call into which the variable's function was inlined.
   */
  readonly node: Node;
  /** Where the compiler puts it, 0-based: the line of the call that it emits for it. Often that of `node`. */
  readonly line: number;
  readonly outcome: 'heap' | 'stack';
  /** `moved`: a named variable; `expression`: an allocating expression. */
  readonly subject: 'moved' | 'expression';
  /** The compiler's spelling of the expression or variable; the source's where the compiler's is a temporary of its own. */
  readonly text: string;
  /** The decision is about one of the results of the call that `text` is, each with memory of its own. */
  readonly ofResult: boolean;
  /** `escapedebug` said that the value lives in a read-only global, or the element size is zero. */
  readonly free: boolean;
  readonly reason: HeapReason | undefined;
  /** The explanation, outermost first; empty when the compiler gave none. */
  readonly flow: readonly FlowStep[];
}

/** Reasons that the compiler gives before any flow (cmd/compile/internal/escape/utils.go, HeapAllocReason). */
export type HeapReason =
  'too large for stack' | 'too aligned for stack' | 'non-constant size' | 'zero-sized element';

export interface FlowStep {
  /** The expression as the source has it; as the compiler prints it where it stands in no file of the package. */
  readonly expression: string;
  /** The expression as the compiler prints it: a method that it knows is a function there, `(*T).Read(r, b)`. */
  readonly printed: string;
  /** The step is in code that was inlined from another package. */
  readonly elsewhere?: boolean | undefined;
  /** One of the results or arguments of the call that `expression` is. */
  readonly of?: 'result' | 'argument' | undefined;
  /** One of the 34 notes: `call parameter`, `return`, `interface-converted`, … */
  readonly why: string;
  /** Where, if it is in a file of this package. */
  readonly location: { readonly file: string; readonly span: Span } | undefined;
}

export type ParameterFlow =
  | { readonly kind: 'stays' }
  | { readonly kind: 'leaks'; readonly content: boolean }
  | { readonly kind: 'leaks to result'; readonly result: string; readonly level: number };

export interface EmittedCall {
  /** As `-S` prints it without `(SB)`: `runtime.newobject`, `time.Time.Format`. */
  readonly callee: string;
  /** 0-based line in this file (innermost inlined position). */
  readonly line: number;
  /** The symbol that contains the call: `example.com/p.(*T).M`. */
  readonly symbol: string;
}

export interface PlacedCall {
  readonly callee: string;
  readonly symbol: string;
  /** Innermost inlined position, line 0-based, perhaps in a file of another package; undefined when it is not known. */
  readonly at: { readonly file: string; readonly line: number } | undefined;
}

export interface GoReport {
  readonly node: Node;
  /** The finding's title; names longer than a title has room for are shortened where it is published. */
  readonly message: string;
  /** What the title has no room for, in sentences. */
  readonly details?: string;
  readonly allocation: Allocation;
  readonly related?: readonly Related[];
  readonly fixes?: readonly GoFix[];
  /** Why the rule has no fix here, as a clause without a full stop. */
  readonly noFix?: string | undefined;
  /** What to do by hand at this place, in the form of RuleMeta.recipe, which stands where this is absent. */
  readonly recipe?: string;
  /**
   * What the finding itself, not only its fix, rests on. It is published when the compiler has agreed and withdrawn when it
   * has not; nothing is said while nobody can tell.
   *
   * A list: these hold, whatever becomes of the fixes; each fix is checked together with them. `its fix`: the finding says
   * what its fix claims, so that one of `fixes` must hold.
   */
  readonly restsOn?: 'its fix' | readonly Assumption[] | undefined;
  /** What is reported instead when the compiler refutes what this rests on. */
  readonly otherwise?: GoReport | undefined;
  /** Where heat is measured, when that is not `node`: growth in a loop happens a few times for each run of the loop. */
  readonly heatAt?: Node;
}

/**
 * A candidate fix. It is offered as `safe` only after the compiler has agreed (server/src/go/verify/verifier.ts): the fixed text
 * and its obligations compile, the probes hold, and the claimed effect is seen in the emitted calls.
 */
export interface GoFix {
  readonly title: string;
  readonly kind: FixKind;
  /** In original offsets. Imports are not part of it: they are worked out from `imports` and from what stays used. */
  readonly edits: readonly FileEdit[];
  /** Import paths that the new text needs. */
  readonly imports?: readonly string[];
  /** Absent when the fix is about something else than allocations: then it is enough that it compiles. */
  readonly claim?: Claim;
  readonly room?: GoRoom;
  readonly obligations?: readonly Obligation[];
  readonly probes?: readonly Probe[];
}

/** As the rule guesses it. */
export type GoRoom = Omit<GuessedRoom, 'others'> & { readonly others?: readonly GoFix[] };

/**
 * `removes`: the call is gone from the function. `moves`: it now stands in a pool's New, in package initialisation or
 * before the loop. `runs less`: the growth call stays in the listing but is not reached (the obligations prove the
 * bound, the measured sample proves the gain).
 */
export interface Claim {
  readonly effect: 'removes' | 'moves' | 'runs less';
  /**
   * Functions of the file of the fix's first edit (declaration or literal nodes' spans, original offsets) whose emitted calls are compared,
   * closures included. The span of anything else, such as a loop, compares the calls on its lines. Empty: package
   * initialisation.
   */
  readonly within: readonly Span[];
  /** The emitted callees that the claim is about: `runtime.makeslice`, `time.Time.Format`. */
  readonly callees: readonly string[];
  /** Allocation calls that stand in place of several claimed ones: what is more of them afterwards is counted as left. */
  readonly instead?: readonly string[];
  /** Allocation calls of a callee that may be inlined now: it made them before, too. */
  readonly inlines?: readonly string[];
  /**
   * Calls by which a buffer grows in place of the claimed ones, the less often the longer it is: they may come, and the
   * verdict states no figure.
   */
  readonly grows?: readonly string[];
  /**
   * Code that the compiler may have several copies of afterwards, such as the body of a range over a function: on its lines a callee counts
   * once.
   */
  readonly copies?: Span;
  /** A callee allocates an unknown number of times (`regexp.MustCompile`): no figure goes into the title. */
  readonly uncounted?: boolean;
}

/** Go source that compiles only if an assumption of the fix holds. It exists only in the overlay. */
export interface Obligation {
  /** "xs is a slice": for the log when it fails. */
  readonly states: string;
  /** Where `code` goes; the file of the fix's first edit when absent. */
  readonly file?: string;
  /** Original offset where `code` is inserted as statements, or `'file'` for top-level declarations. */
  readonly at: number | 'file';
  readonly code: string;
  /**
   * `code` is a field of the struct type at `at`. Packages that import this one are compiled with it, too: literals
   * without field names and conversions between struct types stop compiling.
   */
  readonly field?: true;
  /**
   * Imports that `code` needs and the file may lack: local name → import path. They exist only in the overlay; the
   * names must occur nowhere in the file, so use a prefix such as `alloclensTime`.
   */
  readonly imports?: Readonly<Record<string, string>>;
}

/**
 * A question to the compiler about the original text, changed for the question only: with the size made constant and
 * the contract calls replaced, does the value stay on the stack?
 */
export interface Probe {
  readonly states: string;
  readonly edits: readonly FileEdit[];
  /** The file of `stays`; that of the first edit when absent. */
  readonly file?: string;
  /** Original span of the allocating expression that must not escape once `edits` are applied. */
  readonly stays: Span;
}

/** What the compiler has to agree with before it is believed. */
export type Assumption = Obligation | Probe;

export interface GoRule {
  readonly meta: RuleMeta;
  /**
   * Pure. Must not throw on any text; reports nothing where a needed fact is missing. `unchecked` takes a sentence about
   * a contract of the source that could not be held against the compiler.
   */
  check(file: GoFile, report: (report: GoReport) => void, unchecked: (message: string) => void): void;
}
