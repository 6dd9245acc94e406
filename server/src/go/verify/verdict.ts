import type { Assumption } from '../../../../rules/go/rule';

export type Verdict =
  /** The compiler agrees with what the fix claims, or with what its claim rests on. */
  | { readonly verdict: 'verified'; readonly figures?: Figures }
  /** It compiles; nothing more was claimed, or nothing that can be seen. */
  | { readonly verdict: 'checked' }
  /**
   * `reason` completes "… was withheld: ", with the compiler's words and runtime calls, for the log; `because` says it in words
   * for everybody; `assumption` is what failed, when it was one.
   */
  | {
      readonly verdict: 'refuted';
      readonly reason: string;
      readonly because: string;
      readonly assumption?: Assumption;
      /** Nobody asked the compiler: it would have taken too long (allowance.ts). */
      readonly unchecked?: true;
    };

/** Without an assumption that failed. */
export function refutedBecause(because: string, reason = because): Verdict {
  return { verdict: 'refuted', reason, because };
}

/** Emitted calls of the claimed callees, not executions: a loop repeats them. */
export interface Figures {
  readonly before: number;
  readonly after: number;
  /** All that the function allocates each time, what stands on the changed lines, or what stands in the functions named. */
  readonly of: 'call' | 'place' | { readonly functions: readonly string[] };
}
