import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { bodyOf, loopsOutlivedBy, mayRunAgain } from './flow/loops';
import { isKnownArray } from './types/arrays';
import { loopFix, reduceFix } from './growth/accumulate-in-place';
import { growthOf, type Copy } from './growth/accumulation';
import { createRule, type ProposedFix, type RelatedPlace } from './rule';
import {
  enclosingFunction,
  type FunctionNode,
  isFunction,
  isGlobal,
  memberName,
  methodName,
  resolve,
  unwrap,
} from './syntax/nodes';
import { code } from '../wording';

/** `[...acc, x]`, `acc.concat(x)`, `{...acc, k: v}` and `Object.assign({}, acc, …)` on what a loop accumulates. */
export const accumulatingSpread = createRule({
  id: 'ts/accumulating-spread',
  summary: 'a reduce or loop that copies everything collected so far on every iteration',
  fix: 'safe',
  recipe:
    'Make the accumulator once and change it in place: `push()`, `set()` or an assignment to its property',
  reports: 'allocation',
  sample: 'typescript/accumulating-spread',
  allocation: {
    kind: 'array',
    cost: 'always',
    reason: 'every iteration allocates a new array or object and copies into it everything collected so far',
  },
  words: [['...', 'concat', 'assign']],
  messages: {
    reduce: 'This {{form}} copies the whole accumulator on every call: n²/2 copies',
    loop: 'This {{form}} copies all of `{{name}}` on every iteration: n²/2 copies',
    fixedReduce: 'This {{form}} makes a new object on every call, to change known properties',
    fixedLoop: 'This {{form}} makes a new `{{name}}` on every iteration, to change known properties',
  },
  check({ sourceCode, filename }, report) {
    const context = { sourceCode, typed: /\.[cm]?tsx?$/.test(filename) };
    const reported = new Set<TSESTree.Node>();

    function inReduce(call: TSESTree.CallExpression): void {
      const method = methodName(call);
      if (method !== 'reduce' && method !== 'reduceRight') return;
      const [callback, seed] = call.arguments;
      if (!callback || !isFunction(callback) || callback.generator || call.arguments.length > 2) return;
      const first = callback.params[0];
      const parameter = first?.type === 'AssignmentPattern' ? first.left : first;
      if (parameter?.type !== 'Identifier') return;
      const accumulator = sourceCode.getDeclaredVariables!(callback).find((variable) =>
        variable.identifiers.some((name) => name === parameter),
      );
      if (!accumulator) return;
      const copies: Copy[] = [];
      for (const { identifier } of accumulator.references) {
        const copy = copyOf(sourceCode, identifier as TSESTree.Identifier);
        if (copies.some((known) => known.node === copy?.node)) continue;
        // A copy inside a nested function or loop may have another purpose; one that is not returned is a snapshot.
        if (
          copy &&
          enclosingFunction(copy.node) === callback &&
          becomesResult(sourceCode, copy.node, callback)
        ) {
          if (copy.form !== 'concat' || isArrayAccumulator(sourceCode, seed, parameter)) copies.push(copy);
        }
      }
      const growths = copies.map((copy) => growthOf(sourceCode, copy, accumulator, callback.body));
      if (growths.includes('none')) return;
      const fix = copies.length > 0 ? reduceFix(context, call, callback, accumulator, copies) : undefined;
      for (const [index, copy] of copies.entries()) {
        reported.add(copy.node);
        const related: RelatedPlace[] = [
          {
            at: parameter,
            message: `the accumulator of \`${method}()\`, which the callback gets back on the next call`,
          },
        ];
        report({
          at: copy.node,
          messageId: growths[index] === 'linear' ? 'reduce' : 'fixedReduce',
          data: { form: formText[copy.form] },
          allocation: { kind: copy.object ? 'object' : 'array' },
          related,
          fixes: fix && copy === copies[0] ? [fix] : [],
        });
      }
    }

    /** `x = [...x, y]` in a loop around which x lives. */
    function inLoop(assignment: TSESTree.AssignmentExpression): void {
      const { left } = assignment;
      if (assignment.operator !== '=' || left.type !== 'Identifier') return;
      const variable = resolve(sourceCode, left);
      const declared = variable?.identifiers[0];
      if (!variable || !declared) return;
      const right = unwrap(assignment.right);
      const copy = variable.references
        .map(({ identifier }) => identifier as TSESTree.Identifier)
        .filter(({ range }) => right.range[0] <= range[0] && range[1] <= right.range[1])
        .map((identifier) => copyOf(sourceCode, identifier))
        .find((candidate) => candidate?.node === right);
      if (!copy || reported.has(copy.node)) return;
      const loops = [...loopsOutlivedBy(assignment, declared as TSESTree.Node)];
      const loop = loops.find((each) => mayRunAgain(assignment, each));
      const growth = loop && growthOf(sourceCode, copy, variable, bodyOf(loop));
      if (!growth || growth === 'none') return;
      if (copy.form === 'concat' && !isArrayVariable(sourceCode, variable)) return;
      const fix: ProposedFix | undefined = loopFix(context, assignment, variable, copy);
      report({
        at: copy.node,
        messageId: growth === 'linear' ? 'loop' : 'fixedLoop',
        data: { form: formText[copy.form], name: variable.name },
        allocation: { kind: copy.object ? 'object' : 'array' },
        related: [
          { at: declared as TSESTree.Node, message: `${code(variable.name)} lives across the iterations` },
        ],
        fixes: fix ? [fix] : [],
      });
    }

    return { 'CallExpression:exit': inReduce, 'AssignmentExpression:exit': inLoop };
  },
});

const formText: Readonly<Record<Copy['form'], string>> = {
  spread: 'spread',
  concat: '`concat()`',
  assign: '`Object.assign()`',
};

/** The expression that copies the value of this identifier, when it stands in one. */
function copyOf(sourceCode: TSESLint.SourceCode, identifier: TSESTree.Identifier): Copy | undefined {
  let at: TSESTree.Node = identifier;
  while (at.parent && (at.parent.type === 'TSAsExpression' || at.parent.type === 'TSNonNullExpression'))
    at = at.parent;
  const { parent } = at;
  if (parent?.type === 'SpreadElement') {
    const node = parent.parent;
    if (node.type === 'ArrayExpression') return { node, source: parent, form: 'spread', object: false };
    if (node.type === 'ObjectExpression') return { node, source: parent, form: 'spread', object: true };
    return undefined;
  }
  if (parent?.type === 'MemberExpression' && parent.object === at && memberName(parent) === 'concat') {
    const node = parent.parent;
    if (node.type === 'CallExpression' && node.callee === parent && node.arguments.length > 0) {
      return { node, source: parent, form: 'concat', object: false };
    }
    return undefined;
  }
  if (parent?.type === 'CallExpression' && parent.arguments[1] === at) {
    const [target] = parent.arguments;
    if (
      methodName(parent) === 'assign' &&
      parent.callee.type === 'MemberExpression' &&
      parent.callee.object.type === 'Identifier' &&
      parent.callee.object.name === 'Object' &&
      isGlobal(sourceCode, parent.callee.object) &&
      target?.type === 'ObjectExpression' &&
      target.properties.length === 0
    ) {
      return { node: parent, source: at, form: 'assign', object: true };
    }
  }
  return undefined;
}

/** True when the expression is what the callback returns, directly or through a branch or a `const`. */
function becomesResult(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node,
  callback: FunctionNode,
  depth = 0,
): boolean {
  let child: TSESTree.Node = node;
  for (let at = node.parent; at; child = at, at = at.parent) {
    switch (at.type) {
      case 'ArrowFunctionExpression':
        return at === callback;
      case 'ReturnStatement':
        return true;
      case 'ConditionalExpression':
        if (child === at.test) return false;
        continue;
      case 'LogicalExpression':
        continue;
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
        continue;
      case 'VariableDeclarator': {
        if (at.id.type !== 'Identifier' || at.init !== child || depth > 0) return false;
        const variable = sourceCode.getDeclaredVariables!(at)[0];
        return (variable?.references ?? []).some(
          ({ identifier, init }) =>
            init !== true &&
            (identifier as TSESTree.Node).parent?.type !== 'SpreadElement' &&
            becomesResult(sourceCode, identifier as TSESTree.Node, callback, depth + 1),
        );
      }
      default:
        return false;
    }
  }
  return false;
}

/** Strings have `concat`, too: the seed or the annotation must show an array. */
function isArrayAccumulator(
  sourceCode: TSESLint.SourceCode,
  seed: TSESTree.CallExpressionArgument | undefined,
  parameter: TSESTree.Identifier,
): boolean {
  if (seed && seed.type !== 'SpreadElement' && isKnownArray(sourceCode, seed)) return true;
  return isKnownArrayType(parameter.typeAnnotation?.typeAnnotation);
}

function isArrayVariable(sourceCode: TSESLint.SourceCode, variable: TSESLint.Scope.Variable): boolean {
  const definition = variable.defs[0];
  if (definition?.node.type === 'VariableDeclarator' && definition.node.init) {
    if (isKnownArray(sourceCode, definition.node.init)) return true;
  }
  const name = definition?.name;
  return name?.type === 'Identifier' && isKnownArrayType(name.typeAnnotation?.typeAnnotation);
}

function isKnownArrayType(type: TSESTree.TypeNode | undefined): boolean {
  return (
    type?.type === 'TSArrayType' ||
    (type?.type === 'TSTypeReference' &&
      type.typeName.type === 'Identifier' &&
      (type.typeName.name === 'Array' || type.typeName.name === 'ReadonlyArray')) ||
    (type?.type === 'TSTypeOperator' && isKnownArrayType(type.typeAnnotation))
  );
}
