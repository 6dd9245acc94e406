import type { Node } from 'web-tree-sitter';

/** `// Code generated … DO NOT EDIT.` in front of the package clause (go.dev/s/generatedcode). */
export function isGenerated(root: Node): boolean {
  for (const child of root.namedChildren) {
    if (child.type === 'package_clause') return false;
    if (child.type === 'comment' && /^\/\/ Code generated .* DO NOT EDIT\.$/.test(child.text.trimEnd())) return true;
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
      const name = alias === undefined ? nameOfImport(path) : alias === '_' || alias === '.' ? undefined : alias;
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
