import { basename, dirname, resolve } from 'node:path';
import { LRUCache } from 'lru-cache';
import ts from 'typescript';
import { declarationsIn } from '../../../rules/typescript/types/exports';
import type { DeclaredMember, ImportedModules, ModuleDeclarations } from '../../../rules/typescript/types/imports'; // prettier-ignore
import type { ValueType } from '../../../rules/typescript/types/value-type';
import { parseForLinter, syntaxExtension, syntaxTree } from './parse';
import { sourceCodeOf } from './source-code';

/** The files that modules are read from. */
export interface ModuleFiles {
  /** Changes when the file does; `undefined` when there is no such regular file. Cheap. */
  stamp(path: string): string | undefined;
  /** @throws where it cannot be read */
  text(path: string): string;
}

/** A file that was looked for because another imports it. */
export interface SeenFile {
  readonly path: string;
  /** Absent: there was none. */
  readonly stamp?: string;
}

/** UTF-16 units; generated tables are longer, and say nothing that the rules ask for. */
const longest = 200_000;
/** How far `export … from` is followed. */
const maximumDepth = 3;
/** Stamps are good for this long, in milliseconds: while somebody types, no file is looked at for each key. */
const stampLifetime = 1_000;

/** Of files that a specifier without an ending means, in the order in which they are looked for. */
const endings = ['.ts', '.tsx', '.mts', '.cts', '.d.ts', '.js', '.jsx', '.mjs', '.cjs'];

/** The files that a relative specifier may mean, as TypeScript and bundlers have it: `./a`, `./a.js` for a.ts, a folder's index. @param at absolute */
export function filesMeant(at: string): string[] {
  const bare = at.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  return [
    ...(bare === at ? [] : [bare]),
    at,
    ...endings.map((ending) => at + ending),
    ...endings.map((ending) => resolve(at, `index${ending}`)),
  ];
}

type Declarations = Pick<ModuleDeclarations, 'types' | 'values'>;

/**
 * What the files that a file imports declare. Nothing is read before a rule asks; each file is read once for each of its stamps,
 * and of its text only the declarations are parsed.
 */
export class ImportReader {
  readonly #modules = new LRUCache<string, { readonly stamp: string; readonly module: ModuleDeclarations }>({
    max: 500,
  });
  readonly #stamps = new LRUCache<string, { readonly stamp: string | undefined }>({
    max: 5_000,
    ttl: stampLifetime,
  });

  #seen: Map<string, SeenFile> | undefined;

  constructor(readonly files: ModuleFiles) {}

  /** What `run`, which waits for nothing, gives, and the files that this rests on. */
  noting<T>(run: () => T): { readonly result: T; readonly seen: readonly SeenFile[] } {
    const seen = (this.#seen = new Map<string, SeenFile>());
    try {
      return { result: run(), seen: [...seen.values()] };
    } finally {
      this.#seen = undefined;
    }
  }

  /** The files are as they were, for about a second at least. */
  isCurrent(seen: readonly SeenFile[]): boolean {
    return seen.every(({ path, stamp }) => this.#stamp(path) === stamp);
  }

  /** @param path of the file that imports */
  importsOf(path: string): ImportedModules {
    // A rule asks for the same import many times.
    const known = new Map<string, Declarations | undefined>();
    return {
      declarationsOf: (specifier) => {
        if (!known.has(specifier)) known.set(specifier, this.#declarations(path, specifier, 0));
        return known.get(specifier);
      },
    };
  }

  #declarations(from: string, specifier: string, depth: number): Declarations | undefined {
    const path = depth < maximumDepth ? this.#find(from, specifier) : undefined;
    const module = path === undefined ? undefined : this.#module(path);
    if (!module || module.passedOn.length === 0) return module;
    const types = new Map<string, ValueType>();
    const values = new Map<string, DeclaredMember>();
    for (const { specifier: next, name, as } of module.passedOn) {
      if (!next.startsWith('.')) continue;
      const further = this.#declarations(path!, next, depth + 1);
      if (name === '*') {
        for (const [key, type] of further?.types ?? []) if (key !== 'default') types.set(key, type);
        for (const [key, value] of further?.values ?? []) if (key !== 'default') values.set(key, value);
        continue;
      }
      const [type, value] = [further?.types.get(name), further?.values.get(name)];
      if (type) types.set(as, type);
      if (value) values.set(as, value);
    }
    // A module's own names come before what it passes on.
    for (const [key, type] of module.types) types.set(key, type);
    for (const [key, value] of module.values) values.set(key, value);
    return { types, values };
  }

  #find(from: string, specifier: string): string | undefined {
    return filesMeant(resolve(dirname(from), specifier)).find(
      (path) => syntaxExtension(path, '') !== undefined && this.#stamp(path) !== undefined,
    );
  }

  #stamp(path: string): string | undefined {
    const known = this.#stamps.get(path) ?? { stamp: this.files.stamp(path) };
    this.#stamps.set(path, known, { noUpdateTTL: true });
    this.#seen?.set(path, { path, ...(known.stamp !== undefined && { stamp: known.stamp }) });
    return known.stamp;
  }

  #module(path: string): ModuleDeclarations | undefined {
    const stamp = this.#stamp(path)!;
    const known = this.#modules.get(path);
    if (known?.stamp === stamp) return known.module;
    let module: ModuleDeclarations = { types: new Map(), values: new Map(), passedOn: [] };
    try {
      const text = this.files.text(path);
      if (text.length <= longest) module = declarationsOfText(text, path);
    } catch {
      // Not readable, or it does not parse at the moment: nothing is known of it.
    }
    this.#modules.set(path, { stamp, module });
    return module;
  }
}

function declarationsOfText(text: string, path: string): ModuleDeclarations {
  const name = basename(path);
  const short = withoutBodies(text, name);
  const sourceCode = sourceCodeOf(short, parseForLinter(short, name), new Set());
  // Gives the nodes their parents.
  (sourceCode as unknown as { traverse(): unknown }).traverse();
  return declarationsIn(sourceCode);
}

/** The text with nothing between the braces of functions: what converting a file into ESLint's tree costs lies there. */
function withoutBodies(text: string, name: string): string {
  const parts: string[] = [];
  let from = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node) && ts.isFunctionLike(node.parent)) {
      parts.push(text.slice(from, node.getStart() + 1));
      from = node.end - 1;
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(syntaxTree(text, name));
  return parts.join('') + text.slice(from);
}
