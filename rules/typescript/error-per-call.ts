import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { constantPrimitive, hoist } from './hoist/hoist';
import { createRule, type ProposedFix } from './rule';
import { isFunction, isGlobal, isLoop, walk } from './syntax/nodes';

const builtIn = /^(?:Error|EvalError|RangeError|ReferenceError|SyntaxError|TypeError|URIError)$/;

/** Errors that hot code makes as a matter of course: returned as values, or thrown and caught in the same function. */
export const errorPerCall = createRule({
  id: 'ts/error-per-call',
  summary: 'an error made on an expected path of hot code: returned, or caught in the same function',
  fix: 'suggestion',
  reports: 'hot only',
  sample: 'typescript/error-per-call',
  allocation: { kind: 'object', cost: 'always', reason: 'each error records the stack at its creation' },
  words: [['Error']],
  messages: {
    returned: 'new {{name}}() records the stack each time, although the error is returned as a value.',
    caught: 'new {{name}}() records the stack each time, only to leave a try block of the same function.',
  },
  check({ sourceCode }, report) {
    return {
      NewExpression(node) {
        const { callee } = node;
        if (callee.type !== 'Identifier' || !/(?:^|[a-z])Error$/.test(callee.name)) return;
        const around =
          node.parent.type === 'ThrowStatement' ? caughtHere(sourceCode, node.parent) : undefined;
        if (!around && !isReturned(node)) return;
        const fix = sentinel(sourceCode, node, callee);
        report({
          at: node,
          messageId: around ? 'caught' : 'returned',
          data: { name: callee.name },
          heatAt: around ?? leftLoop(node),
          ...(around ? { related: [{ at: around.handler!, message: 'caught here' }] } : {}),
          fixes: fix ? [fix] : [],
        });
      },
    };
  },
});

/** A returned error leaves all loops of its function: it is made once in a call, as the outermost of them is. */
function leftLoop(node: TSESTree.Node): TSESTree.Node {
  let found = node;
  for (let at = node.parent; at && !isFunction(at); at = at.parent) if (isLoop(at)) found = at;
  return found;
}

/** The `try` of the same function whose `catch` ends the error's way. */
function caughtHere(
  sourceCode: TSESLint.SourceCode,
  thrown: TSESTree.ThrowStatement,
): TSESTree.TryStatement | undefined {
  let child: TSESTree.Node = thrown;
  for (let at: TSESTree.Node = thrown.parent; !isFunction(at); child = at, at = at.parent) {
    if (at.type === 'TryStatement' && at.block === child && at.handler) {
      let thrownAgain = false;
      walk(sourceCode, at.handler.body, (inner) => {
        if (inner.type === 'ThrowStatement') thrownAgain = true;
        return !isFunction(inner);
      });
      return thrownAgain ? undefined : at;
    }
    if (!at.parent) return undefined;
  }
  return undefined;
}

/** `return new Error(…)`, `return { error: new Error(…) }`, `=> new Error(…)`. */
function isReturned(node: TSESTree.Node): boolean {
  let at = node;
  let parent = at.parent!;
  if (parent.type === 'Property' && parent.value === at && parent.parent.type === 'ObjectExpression') {
    at = parent.parent;
    parent = at.parent!;
  } else if (parent.type === 'ArrayExpression') {
    at = parent;
    parent = at.parent!;
  }
  while (parent.type === 'ConditionalExpression' || parent.type === 'LogicalExpression') {
    at = parent;
    parent = at.parent!;
  }
  return (
    parent.type === 'ReturnStatement' || (parent.type === 'ArrowFunctionExpression' && parent.body === at)
  );
}

function sentinel(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.NewExpression,
  callee: TSESTree.Identifier,
): ProposedFix | undefined {
  if (!builtIn.test(callee.name) || !isGlobal(sourceCode, callee) || node.arguments.length > 1)
    return undefined;
  const needed = node.arguments.length === 0 ? [] : constantPrimitive(sourceCode, node.arguments[0]);
  if (!needed) return undefined;
  return hoist(sourceCode, {
    at: node,
    declarator: undefined,
    base: `${callee.name[0]!.toLowerCase()}${callee.name.slice(1)}`,
    shareable: false,
    needed,
    title: `Share one ${callee.name} of the module`,
    conditions: ['nobody changes it or reads its stack'],
  });
}
