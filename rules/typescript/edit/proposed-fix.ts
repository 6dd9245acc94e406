import type { FixKind, TextEdit } from '../../model';

/** A fix as the rule proposes it; the server checks it before offering (server/src/typescript/fix-check.ts). */
export interface ProposedFix {
  /** Imperative, without a full stop. A suggestion names its condition. */
  readonly title: string;
  readonly kind: FixKind;
  /** Disjoint, in offsets of the text. */
  readonly edits: readonly TextEdit[];
}
