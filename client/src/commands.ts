import { commands, LogLevel, ProgressLocation, window, type Disposable, type LogOutputChannel } from 'vscode';
import {
  analyseRequest,
  clearNotification,
  type AnalyseParams,
  type AnalyseResult,
} from '../../server/src/lsp/protocol';
import { logText } from '../../server/src/text/foreign';
import { analysedDocument } from './languages';
import { showRuleDocumentation, type LanguageServer } from './language-server';
import type { RulePages } from './rule-pages';
import { fail, inform } from './say';
import { count } from './status-view';

export interface CommandContext {
  readonly server: LanguageServer;
  readonly output: LogOutputChannel;
  readonly pages: RulePages;
}

/** Every command of the manifest. They exist from activation on and answer whether or not the server runs. */
export function registerCommands(context: CommandContext): Disposable[] {
  const table: Record<string, (...args: unknown[]) => unknown> = {
    'alloclens.analyseFile': () => analyseDocument('file', context),
    'alloclens.analysePackage': () => analyseDocument('package', context),
    'alloclens.analyseWorkspace': () => analyse({ scope: 'workspace' }, context),
    'alloclens.clearFindings': async () => {
      if (context.server.started) await (await context.server.start()).sendNotification(clearNotification);
    },
    'alloclens.restartServer': () => restart(context),
    'alloclens.showOutput': () => context.output.show(true),
    [showRuleDocumentation]: (rule) => context.pages.show(rule),
  };
  return Object.entries(table).map(([name, run]) =>
    commands.registerCommand(name, async (...args: unknown[]) => {
      try {
        await run(...args);
      } catch (error) {
        context.output.error(
          logText(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
        );
        const choice = await fail(error instanceof Error ? error.message : String(error), 'Show Output');
        if (choice) context.output.show(true);
      }
    }),
  );
}

async function analyseDocument(scope: 'file' | 'package', context: CommandContext): Promise<void> {
  const document = analysedDocument(window.activeTextEditor);
  if (document) await analyse({ scope, uri: document.uri.toString() }, context);
  else void inform('Only Go, TypeScript and JavaScript are analysed: open such a file first.');
}

/** Runs an analysis; the server shows its progress, with a way to cancel it. */
async function analyse(params: AnalyseParams, { server, output }: CommandContext): Promise<void> {
  const client = await server.start();
  const result = await client.sendRequest<AnalyseResult>(analyseRequest, params);
  for (const { uri, message } of result.notes)
    output.warn(logText(uri === undefined ? message : `${uri}: ${message}`));
  const summary = `${result.cancelled ? 'Cancelled after ' : ''}${count(result.files, 'file')}: ${count(result.findings, 'finding')}`;
  // What the channel's level hides must not be pointed to.
  const logged = output.logLevel !== LogLevel.Off && output.logLevel <= LogLevel.Warning;
  const notes =
    result.notes.length === 0 ? '' : `; ${count(result.notes.length, 'note')}${logged ? ' in the log' : ''}`;
  const choice = await inform(
    `${summary}${notes}.`,
    ...(result.findings > 0 ? ['Show Problems'] : []),
    ...(result.notes.length > 0 && logged ? ['Show Output'] : []),
  );
  if (choice === 'Show Problems') await commands.executeCommand('workbench.actions.view.problems');
  if (choice === 'Show Output') output.show(true);
}

async function restart({ server, output }: CommandContext): Promise<void> {
  output.info('Restarting the language server.');
  await window.withProgress({ location: ProgressLocation.Window, title: 'Restarting AllocLens' }, () =>
    server.restart(),
  );
}
