import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem } from '../edit/expressions';
import { indentAt, indentUnit, newlineOf } from '../edit/layout';
import { freshName, isDeclared } from '../edit/names';
import type { ProposedFix } from '../edit/proposed-fix';
import { isSemicolonFree } from '../edit/statements';
import { isNoticed } from '../flow/changes';
import { foreignCode } from '../flow/effects';
import { enclosingFunction, methodName } from '../syntax/nodes';
import { declaredType, recordMutability } from '../types/arrays';
import { isTypeScript } from '../types/members';
import { isPath } from '../types/shapes';
import { receiverType } from '../types/values';
import { code } from '../../wording';

/** What the callbacks of a chain over pairs do with a key and its value. */
interface Steps {
  readonly tests: readonly TSESTree.Expression[];
  /** What is written, and under which key; absent where both stay what they were. */
  readonly pair: readonly [key: TSESTree.Expression, value: TSESTree.Expression] | undefined;
  /** As the callbacks call them; absent where none does. */
  readonly key: string | undefined;
  readonly value: string | undefined;
}

/**
 * `Object.fromEntries(Object.entries(o).filter(f).map(g))` as a loop over the keys that writes into a new object.
 * @param call of `fromEntries`, which a variable with a written type is given, or a function with one returns
 */
export function loopInsteadOfPairs(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
  of: TSESTree.Expression,
): ProposedFix | undefined {
  const steps = stepsOf(call.arguments[0]!);
  const target = targetOf(sourceCode, call);
  if (!steps || !target || !isPath(of) || isDeclared(sourceCode, 'Object')) return undefined;
  const { statement } = target;
  if (sourceCode.getCommentsInside(statement).length > 0) return undefined;
  const typed = isTypeScript(sourceCode);
  const dictionary = of.type === 'Identifier' ? declaredType(sourceCode, of) : undefined;
  if (typed && recordMutability(sourceCode, dictionary) !== 'mutable') return undefined;
  const key = steps.key ?? freshName(sourceCode, 'key');
  // Read where it is written, if nothing else looks at it.
  const inPlace = isOnlyWritten(sourceCode, steps);
  const value = inPlace
    ? undefined
    : (steps.value ?? (steps.pair ? undefined : freshName(sourceCode, 'value')));
  const root = /^[^.]*/.exec(sourceCode.getText(of))![0];
  if (root === key || root === value || target.name === key || target.name === value) return undefined;

  const parts = [...steps.tests, ...(steps.pair ?? [])];
  if (parts.some((part) => isNoticed(sourceCode, part))) return undefined;
  const conditions = ['no key is `__proto__`', `${code(sourceCode.getText(of))} has no getters`];
  if (parts.some((part) => foreignCode(sourceCode, part))) conditions.push('the callbacks have no effects');
  const element = receiverType(sourceCode, of)?.value;
  // The `!` is for noUncheckedIndexedAccess.
  if (typed && (value !== undefined || inPlace) && !element)
    conditions.push('its values are never undefined or null');

  const source = sourceCode.text;
  const indent = indentAt(source, statement.range[0]);
  const unit = indentUnit(source);
  const eol = newlineOf(source) + indent;
  const end = isSemicolonFree(sourceCode) ? '' : ';';
  const path = sourceCode.getText(of);
  const read = `${path}[${key}]${typed ? '!' : ''}`;
  const writtenKey = steps.pair ? asItem(sourceCode, steps.pair[0]) : key;
  const writtenValue = inPlace ? read : steps.pair ? asItem(sourceCode, steps.pair[1]) : value!;
  const tests = steps.tests.map((test) => (steps.tests.length > 1 ? asOperand(sourceCode, test) : sourceCode.getText(test))); // prettier-ignore
  const lines = [
    `${target.declaration} = {}${end}`,
    `for (const ${key} of Object.keys(${path})) {`,
    ...(value === undefined ? [] : [`${unit}const ${value} = ${read}${end}`]),
    `${unit}${tests.length > 0 ? `if (${tests.join(' && ')}) ` : ''}${target.name}[${writtenKey}] = ${writtenValue}${end}`,
    '}',
    ...(target.returns ? [`return ${target.name}${end}`] : []),
  ];
  return {
    title: `Write into one object in a loop over the keys (if ${conditions.join(', and ')})`,
    kind: 'suggestion',
    edits: [{ span: { start: statement.range[0], end: statement.range[1] }, newText: lines.join(eol) }],
  };
}

/** The value of each pair is that of the property, which nothing else of the chain mentions. */
function isOnlyWritten(sourceCode: TSESLint.SourceCode, { tests, pair, value }: Steps): boolean {
  if (!pair) return value === undefined;
  if (value === undefined || pair[1].type !== 'Identifier' || pair[1].name !== value) return false;
  return [...tests, pair[0]].every((part) =>
    sourceCode.getTokens(part).every((token) => token.value !== value),
  );
}

/** In front of `&&` and behind it. */
function asOperand(sourceCode: TSESLint.SourceCode, test: TSESTree.Expression): string {
  const loose =
    test.type === 'LogicalExpression'
      ? test.operator !== '&&'
      : /^(?:Conditional|Assignment|ArrowFunction|Sequence|Yield)Expression$/.test(test.type);
  return loose ? `(${sourceCode.getText(test)})` : sourceCode.getText(test);
}

/** `undefined` where a step is something else than a `filter()`, or a last `map()` to a pair, by arrow functions of one expression. */
function stepsOf(chain: TSESTree.Node): Steps | undefined {
  const tests: TSESTree.Expression[] = [];
  let pair: Steps['pair'];
  const names: { key?: string; value?: string } = {};
  for (
    let at = chain;
    at.type === 'CallExpression' && at.callee.type === 'MemberExpression';
    at = at.callee.object
  ) {
    const method = methodName(at);
    if (method === 'entries') return { tests, pair, key: names.key, value: names.value };
    const [callback, ...more] = at.arguments;
    if (callback?.type !== 'ArrowFunctionExpression' || more.length > 0 || callback.async) return undefined;
    const { body, params } = callback;
    if (body.type === 'BlockStatement' || callback.returnType || params.length !== 1) return undefined;
    const [pattern] = params;
    if (pattern?.type !== 'ArrayPattern' || pattern.typeAnnotation || pattern.elements.length > 2)
      return undefined;
    for (const [index, name] of (['key', 'value'] as const).entries()) {
      const part = pattern.elements[index];
      if (!part) continue;
      if (part.type !== 'Identifier' || (names[name] ?? part.name) !== part.name) return undefined;
      names[name] = part.name;
    }
    if (method === 'filter') tests.unshift(body);
    else if (method === 'map' && pair === undefined && tests.length === 0) {
      const [key, value, ...rest] = body.type === 'ArrayExpression' ? body.elements : [];
      if (!key || !value || rest.length > 0) return undefined;
      if (key.type === 'SpreadElement' || value.type === 'SpreadElement') return undefined;
      pair = [key, value];
    } else return undefined;
  }
  return undefined;
}

interface Target {
  /** What the loop takes the place of. */
  readonly statement: TSESTree.Statement;
  readonly name: string;
  /** `const name: Type`. */
  readonly declaration: string;
  readonly returns: boolean;
}

function targetOf(sourceCode: TSESLint.SourceCode, call: TSESTree.CallExpression): Target | undefined {
  const { parent } = call;
  const typed = isTypeScript(sourceCode);
  const fits = (type: TSESTree.TypeNode | undefined): boolean =>
    !typed || recordMutability(sourceCode, type) === 'mutable';
  if (parent.type === 'ReturnStatement') {
    const fn = enclosingFunction(call);
    const type = fn?.returnType?.typeAnnotation;
    if (parent.parent.type !== 'BlockStatement' || !fn || fn.async || fn.generator || !fits(type))
      return undefined;
    const name = freshName(sourceCode, 'result');
    const annotation = type ? `: ${sourceCode.getText(type)}` : '';
    return { statement: parent, name, declaration: `const ${name}${annotation}`, returns: true };
  }
  if (parent.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return undefined;
  const statement = parent.parent;
  const type = parent.id.typeAnnotation?.typeAnnotation;
  if (statement.declarations.length > 1 || !fits(type)) return undefined;
  if (!/^(?:BlockStatement|Program)$/.test(statement.parent.type)) return undefined;
  const { name } = parent.id;
  return { statement, name, declaration: `${statement.kind} ${sourceCode.getText(parent.id)}`, returns: false }; // prettier-ignore
}
