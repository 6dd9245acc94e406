import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { classAround, functionOf, memberOf } from '../syntax/functions';
import { type FunctionNode, isFunction, isGlobal, memberName, walk } from '../syntax/nodes';
import { typeOf } from './values';

/** Methods and functions of the language that answer a question: whoever takes their name answers one, too. */
const questions =
  /^(?:endsWith|every|has|hasOwn|hasOwnProperty|includes|is|isArray|isFinite|isInteger|isNaN|isSafeInteger|isView|some|startsWith|test)$/;

/** Whether an expression has a value: `'no'` when it is a call that returns nothing, `'unknown'` when the file does not show it. */
export type HasValue = 'yes' | 'no' | 'unknown';

/**
 * Whether the expression has a value. What has none may be the result of a callback, but TypeScript does not let it be the test
 * of a condition (TS1345).
 */
export function hasValue(sourceCode: TSESLint.SourceCode, node: TSESTree.Node, depth = 0): HasValue {
  const inner = (at: TSESTree.Node): HasValue => hasValue(sourceCode, at, depth + 1);
  switch (node.type) {
    case 'CallExpression':
      if (typeOf(sourceCode, node)) return 'yes';
      return depth > 8 ? 'unknown' : ofCallee(sourceCode, node.callee, inner);
    case 'TaggedTemplateExpression':
      return depth > 8 ? 'unknown' : ofCallee(sourceCode, node.tag, inner);
    case 'ConditionalExpression':
      return either([inner(node.consequent), inner(node.alternate)]);
    case 'LogicalExpression':
      return inner(node.right);
    case 'SequenceExpression':
      return inner(node.expressions.at(-1)!);
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
      return inner(node.expression);
    default:
      return 'yes';
  }
}

/** Of two results one is enough: `void` beside another type may be tested. */
function either(results: readonly HasValue[]): HasValue {
  if (results.includes('yes')) return 'yes';
  return results.includes('unknown') ? 'unknown' : 'no';
}

function ofCallee(
  sourceCode: TSESLint.SourceCode,
  callee: TSESTree.Expression,
  inner: (node: TSESTree.Node) => HasValue,
): HasValue {
  if (callee.type === 'MemberExpression') {
    if (questions.test(memberName(callee) ?? '')) return 'yes';
    const body = callee.object.type === 'ThisExpression' ? classAround(callee) : undefined;
    const member = body && memberOf(body, callee);
    const value = member?.type === 'MethodDefinition' || member?.type === 'PropertyDefinition' ? member.value : null; // prettier-ignore
    return value && isFunction(value) ? ofFunction(sourceCode, value, inner) : 'unknown';
  }
  if (callee.type !== 'Identifier') return 'unknown';
  if (isGlobal(sourceCode, callee)) return questions.test(callee.name) ? 'yes' : 'unknown';
  const fn = functionOf(sourceCode, callee);
  return fn ? ofFunction(sourceCode, fn, inner) : 'unknown';
}

function ofFunction(
  sourceCode: TSESLint.SourceCode,
  fn: FunctionNode,
  inner: (node: TSESTree.Node) => HasValue,
): HasValue {
  if (fn.returnType) return fn.returnType.typeAnnotation.type === 'TSVoidKeyword' ? 'no' : 'yes';
  if (fn.async || fn.generator) return 'yes';
  if (fn.body.type !== 'BlockStatement') return inner(fn.body);
  const results: HasValue[] = [];
  walk(sourceCode, fn.body, (node) => {
    if (isFunction(node)) return false;
    if (node.type === 'ReturnStatement' && node.argument) results.push(inner(node.argument));
    return true;
  });
  return either(results);
}
