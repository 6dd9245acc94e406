import type { Node } from 'web-tree-sitter';
import type { Binding } from './names';
import { unparenthesised } from './nodes';

/** Of an assignment, what stands at the same place on the other side. */
export function counterpart(place: Node): Node | undefined {
  const list = place.parent;
  const statement = list?.type === 'expression_list' ? list.parent : undefined;
  if (statement?.type !== 'assignment_statement') return undefined;
  const [left, right] = [statement.childForFieldName('left'), statement.childForFieldName('right')];
  const other = left?.id === list!.id ? right : left;
  if (!other || other.namedChildCount !== list!.namedChildCount) return undefined;
  return other.namedChildren[list!.namedChildren.findIndex((child) => child.id === place.id)];
}

/** The value of a plain assignment to this target. */
export function assignedValue(target: Node): Node | undefined {
  const list = target.parent;
  const statement = list?.parent;
  if (statement?.type !== 'assignment_statement' || statement.childForFieldName('operator')?.text !== '=')
    return undefined;
  const values = statement.childForFieldName('right')?.namedChildren ?? [];
  return values.length === list?.namedChildCount
    ? values[list.namedChildren.findIndex((other) => other.id === target.id)]
    : undefined;
}

/** The expression that a variable is initialised with where it is declared, when there is one of its own. */
export function initializer(binding: Binding): Node | undefined {
  const name = binding.declaration;
  const parent = name.parent;
  if (!parent) return undefined;
  if (parent.type === 'var_spec') {
    const names = parent.namedChildren.filter((child) => child.type === 'identifier');
    return paired(names, name, parent.childForFieldName('value'));
  }
  const definition = parent.type === 'expression_list' ? parent.parent : undefined;
  if (definition?.type !== 'short_var_declaration') return undefined;
  return paired(parent.namedChildren, name, definition.childForFieldName('right'));
}

function paired(names: readonly Node[], name: Node, values: Node | null): Node | undefined {
  const expressions = (values?.namedChildren ?? []).filter((child) => child.type !== 'comment');
  if (expressions.length !== names.length) return undefined;
  return expressions[names.findIndex((other) => other.id === name.id)];
}

/** Of names that are declared together, by the node of what the first starts with. */
const starts = new WeakMap<readonly Binding[], ReadonlyMap<number, Binding>>();

/** Of the bindings, the first that starts with the expression, parentheses aside. */
export function startedWith(value: Node, bindings: readonly Binding[]): Binding | undefined {
  let known = starts.get(bindings);
  if (!known) {
    const found = new Map<number, Binding>();
    for (const binding of bindings) {
      const start = initializer(binding);
      const id = start && unparenthesised(start).id;
      if (id !== undefined && !found.has(id)) found.set(id, binding);
    }
    starts.set(bindings, (known = found));
  }
  return known.get(unparenthesised(value).id);
}

/** `x := …` or `var x …` that declares one name. */
export function declaresAlone(statement: Node): boolean {
  if (statement.type === 'short_var_declaration')
    return statement.childForFieldName('left')?.namedChildCount === 1;
  if (statement.type !== 'var_declaration') return false;
  const specs = statement.descendantsOfType('var_spec');
  return specs.length === 1 && specs[0]!.childrenForFieldName('name').length === 1;
}
