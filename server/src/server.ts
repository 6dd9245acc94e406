import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  LSPErrorCodes,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type ClientCapabilities,
  type Diagnostic,
  type Connection,
  type InitializeParams,
  type InitializeResult,
  type ServerCapabilities,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Fix, RuleMeta } from '../../rules/model';
import {
  codeActionKinds,
  editOf,
  fixAll,
  fixAllKind,
  isFixAllOfRule,
  quickFixes,
  wants,
  type CodeActionContext,
} from './lsp/code-actions';
import { diagnosticsOf } from './lsp/diagnostics';
import { registerAnalyse } from './lsp/analyse';
import { withSignal } from './lsp/cancellation';
import { Profiles, registerProfiles } from './lsp/profiles';
import { registerProve, type ProveContext } from './lsp/prove';
import { Agents, registerAgents } from './lsp/agent';
import { Recordings, registerRecord } from './lsp/record';
import { registerSites, SiteReporter } from './lsp/sites';
import { CeilingLenses, registerCeilings } from './lsp/ceilings';
import { registerFindings, type FindingsContext } from './lsp/findings';
import { registerFlameGraph, type FlameContext } from './lsp/flame';
import {
  clearNotification,
  revealRequest,
  toolchainRequest,
  trustGrantedNotification,
  type InitializationOptions,
  type RevealParams,
  type RevealResult,
  type ToolchainParams,
  type ToolchainResult,
} from './lsp/protocol';
import { loggerOf } from './lsp/say';
import { SettingsCache } from './lsp/settings-cache';
import { documentsIn, negotiated } from './lsp/encoding';
import { Publisher, pullOptions, pulls } from './lsp/publisher';
import { StatusReporter, toStatusNote, toStatusToolchain } from './lsp/status';
import { isVirtual, pathOf, Uris } from './lsp/uris';
import { readTextSync } from './host/files';
import type { TrustGate } from './host/trust';
import { HotspotList } from './hotspots/list';
import { Analyser, type EngineLoaders } from './service/analyser';
import type { CodeMap, CombinedFix, EngineHost, FileAnalysis, SourceDocument } from './service/engine';
import type { ShownAnalysis } from './service/last-good';
import { languageIdOf } from './service/languages';
import { pageOf } from './service/pages';
import { AnalysisService, defaultDebounce } from './service/service';
import type { Encoding } from './text/positions';

/** What the entry point (or a test) puts in. */
export interface ServerOptions {
  readonly version: string;
  readonly engines: EngineLoaders;
  readonly rules: readonly RuleMeta[];
  /** Closed until the client says that the workspace is trusted. */
  readonly trust: TrustGate;
  /** Milliseconds between the last edit and the analysis. */
  readonly debounce?: number;
}

/** Milliseconds that a fix which somebody asked for may still be checked. */
const patience = 20_000;

const showPageCommand = 'alloclens.server.showPage';

/**
 * Serves one client on the connection. Call `connection.listen()` afterwards. The promise that `shutdown` answers
 * resolves when all child processes are gone.
 */
export function serve(connection: Connection, options: ServerOptions): void {
  let encoding: Encoding = 'utf-16';
  const documents = new TextDocuments(documentsIn(() => encoding));
  const ruleIds = options.rules.length > 0 ? new Set<string>(options.rules.map(({ id }) => id)) : undefined;
  let session: Session | undefined;

  connection.onInitialize((params): InitializeResult => {
    const client = params.capabilities;
    const initialization = (params.initializationOptions ?? {}) as InitializationOptions;
    if (initialization.trusted ?? true) options.trust.grant();
    encoding = negotiated(client);
    session = new Session(connection, params, initialization, options, ruleIds);
    return {
      serverInfo: { name: 'alloclens', version: options.version },
      capabilities: capabilitiesFor(client, initialization),
    };
  });

  connection.onInitialized(() => session?.initialized());
  connection.onShutdown(() => session?.dispose());

  documents.onDidOpen(({ document }) => session?.opened(document));
  documents.onDidChangeContent(({ document }) => {
    // TextDocuments reports an opened document as changed, too.
    const known = session?.service.document(pathOf(document.uri));
    if (known && known.version !== document.version) session?.service.change(sourceOf(document));
  });
  documents.onDidSave(({ document }) => session?.service.save(pathOf(document.uri)));
  documents.onDidClose(({ document }) => {
    session?.service.close(pathOf(document.uri));
    session?.settings.forget(pathOf(document.uri));
  });
  documents.listen(connection);

  connection.onNotification(trustGrantedNotification, () => {
    options.trust.grant();
    session?.trust();
  });
  connection.onRequest(revealRequest, ({ uri, revealed }: RevealParams): RevealResult => ({
    revealed: session?.service.reveal(pathOf(uri), revealed) ?? false,
  }));
  registerSites(connection, () => session?.sites);
  registerProfiles(connection, () => session?.profiles);
  registerFlameGraph(connection, () => session?.flames);
  registerProve(connection, () => session?.proving);
  registerRecord(connection, () => session?.recordings);
  registerAgents(connection, () => session?.agents);
  connection.onRequest(
    toolchainRequest,
    async ({ uri }: ToolchainParams, token): Promise<ToolchainResult> => {
      if (!session) throw new ResponseError(LSPErrorCodes.RequestFailed, 'The server is not initialised.');
      const { settings, analyser } = session;
      const path = pathOf(uri);
      return withSignal([token], async (signal) => {
        const found = await analyser.findToolchain(path, await settings.get(path), signal);
        return 'version' in found ? { go: toStatusToolchain(found) } : { note: toStatusNote(found) };
      });
    },
  );
  connection.onNotification(clearNotification, () => session?.service.forgetClosed());
  connection.onDidChangeConfiguration(({ settings }) => {
    session?.settings.clear((settings as { alloclens?: unknown } | null)?.alloclens);
    session?.service.refresh(0);
    session?.ceilings.refresh();
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const { uri, type } of changes) {
      const path = pathOf(uri);
      if (type === FileChangeType.Deleted && !session?.service.document(path)) session?.service.forget(path);
    }
    session?.service.changedOnDisk(changes.map(({ uri }) => pathOf(uri)));
  });
  registerAnalyse(
    connection,
    () => session?.service,
    () => session?.folders ?? [],
  );
  connection.onExecuteCommand(async ({ command, arguments: args }) => {
    const pages = options.rules.map(({ id }) => pageOf(id, session?.pages));
    const page = pages.find((uri) => uri === args?.[0]);
    if (command === showPageCommand && page !== undefined)
      await connection.window.showDocument({ uri: page, external: /^https?:/.test(page) });
  });

  registerFindings(connection, () => session?.findings);
  registerCeilings(connection, () => session?.findings);

  connection.languages.diagnostics.on(({ textDocument, previousResultId }, token) =>
    session
      ? session.publisher.pull(pathOf(textDocument.uri), previousResultId, token)
      : { kind: 'full', items: [] },
  );

  connection.onCodeAction(async (params, token) => {
    const path = pathOf(params.textDocument.uri);
    if (!session) return [];
    const { service } = session;
    const forAll = wants(params, fixAllKind);
    const ours = params.context.diagnostics.some(({ source }) => source === 'alloclens');
    if (!forAll && !ours) return [];
    const current = session;
    return withSignal([token], async (signal) => {
      try {
        const analysis = await service.settled(path, {
          final: forAll,
          timeout: forAll ? 10_000 : 1_000,
          signal,
        });
        if (!analysis || token.isCancellationRequested) return [];
        const context = current.codeActionContext(analysis, signal);
        if (forAll) return await fixAll(analysis, context);
        return wants(params, 'quickfix') ? await quickFixes(analysis, params, context) : [];
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      }
    });
  });

  connection.onCodeActionResolve(async (action, token) => {
    if (!session || action.edit || !isFixAllOfRule(action.data)) return action;
    const current = session;
    const { data } = action;
    return withSignal([token], async (signal) => {
      try {
        const analysis = current.service.current(pathOf(data.uri));
        const edit =
          analysis?.version === data.version
            ? await editOf(data, analysis, current.codeActionContext(analysis, signal))
            : undefined;
        if (edit) return { ...action, edit };
        const reason = 'The file has changed since the menu was opened: open it again.';
        return new ResponseError(LSPErrorCodes.ContentModified, reason);
      } catch (error) {
        if (signal.aborted) return action;
        throw error;
      }
    });
  });
}

/** What lives from `initialize` to `shutdown`. */
class Session {
  readonly uris = new Uris();
  readonly settings: SettingsCache;
  readonly service: AnalysisService;
  readonly status: StatusReporter;
  readonly publisher: Publisher;
  readonly sites: SiteReporter;
  readonly profiles: Profiles;
  readonly ceilings: CeilingLenses;
  readonly recordings: Recordings;
  readonly agents: Agents;
  readonly #host: EngineHost;
  readonly #list: HotspotList;
  readonly encoding: Encoding;
  readonly pages: string | undefined;
  readonly #client: ClientCapabilities;
  readonly #initialization: InitializationOptions;
  readonly #folders: Set<string>;

  constructor(
    private readonly connection: Connection,
    params: InitializeParams,
    initialization: InitializationOptions,
    options: ServerOptions,
    rules: ReadonlySet<string> | undefined,
  ) {
    this.#client = params.capabilities;
    this.encoding = negotiated(params.capabilities);
    this.publisher = new Publisher(
      connection,
      pullsDiagnostics(params.capabilities, initialization),
      () => this.service,
      (path) => this.uris.of(path),
      (analysis) => this.#diagnosticsOf(analysis),
    );
    this.#initialization = initialization;
    this.pages = initialization.pagesUri;
    const root = params.rootUri;
    this.#folders = new Set(params.workspaceFolders?.map(({ uri }) => uri) ?? (root ? [root] : []));
    const pull = params.capabilities.workspace?.configuration === true;
    this.settings = new SettingsCache(connection, pull, initialization.settings, rules, this.uris);
    const logger = loggerOf(connection);
    this.#host = { logger, trust: options.trust };
    const analyser = new Analyser(options.engines, this.#host);
    this.service = new AnalysisService(
      analyser,
      {
        settings: (path) => this.settings.get(path),
        published: (path, analysis) => {
          this.publisher.publish(path, analysis);
          this.sites.changed(path);
          this.ceilings.published(path, analysis);
        },
        statusChanged: () => this.status.changed(),
        logger,
      },
      options.debounce ?? defaultDebounce,
    );
    const textOf = (path: string): string => this.service.document(path)?.text ?? textOnDisk(path) ?? '';
    const mapOf = async (path: string, text: string): Promise<CodeMap | undefined> => {
      const known = this.#list.analysisOf(path);
      if (known?.text === text && known.code) return known.code;
      return analyser.codeMap({ path, text, version: 0, languageId: languageIdOf(path) ?? '' });
    };
    const list = (this.#list = new HotspotList({
      encoding: this.encoding,
      shown: () => this.service.shown,
      last: (path) => this.service.last(path),
      textOf,
      mapOf,
    }));
    this.ceilings = new CeilingLenses(
      connection,
      params.capabilities.workspace?.codeLens?.refreshSupport === true,
    );
    this.sites = new SiteReporter(connection, {
      list,
      uriOf: (path) => this.uris.of(path),
    });
    this.profiles = new Profiles(connection, {
      folders: () => this.folders.map(pathOf),
      analyser,
      list,
      textOf,
      mapOf,
      buffers: () => this.service.buffers,
      settings: (path) => this.settings.get(path),
      changed: () => this.sites.changed(),
    });
    this.recordings = new Recordings({ host: this.#host, settings: (path) => this.settings.get(path) });
    this.agents = new Agents({
      analyser,
      host: this.#host,
      rules: options.rules,
      buffers: () => this.service.buffers,
      settings: (path) => this.settings.get(path),
      folders: () => this.folders.map(pathOf),
    });
    this.status = new StatusReporter(connection, this.service, analyser, options.trust);
    this.analyser = analyser;
  }

  readonly analyser: Analyser;

  /** The workspace folders' URIs. */
  get folders(): string[] {
    return [...this.#folders];
  }

  async initialized(): Promise<void> {
    const { workspace } = this.#client;
    if (workspace?.didChangeConfiguration?.dynamicRegistration)
      await this.connection.client.register(DidChangeConfigurationNotification.type, {
        section: 'alloclens',
      });
    if (workspace?.didChangeWatchedFiles?.dynamicRegistration)
      await this.connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern: '**/*.go' }, { globPattern: '**/{go.mod,go.work,go.sum}' }],
      });
    if (workspace?.workspaceFolders)
      this.connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const { uri } of removed) this.#folders.delete(uri);
        for (const { uri } of added) this.#folders.add(uri);
        this.settings.clear();
        this.service.refresh();
      });
    this.status.changed();
  }

  trust(): void {
    // Restricted settings have been withheld until now.
    this.settings.clear();
    this.service.refresh(0);
  }

  opened(document: TextDocument): void {
    const { path, before } = this.uris.opened(document.uri);
    // Diagnostics of the file that nobody had opened were told under another name.
    if (before !== undefined && this.service.last(path))
      void this.connection.sendDiagnostics({ uri: before, diagnostics: [] });
    this.publisher.opened(path);
    this.service.open(sourceOf(document));
  }

  get findings(): FindingsContext {
    return {
      options: this.#initialization,
      encoding: this.encoding,
      analysis: (uri) => this.service.current(pathOf(uri)),
      settled: (uri, signal) => this.service.settled(pathOf(uri), { final: true, timeout: patience, signal }),
      textOf: (path) => this.service.last(path)?.text ?? textOnDisk(path),
      actions: (analysis, signal) => this.codeActionContext(analysis, signal),
    };
  }

  get flames(): FlameContext {
    return {
      tree: (uri, base) => this.profiles.tree(uri, base),
      uriOf: (path) => this.uris.of(path),
    };
  }

  get proving(): ProveContext {
    return {
      analyser: this.analyser,
      host: this.#host,
      encoding: this.encoding,
      settled: async (path, signal) =>
        (await this.service.settled(path, { final: true, timeout: patience, signal })) ??
        this.#list.analysisOf(path),
      settings: (path) => this.settings.get(path),
    };
  }

  async dispose(): Promise<void> {
    this.status.dispose();
    this.sites.dispose();
    this.publisher.dispose();
    await this.service.dispose();
    await this.recordings.dispose();
  }

  codeActionContext(analysis: FileAnalysis, signal: AbortSignal): CodeActionContext {
    return {
      encoding: this.encoding,
      pages: this.pages,
      showPageCommand: this.#initialization.showPageCommand ?? showPageCommand,
      present: (path) => {
        const document = this.service.document(path);
        if (document) return { text: document.text, version: document.version };
        const text = textOnDisk(path);
        return text === undefined ? undefined : { text, version: null };
      },
      uriOf: (path) => this.uris.of(path),
      analysed: (path) =>
        (path === analysis.path ? analysis : this.service.last(path))?.text ?? textOnDisk(path),
      resolves: resolvesEdits(this.#client),
      versionedEdits: this.#client.workspace?.workspaceEdit?.documentChanges === true,
      silences: async (comment, finding) => {
        const document = this.service.document(analysis.path);
        if (!document) return false;
        // Where a line cannot begin inside something else, there is nothing to ask.
        const certain =
          finding.language === 'go' || !(/`/.test(analysis.text) || /react$/.test(document.languageId));
        return (
          certain || this.analyser.silences(comment, finding, await this.service.request(document), signal)
        );
      },
      combine: (fixes) => this.#combine(analysis, fixes, signal),
    };
  }

  readonly #combined = new WeakMap<FileAnalysis, Map<string, CombinedFix>>();

  /** Combining compiles; the light bulb asks for the same each time that the cursor moves. */
  async #combine(analysis: FileAnalysis, fixes: readonly Fix[], signal: AbortSignal): Promise<CombinedFix> {
    const document = this.service.document(analysis.path);
    if (!document) return { edits: [], applied: [] };
    const known = this.#combined.get(analysis) ?? new Map<string, CombinedFix>();
    this.#combined.set(analysis, known);
    const key = JSON.stringify(fixes.map(({ edits }) => edits));
    let combined = known.get(key);
    if (!combined) {
      const request = await this.service.request(document);
      combined = await this.analyser.combine(analysis, fixes, request, signal);
      combined = await this.analyser.withLayout(combined, request, signal);
      known.set(key, combined);
    }
    return combined;
  }

  #diagnosticsOf(analysis: ShownAnalysis): Diagnostic[] {
    const { publishDiagnostics } = this.#client.textDocument ?? {};
    return diagnosticsOf(analysis, {
      pages: this.pages,
      relatedInformation: publishDiagnostics?.relatedInformation === true,
      codeDescription: publishDiagnostics?.codeDescriptionSupport === true,
      encoding: this.encoding,
      uriOf: (other) => this.uris.of(other),
      textOf: (other) => this.service.last(other)?.text ?? textOnDisk(other),
    });
  }
}

/** The client asks for what an action changes when it is chosen, and keeps what we need to know for that. */
function resolvesEdits({ textDocument }: ClientCapabilities): boolean {
  const { resolveSupport, dataSupport } = textDocument?.codeAction ?? {};
  return dataSupport === true && resolveSupport?.properties.includes('edit') === true;
}

function pullsDiagnostics(client: ClientCapabilities, { diagnostics }: InitializationOptions): boolean {
  return diagnostics !== 'publish' && pulls(client);
}

/** What the server can do for this client. */
function capabilitiesFor(
  client: ClientCapabilities,
  initialization: InitializationOptions,
): ServerCapabilities {
  return {
    positionEncoding: negotiated(client),
    textDocumentSync: {
      openClose: true,
      change: TextDocumentSyncKind.Incremental,
      save: { includeText: false },
    },
    hoverProvider: true,
    codeLensProvider: {},
    codeActionProvider: client.textDocument?.codeAction?.codeActionLiteralSupport
      ? { codeActionKinds, ...(resolvesEdits(client) && { resolveProvider: true }) }
      : false,
    ...(initialization.showPageCommand === undefined && {
      executeCommandProvider: { commands: [showPageCommand] },
    }),
    ...(pullsDiagnostics(client, initialization) && { diagnosticProvider: pullOptions }),
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}

function sourceOf(document: TextDocument): SourceDocument {
  const path = pathOf(document.uri);
  return {
    path,
    languageId: document.languageId,
    version: document.version,
    text: document.getText(),
    ...(isVirtual(path) && { virtual: true }),
  };
}

function textOnDisk(path: string): string | undefined {
  if (isVirtual(path)) return undefined;
  try {
    return readTextSync(path).text;
  } catch {
    return undefined;
  }
}
