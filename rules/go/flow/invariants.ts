import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { isAddressTaken, isAssigned, namesAround } from '../syntax/names';
import { contains, descendants, spanOf } from '../syntax/nodes';
import { isInert } from './effects';
import type { TripCount } from './trip-count';
import { typeOf } from '../types/types';

/**
 * True when the count of an inner loop is the same in each iteration of `outer`, and can be evaluated in front of it
 * without a panic, also when `outer` does not run: of names declared before and assigned nowhere in it, and of fields of
 * such structs. What others can reach counts only where nothing that is called or stored can change it.
 */
export function isInvariant({ from }: Pick<TripCount, 'from'>, outer: Node, file: GoFile): boolean {
  const names = namesAround(file.root, outer);
  let shared = false;
  for (const node of from.flatMap((part) => [...descendants(part)])) {
    if (/^(?:index|slice|unary)_expression$/.test(node.type)) return false;
    if (node.type === 'selector_expression') {
      shared = true;
      if (typeOf(node.childForFieldName('operand')!, file)?.kind !== 'struct') return false;
    }
    if (node.type !== 'identifier') continue;
    if (/^(?:len|cap)$/.test(node.text) && node.parent?.type === 'call_expression') continue;
    const binding = names.resolve(node);
    if (!binding) {
      shared = true;
      continue;
    }
    if (binding.declaration.startIndex >= outer.startIndex) return false;
    // In the loop's header, too: `for …; …; xs = xs[1:]`.
    if (binding.uses.some((use) => isAssigned(use.node) && contains(spanOf(outer), spanOf(use.node))))
      return false;
    if (binding.uses.some((use) => isAddressTaken(use.node) || use.owner.id !== binding.owner.id))
      shared = true;
  }
  return !shared || !mayChange(outer, file);
}

/** True when the loop calls something or stores to what others can reach. */
function mayChange(loop: Node, file: GoFile): boolean {
  for (const at of descendants(loop)) {
    if (at.type === 'call_expression' && !isInert(file, at)) return true;
    const left = at.type === 'assignment_statement' ? at.childForFieldName('left') : undefined;
    if (left?.namedChildren.some((target) => target.type !== 'identifier')) return true;
  }
  return false;
}
