/** What every profile is made of, whoever wrote it. */

/** A function on a stack. */
export interface Frame {
  /** Go: as the linker spells it, `net/http.(*conn).serve`, `main.box[go.shape.int]`. V8: the function's own name. */
  readonly name: string;
  /** Go: as the compiler of the profiled program was told. V8: the script's URL. */
  readonly file: string;
  /** 1-based. V8: of the function's start, for it knows no line inside of a function. */
  readonly line: number;
  /** 1-based line of the function's declaration; 0 when the profile does not say. */
  readonly startLine: number;
  /** 1-based, in UTF-16 units, of the function's start; only V8 says it. */
  readonly column?: number;
  /** A source map led here from the very text that the file has now: the place is sure, whatever the compiler made of the name. */
  readonly traced?: boolean;
}

export interface Sample {
  /** Leaf first; what was inlined comes before what it was inlined into. */
  readonly stack: readonly Frame[];
  /** One for each sample type, already scaled up from what was sampled. */
  readonly values: readonly number[];
  /** Bytes of one object after rounding up to its size class: Go's label `bytes`. */
  readonly size?: number;
  /** How many samples stand behind the values, when the profile says so. */
  readonly samples?: number;
}
