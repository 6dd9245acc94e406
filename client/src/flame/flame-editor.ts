import { randomBytes } from 'node:crypto';
import {
  Position,
  Range,
  Uri,
  ViewColumn,
  window,
  type CustomDocument,
  type CustomReadonlyEditorProvider,
  type Disposable,
  type WebviewPanel,
} from 'vscode';
import {
  flameGraphRequest,
  type FlameGraphParams,
  type FlameGraphResult,
  type ProfileInfo,
} from '../../../server/src/lsp/protocol';
import type { By, FromPage, ToPage } from '../../webview/src/messages';
import type { LanguageServer } from '../language-server';
import { inform } from '../say';
import { chooseBase, compareProfile, loadProfile, useProfile } from '../views/profile-commands';
import { profileName } from '../views/profiles-view';
import type { Sites } from '../views/sites';
import { marksOf, placeOf } from './marks';
import { pageFolder, pageOf } from './page';

/** As in the manifest: Go's profiles open so by themselves, of V8's the user says it (VS Code has a table for them). */
export const flameEditors = ['alloclens.flameGraph', 'alloclens.flameGraphV8'] as const;

/** Shows profiles as flame graphs. To open one is to load it: the hotspots are weighed by it, too. */
export class FlameEditor implements CustomReadonlyEditorProvider, Disposable {
  readonly #registrations = flameEditors.map((type) => window.registerCustomEditorProvider(type, this));

  constructor(
    private readonly extension: Uri,
    private readonly server: LanguageServer,
    private readonly sites: Sites,
  ) {}

  openCustomDocument(uri: Uri): CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: CustomDocument, panel: WebviewPanel): void {
    panel.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(this.extension)] };
    const page = new Page(uri, panel, this.server, this.sites);
    panel.onDidDispose(() => page.dispose());
    panel.webview.html = pageOf(panel.webview, this.extension, randomBytes(16).toString('base64'));
  }

  dispose(): void {
    for (const one of this.#registrations) one.dispose();
  }
}

/** One profile in one tab, in step with the server's profiles and sites. */
class Page implements Disposable {
  readonly #subscriptions: Disposable[];
  #by: By = 'amount';
  #isListening = false;
  /** As the server calls the profile. */
  #uri: string;
  #graph: FlameGraphResult | undefined;
  /** What the graph that is shown was made of. */
  #profiles: readonly ProfileInfo[] | undefined;
  #marks = '[]';

  constructor(
    private readonly file: Uri,
    private readonly panel: WebviewPanel,
    private readonly server: LanguageServer,
    private readonly sites: Sites,
  ) {
    this.#uri = file.toString();
    this.#subscriptions = [
      panel.webview.onDidReceiveMessage((message: FromPage) => void this.#hear(message)),
      sites.onDidChange(() => void this.#changed()),
    ];
  }

  dispose(): void {
    for (const one of this.#subscriptions) one.dispose();
  }

  async #hear(message: FromPage): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.#isListening = true;
        if (this.#info) await this.#show();
        else await this.#load();
        break;
      case 'load':
        await this.#load();
        break;
      case 'by':
        this.#by = message.by === 'objects' ? 'objects' : 'amount';
        await this.#show();
        break;
      case 'open':
        await this.#open(message.node);
        break;
      case 'compare':
        await this.#orSentence(() => this.#compare(message.stop));
    }
  }

  /** Of the profile that is shown, if the server has it. */
  get #info(): ProfileInfo | undefined {
    return this.sites.profiles.find(({ uri }) => uri === this.#uri);
  }

  async #load(): Promise<void> {
    this.#say({ kind: 'sentence', text: 'The profile is being read.', busy: true });
    await this.#orSentence(async () => {
      const { uri } = await loadProfile(this.server, this.file);
      this.#uri = uri;
      await this.#show();
    });
  }

  async #compare(stop: boolean): Promise<void> {
    const { profiles } = this.sites;
    const newer = this.#info;
    if (!newer) return this.#load();
    if (stop) return useProfile(this.server, newer);
    const base = await chooseBase(this.server, profiles, newer);
    if (base) await compareProfile(this.server, newer, base);
  }

  async #show(): Promise<void> {
    await this.#orSentence(async () => {
      const base = this.#base;
      this.#profiles = this.sites.profiles;
      const params: FlameGraphParams = { uri: this.#uri, by: this.#by, ...(base && { base: base.uri }) };
      const client = await this.server.start();
      const graph = await client.sendRequest<FlameGraphResult>(flameGraphRequest, params);
      this.#graph = graph;
      const marks = marksOf(graph, (uri) => this.sites.of(uri));
      this.#marks = JSON.stringify(marks);
      const name = profileName(this.#uri);
      const by = this.#by;
      this.#say({ kind: 'graph', graph, by, marks, name, ...(base && { base: profileName(base.uri) }) });
    });
  }

  /** What the hotspots compare the profile with. */
  get #base(): ProfileInfo | undefined {
    return this.#info?.current === true ? this.sites.profiles.find(({ base }) => base) : undefined;
  }

  /** Profiles were loaded, compared or forgotten, or sites have other fixes now. */
  async #changed(): Promise<void> {
    if (!this.#isListening || !this.#graph) return;
    if (this.sites.profiles !== this.#profiles && this.#info) return this.#show();
    const marks = marksOf(this.#graph, (uri) => this.sites.of(uri));
    const text = JSON.stringify(marks);
    if (text === this.#marks) return;
    this.#marks = text;
    this.#say({ kind: 'marks', marks });
  }

  async #open(index: number): Promise<void> {
    const node = this.#graph?.nodes[index];
    const place = node && placeOf(node, (uri) => this.sites.of(uri));
    if (!place)
      return void inform(
        node?.file === undefined
          ? 'This box has no place of its own.'
          : `${node.name} is not code of this workspace: ${node.file}.`,
      );
    const at = new Position(place.line, place.character);
    await window.showTextDocument(Uri.parse(place.uri, true), {
      viewColumn: ViewColumn.Beside,
      selection: new Range(at, at),
    });
  }

  async #orSentence(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#say({ kind: 'sentence', text, busy: false });
    }
  }

  #say(message: ToPage): void {
    void this.panel.webview.postMessage(message);
  }
}
