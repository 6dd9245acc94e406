import type { Node } from 'web-tree-sitter';
import { staticHeat } from '../heat/static-heat';
import type { GoFile, GoPackage } from '../rule';
import { argumentsOf, enclosingDeclaration } from '../syntax/nodes';
import { namesOf } from '../syntax/signatures';
import { namesAround } from '../syntax/names';
import { packageNames } from '../syntax/package-names';

/** A slice or map, in a struct or a package-level variable, that functions of the package put values of a type into. */
export interface Collection {
  /** `cache`, `queue.items`. */
  readonly name: string;
  readonly kind: 'slice' | 'map';
  /** True for `[]*T` and `map[K]*T`. */
  readonly pointers: boolean;
  /** Where a value is put in: the assignment, in the hottest place. */
  readonly put: { readonly file: GoFile; readonly node: Node };
}

interface Declared {
  readonly name: string;
  readonly kind: Collection['kind'];
  readonly pointers: boolean;
}

const cache = new WeakMap<GoPackage, ReadonlyMap<string, Collection>>();

/** By the name of a type of the package, the first collection that holds many of its values. */
export function collections(pkg: GoPackage): ReadonlyMap<string, Collection> {
  const known = cache.get(pkg);
  if (known) return known;
  const found = new Map<string, Collection>();
  const variables = new Map<string, Declared & { type: string }>();
  const fields = new Map<string, (Declared & { type: string }) | undefined>();
  for (const [name, { spec }] of packageNames(pkg).variables) {
    const type = spec.childForFieldName('type') ?? madeType(spec.childForFieldName('value')?.namedChild(0));
    const held = type && spec.childrenForFieldName('name').length === 1 && heldBy(type, pkg);
    if (held) variables.set(name, { ...held, name });
  }
  for (const file of pkg.files) {
    if (isTest(file)) continue;
    for (const field of file.root.descendantsOfType('field_declaration')) {
      const type = field.childForFieldName('type');
      const held = type ? heldBy(type, pkg) : undefined;
      const owner = ownerOf(field);
      for (const { text: name } of namesOf(field)) {
        // Two structs with a field of the name: a use does not tell which.
        const unique = held && !fields.has(name);
        fields.set(
          name,
          unique ? { ...held, name: owner === undefined ? name : `${owner}.${name}` } : undefined,
        );
      }
    }
  }
  for (const file of pkg.files) {
    if (isTest(file)) continue;
    for (const assignment of file.root.descendantsOfType('assignment_statement')) {
      const fn = enclosingDeclaration(assignment);
      if (!fn || /^(?:init|main)$/.test(fn.childForFieldName('name')?.text ?? '')) continue;
      const left = assignment.childForFieldName('left');
      const target = left?.namedChildCount === 1 ? left.namedChild(0)! : undefined;
      const into = target && collectionAt(target, file, variables, fields);
      if (!into || found.has(into.type)) continue;
      const value = assignment.childForFieldName('right')?.namedChild(0);
      const puts = into.kind === 'map' ? target.type === 'index_expression' : value && appends(value, target);
      if (!puts) continue;
      const { type, ...declared } = into;
      const put = { file, node: assignment };
      const other = found.get(type);
      if (!other || staticHeat(file, assignment).score > staticHeat(other.put.file, other.put.node).score)
        found.set(type, { ...declared, put });
    }
  }
  cache.set(pkg, found);
  return found;
}

function isTest(file: GoFile): boolean {
  return file.path.endsWith('_test.go');
}

/** The name of the type whose struct has the field, when it has one. */
function ownerOf(field: Node): string | undefined {
  const spec = field.parent?.parent?.parent;
  return spec?.type === 'type_spec' ? spec.childForFieldName('name')?.text : undefined;
}

function madeType(value: Node | null | undefined): Node | undefined {
  if (value?.type === 'composite_literal') return value.childForFieldName('type') ?? undefined;
  return value?.type === 'call_expression' && value.childForFieldName('function')?.text === 'make'
    ? argumentsOf(value)[0]
    : undefined;
}

/** The named type that slices and maps, one in another or not, hold in the end. */
function heldBy(
  type: Node,
  pkg: GoPackage,
  depth = 0,
): (Omit<Declared, 'name'> & { type: string }) | undefined {
  if (depth > 6) return undefined;
  if (type.type === 'type_identifier') {
    const named = packageNames(pkg).types.get(type.text)?.spec;
    const target = named?.childForFieldName('type');
    if (!target || named?.childForFieldName('type_parameters')) return undefined;
    return target.type === 'struct_type' ? undefined : heldBy(target, pkg, depth + 1);
  }
  const kind = type.type === 'slice_type' ? 'slice' : type.type === 'map_type' ? 'map' : undefined;
  const inner = type.childForFieldName(kind === 'map' ? 'value' : 'element');
  if (type.type === 'array_type') return inner ? heldBy(inner, pkg, depth + 1) : undefined;
  if (!kind || !inner) return undefined;
  const pointers = inner.type === 'pointer_type';
  const element = pointers ? inner.namedChild(0) : inner;
  if (element?.type === 'type_identifier') {
    const target = packageNames(pkg).types.get(element.text)?.spec.childForFieldName('type');
    if (target?.type === 'struct_type') return { kind, pointers, type: element.text };
  }
  return pointers ? undefined : heldBy(inner, pkg, depth + 1);
}

/** What `q.items`, `q.items[i]`, `cache[key]` is. */
function collectionAt(
  target: Node,
  file: GoFile,
  variables: ReadonlyMap<string, Declared & { type: string }>,
  fields: ReadonlyMap<string, (Declared & { type: string }) | undefined>,
): (Declared & { type: string }) | undefined {
  let node = target;
  while (node.type === 'index_expression' || node.type === 'parenthesized_expression') {
    const inner = node.childForFieldName('operand') ?? node.namedChild(0);
    if (!inner) return undefined;
    node = inner;
  }
  if (node.type === 'identifier')
    return namesAround(file.root, node).resolve(node) ? undefined : variables.get(node.text);
  return node.type === 'selector_expression'
    ? fields.get(node.childForFieldName('field')?.text ?? '')
    : undefined;
}

/** `target = append(target, …)`. */
function appends(value: Node, target: Node): boolean {
  return (
    value.type === 'call_expression' &&
    value.childForFieldName('function')?.text === 'append' &&
    argumentsOf(value)[0]?.text === target.text &&
    argumentsOf(value).length > 1
  );
}
