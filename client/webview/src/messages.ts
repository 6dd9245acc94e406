import type { FlameGraphResult } from '../../../server/src/lsp/protocol';

/** What the page of a flame graph and the extension say to each other. Plain data. */

/** What widths are of. */
export type By = 'amount' | 'objects';

/** What AllocLens can do about the memory that is charged to a node. */
export interface Mark {
  /** Index of the node. */
  readonly node: number;
  readonly fix: 'safe fix' | 'fix with a condition';
  /** Of the first fix. */
  readonly title: string;
}

export interface ShownGraph {
  readonly kind: 'graph';
  readonly graph: FlameGraphResult;
  readonly by: By;
  readonly marks: readonly Mark[];
  /** The profile, and the older one that it is compared with, as they are to be named. */
  readonly name: string;
  readonly base?: string;
}

export type ToPage =
  | ShownGraph
  /** What has a fix has changed. */
  | { readonly kind: 'marks'; readonly marks: readonly Mark[] }
  /** A sentence in place of the graph: the profile is being read (`busy`), or cannot be used. */
  | { readonly kind: 'sentence'; readonly text: string; readonly busy: boolean };

export type FromPage =
  /** The page listens. */
  | { readonly kind: 'ready' }
  /** Go to the line of a node. The page names no file: the extension knows what it has sent. */
  | { readonly kind: 'open'; readonly node: number }
  | { readonly kind: 'by'; readonly by: By }
  /** Choose an older profile, or no longer compare. */
  | { readonly kind: 'compare'; readonly stop: boolean }
  /** Read the profile again. */
  | { readonly kind: 'load' };
