import {
  LanguageStatusSeverity,
  languages,
  window,
  workspace,
  type Disposable,
  type DocumentSelector,
  type LanguageStatusItem,
} from 'vscode';
import type { DocumentStatus, StatusParams } from '../../server/src/lsp/protocol';
import { analysedDocument, goSelector, typescriptSelector } from './languages';

/** The entries in the language status (`{}` in the status bar), one a language, about the active editor's document. */
export class Status implements Disposable {
  readonly #items: readonly LanguageStatusItem[];
  readonly #subscriptions: Disposable[] = [];
  #status: StatusParams | undefined;
  #failure: string | undefined;

  constructor() {
    this.#items = [
      this.#create('alloclens.go', goSelector),
      this.#create('alloclens.typescript', typescriptSelector),
    ];
    this.#subscriptions.push(window.onDidChangeActiveTextEditor(() => this.#show()));
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

  #create(id: string, selector: DocumentSelector): LanguageStatusItem {
    const item = languages.createLanguageStatusItem(id, selector);
    item.name = 'AllocLens';
    return item;
  }

  #show(): void {
    const document = analysedDocument(window.activeTextEditor);
    const own = this.#status?.documents.find(({ uri }) => document && sameUri(uri, document.uri.toString()));
    const view = this.#failure === undefined ? viewOf(this.#status, own) : failed(this.#failure);
    for (const item of this.#items) {
      item.text = view.text;
      item.detail = view.detail;
      item.severity = view.severity;
      item.busy = view.busy;
      item.command = view.restricted
        ? { command: 'workbench.trust.manage', title: 'Manage Trust' }
        : { command: 'alloclens.showOutput', title: 'Show Output' };
    }
  }
}

interface View {
  readonly text: string;
  readonly detail: string;
  readonly severity: LanguageStatusSeverity;
  readonly busy: boolean;
  readonly restricted: boolean;
}

/** What the status says about a document: "3 findings", "Go 1.26.1, 420 ms"; or the note that explains what is missing. */
export function viewOf(status: StatusParams | undefined, own: DocumentStatus | undefined): View {
  const restricted = !workspace.isTrusted;
  if (!status) return view('AllocLens is not running', 'It starts with the first Go, TypeScript or JavaScript document.');
  const busy = status.state === 'busy';
  if (own?.findings === undefined)
    return { ...view(busy ? 'Analysing' : 'Not analysed yet', own?.notes[0]?.message ?? ''), busy, restricted };
  const parts = [
    ...(restricted ? ['Restricted Mode: syntax rules only'] : []),
    ...(own.hot ? [`${own.hot} in hot code`] : []),
    ...(own.go ? [own.go.version.replace(/^go(?=\d)/, 'Go ')] : []),
    ...(own.milliseconds === undefined ? [] : [duration(own.milliseconds)]),
  ];
  const note = own.notes[0]?.message;
  return {
    text: count(own.findings, 'finding'),
    detail: note && !restricted ? note : parts.join(', '),
    severity:
      status.state === 'problem' || (note && !restricted)
        ? LanguageStatusSeverity.Warning
        : LanguageStatusSeverity.Information,
    busy,
    restricted,
  };
}

function failed(reason: string): View {
  return { ...view('AllocLens could not start', reason), severity: LanguageStatusSeverity.Error };
}

function view(text: string, detail: string): View {
  return { text, detail, severity: LanguageStatusSeverity.Information, busy: false, restricted: false };
}

/** "1 finding", "3 findings", "no findings". */
export function count(number: number, noun: string): string {
  return `${number === 0 ? 'no' : number} ${noun}${number === 1 ? '' : 's'}`;
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Editors and servers escape `:` and others differently in URIs. */
function sameUri(a: string, b: string): boolean {
  return a === b || decodeURIComponent(a) === decodeURIComponent(b);
}
