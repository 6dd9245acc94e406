import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { tryAround } from './flow/completion';
import { certain, risksOfDecoder, risksOfRegExp } from './hoist/construction';
import { hoist, usesOf } from './hoist/hoist';
import { createRule, type ProposedFix } from './rule';
import { topStatementOf } from './syntax/module';
import {
  enclosingFunction,
  isFunction,
  isGlobal,
  memberName,
  methodName,
  resolve,
  walk,
} from './syntax/nodes';
import { constantPrimitive, constantTree } from './hoist/constants';
import { importedCallee, importedFrom, isBuiltIn } from './types/bindings';
import { typeOf } from './types/values';

/** Packages whose functions build what validates: schemas, validators, compiled templates. */
const schemas = /^(?:zod(?:\/.*)?|yup|joi|@hapi\/joi|valibot|superstruct|io-ts|@sinclair\/typebox|ajv(?:\/.*)?|@effect\/schema|handlebars|ejs|mustache|pug)$/; // prettier-ignore
const builders = /^(?:object|strictObject|looseObject|array|record|tuple|union|discriminatedUnion|intersection|map|set|enum|struct|type|partial|Object|Array|Union|compile|template|Ajv|default)$/; // prettier-ignore

/** What is prepared anew for each call of hot code: schemas, decoders, patterns. */
export const setupPerCall = createRule({
  id: 'ts/setup-per-call',
  summary: 'a schema, decoder or pattern that hot code prepares anew for each call',
  fix: 'safe',
  recipe:
    'Make it once, at the top of the module; where it depends on a value, keep what was made in a Map of limited size by that value',
  reports: 'hot only',
  sample: 'typescript/setup-per-call',
  allocation: {
    kind: 'object',
    cost: 'always',
    reason: 'it is made for one call, and the next makes it again',
    bytes: 500,
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
      if (!fn || isKept(sourceCode, node, fn)) return;
      const { callee } = node;
      if (callee.type === 'Identifier' && isBuiltIn(sourceCode, callee)) {
        if (callee.name === 'TextDecoder' && node.type === 'NewExpression' && isUsedOnce(sourceCode, node))
          report({ at: node, messageId: 'decoder', ...decoderFix(sourceCode, node) });
        const [pattern, flags] = node.arguments;
        if (
          callee.name === 'RegExp' &&
          pattern &&
          isGlobal(sourceCode, callee) &&
          isRuntime(sourceCode, pattern, flags)
        )
          report({
            at: node,
            messageId: 'pattern',
            data: { pattern: sourceCode.getText(pattern) },
            ...patternFix(sourceCode, node, pattern, flags),
          });
        return;
      }
      const imported = builderOf(sourceCode, callee);
      if (!imported || isInner(sourceCode, node) || dependsOnCall(sourceCode, node, fn)) return;
      report({
        at: node,
        messageId: 'schema',
        data: { made: sourceCode.getText(callee) },
        ...schemaFix(sourceCode, node),
      });
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

type Outcome = { readonly fixes: readonly ProposedFix[] } | { readonly noFix: string };

const outcome = (fix: ProposedFix | undefined, noFix: string): Outcome =>
  fix ? { fixes: [fix] } : { noFix };

/** Its one call decodes a whole text, and leaves nothing behind in the decoder. */
function decoderFix(sourceCode: TSESLint.SourceCode, node: TSESTree.NewExpression): Outcome {
  const constants = node.arguments.map((argument) => constantTree(sourceCode, argument));
  const known = constants.every((constant) => constant !== undefined);
  const fix =
    known &&
    hoist(sourceCode, {
      at: node,
      declarator: declaratorOf(node),
      creation: sourceCode.getText(node),
      parts: node.arguments,
      names: ['decoder', 'textDecoder'],
      suffix: 'Decoder',
      // Another one may be in the middle of a stream.
      shareable: { whereEach: decodesWhole },
      needed: constants.flatMap(({ needed }) => needed),
      risks: risksOfDecoder(sourceCode, node, constants[0]?.value),
      title: 'Share one `TextDecoder` of the module',
      conditions: [],
    });
  return outcome(fix || undefined, 'the file does not show that it can be made when the module is loaded');
}

const searching = /^(?:replace|replaceAll|match|matchAll|split|search)$/;

/** Where each use begins at the start by itself: without `g` and `y` all do, with `g` `replace()` and `match()` set `lastIndex` before they look at it. */
function patternFix(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.NewExpression | TSESTree.CallExpression,
  pattern: TSESTree.CallExpressionArgument,
  flags: TSESTree.CallExpressionArgument | undefined,
): Outcome {
  const source = constantPrimitive(sourceCode, pattern);
  const given = constantPrimitive(sourceCode, flags);
  if (typeof source?.value !== 'string')
    return { noFix: 'it depends on a value: what V8 has compiled it keeps for a while by itself' };
  const declarator = declaratorOf(node);
  const uses = declarator ? usesOf(sourceCode, declarator) : [node];
  const beginsAnew = ({ parent: call, range }: TSESTree.Node): boolean =>
    call?.type === 'CallExpression' &&
    call.arguments[0]?.range[0] === range[0] &&
    call.callee.type === 'MemberExpression' &&
    searching.test(memberName(call.callee) ?? '') &&
    typeOf(sourceCode, call.callee.object)?.name === 'string';
  if (flags && !given) return { noFix: 'its flags depend on a value' };
  const text = String(given?.value ?? '');
  if (uses.length === 0 || !uses.every(beginsAnew) || text.includes('y'))
    return {
      noFix: /[gy]/.test(text)
        ? '`lastIndex` would stay from one call to the next'
        : 'the function does more with it than look for it in a text',
    };
  const fix = hoist(sourceCode, {
    at: node,
    declarator,
    creation: sourceCode.getText(node),
    parts: [],
    names: ['pattern'],
    suffix: 'Pattern',
    shareable: { whereEach: beginsAnew },
    needed: [...source.needed, ...(given?.needed ?? [])],
    risks: risksOfRegExp(sourceCode, node, source.value, text),
    title: 'Make the pattern once for the module',
    conditions: [],
  });
  return outcome(fix, 'the file does not show that it can be made when the module is loaded');
}

/** Methods with which a schema is used; all others make another one of it. */
const consuming = /^(?:parse|safeParse|spa|validate|validateAt|isValid|cast|check|is|assert|decode|encode|test|attempt)(?:Sync|Async)?$/; // prettier-ignore

/** A schema with all that is added to it, up to its use. */
function schemaFix(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.NewExpression | TSESTree.CallExpression,
): Outcome {
  let at = node;
  for (;;) {
    const call = at.parent.parent;
    if (at.parent.type !== 'MemberExpression' || at.parent.object !== at) break;
    if (call?.type !== 'CallExpression' || call.callee !== at.parent) break;
    if (consuming.test(memberName(at.parent) ?? '')) break;
    at = call;
  }
  const needed = buildingNeeds(sourceCode, at);
  // An instance of Ajv keeps the schemas that it is given.
  if (!needed || node.type === 'NewExpression')
    return { noFix: 'the file does not show that each call builds the same' };
  const fix = hoist(sourceCode, {
    at,
    declarator: declaratorOf(at),
    creation: sourceCode.getText(at),
    parts: [at],
    names: ['schema'],
    suffix: /compile/.test(methodName(node) ?? '') ? 'Check' : 'Schema',
    shareable: false,
    needed,
    risks: tryAround(at) ? undefined : certain,
    title: 'Build it once for the module',
    conditions: ['nobody adds to it afterwards, and it can be built when the module is loaded'],
  });
  return outcome(fix, 'the file does not show that it can be made when the module is loaded');
}

/** The statements of the module that an expression needs, if it calls only what builds schemas, and else only names constants. */
function buildingNeeds(sourceCode: TSESLint.SourceCode, at: TSESTree.Node): TSESTree.Node[] | undefined {
  const needed: TSESTree.Node[] = [];
  let builds = true;
  walk(sourceCode, at, (node) => {
    // What it calls later is its own affair.
    if (isFunction(node)) return false;
    if (/^(?:New|Await|Yield|This|TaggedTemplate|Assignment|Update)Expression$/.test(node.type))
      builds = false;
    if (node.type === 'CallExpression' && !isBuilding(sourceCode, node)) builds = false;
    if (node.type !== 'Identifier') return builds;
    const definition = resolve(sourceCode, node)?.defs[0];
    const declared = definition?.node as TSESTree.Node | undefined;
    if (!declared || definition!.type === 'ImportBinding') return builds;
    const statement = topStatementOf(declared);
    const own = declared.type === 'VariableDeclarator' && declared.parent.kind === 'const' && !enclosingFunction(declared); // prettier-ignore
    if (own && statement) needed.push(statement);
    else builds = false;
    return builds;
  });
  return builds ? needed : undefined;
}

/** `z.string()`, `ajv.compile()`, and what is called on the result of such a call. */
function isBuilding(sourceCode: TSESLint.SourceCode, { callee }: TSESTree.CallExpression): boolean {
  const direct = importedCallee(sourceCode, callee);
  if (direct) return schemas.test(direct.module);
  if (callee.type !== 'MemberExpression') return false;
  const { object } = callee;
  if (object.type === 'CallExpression') return isBuilding(sourceCode, object);
  if (object.type !== 'Identifier') return false;
  const from = importedFrom(sourceCode, object) ?? classOf(sourceCode, object);
  return from !== undefined && schemas.test(from.module);
}

/** `const name = <node>`. */
function declaratorOf(node: TSESTree.Node): TSESTree.VariableDeclarator | undefined {
  const { parent } = node;
  return parent?.type === 'VariableDeclarator' && parent.init === node && parent.id.type === 'Identifier' && parent.parent.kind === 'const' // prettier-ignore
    ? parent
    : undefined;
}

/** Made once for many calls: `cached ??= new …`, `this.pattern = new …`, `patterns.set(key, new …)`, a variable that outlives the function. */
function isKept(sourceCode: TSESLint.SourceCode, node: TSESTree.Node, fn: TSESTree.Node): boolean {
  const { parent } = node;
  if (parent?.type === 'AssignmentExpression' && parent.right === node) {
    const { operator, left } = parent;
    if (operator !== '=' || left.type === 'MemberExpression') return true;
    const declared = left.type === 'Identifier' ? resolve(sourceCode, left)?.defs[0]?.node : undefined;
    return declared !== undefined && (declared.range[0] < fn.range[0] || declared.range[1] > fn.range[1]);
  }
  if (parent?.type === 'LogicalExpression') return isKept(sourceCode, parent, fn);
  return parent?.type === 'CallExpression' && parent.callee !== node && methodName(parent) === 'set';
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

/** `new TextDecoder().decode(…)`, or a variable that only decodes whole texts. */
function isUsedOnce(sourceCode: TSESLint.SourceCode, node: TSESTree.NewExpression): boolean {
  const declarator = declaratorOf(node);
  const uses = declarator ? usesOf(sourceCode, declarator) : [node];
  // What a function that is returned decodes with is made once for it.
  const own = (use: TSESTree.Node): boolean => enclosingFunction(use) === enclosingFunction(node);
  return uses.length > 0 && uses.every((use) => own(use) && decodesWhole(use));
}

/** `decoder.decode(bytes)`, which is no part of a stream. */
function decodesWhole(use: TSESTree.Node): boolean {
  const member = use.parent;
  if (member?.type !== 'MemberExpression' || member.object !== use || memberName(member) !== 'decode')
    return false;
  const call = member.parent;
  return call.type === 'CallExpression' && call.callee === member && call.arguments.length < 2;
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
