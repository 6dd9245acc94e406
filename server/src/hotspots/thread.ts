import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ownProgram } from '../host/files';
import { unpack } from '../profile/packed-tree';
import { ProfileError } from '../profile/profile-error';
import type { ProfileFile } from './origin';
import { unusable } from './profile-kind';
import type { Answer, Question } from './profile-thread';
import type { Weighed } from './report';

const entry = ownProgram(__dirname, 'profile-reader.js', 'profile-thread.js');

/**
 * Reads a profile in a thread of its own, so that an editor's server goes on answering; what comes back is small, whatever the size of the
 * file.
 * @throws ProfileError when the profile cannot be used; its message names the file. AbortError
 */
export async function weighInThread(question: Question, profile: ProfileFile): Promise<Weighed> {
  const { name, progress, signal } = profile;
  const answer = await ask(question, signal, (percentage) => progress?.(`reading ${name}`, percentage));
  if ('refused' in answer) throw unusable(new ProfileError(answer.refused), profile);
  const { weights, tree, notes } = answer;
  // A turn of its own: what has come in meanwhile is answered between the two.
  await nextTurn();
  return { weights, ...(tree && { tree: unpack(tree) }), notes };
}

type LastAnswer = Exclude<Answer, { readonly percentage: number }>;

async function ask(
  question: Question,
  signal: AbortSignal | undefined,
  progress: (percentage: number) => void,
): Promise<LastAnswer> {
  signal?.throwIfAborted();
  // The debugger's and the test runner's flags are not for this thread.
  const worker = new Worker(entry, { workerData: question, execArgv: [] });
  const end = (): void => void worker.terminate();
  signal?.addEventListener('abort', end);
  try {
    return await new Promise<LastAnswer>((resolve, reject) => {
      worker.on('message', (answer: Answer) =>
        'percentage' in answer ? progress(answer.percentage) : resolve(answer),
      );
      worker.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? resolve({ refused: 'It needs more memory than there is: record with a larger --interval.' })
          : reject(error),
      );
      worker.on('exit', (code) =>
        reject(
          signal?.aborted
            ? (signal.reason as Error)
            : new Error(`the thread that reads profiles ended with code ${code}`),
        ),
      );
    });
  } finally {
    signal?.removeEventListener('abort', end);
    end();
  }
}
