import type { Node } from 'web-tree-sitter';
import { isAppender } from '../flow/appenders';
import { contractOf } from './contracts';
import { isBuiltin } from '../syntax/universe';
import { isUniverse } from '../syntax/universe';
import { keepsItsArgument, type ContractCall, type Lifetime } from './lifetime';
import type { GoFile } from '../rule';
import { argumentsOf } from '../syntax/nodes';
import { isAddressTaken, isAssigned, parenthesized, type Binding } from '../syntax/names';

/**
 * Where the memory of a slice goes that starts with length 0 in a field of a local struct: the same closed list of uses as
 * in `lifetimeOf`, and shorter. The struct itself must go nowhere: its uses are plain reads and writes of its fields.
 */
export function fieldLifetime(file: GoFile, struct: Binding, field: string): Lifetime {
  let kept: Node | undefined;
  let grows = false;
  const contracts: ContractCall[] = [];
  const stays = (selector: Node): boolean => {
    const node = parenthesized(selector);
    const parent = node.parent;
    if (!parent || isAddressTaken(node)) return false;
    if (isAssigned(node)) {
      const value = assignedValue(node);
      if (!value) return false;
      const text = `${struct.name}.${field}`;
      if (value.text === `${text}[:0]`) return true;
      const isGrowth =
        value.type === 'call_expression' && isAppender(file, value) && argumentsOf(value)[0]?.text === text;
      grows ||= isGrowth;
      return isGrowth;
    }
    switch (parent.type) {
      case 'index_expression':
        return parent.childForFieldName('operand')?.id === node.id && !isAddressTaken(parent);
      case 'range_clause':
        return parent.childForFieldName('right')?.id === node.id;
      case 'binary_expression':
        return true;
      case 'slice_expression':
        // Only as it is emptied, which the assignment has looked at.
        return parent.childForFieldName('operand')?.id === node.id && assignsTo(parent, struct, field);
      case 'argument_list': {
        const call = parent.parent;
        const callee = call?.childForFieldName('function');
        if (call?.type !== 'call_expression' || !callee || call.parent?.type === 'go_statement') return false;
        // Deferred, the call would run after the buffer has gone back, or before: not told apart.
        if (call.parent?.type === 'defer_statement') return false;
        if (isBuiltin(file, call, 'len', 'copy')) return true;
        if (callee.type === 'identifier' && callee.text === 'string' && isUniverse(file, callee)) return true;
        if (isAppender(file, call))
          return argumentsOf(call)[0]?.id === node.id && assignsTo(call, struct, field);
        const contract = contractOf(file, call, node, 'slice', (method) => keepsItsArgument(file, method));
        if (contract) contracts.push({ call, argument: node, shape: 'slice', contract });
        return contract !== undefined;
      }
      default:
        return false;
    }
  };
  for (const { node, owner } of struct.uses) {
    const selector = parenthesized(node).parent;
    const isField =
      owner.id === struct.owner.id &&
      selector?.type === 'selector_expression' &&
      selector.childForFieldName('operand')?.id === parenthesized(node).id;
    const name = isField ? selector.childForFieldName('field')?.text : undefined;
    const harmless = name !== undefined && (name === field ? stays(selector!) : isPlain(selector!));
    if (!harmless) kept ??= node;
  }
  return { kept, contracts, grows, advances: false, capacityObserved: false };
}

/** Another field is read or written as a whole: no method, whose receiver would be the struct, and no address. */
function isPlain(selector: Node): boolean {
  const node = parenthesized(selector);
  const parent = node.parent;
  if (!parent || isAddressTaken(node)) return false;
  if (isAssigned(node)) return true;
  return /^(?:binary_expression|argument_list|expression_list|index_expression)$/.test(parent.type);
}

/** The value that an assignment of one value gives to the node. */
function assignedValue(node: Node): Node | undefined {
  const statement = node.parent?.parent;
  const left = statement?.childForFieldName('left');
  const right = statement?.childForFieldName('right');
  if (statement?.type !== 'assignment_statement' || statement.childForFieldName('operator')?.text !== '=')
    return undefined;
  return left?.namedChildCount === 1 && right?.namedChildCount === 1 ? right.namedChild(0)! : undefined;
}

/** `s.f = value` */
function assignsTo(value: Node, struct: Binding, field: string): boolean {
  const list = value.parent;
  const statement = list?.parent;
  return (
    list?.type === 'expression_list' &&
    statement?.type === 'assignment_statement' &&
    statement.childForFieldName('right')?.id === list.id &&
    statement.childForFieldName('left')?.text === `${struct.name}.${field}`
  );
}
