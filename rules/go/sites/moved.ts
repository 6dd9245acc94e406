import type { Node } from 'web-tree-sitter';
import type { Binding } from '../syntax/names';
import { namesAround, calledFunction } from '../syntax/names';
import type { GoFile, Decision } from '../rule';

/**
 * The variable that a `moved to heap: name` decision is about: declared at the node, or, when the node is a call, in
 * the function inlined there.
 */
function movedVariables(root: Node, node: Node, name: string): readonly Binding[] {
  if (node.type === 'identifier') {
    const binding = namesAround(root, node).resolve(node);
    return binding?.declaration.id === node.id ? [binding] : [];
  }
  const fn = node.type === 'call_expression' ? calledFunction(root, node) : undefined;
  if (!fn) return [];
  return namesAround(root, fn).bindings.filter(
    (binding) => binding.name === name && binding.owner.id === fn.id,
  );
}

/** The local variables that the compiler moved to the heap, each with its decision; one variable can have several. */
export function* movedToHeap({ root, facts }: GoFile): Iterable<{ decision: Decision; variable: Binding }> {
  for (const decision of facts?.decisions ?? []) {
    if (decision.subject !== 'moved' || decision.outcome !== 'heap') continue;
    for (const variable of movedVariables(root, decision.node, decision.text)) yield { decision, variable };
  }
}
