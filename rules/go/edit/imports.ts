import type { Node } from 'web-tree-sitter';
import type { TextEdit } from '../../model';
import { isFunction, topLevel } from '../syntax/nodes';
import { isLocalName, occurrences } from '../syntax/names';
import { byPlace } from './layout';
import type { GoFile } from '../rule';
import { packageNames } from '../syntax/package-names';

/** `// Code generated … DO NOT EDIT.` in front of the package clause (go.dev/s/generatedcode). */
export function isGenerated(root: Node): boolean {
  for (const child of root.namedChildren) {
    if (child.type === 'package_clause') return false;
    if (child.type === 'comment' && /^\/\/ Code generated .* DO NOT EDIT\.$/.test(child.text.trimEnd()))
      return true;
  }
  return false;
}

/** One import of a file. */
export interface ImportSpec {
  /** The `import_spec` node. */
  readonly node: Node;
  readonly path: string;
  /** The name as written: an alias, `_`, `.`, or undefined. */
  readonly alias: string | undefined;
  /** The name it is used by, guessed from the path when there is no alias; undefined for `_` and `.`. */
  readonly name: string | undefined;
}

export function importSpecs(root: Node): ImportSpec[] {
  const specs: ImportSpec[] = [];
  for (const child of root.namedChildren) {
    if (child.type !== 'import_declaration') continue;
    for (const node of child.descendantsOfType('import_spec')) {
      const path = node.childForFieldName('path')?.text.slice(1, -1) ?? '';
      const alias = node.childForFieldName('name')?.text;
      const name =
        alias === undefined ? nameOfImport(path) : alias === '_' || alias === '.' ? undefined : alias;
      specs.push({ node, path, alias, name });
    }
  }
  return specs;
}

/** Local name → import path; `_` and `.` imports are left out. */
export function importedNames(root: Node): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name, path } of importSpecs(root)) if (name !== undefined) names.set(name, path);
  return names;
}

/** The package name that goes with an import path by convention: `math/rand/v2` → rand, `gopkg.in/yaml.v3` → yaml. */
export function nameOfImport(path: string): string {
  const parts = path.split('/');
  let last = parts.pop() ?? path;
  if (/^v\d+$/.test(last) && parts.length > 0) last = parts.pop()!;
  return last
    .replace(/\.v\d+$/, '')
    .replace(/^go-/, '')
    .replace(/[.-]go$/, '')
    .replace(/-/g, '_');
}

/** The name under which the file sees the package, or the name that an added import will have. */
export function nameFor(imports: ReadonlyMap<string, string>, path: string): string {
  for (const [name, imported] of imports) if (imported === path) return name;
  return nameOfImport(path);
}

/**
 * The edits of the import declarations that go with `edits` of the same file: `needed` paths are added where gofmt and
 * goimports would put them, and imports whose last use stood inside an edited span are removed.
 *
 * Undefined when an added import's name means something else in the file or (`declared`) in the package: the fix must
 * be withheld. `edits` must be disjoint; offsets are of the original text.
 */
export function importEdits(
  root: Node,
  text: string,
  edits: readonly TextEdit[],
  needed: readonly string[],
  declared: ReadonlySet<string> = new Set(),
): TextEdit[] | undefined {
  const specs = importSpecs(root);
  const missing: string[] = [];
  for (const path of [...new Set(needed)].sort()) {
    if (specs.some((spec) => spec.path === path && spec.name !== undefined)) continue;
    const name = nameOfImport(path);
    if (specs.some((spec) => spec.name === name) || declared.has(name)) return undefined;
    if (namesIn(root, text, name, edits)) return undefined;
    missing.push(path);
  }
  const removed = specs.filter((spec) => lostItsLastUse(root, text, spec, edits, needed));
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return missing.length === 0 && removed.length === 0
    ? []
    : new ImportEditor(root, text, specs, newline).edits(missing, removed);
}

/** True when the name means something else in a declaration that is edited, or at the file's top level. */
function namesIn(root: Node, text: string, name: string, edits: readonly TextEdit[]): boolean {
  return occurrences(root, text, name).some((node) => {
    if (node.type === 'field_identifier') return false;
    const declaration = topLevel(node);
    if (declaration.type === 'package_clause' || declaration.type === 'import_declaration') return false;
    if (!isFunction(declaration)) return true;
    const declared = declaration.childForFieldName('name')?.equals(node) === true;
    const touched = edits.some(
      ({ span }) => span.start < declaration.endIndex && declaration.startIndex < span.end,
    );
    return declared || touched;
  });
}

function usesOf(root: Node, text: string, name: string): Node[] {
  return occurrences(root, text, name).filter((node) => {
    const parent = node.parent;
    if (parent?.type === 'qualified_type') return parent.childForFieldName('package')?.equals(node) === true;
    return parent?.type === 'selector_expression' && parent.startIndex === node.startIndex;
  });
}

function lostItsLastUse(
  root: Node,
  text: string,
  spec: ImportSpec,
  edits: readonly TextEdit[],
  needed: readonly string[],
): boolean {
  const { name } = spec;
  if (name === undefined || spec.path === 'C' || needed.includes(spec.path)) return false;
  // Mostly no use is edited: then the others need not be looked for in the whole file.
  if (!edits.some(({ span }) => text.slice(span.start, span.end).includes(name))) return false;
  const uses = usesOf(root, text, name);
  if (uses.length === 0) return false;
  const gone = (use: Node): boolean =>
    edits.some(({ span }) => span.start <= use.startIndex && use.endIndex <= span.end);
  if (!uses.every(gone)) return false;
  const written = new RegExp(`(?<![\\w.])${name.replace(/\$/g, '\\$')}\\s*\\.`);
  return !edits.some(({ newText }) => written.test(newText));
}

const isStandard = (path: string): boolean => !path.split('/')[0]!.includes('.');

class ImportEditor {
  readonly #result: TextEdit[] = [];

  constructor(
    private readonly root: Node,
    private readonly text: string,
    private readonly specs: readonly ImportSpec[],
    private readonly newline: string,
  ) {}

  edits(missing: readonly string[], removed: readonly ImportSpec[]): TextEdit[] {
    const rest = [...missing];
    for (const spec of removed) this.#remove(spec, removed, rest);
    if (rest.length > 0) this.#add(rest, removed);
    return this.#result.sort(byPlace);
  }

  /** A lone import gives its place to an added one; else its line goes, and the declaration when nothing is left. */
  #remove(spec: ImportSpec, removed: readonly ImportSpec[], rest: string[]): void {
    const declaration = declarationOf(spec.node);
    const siblings = this.specs.filter((other) => declarationOf(other.node).equals(declaration));
    if (siblings.every((other) => removed.includes(other))) {
      if (rest.length > 1 && spec.node.parent?.type !== 'import_spec_list') {
        const lines = rest.splice(0).map((path) => `${this.newline}\t"${path}"`);
        this.#replace(spec.node.startIndex, spec.node.endIndex, `(${lines.join('')}${this.newline})`);
      } else if (rest.length > 0) {
        const replacement = rest.shift()!;
        this.#replace(spec.node.startIndex, spec.node.endIndex, `"${replacement}"`);
      } else if (siblings[0] === spec) this.#removeLines(declaration);
      return;
    }
    this.#removeLines(spec.node);
  }

  /** Removes the lines of the node, a trailing comment included, or only the node when it shares its line. */
  #removeLines(node: Node): void {
    const start = this.#lineStart(node.startIndex);
    const end = this.#lineEnd(node.endIndex);
    const before = this.text.slice(start, node.startIndex);
    const after = this.text.slice(node.endIndex, end);
    if (before.trim() !== '' || !/^[ \t;]*(?:\/\/.*)?\r?$/.test(after)) {
      const semicolon = /^[ \t]*;[ \t]*/.exec(after)?.[0].length ?? 0;
      return this.#replace(node.startIndex, node.endIndex + semicolon, '');
    }
    let last = Math.min(end + 1, this.text.length);
    // A declaration takes the blank line behind it along.
    if (node.type === 'import_declaration') {
      const blank = /^[ \t]*\r?\n/.exec(this.text.slice(last));
      if (blank) last += blank[0].length;
    }
    this.#replace(start, last, '');
  }

  #add(paths: readonly string[], removed: readonly ImportSpec[]): void {
    const kept = this.specs.filter((spec) => spec.path !== 'C' && !removed.includes(spec));
    const inBlock = kept.filter((spec) => spec.node.parent?.type === 'import_spec_list');
    if (inBlock.length > 0) {
      const declaration = declarationOf(inBlock[0]!.node);
      const block = inBlock.filter((spec) => declarationOf(spec.node).equals(declaration));
      for (const path of paths) this.#addToBlock(block, path);
      return;
    }
    const single = kept[0];
    if (single) {
      const end = this.#lineEnd(single.node.endIndex, true);
      // gofmt sorts the lines of a block.
      const first = paths.filter((path) => isStandard(path) && isStandard(single.path) && path < single.path);
      const above = first.map((path) => `"${path}"${this.newline}\t`).join('');
      const lines = paths
        .filter((path) => !first.includes(path))
        .map((path) => `${this.newline}\t"${path}"`)
        .join('');
      this.#replace(single.node.startIndex, single.node.startIndex, `(${this.newline}\t${above}`);
      this.#replace(end, end, `${lines}${this.newline})`);
      return;
    }
    const anchor =
      this.root.namedChildren.filter((child) => child.type === 'import_declaration').at(-1) ??
      this.root.namedChildren.find((child) => child.type === 'package_clause');
    if (!anchor) return;
    const at = this.#lineEnd(anchor.endIndex, true);
    const [first, ...others] = paths;
    const declaration =
      others.length === 0
        ? `import "${first}"`
        : `import (${paths.map((path) => `${this.newline}\t"${path}"`).join('')}${this.newline})`;
    this.#replace(at, at, `${this.newline}${this.newline}${declaration}`);
  }

  #addToBlock(block: readonly ImportSpec[], path: string): void {
    const groups = this.#groups(block);
    const group =
      groups.find((specs) => specs.some((spec) => isStandard(spec.path) === isStandard(path))) ?? undefined;
    if (!group) {
      if (isStandard(path)) {
        const at = this.#lineStart(groups[0]![0]!.node.startIndex);
        return this.#replace(at, at, `\t"${path}"${this.newline}${this.newline}`);
      }
      const at = this.#lineEnd(block.at(-1)!.node.endIndex, true);
      return this.#replace(at, at, `${this.newline}${this.newline}\t"${path}"`);
    }
    const next = group.find((spec) => spec.path > path && isStandard(spec.path) === isStandard(path));
    if (next && this.text.slice(this.#lineStart(next.node.startIndex), next.node.startIndex).trim() === '') {
      const at = this.#lineStart(next.node.startIndex);
      return this.#replace(at, at, `\t"${path}"${this.newline}`);
    }
    const last = group.filter((spec) => isStandard(spec.path) === isStandard(path)).at(-1) ?? group.at(-1)!;
    const at = this.#lineEnd(last.node.endIndex, true);
    this.#replace(at, at, `${this.newline}\t"${path}"`);
  }

  /** Runs of specs without a blank line between them. */
  #groups(block: readonly ImportSpec[]): ImportSpec[][] {
    const groups: ImportSpec[][] = [];
    let previous: ImportSpec | undefined;
    for (const spec of block) {
      const between = previous && this.text.slice(previous.node.endIndex, spec.node.startIndex);
      if (between === undefined || /\n[ \t]*\r?\n/.test(between)) groups.push([spec]);
      else groups.at(-1)!.push(spec);
      previous = spec;
    }
    return groups;
  }

  #replace(start: number, end: number, newText: string): void {
    this.#result.push({ span: { start, end }, newText });
  }

  #lineStart(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  /** Offset of the line's `\n`, or with `beforeReturn` of the `\r` in front of it. */
  #lineEnd(offset: number, beforeReturn = false): number {
    const newline = this.text.indexOf('\n', offset);
    if (newline < 0) return this.text.length;
    return beforeReturn && this.text[newline - 1] === '\r' ? newline - 1 : newline;
  }
}

function declarationOf(spec: Node): Node {
  let node = spec;
  while (node.parent && node.type !== 'import_declaration') node = node.parent;
  return node;
}

/** The local name under which the file imports `path`; the path's last element when it does not import it yet. */
export function importedAs(file: GoFile, path: string): string {
  for (const [local, imported] of file.imports) if (imported === path) return local;
  return path.slice(path.lastIndexOf('/') + 1);
}

/** True when an import of `path` can be used in the file under `importedAs`: no package-level name stands in its way. */
export function canImport(file: GoFile, path: string): boolean {
  const local = importedAs(file, path);
  const imported = file.imports.get(local);
  if (imported !== undefined) return imported === path;
  return !file.pkg.files.some((other) => declaresAtTop(other, local));
}

/** As `canImport`, and no local name around the node hides the import. */
export function canImportAt(file: GoFile, path: string, at: Node): boolean {
  return canImport(file, path) && !isLocalName(file, at, importedAs(file, path));
}

function declaresAtTop(file: GoFile, name: string): boolean {
  const { functions, types, constants, variables } = packageNames(file.pkg);
  return functions.has(name) || types.has(name) || constants.has(name) || variables.has(name);
}
