import type { Node } from 'web-tree-sitter';
import { calleeOf, type OwnFunction } from '../flow/calls';
import { graphOf } from '../flow/functions';
import { loopsAround } from '../flow/loops';
import { mayFollow, usesAfter } from '../flow/paths';
import type { GoFile, GoPackage } from '../rule';
import { assignedValue, initializer } from '../syntax/assignments';
import { isOnlyField, usesOfField, type FieldUse } from '../syntax/fields';
import { isAssigned, namesAround, parenthesized, type Binding } from '../syntax/names';
import {
  argumentsOf,
  contains,
  descendants,
  enclosingFunction,
  spanOf,
  unparenthesised,
} from '../syntax/nodes';
import { indexOf, namesOf, receiverType } from '../syntax/signatures';
import { isBuiltin } from '../syntax/universe';
import { typeOf } from '../types/types';

/** Slices that are queues: appended to behind, taken from in front, by turns. Fields of structs of the package, and local variables. */

/** `q = append(q, v)`: the statement and the call. */
export interface Push {
  readonly statement: Node;
  readonly call: Node;
  readonly file: GoFile;
}

/** What takes the first element off: `x.head++`, or `q = q[1:]`. */
export interface Pop {
  readonly node: Node;
  readonly file: GoFile;
}

export interface Queue {
  /** As the pushes spell it: `e.events`. */
  readonly name: string;
  /** The identifier that declares the slice. */
  readonly declaration: Node;
  readonly declaredIn: GoFile;
  /** At least one. */
  readonly pushes: readonly Push[];
  readonly pops: readonly Pop[];
  /** Undefined where elements are taken off by slicing. */
  readonly head: Head | undefined;
}

/** An index that only moves on, while the slice is only appended to. */
export interface Head {
  /** As the pushes would spell it: `e.head`. */
  readonly name: string;
  readonly isInt: boolean;
  /** Reads of elements, by `q[head]` and what is counted from there. */
  readonly reads: readonly Node[];
  /** Something may still have the place of an element when the next one is pushed: a pointer, a piece of the slice, an index. */
  readonly isPlaceKept: boolean;
  /** Something asks how long the slice is and does not count from the index: elements that were taken off are among them. */
  readonly isLengthSeen: boolean;
  /** The struct that has both fields. */
  readonly type: string;
}

/** The queues of the package that the file appends to first. */
export function queuesIn(file: GoFile): Queue[] {
  return file.pkg.files.flatMap((other) => {
    let known = queues.get(other);
    if (!known) queues.set(other, (known = declaredIn(other)));
    return known.filter(({ pushes }) => pushes[0]!.file === file);
  });
}

const queues = new WeakMap<GoFile, readonly Queue[]>();

function declaredIn(file: GoFile): Queue[] {
  const found: Queue[] = [];
  if (!file.text.includes('[]')) return found;
  for (const spec of file.root.descendantsOfType('type_spec')) {
    const struct = spec.childForFieldName('type');
    const type = spec.childForFieldName('name')?.text;
    if (struct?.type !== 'struct_type' || type === undefined) continue;
    const fields = struct.descendantsOfType('field_declaration').filter((one) => isPrivate(one));
    const slices = fields.filter((one) => one.childForFieldName('type')?.type === 'slice_type');
    const heads = fields.filter((one) => /^u?int\d*$/.test(one.childForFieldName('type')?.text ?? ''));
    for (const name of slices.flatMap(namesOf)) {
      const queue = fieldQueue(name, type, heads, file);
      if (queue) found.push(queue);
    }
  }
  found.push(...localQueues(file));
  return found;
}

function isPrivate(field: Node): boolean {
  return namesOf(field).every(({ text }) => !/^(?:\p{Lu}|_$)/u.test(text));
}

function fieldQueue(name: Node, type: string, heads: readonly Node[], file: GoFile): Queue | undefined {
  if (!new RegExp(String.raw`\.${name.text}\s*=\s*append\(`).test(textOf(file.pkg))) return undefined;
  if (!isOnlyField(file.pkg, name.text)) return undefined;
  const slice = usesOfField(file.pkg, name.text);
  if (!slice) return undefined;
  const pushes = slice.uses.flatMap((use) => pushAt(use) ?? []);
  if (pushes.length === 0) return undefined;
  const common = {
    name: pushes[0]!.statement.childForFieldName('left')!.text,
    declaration: name,
    declaredIn: file,
    pushes,
  };
  const pops = slice.uses.flatMap((use) => (isSlicedOff(use) ? [{ node: use.node, file: use.file }] : []));
  if (pops.length > 0) {
    const queue = { ...common, pops, head: undefined };
    return isByTurns(queue, type) ? queue : undefined;
  }
  for (const declared of heads.flatMap((one) => namesOf(one).map((head) => [head, one] as const))) {
    const queue = headedQueue(common, slice.uses, slice.keys, declared, type, file);
    if (queue && isByTurns(queue, type)) return queue;
  }
  return undefined;
}

const texts = new WeakMap<GoPackage, string>();

function textOf(pkg: GoPackage): string {
  let text = texts.get(pkg);
  if (text === undefined) texts.set(pkg, (text = pkg.files.map((file) => file.text).join('\n')));
  return text;
}

/** `x.q = append(x.q, v)`, at the mention on the left. */
function pushAt({ node, file }: FieldUse): Push | undefined {
  const value = isAssigned(node) ? assignedValue(node) : undefined;
  const statement = node.parent?.parent;
  if (value?.type !== 'call_expression' || !statement || !isBuiltin(file, value, 'append')) return undefined;
  const [first, ...rest] = argumentsOf(value);
  return first?.text === node.text && rest.length > 0 ? { statement, call: value, file } : undefined;
}

/** `x.q = x.q[1:]`, at the mention on the left. */
function isSlicedOff({ node }: Pick<FieldUse, 'node'>): boolean {
  const value = isAssigned(node) ? assignedValue(node) : undefined;
  if (value?.type !== 'slice_expression' || value.childForFieldName('operand')?.text !== node.text)
    return false;
  const start = value.childForFieldName('start');
  return start !== null && start.text !== '0' && value.childForFieldName('end') === null;
}

/** How far a mention of the slice, or of the index, fits a queue with a head. */
type Fit = 'no' | 'read' | 'place kept' | 'length seen' | 'yes';

function headedQueue(
  common: Omit<Queue, 'pops' | 'head'>,
  uses: readonly FieldUse[],
  keys: readonly Node[],
  [declared, field]: readonly [Node, Node],
  type: string,
  file: GoFile,
): Queue | undefined {
  if (!isOnlyField(file.pkg, declared.text)) return undefined;
  const heads = usesOfField(file.pkg, declared.text);
  if (!heads || heads.keys.length > 0) return undefined;
  // A queue that is filled where it is made would be looked at in other ways.
  if (keys.some((key) => !isEmptyValue(key))) return undefined;
  const operand = common.pushes[0]!.statement.childForFieldName('left')!.text.replace(/\.[^.]*$/, '');
  const queue = common.declaration.text;
  const reads: Node[] = [];
  let isPlaceKept = false;
  let isLengthSeen = false;
  for (const use of uses) {
    const fit = fitOfSlice(use, declared.text);
    if (fit === 'no') return undefined;
    if (fit === 'read' || fit === 'place kept') reads.push(use.node.parent!);
    isPlaceKept ||= fit === 'place kept';
    isLengthSeen ||= fit === 'length seen';
  }
  const pops: Pop[] = [];
  for (const use of heads.uses) {
    if (isMovedOn(use.node)) pops.push({ node: use.node, file: use.file });
    else if (!isHeadUse(use, queue)) return undefined;
  }
  if (pops.length === 0 || reads.length === 0) return undefined;
  const isInt = field.childForFieldName('type')?.text === 'int';
  const name = `${operand}.${declared.text}`;
  return { ...common, pops, head: { name, isInt, reads, isPlaceKept, isLengthSeen, type } };
}

/** `q: make([]T, 0, n)`, `q: nil`, `q: []T{}`. */
function isEmptyValue(key: Node): boolean {
  const value = key.parent?.parent?.namedChildren.at(-1)?.firstNamedChild;
  if (value?.type === 'composite_literal') return value.childForFieldName('body')?.namedChildCount === 0;
  return /^(?:nil|make\([^,]*,\s*0\b.*\))$/s.test(value?.text ?? '');
}

function fitOfSlice(use: FieldUse, head: string): Fit {
  const { node, file } = use;
  if (isAssigned(node)) return pushAt(use) ? 'yes' : 'no';
  const parent = node.parent;
  switch (parent?.type) {
    case 'index_expression': {
      if (parent.childForFieldName('operand')?.id !== node.id) return 'no';
      const index = parent.childForFieldName('index');
      const how = index && fromHead(index, use, head);
      if (!how) return 'no';
      return how === 'later' || isPointedTo(parent) ? 'place kept' : 'read';
    }
    case 'slice_expression': {
      const start = parent.childForFieldName('start');
      return start && fromHead(start, use, head) ? 'place kept' : 'no';
    }
    case 'argument_list': {
      const call = parent.parent!;
      if (isBuiltin(file, call, 'len')) return isCountedFrom(call, use, head) ? 'yes' : 'length seen';
      const isGrown = argumentsOf(call)[0]?.id === node.id && isBuiltin(file, call, 'append');
      const target = call.parent?.parent?.childForFieldName('left');
      return isGrown && target?.text === node.text ? 'yes' : 'no';
    }
    default:
      return 'no';
  }
}

/** The length is held against the index or against nothing, or the index is taken from it: that is the same when both are less. */
function isCountedFrom(length: Node, use: FieldUse, head: string): boolean {
  const outer = parenthesized(length);
  const parent = outer.parent;
  const [left, right] = [parent?.childForFieldName('left'), parent?.childForFieldName('right')];
  if (parent?.type !== 'binary_expression' || !left || !right) return false;
  const operator = parent.childForFieldName('operator')?.text ?? '';
  const other = unparenthesised(left.id === outer.id ? right : left);
  if (operator === '-') return left.id === outer.id && other.text === `${use.operand.text}.${head}`;
  if (!/^(?:[<>]=?|[!=]=)$/.test(operator)) return false;
  return other.text === '0' || fromHead(other, use, head) !== undefined;
}

/** `x.head`, `x.head + k`; `later`: a variable that starts there and moves on, where something runs that may push. */
function fromHead(index: Node, { operand, file }: FieldUse, head: string): 'now' | 'later' | undefined {
  const written = `${operand.text}.${head}`;
  if (index.text === written) return 'now';
  if (index.type === 'binary_expression' && index.childForFieldName('operator')?.text === '+')
    return index.childForFieldName('left')?.text === written ? 'now' : undefined;
  if (index.type !== 'identifier') return undefined;
  const variable = namesAround(file.root, index).resolve(index);
  const start = variable && initializer(variable);
  const loop = variable && loopOf(variable);
  if (start?.text !== written || !loop) return undefined;
  const steps = variable.uses.filter(({ node }) => isAssigned(node));
  if (steps.some(({ node }) => node.parent?.type !== 'inc_statement')) return undefined;
  const runs = loop
    .descendantsOfType('call_expression')
    .some((call) => !/^(?:builtin|conversion|foreign)$/.test(calleeOf(file, call).kind));
  const grows = loop.descendantsOfType('call_expression').some((call) => isBuiltin(file, call, 'append'));
  return runs || grows ? 'later' : 'now';
}

/** The for statement whose initialiser declares the variable. */
function loopOf({ declaration }: Binding): Node | undefined {
  const clause = declaration.parent?.parent?.parent;
  return clause?.type === 'for_clause' ? clause.parent! : undefined;
}

/** `&q[i]`, `&q[i].f`, `q[i].M()`, whose receiver may be a pointer, and `q[i][:]`. */
function isPointedTo(element: Node): boolean {
  let outer = element;
  while (/^(?:selector|index|parenthesized|slice)_expression$/.test(outer.parent?.type ?? ''))
    outer = outer.parent!;
  const parent = outer.parent;
  const isCalled =
    parent?.type === 'call_expression' && parent.childForFieldName('function')?.id === outer.id;
  const isAddressed =
    parent?.type === 'unary_expression' && parent.childForFieldName('operator')?.text === '&';
  return isCalled || isAddressed || outer.type === 'slice_expression';
}

/** `x.head++`, `x.head += n`. */
function isMovedOn(node: Node): boolean {
  const parent = node.parent;
  if (parent?.type === 'inc_statement') return true;
  const statement = parent?.parent;
  return (
    isAssigned(node) &&
    statement?.type === 'assignment_statement' &&
    statement.childForFieldName('operator')?.text === '+='
  );
}

/** The index finds an element of the queue, or is compared with its length, or taken from it. */
function isHeadUse({ node, operand }: FieldUse, queue: string): boolean {
  const slice = `${operand.text}.${queue}`;
  if (isAssigned(node)) return false;
  let at = node;
  // `x.head + 1`
  while (at.parent?.type === 'binary_expression' && at.parent.childForFieldName('operator')?.text === '+')
    at = parenthesized(at.parent);
  const parent = at.parent;
  switch (parent?.type) {
    case 'index_expression':
    case 'slice_expression':
      return (
        parent.childForFieldName('operand')?.text === slice &&
        parent.childForFieldName('operand')?.id !== at.id
      );
    case 'binary_expression': {
      const operator = parent.childForFieldName('operator')?.text ?? '';
      const [left, right] = [parent.childForFieldName('left')!, parent.childForFieldName('right')!];
      const other = left.id === at.id ? right : left;
      if (/^(?:[<>]=?|[!=]=)$/.test(operator)) return other.text === `len(${slice})`;
      return operator === '-' && left.text === `len(${slice})` && right.id === at.id;
    }
    // `for i := x.head; i < len(x.q); i++`
    case 'expression_list':
      return parent.parent?.type === 'short_var_declaration' && parent.parent.parent?.type === 'for_clause';
    default:
      return false;
  }
}

/** What a function does with the queue of its receiver or parameter, or of a local variable: the nodes that do it. */
interface Turns {
  readonly own: OwnFunction;
  readonly owner: Binding;
  readonly pushes: Node[];
  readonly pops: Node[];
}

/**
 * Something is pushed after something was popped off the same queue: in one function, through functions that get the struct, or by
 * clients of an exported method that does both.
 */
function isByTurns({ pushes, pops }: Pick<Queue, 'pushes' | 'pops'>, type: string): boolean {
  const turns = new Map<string, Turns>();
  const turnsOf = (variable: Binding, file: GoFile): Turns => {
    const key = `${file.path}:${variable.declaration.id}`;
    let known = turns.get(key);
    if (!known) {
      known = { own: { fn: variable.owner, file }, owner: variable, pushes: [], pops: [] };
      turns.set(key, known);
    }
    return known;
  };
  const ownerOf = (place: Node, file: GoFile): Binding | undefined => {
    const operand = place.childForFieldName('operand');
    return operand?.type === 'identifier' ? namesAround(file.root, operand).resolve(operand) : undefined;
  };
  const waiting: [Turns, 'pushes' | 'pops'][] = [];
  const add = (variable: Binding | undefined, node: Node, how: 'pushes' | 'pops', file: GoFile): void => {
    // In a closure: when it runs is not followed.
    if (!variable || enclosingFunction(node)?.id !== variable.owner.id) return;
    const known = turnsOf(variable, file);
    if (known[how].some(({ id }) => id === node.id)) return;
    known[how].push(node);
    if (known[how].length === 1) waiting.push([known, how]);
  };
  for (const { call, statement, file } of pushes)
    add(ownerOf(statement.childForFieldName('left')!.namedChild(0)!, file), call, 'pushes', file);
  for (const { node, file } of pops) add(ownerOf(node, file), node, 'pops', file);
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    const [{ own, owner }, how] = at;
    if (owner.kind !== 'receiver' && owner.kind !== 'parameter') continue;
    for (const [call, variable, file] of callsWith(own, owner)) add(variable, call, how, file);
  }
  return [...turns.values()].some((one) => comesBack(one) || (isApi(one, type) && isOnePush(one, pushes)));
}

/** Calls of the function in the package, with the variables that they give it as the receiver or the parameter. */
function* callsWith({ fn, file }: OwnFunction, owner: Binding): Iterable<[Node, Binding, GoFile]> {
  const name = fn.childForFieldName('name')?.text;
  if (name === undefined) return;
  for (const other of file.pkg.files) {
    if (!other.text.includes(name)) continue;
    for (const call of other.root.descendantsOfType('call_expression')) {
      const callee = call.childForFieldName('function');
      if (!callee?.text.endsWith(name)) continue;
      const reached = calleeOf(other, call);
      if (reached.kind !== 'own' || reached.fn.id !== fn.id || reached.file !== file) continue;
      const given =
        owner.kind === 'receiver'
          ? callee.childForFieldName('operand')
          : argumentsOf(call)[indexOf(fn, owner)];
      const plain = given?.type === 'unary_expression' ? given.childForFieldName('operand') : given;
      const variable =
        plain?.type === 'identifier' ? namesAround(other.root, plain).resolve(plain) : undefined;
      if (variable) yield [call, variable, other];
    }
  }
}

/** A push may follow a pop while the variable means the same struct. */
function comesBack({ own, owner, pushes, pops }: Turns): boolean {
  const graph = graphOf(own.file, own.fn);
  return pops.some((pop) =>
    pushes.some((push) => {
      if (!mayFollow(graph, pop, push)) return false;
      const still = new Set(usesAfter(own.file, pop, owner).map(({ id }) => id));
      return [...descendants(push.parent ?? push)].some(({ id }) => still.has(id));
    }),
  );
}

/** A method that other packages call, on a type that they know. */
function isApi({ own, owner }: Turns, type: string): boolean {
  const name = own.fn.childForFieldName('name')?.text ?? '';
  return owner.kind === 'receiver' && receiverType(own.fn) === type && /^\p{Lu}/u.test(name);
}

/** It pushes one element a call, and takes some off: it is called for each. */
function isOnePush({ own, pushes, pops }: Turns, all: readonly Push[]): boolean {
  const [push] = pushes;
  return (
    pops.length > 0 &&
    all.length === 1 &&
    push?.id === all[0]!.call.id &&
    loopsAround(own.file, push).length === 0
  );
}

/** Local slices that are sliced off in front and appended to again. */
function localQueues(file: GoFile): Queue[] {
  const found: Queue[] = [];
  for (const value of file.root.descendantsOfType('slice_expression')) {
    const target = value.parent?.parent?.childForFieldName('left')?.namedChild(0);
    if (target?.type !== 'identifier' || !isSlicedOff({ node: target })) continue;
    const variable = namesAround(file.root, target).resolve(target);
    if (!variable || found.some(({ declaration }) => declaration.id === variable.declaration.id)) continue;
    const uses = variable.uses.filter(({ owner }) => owner.id === variable.owner.id);
    const pushes = uses.flatMap(({ node }) => pushAt({ node, operand: node, file }) ?? []);
    const pops = uses.flatMap(({ node }) => (isSlicedOff({ node }) ? [{ node, file }] : []));
    const graph = graphOf(file, variable.owner);
    const comes = pops.some((pop) => {
      const still = new Set(usesAfter(file, pop.node, variable).map(({ id }) => id));
      return pushes.some(
        ({ call }) => still.has(argumentsOf(call)[0]!.id) && mayFollow(graph, pop.node, call),
      );
    });
    const { name, declaration } = variable;
    if (comes) found.push({ name, declaration, declaredIn: file, pushes, pops, head: undefined });
  }
  return found;
}

/** Values of the struct type may be copied: then several slices share the array. */
export function isCopied(type: string, pkg: GoPackage, seen: ReadonlySet<string> = new Set()): boolean {
  if (seen.has(type)) return false;
  const within = new Set([...seen, type]);
  for (const file of pkg.files) {
    if (!file.text.includes(type)) continue;
    for (const name of file.root.descendantsOfType('type_identifier'))
      if (name.text === type && !isByReference(name, file, within)) return true;
    for (const star of file.root.descendantsOfType('unary_expression')) {
      if (star.childForFieldName('operator')?.text !== '*') continue;
      // What is written through the pointer takes the place of the queue.
      const outer = parenthesized(star);
      if (isAssigned(outer) || outer.parent?.type === 'selector_expression') continue;
      const known = typeOf(star, file);
      if (!known || known.named?.name === type) return true;
    }
  }
  return false;
}

/** `*T`, `&T{…}`, the declaration of T, fields of structs that are not copied, and variables that are only used in their place. */
function isByReference(name: Node, file: GoFile, seen: ReadonlySet<string>): boolean {
  const generic = name.parent?.type === 'generic_type' ? name.parent : name;
  const parent = generic.parent;
  switch (parent?.type) {
    case 'type_spec':
      return parent.childForFieldName('name')?.id === name.id;
    case 'pointer_type':
      return true;
    case 'field_declaration': {
      const outer = parent.parent?.parent?.parent;
      const around = outer?.type === 'type_spec' ? outer.childForFieldName('name')?.text : undefined;
      return around !== undefined && !isCopied(around, file.pkg, seen);
    }
    case 'composite_literal': {
      const outer = parenthesized(parent).parent;
      if (outer?.type === 'unary_expression') return true;
      const target = outer?.parent?.childForFieldName('left')?.namedChild(0);
      return target?.type === 'identifier'
        ? isUsedInPlace(target, file)
        : target?.type === 'unary_expression';
    }
    case 'var_spec':
      return parent
        .childrenForFieldName('name')
        .every((variable) => variable !== null && isUsedInPlace(variable, file));
    default:
      return false;
  }
}

function isUsedInPlace(variable: Node, file: GoFile): boolean {
  const binding = namesAround(file.root, variable).resolve(variable);
  return (
    binding !== undefined &&
    binding.uses.every(({ node }) => {
      const parent = parenthesized(node).parent;
      return isAssigned(node) || /^(?:selector|unary)_expression$/.test(parent?.type ?? '');
    })
  );
}

/** The pop comes behind a read of the first element, so that the index is never behind the last. */
export function isPoppedBehindRead(queue: Queue): boolean {
  return queue.pops.every(({ node, file }) => {
    if (node.parent?.type !== 'inc_statement') return false;
    const fn = enclosingFunction(node);
    if (!fn) return false;
    const graph = graphOf(file, fn);
    const operand = node.childForFieldName('operand')?.text;
    return queue.head!.reads.some(
      (read) =>
        read.type === 'index_expression' &&
        contains(spanOf(fn), spanOf(read)) &&
        read.tree === node.tree &&
        read.childForFieldName('index')?.text === node.text &&
        read.childForFieldName('operand')?.childForFieldName('operand')?.text === operand &&
        graph.dominates(read, node) &&
        // Nothing takes another off in between.
        !queue.pops.some(
          (other) =>
            other.node.id !== node.id &&
            mayFollow(graph, read, other.node) &&
            mayFollow(graph, other.node, node),
        ),
    );
  });
}
