import type { Memento } from 'vscode';

const key = 'alloclens.hotspots.hidden';

/** Sites that are kept; older ones come back. */
const maximum = 500;

/** The sites that the user does not want to see, in this workspace. */
export class Hidden {
  constructor(private readonly memory: Memento) {}

  has(id: string): boolean {
    return this.#ids.includes(id);
  }

  async add(id: string): Promise<void> {
    await this.memory.update(key, [...this.#ids, id].slice(-maximum));
  }

  async clear(): Promise<void> {
    await this.memory.update(key, undefined);
  }

  get #ids(): readonly string[] {
    return this.memory.get<readonly string[]>(key, []);
  }
}
