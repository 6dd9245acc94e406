import type { Node } from 'web-tree-sitter';
import { calleeText, statementsOf, isFunction } from '../syntax/nodes';

export function neverReturns(callee: string | undefined): boolean {
  return (
    callee !== undefined &&
    /^(?:panic|os\.Exit|runtime\.Goexit|log\.(?:Fatal|Panic)(?:f|ln)?|\w+\.(?:Fatal|Fatalf|FailNow))$/.test(
      callee,
    )
  );
}

/** `return`, `panic(…)`, `os.Exit(…)`, `log.Fatal…(…)`: what follows is not reached. */
export function leavesFunction(statement: Node): boolean {
  if (statement.type === 'return_statement' || statement.type === 'goto_statement') return true;
  if (statement.type !== 'expression_statement') return false;
  const call = statement.namedChild(0);
  return call?.type === 'call_expression' && neverReturns(calleeText(call));
}

/** The ranged expression and the initialiser run once, before the loop. */
function runsEachTime(child: Node, node: Node): boolean {
  if (child.type === 'range_clause') return false;
  const initializer = child.type === 'for_clause' ? child.childForFieldName('initializer') : null;
  return !initializer || node.startIndex < initializer.startIndex || node.endIndex > initializer.endIndex;
}

function labelOf(loop: Node): string | undefined {
  return loop.parent?.type === 'labeled_statement'
    ? loop.parent.namedChildren.find(({ type }) => type === 'label_name')?.text
    : undefined;
}

/** How a statement list ends that leaves a loop: all loops, the innermost, or those inside the one with the label. */
export interface Exit {
  readonly kind: 'return' | 'break' | 'continue';
  readonly label: string | undefined;
}

export function exitOf(statement: Node): Exit | undefined {
  if (statement.type !== 'goto_statement' && leavesFunction(statement))
    return { kind: 'return', label: undefined };
  const label = statement.namedChildren.find(({ type }) => type === 'label_name')?.text;
  if (statement.type === 'break_statement') return { kind: 'break', label };
  return statement.type === 'continue_statement' && label !== undefined
    ? { kind: 'continue', label }
    : undefined;
}

/**
 * The loops that execute the node once an iteration, innermost first, function literals in between included. Not
 * counted: the initialiser and the ranged expression, which run once, and statements after which the loop is left.
 */
export function loopsAround(node: Node): Node[] {
  const loops: Node[] = [];
  let leaves: Exit | undefined;
  let child: Node = node;
  for (let at = node.parent; at; child = at, at = at.parent) {
    if (isFunction(at)) leaves = undefined;
    else if (at.type === 'statement_list' || at.type === 'block') {
      const last = statementsOf(at).at(-1);
      const exit = last && last.startIndex >= child.startIndex ? exitOf(last) : undefined;
      if (exit && leaves?.kind !== 'return') leaves = exit;
    } else if (/_(?:switch|select)_statement$|^select_statement$/.test(at.type)) {
      // A plain break in here leaves the switch, not the loop.
      if (leaves?.kind === 'break' && leaves.label === undefined) leaves = undefined;
    } else if (at.type === 'for_statement') {
      const named = leaves?.label !== undefined && leaves.label === labelOf(at);
      const again = !leaves || (leaves.kind === 'continue' && named);
      if (again && runsEachTime(child, node)) loops.push(at);
      if (leaves?.kind === 'break' && leaves.label === undefined) leaves = undefined;
      if (named) leaves = undefined;
    }
  }
  return loops;
}

/** The innermost for statement whose body or header repeats `node`, within the same function. */
export function enclosingLoop(node: Node): Node | undefined {
  let inner = node;
  for (let outer = node.parent; outer && !isFunction(outer); outer = outer.parent) {
    // A ranged expression is evaluated once, and so is an initializer.
    if (outer.type === 'for_statement' && inner.type !== 'range_clause') return outer;
    inner = outer;
  }
  return undefined;
}
