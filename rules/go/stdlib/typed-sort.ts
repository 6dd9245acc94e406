import type { Node } from 'web-tree-sitter';
import { importedFunction } from '../syntax/universe';
import type { GoFile, GoFix, Obligation } from '../rule';
import { argumentsOf, enclosingDeclaration, spanOf, statementsOf, unparenthesised } from '../syntax/nodes';
import { enclosingStatement } from '../syntax/names';
import { canImportAt } from '../edit/imports';
import { importedAs } from '../edit/imports';
import { atLeast } from '../syntax/version';
import { spelled, typeOf } from '../types/types';
import { code } from '../../wording';

/**
 * Elements of more bytes are left alone. Sorting 200 of them, Go 1.26, amd64: slices.SortFunc against sort.Slice takes 12
 * against 37 µs at 16 bytes, 30 against 41 at 64, as long at 128, and three times as long at 256.
 */
export const largestElement = 64;

/** A call of package sort that package slices does without an interface. */
export interface TypedSort {
  /** The argument that becomes an interface. */
  readonly boxed: Node;
  /** `slices.SortFunc`. */
  readonly instead: string;
  readonly fix: GoFix | undefined;
}

/** `sort.Slice(xs, less)`, `sort.Sort(sort.StringSlice(xs))`, `sort.Sort(x)` and their stable variants. */
export function typedSort(file: GoFile, call: Node): TypedSort | undefined {
  const callee = call.childForFieldName('function');
  const name = callee ? importedFunction(file, callee) : undefined;
  const known = /^sort\.(Slice|SliceStable|Sort|Stable)$/.exec(name ?? '')?.[1];
  const args = argumentsOf(call);
  if (known === undefined || !args[0]) return undefined;
  if (!atLeast(file.pkg.language, 1, 21) || !atLeast(file.pkg.toolchain, 1, 21)) return undefined;
  const stable = known.endsWith('Stable') || known === 'Stable';
  const function_ = stable ? 'slices.SortStableFunc' : 'slices.SortFunc';
  if (known.startsWith('Slice')) {
    const order = args.length === 2 ? orderOf(args[0], args[1]!) : undefined;
    const instead = order && isNatural(order) ? 'slices.Sort' : function_;
    return { boxed: args[0], instead, fix: order && sliceFix(file, call, args[0], order, stable) };
  }
  const converted = args.length === 1 ? basicSlice(file, args[0]) : undefined;
  if (!converted) return { boxed: args[0], instead: function_, fix: undefined };
  const { slice, element, reverse } = converted;
  const fix = reverse
    ? sortFunc(file, call, slice, element, 'b', 'a', '', stable, [])
    : callFix(file, call, `${importedAs(file, 'slices')}.Sort(${slice.text})`, ['slices'], []);
  // Two strings or two integers that are equal are the same: their order cannot be seen.
  const boxed = reverse ? argumentsOf(args[0])[0]! : args[0];
  return { boxed, instead: reverse ? function_ : 'slices.Sort', fix };
}

/** `sort.StringSlice(xs)`, `sort.Reverse(sort.IntSlice(xs))`: floats are left out, their order has NaN. */
function basicSlice(
  file: GoFile,
  argument: Node,
): { slice: Node; element: string; reverse: boolean } | undefined {
  const callee = argument.type === 'call_expression' ? argument.childForFieldName('function') : null;
  const name = callee ? importedFunction(file, callee) : undefined;
  const [inner] = argumentsOf(argument);
  if (!inner) return undefined;
  if (name === 'sort.Reverse') {
    const found = basicSlice(file, inner);
    return found && !found.reverse ? { ...found, reverse: true } : undefined;
  }
  const element = { 'sort.StringSlice': 'string', 'sort.IntSlice': 'int' }[name ?? ''];
  return element === undefined ? undefined : { slice: inner, element, reverse: false };
}

interface Order {
  /** What is compared of an element: `.id`, or nothing. */
  readonly member: string;
  readonly descending: boolean;
}

/** The elements themselves, ascending. */
function isNatural({ member, descending }: Order): boolean {
  return member === '' && !descending;
}

/** `func(i, j int) bool { return xs[i].f < xs[j].f }` and its mirrors. */
function orderOf(slice: Node, less: Node): Order | undefined {
  if (less.type !== 'func_literal' || !/^(?:identifier|selector_expression)$/.test(slice.type))
    return undefined;
  if (slice.descendantsOfType('call_expression').length > 0) return undefined;
  const [i, j, ...more] = less
    .childForFieldName('parameters')!
    .namedChildren.flatMap((parameter) => parameter.childrenForFieldName('name'));
  const body = less.childForFieldName('body');
  const [only, ...others] = body ? statementsOf(body) : [];
  if (!i || !j || more.length > 0 || others.length > 0 || only?.type !== 'return_statement') return undefined;
  const compared = only.namedChild(0)?.namedChildren ?? [];
  const binary = compared.length === 1 ? unparenthesised(compared[0]!) : undefined;
  const operator = binary?.childForFieldName('operator')?.text;
  if (binary?.type !== 'binary_expression' || (operator !== '<' && operator !== '>')) return undefined;
  const left = elementIn(binary.childForFieldName('left')!, slice.text);
  const right = elementIn(binary.childForFieldName('right')!, slice.text);
  if (!left || !right || left.member !== right.member) return undefined;
  const forward = left.index === i.text && right.index === j.text;
  if (!forward && !(left.index === j.text && right.index === i.text)) return undefined;
  return { member: left.member, descending: forward === (operator === '>') };
}

/** `xs[i].a.b`: the index and `.a.b`; fields only, because a call may do anything. */
function elementIn(node: Node, slice: string): { index: string; member: string } | undefined {
  let at = unparenthesised(node);
  let member = '';
  while (at.type === 'selector_expression') {
    member = `.${at.childForFieldName('field')!.text}${member}`;
    at = unparenthesised(at.childForFieldName('operand')!);
  }
  const index = at.type === 'index_expression' ? at.childForFieldName('index') : null;
  return index?.type === 'identifier' && at.childForFieldName('operand')?.text === slice
    ? { index: index.text, member }
    : undefined;
}

function sliceFix(file: GoFile, call: Node, slice: Node, order: Order, stable: boolean): GoFix | undefined {
  const { member, descending } = order;
  const statement = enclosingStatement(call);
  if (!statement) return undefined;
  const check = `alloclensOrdered${call.startIndex}`;
  const obligations: Obligation[] = [
    {
      states: `${slice.text}[i]${member} is a string or an integer`,
      at: 'file',
      code: `func ${check}[T ~string | ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr](T) {}`,
    },
    {
      states: `${slice.text}[i]${member} is a string or an integer`,
      at: statement.startIndex,
      code: `${check}(${slice.text}[0]${member})`,
    },
  ];
  if (isNatural(order))
    return callFix(file, call, `${importedAs(file, 'slices')}.Sort(${slice.text})`, ['slices'], obligations);
  const type = typeOf(slice, file);
  const element = type?.kind === 'slice' && type.element ? spelled(type.element, file) : undefined;
  if (element === undefined || !/^\*?(?:\w+\.)?\w+$/.test(element)) return undefined;
  obligations.push({
    states: `an element of ${slice.text} has at most ${largestElement} bytes: the comparison gets copies`,
    at: statement.startIndex,
    code: `{ const _ uint = ${largestElement} - uint(alloclensUnsafe.Sizeof(${slice.text}[0])) }`,
    imports: { alloclensUnsafe: 'unsafe' },
  });
  const [a, b] = descending ? ['b', 'a'] : ['a', 'b'];
  return sortFunc(file, call, slice, element, a!, b!, member, stable, obligations);
}

function sortFunc(
  file: GoFile,
  call: Node,
  slice: Node,
  element: string,
  first: string,
  second: string,
  member: string,
  stable: boolean,
  obligations: readonly Obligation[],
): GoFix | undefined {
  if (/^\*?[ab]$/.test(element) || /^\*?[ab]\./.test(element)) return undefined;
  const [slices, cmp] = [importedAs(file, 'slices'), importedAs(file, 'cmp')];
  const function_ = `${slices}.${stable ? 'SortStableFunc' : 'SortFunc'}`;
  const compare = `func(a, b ${element}) int { return ${cmp}.Compare(${first}${member}, ${second}${member}) }`;
  const text = `${function_}(${slice.text}, ${compare})`;
  // What is compared is the whole element, or equal elements keep their order: nobody can tell.
  const certain = member === '' || stable;
  return callFix(file, call, text, ['slices', 'cmp'], obligations, certain);
}

function callFix(
  file: GoFile,
  call: Node,
  newText: string,
  imports: readonly string[],
  obligations: readonly Obligation[],
  certain = true,
): GoFix | undefined {
  const declaration = enclosingDeclaration(call);
  if (!declaration || call.descendantsOfType('comment').length > 0) return undefined;
  if (call.parent?.type !== 'expression_statement') return undefined;
  if (!imports.every((path) => canImportAt(file, path, call))) return undefined;
  const name = newText.slice(0, newText.indexOf('('));
  return {
    title: certain
      ? `Use ${code(name)}`
      : `Use ${code(name)}, if nothing relies on the order of equal elements`,
    kind: certain ? 'safe' : 'suggestion',
    edits: [{ file: file.path, span: spanOf(call), newText }],
    imports: [...imports],
    claim: {
      effect: 'removes',
      within: [spanOf(declaration)],
      callees: ['runtime.convTslice', 'runtime.convT'],
    },
    ...(obligations.length > 0 && { obligations }),
  };
}
