import type { Node } from 'web-tree-sitter';
import type { GoFile, GoPackage } from '../rule';
import { occurrences, parenthesized } from '../syntax/names';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { isBuiltin } from '../syntax/universe';
import { constantOf, type IntegerConstant } from '../types/integer-constants';
import type { NamedType } from '../types/go-type';

/** How a field that holds a slice comes to its first array. */
export interface FieldBirths {
  /** `make(T, 0, c)` that a field of that name is given: the capacity. */
  readonly made: readonly {
    readonly file: GoFile;
    readonly capacity: Node;
    readonly constant: IntegerConstant | undefined;
  }[];
  /** A field of that name is emptied and keeps its array: `x.f = x.f[:0]`. */
  readonly reused: boolean;
}

/** What the package, tests left out, gives to fields of the name before they grow. */
export function birthsOf(pkg: GoPackage, field: string): FieldBirths {
  let known = births.get(pkg);
  if (!known) births.set(pkg, (known = new Map<string, FieldBirths>()));
  let found = known.get(field);
  if (!found) known.set(field, (found = computed(pkg, field)));
  return found;
}

const births = new WeakMap<GoPackage, Map<string, FieldBirths>>();

function computed(pkg: GoPackage, field: string): FieldBirths {
  const made: FieldBirths['made'][number][] = [];
  let reused = false;
  for (const file of pkg.files) {
    if (file.path.endsWith('_test.go')) continue;
    for (const node of occurrences(file.root, file.text, field)) {
      const value = valueGiven(node);
      const expression = value && unparenthesised(value);
      if (expression?.type === 'slice_expression') {
        const end = expression.childForFieldName('end');
        reused ||= end !== null && constantOf(file, end)?.value === 0;
      }
      if (expression?.type !== 'call_expression' || !isBuiltin(file, expression, 'make')) continue;
      const [, length, capacity] = argumentsOf(expression);
      if (length && capacity && constantOf(file, length)?.value === 0)
        made.push({ file, capacity, constant: constantOf(file, capacity) });
    }
  }
  return { made, reused };
}

/** The value of `T{field: value}` or `x.field = value`, for the name of the field. */
function valueGiven(name: Node): Node | undefined {
  const parent = name.parent;
  if (parent?.type === 'literal_element' && parent.parent?.type === 'keyed_element') {
    const [key, value] = parent.parent.namedChildren;
    return key?.id === parent.id ? (value?.firstNamedChild ?? undefined) : undefined;
  }
  if (name.type !== 'field_identifier' || parent?.type !== 'selector_expression') return undefined;
  const target = parenthesized(parent);
  const list = target.parent;
  if (list?.type !== 'expression_list' || list.parent?.type !== 'assignment_statement') return undefined;
  const index = list.namedChildren.findIndex(({ id }) => id === target.id);
  const right = list.parent.childForFieldName('right');
  return right?.namedChildCount === list.namedChildCount ? right.namedChildren[index] : undefined;
}

/** Where the package, tests left out, makes a value of one of its types: `T{…}`, `new(T)`. At most `most`. */
export function makersOf(
  pkg: GoPackage,
  { name }: NamedType,
  most: number,
): { readonly file: GoFile; readonly node: Node }[] {
  const found: { file: GoFile; node: Node }[] = [];
  for (const file of pkg.files) {
    if (file.path.endsWith('_test.go')) continue;
    for (const use of occurrences(file.root, file.text, name)) {
      if (found.length === most) return found;
      const type = use.parent?.type === 'generic_type' ? use.parent : use;
      const holder = type.parent;
      if (holder?.type === 'composite_literal' && holder.childForFieldName('type')?.id === type.id)
        found.push({ file, node: holder });
      else if (holder?.type === 'argument_list' && holder.parent && isBuiltin(file, holder.parent, 'new'))
        found.push({ file, node: holder.parent });
    }
  }
  return found;
}
