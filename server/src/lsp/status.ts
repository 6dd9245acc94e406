import type { Connection } from 'vscode-languageserver';
import type { TrustGate } from '../host/trust';
import type { Analyser } from '../service/analyser';
import { languageOf } from '../service/languages';
import type { Stale } from '../service/last-good';
import { compareText, hotScore } from '../service/ranking';
import type { ToolchainReport } from '../service/engine';
import type { AnalysisService } from '../service/service';
import { plainText } from '../text/foreign';
import { statusNotification, type DocumentStatus, type StatusNote, type StatusParams } from './protocol';
import { uriOf } from './uris';
import type { Note } from '../../../rules/model';

/** Milliseconds within which several changes of the status are told as one. */
const quiet = 50;

/** Tells the client how the analysis stands; unchanged states are not repeated. */
export class StatusReporter {
  #timer: NodeJS.Timeout | undefined;
  #last = '';
  #disposed = false;

  constructor(
    private readonly connection: Connection,
    private readonly service: AnalysisService,
    private readonly analyser: Analyser,
    private readonly trust: TrustGate,
  ) {}

  changed(): void {
    if (this.#disposed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#send();
    }, quiet);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  async #send(): Promise<void> {
    const status = await this.#status();
    const text = JSON.stringify(status);
    if (this.#disposed || text === this.#last) return;
    this.#last = text;
    await this.connection.sendNotification(statusNotification, status);
  }

  async #status(): Promise<StatusParams> {
    const documents: DocumentStatus[] = [];
    let problem = false;
    for (const { path, languageId, virtual, revealed } of this.service.documents) {
      const language = languageOf(languageId);
      if (!language) continue;
      const analysis = this.service.last(path);
      const milliseconds = this.service.duration(path);
      const go = language === 'go' && !virtual ? await this.analyser.toolchain(path) : undefined;
      const notes = (analysis?.notes ?? []).filter(({ kind }) => kind !== 'withheld fix');
      problem ||= language === 'go' && !virtual && this.trust.trusted && !go && notes.length > 0;
      documents.push({
        uri: uriOf(path),
        ...(analysis && {
          findings: analysis.findings.length,
          hot: analysis.findings.filter(({ heat }) => heat.score >= hotScore).length,
          hidden: analysis.hidden?.length ?? 0,
        }),
        ...(revealed && { revealed }),
        ...(analysis?.stale && { stale: staleText(analysis.stale) }),
        ...(milliseconds !== undefined && { milliseconds: Math.round(milliseconds) }),
        ...(go && { go: toStatusToolchain(go) }),
        notes: notes.map(toStatusNote),
      });
    }
    documents.sort((a, b) => compareText(a.uri, b.uri));
    return {
      state: this.service.busy ? 'busy' : problem ? 'problem' : 'idle',
      trusted: this.trust.trusted,
      documents,
    };
  }
}

export function toStatusToolchain(go: ToolchainReport): NonNullable<DocumentStatus['go']> {
  return { ...go, version: plainText(go.version, 60), how: plainText(go.how) };
}

/** "b.go:3: syntax error: …. Shown is what was found before." */
export function staleText({ because }: Stale): string {
  return plainText(`${because}. Shown is what was found before; fixes wait until it is put right.`, 1000);
}

export function toStatusNote({ file, message, wayOut }: Note): StatusNote {
  return {
    message: plainText(message, 1000),
    ...(file !== undefined && { uri: uriOf(file) }),
    ...(wayOut !== undefined && { remedy: wayOut }),
  };
}
