import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isNoticed } from './flow/changes';
import { createRule, type ProposedFix } from './rule';
import { isFunction, isGlobal, memberName, methodName, resolve, unwrap, walk } from './syntax/nodes';
import { memberIn } from './types/members';
import { isPath } from './types/shapes';
import { importedCallee } from './types/bindings';
import { receiverType } from './types/values';
import { code } from '../wording';

/** Levels that are off where a program works for others. */
const quiet = /^(?:debug|trace|verbose|silly|finest?)$/;
const enabled = /debug|trace|verbose|enabled|level/i;

/** `log.debug(JSON.stringify(x))` in hot code: the text is made whether anybody reads it or not. */
export const eagerLogText = createRule({
  id: 'ts/eager-log-text',
  summary: 'text that hot code makes for a debug log, also where the level is off',
  fix: 'suggestion',
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
        // One question spares all of the call's texts.
        let fixes: readonly ProposedFix[] | undefined;
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
              fixes: (fixes ??= guarded(sourceCode, node, method)),
              noFix: 'the file does not show how this logger is asked for its level',
            });
            return false;
          });
        }
      },
    };
  },
});

/** Packages whose loggers have `isLevelEnabled(level)`, and the names of what makes one. */
const leveled = /^(?:pino|winston|log4js)$/;
const makers = /^(?:default|\*|pino|createLogger|getLogger)$/;

/** `if (log.isLevelEnabled('debug')) log.debug(…)`. */
function guarded(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
  level: string,
): readonly ProposedFix[] {
  const { object } = call.callee as TSESTree.MemberExpression;
  const statement = call.parent;
  if (
    statement.type !== 'ExpressionStatement' ||
    !/^(?:BlockStatement|SwitchCase)$/.test(statement.parent.type)
  )
    return [];
  // It is read twice.
  const logger = unwrap(object);
  if (!isPath(logger) && !isOwnField(logger)) return [];
  const question = questionOf(sourceCode, logger, level);
  if (question === undefined || call.arguments.some((argument) => isNoticed(sourceCode, argument))) return [];
  const at = statement.range[0];
  return [
    {
      title: `Ask whether ${code(level)} is on first (if making the text has no effects)`,
      kind: 'suggestion',
      edits: [
        {
          span: { start: at, end: at },
          newText: `if (${sourceCode.getText(object)}.${question}) `,
        },
      ],
    },
  ];
}

const isOwnField = (node: TSESTree.Expression): boolean =>
  node.type === 'MemberExpression' &&
  !node.computed &&
  !node.optional &&
  node.object.type === 'ThisExpression';

/**
 * What is called on a logger to ask for a level: by its package, where it is annotated or made by a call of it, or by what the file
 * declares of its own.
 */
function questionOf(
  sourceCode: TSESLint.SourceCode,
  logger: TSESTree.Expression,
  level: string,
): string | undefined {
  const byName = `isLevelEnabled('${level}')`;
  const type = receiverType(sourceCode, logger);
  if (type?.declared) {
    const own = `is${level[0]!.toUpperCase()}${level.slice(1)}Enabled`;
    if (memberIn(sourceCode, type.declared, 'isLevelEnabled')?.method) return byName;
    return memberIn(sourceCode, type.declared, own)?.method ? `${own}()` : undefined;
  }
  if (type) return type.imported && leveled.test(type.imported.module) ? byName : undefined;
  const declared = logger.type === 'Identifier' ? resolve(sourceCode, logger)?.defs[0]?.node : undefined;
  if (declared?.type !== 'VariableDeclarator' || declared.init?.type !== 'CallExpression') return undefined;
  const made = importedCallee(sourceCode, declared.init.callee as TSESTree.Expression);
  return made && leveled.test(made.module) && makers.test(made.name) ? byName : undefined;
}

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
