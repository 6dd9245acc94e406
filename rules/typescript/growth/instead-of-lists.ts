import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem, asReceiver } from '../edit/expressions';
import { isDeclared } from '../edit/names';
import type { ProposedFix } from '../edit/proposed-fix';
import { changesIn, isNoticed } from '../flow/changes';
import { effectsOf } from '../flow/effects';
import { functionOf } from '../syntax/functions';
import { isFunction, isWriteTarget, memberName, unwrap } from '../syntax/nodes';
import { declaredType } from '../types/arrays';
import { isTypeScript } from '../types/members';
import { isPath } from '../types/shapes';
import { takesUndefined } from '../types/undefined';
import { receiverType, typeOf } from '../types/values';
import { code } from '../../wording';
import type { Whole } from './whole-lists';

/** What asks a collection itself instead of a list of all that it holds. */

/** What is listed, as far as the file shows it; undefined where it may be anything that can be iterated. */
interface Source {
  readonly kind: 'array' | 'map' | 'set';
  /** The collection itself. */
  readonly owner: TSESTree.Expression;
  /** Where one of its iterators is listed: the call that gives it, and its name. */
  readonly iterator?: { readonly call: TSESTree.CallExpression; readonly method: string };
}

const kinds = new Map([
  ['Array', 'array'],
  ['Map', 'map'],
  ['Set', 'set'],
] as const);

function sourceOf(sourceCode: TSESLint.SourceCode, of: TSESTree.Expression): Source | undefined {
  const plain = unwrap(of);
  const kind = kinds.get((typeOf(sourceCode, plain)?.name ?? '') as 'Array');
  if (kind) return { kind, owner: of };
  if (plain.type !== 'CallExpression' || plain.callee.type !== 'MemberExpression') return undefined;
  const method = memberName(plain.callee) ?? '';
  if (plain.arguments.length > 0 || plain.callee.optional || !/^(?:keys|values|entries)$/.test(method))
    return undefined;
  const { object: owner } = plain.callee;
  const iterated = kinds.get((receiverType(sourceCode, owner)?.name ?? '') as 'Array');
  return iterated && { kind: iterated, owner, iterator: { call: plain, method } };
}

/** The replacement of one expression, or undefined where a comment would be lost. */
function replaced(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node,
  newText: string,
  title: string,
  conditions: readonly string[] = [],
): ProposedFix | undefined {
  if (sourceCode.getCommentsInside(node).length > 0) return undefined;
  // `new [...m.values()][0]()` would take the arguments of the first call for its own.
  if (newText.includes('(') && isConstructed(sourceCode, node)) return undefined;
  return {
    title: `${title}${conditions.length > 0 ? ` (if ${conditions.join(', and ')})` : ''}`,
    kind: conditions.length > 0 ? 'suggestion' : 'safe',
    edits: [{ span: { start: node.range[0], end: node.range[1] }, newText }],
  };
}

/** It stands in front of the arguments of a `new`, without parentheses that a call could be in. */
function isConstructed(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  let at = node;
  for (;;) {
    const [before, after] = [sourceCode.getTokenBefore(at), sourceCode.getTokenAfter(at)];
    if (before?.value === '(' && after?.value === ')') return false;
    const { parent } = at;
    if (parent?.type === 'NewExpression') return parent.callee === at;
    const inside = parent?.type === 'TSNonNullExpression' || (parent?.type === 'MemberExpression' && parent.object === at); // prettier-ignore
    if (!inside) return false;
    at = parent;
  }
}

/** The name of the collection for a title: without the call that gives its iterator. */
const named = (sourceCode: TSESLint.SourceCode, node: TSESTree.Node): string =>
  code(sourceCode.getText(node));

/**
 * The first or last element: of an array by its index, of a map or set by its iterator.
 * @param node what takes the element of the list
 */
export function elementInstead(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.MemberExpression | TSESTree.CallExpression,
  whole: Whole,
  which: string,
): ProposedFix | undefined {
  const { parent } = node;
  if (whole.how === 'listing' || isWriteTarget(node)) return undefined;
  if (parent.type === 'CallExpression' && parent.callee === node) return undefined;
  if (whole.how === 'sorted') return leastInstead(sourceCode, node, whole, which);
  const source = sourceOf(sourceCode, whole.of);
  if (!source) return undefined;
  const { of } = whole;
  if (source.kind === 'array' && !source.iterator) {
    const index = which === 'the first' ? '[0]' : '.at(-1)';
    return replaced(sourceCode, node, `${asReceiver(sourceCode, of)}${index}`, `Take ${which} of ${named(sourceCode, of)}`); // prettier-ignore
  }
  if (which !== 'the first') return undefined;
  const iterator = source.iterator
    ? sourceCode.getText(source.iterator.call)
    : `${asReceiver(sourceCode, of)}.${source.kind === 'map' ? 'entries' : 'values'}()`;
  // `!`: whether an index may be undefined is the project's setting; what an iterator gives may be.
  const bang =
    isTypeScript(sourceCode) && node.type === 'MemberExpression' && !takesUndefined(sourceCode, node);
  return replaced(sourceCode, node, `${iterator}.next().value${bang ? '!' : ''}`, 'Ask the iterator for its first'); // prettier-ignore
}

/** `const [first] = [...m.keys()]`: a pattern takes what it needs of anything that can be iterated. */
export function patternInstead(
  sourceCode: TSESLint.SourceCode,
  list: TSESTree.Expression,
  whole: Whole,
): ProposedFix | undefined {
  if (whole.how !== 'copy' || !sourceOf(sourceCode, whole.of)) return undefined;
  return replaced(sourceCode, list, asItem(sourceCode, whole.of), 'Take the first without a list');
}

/** How many there are. */
export function sizeInstead(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.MemberExpression,
  whole: Whole,
): ProposedFix | undefined {
  const source = whole.how === 'copy' ? sourceOf(sourceCode, whole.of) : undefined;
  if (!source) return undefined;
  const size = source.kind === 'array' ? 'length' : 'size';
  return replaced(
    sourceCode,
    node,
    `${asReceiver(sourceCode, source.owner)}.${size}`,
    `Ask for its ${code(size)}`,
  );
}

/** One question: `has()` of a set or of a map's keys, `Object.hasOwn()`, or the same question to the array itself. */
export function answerInstead(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
  whole: Whole,
): ProposedFix | undefined {
  const callee = call.callee as TSESTree.MemberExpression;
  const method = memberName(callee) ?? '';
  const [asked] = call.arguments;
  if (!asked || asked.type === 'SpreadElement' || call.arguments.length > 1) return undefined;
  const text = asItem(sourceCode, asked);
  if (whole.how === 'listing') {
    const keys = whole.node.type === 'CallExpression' && memberName(whole.node.callee as TSESTree.MemberExpression) === 'keys'; // prettier-ignore
    if (!keys || method !== 'includes' || isDeclared(sourceCode, 'Object')) return undefined;
    const conditions = ['all of its own properties are enumerable'];
    if (typeOf(sourceCode, asked)?.name !== 'string') conditions.push(`${code(text)} is a string`);
    return replaced(sourceCode, call, `Object.hasOwn(${asItem(sourceCode, whole.of)}, ${text})`, 'Ask the object itself', conditions); // prettier-ignore
  }
  const source = whole.how === 'copy' ? sourceOf(sourceCode, whole.of) : undefined;
  if (!source) return undefined;
  const { kind, owner, iterator } = source;
  if (kind === 'array' && !iterator) {
    const receiver = asReceiver(sourceCode, whole.of);
    const edit = { node: whole.node, text: receiver };
    const conditions = compares.test(method)
      ? changedByAsking(sourceCode, asked, whole.of)
      : mayChange(sourceCode, asked)
        ? [`the callback does not change ${named(sourceCode, whole.of)}`]
        : [];
    if (passesOver.test(method)) conditions.push(`${named(sourceCode, whole.of)} has no holes`);
    // Who is given the array by `reduce()` and its like is given another one.
    if (isFunction(asked) && asked.params.length > (method === 'reduce' ? 3 : 2)) return undefined;
    return replaced(sourceCode, edit.node, edit.text, `Ask ${named(sourceCode, whole.of)} itself`, conditions); // prettier-ignore
  }
  if (method !== 'includes') return undefined;
  const asksKeys = iterator
    ? (kind === 'set' && iterator.method !== 'entries') || (kind === 'map' && iterator.method === 'keys')
    : kind === 'set';
  if (!asksKeys) return undefined;
  return replaced(sourceCode, call, `${asReceiver(sourceCode, owner)}.has(${text})`, `Ask ${code('has()')}`, changedByAsking(sourceCode, asked, owner)); // prettier-ignore
}

/** Questions whose argument is a value, and not called. */
const compares = /^(?:includes|indexOf)$/;
/** Questions that pass over what an array has no element for; its copy has `undefined` there. */
const passesOver = /^(?:indexOf|some|every|reduce|forEach)$/;

/** The argument is evaluated when the copy has been made, and must not change what is asked then. */
function changedByAsking(sourceCode: TSESLint.SourceCode, asked: TSESTree.Node, of: TSESTree.Node): string[] {
  if (isFunction(asked)) return [];
  let changes = !changesIn(sourceCode, asked).next().done;
  for (const { how } of effectsOf(sourceCode, asked)) changes ||= how !== 'convert';
  return changes ? [`${named(sourceCode, asked)} does not change ${named(sourceCode, of)}`] : [];
}

/** `new Set(xs).has(x)`: both compare in the same way. */
export function includesInstead(
  sourceCode: TSESLint.SourceCode,
  set: TSESTree.NewExpression,
  values: TSESTree.Expression,
): ProposedFix | undefined {
  const call = set.parent.parent;
  if (call?.type !== 'CallExpression' || set.typeArguments) return undefined;
  const [asked] = call.arguments;
  if (!asked || asked.type === 'SpreadElement' || call.arguments.length > 1) return undefined;
  const type = typeOf(sourceCode, values)?.name;
  // An annotation that is no array's says what it is.
  if (type === undefined && values.type === 'Identifier' && declaredType(sourceCode, values))
    return undefined;
  if (type !== undefined && type !== 'Array') return undefined;
  return replaced(
    sourceCode,
    call,
    `${asReceiver(sourceCode, values)}.includes(${asItem(sourceCode, asked)})`,
    `Search ${named(sourceCode, values)} itself`,
    [
      ...(type === 'Array' ? [] : [`${named(sourceCode, values)} is an array`]),
      ...changedByAsking(sourceCode, asked, values),
    ],
  );
}

/** `for (const x of [...m.values()])`. */
export function loopInstead(
  sourceCode: TSESLint.SourceCode,
  loop: TSESTree.ForOfStatement,
  whole: Whole,
): ProposedFix | undefined {
  const source = sourceOf(sourceCode, whole.of);
  if (!source) return undefined;
  return replaced(
    sourceCode,
    loop.right,
    asItem(sourceCode, whole.of),
    `Loop over ${named(sourceCode, whole.of)} itself`,
    mayChange(sourceCode, loop.body) ? [`the loop does not change ${named(sourceCode, source.owner)}`] : [],
  );
}

/** It calls what the file does not show to be harmless, or changes an object. */
function mayChange(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  const body = isFunction(node) ? node.body : node;
  if (!isFunction(node) && !/Statement$/.test(node.type)) return true;
  for (const { how } of effectsOf(sourceCode, body)) if (how !== 'convert') return true;
  for (const { at } of changesIn(sourceCode, body)) if (at.type !== 'Identifier') return true;
  return false;
}

/**
 * `[...xs].sort(f)[0]`: one pass that keeps the least, of equal ones the first; for the last, the greatest, of equal ones the last.
 * What `sort()` does with a comparison that contradicts itself no pass can do.
 */
function leastInstead(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.MemberExpression | TSESTree.CallExpression,
  { node: sorted, base }: Whole,
  which: string,
): ProposedFix | undefined {
  const first = which === 'the first';
  if (sorted.type !== 'CallExpression' || !base || typeOf(sourceCode, base)?.name !== 'Array')
    return undefined;
  const [compare, ...more] = sorted.arguments;
  if (!compare || compare.type === 'SpreadElement' || more.length > 0) return undefined;
  const reducer = reducerOf(sourceCode, compare, first);
  if (reducer === undefined) return undefined;
  const receiver = asReceiver(sourceCode, base);
  const reduced = `${receiver}.reduce(${reducer})`;
  const conditions = ['the comparison never contradicts itself'];
  const { element } = typeOf(sourceCode, base)!;
  // `sort()` puts what is undefined or missing behind all others, and compares it with nothing.
  conditions.push(
    element && isTypeScript(sourceCode) ? 'no element is missing' : 'no element is undefined or missing',
  );
  const open =
    !isTypeScript(sourceCode) || node.type === 'CallExpression' || takesUndefined(sourceCode, node);
  const title = `Keep the ${first ? 'least' : 'greatest'} in one pass`;
  if (!open) return replaced(sourceCode, node, reduced, title, [`${code(sourceCode.getText(base))} is never empty`, ...conditions]); // prettier-ignore
  // It is read twice.
  if (!isPath(base)) return undefined;
  const choice = `${receiver}.length > 0 ? ${reduced} : undefined`;
  const { parent } = node;
  const alone = /^(?:VariableDeclarator|ReturnStatement|ArrowFunctionExpression)$/.test(parent.type) || (parent.type === 'AssignmentExpression' && parent.right === node); // prettier-ignore
  return replaced(sourceCode, node, alone ? choice : `(${choice})`, title, conditions);
}

/** Keeps the one or the other of two: the kept one is the first parameter, the comparison's second. */
function reducerOf(
  sourceCode: TSESLint.SourceCode,
  compare: TSESTree.Expression,
  first: boolean,
): string | undefined {
  const wins = first ? '< 0' : '>= 0';
  if (compare.type === 'Identifier') {
    const { name } = compare;
    const [kept, next] = ['kept', 'next'];
    if (name === kept || name === next) return undefined;
    const fn = functionOf(sourceCode, compare);
    if (fn && isNoticed(sourceCode, fn)) return undefined;
    return `(${kept}, ${next}) => (${name}(${next}, ${kept}) ${wins} ? ${next} : ${kept})`;
  }
  if (compare.type !== 'ArrowFunctionExpression' || compare.async) return undefined;
  if (compare.body.type === 'BlockStatement' || compare.typeParameters || compare.params.length !== 2) return undefined; // prettier-ignore
  const [a, b] = compare.params;
  if (a?.type !== 'Identifier' || b?.type !== 'Identifier' || a.optional || b.optional) return undefined;
  if (isNoticed(sourceCode, compare)) return undefined;
  const body = sourceCode.getText(compare.body);
  // What binds looser than a comparison.
  const loose = !/^(?:Call|Member|Identifier|Unary)/.test(compare.body.type) && !(compare.body.type === 'BinaryExpression' && /^[-+*/%]$/.test(compare.body.operator)); // prettier-ignore
  const test = loose ? `(${body})` : body;
  return `(${sourceCode.getText(b)}, ${sourceCode.getText(a)}) => (${test} ${wins} ? ${a.name} : ${b.name})`;
}
