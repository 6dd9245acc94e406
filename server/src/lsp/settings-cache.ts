import { MessageType, ShowMessageNotification, type Connection } from 'vscode-languageserver';
import { parseSettings, type Settings } from '../service/settings';
import { uriOf } from './convert';

/** Settings by document, asked from the client once and forgotten when they change. Nothing is global: multi-root. */
export class SettingsCache {
  readonly #byPath = new Map<string, Promise<Settings>>();
  readonly #reported = new Set<string>();
  #fixed: unknown;

  /**
   * @param pull whether the client answers `workspace/configuration`; otherwise `fixed` holds for all documents
   */
  constructor(
    private readonly connection: Connection,
    private readonly pull: boolean,
    fixed: unknown,
    private readonly rules: ReadonlySet<string> | undefined,
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
    if (!this.pull && section !== undefined) this.#fixed = section;
  }

  async #read(path: string): Promise<Settings> {
    let section: unknown = this.#fixed;
    if (this.pull) {
      try {
        section = await this.connection.workspace.getConfiguration({
          scopeUri: uriOf(path),
          section: 'alloclens',
        });
      } catch (error) {
        this.connection.console.warn(
          `The settings of ${path} could not be read, the defaults are used: ${String(error)}`,
        );
        section = undefined;
      }
    }
    const { settings, problems } = parseSettings(section, this.rules);
    for (const problem of problems) {
      if (this.#reported.has(problem)) continue;
      this.#reported.add(problem);
      // Not window.showWarningMessage: that asks a question and waits for its answer.
      await this.connection.sendNotification(ShowMessageNotification.type, {
        type: MessageType.Warning,
        message: `AllocLens settings: ${problem}`,
      });
    }
    return settings;
  }
}
