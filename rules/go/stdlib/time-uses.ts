import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../../model';
import type { GoFile, GoPackage } from '../rule';
import { argumentsOf, qualified, spanOf } from '../syntax/nodes';
import { callOf, isAddressTaken, isAssigned, namesAround, occurrences, parenthesized } from '../syntax/names';
import { initializer } from '../syntax/assignments';

/** Methods of time.Time whose result depends on the instant alone, not on location or monotonic clock. */
const instantMethods =
  /^(?:After|Before|Equal|Compare|Sub|Unix|UnixMilli|UnixMicro|UnixNano|IsZero|Nanosecond)$/;

/** Those that take another time.Time. */
const instantArguments = /^(?:After|Before|Equal|Compare|Sub)$/;

/**
 * The edits that let fields of type time.Time have another type: `make` around what is stored, `.time()` behind what is
 * read. Undefined when a use is not understood, or sees more of the time than its instant.
 *
 * @param names fields of `struct`; private, and so of this package alone
 */
export function rewriteTimes(
  pkg: GoPackage,
  struct: Node,
  names: ReadonlySet<string>,
  make: string,
): FileEdit[] | undefined {
  const edits: FileEdit[] = [];
  for (const name of names) {
    if (/^(?:\p{Lu}|_$)/u.test(name)) return undefined;
    for (const file of pkg.files) {
      for (const node of occurrences(file.root, file.text, name)) {
        const own = rewrite(node, file, struct, names, make);
        if (!own) return undefined;
        edits.push(...own);
      }
    }
  }
  return edits;
}

function rewrite(
  node: Node,
  file: GoFile,
  struct: Node,
  names: ReadonlySet<string>,
  make: string,
): FileEdit[] | undefined {
  const insert = (offset: number, newText: string): FileEdit => ({
    file: file.path,
    span: { start: offset, end: offset },
    newText,
  });
  const stored = (value: Node): FileEdit[] =>
    isField(value, names) ? [] : [insert(value.startIndex, `${make}(`), insert(value.endIndex, ')')];
  if (node.type === 'identifier') {
    // A key of a literal is an identifier to the grammar; variables of the name are something else.
    const element = node.parent?.type === 'literal_element' ? node.parent : undefined;
    const pair = element?.parent;
    if (pair?.type !== 'keyed_element' || pair.childForFieldName('key')?.id !== element?.id) return [];
    const kind = literalKind(pair, struct.parent!.childForFieldName('name')!.text);
    // `{at: at}` of a map has a variable for a key.
    if (kind !== 'struct') return kind === 'other' ? [] : undefined;
    const value = pair.childForFieldName('value')?.namedChild(0);
    return value ? stored(value) : undefined;
  }
  if (node.type !== 'field_identifier') return node.type === 'type_identifier' ? [] : undefined;
  const parent = node.parent;
  if (parent?.type === 'field_declaration')
    // Another struct with a field of the name: a use does not tell which is meant.
    return spanOf(parent.parent!).start === struct.namedChild(0)!.startIndex && home(struct, file)
      ? []
      : undefined;
  if (parent?.type !== 'selector_expression') return undefined;
  // Of an import: something else.
  if (qualified(parent, file.imports) && !isLocal(parent, file)) return undefined;
  const place = parenthesized(parent);
  if (isAddressTaken(parent)) return undefined;
  if (isAssigned(place)) {
    const list = place.parent!;
    const statement = list.parent!;
    if (statement.type !== 'assignment_statement' || statement.childForFieldName('operator')?.text !== '=')
      return undefined;
    const values = statement.childForFieldName('right')?.namedChildren ?? [];
    const value = values[list.namedChildren.findIndex((target) => target.id === place.id)];
    return value && values.length === list.namedChildCount ? stored(value) : undefined;
  }
  if (isStored(place, names)) return [];
  return showsInstantOnly(place, file, 0) ? [insert(parent.endIndex, '.time()')] : undefined;
}

function home(struct: Node, file: GoFile): boolean {
  return struct.tree === file.root.tree;
}

function isLocal(selector: Node, file: GoFile): boolean {
  const operand = selector.childForFieldName('operand');
  return operand?.type === 'identifier' && namesAround(file.root, operand).resolve(operand) !== undefined;
}

/** What the pair is an element of: the struct, a map or array, or something that is not told. */
function literalKind(pair: Node, name: string): 'struct' | 'other' | undefined {
  const literal = pair.parent?.parent;
  if (literal?.type === 'composite_literal') {
    const type = literal.childForFieldName('type');
    if (type?.type === 'type_identifier') return type.text === name ? 'struct' : undefined;
    return /^(?:map|slice|array|implicit_length_array)_type$/.test(type?.type ?? '') ? 'other' : undefined;
  }
  // `[]T{{at: t}}`: the type stands at the literal around.
  let outer: Node | null | undefined = literal;
  while (outer && outer.type !== 'composite_literal') outer = outer.parent;
  const type = outer?.childForFieldName('type');
  const element = type?.childForFieldName(type.type === 'map_type' ? 'value' : 'element');
  return element?.text.replace(/^\*/, '') === name ? 'struct' : undefined;
}

/** `x.at`, for a field that is rewritten, too. */
function isField(value: Node, names: ReadonlySet<string>): boolean {
  return value.type === 'selector_expression' && names.has(value.childForFieldName('field')?.text ?? '');
}

/** The value goes from one such field into another as it is. */
function isStored(place: Node, names: ReadonlySet<string>): boolean {
  const parent = place.parent;
  if (parent?.type === 'literal_element' && parent.parent?.type === 'keyed_element')
    return (
      parent.parent.childForFieldName('value')?.id === parent.id &&
      names.has(parent.parent.childForFieldName('key')?.text ?? '')
    );
  const statement = parent?.type === 'expression_list' ? parent.parent : undefined;
  if (statement?.type !== 'assignment_statement' || statement.childForFieldName('right')?.id !== parent?.id)
    return false;
  const at = parent!.namedChildren.findIndex((value) => value.id === place.id);
  const target = statement.childForFieldName('left')?.namedChildren[at];
  return target !== undefined && isField(target, names);
}

/** True when a time.Time that stands here is asked for its instant alone. */
function showsInstantOnly(node: Node, file: GoFile, depth: number): boolean {
  const place = parenthesized(node);
  const parent = place.parent;
  if (!parent || depth > 4) return false;
  if (parent.type === 'selector_expression') {
    const method = parent.childForFieldName('field')?.text ?? '';
    const call = callOf(parent);
    if (!call) return false;
    // The result has the same location: what is done with it tells.
    if (/^(?:Add|UTC|Local|Round|Truncate)$/.test(method)) return showsInstantOnly(call, file, depth + 1);
    return instantMethods.test(method);
  }
  if (parent.type === 'argument_list') {
    const call = parent.parent!;
    const callee = call.childForFieldName('function');
    if (call.type !== 'call_expression' || callee?.type !== 'selector_expression') return false;
    if (argumentsOf(call).length !== 1) return false;
    const named = qualified(callee, file.imports);
    if (named) return named.path === 'time' && /^(?:Since|Until)$/.test(named.name);
    return instantArguments.test(callee.childForFieldName('field')?.text ?? '');
  }
  // t := x.at, when t is asked for nothing else.
  if (parent.type !== 'expression_list' || parent.parent?.type !== 'short_var_declaration') return false;
  if (parent.parent.childForFieldName('right')?.id !== parent.id) return false;
  const names = parent.parent.childForFieldName('left')?.namedChildren ?? [];
  const name = names[parent.namedChildren.findIndex((value) => value.id === place.id)];
  const variable = name && namesAround(file.root, name).resolve(name);
  return (
    variable?.declaration.id === name?.id &&
    initializer(variable!)?.id === place.id &&
    variable!.uses.every(
      ({ node: use }) => !isAssigned(use) && !isAddressTaken(use) && showsInstantOnly(use, file, depth + 1),
    )
  );
}
