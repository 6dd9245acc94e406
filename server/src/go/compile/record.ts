/**
 * What the compiler-output parser emits, one record a line of interest. Positions are the compiler's own:
 * 1-based lines, 1-based columns in UTF-8 bytes. Column 0 means that the compiler gave none (`//line` directives).
 */
export interface CompilerPosition {
  /** As printed under -trimpath: `import/path/file.go`, or an absolute path for errors. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type CompilerRecord =
  /** `# import/path` or `# import/path [import/path.test]`: what follows belongs to this package. */
  | { readonly kind: 'package'; readonly importPath: string; readonly variant: string | undefined }
  /**
   * Summary line: `EXPR escapes to heap`, `EXPR does not escape`, `append escapes to heap`. The same line may come more
   * than once: per instantiation of a generic, and once more for the package's test variant.
   */
  | {
      readonly kind: 'expression';
      readonly at: CompilerPosition;
      readonly text: string;
      readonly outcome: 'heap' | 'stack';
    }
  /** `moved to heap: v`. */
  | { readonly kind: 'moved'; readonly at: CompilerPosition; readonly name: string }
  /** The `-m=2` header `X escapes to heap[ in F]:` with its flow, capped; printed before the summary, not beside it. */
  | {
      readonly kind: 'explanation';
      readonly at: CompilerPosition;
      readonly text: string;
      readonly function: string | undefined;
      readonly flow: readonly RawFlowStep[];
      /** True when the cap on flow steps cut it. */
      readonly truncated: boolean;
    }
  /**
   * `leaking param[ content]: p`, `leaking param: p to result R level=N`, `p does not escape`. The last has the same
   * words for a parameter and for a variable that is converted to an interface: any bare name is emitted as a
   * `parameter` with leak `none`, and only the syntax at the position tells which of the two it is.
   */
  | {
      readonly kind: 'parameter';
      readonly at: CompilerPosition;
      readonly name: string;
      readonly leak: 'none' | 'value' | 'content' | 'result';
      readonly result: string | undefined;
      readonly level: number;
    }
  /** `inlining call to F`. */
  | { readonly kind: 'inlined'; readonly at: CompilerPosition; readonly callee: string }
  /** `-d=escapedebug`: the value is in a read-only global; or `-d=closure`: how a closure was made. */
  | {
      readonly kind: 'free';
      readonly at: CompilerPosition;
      readonly text: string;
      readonly name: string | undefined;
    }
  | { readonly kind: 'heap closure'; readonly at: CompilerPosition; readonly captured: readonly string[] }
  | { readonly kind: 'zero-copy'; readonly at: CompilerPosition }
  /**
   * `-S`: a direct call in the listing of `symbol`, whatever it calls (`runtime.morestack_noctxt` too). No column; the
   * position is the innermost inlined one, so its file may belong to another package. In names, the linker's `%2e` and
   * the `""` of Go 1.19 are already replaced.
   */
  | { readonly kind: 'call'; readonly at: CompilerPosition; readonly callee: string; readonly symbol: string }
  /** A compile error or a `go list` error. */
  | { readonly kind: 'error'; readonly at: CompilerPosition | undefined; readonly message: string }
  /** A line that no rule of the grammar accounts for; at most the first 200 characters. */
  | { readonly kind: 'unaccounted'; readonly line: string };

export interface RawFlowStep {
  readonly expression: string;
  readonly why: string;
  readonly at: CompilerPosition | undefined;
}
