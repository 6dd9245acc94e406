import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asBase } from './edit/expressions';
import { createRule, type ProposedFix } from './rule';
import { isGlobal, memberName } from './syntax/nodes';

/** `Math.hypot(x, y)` in hot code. */
export const hypot = createRule({
  id: 'ts/hypot',
  summary: '`Math.hypot()` in hot code: a call that puts numbers into objects',
  fix: 'suggestion',
  recipe: 'Take `Math.sqrt()` of the sum of the squares, or compare squares and take no root at all',
  reports: 'hot only',
  sample: 'typescript/hypot',
  allocation: {
    kind: 'call',
    cost: 'always',
    reason:
      'V8 never inlines it: numbers that are no small integers are put into objects for the call, up to Node 22 into an array, too',
    bytes: 48,
  },
  words: [['hypot']],
  messages: {
    called: '`Math.hypot()` is a call for which V8 puts its numbers into objects',
  },
  check({ sourceCode }, report) {
    return {
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== 'MemberExpression' || memberName(callee) !== 'hypot') return;
        if (callee.object.type !== 'Identifier' || callee.object.name !== 'Math') return;
        if (!isGlobal(sourceCode, callee.object) || node.optional || callee.optional) return;
        // Of one argument it is Math.abs().
        const [first, ...more] = node.arguments;
        if (!first || (more.length === 0 && first.type !== 'SpreadElement')) return;
        const terms = squares(sourceCode, node);
        report({
          at: node,
          messageId: 'called',
          ...(terms
            ? { fixes: [rootOf(node, terms)] }
            : { noFix: 'the call does not show how many there are' }),
        });
      },
    };
  },
});

/** Each argument squared; undefined where the call does not show what they are, or a comment would be lost. */
function squares(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
): readonly string[] | undefined {
  if (sourceCode.getCommentsInside(call).length > 0) return undefined;
  const terms: string[] = [];
  for (const argument of call.arguments) {
    if (argument.type === 'SpreadElement') return undefined;
    // Written once, it is evaluated once; V8 multiplies.
    terms.push(`${asBase(sourceCode, argument)} ** 2`);
  }
  return terms;
}

function rootOf({ range: [start, end] }: TSESTree.CallExpression, terms: readonly string[]): ProposedFix {
  return {
    title:
      'Take the root of the sum of squares (if these neither overflow nor underflow, and the last digits may differ)',
    kind: 'suggestion',
    edits: [{ span: { start, end }, newText: `Math.sqrt(${terms.join(' + ')})` }],
  };
}
