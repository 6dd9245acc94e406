import { LSPErrorCodes, ResponseError, type CancellationToken, type Connection } from 'vscode-languageserver';
import { UntrustedError } from '../host/trust';
import { ProfileError } from '../profile/profile-error';
import { RecordingError } from '../recording/recording';
import { withSignal } from './cancellation';
import { failed, report } from './say';

/** What a request that takes a while works with. */
export interface Work {
  readonly signal: AbortSignal;
  /** @param percentage 0 to 100; how far nobody knows when it is absent */
  readonly progress: (what: string, percentage?: number) => void;
}

/**
 * Answers a request that may take a while: with progress on the client's token, until it is cancelled. What a user can do something about
 * is answered with its sentence.
 */
export function onLongRequest<P extends { readonly workDoneToken?: string | number }, R>(
  connection: Connection,
  request: string,
  title: string,
  job: (params: P, work: Work) => Promise<R>,
): void {
  connection.onRequest(request, (params: P, token: CancellationToken): Promise<R> => {
    const progress = connection.window.attachWorkDoneProgress(params.workDoneToken);
    progress.begin(`AllocLens: ${title}`, 0, undefined, true);
    return withSignal([token], async (signal) => {
      try {
        return await job(params, {
          signal,
          progress: (what, percentage = 0) => report(progress, Math.floor(percentage), what),
        });
      } catch (error) {
        throw signal.aborted
          ? new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.')
          : inWords(error);
      } finally {
        progress.done();
      }
    });
  });
}

function inWords(error: unknown): unknown {
  if (error instanceof ProfileError || error instanceof RecordingError) return failed(error.message);
  if (error instanceof UntrustedError)
    return failed('Benchmarks are run in trusted folders only: trust the workspace first.');
  return error;
}
