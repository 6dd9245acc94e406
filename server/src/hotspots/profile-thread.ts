import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { UnreadError } from '../host/files';
import { ProfileError } from '../profile/profile-error';
import { pack, type PackedTree } from '../profile/packed-tree';
import type { Weights } from '../profile/weights';
import { weighGo } from './go-weights';
import type { Weighed } from './report';
import { weighV8 } from './v8-weights';

/** Entry of a bundle of its own: the thread that reads one profile. See thread.ts. */

/** What is asked. `calls`: whether the stacks are merged into a tree, too. */
export type Question =
  | {
      readonly kind: 'pprof';
      /** Absolute path. */
      readonly profile: string;
      /** Folder → import path. */
      readonly importPaths: ReadonlyMap<string, string>;
      readonly calls: boolean;
    }
  | {
      readonly kind: 'v8';
      /** Absolute path. */
      readonly profile: string;
      /** Absolute paths of the code at hand. */
      readonly files: readonly string[];
      readonly calls: boolean;
    };

/** How much is read, in percent; at last the weights, or why the profile cannot be used. */
export type Answer =
  | { readonly percentage: number }
  | { readonly weights: Weights; readonly tree?: PackedTree; readonly notes: readonly string[] }
  | { readonly refused: string };

if (!isMainThread) {
  const say = (answer: Answer, transferred: readonly ArrayBuffer[] = []): void =>
    parentPort!.postMessage(answer, [...transferred]);
  weigh(workerData as Question, (percentage) => say({ percentage })).then(
    ({ weights, tree, notes }) => {
      const packed = tree && pack(tree);
      say({ weights, ...(packed && { tree: packed }), notes }, packed ? [packed.rows.buffer] : []);
    },
    (error: unknown) => {
      // Anything else is a defect, and the thread's 'error' event.
      if (!(error instanceof ProfileError || error instanceof UnreadError)) throw error;
      say({ refused: error.message });
    },
  );
}

function weigh(question: Question, progress: (percentage: number) => void): Promise<Weighed> {
  const { profile, calls } = question;
  return question.kind === 'pprof'
    ? weighGo(profile, question.importPaths, calls, progress)
    : weighV8(profile, question.files, calls, progress);
}
