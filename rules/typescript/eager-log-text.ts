import type { TSESTree } from '@typescript-eslint/utils';
import { createRule } from './rule';
import { isFunction, isGlobal, memberName, methodName, walk } from './syntax/nodes';

/** Levels that are off where a program works for others. */
const quiet = /^(?:debug|trace|verbose|silly|finest?)$/;
const enabled = /debug|trace|verbose|enabled|level/i;

/** `log.debug(JSON.stringify(x))` in hot code: the text is made whether anybody reads it or not. */
export const eagerLogText = createRule({
  id: 'ts/eager-log-text',
  summary: 'text that hot code makes for a debug log, also where the level is off',
  fix: 'none',
  recipe:
    'Ask for the level first, or give the logger the object itself, which it formats only when it writes',
  reports: 'hot only',
  sample: 'typescript/eager-log-text',
  allocation: {
    kind: 'string concatenation',
    cost: 'always',
    reason: 'arguments are evaluated before the logger asks for its level',
  },
  words: [
    ['debug', 'trace', 'verbose', 'silly', 'fine'],
    ['stringify', 'inspect'],
  ],
  messages: { made: '`{{made}}()` makes a text for `{{log}}()`, also where that level is off' },
  check({ sourceCode }, report) {
    return {
      CallExpression(node) {
        const method = methodName(node) ?? '';
        if (!quiet.test(method) || isGuarded(node, (test) => enabled.test(sourceCode.getText(test)))) return;
        for (const argument of node.arguments) {
          walk(sourceCode, argument, (inner) => {
            if (isFunction(inner)) return false;
            if (inner.type !== 'CallExpression' || inner.callee.type !== 'MemberExpression') return true;
            const { object } = inner.callee;
            const name = memberName(inner.callee);
            const isText =
              object.type === 'Identifier' &&
              ((object.name === 'JSON' && name === 'stringify' && isGlobal(sourceCode, object)) ||
                (object.name === 'util' && name === 'inspect'));
            if (!isText) return true;
            report({
              at: inner,
              messageId: 'made',
              data: { made: sourceCode.getText(inner.callee), log: sourceCode.getText(node.callee) },
            });
            return false;
          });
        }
      },
    };
  },
});

/** A test around the call, up to its function, asks for the level. */
function isGuarded(node: TSESTree.Node, asks: (test: TSESTree.Node) => boolean): boolean {
  for (let at = node; at.parent && !isFunction(at); at = at.parent) {
    const { parent } = at;
    if (parent.type === 'IfStatement' && parent.test !== at && asks(parent.test)) return true;
    if (parent.type === 'ConditionalExpression' && parent.test !== at && asks(parent.test)) return true;
    if (parent.type === 'LogicalExpression' && parent.right === at && asks(parent.left)) return true;
  }
  return false;
}
