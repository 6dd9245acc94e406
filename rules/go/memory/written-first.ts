import type { Node } from 'web-tree-sitter';
import { forward, type Lattice } from '../flow/dataflow';
import { graphOf } from '../flow/functions';
import type { Edge } from '../flow/graph';
import type { GoFile } from '../rule';
import { initializer } from '../syntax/assignments';
import { isAddressTaken, isAssigned, namesAround, parenthesized, type Binding } from '../syntax/names';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { importedFunction, isBuiltin } from '../syntax/universe';
import { boundOf, isWholeCopy, overwritingLoop } from './full-overwrite';

/**
 * True when no byte of the slice can be read before it was written, so that old content cannot be seen: it is only
 * filled by calls that return a count and read up to that count, used as scratch memory, or filled completely on every way
 * to a read. `empty`: the slice starts with length 0.
 */
export function isWrittenBeforeRead(file: GoFile, binding: Binding, empty: boolean): boolean {
  const names = namesAround(file.root, binding.declaration);
  if (empty) return binding.uses.every(({ node }) => !extendsPastLength(node, binding, names.resolve));
  if (binding.uses.some(({ owner }) => owner.id !== binding.owner.id)) return false;
  const reads = binding.uses.filter(({ node }) => !isHarmless(file, node, binding));
  if (reads.length === 0) return true;
  const filled = forward(graphOf(file, binding.owner), fillingOf(file, binding));
  return reads.every(({ node }) => filled.before(node)?.whole ?? true);
}

/** Whether all of the slice is written on every way to a place, and the error that says whether it is. */
interface Filled {
  readonly whole: boolean;
  readonly unless: Binding | undefined;
}

function fillingOf(file: GoFile, slice: Binding): Lattice<Filled> {
  const { resolve } = namesAround(file.root, slice.declaration);
  const start: Filled = { whole: false, unless: undefined };
  const bounds = new Set(
    slice.uses.flatMap(({ node }) => {
      const loop = overwritingLoop(node, slice, file);
      return loop ? [boundOf(loop)?.id] : [];
    }),
  );
  return {
    start,
    join: (a, b) => ({
      whole: a.whole && b.whole,
      unless: a.unless === b.unless ? a.unless : undefined,
    }),
    equal: (a, b) => a.whole === b.whole && a.unless === b.unless,
    step: (node, state) => {
      if (node.id === slice.declaration.id) return start;
      if (node.type === 'call_expression' && isWholeCopy(node, slice, file)) return { ...state, whole: true };
      if (node.type !== 'identifier' || !isAssigned(node)) return state;
      const target = resolve(node);
      if (target && fillsUnless(file, node, slice)) return { ...state, unless: target };
      return target === state.unless ? { ...state, unless: undefined } : state;
    },
    edge: ({ kind, at }, state) =>
      (kind === 'exhausted' || kind === 'false') && at && bounds.has(at.id)
        ? { ...state, whole: true }
        : saysNil({ kind, at }, state.unless, resolve)
          ? { whole: true, unless: undefined }
          : state,
  };
}

/** The way is taken when the variable is nil: `err != nil` does not hold, or `err == nil` does. */
function saysNil(
  { kind, at }: Pick<Edge, 'kind' | 'at'>,
  variable: Binding | undefined,
  resolve: (identifier: Node) => Binding | undefined,
): boolean {
  if (!variable || at?.type !== 'binary_expression') return false;
  const [left, right] = [at.childForFieldName('left'), at.childForFieldName('right')];
  const operator = at.childForFieldName('operator')?.text;
  return (
    left?.type === 'identifier' &&
    resolve(left) === variable &&
    right?.text === 'nil' &&
    operator === (kind === 'true' ? '==' : kind === 'false' ? '!=' : undefined)
  );
}

/** A use that reads nothing that was not written: asked for its length, filled, or read up to what was filled. */
function isHarmless(file: GoFile, node: Node, binding: Binding): boolean {
  const outer = parenthesized(node);
  const parent = outer.parent;
  const call = parent?.type === 'argument_list' ? parent.parent : wholeSlice(parent)?.parent?.parent;
  if (call?.type === 'call_expression') {
    if (isBuiltin(file, call, 'len', 'cap', 'clear') || fillsAll(file, call, binding)) return true;
    if (isScratch(file, call, outer) || isCountedFill(file, call, outer)) return true;
  }
  if (overwritingLoop(node, binding, file)) return true;
  return (
    parent?.type === 'slice_expression' &&
    isBoundedByCount(file, parent, binding) &&
    !isReextended(file, parent)
  );
}

/** `v[:]` */
function wholeSlice(node: Node | null | undefined): Node | undefined {
  if (node?.type !== 'slice_expression') return undefined;
  const bounds = ['start', 'end', 'capacity'].some((field) => node.childForFieldName(field));
  return bounds ? undefined : parenthesized(node);
}

/** A slice expression whose upper bound may lie beyond the length: anything but absent, 0 and `len(v)`. */
function extendsPastLength(
  node: Node,
  binding: Binding,
  resolve: (identifier: Node) => Binding | undefined,
): boolean {
  const parent = parenthesized(node).parent;
  if (parent?.type !== 'slice_expression' || resolve(node) !== binding) return false;
  const end = parent.childForFieldName('end');
  if (!end || end.text === '0' || end.text === `len(${binding.name})`) return false;
  return true;
}

/** The bounded slice gets a name, and that name is sliced beyond its length again. */
function isReextended(file: GoFile, slice: Node): boolean {
  const names = namesAround(file.root, slice);
  const value = parenthesized(slice);
  const alias = names.bindings.find((candidate) => initializer(candidate)?.id === value.id);
  return alias?.uses.some(({ node }) => extendsPastLength(node, alias, names.resolve)) ?? false;
}

/** The buffer is filled and emptied within the call. */
function isScratch(file: GoFile, call: Node, argument: Node): boolean {
  const callee = call.childForFieldName('function');
  return (
    callee != null &&
    importedFunction(file, callee) === 'io.CopyBuffer' &&
    argumentsOf(call)[2]?.id === argument.id
  );
}

/** The argument that a call fills from its start, returning the count: `r.Read(v)`, `io.ReadFull(r, v)`, `copy(v, …)`. */
function filledByCount(file: GoFile, call: Node): Node | undefined {
  const args = argumentsOf(call);
  if (isBuiltin(file, call, 'copy')) return args[0];
  const callee = call.childForFieldName('function');
  if (callee?.type !== 'selector_expression') return undefined;
  const imported = importedFunction(file, callee);
  if (imported === 'io.ReadFull' || imported === 'io.ReadAtLeast') return args[1];
  if (imported !== undefined) return undefined;
  return /^(Read|ReadAt|ReadFrom)$/.test(callee.childForFieldName('field')?.text ?? '') ? args[0] : undefined;
}

/** The call fills v from its start and returns the count. */
function isCountedFill(file: GoFile, call: Node, argument: Node): boolean {
  const filled = filledByCount(file, call);
  if (!filled) return false;
  return (
    filled.id === argument.id ||
    (wholeSlice(filled) !== undefined && filled.firstNamedChild?.id === argument.id)
  );
}

/** `v[a:n]` where every value that n ever has is the count of a fill of the whole v. */
export function isBoundedByCount(file: GoFile, slice: Node, binding: Binding): boolean {
  const end = slice.childForFieldName('end');
  if (!end || slice.childForFieldName('capacity')) return false;
  if (end.text === '0') return true;
  const names = namesAround(file.root, slice);
  const count = end.type === 'identifier' ? names.resolve(end) : undefined;
  if (!count || count.kind !== 'variable') return false;
  const targets = [
    count.declaration,
    ...count.uses.filter((use) => isAssigned(use.node)).map((use) => use.node),
  ];
  if (
    count.uses.some(
      (use) => isAddressTaken(use.node) || (use.owner.id !== binding.owner.id && isAssigned(use.node)),
    )
  )
    return false;
  return targets.every((target) => {
    if (target.parent?.type === 'var_spec') return target.parent.childForFieldName('value') === null;
    const statement = target.parent?.parent;
    if (target.parent?.namedChildren[0]?.id !== target.id) return false;
    const right = statement?.childForFieldName('right');
    const call = right?.namedChildCount === 1 ? right.firstNamedChild : null;
    if (call?.type !== 'call_expression') return false;
    const value = filledByCount(file, call);
    const root = value && unparenthesised(wholeSlice(value) ? (value.firstNamedChild ?? value) : value);
    return root?.type === 'identifier' && names.resolve(root) === binding;
  });
}

const complete: ReadonlySet<string> = new Set(['io.ReadFull', 'crypto/rand.Read']);

/** `io.ReadFull(r, v)`: all of v, unless it returns an error. */
function fillsAll(file: GoFile, call: Node, binding: Binding): boolean {
  const callee = call.childForFieldName('function');
  const name = callee ? importedFunction(file, callee) : undefined;
  const value = argumentsOf(call).at(-1);
  if (name === undefined || !complete.has(name) || !value) return false;
  const root = unparenthesised(wholeSlice(value) ? (value.firstNamedChild ?? value) : value);
  return root.type === 'identifier' && namesAround(file.root, root).resolve(root) === binding;
}

/** The target is the error of such a call: `_, err := io.ReadFull(r, v)`. */
function fillsUnless(file: GoFile, target: Node, binding: Binding): boolean {
  const [list, statement] = [target.parent, target.parent?.parent];
  if (list?.namedChildCount !== 2 || list.namedChild(1)?.id !== target.id) return false;
  const values = statement?.childForFieldName('right');
  const call = values?.namedChildCount === 1 ? values.firstNamedChild : null;
  return call?.type === 'call_expression' && fillsAll(file, call, binding);
}
