import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { methodName, walk } from '../syntax/nodes';

const known = new WeakMap<
  TSESLint.SourceCode,
  ReadonlyMap<string, readonly TSESTree.AssignmentExpression[]>
>();

/**
 * Everything in the file that is assigned to a place under this name, but for what concat() makes of the place itself. The
 * file is gone through once.
 * @param name the text of the place: `body`, `this.body`
 */
export function replacementsOf(
  sourceCode: TSESLint.SourceCode,
  name: string,
): readonly TSESTree.AssignmentExpression[] {
  let all = known.get(sourceCode);
  if (!all) known.set(sourceCode, (all = collect(sourceCode)));
  return all.get(name) ?? [];
}

function collect(sourceCode: TSESLint.SourceCode): Map<string, TSESTree.AssignmentExpression[]> {
  const all = new Map<string, TSESTree.AssignmentExpression[]>();
  walk(sourceCode, sourceCode.ast, (node) => {
    if (node.type !== 'AssignmentExpression') return;
    const name = sourceCode.getText(node.left);
    const { right } = node;
    const grows =
      right.type === 'CallExpression' &&
      methodName(right) === 'concat' &&
      sourceCode.getText(right).includes(name);
    if (grows) return;
    const list = all.get(name);
    if (list) list.push(node);
    else all.set(name, [node]);
  });
  return all;
}
