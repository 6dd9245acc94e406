import type { Node } from 'web-tree-sitter';
import { heldBy, ownedBy, releaseAt, type Got, type Held, type Release } from './wrappers';
import type { GoFile } from '../rule';
import { unparenthesised } from '../syntax/nodes';
import { namesAround, parenthesized, type Binding } from '../syntax/names';

/** A variable that holds a pooled object, or owns one. */
export interface Pooled {
  readonly binding: Binding;
  /** The field of the variable's struct that the object is in; undefined: the variable holds it itself. */
  readonly field?: string | undefined;
  /** The pooled type; undefined for a parameter that is only put here and whose type is not spelled out. */
  readonly type: Node;
  readonly typeFile: GoFile;
  /** Where it was got in this function. */
  readonly got: Got | undefined;
  /** The expression that got it. */
  readonly at?: Node;
  /** `v, ok := pool.Get().(T)`: there may be none. */
  readonly checked?: Held['checked'];
  /** The variable that it was in before the type assertion, and that may be put instead. */
  readonly carrier?: Binding | undefined;
}

const pooled = new WeakMap<GoFile, Map<number, readonly Pooled[]>>();

/** The variables of the declaration that hold a pooled object: got here, or put here. Every pool rule asks for them. */
export function pooledVariables(file: GoFile, top: Node): readonly Pooled[] {
  let known = pooled.get(file);
  if (!known) pooled.set(file, (known = new Map<number, readonly Pooled[]>()));
  let variables = known.get(top.id);
  if (!variables) known.set(top.id, (variables = findPooled(file, top)));
  return variables;
}

function findPooled(file: GoFile, top: Node): Pooled[] {
  const found: Pooled[] = [];
  for (const binding of namesAround(file.root, top).bindings) {
    const held = binding.kind === 'variable' ? heldBy(file, binding) : undefined;
    if (held) found.push({ binding, type: held.got.type, typeFile: held.got.file, ...held });
    else if (binding.kind === 'parameter' || binding.kind === 'receiver') {
      const type = binding.declaration.parent?.childForFieldName('type');
      if (type && binding.uses.some(({ node }) => putOf(file, node)))
        found.push({ binding, type, typeFile: file, got: undefined });
    }
  }
  return found;
}

/** The variables of the declaration of whose struct a field holds a pooled object until a method puts it. */
export function pooledOwners(file: GoFile, top: Node): Pooled[] {
  if (!file.pkg.files.some(({ text }) => text.includes('sync.Pool'))) return [];
  return namesAround(file.root, top).bindings.flatMap((binding) => {
    const owned = binding.kind === 'variable' ? ownedBy(file, binding) : undefined;
    return owned ? [{ binding, type: owned.got.type, typeFile: owned.got.file, ...owned }] : [];
  });
}

/** The object as the function names it: `buf`, `r.body`. */
export function nameOf({ binding, field }: Pooled): string {
  return field === undefined ? binding.name : `${binding.name}.${field}`;
}

/** Where the object's variable, or the one before the type assertion, is named, in closures, too. */
export function objectUses({ binding, carrier }: Pooled): Node[] {
  return [...binding.uses, ...(carrier?.uses ?? [])].map(({ node }) => node);
}

/**
 * The call that puts this identifier back; of a pooled slice, `Put(v[:0])` does. With a `field`, the call that puts what the
 * identifier's field holds: `Put(v.f)`, `v.Close()`.
 */
export function putOf(
  file: GoFile,
  identifier: Node,
  field?: string,
): { call: Node; release: Release } | undefined {
  let value = parenthesized(identifier);
  if (field !== undefined && value.parent?.type === 'selector_expression') {
    if (value.parent.childForFieldName('field')?.text === field) value = parenthesized(value.parent);
  }
  if (value.parent?.type === 'slice_expression') value = parenthesized(value.parent);
  const parent = value.parent;
  const call =
    parent?.type === 'argument_list' || parent?.type === 'selector_expression' ? parent.parent : null;
  if (call?.type !== 'call_expression') return undefined;
  const release = releaseAt(file, call);
  return release && putVariable(release, field)?.id === identifier.id ? { call, release } : undefined;
}

/**
 * v of `Put(v)` and `Put(v[:0])`; with a `field`, of `Put(v.f)` and `v.Close()`. A slice of an array would be a box of its own:
 * then it is no put of v.
 */
export function putVariable(release: Release, field?: string): Node | undefined {
  let node = unparenthesised(release.value);
  if (field !== undefined && release.field === undefined) {
    const operand = node.type === 'selector_expression' ? node.childForFieldName('operand') : null;
    if (!operand || node.childForFieldName('field')?.text !== field) return undefined;
    node = unparenthesised(operand);
  } else if (release.field !== field) return undefined;
  if (node.type === 'slice_expression') node = unparenthesised(node.childForFieldName('operand') ?? node);
  return node.type === 'identifier' ? node : undefined;
}

/** Every outermost function declaration of the file. */
export function declarationsOf(file: GoFile): Node[] {
  return file.root.namedChildren.filter(
    (node) => node.type === 'function_declaration' || node.type === 'method_declaration',
  );
}
