import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { argumentsOf, contains, descendants, isFunction, spanOf, statementsOf } from '../syntax/nodes';
import { isAddressTaken, isAssigned, namesAround, type Binding } from '../syntax/names';
import { initializer } from '../syntax/assignments';
import { isBuiltin } from '../syntax/universe';

/**
 * The loop around a use of the slice that writes every element before anything reads one: `for i := range v { v[i] = … }`. When
 * its bound is reached, all of the slice is written. Undefined when there is none.
 */
export function overwritingLoop(use: Node, slice: Binding, file: GoFile): Node | undefined {
  for (let at = use.parent; at && !isFunction(at); at = at.parent)
    if (at.type === 'for_statement' && overwrites(at, slice, file)) return at;
  return undefined;
}

/** What decides whether the loop goes on: its range clause, or its condition. */
export function boundOf(loop: Node): Node | undefined {
  const header = loop.namedChildren.find(({ type }) => type === 'range_clause' || type === 'for_clause');
  return header?.type === 'for_clause' ? (header.childForFieldName('condition') ?? undefined) : header;
}

function overwrites(loop: Node, slice: Binding, file: GoFile): boolean {
  const body = loop.childForFieldName('body');
  const index = body && countsThrough(loop, slice, file);
  const first = body && statementsOf(body)[0];
  if (!body || !index || first?.type !== 'assignment_statement') return false;
  if (first.childForFieldName('operator')?.text !== '=') return false;
  const [target, ...others] = first.childForFieldName('left')?.namedChildren ?? [];
  const names = namesAround(file.root, loop);
  const isElement = (node: Node | null | undefined): boolean => {
    const [operand, at] = [node?.childForFieldName('operand'), node?.childForFieldName('index')];
    return (
      node?.type === 'index_expression' &&
      operand?.type === 'identifier' &&
      names.resolve(operand) === slice &&
      at?.type === 'identifier' &&
      names.resolve(at) === index
    );
  };
  const value = first.childForFieldName('right');
  if (others.length > 0 || !isElement(target) || !value) return false;
  if (slice.uses.some(({ node }) => isAssigned(node) || contains(spanOf(value), spanOf(node)))) return false;
  if (slice.uses.some(({ node }) => contains(spanOf(body), spanOf(node)) && !isElement(node.parent)))
    return false;
  if (index.uses.some(({ node }) => contains(spanOf(body), spanOf(node)) && isAssigned(node))) return false;
  for (const node of descendants(body)) {
    if (node.type === 'break_statement' || node.type === 'goto_statement') return false;
    if (node.type === 'continue_statement' && node.namedChildCount > 0) return false;
  }
  return true;
}

/** `copy(v, s)` for a `v := make([]T, len(s))`: all of v is written. */
export function isWholeCopy(call: Node, slice: Binding, file: GoFile): boolean {
  const [to, from, ...more] = argumentsOf(call);
  if (!isBuiltin(file, call, 'copy') || !from || more.length > 0) return false;
  const names = namesAround(file.root, call);
  const made = initializer(slice);
  const length =
    made?.type === 'call_expression' && isBuiltin(file, made, 'make') ? argumentsOf(made)[1] : undefined;
  const counted =
    length?.type === 'call_expression' && isBuiltin(file, length, 'len') ? argumentsOf(length)[0] : undefined;
  if (
    to?.type !== 'identifier' ||
    names.resolve(to) !== slice ||
    slice.uses.some(({ node }) => isAssigned(node))
  )
    return false;
  const source = from.type === 'identifier' ? names.resolve(from) : undefined;
  return (
    counted?.type === 'identifier' &&
    source !== undefined &&
    names.resolve(counted) === source &&
    !source.uses.some(
      ({ node, owner }) => isAssigned(node) || isAddressTaken(node) || owner.id !== source.owner.id,
    )
  );
}

/** The variable that takes every index of the slice in turn. */
function countsThrough(loop: Node, slice: Binding, file: GoFile): Binding | undefined {
  const names = namesAround(file.root, loop);
  const isLength = (node: Node | null | undefined): boolean => {
    const counted =
      node?.type === 'call_expression' && isBuiltin(file, node, 'len') ? argumentsOf(node)[0] : undefined;
    if (counted) return counted.type === 'identifier' && names.resolve(counted) === slice;
    const made = initializer(slice);
    const size =
      made?.type === 'call_expression' && isBuiltin(file, made, 'make') ? argumentsOf(made)[1] : undefined;
    const variable = node?.type === 'identifier' ? names.resolve(node) : undefined;
    return (
      size?.type === 'identifier' &&
      variable !== undefined &&
      names.resolve(size) === variable &&
      !variable.uses.some(({ node, owner }) => isAssigned(node) || owner.id !== variable.owner.id)
    );
  };
  for (const header of loop.namedChildren) {
    if (header.type === 'range_clause') {
      const ranged = header.childForFieldName('right');
      const whole = ranged?.type === 'identifier' && names.resolve(ranged) === slice;
      const [index, value] = header.childForFieldName('left')?.namedChildren ?? [];
      // A value would be read before it is written.
      if (value && value.text !== '_') return undefined;
      return index?.type === 'identifier' && (whole || isLength(ranged)) ? names.resolve(index) : undefined;
    }
    if (header.type === 'for_clause') {
      const start = header.childForFieldName('initializer');
      const condition = header.childForFieldName('condition');
      const update = header.childForFieldName('update');
      const index =
        start?.type === 'short_var_declaration' ? start.childForFieldName('left')?.namedChild(0) : null;
      const counts =
        index &&
        start?.childForFieldName('right')?.text === '0' &&
        condition?.childForFieldName('operator')?.text === '<' &&
        condition.childForFieldName('left')?.text === index.text &&
        isLength(condition.childForFieldName('right')) &&
        update?.type === 'inc_statement' &&
        update.namedChild(0)?.text === index.text;
      return counts ? names.resolve(index) : undefined;
    }
  }
  return undefined;
}
