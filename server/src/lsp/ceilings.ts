import {
  CodeLensRefreshRequest,
  type CodeLens,
  type Connection,
  type DocumentUri,
} from 'vscode-languageserver';
import type { FileAnalysis, SourceFunction } from '../service/engine';
import { LineIndex, type Encoding } from '../text/positions';

/** What lenses need of the session. */
export interface CeilingContext {
  readonly encoding: Encoding;
  /** The analysis of the document's present text. */
  readonly analysis: (uri: DocumentUri) => FileAnalysis | undefined;
}

/** Answers `textDocument/codeLens`: over functions with a ceiling, whether it holds. */
export function registerCeilings(connection: Connection, context: () => CeilingContext | undefined): void {
  connection.onCodeLens(({ textDocument }): CodeLens[] => {
    const session = context();
    const analysis = session?.analysis(textDocument.uri);
    return session && analysis ? lensesOf(analysis, session.encoding) : [];
  });
}

function lensesOf({ text, code }: FileAnalysis, encoding: Encoding): CodeLens[] {
  const lines = new LineIndex(text, encoding);
  return (code?.functions ?? []).flatMap(({ span, ceiling }): CodeLens[] => {
    if (!ceiling) return [];
    const at = lines.positionAt(span.start);
    return [{ range: { start: at, end: at }, command: { title: titleOf(ceiling), command: '' } }];
  });
}

/** "0 allocations, checked": in calls of the allocator, as the compiler emits them. */
function titleOf({ allowed, emitted }: NonNullable<SourceFunction['ceiling']>): string {
  const allocations = `${emitted} ${emitted === 1 ? 'allocation' : 'allocations'}`;
  if (emitted > allowed) return `${allocations}, ${allowed} allowed`;
  return `${allocations}${allowed === 0 ? '' : ` of ${allowed} allowed`}, checked`;
}

/** Asks for the lenses again when an analysis has other ones than the last of its file. */
export class CeilingLenses {
  readonly #told = new Map<string, string>();

  /** @param refreshes the client can be asked to look again */
  constructor(
    private readonly connection: Connection,
    private readonly refreshes: boolean,
  ) {}

  published(path: string, analysis: FileAnalysis | undefined): void {
    const now = JSON.stringify(
      (analysis?.code?.functions ?? []).flatMap(({ span, ceiling }) =>
        ceiling ? [[span.start, ceiling]] : [],
      ),
    );
    if (now === (this.#told.get(path) ?? '[]')) return;
    this.#told.set(path, now);
    this.refresh();
  }

  /** What is shown may be another now: the client has other settings. */
  refresh(): void {
    // A client that is about to end does not answer.
    if (this.refreshes) this.connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
  }
}
