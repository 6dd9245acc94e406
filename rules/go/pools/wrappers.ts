import type { Node } from 'web-tree-sitter';
import { spelledType } from '../types/types';
import { calleeOf } from '../flow/calls';
import { graphOf } from '../flow/functions';
import type { Edge } from '../flow/graph';
import { mayAvoid, mayReach } from '../flow/paths';
import { pooledCall, pooledGet, pooledPut } from './pools';
import type { GoFile, GoPackage } from '../rule';
import { argumentsOf, descendants, enclosingFunction, unparenthesised } from '../syntax/nodes';
import { isAssigned, namesAround, type Binding } from '../syntax/names';
import { initializer } from '../syntax/assignments';
import { packageNames } from '../syntax/package-names';
import { indexOf, parameterNames, receiverType } from '../syntax/signatures';
import { assignedValue } from '../syntax/assignments';

/** Functions and methods of the package that get an object from a `sync.Pool` for their caller, or put it back. */

/** `pool.Get().(T)`, or a call of a function of the package that returns such an object. */
export interface Got {
  /** The asserted type: `*bytes.Buffer`, `[]byte`. */
  readonly type: Node;
  /** The file that spells the type. */
  readonly file: GoFile;
  /** What the object comes from, for messages: `pool`, `getBuffer`. */
  readonly from: string;
  /** The pool's expression when the Get stands here and not in a function. */
  readonly pool: Node | undefined;
  /** The function that gets it; undefined for `pool.Get` itself. */
  readonly by: { readonly fn: Node } | undefined;
}

/** `pool.Put(v)`, or a call of a function of the package that puts its parameter or receiver. */
export interface Release {
  readonly value: Node;
  /** The value owns the object, in this field: `r` of `r.Close()`, which puts `r.body`. Undefined: it is the object. */
  readonly field: string | undefined;
  /** Whatever the object's state is, it goes back; false where a condition other than its size or nil decides. */
  readonly sure: boolean;
  /** The function that is called; undefined for `pool.Put` itself. */
  readonly by: Releaser | undefined;
}

export interface Releaser {
  readonly file: GoFile;
  readonly fn: Node;
  /** The parameter or receiver that is put, or whose `field` is. */
  readonly parameter: Binding;
  readonly field: string | undefined;
  readonly sure: boolean;
}

interface Getter {
  readonly file: GoFile;
  readonly fn: Node;
  readonly type: Node;
}

interface Wrappers {
  readonly getters: ReadonlyMap<string, Getter>;
  readonly releasers: ReadonlyMap<string, readonly Releaser[]>;
}

const cache = new WeakMap<GoPackage, Wrappers>();

/** Functions by name, methods by `Type.name`. */
function wrappersOf(pkg: GoPackage): Wrappers {
  const known = cache.get(pkg);
  if (known) return known;
  const getters = new Map<string, Getter>();
  const releasers = new Map<string, Releaser[]>();
  const wrappers = { getters, releasers };
  cache.set(pkg, wrappers);
  if (!pkg.files.some((file) => file.text.includes('sync.Pool'))) return wrappers;
  const functions: { key: string; fn: Node; file: GoFile }[] = [];
  for (const [name, { node, file }] of packageNames(pkg).functions)
    functions.push({ key: name, fn: node, file });
  for (const { node, file } of packageNames(pkg).methods) {
    const type = receiverType(node);
    const name = node.childForFieldName('name')?.text;
    if (type !== undefined && name !== undefined) functions.push({ key: `${type}.${name}`, fn: node, file });
  }
  // Wrappers of wrappers are found in the second round.
  for (let round = 0; round < 2; round++) {
    for (const { key, fn, file } of functions) {
      if (!getters.has(key)) {
        const getter = getterOf(file, fn);
        if (getter) getters.set(key, getter);
      }
      const found = releasersOf(file, fn);
      if (found.length > 0) releasers.set(key, found);
    }
  }
  return wrappers;
}

/** Every return of the function gives the object first, or one that it made instead. */
function getterOf(file: GoFile, fn: Node): Getter | undefined {
  const body = fn.childForFieldName('body');
  if (!body || !fn.childForFieldName('result') || fn.childForFieldName('type_parameters')) return undefined;
  let found: Getter | undefined;
  for (const statement of body.descendantsOfType('return_statement')) {
    if (enclosingFunction(statement)?.id !== fn.id) continue;
    const value = statement.firstNamedChild?.namedChildren[0];
    if (!value) return undefined;
    const got = gotHere(file, value) ?? gotVariable(file, value);
    if (!got && isFresh(value)) continue;
    if (!got) return undefined;
    found = { file: got.file, fn, type: got.type };
  }
  return found;
}

function gotVariable(file: GoFile, value: Node): Got | undefined {
  const node = unparenthesised(value);
  const binding = node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
  if (binding?.kind !== 'variable') return undefined;
  // What the pool did not have may be made instead.
  if (binding.uses.some((use) => isAssigned(use.node) && !isFresh(assignedValue(use.node)))) return undefined;
  return heldBy(file, binding)?.got;
}

/** `new(T)`, `make(T, …)`, `&T{…}`: nobody else has it. */
export function isFresh(value: Node | undefined): boolean {
  const node = value && unparenthesised(value);
  if (node?.type === 'call_expression')
    return /^(?:new|make)$/.test(node.childForFieldName('function')?.text ?? '');
  return node?.type === 'unary_expression' && node.childForFieldName('operand')?.type === 'composite_literal';
}

/** How a variable holds what a Get gave. */
export interface Held {
  readonly got: Got;
  /** `pool.Get().(T)`, `v.(T)`, `getBuffer()`. */
  readonly at: Node;
  /** `v, ok := pool.Get().(T)`: there may have been none. `ok` is undefined for `_`. */
  readonly checked: { readonly ok: Binding | undefined } | undefined;
  /** `x := pool.Get()`, of which this variable is `x.(T)`. */
  readonly carrier: Binding | undefined;
}

export function heldBy(file: GoFile, binding: Binding): Held | undefined {
  const checked = checkedAssertion(file, binding);
  const at = checked ? checked.at : initializer(binding);
  const got = at && gotHere(file, at);
  if (!got) return undefined;
  if (checked?.ok && !isOnlyTested(checked.ok)) return undefined;
  return { got, at, checked, carrier: got.pool ? carrierOf(file, at)?.carrier : undefined };
}

/** `r := &response{body: pool.Get().(T)}`, also from a function of the package: the field that holds what a Get gave. */
export function ownedBy(
  file: GoFile,
  binding: Binding,
): { readonly got: Got; readonly at: Node; readonly field: string } | undefined {
  const start = initializer(binding);
  const at = start && unparenthesised(start);
  const here = at && ownedIn(file, at);
  if (here) return { ...here, at };
  if (at?.type !== 'call_expression') return undefined;
  const callee = calleeOf(file, at);
  if (callee.kind !== 'own' || !callee.fn.text.includes('{')) return undefined;
  for (const statement of callee.fn.descendantsOfType('return_statement')) {
    const value = statement.firstNamedChild?.namedChildren[0];
    const owned = value && ownedIn(callee.file, value);
    if (owned) return { ...owned, at };
  }
  return undefined;
}

function ownedIn(file: GoFile, value: Node): { readonly got: Got; readonly field: string } | undefined {
  let literal = unparenthesised(value);
  if (literal.type === 'unary_expression')
    literal = unparenthesised(literal.childForFieldName('operand') ?? literal);
  if (literal.type !== 'composite_literal') return undefined;
  for (const element of literal.childForFieldName('body')?.namedChildren ?? []) {
    if (element.type !== 'keyed_element') continue;
    const last = element.lastNamedChild;
    const given = last?.type === 'literal_element' ? last.firstNamedChild : last;
    const got = given && gotHere(file, given);
    if (got) return { got, field: element.firstNamedChild?.text ?? '' };
  }
  return undefined;
}

/** The assertion of `v, ok := x.(T)`, for v. */
function checkedAssertion(
  file: GoFile,
  { declaration }: Binding,
): { readonly at: Node; readonly ok: Binding | undefined } | undefined {
  const list = declaration.parent;
  const definition = list?.type === 'expression_list' ? list.parent : undefined;
  if (definition?.type !== 'short_var_declaration') return undefined;
  const [first, ok, ...more] = list?.namedChildren ?? [];
  const values = definition.childForFieldName('right')?.namedChildren ?? [];
  if (first?.id !== declaration.id || !ok || more.length > 0 || values.length !== 1) return undefined;
  const at = unparenthesised(values[0]!);
  if (at.type !== 'type_assertion_expression') return undefined;
  if (ok.text === '_') return { at, ok: undefined };
  const found = namesAround(file.root, ok).resolve(ok);
  // An ok of an earlier declaration is assigned here.
  return found?.declaration.id === ok.id ? { at, ok: found } : undefined;
}

/** Every use stands in the condition of an if. */
function isOnlyTested(ok: Binding): boolean {
  return ok.uses.every(({ node, owner }) => {
    if (owner.id !== ok.owner.id) return false;
    let at = node;
    while (at.parent && /^(?:unary|binary|parenthesized)_expression$/.test(at.parent.type)) at = at.parent;
    return at.parent?.type === 'if_statement' && at.parent.childForFieldName('condition')?.id === at.id;
  });
}

/** For `x.(T)` with `x := pool.Get()` that is only asserted here, compared with nil and put: x and the pool. */
function carrierOf(
  file: GoFile,
  expression: Node,
): { readonly carrier: Binding; readonly pool: Node; readonly type: Node; readonly call: Node } | undefined {
  const node = unparenthesised(expression);
  const operand = node.type === 'type_assertion_expression' ? node.childForFieldName('operand') : null;
  const type = node.childForFieldName('type');
  if (operand?.type !== 'identifier' || !type) return undefined;
  const carrier = namesAround(file.root, operand).resolve(operand);
  const call = carrier?.kind === 'variable' ? initializer(carrier) : undefined;
  const pool = call && pooledCall(file, unparenthesised(call));
  if (!carrier || !call || !pool || carrier.owner.id !== enclosingFunction(operand)?.id) return undefined;
  const known = carrier.uses.every(({ node: use }) => {
    if (use.id === operand.id) return true;
    const parent = use.parent;
    if (parent?.type === 'binary_expression')
      return /^(?:==|!=)$/.test(parent.childForFieldName('operator')?.text ?? '');
    const put =
      parent?.type === 'argument_list' && parent.parent ? pooledPut(file, parent.parent) : undefined;
    return put?.value.id === use.id;
  });
  return known ? { carrier, pool, type, call } : undefined;
}

/** What the expression gets from a pool, directly or through a function of the package. */
export function gotHere(file: GoFile, expression: Node): Got | undefined {
  const direct = pooledGet(file, expression);
  if (direct) {
    const emitted = file.facts?.emitted(expression) ?? [];
    if (!emitted.some(({ callee }) => callee === 'sync.(*Pool).Get')) return undefined;
    return { type: direct.type, file, from: direct.pool.text, pool: direct.pool, by: undefined };
  }
  const carried = carrierOf(file, expression);
  if (carried) {
    const emitted = file.facts?.emitted(carried.call) ?? [];
    if (!emitted.some(({ callee }) => callee === 'sync.(*Pool).Get')) return undefined;
    return { type: carried.type, file, from: carried.pool.text, pool: carried.pool, by: undefined };
  }
  const call = unparenthesised(expression);
  if (call.type !== 'call_expression') return undefined;
  const { getters } = wrappersOf(file.pkg);
  if (!isNamed(call, getters.keys())) return undefined;
  const key = calledKey(file, call);
  const getter = key === undefined ? undefined : getters.get(key);
  return getter && { type: getter.type, file: getter.file, from: key!, pool: undefined, by: getter };
}

/** The callee's last name is that of one of the functions: asked first, because finding a type is more work. */
function isNamed(call: Node, keys: Iterable<string>): boolean {
  const callee = call.childForFieldName('function');
  const name =
    callee?.type === 'selector_expression' ? callee.childForFieldName('field')?.text : callee?.text;
  for (const key of keys) if (key.slice(key.indexOf('.') + 1) === name) return true;
  return false;
}

/** `name` or `Type.name` of the function of this package that is called. */
export function calledKey(file: GoFile, call: Node): string | undefined {
  const callee = call.childForFieldName('function');
  if (callee?.type === 'identifier') {
    if (namesAround(file.root, callee).resolve(callee)) return undefined;
    return packageNames(file.pkg).functions.has(callee.text) ? callee.text : undefined;
  }
  if (callee?.type !== 'selector_expression') return undefined;
  const operand = callee.childForFieldName('operand');
  const type = operand && typeOf(file, operand);
  return type === undefined ? undefined : `${type}.${callee.childForFieldName('field')?.text ?? ''}`;
}

/** The name of the package's type that the expression has, or points to, as far as declarations tell. */
function typeOf(file: GoFile, operand: Node): string | undefined {
  const node = unparenthesised(operand);
  const spelled = spelledType(node, file);
  if (spelled !== undefined) return spelled.replace(/^\*/, '').replace(/\[[^]*/, '');
  const binding = node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
  const start = binding && initializer(binding);
  const got = start && gotHere(file, start);
  if (got) return got.type.text.replace(/^\*/, '');
  const callee = start?.type === 'call_expression' ? calleeOf(file, start) : undefined;
  const result = callee?.kind === 'own' ? callee.fn.childForFieldName('result') : undefined;
  if (result && /^(?:pointer_type|type_identifier)$/.test(result.type)) return result.text.replace(/^\*/, '');
  const literal = start?.type === 'unary_expression' ? start.childForFieldName('operand') : undefined;
  return literal?.type === 'composite_literal' ? literal.childForFieldName('type')?.text : undefined;
}

function releasersOf(file: GoFile, fn: Node): Releaser[] {
  const found: Releaser[] = [];
  const body = fn.childForFieldName('body');
  if (!body || !fn.text.includes('(')) return found;
  const names = namesAround(file.root, fn);
  for (const node of descendants(body)) {
    if (node.type !== 'call_expression' || enclosingFunction(node)?.id !== fn.id) continue;
    const release = releaseAt(file, node);
    const value = release && unparenthesised(release.value);
    if (!release || !value) continue;
    const selector = value.type === 'selector_expression' && release.field === undefined ? value : undefined;
    const name = selector ? selector.childForFieldName('operand') : value;
    const field = selector ? selector.childForFieldName('field')?.text : release.field;
    const parameter = name?.type === 'identifier' ? names.resolve(name) : undefined;
    if (!parameter || parameter.owner.id !== fn.id) continue;
    if (parameter.kind !== 'parameter' && parameter.kind !== 'receiver') continue;
    if (found.some((other) => other.parameter === parameter && other.field === field)) continue;
    const sure =
      release.sure &&
      isReachedForSure(file, node, fn, field === undefined ? parameter.name : `${parameter.name}.${field}`) &&
      !parameter.uses.some((use) => isAssigned(use.node));
    found.push({ file, fn, parameter, field, sure });
  }
  return found;
}

/** Only the object's size, or nil, stands between the start of the function and the call: every other way comes to it. */
export function isReachedForSure(file: GoFile, call: Node, fn: Node, object: string): boolean {
  const graph = graphOf(file, fn);
  const isPassedBy = ({ at, to }: Edge): boolean =>
    at !== undefined && isAboutSize(at, object) && !mayReach(graph, to, call);
  return graph.reaches(call) && !mayAvoid(graph, call, isPassedBy);
}

/** `cap(*b) > max`, `b.Cap() <= n`, `b == nil`: no state but the size decides. */
function isAboutSize(condition: Node, object: string): boolean {
  const text = condition.text.replace(/\s/g, '');
  const name = object.replaceAll('.', String.raw`\.`);
  return (
    text === `${object}==nil` ||
    text === `${object}!=nil` ||
    new RegExp(
      String.raw`^(?:(?:cap|len)\(\*?${name}(?:\.\w+)*\)|${name}(?:\.\w+)*\.(?:Cap|Len)\(\))[<>]=?[\w.<+*()-]+$`,
    ).test(text)
  );
}

/** For a call that gives an object back: what is put. Deferred calls are meant, too. */
export function releaseAt(file: GoFile, call: Node): Release | undefined {
  const put = pooledPut(file, call);
  if (put) {
    const emitted = file.facts?.emitted(call) ?? [];
    if (!emitted.some(({ callee }) => callee === 'sync.(*Pool).Put')) return undefined;
    return { value: put.value, field: undefined, sure: true, by: undefined };
  }
  const callee = call.childForFieldName('function');
  if (!callee || call.type !== 'call_expression') return undefined;
  const { releasers } = wrappersOf(file.pkg);
  if (!isNamed(call, releasers.keys())) return undefined;
  const key = calledKey(file, call);
  for (const releaser of (key !== undefined && releasers.get(key)) || []) {
    const { parameter, fn, field, sure } = releaser;
    const value =
      parameter.kind === 'receiver'
        ? callee.childForFieldName('operand')
        : argumentsOf(call)[indexOf(fn, parameter)];
    if (value) return { value, field, sure, by: releaser };
  }
  return undefined;
}

/** The call passes the value to a function or method of the package: its parameter's (or receiver's) identifier. */
export function parameterFor(
  file: GoFile,
  call: Node,
  value: Node,
): { readonly name: Node | undefined; readonly file: GoFile } | undefined {
  const key = calledKey(file, call);
  if (key === undefined) return undefined;
  const callee = call.childForFieldName('function')!;
  const dot = key.indexOf('.');
  if (dot < 0) {
    const fn = packageNames(file.pkg).functions.get(key);
    const index = argumentsOf(call).findIndex((argument) => argument.id === value.id);
    return fn && index >= 0 ? { name: parameterNames(fn.node)[index], file: fn.file } : undefined;
  }
  const method = packageNames(file.pkg).methods.find(
    ({ node }) =>
      receiverType(node) === key.slice(0, dot) && node.childForFieldName('name')?.text === key.slice(dot + 1),
  );
  if (!method) return undefined;
  if (unparenthesised(callee.childForFieldName('operand')!).id === unparenthesised(value).id) {
    const receiver = method.node.childForFieldName('receiver')?.firstNamedChild;
    return { name: receiver?.namedChildren.find((child) => child.type === 'identifier'), file: method.file };
  }
  const index = argumentsOf(call).findIndex((argument) => argument.id === value.id);
  return index >= 0 ? { name: parameterNames(method.node)[index], file: method.file } : undefined;
}

/** True when the function only gets and returns, or only puts: nothing in it could reset the object. */
export function wrapperOnlyHandsOver({ fn }: { readonly fn: Node }): boolean {
  const body = fn.childForFieldName('body');
  if (!body || body.descendantsOfType(['assignment_statement', 'inc_statement', 'func_literal']).length > 0)
    return false;
  return body
    .descendantsOfType('call_expression')
    .every((call) =>
      /(?:^|\.)(?:Get|Put|cap|len|Cap|Len)$/.test(call.childForFieldName('function')?.text ?? ''),
    );
}
