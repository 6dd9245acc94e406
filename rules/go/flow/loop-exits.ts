import type { Node } from 'web-tree-sitter';
import { descendants, isFunction } from '../syntax/nodes';
import type { GoFile } from '../rule';
import { namesAround, isAssigned, isAddressTaken, type Binding } from '../syntax/names';
import { declaredType } from '../types/declared-types';
import type { TripCount } from './trip-count';

export const harmless = /^(?:append|len|cap|min|max|string|bool|byte|rune|(?:u?int|float)\d*)$/;
/** True when the body calls something or stores to what others can reach. */
function mayChange(body: Node): boolean {
  for (const at of descendants(body)) {
    if (at.type === 'call_expression' && !harmless.test(at.childForFieldName('function')?.text ?? ''))
      return true;
    const left = at.type === 'assignment_statement' ? at.childForFieldName('left') : undefined;
    if (left?.namedChildren.some((target) => target.type !== 'identifier')) return true;
  }
  return false;
}

/** True when the label belongs to a statement inside the loop. */
export function labelled(jump: Node, label: string, loop: Node): boolean {
  for (let at = jump.parent; at && at.id !== loop.id; at = at.parent) {
    if (at.type === 'labeled_statement' && at.namedChild(0)?.text === label) return true;
  }
  return false;
}

/** True when an unlabelled break or continue leaves `loop` and no statement inside it. */
export function innermost(jump: Node, loop: Node): boolean {
  const targets =
    jump.type === 'break_statement'
      ? /^(?:for|expression_switch|type_switch|select)_statement$/
      : /^for_statement$/;
  for (let at = jump.parent; at; at = at.parent) if (targets.test(at.type)) return at.id === loop.id;
  return true;
}

export function inside(node: Node, outer: Node): boolean {
  return outer.startIndex <= node.startIndex && node.endIndex <= outer.endIndex;
}

/**
 * True when the count of an inner loop is the same in each iteration of `outer`, and can be evaluated in front of it
 * without a panic, also when `outer` does not run: of names declared before and assigned nowhere in it, and of fields of
 * such structs. What others can reach counts only where nothing is called or stored.
 */
export function isInvariant(count: TripCount, outer: Node, file: GoFile): boolean {
  const names = namesAround(file.root, outer);
  const body = outer.childForFieldName('body')!;
  let shared = false;
  for (const node of count.from.flatMap((part) => [...descendants(part)])) {
    if (/^(?:index|slice|unary)_expression$/.test(node.type)) return false;
    if (node.type === 'selector_expression') {
      shared = true;
      if (declaredType(node.childForFieldName('operand')!, file)?.kind !== 'struct') return false;
    }
    if (node.type !== 'identifier') continue;
    if (/^(?:len|cap)$/.test(node.text) && node.parent?.type === 'call_expression') continue;
    const binding = names.resolve(node);
    if (!binding) {
      shared = true;
      continue;
    }
    if (binding.declaration.startIndex >= outer.startIndex) return false;
    if (binding.uses.some((use) => isAssigned(use.node) && inside(use.node, body))) return false;
    if (binding.uses.some((use) => isAddressTaken(use.node) || use.owner.id !== binding.owner.id))
      shared = true;
  }
  return !shared || !mayChange(body);
}

/** True when the body has a return: what the loop would fill with later iterations is not needed then. */
export function mayReturn(loop: Node): boolean {
  for (const at of descendants(loop.childForFieldName('body')!))
    if (at.type === 'return_statement') return true;
  return false;
}

/** True when the body returns or calls something, which may panic: `for range n { v = append(v, d.next()) }`. */
export function mayEndEarly(loop: Node): boolean {
  for (const at of descendants(loop.childForFieldName('body')!)) {
    if (at.type === 'return_statement') return true;
    if (at.type !== 'call_expression') continue;
    const callee = at.childForFieldName('function')?.text ?? '';
    if (!harmless.test(callee)) return true;
  }
  return false;
}

/**
 * Where the loop's jumps go. `skips`: some iterations may not come to `last`, the last statement that fills. `leaves`: the
 * loop may end early, or someone sees the collection before it is filled.
 */
export function exitOf(loop: Node, collection: Binding, last: Node): 'skips' | 'leaves' | undefined {
  const label = loop.parent?.type === 'labeled_statement' ? loop.parent.namedChild(0)?.text : undefined;
  const stack: Node[] = [loop.childForFieldName('body')!];
  let skips = false;
  for (let at = stack.pop(); at; at = stack.pop()) {
    if (isFunction(at)) continue;
    if (at.type === 'goto_statement') return 'leaves';
    if (at.type === 'break_statement' || at.type === 'continue_statement') {
      const target = at.namedChildren.find((child) => child.type === 'label_name')?.text;
      const hits =
        target === undefined ? innermost(at, loop) : !labelled(at, target, loop) || target === label;
      if (hits && (at.type === 'break_statement' || (target !== undefined && target !== label)))
        return 'leaves';
      // A continue behind the last one skips none.
      if (hits && (at.startIndex < last.endIndex || target !== undefined)) skips = true;
    }
    if (at.type === 'return_statement') {
      const values = at.namedChildren.find((child) => child.type === 'expression_list');
      if (collection.kind === 'result' && !values) return 'leaves';
      for (const node of descendants(at)) {
        if (node.type === 'identifier' && collection.uses.some((use) => use.node.id === node.id))
          return 'leaves';
      }
    }
    stack.push(...at.namedChildren);
  }
  return skips ? 'skips' : undefined;
}
