import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { exists } from '../host/files';
import { ProfileError } from '../profile/profile-error';
import type { ProfileFile } from './origin';
import { unusable } from './profile-kind';
import type { ReadProfile } from './report';
import type { V8Answer, V8Question } from './v8-worker';

/** The thread's bundle, or the compiled file. */
const entry = [join(__dirname, 'v8-profile.js'), join(__dirname, 'v8-worker.js')].find(exists)!;

/**
 * Reads a profile of V8 against the scripts at hand. It is JSON, which is parsed as a whole: in a thread of its own, so that an editor's
 * server goes on answering, and of the result only what is of the code at hand comes back.
 * @param files absolute paths
 * @param calls whether the stacks are merged into a tree, too
 * @throws ProfileError when the profile cannot be used; its message names the file
 */
export async function readV8Profile(
  profile: ProfileFile,
  files: readonly string[],
  calls: boolean,
): Promise<ReadProfile> {
  // It is parsed as a whole: no part of it is done before the rest.
  profile.progress?.(`reading ${profile.name}`);
  const answer = await ask({ profile: profile.path, files, calls });
  if ('refused' in answer) throw unusable(new ProfileError(answer.refused), profile);
  return { kind: 'v8', ...answer, notes: [...profile.notes, ...answer.notes] };
}

function ask(question: V8Question): Promise<V8Answer> {
  // The debugger's and the test runner's flags are not for this thread.
  const worker = new Worker(entry, { workerData: question, execArgv: [] });
  return new Promise<V8Answer>((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? resolve({ refused: 'It needs more memory than there is: record with a larger --interval.' })
        : reject(error),
    );
    worker.on('exit', (code) => reject(new Error(`the thread that reads profiles ended with code ${code}`)));
  }).finally(() => void worker.terminate());
}
