import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { type FunctionNode, contains, isFunction, isGlobal, resolve, walk } from '../syntax/nodes';
import type { ForeignCode } from './effects';

/** Which code of the file can get to a function: by names alone, so that what is handed around counts, too. */

/**
 * True when the code below a node, or a declaration of the file that it names, or one that those name, names the function
 * or what it is declared in.
 */
export function mentions(sourceCode: TSESLint.SourceCode, from: TSESTree.Node, fn: FunctionNode): boolean {
  const member = methodNameOf(fn);
  const seen = new Set<TSESTree.Node>();
  const open = [from];
  let found = false;
  for (let node = open.pop(); node && !found; node = open.pop()) {
    walk(sourceCode, node, (at) => {
      if (found) return false;
      if (at.type !== 'Identifier') return true;
      const { parent } = at;
      if (parent.type === 'MemberExpression' && parent.property === at && !parent.computed) {
        if (at.name === member) found = true;
        return true;
      }
      for (const { node: declared, type } of resolve(sourceCode, at)?.defs ?? []) {
        // The definition of a parameter is the function that has it.
        if (type === 'Parameter') continue;
        const declaration = declared as TSESTree.Node;
        if (contains(declaration, fn)) found = true;
        else if (!seen.has(declaration)) {
          seen.add(declaration);
          open.push(declaration);
        }
      }
      return !found;
    });
  }
  return found;
}

/** `m` of `class { m() {} }` and `{ m() {} }`. */
function methodNameOf(fn: FunctionNode): string | undefined {
  const owner = fn.parent;
  if (owner?.type !== 'MethodDefinition' && owner?.type !== 'Property') return undefined;
  return owner.key.type === 'Identifier' && !owner.computed ? owner.key.name : undefined;
}

/** Methods that JavaScript calls by itself. */
const implicit = new Set(['valueOf', 'toString', 'toJSON', 'next', 'then']);

/**
 * True when the file itself shows a way back: code runs that is not visible where it runs, and an accessor, a conversion,
 * an iterator or a proxy's handler of the file gets to the function, or a call of it hands over a function that does.
 */
export function comesBack(
  sourceCode: TSESLint.SourceCode,
  fn: FunctionNode,
  foreign: readonly ForeignCode[],
): boolean {
  if (foreign.length === 0) return false;
  const calls = foreign.some(({ how }) => how === 'call');
  let found = false;
  walk(sourceCode, sourceCode.ast, (node) => {
    if (found) return false;
    if (runsUnseen(sourceCode, node) && !contains(node, fn)) found = mentions(sourceCode, node, fn);
    if (calls && node.type === 'CallExpression' && isCallOf(sourceCode, node, fn) && !contains(fn, node)) {
      found ||= node.arguments.some(
        (argument) => mayBeFunction(argument) && mentions(sourceCode, argument, fn),
      );
    }
    return !found;
  });
  return found;
}

/** Accessors, `valueOf` and the like, `[Symbol.iterator]`, and what `new Proxy` gets. */
function runsUnseen(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  if (node.type === 'NewExpression') {
    const { callee } = node;
    return callee.type === 'Identifier' && callee.name === 'Proxy' && isGlobal(sourceCode, callee);
  }
  if (node.type !== 'MethodDefinition' && node.type !== 'Property') return false;
  if (node.kind === 'get' || node.kind === 'set') return true;
  if (node.computed) return sourceCode.getText(node.key).startsWith('Symbol.');
  return node.key.type === 'Identifier' && implicit.has(node.key.name);
}

function isCallOf(sourceCode: TSESLint.SourceCode, call: TSESTree.CallExpression, fn: FunctionNode): boolean {
  const { callee } = call;
  if (callee.type === 'Identifier') {
    return (resolve(sourceCode, callee)?.defs ?? []).some(({ node, type }) => {
      if (type === 'Parameter') return false;
      const declared = node as TSESTree.Node;
      return declared === fn || (declared.type === 'VariableDeclarator' && declared.init === fn);
    });
  }
  const member = methodNameOf(fn);
  return (
    member !== undefined &&
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === member
  );
}

const mayBeFunction = (node: TSESTree.Node): boolean =>
  isFunction(node) || node.type === 'Identifier' || node.type === 'ObjectExpression';
