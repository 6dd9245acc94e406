import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { completionOf, tryAround } from './flow/completion';
import { outermostLoopStatement } from './flow/loops';
import { constantPrimitive } from './hoist/constants';
import { certain } from './hoist/construction';
import { hoist } from './hoist/hoist';
import { createRule, type ProposedFix } from './rule';
import {
  contains,
  enclosingFunction,
  isFunction,
  isGlobal,
  methodName,
  variableOf,
  walk,
} from './syntax/nodes';
import { code } from '../wording';

const builtIn = /^(?:Error|EvalError|RangeError|ReferenceError|SyntaxError|TypeError|URIError)$/;

/** Errors that hot code makes as a matter of course: returned as values, or thrown and caught in the same function. */
export const errorPerCall = createRule({
  id: 'ts/error-per-call',
  summary: 'an error made on an expected path of hot code: returned, or caught in the same function',
  fix: 'suggestion',
  recipe: 'Return a plain result such as undefined or a constant, and make errors only for the unexpected',
  reports: 'hot only',
  sample: 'typescript/error-per-call',
  allocation: { kind: 'object', cost: 'always', reason: 'each error records the stack at its creation' },
  words: [['Error']],
  messages: {
    returned: '`new {{name}}()` records the stack, and the error is returned as a value',
    caught: '`new {{name}}()` records the stack only to leave a try block of the same function',
  },
  check({ sourceCode }, report) {
    return {
      NewExpression(node) {
        const { callee } = node;
        if (callee.type !== 'Identifier' || !/(?:^|[a-z])Error$/.test(callee.name)) return;
        const around = node.parent.type === 'ThrowStatement' ? caughtHere(node.parent) : undefined;
        if (!around && !isReturned(node)) return;
        if (around && isForUnknownCase(node.parent)) return;
        // Once for each connection, however often the function runs.
        if (around ? ends(sourceCode, around.handler!) : isForEnding(sourceCode, node)) return;
        const fix = sentinel(sourceCode, node, callee);
        report({
          at: node,
          messageId: around ? 'caught' : 'returned',
          data: { name: callee.name },
          // A returned error leaves all loops of its function: it is made once in a call, as the outermost of them is.
          heatAt: around ?? outermostLoopStatement(node) ?? node,
          ...(around ? { related: [{ at: around.handler!, message: 'caught here' }] } : {}),
          fixes: fix ? [fix] : [],
        });
      },
    };
  },
});

/** The `try` of the same function whose `catch` ends the error's way. */
function caughtHere(thrown: TSESTree.ThrowStatement): TSESTree.TryStatement | undefined {
  const around = tryAround(thrown, enclosingFunction(thrown));
  if (!around?.handler || !contains(around.block, thrown)) return undefined;
  return completionOf(around.handler.body).jumps.some(({ type }) => type === 'ThrowStatement')
    ? undefined
    : around;
}

/** `switch (format) { …; default: throw new … }`: a value that the code does not know is a mistake, whoever catches the error. */
const isForUnknownCase = ({ parent }: TSESTree.Node): boolean => {
  const clause = parent?.type === 'BlockStatement' ? parent.parent : parent;
  return clause?.type === 'SwitchCase' && clause.test === null;
};

/** Methods of sockets, streams and their like after which nothing more comes. */
const ending = /^(?:abort|close|destroy|disconnect|end|goaway|kill|terminate)$/;

const isEnding = (node: TSESTree.Node): node is TSESTree.CallExpression =>
  node.type === 'CallExpression' &&
  (ending.test(methodName(node) ?? '') ||
    (methodName(node) === 'emit' &&
      node.arguments[0]?.type === 'Literal' &&
      node.arguments[0].value === 'error'));

/** What catches it ends a connection. */
function ends(sourceCode: TSESLint.SourceCode, handler: TSESTree.CatchClause): boolean {
  let found = false;
  walk(sourceCode, handler.body, (node) => {
    found ||= isEnding(node);
    return !found && !isFunction(node);
  });
  return found;
}

/** Somebody in the file hands what the function returns to what ends a connection: `socket.destroy(check(frame))`. */
function isForEnding(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  const fn = enclosingFunction(node);
  const named = fn && variableOf(sourceCode, fn);
  return (named?.references ?? []).some(({ identifier }) => {
    const call = (identifier as TSESTree.Node).parent;
    if (call?.type !== 'CallExpression' || call.callee !== identifier) return false;
    const { parent } = call;
    if (isEnding(parent)) return true;
    if (parent.type !== 'VariableDeclarator') return false;
    return sourceCode.getDeclaredVariables!(parent).some(({ references }) =>
      references.some((reference) => {
        const use = (reference.identifier as TSESTree.Node).parent;
        return use !== undefined && isEnding(use) && use.callee !== reference.identifier;
      }),
    );
  });
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
  const [argument] = node.arguments;
  const message = argument && constantPrimitive(sourceCode, argument);
  if (argument && !message) return undefined;
  return hoist(sourceCode, {
    at: node,
    declarator: undefined,
    creation: sourceCode.getText(node),
    parts: [node],
    names: namesOf(callee.name, message?.value),
    suffix: 'Error',
    shareable: false,
    needed: message?.needed ?? [],
    risks: certain,
    title: `Share one ${code(callee.name)} of the module`,
    conditions: ['nobody changes it or reads its stack'],
  });
}

/** Words behind which a message says what is wrong with what it names. */
const verbs = /^(?:must|should|is|are|was|were|has|have|can|cannot|does|do|may|needs?|expected)$/i;

/** Words that a name leaves out. */
const articles = /^(?:a|an|the|of|to|in|for|at|by|with|from|this|that)$/i;

/**
 * `notFoundError` for `new Error('not found')`, `queryValuesError` for 'Query values must be an array'; the class's name behind it, as
 * `rangeError`.
 */
function namesOf(className: string, message: unknown): [string, ...string[]] {
  const own = `${className[0]!.toLowerCase()}${className.slice(1)}`;
  const all = typeof message === 'string' ? (message.match(/[A-Za-z][A-Za-z0-9]*/g) ?? []) : [];
  const verb = all.findIndex((word) => verbs.test(word));
  const subject = (verb > 0 ? all.slice(0, verb) : all).filter((word) => !articles.test(word));
  const named = subject
    .slice(0, 3)
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : word[0]!.toUpperCase() + word.slice(1).toLowerCase(),
    );
  return named.join('').length < 3 ? [own] : [`${named.join('')}Error`, own];
}
