import {
  LanguageStatusSeverity,
  languages,
  StatusBarAlignment,
  ThemeColor,
  window,
  workspace,
  type Disposable,
  type DocumentSelector,
  type LanguageStatusItem,
  type StatusBarItem,
} from 'vscode';
import type { DocumentStatus, StatusParams } from '../../server/src/lsp/protocol';
import { plainText } from '../../server/src/text/foreign';
import { analysedDocument, goSelector, typescriptSelector } from './languages';
import { failedView, statusOf, statusView, type StatusView } from './status-view';
import { steps } from './steps';

const severities: Readonly<Record<StatusView['severity'], LanguageStatusSeverity>> = {
  information: LanguageStatusSeverity.Information,
  warning: LanguageStatusSeverity.Warning,
  error: LanguageStatusSeverity.Error,
};

const backgrounds: Readonly<Record<StatusView['severity'], ThemeColor | undefined>> = {
  information: undefined,
  warning: new ThemeColor('statusBarItem.warningBackground'),
  error: new ThemeColor('statusBarItem.errorBackground'),
};

/**
 * What is known about the active editor's document, in the status bar and in the language status (`{}` beside the
 * language, one entry a language). The status bar says the most important in words that are never cut.
 */
export class Status implements Disposable {
  readonly #bar: StatusBarItem;
  readonly #items: readonly LanguageStatusItem[];
  readonly #subscriptions: Disposable[];
  #status: StatusParams | undefined;
  #failure: string | undefined;

  constructor() {
    this.#bar = window.createStatusBarItem('alloclens', StatusBarAlignment.Right, 101);
    this.#bar.name = 'AllocLens: Allocations';
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

  /** What the server said about a document, by its URI. */
  of(document: string): DocumentStatus | undefined {
    return statusOf(this.#status, document);
  }

  dispose(): void {
    for (const item of [this.#bar, ...this.#items, ...this.#subscriptions]) item.dispose();
  }

  #show(): void {
    const uri = analysedDocument(window.activeTextEditor)?.uri.toString();
    const view =
      this.#failure === undefined
        ? statusView(this.#status, uri, workspace.isTrusted)
        : failedView(this.#failure);
    // What a note quotes must not become an icon or a link here.
    const text = plainText(view.text);
    const detail = plainText(view.detail, 600);
    const command = steps[view.step];
    for (const item of this.#items) {
      item.text = `AllocLens: ${text}`;
      item.detail = detail;
      item.severity = severities[view.severity];
      item.busy = view.busy;
      item.command = command;
    }
    this.#bar.text = `${view.icon ? `$(${view.icon}) ` : ''}${plainText(view.bar)}`;
    this.#bar.tooltip = [`AllocLens: ${text}`, detail, `${command.title}: press Enter or click`]
      .filter((line) => line !== '')
      .join('\n');
    this.#bar.backgroundColor = backgrounds[view.severity];
    this.#bar.command = command;
    if (uri === undefined) this.#bar.hide();
    else this.#bar.show();
  }
}

function create(id: string, selector: DocumentSelector): LanguageStatusItem {
  const item = languages.createLanguageStatusItem(id, selector);
  item.name = 'AllocLens';
  return item;
}
