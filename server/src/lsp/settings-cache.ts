import type { Connection } from 'vscode-languageserver';
import { parseSettings, type Settings } from '../service/settings';
import { loggerOf, warn } from './say';
import type { Uris } from './uris';

/** Mistakes that one message describes. */
const problemsInMessage = 4;
/** Messages about mistakes until the settings change: every folder of a workspace may have its own. */
const maximumMessages = 3;

/** Settings by document, asked from the client once and forgotten when they change. Nothing is global: multi-root. */
export class SettingsCache {
  readonly #byPath = new Map<string, Promise<Settings>>();
  readonly #reported = new Set<string>();
  #messages = 0;
  #fixed: unknown;

  /**
   * @param pull whether the client answers `workspace/configuration`; otherwise `fixed` holds for all documents
   */
  constructor(
    private readonly connection: Connection,
    private readonly pull: boolean,
    fixed: unknown,
    private readonly rules: ReadonlySet<string> | undefined,
    private readonly uris: Uris,
  ) {
    this.#fixed = fixed;
  }

  get(path: string): Promise<Settings> {
    let settings = this.#byPath.get(path);
    if (!settings) {
      settings = this.#read(path);
      this.#byPath.set(path, settings);
    }
    return settings;
  }

  forget(path: string): void {
    this.#byPath.delete(path);
  }

  /** @param section the new settings, from clients that push them */
  clear(section?: unknown): void {
    this.#byPath.clear();
    this.#reported.clear();
    this.#messages = 0;
    if (!this.pull && section !== undefined) this.#fixed = section;
  }

  async #read(path: string): Promise<Settings> {
    let section: unknown = this.#fixed;
    if (this.pull) {
      try {
        section = await this.connection.workspace.getConfiguration({
          scopeUri: this.uris.of(path),
          section: 'alloclens',
        });
      } catch (error) {
        loggerOf(this.connection).warn(
          `The settings of ${path} could not be read, the defaults are used: ${String(error)}`,
        );
        section = undefined;
      }
    }
    const { settings, problems } = parseSettings(section, this.rules);
    await this.#report(problems);
    return settings;
  }

  /** One message for what is new, and few of them: each document of a folder has the folder's mistakes. */
  async #report(problems: readonly string[]): Promise<void> {
    const news = problems.filter((problem) => !this.#reported.has(problem));
    if (news.length === 0 || this.#messages >= maximumMessages) return;
    for (const problem of news) this.#reported.add(problem);
    this.#messages++;
    const more = news.length - problemsInMessage;
    const rest = more > 0 ? ` ${more} more ${more === 1 ? 'setting is' : 'settings are'} wrong.` : '';
    await warn(this.connection, `AllocLens settings: ${news.slice(0, problemsInMessage).join(' ')}${rest}`);
  }
}
