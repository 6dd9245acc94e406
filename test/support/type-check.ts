import { createHash } from 'node:crypto';
import path from 'node:path';
import ts from 'typescript';

/** One TypeScript program over a folder's files, type-checked again and again with some texts replaced. */

/** `file` → what TypeScript says about it, each as `TS2304: Cannot find name 'x'.`; files without diagnostics are absent. */
export type Diagnostics = ReadonlyMap<string, readonly string[]>;

/**
 * Strict, and strict about indexing and unused locals, too: what a package's own configuration does not ask for is there
 * before and after. Packages that are not installed are `any`, before and after.
 */
const options = (folder: string): ts.CompilerOptions => ({
  noEmit: true,
  // A type that is cut short is cut in another place when the checker happens to meet its parts in another order.
  noErrorTruncation: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  noImplicitReturns: true,
  experimentalDecorators: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  jsx: ts.JsxEmit.Preserve,
  types: [],
  // xterm.js imports from its source folder.
  paths: { '*': [path.join(folder, '*')] },
});

export class TypeChecker {
  readonly #options: ts.CompilerOptions;
  readonly #parsed = new Map<string, ts.SourceFile>();
  /** The given texts of the last time. */
  #given = new Map<string, ts.SourceFile>();
  #program: ts.SemanticDiagnosticsBuilderProgram | undefined;
  #texts: ReadonlyMap<string, string> = new Map();
  #folders: ReadonlySet<string> = new Set();
  readonly #host: ts.CompilerHost;

  /**
   * @param files absolute paths of TypeScript files below `folder`
   * @param others compiler options that replace the usual ones
   */
  constructor(
    folder: string,
    readonly files: readonly string[],
    others: ts.CompilerOptions = {},
  ) {
    this.#options = { ...options(folder), ...others };
    const host = ts.createCompilerHost(this.#options);
    this.#host = {
      ...host,
      createHash: hashOf,
      fileExists: (name) => this.#texts.has(name) || host.fileExists(name),
      readFile: (name) => this.#texts.get(name) ?? host.readFile(name),
      directoryExists: (name) => this.#folders.has(name) || host.directoryExists!(name),
      getSourceFile: (name, version) => {
        const text = this.#texts.get(name);
        if (text !== undefined) {
          const known = this.#given.get(name);
          if (known?.text === text) return known;
          const given = versioned(ts.createSourceFile(name, text, version, true), text);
          this.#given.set(name, given);
          return given;
        }
        let file = this.#parsed.get(name);
        if (!file) {
          file = host.getSourceFile(name, version);
          if (file) this.#parsed.set(name, versioned(file, file.text));
        }
        return file;
      },
    };
  }

  /**
   * What TypeScript says about all files. After the first time only those are looked at again that changed, or that see
   * the types of what changed, through any number of imports.
   * @param texts by absolute path, also of files that are not on disk; the other files are as on disk
   */
  check(texts: ReadonlyMap<string, string>): Diagnostics {
    this.#texts = texts;
    this.#folders = new Set([...texts.keys()].map((name) => path.dirname(name)));
    const files = [...new Set([...this.files, ...texts.keys()])];
    this.#program = ts.createSemanticDiagnosticsBuilderProgram(
      files,
      this.#options,
      this.#host,
      this.#program,
    );
    const found = new Map<string, string[]>();
    for (const file of files) {
      const source = this.#program.getSourceFile(file);
      if (!source) continue;
      const diagnostics = [
        ...this.#program.getSyntacticDiagnostics(source),
        ...this.#program.getSemanticDiagnostics(source),
      ];
      if (diagnostics.length === 0) continue;
      // What follows the first sentence explains it by whichever part of a union the checker met first.
      const lines = diagnostics.map(
        ({ code, messageText }) =>
          `TS${code}: ${typeof messageText === 'string' ? messageText : messageText.messageText}`,
      );
      found.set(file, lines);
    }
    return found;
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');

/** A builder program tells by the version that a file has changed. */
function versioned(file: ts.SourceFile, text: string): ts.SourceFile {
  return Object.assign(file, { version: hashOf(text) });
}

/** What `after` says and `before` did not, each as `file: message`; one more of the same counts. */
export function newDiagnostics(before: Diagnostics, after: Diagnostics): string[] {
  const added: string[] = [];
  for (const [file, messages] of after) {
    const known = (before.get(file) ?? []).map(inAnyOrder);
    for (const message of messages) {
      const at = known.indexOf(inAnyOrder(message));
      if (at >= 0) known.splice(at, 1);
      else added.push(`${path.basename(file)}: ${message}`);
    }
  }
  return added;
}

/** Types list the parts of a union in the order in which the checker met them. */
const inAnyOrder = (message: string): string =>
  message
    .split(/[^\w$.]+/)
    .sort()
    .join(' ');
