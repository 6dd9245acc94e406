import type { Node } from 'web-tree-sitter';
import { errorPathOf, leaves, reportsError } from '../flow/error-paths';
import { loopsAround } from '../flow/loops';
import type { GoFile } from '../rule';
import { qualified, statementsOf } from '../syntax/nodes';
import {
  deepest,
  perBranch,
  perCase,
  perError,
  perExit,
  perLoop,
  perPooled,
  perProgram,
} from '../../factors';
import { isAboutErrors } from './purpose';

/**
 * How often a place runs for each run of the function around it, estimated from its text, in the spirit of S. Wu and J. Larus, "Static
 * branch frequency and program profile analysis" (1994). The factors are set by eye; `npm run test:profile` holds them against
 * recorded profiles, where half or twice of each makes little difference.
 */

/**
 * Runs of the node for each run of `within`.
 * @param within the function declaration around it, or a function literal that something else calls; absent: of the outermost function
 */
export function blockFrequency(file: GoFile, node: Node, within?: Node): number {
  if (errorPathOf(file, node) || isFailing(file, node) || errorCallAround(node)) return perError;
  let factor = 1;
  for (let at: Node = node; at.parent && at.id !== within?.id; at = at.parent)
    factor *= stepFactor(file, at, at.parent);
  const loops = loopsAround(file, node).length - (within ? loopsAround(file, within).length : 0);
  return factor * perLoop ** Math.min(loops, deepest);
}

/** The node is part of a return that says that something has failed. */
function isFailing(file: GoFile, node: Node): boolean {
  let at: Node | null = node;
  while (at && !/_statement$|^block$|^func_literal$/.test(at.type)) at = at.parent;
  return at?.type === 'return_statement' && reportsError(file, at);
}

/** The name of the function that makes or reports an error of the node, as in `return p.Error(node)`; undefined: none does. */
export function errorCallAround(node: Node): string | undefined {
  for (let at = node.parent; at && !/_statement$|^block$|^func_literal$/.test(at.type); at = at.parent) {
    if (at.type !== 'argument_list' || at.parent?.type !== 'call_expression') continue;
    const callee = at.parent.childForFieldName('function');
    const name = (callee?.childForFieldName('field') ?? callee)?.text ?? '';
    if (isAboutErrors(name)) return name;
  }
  return undefined;
}

/** How often the child runs for each run of its parent, loops left out. */
function stepFactor(file: GoFile, child: Node, parent: Node): number {
  switch (parent.type) {
    case 'if_statement':
      if (child.equals(parent.childForFieldName('alternative') ?? parent)) return perBranch;
      if (!child.equals(parent.childForFieldName('consequence') ?? parent)) return 1;
      return leaves(file, statementsOf(child).at(-1)) ? perExit : perBranch;
    case 'expression_case':
    case 'type_case':
    case 'communication_case':
    case 'default_case':
      return perCase;
    default:
      return child.type === 'func_literal' ? (rarely(file, child)?.factor ?? 1) : 1;
  }
}

/** Why a function literal runs at most once, or only when a pool is empty. */
export function rarely(
  file: GoFile,
  literal: Node,
): { readonly text: string; readonly factor: number } | undefined {
  const parent = literal.parent;
  if (parent?.type === 'argument_list') {
    const callee = parent.parent?.childForFieldName('function');
    if (
      callee &&
      qualified(callee, file.imports)?.path === 'sync' &&
      /^OnceFunc$|^OnceValues?$/.test(callee.text.split('.')[1] ?? '')
    ) {
      return { text: `runs once, in ${callee.text}`, factor: perProgram };
    }
    if (
      callee?.type === 'selector_expression' &&
      /^\w*[oO]nce\.Do$/.test(callee.text.replace(/^.*\.(?=\w+\.Do$)/, ''))
    ) {
      return { text: 'runs once, in sync.Once.Do', factor: perProgram };
    }
  }
  const element = parent?.type === 'literal_element' ? parent.parent : undefined;
  if (element?.type === 'keyed_element' && element.namedChild(0)?.text === 'New') {
    const type = element.parent?.parent?.childForFieldName('type');
    const name = type && qualified(type, file.imports);
    if (name?.path === 'sync' && name.name === 'Pool')
      return { text: 'runs only when the pool is empty', factor: perPooled };
  }
  return undefined;
}
