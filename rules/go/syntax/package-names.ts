import type { Node } from 'web-tree-sitter';
import type { GoFile, GoPackage } from '../rule';

export interface PackageNames {
  /** Package-level names, methods left out, and the local names of imports. */
  readonly declared: ReadonlySet<string>;
  /** Package-level constants by name: the initialising expression, or undefined for an implicit repetition. */
  readonly constants: ReadonlyMap<string, Node | undefined>;
  readonly types: ReadonlyMap<string, { readonly spec: Node; readonly file: GoFile }>;
  readonly functions: ReadonlyMap<string, { readonly node: Node; readonly file: GoFile }>;
  readonly variables: ReadonlyMap<string, { readonly spec: Node; readonly file: GoFile }>;
  readonly methods: readonly { readonly node: Node; readonly file: GoFile }[];
}

const packageCache = new WeakMap<GoPackage, PackageNames>();

/**
 * What the files of the package declare at package level. Cached for as long as the package object lives. Of several
 * declarations of a name, as files for several systems have them, the one that the compiler sees counts.
 */
export function packageNames(pkg: GoPackage): PackageNames {
  const known = packageCache.get(pkg);
  if (known) return known;
  const declared = new Set<string>();
  const constants = new Map<string, Node | undefined>();
  const types = new Map<string, { spec: Node; file: GoFile }>();
  const functions = new Map<string, { node: Node; file: GoFile }>();
  const variables = new Map<string, { spec: Node; file: GoFile }>();
  const methods: { node: Node; file: GoFile }[] = [];
  const compiledLast = [...pkg.files].sort(
    (a, b) => Number(a.facts !== undefined) - Number(b.facts !== undefined),
  );
  for (const file of compiledLast) {
    for (const local of file.imports.keys()) declared.add(local);
    for (const node of file.root.namedChildren) {
      switch (node.type) {
        case 'function_declaration': {
          const name = node.childForFieldName('name')?.text;
          if (name) declared.add(name);
          if (name) functions.set(name, { node, file });
          break;
        }
        case 'method_declaration':
          methods.push({ node, file });
          break;
        case 'type_declaration':
          for (const spec of node.namedChildren) {
            const name = spec.childForFieldName('name')?.text;
            if (name) declared.add(name);
            if (name) types.set(name, { spec, file });
          }
          break;
        case 'const_declaration':
        case 'var_declaration':
          for (const spec of node.descendantsOfType(['const_spec', 'var_spec'])) {
            if (spec.parent?.id !== node.id && spec.parent?.parent?.id !== node.id) continue;
            const names = spec.namedChildren.filter((child) => child.type === 'identifier');
            const values = spec.childForFieldName('value')?.namedChildren ?? [];
            names.forEach((name, i) => {
              declared.add(name.text);
              if (spec.type === 'const_spec') constants.set(name.text, values[i]);
              else variables.set(name.text, { spec, file });
            });
          }
          break;
      }
    }
  }
  const names = { declared, constants, types, functions, variables, methods };
  packageCache.set(pkg, names);
  return names;
}
