import type { Node } from 'web-tree-sitter';
import { heldBy, releaseAt, type Got, type Held, type Release } from './wrappers';
import type { GoFile } from '../rule';
import { unparenthesised } from '../syntax/nodes';
import { namesAround, parenthesized, type Binding } from '../syntax/names';

/** A variable that holds a pooled object. */
export interface Pooled {
  readonly binding: Binding;
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

/** Where the object's variable, or the one before the type assertion, is named, in closures, too. */
export function objectUses({ binding, carrier }: Pooled): Node[] {
  return [...binding.uses, ...(carrier?.uses ?? [])].map(({ node }) => node);
}

/** The call that puts this identifier back; of a pooled slice, `Put(v[:0])` does. */
export function putOf(file: GoFile, identifier: Node): { call: Node; release: Release } | undefined {
  let value = parenthesized(identifier);
  if (value.parent?.type === 'slice_expression') value = parenthesized(value.parent);
  const parent = value.parent;
  const call =
    parent?.type === 'argument_list' || parent?.type === 'selector_expression' ? parent.parent : null;
  if (call?.type !== 'call_expression') return undefined;
  const release = releaseAt(file, call);
  return release && putVariable(release)?.id === identifier.id ? { call, release } : undefined;
}

/** v of `Put(v)` and `Put(v[:0])`. A slice of an array would be a box of its own: then it is no put of v. */
export function putVariable({ value }: Release): Node | undefined {
  let node = unparenthesised(value);
  if (node.type === 'slice_expression') node = unparenthesised(node.childForFieldName('operand') ?? node);
  return node.type === 'identifier' ? node : undefined;
}

/** Every outermost function declaration of the file. */
export function declarationsOf(file: GoFile): Node[] {
  return file.root.namedChildren.filter(
    (node) => node.type === 'function_declaration' || node.type === 'method_declaration',
  );
}
