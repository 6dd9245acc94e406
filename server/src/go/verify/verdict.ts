export type Verdict =
  | {
      readonly verdict: 'verified';
      /** Calls of the claimed callees in the claimed functions; absent for `runs less`. */
      readonly before?: number;
      readonly after?: number;
      /** True when the claimed functions keep allocation calls that run each time: then the figure is not theirs. */
      readonly othersStay?: boolean;
    }
  /** `reason` completes "… was withheld: ". */
  | { readonly verdict: 'refuted'; readonly reason: string };
