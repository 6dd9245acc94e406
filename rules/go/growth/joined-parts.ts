import type { Node } from 'web-tree-sitter';
import { canImportAt, importedAs } from '../edit/imports';
import { statementsAt } from '../edit/layout';
import type { GoFile, GoFix } from '../rule';
import { initializer } from '../syntax/assignments';
import { isAssigned, namesAround, parenthesized, type Binding } from '../syntax/names';
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
}

/** What the append is a step of; undefined where it joins nothing new. */
export function joinedPartsOf(call: Node, file: GoFile): JoinedParts | undefined {
  const statement = statementOf(call);
  const first = statement && firstOf(statement, call, file);
  if (!first) return undefined;
  const { variable, base, start, elements } = first;
  const appended = [elements];
  for (const { node } of variable.uses) {
    const step = parenthesized(node).parent?.parent;
    if (step?.type !== 'call_expression' || !isBuiltin(file, step, 'append')) continue;
    const [slice, ...more] = argumentsOf(step);
    if (!slice || unparenthesised(slice).id !== node.id) continue;
    const at = statementOf(step);
    if (at?.parent?.id === start.parent!.id) appended.push(more);
    // How often a loop appends is not known; what a branch appends finds room or makes it, as before.
    else if (!at || isInLoop(at, start)) return undefined;
  }
  return appended.length > 1 ? { statement: start, variable, base, appended } : undefined;
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
  const { statement, variable, base, appended } = parts;
  const fn = enclosingFunction(statement);
  if (!fn || isShadowed('make', base, file) || isShadowed('len', base, file))
    return 'names mean something else here';
  // A buffer that is emptied has room for what comes.
  if (isBytes(typeOf(base, file))) return 'bytes may have a buffer behind them that has room';
  if (variable.uses.some(({ node }) => isAsked(node, file)))
    return `the room of \`${variable.name}\` is asked for`;
  const isEmpty = base.type === 'composite_literal' && base.childForFieldName('body')?.namedChildCount === 0;
  const source = clipped(base) ?? base;
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
  const lines = [
    `${name} := ${start.text}`,
    ...(isEmpty ? [] : [`${name} = append(${name}, ${source.text}...)`]),
    `${name} = append(${name}`,
  ];
  const at = statement.startIndex;
  return {
    title: `Make room for all that is joined${isEmpty || source !== base ? '' : ` (if \`${base.text}\` has none to spare)`}`,
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

/** `cap(all)`, `all[:n]`: more than its elements matters. */
function isAsked(node: Node, file: GoFile): boolean {
  const parent = parenthesized(node).parent;
  const call = parent?.type === 'argument_list' ? parent.parent : undefined;
  if (call?.type === 'call_expression' && isBuiltin(file, call, 'cap')) return true;
  return (
    parent?.type === 'slice_expression' && parent.childForFieldName('end')?.text.startsWith('cap(') === true
  );
}
