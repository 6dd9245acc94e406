import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import {
  createConnection,
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ApplyWorkspaceEditParams,
  type ClientCapabilities,
  type CodeAction,
  type Diagnostic,
  type Hover,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  type Registration,
  type TextDocumentContentChangeEvent,
  type TextDocumentEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import {
  statusNotification,
  type InitializationOptions,
  type StatusParams,
} from '../../server/src/lsp/protocol';
import { serve, type ServerOptions } from '../../server/src/server';

/** What VS Code's client declares, as far as the server looks at it. */
export const vscodeCapabilities: ClientCapabilities = {
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
  },
  textDocument: {
    publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true },
    codeAction: {
      isPreferredSupport: true,
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.fixAll'] } },
    },
  },
  window: { workDoneProgress: true, showDocument: { support: true } },
};

export interface EditorOptions {
  /** Milliseconds after which a wait has failed. A first compile fills an empty build cache. */
  readonly patience?: number;
  /** The server ends when this process does. */
  readonly processId?: number;
  readonly folders?: readonly string[];
  readonly initializationOptions?: InitializationOptions;
  readonly capabilities?: ClientCapabilities;
  /** How the editor spells the URI of an absolute path; as VS Code does unless given. */
  readonly spell?: (path: string) => string;
  /** The section `alloclens` for a document URI. */
  readonly settings?: (uri: string) => unknown;
}

/** Generous: nothing waits for it when all is well. */
const defaultPatience = 20_000;

/**
 * An editor that speaks the protocol and has no screen. It waits for states, never for time: every message of the
 * server is a reason to look again; when the patience ends, the error shows the log.
 */
export class FakeEditor {
  readonly diagnostics = new Map<string, PublishDiagnosticsParams>();
  /** Each publication, in order. */
  readonly published: PublishDiagnosticsParams[] = [];
  readonly messages: string[] = [];
  readonly log: string[] = [];
  readonly progress: { token: string | number; value: { kind: string; title?: string } }[] = [];
  readonly registrations: Registration[] = [];
  readonly shown: string[] = [];
  readonly statuses: StatusParams[] = [];
  readonly #documents = new Map<string, TextDocument>();
  readonly #waiting = new Set<() => void>();
  #server: { dispose(): void } | undefined;
  initializeResult!: InitializeResult;

  private constructor(
    readonly connection: ProtocolConnection,
    private readonly options: EditorOptions,
  ) {
    const heard = <T>(react: (params: T) => void) => {
      return (params: T): void => {
        react(params);
        for (const check of [...this.#waiting]) check();
      };
    };
    connection.onNotification(
      'textDocument/publishDiagnostics',
      heard((params: PublishDiagnosticsParams) => {
        this.published.push(params);
        this.diagnostics.set(params.uri, params);
      }),
    );
    connection.onNotification(
      statusNotification,
      heard((status: StatusParams) => void this.statuses.push(status)),
    );
    connection.onNotification(
      '$/progress',
      heard((event: (typeof this.progress)[number]) => void this.progress.push(event)),
    );
    connection.onNotification(
      'window/logMessage',
      heard(({ message }: { message: string }) => void this.log.push(message)),
    );
    connection.onNotification(
      'window/showMessage',
      heard(({ message }: { message: string }) => void this.messages.push(message)),
    );
    connection.onRequest('workspace/applyEdit', async ({ edit }: ApplyWorkspaceEditParams) => {
      for (const { textDocument, edits } of (edit.documentChanges ?? []) as TextDocumentEdit[]) {
        const document = this.#documents.get(textDocument.uri);
        if (document?.version !== textDocument.version) return { applied: false };
        await this.#change(document, [{ text: TextDocument.applyEdits(document, edits as never) }]);
      }
      return { applied: true };
    });
    connection.onRequest('window/workDoneProgress/create', () => null);
    connection.onRequest('window/showDocument', ({ uri }: { uri: string }) => {
      this.shown.push(uri);
      return { success: true };
    });
    connection.onRequest(
      'client/registerCapability',
      ({ registrations }: { registrations: Registration[] }) => {
        this.registrations.push(...registrations);
        for (const check of [...this.#waiting]) check();
        return null;
      },
    );
    connection.onRequest('workspace/configuration', ({ items }: { items: { scopeUri?: string }[] }) =>
      items.map(({ scopeUri }) => options.settings?.(scopeUri ?? '') ?? null),
    );
    connection.listen();
  }

  /** An editor and a server in this process, joined by two streams. */
  static async inProcess(server: ServerOptions, options: EditorOptions = {}): Promise<FakeEditor> {
    const [up, down] = [new PassThrough(), new PassThrough()];
    const connection = createConnection(new StreamMessageReader(up), new StreamMessageWriter(down));
    serve(connection, server);
    connection.listen();
    const editor = await FakeEditor.over(down, up, options);
    editor.#server = connection;
    return editor;
  }

  /** An editor for a server that reads and writes these streams. */
  static async over(output: Readable, input: Writable, options: EditorOptions = {}): Promise<FakeEditor> {
    const connection = createProtocolConnection(
      new StreamMessageReader(output),
      new StreamMessageWriter(input),
    );
    const editor = new FakeEditor(connection, options);
    await editor.#initialize();
    return editor;
  }

  async #initialize(): Promise<void> {
    const { folders = [], initializationOptions = {}, capabilities = vscodeCapabilities } = this.options;
    this.initializeResult = await this.connection.sendRequest('initialize', {
      // A server watches over the process that it is given, for ever: none within this one.
      processId: this.options.processId ?? null,
      rootUri: null,
      capabilities,
      initializationOptions,
      workspaceFolders: folders.map((folder) => ({ uri: this.uri(folder), name: folder })),
    });
    await this.connection.sendNotification('initialized', {});
  }

  /** How this editor spells the URI of a path. */
  uri(path: string): string {
    return this.options.spell?.(path) ?? uri(path);
  }

  async open(
    path: string,
    text: string,
    languageId = path.endsWith('.go') ? 'go' : 'typescript',
  ): Promise<void> {
    const document = TextDocument.create(this.uri(path), languageId, 1, text);
    this.#documents.set(document.uri, document);
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: document.uri, languageId, version: 1, text },
    });
  }

  /** Replaces the first occurrence of `before`, as typing does: an incremental change. */
  async edit(path: string, before: string, after: string): Promise<void> {
    const document = this.document(path);
    const start = document.getText().indexOf(before);
    if (start < 0) throw new Error(`no "${before}" in ${path}`);
    const range = { start: document.positionAt(start), end: document.positionAt(start + before.length) };
    await this.#change(document, [{ range, text: after }]);
  }

  async #change(document: TextDocument, changes: TextDocumentContentChangeEvent[]): Promise<void> {
    const version = document.version + 1;
    TextDocument.update(document, changes, version);
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: document.uri, version },
      contentChanges: changes,
    });
  }

  async save(path: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didSave', { textDocument: { uri: this.uri(path) } });
  }

  async close(path: string): Promise<void> {
    this.#documents.delete(this.uri(path));
    await this.connection.sendNotification('textDocument/didClose', {
      textDocument: { uri: this.uri(path) },
    });
  }

  document(path: string): TextDocument {
    const document = this.#documents.get(this.uri(path));
    if (!document) throw new Error(`${path} is not open`);
    return document;
  }

  /** The place of the first occurrence of `text`. */
  rangeOf(path: string, text: string): Range {
    const document = this.document(path);
    const start = document.getText().indexOf(text);
    if (start < 0) throw new Error(`no "${text}" in ${path}`);
    return { start: document.positionAt(start), end: document.positionAt(start + text.length) };
  }

  /** What the server last said about the file. */
  shownFor(path: string): Diagnostic[] {
    return this.diagnostics.get(this.uri(path))?.diagnostics ?? [];
  }

  /** Resolves when the server has published diagnostics of exactly these texts for the file's present version. */
  async shows(path: string, texts: readonly string[]): Promise<Diagnostic[]> {
    await this.until(
      () => {
        const last = this.diagnostics.get(this.uri(path));
        const document = this.#documents.get(this.uri(path));
        if (!last || (document && last.version !== document.version)) return false;
        return (
          JSON.stringify(last.diagnostics.map(({ range }) => document?.getText(range) ?? '')) ===
            JSON.stringify(texts) ||
          (!document && last.diagnostics.length === texts.length)
        );
      },
      `${path} to show [${texts.join(', ')}]`,
    );
    return this.shownFor(path);
  }

  /** Resolves when the server is idle and what it last said holds for every open document. */
  async idle(): Promise<StatusParams> {
    await this.until(
      () => this.statuses.at(-1)?.state !== 'busy' && this.statuses.length > 0,
      'an idle server',
    );
    return this.statuses.at(-1)!;
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        clearInterval(looking);
        this.#waiting.delete(check);
        resolve();
      };
      // Not every state comes with a message: a test may wait for what the engine was asked.
      const looking = setInterval(check, 10);
      const timer = setTimeout(() => {
        clearInterval(looking);
        this.#waiting.delete(check);
        const seen = [...this.diagnostics.values()].map((params) => JSON.stringify(params)).join('\n');
        reject(
          new Error(
            `waited in vain for ${what}\ndiagnostics:\n${seen}\nstatus: ${JSON.stringify(this.statuses.at(-1))}\nlog:\n${this.log.join('\n')}`,
          ),
        );
      }, this.options.patience ?? defaultPatience);
      this.#waiting.add(check);
    });
  }

  /** Asks again until there is an answer: what a request gives may become better without a message. */
  async eventually<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
    let answer: T | undefined;
    let asking = false;
    await this.until(() => {
      if (!asking && answer === undefined) {
        asking = true;
        void ask().then((value) => {
          answer = value;
          asking = false;
        });
      }
      return answer !== undefined;
    }, what);
    return answer!;
  }

  async codeActions(path: string, at: string | Range, only?: string[]): Promise<CodeAction[]> {
    const range = typeof at === 'string' ? this.rangeOf(path, at) : at;
    const touches = (other: Range): boolean =>
      !(after(other.start, range.end) || after(range.start, other.end));
    return this.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri: this.uri(path) },
      range,
      context: { diagnostics: this.shownFor(path).filter((diagnostic) => touches(diagnostic.range)), only },
    });
  }

  /** What an editor asks when an action without an edit is chosen. */
  async resolve(action: CodeAction): Promise<CodeAction> {
    return this.connection.sendRequest('codeAction/resolve', action);
  }

  async hover(path: string, at: string): Promise<Hover | null> {
    return this.connection.sendRequest('textDocument/hover', {
      textDocument: { uri: this.uri(path) },
      position: this.rangeOf(path, at).start,
    });
  }

  /** The text of the file after the action. Refuses edits for another version, as an editor does. */
  apply(path: string, action: CodeAction | undefined): string {
    if (!action?.edit) throw new Error(`the action has no edit: ${JSON.stringify(action)}`);
    const document = this.document(path);
    let text = document.getText();
    for (const change of (action.edit.documentChanges ?? []) as TextDocumentEdit[]) {
      if (change.textDocument.uri !== document.uri) continue;
      if (change.textDocument.version !== document.version)
        throw new Error('the edit is for another version');
      text = TextDocument.applyEdits(document, change.edits as never);
    }
    return text;
  }

  async quit(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    // In this process, `exit` would end the test.
    if (this.#server) this.#server.dispose();
    else await this.connection.sendNotification('exit');
    this.connection.dispose();
  }
}

export function uri(path: string): string {
  return /^[a-z][a-z0-9+.-]+:/i.test(path) ? path : URI.file(path).toString();
}

function after(a: Range['start'], b: Range['start']): boolean {
  return a.line > b.line || (a.line === b.line && a.character > b.character);
}

/** A temporary folder with files; removed by the returned function. */
export function temporaryFolder(files: Readonly<Record<string, string>>): {
  folder: string;
  remove: () => void;
} {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'alloclens-test-')));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
