import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { initializer } from '../syntax/assignments';
import {
  callOf,
  isAddressTaken,
  isAssigned,
  namesAround,
  parenthesized,
  type Binding,
} from '../syntax/names';
import { argumentsOf, enclosingFunction, isFunction, unparenthesised } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { indexOf, parameterNames } from '../syntax/signatures';
import { isBuiltin } from '../syntax/universe';
import { onlyReads } from '../types/constant-values';
import { calleeOf, methodsNamed, type Callee, type OwnFunction } from './calls';
import { circlesOf } from './circles';
import { graphOf } from './functions';
import { isCalm, isFilled, isForgotten, isPrompt, isPure, isQuiet } from './library';
import {
  indexOfArgument,
  isCalledInPlace,
  nothing,
  useOfParameter,
  worst,
  type ParameterUse,
} from './parameters';
import { typeOf } from '../types/types';

/**
 * What a call may do: from the bodies of the package's own functions, worked out together where they call each other; from
 * tables of the standard library; else the worst. Closures and deferred calls count as part of the function that runs them.
 */

/** A local variable, or the name of one of the package's. */
export type Variable = Binding | string;

export interface Effects {
  /** It may panic, whether or not the panic is recovered before it comes out. */
  readonly panics: boolean;
  /** Code runs that is not known: it may read and write whatever it can get at. */
  readonly unknown: boolean;
  /** It may wait for something that another goroutine does: a channel, a lock, a reader. */
  readonly waits: boolean;
  /** Variables from around the function that known code names. */
  readonly reads: ReadonlySet<Variable>;
  readonly writes: ReadonlySet<Variable>;
}

/** What is known of a function of the package. */
interface Summary extends Effects {
  readonly reads: Set<Variable>;
  readonly writes: Set<Variable>;
  panics: boolean;
  unknown: boolean;
  waits: boolean;
  /** By the index of the parameter; the receiver is -1. */
  readonly parameters: Map<number, ParameterUse>;
}

const none: Effects = { panics: false, unknown: false, waits: false, reads: new Set(), writes: new Set() };
const anything: Effects = { ...none, panics: true, unknown: true, waits: true };

/** What evaluating the call does, its arguments left out. */
export function effectsOf(file: GoFile, call: Node): Effects {
  return effectsOfCallee(file, call, calleeOf(file, call), summaryOf);
}

/** What running the function does: a declaration or a literal. */
export function effectsOfFunction(own: OwnFunction): Effects {
  return summaryOf(own);
}

/** What the function may do with its parameter or receiver. */
export function useOfOwnParameter(own: OwnFunction, parameter: Binding): ParameterUse {
  const index = parameter.kind === 'receiver' ? -1 : indexOf(own.fn, parameter);
  return summaryOf(own).parameters.get(index) ?? nothing;
}

/** What the call may do with an argument, or with `undefined` with the value that its method is called on. */
export function useOfArgument(file: GoFile, call: Node, argument: Node | undefined): ParameterUse {
  return argumentUse(file, call, argument, summaryOf);
}

/** True when nothing that anybody could look at is another after the call: it computes its results. */
export function isInert(file: GoFile, call: Node): boolean {
  const callee = calleeOf(file, call);
  if (callee.kind === 'builtin')
    return !/^(?:clear|close|copy|delete|panic|print|println)$/.test(callee.name);
  const { unknown, writes } = effectsOfCallee(file, call, callee, summaryOf);
  if (unknown || writes.size > 0) return false;
  // Quiet functions of the standard library may still write to a slice or buffer that they are given.
  if (callee.kind === 'foreign') return isPure(callee.name);
  return callee.kind !== 'own' || ![...summaryOf(callee).parameters.values()].some(({ changes }) => changes);
}

/** True when some method of the package with the name of a contract (`Write`, `Read`, …) writes to its first parameter, a slice. */
export function changesItsArgument(file: GoFile, method: string): boolean {
  return slicesMethods(file, method).some((own) => summaryOf(own).parameters.get(0)?.changes);
}

/** True when the call may wait for another goroutine, which has gone on by the time the call is over. */
export function mayWait(file: GoFile, call: Node): boolean {
  return effectsOf(file, call).waits;
}

/** True when the call may read the local variable. */
export function mayRead(file: GoFile, call: Node, variable: Binding): boolean {
  return touches(file, call, variable, 'reads');
}

/** True when the call may give the local variable another value. */
export function mayWrite(file: GoFile, call: Node, variable: Binding): boolean {
  return touches(file, call, variable, 'writes');
}

function touches(file: GoFile, call: Node, variable: Binding, how: 'reads' | 'writes'): boolean {
  const captured = variable.uses.some(({ owner }) => owner.id !== variable.owner.id);
  const pointed = variable.uses.some(({ node }) => isAddressTaken(node));
  if (!captured && !pointed) return false;
  const callee = calleeOf(file, call);
  if (callee.kind === 'builtin' || callee.kind === 'conversion') return false;
  if (pointed) return true;
  const effects = effectsOfCallee(file, call, callee, summaryOf);
  return effects.unknown || effects[how].has(variable);
}

/**
 * True when a deferred call of the function may recover from a panic: then the function returns, and its named results are
 * seen as they are at that moment.
 */
export function mayRecover(file: GoFile, fn: Node): boolean {
  return graphOf(file, fn).deferred.some((statement) => {
    const call = statement.namedChildren.find(({ type }) => type === 'call_expression');
    return call !== undefined && recoversWhenDeferred(file, call);
  });
}

function recoversWhenDeferred(file: GoFile, call: Node): boolean {
  const callee = calleeOf(file, call);
  switch (callee.kind) {
    case 'builtin':
      return callee.name === 'recover';
    case 'conversion':
      return false;
    case 'own':
      return callsRecover(callee);
    case 'foreign':
      return (
        !isStandard(callee.name) && !endsSomething.test(callee.name.slice(callee.name.lastIndexOf('.') + 1))
      );
    case 'method':
      // What closes, unlocks or ends something does no more.
      return callee.own.some(callsRecover) || !endsSomething.test(callee.name);
    case 'value':
      return !comesFromLibrary(file, call);
  }
}

const endsSomething =
  /^(?:Cancel|Close|Commit|Done|End|Finish|Flush|Put|RUnlock|Release|Rollback|Stop|Sync|Unlock)$/;

/** Only a call in the deferred function itself recovers (Go specification, "Handling panics"). */
function callsRecover({ fn, file }: OwnFunction): boolean {
  for (const node of codeOf(fn))
    if (isBuiltin(file, node, 'recover') && enclosingFunction(node)?.id === fn.id) return true;
  return false;
}

/** `ctx, cancel := context.WithCancel(ctx); defer cancel()`. */
function comesFromLibrary(file: GoFile, call: Node): boolean {
  const name = unparenthesised(call.childForFieldName('function')!);
  const declaration =
    name.type === 'identifier' ? namesAround(file.root, name).resolve(name)?.declaration : undefined;
  const made = declaration?.parent?.parent?.childForFieldName('right')?.namedChild(0);
  const callee = made?.type === 'call_expression' ? calleeOf(file, made) : undefined;
  return callee?.kind === 'foreign' && isStandard(callee.name);
}

function isStandard(name: string): boolean {
  return !name
    .split('/')[0]!
    .replace(/\.[^.]*(?:\.[^.]*)?$/, '')
    .includes('.');
}

/**
 * True where evaluating the node, its operands aside, may panic: an index out of range, a nil pointer, a failed assertion, a
 * division by zero, a closed channel, a nil map, or a call that may.
 */
export function mayPanic(file: GoFile, node: Node): boolean {
  return panicsAt(file, node, summaryOf);
}

function panicsAt(file: GoFile, node: Node, summary: (own: OwnFunction) => Effects): boolean {
  switch (node.type) {
    case 'call_expression':
      return effectsOfCallee(file, node, calleeOf(file, node), summary).panics;
    case 'index_expression':
      return !isSafeIndex(file, node);
    case 'slice_expression':
    case 'send_statement':
      return true;
    case 'selector_expression': {
      // Of a method its call says what may happen.
      if (callOf(node)) return false;
      const operand = node.childForFieldName('operand');
      const type = operand && typeOf(operand, file);
      const isPackage = operand?.type === 'identifier' && file.imports.has(operand.text);
      return !isPackage && type?.kind !== 'struct';
    }
    case 'unary_expression':
      return node.childForFieldName('operator')?.text === '*';
    case 'type_assertion_expression':
      return !isChecked(node);
    case 'type_conversion_expression':
      return /^\*?\[\w+\]/.test(node.childForFieldName('type')?.text ?? '');
    case 'binary_expression':
      return (
        /^(?:[/%]|<<|>>)$/.test(node.childForFieldName('operator')?.text ?? '') &&
        !/^[1-9][\d_]*$/.test(node.childForFieldName('right')?.text ?? '')
      );
    case 'assignment_statement':
      return /^(?:[/%]|<<|>>)=$/.test(node.childForFieldName('operator')?.text ?? '');
    case 'range_clause':
      // A function may be ranged over, and a nil pointer to an array.
      return !/^(?:slice|map|channel|basic)$/.test(
        typeOf(node.childForFieldName('right')!, file)?.kind ?? '',
      );
    default:
      return false;
  }
}

/** True where evaluating the node, calls and operands aside, may wait for another goroutine: a channel, a function that is ranged over. */
export function waitsAt(file: GoFile, node: Node): boolean {
  switch (node.type) {
    case 'send_statement':
    case 'receive_statement':
    case 'select_statement':
      return true;
    case 'unary_expression':
      return node.childForFieldName('operator')?.text === '<-';
    case 'range_clause':
      return !/^(?:array|basic|map|slice)$/.test(typeOf(node.childForFieldName('right')!, file)?.kind ?? '');
    default:
      return false;
  }
}

/** An entry of a map that is read, or of one that was made here; and `xs[i]` for the i of `range xs`. */
function isSafeIndex(file: GoFile, node: Node): boolean {
  const operand = unparenthesised(node.childForFieldName('operand')!);
  const index = unparenthesised(node.childForFieldName('index') ?? operand);
  const names = namesAround(file.root, node);
  const variable = operand.type === 'identifier' ? names.resolve(operand) : undefined;
  const kind = typeOf(operand, file)?.kind;
  if (kind === 'map' && !isAssigned(node)) return true;
  const isFixed = variable !== undefined && !variable.uses.some((use) => isAssigned(use.node));
  if (kind === 'map') {
    const value = variable && initializer(variable);
    const key = typeOf(index, file)?.kind ?? (/_literal$/.test(index.type) ? 'basic' : undefined);
    // A key in an interface may not be comparable.
    return isFixed && /^(?:call_expression|composite_literal)$/.test(value?.type ?? '') && key === 'basic';
  }
  const counter = index.type === 'identifier' ? names.resolve(index) : undefined;
  const range = counter?.declaration.parent?.parent;
  return (
    isFixed &&
    range?.type === 'range_clause' &&
    range.childForFieldName('left')?.namedChild(0)?.id === counter!.declaration.id &&
    range.childForFieldName('right')?.text === operand.text &&
    !counter!.uses.some((use) => isAssigned(use.node))
  );
}

/** `v, ok := x.(T)`. */
function isChecked(assertion: Node): boolean {
  const list = parenthesized(assertion).parent;
  const left = list?.parent?.childForFieldName('left');
  return list?.type === 'expression_list' && list.namedChildCount === 1 && left?.namedChildCount === 2;
}

function effectsOfCallee(
  file: GoFile,
  call: Node,
  callee: Callee,
  summary: (own: OwnFunction) => Effects,
): Effects {
  switch (callee.kind) {
    case 'conversion':
      return none;
    case 'builtin':
      return {
        ...none,
        panics:
          !/^(?:append|cap|complex|copy|delete|imag|len|max|min|new|print|println|real|recover|clear)$/.test(
            callee.name,
          ),
      };
    case 'own':
      return summary(callee);
    case 'foreign': {
      // A function that is given a function may call it.
      const isHandedCode = argumentsOf(call).some((argument) => isCode(argument, file));
      const panics = !isCalm(callee.name);
      const waits = isHandedCode || !isPrompt(callee.name);
      if (isHandedCode || !isQuiet(callee.name)) return { ...anything, panics, waits };
      return { ...none, panics, waits };
    }
    default:
      return anything;
  }
}

function isCode(argument: Node, file: GoFile): boolean {
  const node = unparenthesised(argument);
  return node.type === 'func_literal' || typeOf(node, file)?.kind === 'function';
}

function argumentUse(
  file: GoFile,
  call: Node,
  argument: Node | undefined,
  summary: (own: OwnFunction) => Summary,
): ParameterUse {
  const callee = calleeOf(file, call);
  const index = argument ? indexOfArgument(call, argument) : -1;
  switch (callee.kind) {
    case 'conversion':
      return /^(?:string)$/.test(call.childForFieldName('function')?.text ?? '')
        ? nothing
        : { ...nothing, returns: true };
    case 'builtin':
      switch (callee.name) {
        case 'append':
          // Behind the end of the slice there may be room that others share. Elements of numbers are copied.
          return index === 0
            ? { keeps: false, changes: true, returns: true }
            : { ...nothing, returns: argument?.type !== 'variadic_argument' };
        case 'copy':
        case 'clear':
        case 'delete':
        case 'close':
          return { ...nothing, changes: index === 0 };
        case 'panic':
          return { ...nothing, keeps: true };
        default:
          return nothing;
      }
    case 'own': {
      // A parameter without a name is not used.
      const { parameters } = summary(callee);
      const last = parameterNames(callee.fn).length - 1;
      const isVariadic = callee.fn
        .childForFieldName('parameters')
        ?.namedChildren.some(({ type }) => type === 'variadic_parameter_declaration');
      const parameter = isVariadic && index > last ? last : index;
      return (parameter < 0 && argument ? undefined : parameters.get(parameter)) ?? nothing;
    }
    case 'foreign':
      if (argument && (isForgotten(callee.name, index) || onlyReads(call, argument, file)))
        return { ...nothing, changes: isFilled(callee.name, index) };
      break;
    default:
  }
  return index === 0 ? contractUse(file, call, summary) : worst;
}

/** "Write must not modify the slice data, even temporarily. Implementations must not retain p." (package io) */
function contractUse(file: GoFile, call: Node, summary: (own: OwnFunction) => Summary): ParameterUse {
  const method = call.childForFieldName('function')?.childForFieldName('field')?.text ?? '';
  if (!/^(?:Write|WriteAt|Read|ReadAt)$/.test(method)) return worst;
  const promised = { ...nothing, changes: method.startsWith('Read') };
  return slicesMethods(file, method)
    .map((own) => summary(own).parameters.get(0) ?? nothing)
    .reduce(either, promised);
}

/** The package's methods of that name whose first parameter is a slice: func (h Header) Write(w io.Writer) is another contract. */
function slicesMethods(file: GoFile, method: string): OwnFunction[] {
  return methodsNamed(file.pkg, method).filter(
    ({ fn }) =>
      fn.childForFieldName('parameters')?.firstNamedChild?.childForFieldName('type')?.type === 'slice_type',
  );
}

function either(a: ParameterUse, b: ParameterUse): ParameterUse {
  return { keeps: a.keeps || b.keeps, changes: a.changes || b.changes, returns: a.returns || b.returns };
}

const summaries = new WeakMap<GoFile, Map<number, Summary>>();

/**
 * The summary of a function. Those that it calls come first; functions that call each other in a circle start from nothing
 * and are gone over until none of them learns more.
 */
function summaryOf(root: OwnFunction): Summary {
  const known = (own: OwnFunction): Summary | undefined => summaries.get(own.file)?.get(own.fn.id);
  const found = known(root);
  if (found) return found;
  const needed = (own: OwnFunction): OwnFunction[] => needsOf(own).filter((other) => !known(other));
  for (const circle of circlesOf([root], needed, ({ fn }) => fn.id)) {
    const drafts = new Map(circle.map((own) => [own.fn.id, emptySummary()]));
    const summary = (own: OwnFunction): Summary => known(own) ?? drafts.get(own.fn.id) ?? emptySummary();
    const isRound = circle.length > 1 || needsOf(circle[0]!).some(({ fn }) => fn.id === circle[0]!.fn.id);
    for (let again = true; again;) {
      again = false;
      for (const own of circle) again = (learn(own, drafts.get(own.fn.id)!, summary) && isRound) || again;
    }
    for (const own of circle) {
      let ofFile = summaries.get(own.file);
      if (!ofFile) summaries.set(own.file, (ofFile = new Map<number, Summary>()));
      ofFile.set(own.fn.id, drafts.get(own.fn.id)!);
    }
  }
  return known(root)!;
}

function emptySummary(): Summary {
  return { ...none, reads: new Set(), writes: new Set(), parameters: new Map() };
}

/** Adds what the function does to its summary; true when that is more than was known. */
function learn(own: OwnFunction, draft: Summary, summary: (own: OwnFunction) => Summary): boolean {
  const before = sizeOf(draft);
  const { fn, file } = own;
  const names = namesAround(file.root, fn);
  const { variables } = packageNames(file.pkg);
  for (const node of codeOf(fn)) {
    if (node.type === 'identifier') {
      const binding = names.resolve(node);
      const variable = binding ?? (variables.has(node.text) ? node.text : undefined);
      if (variable === undefined || (binding && isInside(binding.owner, fn))) continue;
      const place = placeOf(node);
      if (isAssigned(place) || isAddressTaken(place)) draft.writes.add(variable);
      draft.reads.add(variable);
    }
    draft.panics ||= panicsAt(file, node, summary);
    if (node.type === 'range_clause') draft.unknown ||= panicsAt(file, node, summary);
    draft.waits ||= waitsAt(file, node);
    if (node.type !== 'call_expression') continue;
    const effects = effectsOfCallee(file, node, calleeOf(file, node), summary);
    draft.unknown ||= effects.unknown;
    draft.waits ||= effects.waits;
    for (const variable of effects.reads) if (isAround(variable, fn)) draft.reads.add(variable);
    for (const variable of effects.writes) if (isAround(variable, fn)) draft.writes.add(variable);
  }
  const useOf = (call: Node, argument: Node | undefined): ParameterUse =>
    argumentUse(file, call, argument, summary);
  const declared = parameterNames(fn).map((name, index) => ({ name, index }));
  const receiver = fn.childForFieldName('receiver')?.descendantsOfType('identifier')[0];
  for (const { name, index } of [...declared, ...(receiver ? [{ name: receiver, index: -1 }] : [])]) {
    const binding = names.resolve(name);
    const use = binding ? useOfParameter(file, binding, useOf) : nothing;
    draft.parameters.set(index, either(use, draft.parameters.get(index) ?? nothing));
  }
  return sizeOf(draft) > before;
}

function sizeOf({ panics, unknown, waits, reads, writes, parameters }: Summary): number {
  const bits = [...parameters.values()].flatMap(({ keeps, changes, returns }) => [keeps, changes, returns]);
  return (
    [panics, unknown, waits, ...bits].filter(Boolean).length + reads.size + writes.size + parameters.size
  );
}

/** The variable that an element or field belongs to: `x` of `x.f[i] = …`. */
function placeOf(identifier: Node): Node {
  let place = parenthesized(identifier);
  while (
    /^(?:selector|index)_expression$/.test(place.parent?.type ?? '') &&
    place.parent!.childForFieldName('operand')?.id === place.id
  )
    place = parenthesized(place.parent!);
  return place;
}

function isAround(variable: Variable, fn: Node): boolean {
  return typeof variable === 'string' || !isInside(variable.owner, fn);
}

function isInside(owner: Node, fn: Node): boolean {
  return fn.startIndex <= owner.startIndex && owner.endIndex <= fn.endIndex;
}

/** What the function runs itself, in source order: its body, and literals in it that are called where they stand. */
function* codeOf(fn: Node): Generator<Node> {
  const body = fn.childForFieldName('body');
  const stack = body ? [body] : [];
  for (let at = stack.pop(); at; at = stack.pop()) {
    if (isFunction(at) && !isCalledInPlace(at)) continue;
    yield at;
    for (const child of at.namedChildren.toReversed()) stack.push(child);
  }
}

/** The functions whose summary this one needs. */
function needsOf({ fn, file }: OwnFunction): OwnFunction[] {
  return [...codeOf(fn)].flatMap((call) => {
    if (call.type !== 'call_expression') return [];
    const callee = calleeOf(file, call);
    if (callee.kind === 'own') return [callee];
    const method = call.childForFieldName('function')?.childForFieldName('field')?.text;
    return method === undefined ? [] : slicesMethods(file, method);
  });
}
