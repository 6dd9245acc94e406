import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { TextEdit } from '../model';
import { declaredType, isKnownArray } from './types/arrays';
import { completionAfter, completionOf, goesOn, targetOf, tryAround } from './flow/completion';
import { codeOf, isMadeWhereAssigned, originOf } from './flow/changes';
import { createRule, type ProposedFix } from './rule';
import {
  contains,
  enclosingFunction,
  isWriteTarget,
  memberName,
  resolve,
  unwrap,
  walk,
} from './syntax/nodes';
import { memberIn } from './types/members';
import { receiverType, typeOf } from './types/values';
import { indentAt, newlineOf } from './edit/layout';
import { freshName } from './edit/names';
import { isSemicolonFree } from './edit/statements';
import { code } from '../wording';

/** A loop whose number of iterations is known, with one `push` an iteration onto an array that starts empty. */
export const preallocateArray = createRule({
  id: 'ts/preallocate-array',
  summary: 'an array that grows by push in a loop whose number of iterations is known',
  fix: 'safe',
  recipe: 'Set the length of the array once, and assign by index',
  reports: 'hot only',
  sample: 'typescript/preallocate-array',
  allocation: {
    kind: 'array',
    cost: 'always',
    reason:
      'the array starts empty, and each time it is full push allocates a store half as large again and copies',
  },
  words: [['push'], ['for']],
  messages: {
    grows: '`push()` grows `{{name}}` step by step to `{{count}}` elements',
  },
  check({ sourceCode }, report) {
    function check(loop: TSESTree.ForStatement | TSESTree.ForOfStatement): void {
      const push = onlyPush(loop);
      const count = push && countOf(sourceCode, loop);
      if (!count) return;
      const variable = resolve(sourceCode, push.target);
      const declarator = variable && emptyArrayBefore(variable, loop);
      if (!declarator) return;
      for (const { identifier, init } of variable.references) {
        if (init === true || identifier === push.target) continue;
        // Nobody looks at the array while it is filled.
        if (identifier.range[0] < loop.range[1]) return;
        if (isHoistedUse(identifier as TSESTree.Identifier, loop)) return;
      }
      if (leavesEarly(loop, push.statement)) return;
      // A handler could see the array with its holes.
      if (tryAround(loop, enclosingFunction(loop))) return;
      const fix = fixFor(sourceCode, loop, push, variable.name, count);
      report({
        at: push.call,
        heatAt: declarator,
        messageId: 'grows',
        data: { name: variable.name, count: count.text },
        related: [
          { at: declarator, message: `${code(variable.name)} starts empty` },
          { at: count.at, message: `the loop runs ${code(count.text)} times` },
        ],
        fixes: fix ? [fix] : [],
      });
    }
    return { ForStatement: check, ForOfStatement: check };
  },
});

interface Count {
  /** Source text of an expression that has no side effect: `n`, `xs.length`, `64`. */
  readonly text: string;
  readonly at: TSESTree.Node;
  /** The counter to write at; `undefined` in a for-of loop, which needs one. */
  readonly counter: string | undefined;
  /** What the file does not show: "n is a whole number, 0 or more". */
  readonly conditions: readonly string[];
}

/** Below this a growing array costs nothing that can be measured. */
const smallest = 4;

function countOf(
  sourceCode: TSESLint.SourceCode,
  loop: TSESTree.ForStatement | TSESTree.ForOfStatement,
): Count | undefined {
  if (loop.type === 'ForOfStatement') {
    const list = unwrap(loop.right);
    if (loop.await || list.type !== 'Identifier' || !isKnownArray(sourceCode, list)) return undefined;
    return ofLength(sourceCode, list, loop, undefined);
  }
  const { init, test, update } = loop;
  if (init?.type !== 'VariableDeclaration' || test?.type !== 'BinaryExpression' || !update) return undefined;
  const [counter, bound] = init.declarations;
  if (counter?.id.type !== 'Identifier' || counter.init?.type !== 'Literal' || counter.init.value !== 0)
    return undefined;
  const name = counter.id.name;
  if (test.operator !== '<' || test.left.type !== 'Identifier' || test.left.name !== name) return undefined;
  if (!stepsByOne(update, name)) return undefined;
  const variable = sourceCode.getDeclaredVariables!(counter)[0];
  const writes =
    variable?.references.filter((reference) => reference.isWrite() && reference.init !== true) ?? [];
  if (writes.length !== 1 || init.declarations.length > 2) return undefined;

  let limit: TSESTree.Expression | TSESTree.PrivateIdentifier = test.right;
  if (bound) {
    // `for (let i = 0, n = xs.length; i < n; i++)`
    if (bound.id.type !== 'Identifier' || limit.type !== 'Identifier' || limit.name !== bound.id.name || !bound.init) return undefined; // prettier-ignore
    if (!neverWritten(sourceCode.getDeclaredVariables!(bound)[0])) return undefined;
    limit = bound.init;
  }
  if (limit.type === 'Literal') {
    const whole = typeof limit.value === 'number' && Number.isInteger(limit.value) && limit.value >= smallest;
    return whole ? { text: limit.raw, at: limit, counter: name, conditions: [] } : undefined;
  }
  if (
    limit.type === 'MemberExpression' &&
    !limit.optional &&
    memberName(limit) === 'length' &&
    limit.object.type === 'Identifier'
  ) {
    // prettier-ignore
    return ofLength(sourceCode, limit.object, loop, name, limit);
  }
  if (limit.type !== 'Identifier') return undefined;
  const number = resolve(sourceCode, limit);
  if (!number || !neverWritten(number)) return undefined;
  const value = constantOf(number);
  if (value !== undefined && (!Number.isInteger(value) || value < smallest)) return undefined;
  const conditions = value === undefined ? [`${code(limit.name)} is a whole number, 0 or more`] : [];
  return { text: limit.name, at: limit, counter: name, conditions };
}

function ofLength(
  sourceCode: TSESLint.SourceCode,
  list: TSESTree.Identifier,
  loop: TSESTree.ForStatement | TSESTree.ForOfStatement,
  counter: string | undefined,
  at: TSESTree.Node = list,
): Count | undefined {
  const variable = resolve(sourceCode, list);
  if (!variable || writtenIn(variable, loop)) return undefined;
  const text = declaredType(sourceCode, list)?.type === 'TSStringKeyword';
  const conditions: string[] = [];
  if (!text && !isKnownArray(sourceCode, list)) conditions.push(`${code(list.name)} is an array`);
  if (!text) {
    const use = usesInLoop(sourceCode, variable, loop, counter);
    if (use === 'changed') return undefined;
    if (use === 'unknown') conditions.push(`the loop does not change the length of ${code(list.name)}`);
  }
  return { text: `${list.name}.length`, at, counter, conditions };
}

/**
 * May the loop change the length of the array? `kept`: it runs no code but the file's operators, and they write to no array
 * that could be this one but below its length. `changed`: it gives it another length. `unknown`: it calls something that
 * might hold the same array, or writes to one that may be the same.
 */
function usesInLoop(
  sourceCode: TSESLint.SourceCode,
  variable: TSESLint.Scope.Variable,
  loop: TSESTree.ForStatement | TSESTree.ForOfStatement,
  counter: string | undefined,
): 'kept' | 'changed' | 'unknown' {
  let found: 'kept' | 'changed' | 'unknown' = 'kept';
  const list = originOf(sourceCode, variable, loop);
  const isList = (object: TSESTree.Node): boolean => {
    const named = object.type === 'Identifier' ? resolve(sourceCode, object) : undefined;
    return named !== undefined && originOf(sourceCode, named, loop) === list;
  };
  const visit = (node: TSESTree.Node): boolean => {
    if (found === 'changed') return false;
    if (node.type === 'MemberExpression') {
      const own = isList(node.object);
      const resized = isWriteTarget(node) ? memberName(node) === 'length' : isCallee(node) && resizing.has(memberName(node) ?? ''); // prettier-ignore
      if (own && resized) found = 'changed';
      else if (isWriteTarget(node) && mayLengthen(sourceCode, node, own, counter)) found = 'unknown';
    }
    if (found === 'kept' && mayCall(sourceCode, node)) found = 'unknown';
    return true;
  };
  for (const code of codeOf(sourceCode, loop.body)) walk(sourceCode, code, visit);
  return found;
}

const isCallee = (node: TSESTree.MemberExpression): boolean =>
  node.parent.type === 'CallExpression' && node.parent.callee === node;

/** The write gives an array another length, or an element where there may be none, and the array may be the loop's. */
function mayLengthen(
  sourceCode: TSESLint.SourceCode,
  target: TSESTree.MemberExpression,
  own: boolean,
  counter: string | undefined,
): boolean {
  const { object, property, computed } = target;
  if (
    computed ? property.type === 'Identifier' && property.name === counter : memberName(target) !== 'length'
  )
    return false;
  return own || !isMadeHere(sourceCode, object);
}

/** No array, or a variable that is no other name of one. */
function isMadeHere(sourceCode: TSESLint.SourceCode, object: TSESTree.Expression): boolean {
  const type = typeOf(sourceCode, object);
  return (type && type.name !== 'Array') || isMadeWhereAssigned(sourceCode, object);
}

/** It may run code that is not in the loop, an accessor of the file's own classes, too; a push to an array of the function, and arithmetic, do not. */
function mayCall(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  if (node.type === 'MemberExpression') return isAccessor(sourceCode, node);
  if (node.type !== 'CallExpression') return /^(?:New|Await|Yield|TaggedTemplate)Expression$/.test(node.type);
  const { callee, parent } = node;
  if (callee.type !== 'MemberExpression') return true;
  const push =
    memberName(callee) === 'push' &&
    parent.type === 'ExpressionStatement' &&
    isMadeHere(sourceCode, callee.object);
  return !push && !(callee.object.type === 'Identifier' && callee.object.name === 'Math');
}

function isAccessor(sourceCode: TSESLint.SourceCode, node: TSESTree.MemberExpression): boolean {
  const name = memberName(node);
  const declared = name === undefined ? undefined : receiverType(sourceCode, node.object)?.declared;
  return declared !== undefined && memberIn(sourceCode, declared, name!)?.accessor === true;
}

const resizing = new Set(['push', 'pop', 'shift', 'unshift', 'splice']);

interface Push {
  readonly call: TSESTree.CallExpression;
  readonly target: TSESTree.Identifier;
  readonly value: TSESTree.Expression;
  readonly statement: TSESTree.ExpressionStatement;
}

/** The only `out.push(value)` that stands directly in the loop's body. */
function onlyPush(loop: TSESTree.ForStatement | TSESTree.ForOfStatement): Push | undefined {
  const statements = loop.body.type === 'BlockStatement' ? loop.body.body : [loop.body];
  const pushes = statements.flatMap((statement) => {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') return [];
    const call = statement.expression;
    const [value] = call.arguments;
    const { callee } = call;
    if (
      callee.type !== 'MemberExpression' ||
      callee.optional ||
      call.optional ||
      memberName(callee) !== 'push'
    )
      return [];
    if (callee.object.type !== 'Identifier' || call.arguments.length !== 1 || value!.type === 'SpreadElement')
      return [];
    return [{ call, target: callee.object, value: value as TSESTree.Expression, statement }];
  });
  return pushes.length === 1 ? pushes[0] : undefined;
}

/** The declarator `out = []`, when it stands in the same block as the loop and before it. */
function emptyArrayBefore(
  variable: TSESLint.Scope.Variable,
  loop: TSESTree.Node,
): TSESTree.VariableDeclarator | undefined {
  const node = variable.defs.length === 1 ? variable.defs[0]!.node : undefined;
  if (node?.type !== 'VariableDeclarator' || !node.init || node.id.type !== 'Identifier') return undefined;
  const init = unwrap(node.init);
  if (init.type !== 'ArrayExpression' || init.elements.length > 0) return undefined;
  const declaration = node.parent;
  if (declaration.parent !== loop.parent || declaration.range[1] > loop.range[0]) return undefined;
  if (loop.parent?.type !== 'BlockStatement' && loop.parent?.type !== 'Program') return undefined;
  return neverWritten(variable) ? node : undefined;
}

/** A function declaration behind the loop can be called from within it. */
function isHoistedUse(identifier: TSESTree.Identifier, loop: TSESTree.Node): boolean {
  const where = enclosingFunction(identifier);
  return where?.type === 'FunctionDeclaration' && where !== enclosingFunction(loop);
}

/** The loop may end before its bound, or a round may skip the push. */
function leavesEarly(
  loop: TSESTree.ForStatement | TSESTree.ForOfStatement,
  push: TSESTree.ExpressionStatement,
): boolean {
  if (!goesOn(completionAfter(push, loop.body), loop)) return true;
  return completionOf(loop.body).jumps.some(
    (jump) =>
      jump.type !== 'ThrowStatement' &&
      (jump.type !== 'ContinueStatement' || targetOf(jump) !== loop || jump.range[0] < push.range[0]),
  );
}

function fixFor(
  sourceCode: TSESLint.SourceCode,
  loop: TSESTree.ForStatement | TSESTree.ForOfStatement,
  { call, value }: Push,
  name: string,
  { text, counter, conditions }: Count,
): ProposedFix | undefined {
  const source = sourceCode.getText();
  const start = loop.range[0];
  // Something else on the loop's line: an inserted line would split it.
  const indent = indentAt(source, start);
  if (source.slice(source.lastIndexOf('\n', start - 1) + 1, start) !== indent) return undefined;
  const line = newlineOf(source) + indent;
  const index = counter ?? freshName(sourceCode, 'next');
  const end = isSemicolonFree(sourceCode) ? '' : ';';
  const edits: TextEdit[] = [
    {
      span: { start, end: start },
      newText: `${name}.length = ${text}${end}${line}${counter === undefined ? `let ${index} = 0${end}${line}` : ''}`,
    },
    // Only around the value: its text, comments included, stays.
    {
      span: { start: call.range[0], end: value.range[0] },
      newText: `${name}[${counter === undefined ? `${index}++` : index}] = `,
    },
    { span: { start: value.range[1], end: call.range[1] }, newText: '' },
  ];
  // Parentheses and comments around the value would be lost.
  if (!/^[^(]*\.\s*push\(\s*$/.test(source.slice(call.range[0], value.range[0]))) return undefined;
  if (!/^(?:\s*,)?\s*\)$/.test(source.slice(value.range[1], call.range[1]))) return undefined;
  return conditions.length === 0
    ? { title: `Set the length of ${code(name)} once`, kind: 'safe', edits }
    : {
        title: `Set the length of ${code(name)} once (if ${conditions.join(', and ')})`,
        kind: 'suggestion',
        edits,
      };
}

function stepsByOne(update: TSESTree.Expression, name: string): boolean {
  if (update.type === 'UpdateExpression') {
    return update.operator === '++' && update.argument.type === 'Identifier' && update.argument.name === name;
  }
  return (
    update.type === 'AssignmentExpression' &&
    update.operator === '+=' &&
    update.left.type === 'Identifier' &&
    update.left.name === name &&
    update.right.type === 'Literal' &&
    update.right.value === 1
  );
}

function neverWritten(variable: TSESLint.Scope.Variable | undefined): boolean {
  return (
    variable !== undefined &&
    variable.defs.length === 1 &&
    variable.references.every((reference) => !reference.isWrite() || reference.init === true)
  );
}

function writtenIn(variable: TSESLint.Scope.Variable, loop: TSESTree.Node): boolean {
  const inFunction = enclosingFunction(loop);
  return variable.references.some(
    (reference) =>
      reference.isWrite() &&
      reference.init !== true &&
      (contains(loop, reference.identifier as TSESTree.Node) ||
        enclosingFunction(reference.identifier as TSESTree.Node) !== inFunction),
  );
}

/** The value of `const n = 64`. */
function constantOf(variable: TSESLint.Scope.Variable): number | undefined {
  const node = variable.defs[0]?.node;
  if (node?.type !== 'VariableDeclarator' || node.init?.type !== 'Literal') return undefined;
  return typeof node.init.value === 'number' ? node.init.value : undefined;
}
