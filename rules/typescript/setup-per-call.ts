import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { createRule } from './rule';
import { enclosingFunction, isGlobal, memberName, resolve } from './syntax/nodes';
import { constantPrimitive } from './hoist/constants';
import { importedCallee, importedFrom, isBuiltIn, typeOf } from './types/values';

/** Packages whose functions build what validates: schemas, validators, compiled templates. */
const schemas = /^(?:zod(?:\/.*)?|yup|joi|@hapi\/joi|valibot|superstruct|io-ts|@sinclair\/typebox|ajv(?:\/.*)?|@effect\/schema|handlebars|ejs|mustache|pug)$/; // prettier-ignore
const builders = /^(?:object|strictObject|looseObject|array|record|tuple|union|discriminatedUnion|intersection|map|set|enum|struct|type|partial|Object|Array|Union|compile|template|Ajv|default)$/; // prettier-ignore

/** What is prepared anew for each call of hot code: schemas, decoders, patterns. */
export const setupPerCall = createRule({
  id: 'ts/setup-per-call',
  summary: 'a schema, decoder or pattern that hot code prepares anew for each call',
  fix: 'none',
  recipe:
    'Make it once, at the top of the module; where it depends on a value, keep what was made in a Map of limited size by that value',
  reports: 'hot only',
  sample: 'typescript/setup-per-call',
  allocation: {
    kind: 'object',
    cost: 'always',
    reason: 'it is made for one call, and the next makes it again',
  },
  words: [['TextDecoder', 'RegExp', 'zod', 'yup', 'joi', 'valibot', 'superstruct', 'io-ts', 'typebox', 'jv', 'effect', 'handlebars', 'ejs', 'mustache', 'pug']], // prettier-ignore
  messages: {
    schema: '`{{made}}` builds the same schema on each call',
    decoder: '`new TextDecoder()` makes a decoder for one call',
    pattern: '`new RegExp()` compiles `{{pattern}}` anew on each call',
  },
  check({ sourceCode }, report) {
    const check = (node: TSESTree.NewExpression | TSESTree.CallExpression): void => {
      const fn = enclosingFunction(node);
      if (!fn) return;
      const { callee } = node;
      if (callee.type === 'Identifier' && isBuiltIn(sourceCode, callee)) {
        if (callee.name === 'TextDecoder' && node.type === 'NewExpression' && isUsedOnce(sourceCode, node))
          report({ at: node, messageId: 'decoder' });
        const [pattern, flags] = node.arguments;
        if (
          callee.name === 'RegExp' &&
          pattern &&
          isGlobal(sourceCode, callee) &&
          isRuntime(sourceCode, pattern, flags)
        )
          // prettier-ignore
          report({ at: node, messageId: 'pattern', data: { pattern: sourceCode.getText(pattern) } });
        return;
      }
      const imported = builderOf(sourceCode, callee);
      if (!imported || isInner(sourceCode, node) || dependsOnCall(sourceCode, node, fn)) return;
      report({ at: node, messageId: 'schema', data: { made: sourceCode.getText(callee) } });
    };
    return { NewExpression: check, CallExpression: check };
  },
});

/** Whether a call builds a schema of one of the packages: `z.object`, `Joi.object`, `ajv.compile`. */
function builderOf(sourceCode: TSESLint.SourceCode, callee: TSESTree.Expression): boolean {
  const direct = importedCallee(sourceCode, callee);
  if (direct && schemas.test(direct.module)) return builders.test(direct.name);
  // `import { z } from 'zod'`, `const ajv = new Ajv()`
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false;
  const from = importedFrom(sourceCode, callee.object) ?? classOf(sourceCode, callee.object);
  return from !== undefined && schemas.test(from.module) && builders.test(memberName(callee) ?? '');
}

/** What a variable is an instance of, when its class is imported. */
function classOf(
  sourceCode: TSESLint.SourceCode,
  name: TSESTree.Identifier,
): { readonly module: string; readonly name: string } | undefined {
  const declared = resolve(sourceCode, name)?.defs[0]?.node as TSESTree.Node | undefined;
  return declared?.type === 'VariableDeclarator' && declared.init?.type === 'NewExpression'
    ? importedCallee(sourceCode, declared.init.callee)
    : undefined;
}

/** A part of a schema that is reported as a whole. */
function isInner(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  for (let at = node.parent; at && at.type !== 'BlockStatement'; at = at.parent)
    if (at.type === 'CallExpression' && builderOf(sourceCode, at.callee)) return true;
  return false;
}

/** It names something of the function: another one is needed for each call. */
function dependsOnCall(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  fn: TSESTree.Node,
): boolean {
  const [from, to] = node.range;
  for (const scope of sourceCode.scopeManager?.scopes ?? []) {
    for (const { identifier, resolved } of scope.references) {
      const at = identifier.range[0];
      if (at < from || at >= to || !resolved) continue;
      const defined = resolved.defs[0]?.name as TSESTree.Node | undefined;
      const inside = defined && defined.range[0] >= from && defined.range[0] < to;
      if (!inside && defined && defined.range[0] >= fn.range[0] && defined.range[1] <= fn.range[1])
        return true;
    }
  }
  return false;
}

/** `new TextDecoder().decode(…)`, or a variable whose decode() is called at one place, without a stream of several parts. */
function isUsedOnce(sourceCode: TSESLint.SourceCode, node: TSESTree.NewExpression): boolean {
  const { parent } = node;
  const uses =
    parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier'
      ? sourceCode.getDeclaredVariables!(parent)[0]!
          .references.filter(({ init }) => init !== true)
          .map(({ identifier }) => identifier as TSESTree.Node)
      : [node as TSESTree.Node];
  return (
    uses.length > 0 &&
    uses.every(({ parent: member }) => {
      if (member?.type !== 'MemberExpression' || memberName(member) !== 'decode') return false;
      const call = member.parent;
      return call.type === 'CallExpression' && call.callee === member && call.arguments.length < 2;
    })
  );
}

/** A pattern that is put together when it runs, or a constant one with state, which nothing but a constant of the module spares. */
function isRuntime(
  sourceCode: TSESLint.SourceCode,
  pattern: TSESTree.CallExpressionArgument,
  flags: TSESTree.CallExpressionArgument | undefined,
): boolean {
  // A pattern that is there already is only copied.
  if (typeOf(sourceCode, pattern)?.name === 'RegExp') return false;
  if (
    pattern.type === 'TemplateLiteral' ||
    pattern.type === 'BinaryExpression' ||
    pattern.type === 'Identifier'
  )
    return true;
  return (
    pattern.type === 'Literal' &&
    constantPrimitive(sourceCode, pattern) !== undefined &&
    flags?.type === 'Literal' &&
    /[gy]/.test(String(flags.value))
  );
}
