import type { Node } from 'web-tree-sitter';
import { unparenthesised } from '../syntax/nodes';

/**
 * The nodes of a step in the order in which Go evaluates them (Go specification, "Order of evaluation" and "Assignment
 * statements"): operands before what uses them, left to right; the targets of an assignment behind the values, the
 * operands of a target before. A node stands for what happens there: at a call the function runs, at the target of an
 * assignment it gets its value. Left out are types, field names, parentheses, bodies of function literals, and parts that
 * are steps of their own. The call of `go` and `defer` does not run here: the statement stands in its place.
 */
export function evaluated(step: Node, isStep: (node: Node) => boolean): Node[] {
  const found: Node[] = [];
  collect(step, isStep, found, 0);
  return found;
}

/** Deeper expressions are nobody's program: their operands are left out. */
const deepest = 500;

function collect(node: Node, isStep: (node: Node) => boolean, found: Node[], depth: number): void {
  const operand = (child: Node): void => {
    if (!isStep(child) && depth < deepest) collect(child, isStep, found, depth + 1);
  };
  if (isAssignment(node)) {
    const targets = operandsOf(node.childForFieldName('left')).map(unparenthesised);
    for (const target of targets) operandsOf(target).forEach(operand);
    const right = node.childForFieldName('right');
    (right?.type === 'expression_list' ? operandsOf(right) : right ? [right] : []).forEach(operand);
    found.push(...targets, node);
    return;
  }
  operandsOf(node).forEach(operand);
  if (!/^(?:parenthesized_expression|argument_list|expression_list)$/.test(node.type)) found.push(node);
}

/** `x = y`, `x := y`, `x = range y`, `x = <-y` in a select. */
function isAssignment({ type }: Node): boolean {
  return /^(?:assignment_statement|short_var_declaration|range_clause|receive_statement)$/.test(type);
}

/** What is evaluated before the node, in order; of an assignment, as it is written. */
export function operandsOf(node: Node | null): Node[] {
  if (!node) return [];
  switch (node.type) {
    case 'func_literal':
    case 'identifier':
      return [];
    case 'var_spec':
      return [...operandsOf(node.childForFieldName('value')), ...named(node, 'name')];
    case 'selector_expression':
    case 'type_assertion_expression':
    case 'type_conversion_expression':
      return named(node, 'operand');
    case 'composite_literal':
      return named(node, 'body');
    case 'go_statement':
    case 'defer_statement': {
      const call = node.namedChildren.find(({ type }) => type !== 'comment');
      return call?.type === 'call_expression' ? operandsOf(call) : call ? [call] : [];
    }
    default:
      return node.namedChildren.filter(({ type }) => !notEvaluated.test(type));
  }
}

const notEvaluated = /^(?:comment|type_arguments|\w+_type|\w*type_identifier|field_identifier|label_name)$/;

function named(node: Node, field: string): Node[] {
  return node.childrenForFieldName(field).filter((child) => child?.isNamed === true);
}
