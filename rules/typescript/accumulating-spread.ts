import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { bodyOf, loopsOutlivedBy, mayRunAgain } from './flow/loops';
import { isKnownArray } from './types/arrays';
import { loopFix, reduceFix } from './growth/accumulate-in-place';
import { growthOf, type Copy } from './growth/accumulation';
import {
  memberAccumulator,
  perNode,
  thisOwner,
  variableAccumulator,
  type Accumulator,
} from './growth/accumulator';
import { hotThreshold } from './heat/static-heat';
import { createRule, type ProposedFix, type RelatedPlace } from './rule';
import {
  contains,
  enclosingFunction,
  type FunctionNode,
  isFunction,
  isGlobal,
  memberName,
  methodName,
  resolve,
  unwrap,
  walk,
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
    bytes: 1_000,
  },
  words: [['...', 'concat', 'assign']],
  messages: {
    reduce: 'This {{form}} copies the whole accumulator on every call: n²/2 copies',
    loop: 'This {{form}} copies all of `{{name}}` on every iteration: n²/2 copies',
    calls: 'This {{form}} copies all of `{{name}}` on each call of hot code',
    entry: 'This {{form}} copies all of `{{name}}` for each value that joins it',
    fixedReduce: 'This {{form}} makes a new object on every call, to change known properties',
    fixedLoop: 'This {{form}} makes a new `{{name}}` on every iteration, to change known properties',
  },
  check({ sourceCode, filename, heat }, report) {
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
      const growths = copies.map((copy) =>
        growthOf(sourceCode, copy, variableAccumulator(accumulator), callback.body),
      );
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
      if (assignment.operator !== '=') return;
      if (left.type === 'MemberExpression') return inProperty(assignment, left);
      if (left.type !== 'Identifier') return;
      const variable = resolve(sourceCode, left);
      const declared = variable?.identifiers[0];
      if (!variable || !declared) return;
      const right = unwrap(assignment.right);
      const copy = copiesIn(sourceCode, right).find(
        ({ of, orEmpty }) => of.type === 'Identifier' && !orEmpty && resolve(sourceCode, of) === variable,
      )?.copy;
      if (!copy || reported.has(copy.node)) return;
      const loops = [...loopsOutlivedBy(assignment, declared as TSESTree.Node)];
      const loop = loops.find((each) => mayRunAgain(assignment, each));
      const growth = loop && growthOf(sourceCode, copy, variableAccumulator(variable), bodyOf(loop));
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

    /** `this.x = [...this.x, y]` in a loop, or `counts[k] = [...(counts[k] ?? []), y]`. */
    function inProperty(assignment: TSESTree.AssignmentExpression, left: TSESTree.MemberExpression): void {
      const right = unwrap(assignment.right);
      const text = sourceCode.getText(left);
      const copy = copiesIn(sourceCode, right).find(({ of }) => sourceCode.getText(of) === text)?.copy;
      // Only an array has a concat that copies elements, and nothing shows the type of a property.
      if (!copy || copy.form === 'concat') return;
      const root = rootOf(left);
      if (!root) return;
      const declared =
        root.type === 'ThisExpression'
          ? thisOwner(root)
          : (resolve(sourceCode, root)?.identifiers[0] as TSESTree.Node | undefined);
      if (!declared) return;
      const loops = [...loopsOutlivedBy(assignment, root.type === 'ThisExpression' ? undefined : declared)];
      const loop = loops.find((each) => mayRunAgain(assignment, each));
      if (!loop) return inCalls(assignment, left, copy);
      const accumulator = memberAccumulator(sourceCode, left);
      if (accumulator) {
        const growth = growthOf(sourceCode, copy, accumulator, bodyOf(loop));
        if (growth === 'none' || mayBeReplaced(sourceCode, bodyOf(loop), accumulator, root, declared)) return;
        reportOne(copy, growth === 'linear' ? 'loop' : 'fixedLoop', { name: text });
      } else if (left.computed && isPlain(left.property) && !copy.object)
        reportOne(copy, 'entry', { name: text });
    }

    /** `this.x = [...this.x, y]` in a function that is called again and again. */
    function inCalls(
      assignment: TSESTree.AssignmentExpression,
      left: TSESTree.MemberExpression,
      copy: Copy,
    ): void {
      const fn = enclosingFunction(assignment);
      const accumulator = memberAccumulator(sourceCode, left);
      if (!fn || !accumulator || copy.object || heat(assignment).score < hotThreshold) return;
      const root = rootOf(left);
      const declared = root?.type === 'Identifier' ? resolve(sourceCode, root)?.identifiers[0] : undefined;
      if (declared && contains(fn, declared as TSESTree.Node)) return;
      if (growthOf(sourceCode, copy, accumulator, fn.body) !== 'linear') return;
      reportOne(copy, 'calls', { name: sourceCode.getText(left) });
    }

    /** `m.set(k, [...(m.get(k) ?? []), y])` */
    function inEntry(call: TSESTree.CallExpression): void {
      const [key, value] = call.arguments;
      if (methodName(call) !== 'set' || call.callee.type !== 'MemberExpression') return;
      if (!key || !value || call.arguments.length !== 2 || !isPlain(key) || value.type === 'SpreadElement')
        return;
      const map = sourceCode.getText(call.callee.object);
      const entry = `${map}.get(${sourceCode.getText(key)})`;
      const found = copiesIn(sourceCode, unwrap(value)).find(({ of }) => sourceCode.getText(of) === entry);
      if (!found || found.copy.object || found.copy.form === 'concat') return;
      const root = rootOf(call.callee.object);
      const declared = root?.type === 'Identifier' ? resolve(sourceCode, root)?.identifiers[0] : undefined;
      if (!root || (root.type === 'Identifier' && !declared)) return;
      const loops = [...loopsOutlivedBy(call, declared as TSESTree.Node | undefined)];
      if (!loops.some((each) => mayRunAgain(call, each))) return;
      reportOne(found.copy, 'entry', { name: entry });
    }

    function reportOne(
      copy: Copy,
      messageId: 'loop' | 'fixedLoop' | 'entry' | 'calls',
      data: { name: string },
    ): void {
      if (reported.has(copy.node)) return;
      reported.add(copy.node);
      report({
        at: copy.node,
        messageId,
        data: { form: formText[copy.form], ...data },
        allocation: { kind: copy.object ? 'object' : 'array' },
        noFix: 'somebody else may hold the array or object that would be changed',
      });
    }

    return {
      'CallExpression:exit'(call) {
        inReduce(call);
        inEntry(call);
      },
      'AssignmentExpression:exit': inLoop,
    };
  },
});

const formText: Readonly<Record<Copy['form'], string>> = {
  spread: 'spread',
  concat: '`concat()`',
  assign: '`Object.assign()`',
  collection: 'rebuilt collection',
};

interface CopyOf {
  readonly copy: Copy;
  readonly of: TSESTree.Expression;
  /** `xs ?? []` is copied. */
  readonly orEmpty: boolean;
}

/** The copies that an expression is, each with what is copied. */
function copiesIn(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression): CopyOf[] {
  return copiedBy(node).flatMap((value): CopyOf[] => {
    const inner = unwrap(value);
    const orEmpty =
      inner.type === 'LogicalExpression' &&
      (inner.operator === '??' || inner.operator === '||') &&
      isEmpty(inner.right);
    const copy = copyOf(sourceCode, value);
    return copy?.node === node ? [{ copy, of: orEmpty ? unwrap(inner.left) : inner, orEmpty }] : [];
  });
}

/** What may be copied into the value of an expression, by its form alone. */
function copiedBy(node: TSESTree.Expression): TSESTree.Expression[] {
  switch (node.type) {
    case 'ArrayExpression':
      return node.elements.flatMap((element) =>
        element?.type === 'SpreadElement' ? [element.argument] : [],
      );
    case 'ObjectExpression':
      return node.properties.flatMap((property) =>
        property.type === 'SpreadElement' ? [property.argument] : [],
      );
    case 'NewExpression': {
      const [list] = node.arguments;
      return list?.type === 'ArrayExpression' ? copiedBy(list) : [];
    }
    case 'CallExpression': {
      const [, source] = node.arguments;
      return [
        ...(node.callee.type === 'MemberExpression' ? [node.callee.object] : []),
        ...(source && source.type !== 'SpreadElement' ? [source] : []),
      ];
    }
    default:
      return [];
  }
}

const isEmpty = (node: TSESTree.Expression): boolean =>
  (node.type === 'ArrayExpression' && node.elements.length === 0) ||
  (node.type === 'ObjectExpression' && node.properties.length === 0);

/** A key that is the same each time it is written: a name or a literal. */
const isPlain = (node: TSESTree.Node): boolean =>
  node.type === 'Identifier' ||
  node.type === 'Literal' ||
  (node.type === 'MemberExpression' && !node.computed && isPlain(node.object));

/** `this` or the variable that a path of names and keys begins with. */
function rootOf(node: TSESTree.Expression): TSESTree.ThisExpression | TSESTree.Identifier | undefined {
  let at = node;
  while (at.type === 'MemberExpression' || at.type === 'TSNonNullExpression')
    at = at.type === 'MemberExpression' ? at.object : at.expression;
  return at.type === 'ThisExpression' || at.type === 'Identifier' ? at : undefined;
}

/**
 * Whether code that the loop calls may put something else into the property: a method of the same object that writes it, or anything
 * that gets the object.
 */
function mayBeReplaced(
  sourceCode: TSESLint.SourceCode,
  body: TSESTree.Node,
  accumulator: Accumulator,
  root: TSESTree.ThisExpression | TSESTree.Identifier,
  owner: TSESTree.Node,
): boolean {
  const known =
    replaced.get(accumulator) ?? perNode((at) => replaces(sourceCode, at, accumulator, root, owner));
  replaced.set(accumulator, known);
  return known(body);
}

/** By the body of the loop; an accumulator has one root and one owner. */
const replaced = new WeakMap<Accumulator, (body: TSESTree.Node) => boolean>();

function replaces(
  sourceCode: TSESLint.SourceCode,
  body: TSESTree.Node,
  accumulator: Accumulator,
  root: TSESTree.ThisExpression | TSESTree.Identifier,
  owner: TSESTree.Node,
): boolean {
  const rootText = sourceCode.getText(root);
  let may = false;
  walk(sourceCode, body, (node) => {
    if (may || node.type !== 'CallExpression') return !may;
    if (node.arguments.some((argument) => sourceCode.getText(argument) === rootText)) may = true;
    const { callee } = node;
    if (callee.type !== 'MemberExpression' || sourceCode.getText(callee.object) !== rootText) return !may;
    // Of another object's methods nothing is known; of one's own, what stands in the class.
    may ||= root.type === 'Identifier' || writesIn(methodBody(owner, memberName(callee)), accumulator);
    return !may;
  });
  return may;
}

const writesIn = (body: TSESTree.Node | undefined, accumulator: Accumulator): boolean =>
  body === undefined || accumulator.uses(body).some(({ write }) => write);

function methodBody(owner: TSESTree.Node, name: string | undefined): TSESTree.Node | undefined {
  if (owner.type !== 'ClassBody' || name === undefined) return undefined;
  return owner.body.find(
    (member) =>
      member.type === 'MethodDefinition' && member.key.type === 'Identifier' && member.key.name === name,
  );
}

/** The expression that copies the value, when it stands in one. */
function copyOf(sourceCode: TSESLint.SourceCode, value: TSESTree.Node): Copy | undefined {
  let at = value;
  while (at.parent && (at.parent.type === 'TSAsExpression' || at.parent.type === 'TSNonNullExpression'))
    at = at.parent;
  const { parent } = at;
  if (parent?.type === 'SpreadElement') {
    const node = parent.parent;
    const around = node.parent;
    if (
      node.type === 'ArrayExpression' &&
      around?.type === 'NewExpression' &&
      around.arguments.length === 1 &&
      around.callee.type === 'Identifier' &&
      /^(?:Map|Set)$/.test(around.callee.name) &&
      isGlobal(sourceCode, around.callee)
    )
      return { node: around, source: parent, form: 'collection', object: true };
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
