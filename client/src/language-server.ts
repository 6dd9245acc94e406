import type { Disposable, ExtensionContext, LogOutputChannel } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  profilesNotification,
  sitesNotification,
  statusNotification,
  trustGrantedNotification,
  type ProfileInfo,
  type SitesChange,
  type StatusParams,
} from '../../server/src/lsp/protocol';
import { logText } from '../../server/src/text/foreign';

/** Who hears what the server says. */
export interface ServerListener {
  started(client: LanguageClient): void;
  /** The server ended, or is about to be started anew. */
  stopped(): void;
  status(status: StatusParams): void;
  sites(change: SitesChange): void;
  profiles(profiles: readonly ProfileInfo[]): void;
}

/** The language server's life: started once it is needed, restarted on request, told what only the editor knows. */
export class LanguageServer implements Disposable {
  #client: Promise<LanguageClient> | undefined;
  /** Starts and ends do not overlap. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly context: ExtensionContext,
    private readonly output: LogOutputChannel,
    private readonly listener: ServerListener,
  ) {}

  get started(): boolean {
    return this.#client !== undefined;
  }

  /** The running server's client; starts the server on the first call. Rejects when it cannot be started. */
  start(): Promise<LanguageClient> {
    return (this.#client ??= this.#enqueue(async () => {
      // A third of a start is to load what speaks the protocol: not before it is needed, and not while VS Code waits.
      const { createClient } = await import('./language-client.js');
      const client = createClient(this.context, this.output);
      client.onNotification(statusNotification, (status: StatusParams) => this.listener.status(status));
      client.onNotification(sitesNotification, (change: SitesChange) => this.listener.sites(change));
      client.onNotification(profilesNotification, (profiles: ProfileInfo[]) =>
        this.listener.profiles(profiles),
      );
      await client.start();
      this.listener.started(client);
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
      this.listener.stopped();
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

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work, work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
