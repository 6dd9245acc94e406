import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { argumentsOf, contains, descendants, spanOf, statementsOf } from '../syntax/nodes';
import { enclosingStatement, isAddressTaken, isAssigned, namesAround, type Binding } from '../syntax/names';
import { initializer } from '../syntax/assignments';
import { isBuiltin } from '../syntax/universe';

/**
 * The loop around a use of the slice that writes every element before anything reads one:
 * `for i := range v { v[i] = … }` in the block of v's declaration. Undefined when it does not.
 */
export function overwritingLoop(use: Node, slice: Binding, file: GoFile): Node | undefined {
  const home = enclosingStatement(slice.declaration)?.parent;
  let loop: Node | null = use;
  while (loop && loop.parent?.id !== home?.id) loop = loop.parent;
  const body = loop?.type === 'for_statement' ? loop.childForFieldName('body') : null;
  const index = loop && body && countsThrough(loop, slice, file);
  const first = body && statementsOf(body)[0];
  if (!loop || !body || !index || first?.type !== 'assignment_statement') return undefined;
  if (first.childForFieldName('operator')?.text !== '=') return undefined;
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
  if (others.length > 0 || !isElement(target) || !value) return undefined;
  if (slice.uses.some(({ node }) => isAssigned(node) || contains(spanOf(value), spanOf(node))))
    return undefined;
  if (slice.uses.some(({ node }) => contains(spanOf(body), spanOf(node)) && !isElement(node.parent)))
    return undefined;
  if (index.uses.some(({ node }) => contains(spanOf(body), spanOf(node)) && isAssigned(node)))
    return undefined;
  for (const node of descendants(body)) {
    if (node.type === 'break_statement' || node.type === 'goto_statement') return undefined;
    if (node.type === 'continue_statement' && node.namedChildCount > 0) return undefined;
  }
  return loop;
}

/** `copy(v, s)` in the block of `v := make([]T, len(s))`: all of v is written. */
export function isWholeCopy(call: Node, slice: Binding, file: GoFile): boolean {
  const [to, from, ...more] = argumentsOf(call);
  const statement = enclosingStatement(call);
  const home = enclosingStatement(slice.declaration);
  if (!isBuiltin(file, call, 'copy') || !from || more.length > 0 || !statement || !home) return false;
  if (statement.type !== 'expression_statement' || statement.parent?.id !== home.parent?.id) return false;
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
      const index = header.childForFieldName('left')?.namedChild(0);
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
