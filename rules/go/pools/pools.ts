import type { Node } from 'web-tree-sitter';
import type { Span } from '../../model';
import { spelledTypeNode } from '../types/declared-types';
import { checked, spelledType } from '../types/types';
import type { GoFile } from '../rule';
import { argumentsOf, enclosingDeclaration, qualified, spanOf, unparenthesised } from '../syntax/nodes';
import { namesAround, type Binding } from '../syntax/names';
import { initializer } from '../syntax/assignments';
import { packageNames } from '../syntax/package-names';

/** What is written about a sync.Pool: is this expression one, is this a Get or a Put of it. */

/** True when a declaration in the package says that the expression is a `sync.Pool` or a pointer to one. */
export function isSyncPool(file: GoFile, expression: Node): boolean {
  const node = unparenthesised(expression);
  if (node.type === 'unary_expression' && node.childForFieldName('operator')?.text === '&') {
    const operand = node.childForFieldName('operand');
    return operand !== null && isSyncPool(file, operand);
  }
  if (node.type === 'index_expression') return isElementPool(file, node);
  if (node.type === 'selector_expression')
    return isPoolField(file, node.childForFieldName('field')?.text ?? '');
  if (node.type !== 'identifier') return false;
  const local = namesAround(file.root, node).resolve(node);
  if (!local) {
    const variable = packageNames(file.pkg).variables.get(node.text);
    if (!variable) return false;
    const { spec } = variable;
    const type = spec.childForFieldName('type');
    if (type) return isPoolType(variable.file, type);
    const names = spec.namedChildren.filter((child) => child.type === 'identifier');
    const value =
      spec.childForFieldName('value')?.namedChildren[names.findIndex((name) => name.text === node.text)];
    return value !== undefined && isPoolValue(variable.file, value);
  }
  const type = local.declaration.parent?.childForFieldName('type');
  if (type) return isPoolType(file, type);
  const value = initializer(local);
  return value !== undefined && isPoolValue(file, value);
}

/** `pools[i]` of a slice, array or map of pools, or of pointers to pools. */
function isElementPool(file: GoFile, element: Node): boolean {
  const operand = element.childForFieldName('operand');
  const known = checked(element, file)?.type;
  if (known) {
    const named = (known.kind === 'pointer' && !known.named ? known.element : known)?.named;
    return named?.path === 'sync' && named.name === 'Pool';
  }
  const collection = operand && spelledTypeNode(operand, file);
  const type = collection?.node.childForFieldName(collection.node.type === 'map_type' ? 'value' : 'element');
  return collection && type ? isPoolType(collection.file, type) : false;
}

function isPoolType(file: GoFile, type: Node): boolean {
  const named = type.type === 'pointer_type' ? type.firstNamedChild : type;
  const name = named && qualified(named, file.imports);
  return name?.path === 'sync' && name.name === 'Pool';
}

function isPoolValue(file: GoFile, value: Node): boolean {
  let node = unparenthesised(value);
  if (node.type === 'unary_expression' && node.childForFieldName('operator')?.text === '&')
    node = unparenthesised(node.childForFieldName('operand') ?? node);
  if (node.type === 'composite_literal') {
    const type = node.childForFieldName('type');
    return type !== null && isPoolType(file, type);
  }
  // `pool := &s.pool`
  if (/^(?:identifier|selector_expression|index_expression)$/.test(node.type)) return isSyncPool(file, node);
  const made = argumentsOf(node)[0];
  return node.type === 'call_expression' &&
    node.childForFieldName('function')?.text === 'new' &&
    made !== undefined
    ? isPoolType(file, made)
    : false;
}

/** Some struct of the package has a field of the name that is a pool, and no field of the name is anything else. */
function isPoolField(file: GoFile, name: string): boolean {
  let pools = 0;
  for (const { spec, file: declaring } of packageNames(file.pkg).types.values()) {
    for (const field of spec.descendantsOfType('field_declaration')) {
      const type = field.childForFieldName('type');
      if (!fieldNames(field).includes(name)) continue;
      if (!type || !isPoolType(declaring, type)) return false;
      pools++;
    }
  }
  return pools > 0;
}

/** Of an embedded field the name of its type. */
function fieldNames(field: Node): string[] {
  const names = field.namedChildren.filter((child) => child.type === 'field_identifier');
  if (names.length > 0) return names.map((name) => name.text);
  const type = field.childForFieldName('type');
  return type ? [type.text.replace(/\[[^]*/, '').replace(/^.*\./, '')] : [];
}

/** The embedded `sync.Pool` of a struct that the package declares. */
export function embeddedPool(file: GoFile, spec: Node): Node | undefined {
  const struct = spec.childForFieldName('type');
  if (struct?.type !== 'struct_type') return undefined;
  const field = struct.firstNamedChild?.namedChildren.find(
    (child) =>
      child.type === 'field_declaration' &&
      child.childrenForFieldName('name').length === 0 &&
      isPoolType(file, child.childForFieldName('type') ?? child),
  );
  return field?.childForFieldName('type') ?? undefined;
}

/** The name of the package's struct that the expression is, or points to, when a call of the method is `sync.Pool`'s. */
export function promotesPool(file: GoFile, expression: Node, method: string): string | undefined {
  const name = spelledType(expression, file)?.replace(/^\*/, '');
  const type = name === undefined ? undefined : packageNames(file.pkg).types.get(name);
  if (name === undefined || !type || !embeddedPool(type.file, type.spec)) return undefined;
  if (namesAround(file.root, expression).bindings.some((b) => b.kind === 'type' && b.name === name))
    return undefined;
  const own = packageNames(file.pkg).methods.some(
    ({ node }) =>
      node.childForFieldName('name')?.text === method &&
      node
        .childForFieldName('receiver')
        ?.firstNamedChild?.childForFieldName('type')
        ?.text.replace(/^\*/, '') === name,
  );
  const fields = type.spec.descendantsOfType('field_declaration').flatMap(fieldNames);
  return own || fields.includes(method) ? undefined : name;
}

/** For `pool.Get().(*T)` (parentheses allowed) the pool's expression and the asserted type. */
export function pooledGet(file: GoFile, expression: Node): { pool: Node; type: Node } | undefined {
  const node = unparenthesised(expression);
  if (node.type !== 'type_assertion_expression') return undefined;
  const operand = node.childForFieldName('operand');
  const type = node.childForFieldName('type');
  const pool = operand && pooledCall(file, unparenthesised(operand));
  return type && pool ? { pool, type } : undefined;
}

/** For `pool.Get()` the pool's expression. */
export function pooledCall(file: GoFile, call: Node): Node | undefined {
  if (call.type !== 'call_expression' || argumentsOf(call).length !== 0) return undefined;
  const pool = receiverOf(call, 'Get');
  return pool && isPoolOf(file, pool, 'Get') ? pool : undefined;
}

/** For `pool.Put(x)` the pool's expression and x. */
export function pooledPut(file: GoFile, call: Node): { pool: Node; value: Node } | undefined {
  if (call.type !== 'call_expression') return undefined;
  const [value, ...more] = argumentsOf(call);
  const pool = receiverOf(call, 'Put');
  return value && more.length === 0 && pool && isPoolOf(file, pool, 'Put') ? { pool, value } : undefined;
}

function isPoolOf(file: GoFile, pool: Node, method: string): boolean {
  return isSyncPool(file, pool) || promotesPool(file, pool, method) !== undefined;
}

function receiverOf(call: Node, method: string): Node | undefined {
  const callee = call.childForFieldName('function');
  if (callee?.type !== 'selector_expression' || callee.childForFieldName('field')?.text !== method)
    return undefined;
  return callee.childForFieldName('operand') ?? undefined;
}

/**
 * Where the allocation of a moved variable stands in the listing: in its function; of a literal, on the line that
 * declares the variable; of one that is inlined everywhere and has no body left, in the functions of its calls.
 */
export function placesOfMove(file: GoFile, variable: Binding, calls: readonly Node[]): Span[] {
  if (variable.owner.type !== 'func_literal') return [spanOf(variable.owner)];
  const here = file.facts?.emitted(variable.declaration) ?? [];
  if (calls.length === 0 || here.some(({ callee }) => callee === 'runtime.newobject'))
    return [spanOf(variable.declaration)];
  const callers = new Map(
    calls.flatMap((call) => enclosingDeclaration(call) ?? []).map((node) => [node.id, node]),
  );
  return [...callers.values()].map(spanOf);
}
