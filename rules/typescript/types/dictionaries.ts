import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { resolve, unwrap } from '../syntax/nodes';
import { receiverType } from './values';

/** Objects with any keys: how many there are is the data's. */

/** A parameter, or a property of one, whose type has any number of keys. */
export function isGivenDictionary(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression): boolean {
  let root: TSESTree.Expression = unwrap(node);
  while (root.type === 'MemberExpression') root = unwrap(root.object);
  if (root.type !== 'Identifier') return false;
  return (
    resolve(sourceCode, root)?.defs[0]?.type === 'Parameter' &&
    receiverType(sourceCode, node)?.dictionary === true
  );
}
