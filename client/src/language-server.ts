import {
  CodeAction,
  CodeActionKind,
  workspace,
  type Disposable,
  type ExtensionContext,
  type LogOutputChannel,
} from 'vscode';
import {
  CodeActionTriggerKind,
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import {
  statusNotification,
  trustGrantedNotification,
  type InitializationOptions,
  type StatusParams,
} from '../../server/src/lsp/protocol';
import { logText } from '../../server/src/text/foreign';
import { diagnosticSource } from './diagnostic-source';
import { documentSelector } from './languages';
import { rulePages } from './rule-pages';

/** The command that the server's "Show documentation" actions call. */
export const showRuleDocumentation = 'alloclens.showRuleDocumentation';

/** Runs after a fix of ours has changed the text. Nobody calls it by hand, so the manifest does not have it. */
export const fixApplied = '_alloclens.fixApplied';

/** What the links of a hover call; see finding-links.ts. */
export const applyFix = 'alloclens.applyFix';
export const explainFinding = 'alloclens.explainFinding';

/** The language server's life: started once it is needed, restarted on request, told what only the editor knows. */
export class LanguageServer implements Disposable {
  #client: Promise<LanguageClient> | undefined;
  /** Starts and ends do not overlap. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly context: ExtensionContext,
    private readonly output: LogOutputChannel,
    private readonly onStatus: (status: StatusParams | undefined) => void,
  ) {}

  get started(): boolean {
    return this.#client !== undefined;
  }

  /** The running server's client; starts the server on the first call. Rejects when it cannot be started. */
  start(): Promise<LanguageClient> {
    return (this.#client ??= this.#enqueue(async () => {
      const client = this.#create();
      client.onNotification(statusNotification, (status: StatusParams) => this.onStatus(status));
      await client.start();
      return client;
    }));
  }

  /** Ends the server, if it runs, and starts another. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    const running = this.#client;
    this.#client = undefined;
    if (running) {
      await this.#enqueue(async () => {
        // A server that did not start has nothing to end.
        const client = await running.catch(() => undefined);
        await client
          ?.dispose()
          .catch((error: unknown) => this.output.warn(logText(`Ending the server: ${String(error)}`)));
      });
      this.onStatus(undefined);
    }
  }

  /** Tells the server that the Go toolchain may run now. */
  async trustGranted(): Promise<void> {
    // A server that starts from now on learns it from its initialisation.
    if (this.#client) await (await this.#client).sendNotification(trustGrantedNotification);
  }

  dispose(): void {
    void this.stop();
  }

  #create(): LanguageClient {
    const module = this.context.asAbsolutePath('dist/server.js');
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
      this.#options(),
    );
  }

  #options(): LanguageClientOptions {
    const initialization = (): InitializationOptions => ({
      trusted: workspace.isTrusted,
      pagesUri: rulePages(this.context.extensionUri).toString(),
      showPageCommand: showRuleDocumentation,
      hover: { showsDiagnostics: true, applyFixCommand: applyFix, explainCommand: explainFinding },
    });
    return {
      documentSelector,
      outputChannel: this.output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      diagnosticCollectionName: diagnosticSource,
      initializationOptions: initialization,
      // Hovers may apply the fix that they show and explain the finding, and nothing else.
      markdown: { isTrusted: { enabledCommands: [applyFix, explainFinding] } },
      middleware: {
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

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work, work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

/** Whether the action changes the code for the better: it does more than to silence a finding or to show its page. */
function isFix({ kind, command }: CodeAction): boolean {
  return (
    !command &&
    (kind?.value === CodeActionKind.QuickFix.value ||
      (kind !== undefined && CodeActionKind.SourceFixAll.contains(kind)))
  );
}
