import type { Node } from 'web-tree-sitter';
import { errorPathOf, leaves, reportsError } from '../flow/error-paths';
import { loopsAround } from '../flow/loops';
import type { GoFile } from '../rule';
import { qualified, statementsOf } from '../syntax/nodes';

/**
 * How often a place runs for each run of the function around it, estimated from its text, in the spirit of S. Wu and J. Larus, "Static
 * branch frequency and program profile analysis" (1994). The factors are set by eye; `npm run test:profile` holds them against
 * recorded profiles, where half or twice of each makes little difference.
 */

/** Iterations of a loop whose number is not known. */
export const perLoop = 8;
/** Of a nest, the loops that count. */
const deepest = 3;
/** A branch is taken or not; one that leaves, rarely. */
const perBranch = 0.7;
const perExit = 0.3;
const perCase = 0.5;
/** What has failed. */
const perError = perLoop ** -3;
/** What runs once in the life of a program. */
export const perProgram = perLoop ** -4;
/** A pool makes what is used again and again. */
const perPooled = perLoop ** -2;

/**
 * Runs of the node for each run of `within`.
 * @param within the function declaration around it, or a function literal that something else calls; absent: of the outermost function
 */
export function blockFrequency(file: GoFile, node: Node, within?: Node): number {
  if (errorPathOf(file, node) || isFailing(file, node)) return perError;
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
