import { LRUCache } from 'lru-cache';
import { Edit, Language, Parser, type Node, type Tree } from 'web-tree-sitter';
import { importedNames, isGenerated } from '../../../../rules/go/edit/imports';
import { readBytes } from '../../host/files';
import { CompilerLines } from '../../text/positions';
import { FlatTree, Grammar } from './flat-tree';

/** Where the two wasm files lie: beside the bundle in a release, in node_modules in tests. Nothing guesses. */
export interface GrammarPaths {
  /** `web-tree-sitter.wasm`. */
  readonly runtime: string;
  /** `tree-sitter-go.wasm`. */
  readonly go: string;
}

/** A parsed file. Its nodes are valid until `release` is called. */
export interface ParsedFile {
  readonly path: string;
  readonly text: string;
  readonly lines: CompilerLines;
  readonly root: Node;
  /** Local name → import path; `_` and `.` imports are left out. */
  readonly imports: ReadonlyMap<string, string>;
  /** `// Code generated … DO NOT EDIT.` stands before the package clause. */
  readonly generated: boolean;
  /** Undefined when the text has no package clause. */
  readonly packageName: string | undefined;
  /** Frees the tree once nobody else uses it. Call exactly once for each `parse`. */
  release(): void;
}

export interface SyntaxOptions {
  /** Parsing is given up after this many milliseconds of processor time. */
  readonly timeLimit?: number;
  /** Trees kept for the next analysis. */
  readonly cachedTrees?: number;
}

interface Entry {
  readonly path: string;
  readonly text: string;
  /** Of tree-sitter: what the next text is parsed against. */
  readonly tree: Tree;
  /** What everybody sees of it. */
  readonly root: Node;
  readonly lines: CompilerLines;
  readonly imports: ReadonlyMap<string, string>;
  readonly generated: boolean;
  readonly packageName: string | undefined;
  /** Users of the tree, the cache included. wasm memory is not collected: the last one deletes it. */
  users: number;
}

/** What the tree of a changed text is kept under: the editor's tree of the file stays in the cache beside it. */
export const changedKey = (path: string): string => `${path}#changed`;

/** The Go grammar, loaded once, and the most recently used syntax trees. */
export class GoSyntax {
  readonly #parser: Parser;
  readonly #grammar: Grammar;
  readonly #timeLimit: number;
  readonly #trees: LRUCache<string, Entry>;

  private constructor(parser: Parser, language: Language, options: SyntaxOptions) {
    this.#parser = parser;
    this.#grammar = new Grammar(language.types, language.fields);
    this.#timeLimit = options.timeLimit ?? 2000;
    this.#trees = new LRUCache({
      max: options.cachedTrees ?? 100,
      dispose: (entry) => leave(entry),
    });
  }

  /**
   * Loads the runtime and the grammar.
   * @throws Error naming the wasm file when it cannot be read or does not fit.
   */
  static async load(paths: GrammarPaths, options: SyntaxOptions = {}): Promise<GoSyntax> {
    try {
      await Parser.init({ locateFile: () => paths.runtime });
    } catch (error) {
      throw new Error(`cannot load the parser runtime ${paths.runtime}: ${String(error)}`, { cause: error });
    }
    try {
      const language = await Language.load(await readBytes(paths.go));
      return new GoSyntax(new Parser().setLanguage(language), language, options);
    } catch (error) {
      throw new Error(`cannot load the Go grammar ${paths.go}: ${String(error)}`, { cause: error });
    }
  }

  /** Parses, or returns the cached tree of the same text. Undefined when the time limit is reached. */
  parse(path: string, text: string): ParsedFile | undefined {
    const cached = this.#trees.get(path);
    if (cached?.text === text) return lease(cached);
    const tree = this.#build(text, cached);
    if (!tree) return undefined;
    const root = new FlatTree(tree, text, this.#grammar).rootNode;
    const entry: Entry = {
      path,
      text,
      tree,
      root,
      lines: new CompilerLines(text),
      imports: importedNames(root),
      generated: isGenerated(root),
      packageName: root.namedChildren.find((child) => child.type === 'package_clause')?.namedChild(0)?.text,
      users: 1,
    };
    this.#trees.set(path, entry);
    return lease(entry);
  }

  #build(text: string, previous: Entry | undefined): Tree | undefined {
    const [started, used] = [performance.now(), process.cpuUsage()];
    // On an overloaded machine time goes by without us.
    const isOver = (): boolean => {
      if (performance.now() - started <= this.#timeLimit) return false;
      const { user, system } = process.cpuUsage(used);
      return (user + system) / 1000 > this.#timeLimit;
    };
    const old = previous && edited(previous, text);
    try {
      const tree = this.#parser.parse(text, old, { progressCallback: isOver });
      if (!tree) this.#parser.reset();
      return tree ?? undefined;
    } finally {
      old?.delete();
    }
  }

  /** Frees all trees that nobody holds. */
  clear(): void {
    this.#trees.clear();
  }

  dispose(): void {
    this.clear();
    this.#parser.delete();
  }
}

function lease(entry: Entry): ParsedFile {
  entry.users++;
  let held = true;
  return {
    path: entry.path,
    text: entry.text,
    lines: entry.lines,
    root: entry.root,
    imports: entry.imports,
    generated: entry.generated,
    packageName: entry.packageName,
    release() {
      if (held) leave(entry);
      held = false;
    },
  };
}

function leave(entry: Entry): void {
  if (--entry.users === 0) entry.tree.delete();
}

/** A copy of the old tree, told what changed: common prefix and suffix give the one edit. */
function edited(previous: Entry, text: string): Tree {
  const old = previous.text;
  const shorter = Math.min(old.length, text.length);
  let start = 0;
  while (start < shorter && old.charCodeAt(start) === text.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < shorter - start &&
    old.charCodeAt(old.length - 1 - tail) === text.charCodeAt(text.length - 1 - tail)
  ) {
    tail++;
  }
  const tree = previous.tree.copy();
  const now = new CompilerLines(text);
  tree.edit(
    new Edit({
      startIndex: start,
      oldEndIndex: old.length - tail,
      newEndIndex: text.length - tail,
      startPosition: now.pointAt(start),
      oldEndPosition: previous.lines.pointAt(old.length - tail),
      newEndPosition: now.pointAt(text.length - tail),
    }),
  );
  return tree;
}
