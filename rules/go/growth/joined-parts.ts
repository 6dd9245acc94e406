import type { Node } from 'web-tree-sitter';
import { canImportAt, importedAs } from '../edit/imports';
import { statementsAt } from '../edit/layout';
import { asksForElements, isGivenForElements } from './slice-uses';
import type { GoFile, GoFix } from '../rule';
import { initializer } from '../syntax/assignments';
import { callWith, isAssigned, namesAround, parenthesized, type Binding } from '../syntax/names';
import { argumentsOf, enclosingFunction, spanOf, unparenthesised } from '../syntax/nodes';
import { isBuiltin, isShadowed } from '../syntax/universe';
import { atLeast } from '../syntax/version';
import { isBytes, isField, spelledType, typeOf } from '../types/types';

/** `all := append(base, a...)`, and in the same block `all = append(all, b...)`: a new slice that is joined from parts. */
export interface JoinedParts {
  /** That of the first append. */
  readonly statement: Node;
  readonly variable: Binding;
  readonly base: Node;
  /** Of the appends that always run, in order; the first is of the base. */
  readonly appended: readonly (readonly Node[])[];
  /** UTF-16 offset behind the last of them. */
  readonly end: number;
  /** Branches append, too, or begin anew: room for that would be there where they do not run, and nil no longer nil. */
  readonly branches: boolean;
}

/** What the append is a step of; undefined where it joins nothing new. */
export function joinedPartsOf(call: Node, file: GoFile): JoinedParts | undefined {
  const statement = statementOf(call);
  const first = statement && firstOf(statement, call, file);
  if (!first) return undefined;
  const { variable, base, start, elements } = first;
  const appended = [elements];
  let branches = false;
  let end = start.endIndex;
  for (const { node } of variable.uses) {
    const anew = begunAnew(node, file);
    // What always begins anew is another slice.
    if (anew?.parent?.id === start.parent!.id) return undefined;
    branches ||= anew !== undefined;
    const step = parenthesized(node).parent?.parent;
    if (step?.type !== 'call_expression' || !isBuiltin(file, step, 'append')) continue;
    const [slice, ...more] = argumentsOf(step);
    if (!slice || unparenthesised(slice).id !== node.id) continue;
    const at = statementOf(step);
    if (at?.parent?.id === start.parent!.id) {
      appended.push(more);
      end = Math.max(end, at.endIndex);
    }
    // How often a loop appends is not known.
    else if (!at || isInLoop(at, start)) return undefined;
    else branches = true;
  }
  return appended.length > 1 ? { statement: start, variable, base, appended, end, branches } : undefined;
}

/** `all = …` that is no append to `all`: the assignment. */
function begunAnew(name: Node, file: GoFile): Node | undefined {
  if (!isAssigned(name)) return undefined;
  const statement = parenthesized(name).parent?.parent ?? undefined;
  const value = statement?.childForFieldName('right')?.namedChild(0);
  const call = value && unparenthesised(value);
  const isStep =
    call?.type === 'call_expression' &&
    isBuiltin(file, call, 'append') &&
    argumentsOf(call)[0]?.text === name.text;
  return isStep ? undefined : statement;
}

/** `x := append(…)`, `x = append(…)`, `return append(…)`, with nothing beside it. */
function statementOf(call: Node): Node | undefined {
  const list = parenthesized(call).parent;
  const statement = list?.type === 'expression_list' && list.namedChildCount === 1 ? list.parent : undefined;
  return statement && /^(?:short_var_declaration|assignment_statement|return_statement)$/.test(statement.type)
    ? statement
    : undefined;
}

interface First {
  readonly start: Node;
  readonly variable: Binding;
  readonly base: Node;
  readonly elements: readonly Node[];
}

/** The append that begins what `call` goes on with, or begins itself. */
function firstOf(statement: Node, call: Node, file: GoFile): First | undefined {
  const names = namesAround(file.root, call);
  const own = statement.type === 'short_var_declaration' ? statement.childForFieldName('left') : undefined;
  const slice = argumentsOf(call)[0];
  const name = own?.namedChild(0) ?? (slice && unparenthesised(slice));
  const variable = name?.type === 'identifier' ? names.resolve(name) : undefined;
  const start = variable && parenthesized(variable.declaration).parent?.parent;
  if (variable?.kind !== 'variable' || start?.type !== 'short_var_declaration') return undefined;
  const block = start.parent;
  if (block?.type !== 'statement_list' || !isWithin(statement, block) || isInLoop(statement, start))
    return undefined;
  const value = start.childForFieldName('right')?.namedChild(0);
  const made = value && unparenthesised(value);
  if (made?.type !== 'call_expression' || statementOf(made)?.id !== start.id) return undefined;
  if (!isBuiltin(file, made, 'append')) return undefined;
  const [base, ...elements] = argumentsOf(made);
  return base && elements.length > 0 ? { start, variable, base: unparenthesised(base), elements } : undefined;
}

const isWithin = (node: Node, around: Node): boolean =>
  around.startIndex <= node.startIndex && node.endIndex <= around.endIndex;

function isInLoop(statement: Node, start: Node): boolean {
  for (let around = statement.parent; around && around.id !== start.parent!.id; around = around.parent)
    if (around.type === 'for_statement' || around.type === 'func_literal') return true;
  return false;
}

/** The slice is a local that starts with room for what has been counted: `make(T, 0, len(a)+len(b))`, `slices.Grow(a[:0:0], len(a)+1)`. */
export function isCounted(slice: Node, file: GoFile): boolean {
  const binding = slice.type === 'identifier' ? namesAround(file.root, slice).resolve(slice) : undefined;
  const value = binding && initializer(binding);
  const made = value && unparenthesised(value);
  const call = made?.type === 'slice_expression' ? made.childForFieldName('operand') : made;
  if (call?.type !== 'call_expression') return false;
  if (made !== call) return /\bmake\(.*\blen\(/.test(argumentsOf(call).at(-1)?.text ?? '');
  const isMade = isBuiltin(file, call, 'make') || call.childForFieldName('function')?.text.endsWith('.Grow');
  return isMade === true && /\blen\(/.test(argumentsOf(call).at(-1)?.text ?? '');
}

/** `append(x, make([]T, n)...)`: who writes that makes room. */
export function makesRoom(elements: readonly Node[], file: GoFile): boolean {
  const last = elements.at(-1)!;
  const made = last.type === 'variadic_argument' ? last.firstNamedChild : null;
  return made?.type === 'call_expression' && isBuiltin(file, made, 'make');
}

/** One array for all parts; a clause why not. */
export function joinedFix(parts: JoinedParts, file: GoFile): GoFix | string {
  const { statement, variable, base, appended, end, branches } = parts;
  const fn = enclosingFunction(statement);
  const source = clipped(base) ?? base;
  if (!fn || isShadowed('make', base, file) || isShadowed('len', base, file))
    return 'names mean something else here';
  // A buffer that is emptied has room for what comes.
  if (isBytes(typeOf(base, file))) return 'bytes may have a buffer behind them that has room';
  if (variable.uses.some(({ node }) => isAsked(node, file)))
    return `the room of \`${variable.name}\` is asked for`;
  // With room it is no longer nil while nothing was appended to it.
  if (variable.uses.some(({ node }) => node.endIndex <= end && !isJoinedTo(node, source, file)))
    return `\`${variable.name}\` is used before all is joined`;
  if (exitsBetween(statement, end)) return 'it may end before all is joined';
  const fields = appended
    .slice(1)
    .flat()
    .flatMap(({ firstNamedChild: part }) => (part?.type === 'selector_expression' ? [part] : []));
  if (fields.some((field) => isOwnerHandedOn(field, statement, end, file)))
    return 'a part may have other elements by then';
  const isEmpty = base.type === 'composite_literal' && base.childForFieldName('body')?.namedChildCount === 0;
  if (!isEmpty && !isLength(source, source, statement, file)) return 'what it begins with is made here';
  const lengths = isEmpty ? [] : [`len(${source.text})`];
  let single = 0;
  for (const element of appended.flat()) {
    if (element.type !== 'variadic_argument') {
      single++;
      continue;
    }
    const part = element.firstNamedChild && unparenthesised(element.firstNamedChild);
    if (!part || !isLength(part, source, statement, file))
      return 'the length of a part is not known where it begins';
    lengths.push(`len(${part.text})`);
  }
  if (lengths.length === 0) return 'no part is a slice';
  const room = [...lengths, ...(single > 0 ? [String(single)] : [])].join(' + ');
  const name = variable.name;
  const start = isEmpty ? emptyWith(base, room) : cutWith(source, room, file);
  if (!start) return 'its type cannot be named here, and `slices.Grow` needs Go 1.21';
  // Appending nothing gives the slice itself; where it has room, what is appended is written there.
  const conditions = [
    ...(isEmpty || source !== base ? [] : [`\`${base.text}\` has no room to spare`]),
    ...(isEmpty ? [] : [`the array of \`${source.text}\` need not be shared`]),
    ...(branches ? ['branches seldom append'] : []),
    ...(callsBetween(statement, end, file) ? fields.map(({ text }) => `\`${text}\` stays as long`) : []),
  ];
  const lines = [
    `${name} := ${start.text}`,
    ...(isEmpty ? [] : [`${name} = append(${name}, ${source.text}...)`]),
    `${name} = append(${name}`,
  ];
  const at = statement.startIndex;
  return {
    title: `Make room for all that is joined${conditions.length > 0 ? ` (if ${conditions.join(' and ')})` : ''}`,
    kind: 'suggestion',
    edits: [
      {
        file: file.path,
        span: { start: at, end: base.endIndex },
        newText: statementsAt(file, at, lines),
      },
    ],
    imports: start.imports,
    claim: { effect: 'runs less', within: [spanOf(fn)], callees: ['runtime.growslice'] },
  };
}

interface Start {
  readonly text: string;
  readonly imports: readonly string[];
}

/** Of `[]T{}`, with room. */
const emptyWith = (literal: Node, room: string): Start => ({
  text: `make(${literal.childForFieldName('type')!.text}, 0, ${room})`,
  imports: [],
});

/** `a[:0:0]` with room: it is nil where a is nil, and never writes into its array. */
function cutWith(slice: Node, room: string, file: GoFile): Start | undefined {
  const cut = `${slice.text}[:0:0]`;
  if (atLeast(file.pkg.language, 1, 21) && canImportAt(file, 'slices', slice))
    return { text: `${importedAs(file, 'slices')}.Grow(${cut}, ${room})`, imports: ['slices'] };
  const type = spelledType(slice, file);
  // The compiler makes no second slice for it.
  return type === undefined
    ? undefined
    : { text: `append(${cut}, make(${type}, ${room})...)[:0]`, imports: [] };
}

/** `a` of `a[:len(a):len(a)]`, which has no room to spare. */
function clipped(base: Node): Node | undefined {
  const operand = base.type === 'slice_expression' ? base.childForFieldName('operand') : null;
  if (!operand || base.childForFieldName('start')) return undefined;
  const ends = [base.childForFieldName('end'), base.childForFieldName('capacity')];
  return ends.every((end) => end?.text === `len(${operand.text})`) ? unparenthesised(operand) : undefined;
}

/**
 * A slice or string whose length can be asked for in front of the statement: a name that is declared before and stays as it is, or a field of one
 * whose fields are read there anyway.
 */
function isLength(part: Node, base: Node, statement: Node, file: GoFile): boolean {
  const root = part.type === 'selector_expression' ? part.childForFieldName('operand')! : part;
  if (root.type !== 'identifier') return false;
  if (part !== root) {
    if (!isField(part, file)) return false;
    const isRead =
      base.type === 'selector_expression' && base.childForFieldName('operand')!.text === root.text;
    if (!isRead && typeOf(root, file)?.kind !== 'struct') return false;
  }
  const binding = namesAround(file.root, root).resolve(root);
  if (!binding || binding.declaration.startIndex >= statement.startIndex) return false;
  return !binding.uses.some(({ node }) => node.startIndex > statement.startIndex && isAssigned(node));
}

/** Something ends behind the first append and before the last: room for all would be made for nothing. */
function exitsBetween(start: Node, end: number): boolean {
  return start
    .parent!.descendantsOfType([
      'return_statement',
      'break_statement',
      'continue_statement',
      'goto_statement',
    ])
    .some(({ startIndex, endIndex }) => startIndex > start.endIndex && endIndex < end);
}

function callsBetween(start: Node, end: number, file: GoFile): boolean {
  return start
    .parent!.descendantsOfType('call_expression')
    .filter(({ startIndex, endIndex }) => startIndex > start.endIndex && endIndex <= end)
    .some((call) => !isBuiltin(file, call, 'append') && !isBuiltin(file, call, 'len'));
}

/** Of a part `x.f`: between the first append and the last, x is handed to something, which may give the field other elements. */
function isOwnerHandedOn(field: Node, start: Node, end: number, file: GoFile): boolean {
  const owner = field.childForFieldName('operand')!;
  const binding = owner.type === 'identifier' ? namesAround(file.root, owner).resolve(owner) : undefined;
  if (!binding) return callsBetween(start, end, file);
  return binding.uses.some(({ node }) => {
    const { parent } = node;
    const isRead = parent?.type === 'selector_expression' && isField(parent, file) && !isAssigned(parent);
    return node.startIndex > start.endIndex && node.endIndex <= end && !isRead;
  });
}

/**
 * `all = append(all, …)`, `len(all)`, `all[i]`, `range all`, and `f(all[:len(a)])` where f looks at elements and a is what it begins with:
 * whether it is nil cannot be told.
 */
function isJoinedTo(node: Node, source: Node, file: GoFile): boolean {
  if (isAssigned(node) || asksForElements(node, file)) return true;
  const cut = parenthesized(node).parent;
  if (cut?.type === 'slice_expression' && cut.childForFieldName('operand')?.id === parenthesized(node).id)
    return isWithinLength(cut, source, file) && isGivenForElements(cut, file);
  const call = callWith(node);
  return (
    call !== undefined &&
    isBuiltin(file, call, 'append') &&
    unparenthesised(argumentsOf(call)[0]!).id === node.id &&
    statementOf(call) !== undefined
  );
}

/** `all[i:]`, `all[i:len(a)]` where it begins with a: nothing behind its length is looked at. */
function isWithinLength(cut: Node, source: Node, file: GoFile): boolean {
  if (cut.childForFieldName('capacity')) return false;
  const written = cut.childForFieldName('end');
  const end = written && unparenthesised(written);
  if (!end) return true;
  return (
    end.type === 'call_expression' && isBuiltin(file, end, 'len') && argumentsOf(end)[0]?.text === source.text
  );
}

/** `cap(all)`, `all[:n]`: more than its elements matters. */
function isAsked(node: Node, file: GoFile): boolean {
  const call = callWith(node);
  if (call && isBuiltin(file, call, 'cap')) return true;
  const { parent } = parenthesized(node);
  return (
    parent?.type === 'slice_expression' && parent.childForFieldName('end')?.text.startsWith('cap(') === true
  );
}
