import {
  DocumentDiagnosticReportKind,
  type CancellationToken,
  type ClientCapabilities,
  type Connection,
  type Diagnostic,
  type DiagnosticOptions as PullOptions,
  type DocumentDiagnosticReport,
} from 'vscode-languageserver';
import type { ShownAnalysis } from '../service/last-good';
import type { AnalysisService } from '../service/service';
import { withSignal } from './cancellation';
import { diagnosticSource } from './diagnostics';

/** How long a pull waits for the analysis of the text; a refresh follows when it takes longer. Milliseconds. */
const patience = 10_000;
/** Milliseconds within which several reasons for a refresh are told as one. */
const quiet = 50;

/** The client asks for the diagnostics of what it shows, and asks again when it is told to. */
export function pulls({ textDocument, workspace }: ClientCapabilities): boolean {
  return textDocument?.diagnostic !== undefined && workspace?.diagnostics?.refreshSupport === true;
}

export const pullOptions: PullOptions = {
  identifier: diagnosticSource,
  // Findings of a file change with those that it is compiled with.
  interFileDependencies: true,
  workspaceDiagnostics: false,
};

/**
 * Brings findings to the client: publishes them, or, where the client pulls, those of its open documents when it asks. Never
 * both for one document: a client shows them twice.
 */
export class Publisher {
  /** Of open documents: what is to be shown of which version, numbered. */
  readonly #latest = new Map<string, { readonly analysis: ShownAnalysis; readonly id: string }>();
  #number = 0;
  #refresh: NodeJS.Timeout | undefined;

  /**
   * @param pulled whether the client pulls
   * @param uriOf of a path
   * @param diagnosticsOf of an analysis, as the client can show them
   */
  constructor(
    private readonly connection: Connection,
    private readonly pulled: boolean,
    private readonly service: () => AnalysisService,
    private readonly uriOf: (path: string) => string,
    private readonly diagnosticsOf: (analysis: ShownAnalysis) => Diagnostic[],
  ) {}

  publish(path: string, analysis: ShownAnalysis | undefined): void {
    const document = this.service().document(path);
    if (this.pulled && document) {
      if (analysis) this.#latest.set(path, { analysis, id: `${++this.#number}` });
      else this.#latest.delete(path);
      this.#refresh ??= setTimeout(() => {
        this.#refresh = undefined;
        this.connection.languages.diagnostics.refresh().catch(() => undefined);
      }, quiet);
      return;
    }
    this.#latest.delete(path);
    void this.connection.sendDiagnostics({
      uri: this.uriOf(path),
      ...(document && { version: document.version }),
      diagnostics: analysis ? this.diagnosticsOf(analysis) : [],
    });
  }

  /** The document is opened: what was published of the file is pulled from now on. */
  opened(path: string): void {
    if (this.pulled && this.service().last(path))
      void this.connection.sendDiagnostics({ uri: this.uriOf(path), diagnostics: [] });
  }

  async pull(
    path: string,
    previous: string | undefined,
    token: CancellationToken,
  ): Promise<DocumentDiagnosticReport> {
    const document = this.service().document(path);
    const known = (): typeof latest => {
      const latest = this.#latest.get(path);
      return latest && latest.analysis.version === this.service().document(path)?.version
        ? latest
        : undefined;
    };
    let latest = known();
    if (document && !latest) {
      await withSignal([token], (signal) =>
        this.service().settled(path, { final: false, timeout: patience, signal }),
      );
      latest = known() ?? this.#latest.get(path);
    }
    if (latest && latest.id === previous)
      return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: latest.id };
    return {
      kind: DocumentDiagnosticReportKind.Full,
      ...(latest && { resultId: latest.id }),
      items: latest ? this.diagnosticsOf(latest.analysis) : [],
    };
  }

  dispose(): void {
    clearTimeout(this.#refresh);
  }
}
