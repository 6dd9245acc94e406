import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { completionOf } from '../flow/completion';
import { contains, isWriteTarget, memberName, resolve, unwrap, walk } from '../syntax/nodes';
import { constantNumber } from '../types/constants';
import { perNode, type Accumulator } from './accumulator';

/**
 * Whether what is copied on each round keeps growing by about as much each time, so that all copies together cost the
 * square of it. They do not where it doubles, is made small again, stays below a constant, or is copied once.
 */

/** An expression that copies an accumulator and adds to the copy. */
export interface Copy {
  readonly node:
    TSESTree.ArrayExpression | TSESTree.ObjectExpression | TSESTree.CallExpression | TSESTree.NewExpression;
  /** The part of `node` that stands for the old value. */
  readonly source: TSESTree.Node;
  /** `collection`: `new Map([...m, …])`, `new Set([...s, …])`. */
  readonly form: 'spread' | 'concat' | 'assign' | 'collection';
  /** An object, not an array. */
  readonly object: boolean;
}

/** `fixed keys`: each round makes a new object of the same few properties. */
export type Growth = 'linear' | 'fixed keys' | 'none';

/** @param within the body of the loop, or of reduce()'s callback */
export function growthOf(
  sourceCode: TSESLint.SourceCode,
  copy: Copy,
  accumulator: Accumulator,
  within: TSESTree.Node,
): Growth {
  const added = partsAdded(copy);
  const guards = guardsAround(copy.node, within);
  // A copy that adds nothing is for whoever writes to it then; behind a test it is mostly made once.
  const guarded = guards.length > 0 || comesBehind(copy.node, within, (block) => earlyEnds(block)[0]);
  if (added.length === 0 && guarded) return 'none';
  if (added.some((part) => addsMany(part, copy) && dependsOn(sourceCode, part, accumulator, within)))
    return 'none';
  if (shrinks(sourceCode, accumulator, copy, within)) return 'none';
  if (isLimited(sourceCode, copy.node, accumulator, within)) return 'none';
  const fixed =
    copy.object && added.length > 0 && added.every((part) => part.type === 'Property' && !part.computed);
  return fixed ? 'fixed keys' : 'linear';
}

/** Whether a test around the node lets it run once in all, or only while the accumulator is small. */
export function isLimited(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node,
  accumulator: Accumulator,
  within: TSESTree.Node,
): boolean {
  const guards = guardsAround(node, within);
  return (
    guards.some((guard) => limits(sourceCode, guard, accumulator, within)) ||
    comesBehind(node, within, factsOf(sourceCode, accumulator).bounding(within))
  );
}

/** What the new value has besides the old one. */
function partsAdded({ node, source, form }: Copy): TSESTree.Node[] {
  if (node.type === 'ArrayExpression')
    return node.elements.filter((e) => e !== null && e !== source) as TSESTree.Node[];
  if (node.type === 'ObjectExpression') return node.properties.filter((property) => property !== source);
  const [only] = node.arguments;
  if (form === 'collection' && only?.type === 'ArrayExpression')
    return only.elements.filter((e) => e !== null && e !== source) as TSESTree.Node[];
  const given = form === 'assign' ? node.arguments.slice(2) : node.arguments;
  return given.flatMap((part) =>
    form === 'assign' && part.type === 'ObjectExpression' ? part.properties : [part as TSESTree.Node],
  );
}

/** A spread, or what concat() takes apart: as many elements as it has. */
const addsMany = (part: TSESTree.Node, { form }: Copy): boolean =>
  part.type === 'SpreadElement' || form === 'concat';

/** Computed from the accumulator, also through a `const` of the round: as large as that. */
function dependsOn(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node,
  accumulator: Accumulator,
  within: TSESTree.Node,
  depth = 0,
): boolean {
  let found = false;
  walk(sourceCode, node, (at) => {
    if (!found && accumulator.is(at)) found = true;
    if (found || at.type !== 'Identifier') return !found;
    const variable = resolve(sourceCode, at);
    const declared = variable?.defs[0]?.node as TSESTree.Node | undefined;
    if (declared?.type !== 'VariableDeclarator' || !declared.init || depth > 3) return true;
    found ||=
      contains(within, declared) && dependsOn(sourceCode, declared.init, accumulator, within, depth + 1);
    return !found;
  });
  return found;
}

const shrinking = /^(?:pop|shift|splice|clear|delete)$/;

/** In the same loop it is assigned something else than more of itself, emptied, or elements are taken out. */
function shrinks(
  sourceCode: TSESLint.SourceCode,
  accumulator: Accumulator,
  copy: Copy,
  within: TSESTree.Node,
): boolean {
  return factsOf(sourceCode, accumulator)
    .shrinking(within)
    .some((place) => !contains(place, copy.node));
}

/** What is the same for all copies of an accumulator. */
interface Facts {
  /** Where it gets smaller within a node. */
  readonly shrinking: (within: TSESTree.Node) => readonly TSESTree.Node[];
  /** By the body of the loop: the first of a block's early ends that bounds the accumulator. */
  readonly bounding: (within: TSESTree.Node) => (block: TSESTree.Node) => TSESTree.Node | undefined;
}

const facts = new WeakMap<Accumulator, Facts>();

function factsOf(sourceCode: TSESLint.SourceCode, accumulator: Accumulator): Facts {
  let known = facts.get(accumulator);
  if (!known) {
    known = {
      shrinking: perNode((within) => shrinkingIn(sourceCode, accumulator, within)),
      bounding: perNode((within) =>
        perNode((block) =>
          earlyEnds(block).find(({ test }) =>
            limits(sourceCode, { test, when: false, branch: undefined }, accumulator, within),
          ),
        ),
      ),
    };
    facts.set(accumulator, known);
  }
  return known;
}

function shrinkingIn(
  sourceCode: TSESLint.SourceCode,
  accumulator: Accumulator,
  within: TSESTree.Node,
): TSESTree.Node[] {
  return accumulator.uses(within).flatMap(({ node: use, write }): TSESTree.Node[] => {
    const { parent } = use;
    if (write) {
      if (parent?.type !== 'AssignmentExpression' || parent.left !== use) return [];
      return growsItself(sourceCode, unwrap(parent.right), accumulator.name) ? [] : [parent];
    }
    if (parent?.type !== 'MemberExpression' || parent.object !== use) return [];
    const called = parent.parent.type === 'CallExpression' && parent.parent.callee === parent;
    const isSmaller = called
      ? shrinking.test(memberName(parent) ?? '')
      : parent.parent.type === 'UnaryExpression'
        ? parent.parent.operator === 'delete'
        : memberName(parent) === 'length' && isWriteTarget(parent);
    return isSmaller ? [use] : [];
  });
}

/** `[...name, …]`, `{ ...name, … }`, `name.concat(…)`, `Object.assign({}, name, …)`. */
function growsItself(sourceCode: TSESLint.SourceCode, value: TSESTree.Expression, name: string): boolean {
  const parts =
    value.type === 'ArrayExpression'
      ? value.elements
      : value.type === 'ObjectExpression'
        ? value.properties
        : [];
  if (parts.some((part) => part?.type === 'SpreadElement' && sourceCode.getText(part.argument) === name))
    return true;
  if (value.type !== 'CallExpression' || value.callee.type !== 'MemberExpression') return false;
  const method = memberName(value.callee);
  if (method === 'concat') return sourceCode.getText(value.callee.object) === name;
  return method === 'assign' && value.arguments.slice(1).some((part) => sourceCode.getText(part) === name);
}

interface Guard {
  readonly test: TSESTree.Expression;
  /** What the test gave where the copy is made. */
  readonly when: boolean;
  /** What runs only then; absent for tests that end the round before it. */
  readonly branch: TSESTree.Node | undefined;
}

/** The tests that decide in a round whether the copy is made, those of loops inside included; early ends left out. */
function guardsAround(node: TSESTree.Node, within: TSESTree.Node): Guard[] {
  const guards: Guard[] = [];
  let child = node;
  for (let at = node.parent; at && child !== within; child = at, at = at.parent) {
    if (at.type === 'IfStatement' || at.type === 'ConditionalExpression') {
      if (child !== at.test) guards.push({ test: at.test, when: child === at.consequent, branch: child });
    } else if (at.type === 'LogicalExpression' && child === at.right && at.operator !== '??') {
      guards.push({ test: at.left, when: at.operator === '&&', branch: child });
    }
  }
  // The loop's own test.
  const loop = within.parent;
  if (loop?.type === 'WhileStatement' && loop.body === within)
    guards.push({ test: loop.test, when: true, branch: within });
  return guards;
}

/** True when a block around the copy has such a statement before it. */
function comesBehind(
  node: TSESTree.Node,
  within: TSESTree.Node,
  first: (block: TSESTree.Node) => TSESTree.Node | undefined,
): boolean {
  let child = node;
  for (let at = node.parent; at && child !== within; child = at, at = at.parent) {
    const end = first(at);
    if (end && end.range[1] <= child.range[0]) return true;
  }
  return false;
}

/** The statements of a block that end the round, each by one test. */
const earlyEnds = perNode((block) =>
  block.type !== 'BlockStatement'
    ? []
    : block.body.filter(
        (statement): statement is TSESTree.IfStatement =>
          statement.type === 'IfStatement' &&
          !statement.alternate &&
          !completionOf(statement.consequent).normal,
      ),
);

/** The test lets the copy be made once, or only while the accumulator is small. */
function limits(
  sourceCode: TSESLint.SourceCode,
  { test, when, branch }: Guard,
  accumulator: Accumulator,
  within: TSESTree.Node,
): boolean {
  const inner = (part: TSESTree.Expression, is: boolean): boolean =>
    limits(sourceCode, { test: part, when: is, branch }, accumulator, within);
  switch (test.type) {
    case 'UnaryExpression':
      return test.operator === '!' && inner(test.argument, !when);
    case 'LogicalExpression':
      return test.operator === (when ? '&&' : '||') && (inner(test.left, when) || inner(test.right, when));
    case 'Identifier':
      return isFlag(sourceCode, test, branch, within);
    case 'MemberExpression':
      return !when && isLengthOf(test, accumulator);
    case 'BinaryExpression':
      return ofComparison(sourceCode, test, when, branch, accumulator, within);
    default:
      return false;
  }
}

const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const negated: Readonly<Record<string, string>> = {
  '<': '>=', '<=': '>', '>': '<=', '>=': '<', '===': '!==', '==': '!=', '!==': '===', '!=': '==',
}; // prettier-ignore

function ofComparison(
  sourceCode: TSESLint.SourceCode,
  { left, right, operator }: TSESTree.BinaryExpression,
  when: boolean,
  branch: TSESTree.Node | undefined,
  accumulator: Accumulator,
  within: TSESTree.Node,
): boolean {
  for (const [side, other, written] of [
    [left, right, operator],
    [right, left, mirrored[operator] ?? operator],
  ] as const) {
    const holds = when ? written : (negated[written] ?? '');
    if (side.type === 'PrivateIdentifier' || other.type === 'PrivateIdentifier') return false;
    const bound = /^(?:<|<=|===?)$/.test(holds);
    const constant =
      other.type === 'Literal' || constantNumber(sourceCode, other) !== undefined || isNothing(other);
    if (bound && constant && isLengthOf(side, accumulator)) return true;
    if (side.type !== 'Identifier') continue;
    // It is another object after the copy.
    if (/^===?$/.test(holds) && accumulator.is(side)) return true;
    if (bound && constant && isFlag(sourceCode, side, branch, within)) return true;
  }
  return false;
}

const isNothing = (node: TSESTree.Expression): boolean =>
  node.type === 'Identifier' && node.name === 'undefined';

function isLengthOf(node: TSESTree.Node, accumulator: Accumulator): boolean {
  return node.type === 'MemberExpression' && memberName(node) === 'length' && accumulator.is(node.object);
}

/** A variable that lives across the rounds and that, of the whole loop, only the branch with the copy writes. */
function isFlag(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
  branch: TSESTree.Node | undefined,
  within: TSESTree.Node,
): boolean {
  const variable = resolve(sourceCode, identifier);
  const declared = variable?.defs[0]?.name as TSESTree.Node | undefined;
  if (!variable || !declared || !branch || contains(within, declared)) return false;
  const written = variable.references.filter(
    (reference) => reference.isWrite() && contains(within, reference.identifier as TSESTree.Node),
  );
  return written.length > 0 && written.every(({ identifier: use }) => contains(branch, use as TSESTree.Node));
}
