import { commands, LogLevel, type LogOutputChannel } from 'vscode';
import { analyseRequest, type AnalyseParams, type AnalyseResult } from '../../server/src/lsp/protocol';
import { logText } from '../../server/src/text/foreign';
import { analysisSummary } from './analysis-summary';
import type { LanguageServer } from './language-server';
import { longRequest } from './long-request';
import { inform } from './say';

const titles: Readonly<Record<AnalyseParams['scope'], string>> = {
  file: 'this file',
  package: 'this package',
  workspace: 'the workspace',
};

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
  const result = await longRequest<AnalyseResult>(
    client,
    `finding allocations in ${titles[params.scope]}`,
    analyseRequest,
    params,
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
