import {
  LanguageStatusSeverity,
  languages,
  window,
  workspace,
  type Disposable,
  type DocumentSelector,
  type LanguageStatusItem,
} from 'vscode';
import type { StatusParams } from '../../server/src/lsp/protocol';
import { plainText } from '../../server/src/text/foreign';
import { analysedDocument, goSelector, typescriptSelector } from './languages';
import { failedView, statusView, type StatusView } from './status-view';

const severities: Readonly<Record<StatusView['severity'], LanguageStatusSeverity>> = {
  information: LanguageStatusSeverity.Information,
  warning: LanguageStatusSeverity.Warning,
  error: LanguageStatusSeverity.Error,
};

/** The entries in the language status (`{}` in the status bar), one a language, about the active editor's document. */
export class Status implements Disposable {
  readonly #items: readonly LanguageStatusItem[];
  readonly #subscriptions: Disposable[];
  #status: StatusParams | undefined;
  #failure: string | undefined;

  constructor() {
    this.#items = [create('alloclens.go', goSelector), create('alloclens.typescript', typescriptSelector)];
    this.#subscriptions = [
      window.onDidChangeActiveTextEditor(() => this.#show()),
      workspace.onDidGrantWorkspaceTrust(() => this.#show()),
    ];
    this.#show();
  }

  /** What the server says; `undefined` when none runs. */
  update(status: StatusParams | undefined): void {
    this.#status = status;
    if (status) this.#failure = undefined;
    this.#show();
  }

  /** The server could not be started, and why. */
  fail(reason: string): void {
    this.#failure = reason;
    this.#show();
  }

  dispose(): void {
    for (const item of [...this.#items, ...this.#subscriptions]) item.dispose();
  }

  #show(): void {
    const uri = analysedDocument(window.activeTextEditor)?.uri.toString();
    const view =
      this.#failure === undefined
        ? statusView(this.#status, uri, workspace.isTrusted)
        : failedView(this.#failure);
    for (const item of this.#items) {
      item.text = plainText(view.text);
      // What a note quotes must not become a link here.
      item.detail = plainText(view.detail, 600);
      item.severity = severities[view.severity];
      item.busy = view.busy;
      item.command = view.restricted
        ? { command: 'workbench.trust.manage', title: 'Manage Trust' }
        : { command: 'alloclens.showOutput', title: 'Show Output' };
    }
  }
}

function create(id: string, selector: DocumentSelector): LanguageStatusItem {
  const item = languages.createLanguageStatusItem(id, selector);
  item.name = 'AllocLens';
  return item;
}
