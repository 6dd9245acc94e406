import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import {
  contains,
  isFunction,
  isGlobal,
  isWriteTarget,
  methodName,
  resolve,
  unwrap,
  walk,
} from '../syntax/nodes';
import { isFreshArray } from '../types/arrays';
import { isByteView } from '../types/value-type';
import { receiverType } from '../types/values';
import { writesFirst } from './built-ins';
import { effectsOf } from './effects';

/**
 * What code changes of what was there before it, as far as the file shows it: variables, properties, elements of collections.
 * What other files do when they are called is not in it: `effects.ts` tells where that may be.
 */
export interface Change {
  /** The name or member that is written to, or the call that changes something. */
  readonly at: TSESTree.Node;
  /** The variable that is assigned, or the object that is changed. */
  readonly of: TSESTree.Node;
}

/** Changes by the code below a node, and by the functions of the file that it runs. */
export function* changesIn(sourceCode: TSESLint.SourceCode, root: TSESTree.Node): Generator<Change> {
  for (const code of codeOf(sourceCode, root)) yield* changesBelow(sourceCode, code);
}

/**
 * The node and the functions of the file that run with it, each once. The function around it is not among them: called again, it has
 * variables of its own.
 */
export function* codeOf(sourceCode: TSESLint.SourceCode, root: TSESTree.Node): Generator<TSESTree.Node> {
  const seen = new Set<TSESTree.Node>([root]);
  yield root;
  for (const effect of effectsOf(sourceCode, root)) {
    if (effect.how !== 'enter' || seen.has(effect.fn) || contains(effect.fn, root)) continue;
    seen.add(effect.fn);
    yield effect.fn;
  }
}

/** True where the file shows that each run is noticed: it changes something, throws, or writes to the console. */
export function isNoticed(sourceCode: TSESLint.SourceCode, root: TSESTree.Node): boolean {
  for (const code of codeOf(sourceCode, root)) {
    if (changesBelow(sourceCode, code).length > 0) return true;
    let says = false;
    walkRun(sourceCode, code, (node) => {
      says ||=
        node.type === 'ThrowStatement' || (node.type === 'CallExpression' && isConsole(sourceCode, node));
    });
    if (says) return true;
  }
  return false;
}

function isConsole(sourceCode: TSESLint.SourceCode, { callee }: TSESTree.CallExpression): boolean {
  return (
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    callee.object.name === 'console' &&
    isGlobal(sourceCode, callee.object)
  );
}

/** Functions that are only made do not run; those that a call gets may. */
function walkRun(
  sourceCode: TSESLint.SourceCode,
  root: TSESTree.Node,
  visit: (node: TSESTree.Node) => void,
): void {
  walk(sourceCode, root, (node) => {
    if (node !== root && isFunction(node) && node.parent.type !== 'CallExpression') return false;
    visit(node);
    return true;
  });
}

function changesBelow(sourceCode: TSESLint.SourceCode, root: TSESTree.Node): Change[] {
  const changes: Change[] = [];
  walkRun(sourceCode, root, (node) => {
    if (node.type === 'Identifier') {
      if (isWriteTarget(node) && isOutside(sourceCode, node, root)) changes.push({ at: node, of: node });
      return;
    }
    const of =
      node.type === 'MemberExpression' && isWriteTarget(node)
        ? node.object
        : node.type === 'CallExpression'
          ? changedBy(sourceCode, node)
          : undefined;
    if (of && !isMadeIn(sourceCode, of, root)) changes.push({ at: node, of });
  });
  return changes;
}

/** A variable that is declared elsewhere; one that nothing declares is a global, where it is assigned by itself. */
function isOutside(sourceCode: TSESLint.SourceCode, name: TSESTree.Identifier, root: TSESTree.Node): boolean {
  const declared = resolve(sourceCode, name)?.defs[0]?.name as TSESTree.Node | undefined;
  return declared ? !contains(root, declared) : /^(?:Assignment|Update)Expression$/.test(name.parent.type);
}

/** By the type of what they are called on, the methods that change it. */
const changing: readonly (readonly [type: RegExp, methods: RegExp])[] = [
  [/^Array$/, /^(?:push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin)$/],
  [/^(?:Weak)?(?:Map|Set)$/, /^(?:set|add|delete|clear)$/],
  [/^(?:Date|DataView)$/, /^set/],
  [/^iterator$/, /^next$/],
];
const ofBytes = /^(?:set|fill|sort|reverse|copyWithin|write\w*|swap\d+)$/;
/** Only lists have these, whatever they are called on. */
const ofAnything = /^(?:push|pop|shift|unshift|splice)$/;

/** The object that a call changes: what the method is called on, or the first argument of `Object.assign()` and its like. */
function changedBy(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
): TSESTree.Node | undefined {
  const { callee } = call;
  const method = methodName(call);
  if (callee.type !== 'MemberExpression' || method === undefined) return undefined;
  const { object } = callee;
  if (writesFirst(callee)) return call.arguments[0];
  if (ofAnything.test(method)) return object;
  if (!ofBytes.test(method) && !changing.some(([, methods]) => methods.test(method))) return undefined;
  const type = receiverType(sourceCode, object);
  const changes = isByteView(type)
    ? ofBytes.test(method)
    : changing.some(([types, methods]) => types.test(type?.name ?? '') && methods.test(method));
  return changes ? object : undefined;
}

/** Nobody else sees it change: it is made there, or in a variable of the code itself that holds nothing else. */
function isMadeIn(sourceCode: TSESLint.SourceCode, object: TSESTree.Node, root: TSESTree.Node): boolean {
  if (isMaking(sourceCode, object)) return true;
  return (
    object.type === 'Identifier' &&
    !isOutside(sourceCode, object, root) &&
    isMadeWhereAssigned(sourceCode, object)
  );
}

/** A variable that holds only what is made where it is assigned: it is no other name of anything. */
export function isMadeWhereAssigned(sourceCode: TSESLint.SourceCode, object: TSESTree.Expression): boolean {
  const variable = object.type === 'Identifier' ? resolve(sourceCode, object) : undefined;
  const written = variable?.references.filter((reference) => reference.isWrite()) ?? [];
  return (
    written.length > 0 &&
    variable!.defs.every(({ type }) => type === 'Variable') &&
    written.every((reference) => {
      const value = assignedBy(reference);
      return value !== undefined && isMaking(sourceCode, value);
    })
  );
}

function isMaking(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  return /^(?:Array|Object|New)Expression$/.test(node.type) || isFreshArray(sourceCode, node);
}

/** What a reference gives its variable; undefined where that is a part of something, as in a pattern. */
function assignedBy({ identifier }: TSESLint.Scope.Reference): TSESTree.Expression | undefined {
  const name = identifier as TSESTree.Node;
  const { parent } = name;
  const value =
    parent?.type === 'VariableDeclarator' && parent.id === name
      ? parent.init
      : parent?.type === 'AssignmentExpression' && parent.left === name && parent.operator === '='
        ? parent.right
        : undefined;
  return value ? unwrap(value) : undefined;
}

/**
 * The variable that another one is only another name of, within a node: it is given nothing else there, or nothing else at all where it
 * is not assigned there. The variable itself where the file shows no other.
 */
export function originOf(
  sourceCode: TSESLint.SourceCode,
  variable: TSESLint.Scope.Variable,
  within: TSESTree.Node,
  depth = 0,
): TSESLint.Scope.Variable {
  const written = variable.references.filter((reference) => reference.isWrite());
  const inside = written.filter(({ identifier }) => contains(within, identifier as TSESTree.Node));
  // What a parameter was before comes from the caller.
  if (inside.length === 0 && variable.defs.some(({ type }) => type !== 'Variable')) return variable;
  const values = (inside.length > 0 ? inside : written).map(assignedBy);
  const origins = new Set(
    values.map((value) => (value?.type === 'Identifier' ? resolve(sourceCode, value) : undefined)),
  );
  const [origin] = origins;
  if (origins.size !== 1 || !origin || origin === variable || depth > 8) return variable;
  // It may have been given another value since.
  if (origin.references.some((reference) => reference.isWrite() && reference.init !== true)) return variable;
  return originOf(sourceCode, origin, within, depth + 1);
}
