import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { isAssigned, parenthesized } from '../syntax/names';
import { nameOf, objectUses, putOf, putVariable, type Pooled } from './variables';
import { isReachedForSure, releaseAt, type Release } from './wrappers';

/** A `defer` that puts an object, by itself or in the function literal that it calls. */
export interface DeferredPut {
  readonly call: Node;
  readonly release: Release;
  /** It is put whenever the function ends. */
  readonly sure: boolean;
  /** Its memory is taken from it before. */
  readonly drops: boolean;
}

export function deferredPut(file: GoFile, object: Pooled, statement: Node): DeferredPut | undefined {
  const call = deferredCall(statement);
  const literal = call && literalOf(call);
  if (!call) return undefined;
  if (!literal) {
    const release = releaseAt(file, call);
    const value = release && putVariable(release, object.field);
    if (!release || !value || !objectUses(object).some(({ id }) => id === value.id)) return undefined;
    return { call, release, sure: release.sure, drops: dropsMemory(release) };
  }
  const { binding } = object;
  let found: DeferredPut | undefined;
  for (const use of objectUses(object)) {
    const put = isWithin(use, literal) ? putOf(file, use, object.field) : undefined;
    if (!put) continue;
    const assigned = new RegExp(
      String.raw`(?:\*${binding.name}|\b${binding.name}\.[\w.]+)\s*=(?!=)(?!.*\[:0\])`,
    );
    found = {
      ...put,
      sure: put.release.sure && isReachedForSure(file, put.call, literal, nameOf(object)),
      drops: dropsMemory(put.release) || assigned.test(literal.text),
    };
  }
  return found;
}

export function deferredCall(statement: Node): Node | undefined {
  return statement.namedChildren.find(({ type }) => type === 'call_expression');
}

/** The function literal that the call runs. */
export function literalOf(call: Node): Node | undefined {
  const callee = call.childForFieldName('function');
  return callee?.type === 'func_literal' ? callee : undefined;
}

export function isWithin(node: Node, outer: Node): boolean {
  return outer.startIndex <= node.startIndex && node.endIndex <= outer.endIndex;
}

/** A function that drops the object's memory before it puts it takes nothing away from whoever holds the memory. */
export function dropsMemory({ by }: Release): boolean {
  // `r.body = nil` takes the object from its owner, not the memory from the object.
  if (!by || by.field !== undefined) return false;
  const { fn, parameter } = by;
  const drops = parameter.uses.some(({ node }) => {
    let at = parenthesized(node);
    while (
      at.parent &&
      /^(?:selector_expression|unary_expression|index_expression|parenthesized_expression)$/.test(
        at.parent.type,
      )
    )
      at = at.parent;
    return isAssigned(at) && !/\[:0\]/.test(at.parent?.parent?.text ?? '');
  });
  return drops || fn.descendantsOfType('call_expression').length > 3;
}
