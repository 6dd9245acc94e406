import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isGlobal, memberName, walk } from '../syntax/nodes';

/**
 * Fixes call methods of the language that the code before did not call. They are what everybody knows, unless the file
 * itself replaces one.
 */

const classes = /^(?:Array|ArrayBuffer|Buffer|DataView|Date|Error|Intl|JSON|Map|Math|Number|Object|Promise|Reflect|RegExp|Set|String|Symbol|TextDecoder|TextEncoder|(?:Big)?U?[Ii]nt\w*Array|BigUint64Array|Uint8ClampedArray|Float\d+Array)$/; // prettier-ignore
/** Of `Object` and `Reflect`: they write to their first argument. */
const writers = /^(?:assign|defineProperty|defineProperties|deleteProperty|set|setPrototypeOf)$/;

const known = new WeakMap<TSESLint.SourceCode, boolean>();

/** Whether the file writes to a built-in object or to the prototype of a built-in class (`Array.prototype.push = …`), or has a class
 * of its own whose methods stand for those of a collection. */
export function replacesBuiltIns(sourceCode: TSESLint.SourceCode): boolean {
  let replaces = known.get(sourceCode);
  if (replaces === undefined) known.set(sourceCode, (replaces = search(sourceCode)));
  return replaces;
}

function search(sourceCode: TSESLint.SourceCode): boolean {
  let found = false;
  walk(sourceCode, sourceCode.ast, (node) => {
    if (
      !found &&
      node.type === 'Identifier' &&
      classes.test(node.name) &&
      (isWritten(node) || isOverridden(node))
    )
      found = isGlobal(sourceCode, node);
    return !found;
  });
  return found;
}

/** Classes whose methods fixes call; what extends them passes for them. */
const collections = /^(?:Array|Buffer|Map|RegExp|Set|String|(?:Big)?U?[Ii]nt\w*Array|BigUint64Array|Uint8ClampedArray|Float\d+Array)$/; // prettier-ignore

/** `class Sorted extends Map { keys() {…} }`: a value of it may stand where the file says Map. */
function isOverridden(identifier: TSESTree.Identifier): boolean {
  const { parent, name } = identifier;
  const extended = (parent.type === 'ClassDeclaration' || parent.type === 'ClassExpression') && parent.superClass === identifier; // prettier-ignore
  if (!extended || !collections.test(name)) return false;
  const { prototype } = (globalThis as unknown as Record<string, { prototype: object } | undefined>)[name] ?? {}; // prettier-ignore
  return parent.body.body.some((member) => {
    if (!('key' in member) || member.static) return false;
    // `[Symbol.iterator]`, or a name that only runs tell.
    if (member.computed) return true;
    const key = member.key.type === 'Identifier' ? member.key.name : member.key.type === 'Literal' ? String(member.key.value) : ''; // prettier-ignore
    return key !== 'constructor' && (prototype === undefined || key in prototype);
  });
}

/** A member of it, or of its `prototype`, is written to. */
function isWritten(identifier: TSESTree.Identifier): boolean {
  let object = outer(identifier);
  const member = object.parent;
  if (member?.type === 'MemberExpression' && member.object === object && memberName(member) === 'prototype')
    object = outer(member);
  const { parent } = object;
  if (parent?.type === 'CallExpression') return parent.arguments[0] === object && writesFirst(parent.callee);
  if (parent?.type !== 'MemberExpression' || parent.object !== object) return false;
  const target = outer(parent);
  const use = target.parent;
  return (
    (use?.type === 'AssignmentExpression' && use.left === target) ||
    (use?.type === 'UnaryExpression' && use.operator === 'delete')
  );
}

/** `Object.assign`, `Reflect.set` and the like: called, they write to their first argument. */
export function writesFirst(callee: TSESTree.Expression): boolean {
  return (
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    /^(?:Object|Reflect)$/.test(callee.object.name) &&
    writers.test(memberName(callee) ?? '')
  );
}

/** With `as any` around it. */
function outer(node: TSESTree.Node): TSESTree.Node {
  let at = node;
  while (at.parent && /^TS(?:As|NonNull|Satisfies)Expression$/.test(at.parent.type)) at = at.parent;
  return at;
}
