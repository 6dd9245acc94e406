import type { CancellationToken } from 'vscode-languageserver';

/** Runs a job with a signal that fires when one of the client's tokens does; the tokens are let go with the job. */
export async function withSignal<T>(
  tokens: readonly CancellationToken[],
  job: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const subscriptions = tokens.map((token) => token.onCancellationRequested(() => abort.abort()));
  try {
    return await job(abort.signal);
  } finally {
    for (const subscription of subscriptions) subscription.dispose();
  }
}
