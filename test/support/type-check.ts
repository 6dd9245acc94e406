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
  #program: ts.Program | undefined;
  #texts: ReadonlyMap<string, string> = new Map();
  readonly #host: ts.CompilerHost;

  /** @param files absolute paths of TypeScript files below `folder` */
  constructor(
    folder: string,
    readonly files: readonly string[],
  ) {
    this.#options = options(folder);
    const host = ts.createCompilerHost(this.#options);
    this.#host = {
      ...host,
      getSourceFile: (name, version) => {
        const replaced = this.#texts.get(name);
        if (replaced !== undefined) return ts.createSourceFile(name, replaced, version, true);
        let file = this.#parsed.get(name);
        if (!file) {
          file = host.getSourceFile(name, version);
          if (file) this.#parsed.set(name, file);
        }
        return file;
      },
    };
  }

  /**
   * @param texts by absolute path; the other files are as on disk
   * @param only the files to look at
   */
  check(texts: ReadonlyMap<string, string>, only: Iterable<string> = this.files): Diagnostics {
    this.#texts = texts;
    this.#program = ts.createProgram({
      rootNames: this.files,
      options: this.#options,
      host: this.#host,
      ...(this.#program && { oldProgram: this.#program }),
    });
    const found = new Map<string, string[]>();
    for (const file of only) {
      const source = this.#program.getSourceFile(file);
      if (!source) continue;
      const diagnostics = [
        ...this.#program.getSyntacticDiagnostics(source),
        ...this.#program.getSemanticDiagnostics(source),
      ];
      if (diagnostics.length === 0) continue;
      const lines = diagnostics.map(
        ({ code, messageText }) => `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      );
      found.set(file, lines);
    }
    return found;
  }
}

/** What `after` says and `before` did not, each as `file: message`; one more of the same counts. */
export function newDiagnostics(before: Diagnostics, after: Diagnostics): string[] {
  const added: string[] = [];
  for (const [file, messages] of after) {
    const known = [...(before.get(file) ?? [])];
    for (const message of messages) {
      const at = known.indexOf(message);
      if (at >= 0) known.splice(at, 1);
      else added.push(`${path.basename(file)}: ${message}`);
    }
  }
  return added;
}
