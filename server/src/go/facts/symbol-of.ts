import type { Node } from 'web-tree-sitter';
import type { GoFile, GoPackage } from '../../../../rules/go/rule';
import { packageNames } from '../../../../rules/go/syntax/package-names';

const linknames = new WeakMap<Pick<GoFile, 'text'>, ReadonlyMap<string, string>>();

/** Functions that `//go:linkname local target` gives another symbol: local name → symbol. */
function linknamesOf(file: Pick<GoFile, 'text'>): ReadonlyMap<string, string> {
  let known = linknames.get(file);
  if (!known) {
    const directives = file.text.matchAll(/^\/\/go:linkname[ \t]+(\S+)[ \t]+(\S+)/gm);
    linknames.set(file, (known = new Map([...directives].map(([, local, target]) => [local!, target!]))));
  }
  return known;
}

/**
 * The symbol of the listing that a function declaration of the package is compiled to, type arguments merged (see
 * compile/symbols.ts); that of package initialisation when there is no declaration.
 * @param file the file of the declaration, perhaps in another version than that of the package
 */
export function symbolOf(
  pkg: GoPackage,
  file: Pick<GoFile, 'text' | 'path'>,
  declaration: Node | undefined,
): string {
  if (!declaration) return `${pkg.importPath}.init`;
  const name = declaration.childForFieldName('name')?.text ?? '';
  if (declaration.type !== 'method_declaration') {
    if (name === 'init') return initialiser(pkg, file.path, declaration);
    const generic = declaration.childForFieldName('type_parameters') ? '[...]' : '';
    return linknamesOf(file).get(name) ?? `${pkg.importPath}.${name}${generic}`;
  }
  const parameter = declaration
    .childForFieldName('receiver')
    ?.namedChildren.find((child) => child.type === 'parameter_declaration');
  const { type, pointer } = receiver(pkg, parameter?.childForFieldName('type') ?? undefined);
  return pointer ? `${pkg.importPath}.(*${type}).${name}` : `${pkg.importPath}.${type}.${name}`;
}

/**
 * `p.init.2`: init functions are numbered in the order in which the go command hands the files to the compiler, those of
 * tests and those that cgo rewrites last. Where both have some it is another order with the tests than without: then all
 * of package initialisation stands for the function.
 */
function initialiser(pkg: GoPackage, path: string, declaration: Node): string {
  const compiled = pkg.files.filter((file) => file.facts !== undefined || file.path === path);
  const rank = (file: GoFile): number =>
    [...file.imports.values()].includes('C') ? 2 : file.path.endsWith('_test.go') ? 1 : 0;
  const own = compiled.find((file) => file.path === path);
  if (!own || (rank(own) > 0 && new Set(compiled.map(rank)).has(3 - rank(own))))
    return `${pkg.importPath}.init`;
  let before = 0;
  for (const file of compiled) {
    const earlier = rank(file) === rank(own) ? file.path < path : rank(file) < rank(own);
    if (earlier) before += file.root.namedChildren.filter(isInitialiser).length;
  }
  const siblings = declaration.parent?.namedChildren.filter(isInitialiser) ?? [];
  before += siblings.filter(({ startIndex }) => startIndex < declaration.startIndex).length;
  return `${pkg.importPath}.init.${before}`;
}

function isInitialiser(node: Node): boolean {
  return node.type === 'function_declaration' && node.childForFieldName('name')?.text === 'init';
}

/** The type that a receiver names, as the listing spells it: aliases of the package are seen through. */
function receiver(pkg: GoPackage, written: Node | undefined): { type: string; pointer: boolean } {
  let type = written;
  let pointer = false;
  const seen = new Set<string>();
  for (;;) {
    if (type?.type === 'parenthesized_type') type = type.namedChild(0) ?? undefined;
    else if (type?.type === 'pointer_type') {
      pointer = true;
      type = type.namedChild(0) ?? undefined;
    } else if (type?.type === 'type_identifier' && !seen.has(type.text)) {
      seen.add(type.text);
      const spec = packageNames(pkg).types.get(type.text)?.spec;
      if (spec?.type !== 'type_alias') break;
      type = spec.childForFieldName('type') ?? undefined;
    } else break;
  }
  const generic = type?.type === 'generic_type' ? type.childForFieldName('type') : undefined;
  return { type: generic ? `${generic.text}[...]` : (type?.text ?? ''), pointer };
}
