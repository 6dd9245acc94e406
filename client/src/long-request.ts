import { ProgressLocation, window } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { report } from './say';

let runs = 0;

/**
 * Sends a request that may take a while, with its progress in a notification that can be cancelled.
 * @param title what is being done, behind the extension's name
 */
export async function longRequest<R>(
  client: LanguageClient,
  title: string,
  request: string,
  params: object,
): Promise<R> {
  const { WorkDoneProgress } = await import('./language-client.js');
  return window.withProgress(
    { location: ProgressLocation.Notification, title: `AllocLens: ${title}`, cancellable: true },
    async (progress, cancelled) => {
      const workDoneToken = `${request}.${++runs}`;
      let reported = 0;
      const listener = client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
        if (value.kind !== 'report') return;
        const { percentage = reported, message = '' } = value;
        report(progress, percentage - reported, message);
        reported = percentage;
      });
      try {
        return await client.sendRequest<R>(request, { ...params, workDoneToken }, cancelled);
      } finally {
        listener.dispose();
      }
    },
  );
}
