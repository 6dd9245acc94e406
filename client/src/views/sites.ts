import { EventEmitter, workspace, type Disposable, type TextDocumentChangeEvent } from 'vscode';
import {
  sitesRequest,
  type ProfileInfo,
  type Site,
  type SitesChange,
  type SitesResult,
} from '../../../server/src/lsp/protocol';
import type { LanguageClient } from 'vscode-languageclient/node';
import { movedSites } from './moved-sites';
import { inReadingOrder } from './site-rows';

/** What the server says of sites and profiles, kept in step with it. */
export class Sites implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #edits = workspace.onDidChangeTextDocument((event) => this.#edited(event));
  #byUri = new Map<string, readonly Site[]>();
  #sorted: readonly Site[] | undefined;
  #profiles: readonly ProfileInfo[] = [];
  #version: number | undefined;
  #client: LanguageClient | undefined;

  /** In the order in which they are read. */
  get all(): readonly Site[] {
    return (this.#sorted ??= inReadingOrder([...this.#byUri.values()].flat()));
  }

  of(uri: string): readonly Site[] {
    return this.#byUri.get(uri) ?? [];
  }

  get profiles(): readonly ProfileInfo[] {
    return this.#profiles;
  }

  /** The one that sites are weighed by. */
  get profile(): ProfileInfo | undefined {
    return this.#profiles.find(({ current }) => current);
  }

  /** A server has started: whatever was known is of another one. */
  async started(client: LanguageClient): Promise<void> {
    this.#client = client;
    this.#profiles = [];
    await this.#ask();
  }

  stopped(): void {
    this.#client = undefined;
    this.#version = undefined;
    this.#byUri = new Map();
    this.#profiles = [];
    this.#fire();
  }

  profilesChanged(profiles: readonly ProfileInfo[]): void {
    this.#profiles = profiles;
    this.#fire();
  }

  async sitesChanged({ version, uris, sites }: SitesChange): Promise<void> {
    // What comes before the answer is in it.
    if (this.#version === undefined || version <= this.#version) return;
    if (version !== this.#version + 1) return this.#ask();
    this.#version = version;
    for (const uri of uris) this.#byUri.delete(uri);
    this.#add(sites);
    this.#fire();
  }

  dispose(): void {
    this.#edits.dispose();
    this.#changed.dispose();
  }

  async #ask(): Promise<void> {
    const client = this.#client;
    if (!client) return;
    const { version, sites } = await client.sendRequest<SitesResult>(sitesRequest);
    if (client !== this.#client) return;
    this.#version = version;
    this.#byUri = new Map();
    this.#add(sites);
    this.#fire();
  }

  /** Until the server has analysed what was typed. */
  #edited({ document, contentChanges }: TextDocumentChangeEvent): void {
    const uri = document.uri.toString();
    const before = this.#byUri.get(uri);
    if (!before || contentChanges.length === 0) return;
    const now = movedSites(before, contentChanges);
    this.#byUri.set(uri, now);
    // The rows show lines only, and are not made anew for each letter.
    if (now.some(({ line }, i) => line !== before[i]!.line)) this.#fire();
    else this.#sorted = undefined;
  }

  #add(sites: readonly Site[]): void {
    const byUri = new Map<string, Site[]>();
    for (const site of sites) byUri.set(site.uri, [...(byUri.get(site.uri) ?? []), site]);
    for (const [uri, own] of byUri) this.#byUri.set(uri, own);
  }

  #fire(): void {
    this.#sorted = undefined;
    this.#changed.fire();
  }
}
