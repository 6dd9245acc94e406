import {
  commands,
  EventEmitter,
  Uri,
  workspace,
  type Disposable,
  type TextDocumentContentProvider,
} from 'vscode';
import { explainRequest, type ExplainResult, type FindingReference } from '../../server/src/lsp/protocol';
import { applyFix } from './apply-fix';
import type { LanguageServer } from './language-server';
import { inform } from './say';

const scheme = 'alloclens-why';

/** What the links [Apply] and [Why] of a hover do. */
export class FindingLinks implements TextDocumentContentProvider, Disposable {
  readonly #page = Uri.from({ scheme, path: '/Why.md' });
  readonly #changed = new EventEmitter<Uri>();
  readonly #registration = workspace.registerTextDocumentContentProvider(scheme, this);
  readonly onDidChange = this.#changed.event;
  #markdown = '';

  constructor(private readonly server: LanguageServer) {}

  provideTextDocumentContent(): string {
    return this.#markdown;
  }

  /** Applies the finding's fix, unless the text has changed since the hover was shown. */
  async apply(reference: unknown): Promise<void> {
    if (isReference(reference)) await applyFix(reference, this.server);
  }

  /** Shows all that is known of the finding as a Markdown preview. */
  async explain(reference: unknown): Promise<void> {
    if (!isReference(reference)) return;
    const client = await this.server.start();
    const found = await client.sendRequest<ExplainResult>(explainRequest, reference);
    if (!found) return void inform('The file has changed: look at the finding again.');
    this.#markdown = found.markdown;
    this.#changed.fire(this.#page);
    await commands.executeCommand('markdown.showPreview', this.#page);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

/** Hovers and other extensions may call the commands: what they hand over is looked at, and the server decides what it means. */
function isReference(value: unknown): value is FindingReference {
  const { uri, position } = (value ?? {}) as Partial<FindingReference>;
  return (
    typeof uri === 'string' && typeof position?.line === 'number' && typeof position.character === 'number'
  );
}
