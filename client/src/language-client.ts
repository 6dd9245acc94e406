import {
  CodeAction,
  CodeActionKind,
  CodeActionTriggerKind,
  workspace,
  type ExtensionContext,
  type LogOutputChannel,
} from 'vscode';
import {
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
  WorkDoneProgress,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import type { InitializationOptions } from '../../server/src/lsp/protocol';
import { applyFix, explainFinding, fixApplied, showRuleDocumentation } from './command-names';
import { diagnosticSource } from './diagnostic-source';
import { documentSelector } from './languages';
import { rulePages } from './rule-pages';

/** Loading this module takes longer than to activate: it has a bundle of its own (esbuild.mjs). */
export { WorkDoneProgress };

/** The client of a server that has not been started. Loads what speaks the protocol: see language-server.ts. */
export function createClient(context: ExtensionContext, output: LogOutputChannel): LanguageClient {
  const module = context.asAbsolutePath('dist/server.js');
  return new LanguageClient(
    'alloclens',
    'AllocLens',
    {
      run: { module, transport: TransportKind.ipc },
      debug: {
        module,
        transport: TransportKind.ipc,
        options: { execArgv: ['--nolazy', '--inspect=6017'] },
      },
    },
    optionsFor(context, output),
  );
}

function optionsFor({ extensionUri }: ExtensionContext, output: LogOutputChannel): LanguageClientOptions {
  const initialization = (): InitializationOptions => ({
    trusted: workspace.isTrusted,
    pagesUri: rulePages(extensionUri).toString(),
    showPageCommand: showRuleDocumentation,
    diagnostics: 'publish',
    hover: { showsDiagnostics: true, applyFixCommand: applyFix, explainCommand: explainFinding },
  });
  return {
    documentSelector,
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    diagnosticCollectionName: diagnosticSource,
    initializationOptions: initialization,
    // Hovers may apply the fix that they show and explain the finding, and nothing else.
    markdown: { isTrusted: { enabledCommands: [applyFix, explainFinding] } },
    middleware: {
      provideCodeLenses: (document, token, next) =>
        workspace.getConfiguration('alloclens', document).get<boolean>('ceilingLens', true)
          ? next(document, token)
          : [],
      // While the cursor moves nothing is asked of the server unless one of our diagnostics stands there.
      provideCodeActions: async (document, range, context, token, next) => {
        if (
          context.triggerKind === CodeActionTriggerKind.Automatic &&
          context.only === undefined &&
          !context.diagnostics.some(({ source }) => source === diagnosticSource)
        )
          return [];
        const actions = await next(document, range, context, token);
        for (const action of actions ?? [])
          if (action instanceof CodeAction && isFix(action))
            action.command ??= { title: action.title, command: fixApplied };
        return actions;
      },
    },
  };
}

/** Whether the action changes the code for the better: it does more than to silence a finding or to show its page. */
function isFix({ kind, command }: CodeAction): boolean {
  return (
    !command &&
    (kind?.value === CodeActionKind.QuickFix.value ||
      (kind !== undefined && CodeActionKind.SourceFixAll.contains(kind)))
  );
}
