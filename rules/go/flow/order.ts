import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { namesAround, type Binding } from '../syntax/names';
import { argumentsOf, descendants } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { importedFunction } from '../syntax/universe';
import { calleeOf } from './calls';
import { effectsOf, isInert, mayWrite } from './effects';
import { operandsOf } from './evaluation';
import type { Graph } from './graph';

/**
 * True when it can be told whether the parts are evaluated first and then used one by one, or each evaluated and used in
 * turn, where a use changes `target`: a part behind the first reads it, or the call in a part changes what one before reads.
 * (Operands are loaded as late as possible: `x + f()` sees what f does to x.)
 */
export function isOrderSeen(parts: readonly Node[], target: Binding | undefined, file: GoFile): boolean {
  return parts.some(
    (part, i) =>
      (i > 0 && target !== undefined && reads(part, target, file)) ||
      callsOf(part).some((call) => parts.slice(0, i).some((before) => changes(call, before, file))),
  );
}

/**
 * True when the statement, once it is reached, evaluates the node, and before it nothing but names and literals: then the
 * node may as well be evaluated in front of it.
 */
export function isFirstOf(file: GoFile, graph: Graph, statement: Node, node: Node): boolean {
  const [start, first] = [graph.placeOf(statement), graph.placeOf(firstOperand(node))];
  if (!start || !first || start.block !== first.block) return false;
  // Of a simple statement the place is where it is done.
  const begin = Math.min(
    start.index,
    ...[...descendants(statement)].flatMap((at) => {
      const place = graph.placeOf(at);
      return place?.block === first.block ? [place.index] : [];
    }),
  );
  return start.block.nodes
    .slice(begin, first.index)
    .every((at) => isName.test(at.type) || importedFunction(file, at) !== undefined);
}

const isName =
  /^(?:identifier|(?:int|float|imaginary|rune|interpreted_string|raw_string)_literal|true|false|nil)$/;

function firstOperand(node: Node): Node {
  let at = node;
  for (let [next] = operandsOf(at); next; [next] = operandsOf(at)) at = next;
  return at;
}

function reads(part: Node, target: Binding, file: GoFile): boolean {
  const names = namesAround(file.root, part);
  return [...descendants(part)].some((node) => node.type === 'identifier' && names.resolve(node) === target);
}

/** The call may change a variable, field or element that the part reads. */
function changes(call: Node, part: Node, file: GoFile): boolean {
  const names = namesAround(file.root, part);
  return loadsOf(part, file).some((node) => {
    if (node.type !== 'identifier') return !isInert(file, call);
    const binding = names.resolve(node);
    if (binding) return mayWrite(file, call, binding);
    const { unknown, writes } = effectsOf(file, call);
    return packageNames(file.pkg).variables.has(node.text) && (unknown || writes.has(node.text));
  });
}

function callsOf(part: Node): Node[] {
  return [...descendants(part)].filter(({ type }) => type === 'call_expression');
}

/** The variables, fields and elements that an expression reads itself; calls in it read theirs at their own turn. */
function loadsOf(node: Node, file: GoFile): Node[] {
  switch (node.type) {
    case 'func_literal':
      return [];
    case 'call_expression':
      return /^(?:builtin|conversion)$/.test(calleeOf(file, node).kind)
        ? argumentsOf(node).flatMap((argument) => loadsOf(argument, file))
        : [];
    case 'selector_expression':
      return importedFunction(file, node) === undefined ? [node] : [];
    case 'identifier':
    case 'index_expression':
    case 'slice_expression':
    case 'unary_expression':
      return [node];
    default:
      return node.namedChildren.flatMap((child) => loadsOf(child, file));
  }
}
