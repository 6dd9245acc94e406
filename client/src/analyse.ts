import { commands, LogLevel, ProgressLocation, window, type LogOutputChannel } from 'vscode';
import { analyseRequest, type AnalyseParams, type AnalyseResult } from '../../server/src/lsp/protocol';
import { logText } from '../../server/src/text/foreign';
import { analysisSummary } from './analysis-summary';
import type { LanguageServer } from './language-server';
import { inform, report } from './say';

const titles: Readonly<Record<AnalyseParams['scope'], string>> = {
  file: 'this file',
  package: 'this package',
  workspace: 'the workspace',
};

let runs = 0;

/**
 * Runs an analysis with its progress in a notification that can be cancelled, then says what was found. What was found until
 * it was cancelled stays.
 */
export async function analyse(
  params: AnalyseParams,
  server: LanguageServer,
  output: LogOutputChannel,
): Promise<void> {
  const client = await server.start();
  const { WorkDoneProgress } = await import('vscode-languageclient/node');
  const result = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: `AllocLens: finding allocations in ${titles[params.scope]}`,
      cancellable: true,
    },
    async (progress, cancelled) => {
      const workDoneToken = `alloclens.analyse.${++runs}`;
      let reported = 0;
      const listener = client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
        if (value.kind !== 'report') return;
        const { percentage = reported, message = '' } = value;
        report(progress, percentage - reported, message);
        reported = percentage;
      });
      try {
        return await client.sendRequest<AnalyseResult>(
          analyseRequest,
          { ...params, workDoneToken },
          cancelled,
        );
      } finally {
        listener.dispose();
      }
    },
  );
  for (const { uri, message } of result.notes)
    output.warn(logText(uri === undefined ? message : `${uri}: ${message}`));
  // What the channel's level hides must not be pointed to.
  const logged = output.logLevel !== LogLevel.Off && output.logLevel <= LogLevel.Warning;
  const { message, choices } = analysisSummary(result, logged);
  switch (await inform(message, ...choices)) {
    case 'Show Problems':
      return void (await commands.executeCommand('workbench.actions.view.problems'));
    case 'List Hotspots':
      return void (await commands.executeCommand('alloclens.listHotspots'));
    case 'Open the Log':
      return output.show(true);
  }
}
