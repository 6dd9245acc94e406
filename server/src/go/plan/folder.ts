import path from 'node:path';
import type { Note } from '../../../../rules/model';
import { entriesOf, readText, UnreadError, type DiskText } from '../../host/files';
import type { SourceDocument } from '../../service/engine';

/**
 * Bytes of all the files that are read of one folder: with `readLimit` alone, many files could fill the memory. A single
 * file that is larger is kept from the go command, too, which reads and hashes all of it.
 */
const folderLimit = 64 * 1024 * 1024;

/** A text and its version, 0 for that of the disk. */
export type GoText = Pick<SourceDocument, 'text' | 'version'>;

/** The Go files of one folder that the go command would look at: what editors hold, and else what the disk has. */
export class GoFolder {
  readonly #programs = new Map<string, Program>();

  private constructor(
    /** Absolute. */
    readonly directory: string,
    /** Absolute path → text, sorted by path. */
    readonly texts: ReadonlyMap<string, GoText>,
    /**
     * What a compile must see otherwise than the disk has it, absolute path → text: texts without the byte order mark,
     * which would count as a part of the first line; null for what the go command would wait for or choke on.
     */
    readonly replaced: ReadonlyMap<string, string | null>,
    /** What was not read, and why. */
    readonly notes: readonly Note[],
  ) {}

  /** @param buffers unsaved files by absolute path; a folder may exist only in the editor */
  static async read(directory: string, buffers: ReadonlyMap<string, GoText>): Promise<GoFolder> {
    const texts = new Map<string, GoText>();
    for (const [file, document] of buffers) {
      if (path.dirname(file) === directory && file.endsWith('.go')) texts.set(file, document);
    }
    const replaced = new Map<string, string | null>();
    const notes: Note[] = [];
    let read = 0;
    for (const { name, kind } of await entriesOf(directory)) {
      const file = path.join(directory, name);
      // Whatever its name: the go command also opens assembly, headers, and default.pgo.
      if (kind === 'special') replaced.set(file, null);
      if (!name.endsWith('.go') || /^[._]/.test(name) || kind === 'folder' || texts.has(file)) continue;
      try {
        if (read > folderLimit) throw new UnreadError(tooMuch);
        const content: DiskText = await readText(file);
        read += Buffer.byteLength(content.text);
        if (content.mark) replaced.set(file, content.text);
        texts.set(file, { version: 0, text: content.text });
      } catch (error) {
        if (!(error instanceof UnreadError)) throw error;
        if (error.size > folderLimit) replaced.set(file, null);
        notes.push({ file, message: error.message });
      }
    }
    const sorted = new Map([...texts].sort(([a], [b]) => (a < b ? -1 : 1)));
    return new GoFolder(directory, sorted, replaced, notes);
  }

  /**
   * Where there is no module, the files that are compiled together with `file`: those of its package, but of several
   * files with a `main` only its own. Names of the folder's files, sorted, itself included.
   */
  programOf(file: string): string[] {
    const name = path.basename(file);
    const text = this.texts.get(file)?.text;
    const own = text === undefined ? undefined : packageName(text);
    if (own === undefined) return [name];
    const { files, tests, mains } = this.#program(own);
    const isMain = mains.includes(name);
    // A scratch folder is often full of programs, each a file with its own main: they are not one package.
    const separate = own === 'main' && (isMain || mains.length > 1);
    const others = [...files, ...(name.endsWith('_test.go') ? tests : [])];
    const chosen = separate ? others.filter((other) => !mains.includes(other)) : others;
    return [...new Set([name, ...chosen])].sort();
  }

  #program(wanted: string): Program {
    if (this.#programs.size === 0) {
      for (const [file, { text }] of this.texts) {
        const program = packageName(text);
        if (program === undefined) continue;
        const known = this.#programs.get(program) ?? { files: [], tests: [], mains: [] };
        const name = path.basename(file);
        (name.endsWith('_test.go') ? known.tests : known.files).push(name);
        if (declaresMain(text)) known.mains.push(name);
        this.#programs.set(program, known);
      }
    }
    return this.#programs.get(wanted) ?? { files: [], tests: [], mains: [] };
  }
}

/** Names of the files that say the same package clause. */
interface Program {
  readonly files: string[];
  readonly tests: string[];
  /** Those that declare `main`. */
  readonly mains: string[];
}

const tooMuch = `the other Go files of its folder have ${folderLimit / 1024 / 1024} MiB already, and no more are read`;

function declaresMain(source: string): boolean {
  return /^func\s+main\s*\(\s*\)/m.test(source);
}

/** The name in the package clause, behind comments and white space. */
export function packageName(source: string): string | undefined {
  let at = 0;
  for (;;) {
    while (/\s/.test(source.charAt(at))) at++;
    const comment = source.startsWith('//', at) ? '\n' : source.startsWith('/*', at) ? '*/' : undefined;
    if (comment === undefined) break;
    const end = source.indexOf(comment, at + 2);
    if (end < 0) return undefined;
    at = end + comment.length;
  }
  const clause = /package\s+([\p{L}_][\p{L}\p{Nd}_]*)/uy;
  clause.lastIndex = at;
  return clause.exec(source)?.[1];
}
