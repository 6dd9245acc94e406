import { createHash } from 'node:crypto';
import path from 'node:path';
import { TemporaryFolder } from '../../host/temporary-folder';
import type { SourceDocument } from '../../service/engine';

/** The files of one compile that are not what the disk says. */
export interface Overlay {
  /** The JSON file for `-overlay`; undefined when nothing is replaced. */
  readonly file: string | undefined;
  /** The replaced file that a backing file stands for; undefined for any other path. */
  logical(backing: string): string | undefined;
  /** The backing file of a replaced file, for Go 1.19 and for tests. */
  backing(logical: string): string | undefined;
}

export const noOverlay: Overlay = {
  file: undefined,
  logical: () => undefined,
  backing: () => undefined,
};

/**
 * The backing files. Go's build cache goes by content, so equal text never compiles twice; names go by path and content,
 * so a text that is at hand is not written twice and errors find their way back.
 */
export class OverlayStore {
  #outputs = 0;

  private constructor(private readonly temporary: TemporaryFolder) {}

  /** @throws the system's error when the temporary folder cannot be used */
  static async create(parent?: string): Promise<OverlayStore> {
    return new OverlayStore(await TemporaryFolder.create(parent));
  }

  get folder(): string {
    return this.temporary.path;
  }

  /** See TemporaryFolder. */
  get exists(): boolean {
    return this.temporary.exists;
  }

  /**
   * @param files absolute path → text, or null for a file that shall not exist. Files need not be on disk.
   */
  async write(files: ReadonlyMap<string, string | null>): Promise<Overlay> {
    if (files.size === 0) return noOverlay;
    const replace: Record<string, string> = {};
    const logical = new Map<string, string>();
    for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (text === null) {
        replace[file] = '';
        continue;
      }
      const backing = await this.temporary.put(path.join(digest(file, text), path.basename(file)), text);
      replace[file] = backing;
      logical.set(backing, file);
    }
    const json = JSON.stringify({ Replace: replace });
    const file = await this.temporary.put(path.join(digest('overlay', json), 'overlay.json'), json);
    await this.temporary.prune();
    return {
      file,
      logical: (backing) => logical.get(backing),
      backing: (wanted) => replace[wanted] || undefined,
    };
  }

  /** A copy of a go.mod that lies where the go command may not write, its go.sum beside it, for `-modfile`. */
  async moduleFile(text: string, sum: string): Promise<string> {
    const folder = digest(text, sum);
    await this.temporary.put(path.join(folder, 'go.sum'), sum);
    return this.temporary.put(path.join(folder, 'go.mod'), text);
  }

  /** A file for one compile that is not the user's; its name goes by content. Absolute. */
  async text(name: string, text: string): Promise<string> {
    return this.temporary.put(path.join(digest(name, text), name), text);
  }

  /** Where a compile may write its object file: another place each time. Absolute. */
  async output(): Promise<string> {
    return this.temporary.place(path.join(`out-${++this.#outputs}`, 'pkg.a'));
  }

  /** Removes what `output` gave a place for. */
  discard(output: string): Promise<void> {
    return this.temporary.remove(output);
  }

  /** Removes the files. Compiles that use them must have ended. */
  dispose(): Promise<void> {
    return this.temporary.dispose();
  }
}

function digest(name: string, text: string): string {
  return createHash('sha256').update(name).update('\0').update(text).digest('hex').slice(0, 32);
}

/** Unsaved texts for the compile: absolute path → text. */
export function overlaysOf(buffers: ReadonlyMap<string, SourceDocument>): Map<string, string> {
  const overlays = new Map<string, string>();
  for (const [file, { virtual, text }] of buffers) {
    if (!virtual && file.endsWith('.go')) overlays.set(file, text);
  }
  return overlays;
}
