import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { UnreadError } from '../host/files';
import { ProfileError } from '../profile/profile-error';
import { weighV8, type V8Weights } from './v8-weights';

/** Entry of a bundle of its own: the thread that parses a profile of V8, which can only be parsed as a whole. See v8.ts. */

export interface V8Question {
  /** Absolute path. */
  readonly profile: string;
  readonly files: readonly string[];
  readonly calls: boolean;
}

/** The weights, or why the profile cannot be used. */
export type V8Answer = V8Weights | { readonly refused: string };

if (!isMainThread) {
  const { profile, files, calls } = workerData as V8Question;
  weighV8(profile, files, calls).then(
    (weights) => parentPort!.postMessage(weights satisfies V8Answer),
    (error: unknown) => {
      // Anything else is a defect, and the thread's 'error' event.
      if (!(error instanceof ProfileError || error instanceof UnreadError)) throw error;
      parentPort!.postMessage({ refused: error.message } satisfies V8Answer);
    },
  );
}
