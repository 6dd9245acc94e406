import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../../model';
import type { GoFile } from '../rule';
import { topLevel } from '../syntax/nodes';
import { isLocalName } from '../syntax/names';
import { packageNames } from '../syntax/package-names';
import { freshName, lineEnd, startWithDoc } from './layout';

export interface PackageVariable {
  readonly name: string;
  /** Its declaration; none for a variable that the package has. */
  readonly edits: readonly FileEdit[];
}

/** The package-level variables that the fixes of one file need: one for each value, whichever fix comes first. */
export class PackageVariables {
  readonly #made = new Map<string, PackageVariable>();
  readonly #taken = new Set<string>();

  constructor(private readonly file: GoFile) {}

  /**
   * @param value Go source as it stands at top level, lines ending with LF
   * @param names candidates for a new variable
   * @param user where it is used first: a new variable is declared in front of the declaration around it
   * @param gone identifiers that go with the fix, and leave their name to the variable
   * @param fits whether a variable that the package has with this value may be used; by default none is
   */
  holding(
    value: string,
    names: readonly string[],
    user: Node,
    gone: readonly Node[] = [],
    fits: (variable: string) => boolean = () => false,
  ): PackageVariable {
    const key = wordsOf(value);
    const known = this.#made.get(key) ?? this.#existing(key, user, fits);
    if (known) return known;
    const { path, text } = this.file;
    const name = freshName(this.file, names, { taken: this.#taken, gone });
    const at = startWithDoc(text, topLevel(user));
    const declaration = `var ${name} = ${value}\n\n`.replaceAll('\n', lineEnd(text));
    const made = { name, edits: [{ file: path, span: { start: at, end: at }, newText: declaration }] };
    this.#made.set(key, made);
    this.#taken.add(name);
    return made;
  }

  #existing(key: string, user: Node, fits: (name: string) => boolean): PackageVariable | undefined {
    for (const [name, { spec, file }] of packageNames(this.file.pkg).variables) {
      if (file !== this.file && !isAlwaysCompiled(file)) continue;
      const values = spec.childForFieldName('value')?.namedChildren ?? [];
      if (values.length !== 1 || spec.childrenForFieldName('name').length !== 1) continue;
      if (spec.childForFieldName('type') || wordsOf(values[0]!.text) !== key) continue;
      // Another package may give an exported one another value.
      if (/^\p{Lu}/u.test(name) || isLocalName(this.file, user, name) || !fits(name)) continue;
      return { name, edits: [] };
    }
    return undefined;
  }
}

/** The source without its layout. */
function wordsOf(source: string): string {
  return (
    source.match(/"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])+'|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? []
  ).join(' ');
}

const constrainedName =
  /_(?:aix|android|darwin|dragonfly|freebsd|illumos|ios|js|linux|netbsd|openbsd|plan9|solaris|wasip1|windows|386|amd64|arm|arm64|loong64|mips\w*|ppc64\w*|riscv64|s390x|wasm|test)\.go$/;

/** Neither the name nor a build constraint leaves the file out of some builds of the package. */
function isAlwaysCompiled({ path, text }: GoFile): boolean {
  return !constrainedName.test(path) && !/^\/\/(?:go:build| ?\+build)\b/m.test(text);
}
