import type { Node } from 'web-tree-sitter';
import { calleeOf } from '../flow/calls';
import { mayWait, waitsAt } from '../flow/effects';
import type { GoFile } from '../rule';
import { isAssigned, namesAround, type Binding } from '../syntax/names';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { typeOf } from '../types/types';
import type { Given, PooledMemory } from './memory';
import type { Holder } from './sharers';

/**
 * Who has an object, or memory of it, for sure and for longer than the statement that hands it over: the receiver of a
 * channel, a goroutine, a map from around the function. Fields are left out: they are set anew before they are used, as a
 * rule, and nobody can see that here.
 */
export function holderAt(
  file: GoFile,
  node: Node,
  memory: PooledMemory,
  shares: (variable: Binding) => boolean,
  capturedIn: (literal: Node) => Given | undefined,
): Holder | undefined {
  switch (node.type) {
    case 'send_statement': {
      const value = node.childForFieldName('value');
      const given = value ? memory.given(value, shares) : undefined;
      return given && { kind: 'channel', node, name: node.childForFieldName('channel')?.text ?? '', given };
    }
    case 'go_statement': {
      const call = node.namedChildren.find(({ type }) => type === 'call_expression');
      const callee = call?.childForFieldName('function');
      if (!call || !callee) return undefined;
      const receiver = callee.type === 'selector_expression' ? callee.childForFieldName('operand') : null;
      const literal = callee.type === 'func_literal' ? callee : undefined;
      const given =
        [...argumentsOf(call), ...(receiver ? [receiver] : [])]
          .map((argument) => memory.given(argument, shares))
          .find((one) => one !== undefined) ??
        (literal && capturedIn(literal));
      return given && { kind: 'goroutine', node, name: '', given };
    }
    case 'assignment_statement': {
      const targets = node.childForFieldName('left')?.namedChildren ?? [];
      const values = node.childForFieldName('right')?.namedChildren ?? [];
      if (targets.length !== values.length) return undefined;
      for (const [index, target] of targets.entries()) {
        const map = mapFromAround(file, target);
        const given = map && memory.given(values[index]!, shares);
        if (given) return { kind: 'map', node, name: map.text, given };
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/** `m` of `m[key]`, a map that was there before the function and outlives it. */
function mapFromAround(file: GoFile, target: Node): Node | undefined {
  const place = unparenthesised(target);
  const map = place.type === 'index_expression' ? place.childForFieldName('operand') : null;
  const root = map && rootOf(map);
  if (!map || !root || typeOf(map, file)?.kind !== 'map') return undefined;
  const binding = namesAround(file.root, root).resolve(root);
  if (!binding) return packageNames(file.pkg).variables.has(root.text) ? map : undefined;
  return /^(?:parameter|receiver)$/.test(binding.kind) && !binding.uses.some(({ node }) => isAssigned(node))
    ? map
    : undefined;
}

/** `x` of `x.f[i].g`. */
function rootOf(place: Node): Node | undefined {
  let at = unparenthesised(place);
  while (/^(?:selector|index)_expression$/.test(at.type))
    at = unparenthesised(at.childForFieldName('operand')!);
  return at.type === 'identifier' ? at : undefined;
}

/** What is evaluated here may have made the holder let go: the other goroutine may be waited for, the entry removed. */
export function mayLetGo(file: GoFile, node: Node, { kind }: Holder): boolean {
  if (kind === 'map') {
    if (isAssigned(node)) return node.type === 'index_expression' || node.type === 'selector_expression';
    if (node.type !== 'call_expression') return false;
    const callee = calleeOf(file, node);
    if (callee.kind === 'builtin') return /^(?:clear|delete)$/.test(callee.name);
    return callee.kind !== 'conversion' && callee.kind !== 'foreign';
  }
  return node.type === 'call_expression' ? mayWait(file, node) : waitsAt(file, node);
}
