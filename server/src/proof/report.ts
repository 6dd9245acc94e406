import type { Outcome } from './prove';

/** One change and what its benchmarks say. */
export interface ProvenChange {
  /** Titles of the fixes in it. */
  readonly titles: readonly string[];
  /** Where the first of them is: absolute path, 1-based line. */
  readonly file: string;
  readonly line: number;
  readonly outcome: Outcome;
}

/** What was proven of an analysis' fixes. */
export interface ProofReport {
  /** Absolute folder that paths are shown relative to. */
  readonly cwd: string;
  /** Best first. */
  readonly changes: readonly ProvenChange[];
  readonly notes: readonly string[];
}
