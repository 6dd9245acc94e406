import type { Node } from 'web-tree-sitter';
import type { EmittedCall, GoFile } from '../rule';
import { initializer } from '../syntax/assignments';
import { namesAround } from '../syntax/names';
import { argumentsOf, enclosingDeclaration, enclosingFunction, unparenthesised } from '../syntax/nodes';
import { isBuiltin } from '../syntax/universe';
import { isBytes, isField, typeOf } from '../types/types';
import { birthsOf } from './field-births';

/** Elements that a slice starts with. */
export const fewest = 8;

/** `x.f = append(x.f, a, b)`: the slice, and what is appended. */
export interface FirstGrowth {
  readonly statement: Node;
  /** What is on the left, without parentheses. */
  readonly slice: Node;
  readonly call: Node;
  readonly elements: readonly Node[];
  readonly grows: EmittedCall;
  /** Of the append of a tail, `y.f[i:]...`: what it is cut from. */
  readonly whole: Node | undefined;
  readonly births: Births;
}

/** The growths of slices for which nobody has made room, or too little, by the statement's id, in source order. */
export function firstGrowthsIn(file: GoFile): ReadonlyMap<number, FirstGrowth> {
  let found = known.get(file);
  if (!found) {
    const growths = file.root
      .descendantsOfType('assignment_statement')
      .flatMap((statement) => firstGrowthOf(statement, file) ?? []);
    known.set(file, (found = new Map(growths.map((growth) => [growth.statement.id, growth]))));
  }
  return found;
}

const known = new WeakMap<GoFile, ReadonlyMap<number, FirstGrowth>>();

function firstGrowthOf(statement: Node, file: GoFile): FirstGrowth | undefined {
  const [left, right] = [statement.childForFieldName('left'), statement.childForFieldName('right')];
  if (left?.namedChildCount !== 1 || right?.namedChildCount !== 1) return undefined;
  const slice = unparenthesised(left.namedChild(0)!);
  const call = unparenthesised(right.namedChild(0)!);
  if (statement.childForFieldName('operator')?.text !== '=' || !enclosingDeclaration(statement))
    return undefined;
  if (call.type !== 'call_expression' || !isBuiltin(file, call, 'append')) return undefined;
  const [first, ...elements] = argumentsOf(call);
  if (first?.text !== slice.text || elements.length === 0 || !isPath(slice, file)) return undefined;
  const tail = elements.find(({ type }) => type === 'variadic_argument');
  const whole = tail && wholeOf(tail, slice);
  if (tail && !whole && !isBytes(typeOf(slice, file))) return undefined;
  const grows = file.facts!.emitted(call).find(({ callee }) => callee.startsWith('runtime.growslice'));
  if (!grows || isAskedFor(slice, statement, file)) return undefined;
  const births = slice.type === 'selector_expression' ? fieldBirths(slice, file) : localBirth(slice, file);
  return births === 'enough' && !whole
    ? undefined
    : { statement, slice, call, elements, grows, whole, births };
}

/** Names, fields and pointers: looking twice tells the same and runs nothing. */
function isPath(slice: Node, file: GoFile): boolean {
  switch (slice.type) {
    case 'identifier':
      return slice.text !== '_';
    case 'selector_expression':
      return isField(slice, file) && isPath(unparenthesised(slice.childForFieldName('operand')!), file);
    case 'unary_expression':
      return (
        slice.childForFieldName('operator')?.text === '*' &&
        isPath(unparenthesised(slice.childForFieldName('operand')!), file)
      );
    default:
      return false;
  }
}

/** `y.f` of `y.f[i:]...` where the slice is `x.f`: what is moved from one owner to another. */
function wholeOf(tail: Node, slice: Node): Node | undefined {
  const cut = tail.firstNamedChild && unparenthesised(tail.firstNamedChild);
  if (cut?.type !== 'slice_expression' || cut.childForFieldName('end') || !cut.childForFieldName('start'))
    return undefined;
  const whole = unparenthesised(cut.childForFieldName('operand')!);
  const field = slice.childForFieldName('field')?.text;
  const isSame = field !== undefined && whole.childForFieldName('field')?.text === field;
  return isSame && whole.text !== slice.text ? whole : undefined;
}

/** The function looks at the room in front of the append, or makes some. */
function isAskedFor(slice: Node, statement: Node, file: GoFile): boolean {
  const fn = enclosingFunction(statement);
  const first = fn && firstAsked(fn, file).get(slice.text);
  return first !== undefined && first <= statement.startIndex;
}

/** Of each function, by the text of a slice, where the first call ends that looks at its room or makes some. */
const asked = new WeakMap<GoFile, Map<number, ReadonlyMap<string, number>>>();

function firstAsked(fn: Node, file: GoFile): ReadonlyMap<string, number> {
  const functions = asked.get(file) ?? new Map<number, ReadonlyMap<string, number>>();
  asked.set(file, functions);
  const known = functions.get(fn.id);
  if (known) return known;
  const found = new Map<string, number>();
  for (const call of fn.descendantsOfType('call_expression')) {
    const asks =
      isBuiltin(file, call, 'cap') || /\.Grow$/.test(call.childForFieldName('function')?.text ?? '');
    const slice = asks ? argumentsOf(call)[0]?.text : undefined;
    if (slice !== undefined) found.set(slice, Math.min(found.get(slice) ?? Infinity, call.endIndex));
  }
  functions.set(fn.id, found);
  return found;
}

/**
 * `none`: nobody makes room. `enough`: somebody does, or keeps the array. Else the constant that it starts with is too small, or a local starts
 * as `[]T{}` or `make([]T, 0)`.
 */
export type Births =
  | 'none'
  | 'enough'
  | { readonly file: GoFile; readonly capacity: Node }
  | { readonly empty: Node; readonly type: Node };

function fieldBirths(slice: Node, file: GoFile): Births {
  const { made, reused } = birthsOf(file.pkg, slice.childForFieldName('field')!.text);
  const small = made.filter(({ constant }) => constant?.value !== undefined && constant.value < fewest);
  if (made.length === 0) return reused ? 'enough' : 'none';
  // A named constant may be meant for something else, too.
  return small.length === 1 && made.length === 1 && small[0]!.capacity.type === 'int_literal'
    ? small[0]!
    : 'enough';
}

/** A local, a parameter or a variable of the package; what a pointer points to, somebody else has made. */
function localBirth(slice: Node, file: GoFile): Births {
  const binding = slice.type === 'identifier' ? namesAround(file.root, slice).resolve(slice) : undefined;
  const value = binding && initializer(binding);
  if (!value || binding.kind !== 'variable') return 'none';
  const made = unparenthesised(value);
  if (made.type === 'nil') return 'none';
  if (made.type === 'composite_literal') {
    const type = made.childForFieldName('type');
    return type && made.childForFieldName('body')?.namedChildCount === 0 ? { empty: made, type } : 'enough';
  }
  if (made.type !== 'call_expression' || !isBuiltin(file, made, 'make')) return 'enough';
  const [type, length, capacity] = argumentsOf(made);
  return type && length?.text === '0' && !capacity ? { empty: made, type } : 'enough';
}
