import type { Node } from 'web-tree-sitter';
import { graphOf } from '../flow/functions';
import type { GoFile } from '../rule';
import { code } from '../../wording';

/** The way that control takes from one place to another, in words. */

/** `line 12`, counted from 1. */
export function lineOf(node: Node): string {
  return `line ${node.startPosition.row + 1}`;
}

/**
 * ` when \`err != nil\``, with a space in front: the branch that leads to the place, unless it leads to `from` as well. Empty
 * where there is none to name.
 */
export function conditionOf(file: GoFile, fn: Node, place: Node, from: Node | undefined): string {
  const graph = graphOf(file, fn);
  const branch = graph.branchTo(place);
  const { kind, at } = branch ?? {};
  if (!branch || !at || (from && graph.branchTo(from) === branch)) return '';
  if (kind !== 'case' && from && graph.dominates(at, from)) return '';
  const text = at.text.replace(/\s+/g, ' ');
  switch (kind) {
    case 'true':
      return ` when ${code(text)}`;
    case 'false':
      return ` unless ${code(text)}`;
    case 'case':
      return ` in ${code(text.split(':')[0]!)}`;
    default:
      return '';
  }
}
