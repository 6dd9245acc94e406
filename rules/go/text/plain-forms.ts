import type { Node } from 'web-tree-sitter';
import type { AllocationCost, FixKind, TextEdit } from '../../model';
import { code } from '../../wording';
import { isPure } from '../flow/trip-count';
import type { GoFile } from '../rule';
import { namesAround, parenthesized } from '../syntax/names';
import { argumentsOf, qualified, spanOf, unparenthesised } from '../syntax/nodes';
import { importedFunction, isShadowed, isUniverse } from '../syntax/universe';
import { basicType, isBytes, typeOf } from '../types/types';
import { conversionCost, conversionOf, emittedConversion, type Conversion } from './conversions';

/** Copies of a text with a form that says the same without one. */
export interface PlainForm {
  /** What is reported. */
  readonly node: Node;
  readonly message: string;
  readonly cost: AllocationCost;
  readonly reason: string;
  /** The emitted calls that go, and those that stand in their place, fewer. */
  readonly callees: readonly string[];
  readonly instead?: readonly string[];
  readonly title: string;
  readonly kind: FixKind;
  readonly edits: readonly TextEdit[];
  readonly imports?: readonly string[];
  /** The conversions among what goes, which nothing else needs to speak of. */
  readonly conversions: readonly Conversion[];
}

/** Node types that `plainForm` looks at. */
export const plainFormNodes = [
  'call_expression',
  'type_conversion_expression',
  'binary_expression',
  'range_clause',
  'index_expression',
];

export function plainForm(node: Node, file: GoFile): PlainForm | undefined {
  switch (node.type) {
    case 'call_expression':
      return printed(node, file) ?? affixed(node, file) ?? backAndForth(node, file);
    case 'type_conversion_expression':
      return backAndForth(node, file);
    case 'binary_expression':
      return folded(node, file);
    case 'range_clause':
      return rangedRunes(node, file);
    case 'index_expression':
      return firstRune(node, file);
    default:
      return undefined;
  }
}

/** Functions with a format: where it stands among the arguments. */
const formatters: Readonly<Record<string, number>> = {
  'fmt.Appendf': 1,
  'fmt.Errorf': 0,
  'fmt.Fprintf': 1,
  'fmt.Printf': 0,
  'fmt.Sprintf': 0,
  'log.Fatalf': 0,
  'log.Panicf': 0,
  'log.Printf': 0,
};

/** `fmt.Fprintf(w, "%s", string(b))`: `%s` and `%x` print bytes as they print a string; `%q` copies them to one (fmt, fmtBytes). */
function printed(call: Node, file: GoFile): PlainForm | undefined {
  const callee = call.childForFieldName('function');
  const name = (callee && importedFunction(file, callee)) ?? '';
  const place = formatters[name];
  const args = argumentsOf(call);
  const format = place === undefined ? undefined : args[place];
  if (!format || args.some(({ type }) => type === 'variadic_argument')) return undefined;
  const verbs = verbsOf(unparenthesised(format));
  const values = args.slice(place! + 1);
  if (verbs?.length !== values.length) return undefined;
  const conversions = values.flatMap((value, i) => {
    const conversion = conversionOf(value, file);
    const type = conversion && typeOf(conversion.operand, file);
    return conversion?.to === 'string' &&
      /^[sxX]$/.test(verbs[i]!) &&
      isBytes(type) &&
      type!.named === undefined &&
      emittedConversion(conversion, file)
      ? [conversion]
      : [];
  });
  const [first] = conversions;
  if (!first) return undefined;
  // What another argument's method does to the bytes is printed then.
  const isPlain = (value: Node): boolean =>
    conversions.some(({ node }) => node.id === unparenthesised(value).id) ||
    (basicType(value, file)?.lacks('Format', 'Error', 'String') ?? false);
  const certain = values.every(isPlain);
  const operand = code(first.operand.text);
  return {
    node: first.node,
    message: `${code(first.node.text)} is a copy for ${code(callee!.text)}, which prints bytes as they are`,
    cost: 'always',
    reason: 'the conversion copies the bytes to the heap, as an argument of a formatting function',
    callees: [first.callee, 'runtime.convTstring'],
    instead: ['runtime.convTslice'],
    title: certain
      ? `Pass ${operand} as it is`
      : `Pass ${operand} as it is (if no method of an argument changes it)`,
    kind: certain ? 'safe' : 'suggestion',
    edits: conversions.flatMap(withoutConversion),
    conversions,
  };
}

/** One letter for each value that a literal format takes; undefined where it says more than flags and widths. */
function verbsOf(format: Node): string[] | undefined {
  if (!/^(?:interpreted|raw)_string_literal$/.test(format.type)) return undefined;
  const verbs: string[] = [];
  for (const [, star, verb] of format.text.matchAll(/%[-+# 0]*(\*|\[|\d*(?:\.(?:\d*|\*))?)(.)/gu)) {
    if (/[*[]/.test(star!)) return undefined;
    if (verb !== '%') verbs.push(verb!);
  }
  return verbs;
}

/** `strings.HasPrefix(string(b), s)`, where s is no constant: a comparison of a piece needs no copy. */
function affixed(call: Node, file: GoFile): PlainForm | undefined {
  const callee = call.childForFieldName('function');
  const name = callee && importedFunction(file, callee);
  if (name !== 'strings.HasPrefix' && name !== 'strings.HasSuffix') return undefined;
  const [text, affix, ...rest] = argumentsOf(call);
  const conversion = text && conversionOf(text, file);
  if (!affix || rest.length > 0 || conversion?.to !== 'string' || !emittedConversion(conversion, file))
    return undefined;
  const bytes = unparenthesised(conversion.operand);
  // Each is evaluated more than once.
  if (!isPure(bytes) || !isPure(unparenthesised(affix)) || conversionOf(affix, file)) return undefined;
  if (!isBytes(typeOf(bytes, file)) || basicType(affix, file)?.basic !== 'string') return undefined;
  if (isShadowed('len', call, file) || isShadowed('string', call, file)) return undefined;
  const [b, s] = [bytes.text, unparenthesised(affix).text];
  const piece = name === 'strings.HasPrefix' ? `${b}[:len(${s})]` : `${b}[len(${b})-len(${s}):]`;
  const outer = call.parent;
  const isDenied = outer?.type === 'unary_expression' || outer?.type === 'binary_expression';
  const both = `len(${b}) >= len(${s}) && string(${piece}) == ${s}`;
  return {
    node: conversion.node,
    message: `${code(conversion.node.text)} is a copy for ${code(name)}; comparing a piece needs none`,
    cost: conversionCost(conversion, file),
    reason: 'the conversion copies all of the bytes, and a comparison of a piece copies nothing',
    callees: [conversion.callee],
    title: `Compare the ${name === 'strings.HasPrefix' ? 'first' : 'last'} bytes with ${code(s)}`,
    kind: 'safe',
    edits: [{ span: spanOf(call), newText: isDenied ? `(${both})` : both }],
    conversions: [conversion],
  };
}

/** `string([]byte(s))` and `[]byte(string(b))`. */
function backAndForth(node: Node, file: GoFile): PlainForm | undefined {
  const outer = conversionOf(node, file);
  const inner = outer?.node.id === node.id ? conversionOf(outer.operand, file) : undefined;
  if (!outer || !inner || inner.to === outer.to) return undefined;
  const type = typeOf(inner.operand, file);
  const emitted = new Set((file.facts?.emitted(node) ?? []).map(({ callee }) => callee));
  const callees = [outer.callee, inner.callee].filter((callee) => emitted.has(callee));
  if (callees.length === 0) return undefined;
  const shared = {
    node,
    cost: conversionCost(outer, file),
    conversions: [outer, inner],
    kind: 'safe',
  } as const;
  const kept = inner.operand.text;
  if (outer.to === 'string') {
    const known = basicType(inner.operand, file);
    if (known?.basic !== 'string') return undefined;
    return {
      ...shared,
      message: `${code(node.text)} copies a string to bytes and back`,
      reason: 'each of the two conversions copies the text, and the result is the string that there was',
      callees,
      title: `Use ${code(kept)} as it is`,
      edits: [{ span: spanOf(node), newText: known.declared ? `string(${kept})` : kept }],
    };
  }
  // Two copies for one: the string in between is only read.
  if (!isBytes(type) || !emitted.has(inner.callee) || !isUniverse(file, node)) return undefined;
  if (isShadowed('append', node, file)) return undefined;
  return {
    ...shared,
    message: `${code(node.text)} copies the bytes to a string, and the string to bytes`,
    reason: 'one copy would do: the string in between is only read',
    callees: [inner.callee, outer.callee],
    instead: ['runtime.growslice'],
    title: `Copy ${code(kept)} once, with \`append\``,
    edits: [{ span: spanOf(node), newText: `append([]byte{}, ${kept}...)` }],
  };
}

/** `strings.ToLower(a) == strings.ToLower(b)`, or `== "constant"`. */
function folded(comparison: Node, file: GoFile): PlainForm | undefined {
  const operator = comparison.childForFieldName('operator')?.text;
  if (operator !== '==' && operator !== '!=') return undefined;
  const sides = ['left', 'right'].map((side) => unparenthesised(comparison.childForFieldName(side)!));
  const names = sides.map((side) => {
    const callee = side.type === 'call_expression' ? side.childForFieldName('function') : undefined;
    const name = callee ? importedFunction(file, callee) : undefined;
    return /^strings\.To(?:Lower|Upper)$/.test(name ?? '') ? name : undefined;
  });
  const at = names.findIndex((name) => name !== undefined);
  const name = names[at];
  if (name === undefined) return undefined;
  const other = sides[1 - at]!;
  const isFolded = names[1 - at] === name;
  const literal = /^(?:interpreted|raw)_string_literal$/.test(other.type)
    ? other.text.slice(1, -1)
    : undefined;
  // A constant in the other case is never equal; one with escapes or other letters is not looked into.
  const fits =
    literal !== undefined &&
    /^[\x20-\x5b\x5d-\x7e]+$/.test(literal) &&
    literal === (name === 'strings.ToLower' ? literal.toLowerCase() : literal.toUpperCase());
  if (!isFolded && !fits) return undefined;
  if (!(file.facts?.emitted(comparison) ?? []).some(({ callee }) => callee === name)) return undefined;
  const strings = sides[at]!.childForFieldName('function')!.childForFieldName('operand')!.text;
  const texts = sides.map((side, i) => (names[i] === undefined ? side.text : argumentsOf(side)[0]?.text));
  if (texts.includes(undefined)) return undefined;
  const not = operator === '!=' ? '!' : '';
  return {
    node: comparison,
    message: `${code(name)} makes a string only to compare it; ${code(`${strings}.EqualFold`)} makes none`,
    cost: 'conditional',
    reason: `${code(name)} allocates where the text has a letter in the other case`,
    callees: [name],
    title: `Use ${code(`${strings}.EqualFold`)} (which also takes letters such as \`ſ\` and \`s\` for the same)`,
    kind: 'suggestion',
    edits: [{ span: spanOf(comparison), newText: `${not}${strings}.EqualFold(${texts.join(', ')})` }],
    conversions: [],
  };
}

const toRunes = 'runtime.stringtoslicerune';

/** The operand of `[]rune(s)`, a string, where the compiler emits the conversion. */
function runesOf(node: Node, file: GoFile): Node | undefined {
  const conversion = unparenthesised(node);
  if (conversion.type !== 'type_conversion_expression') return undefined;
  const type = unparenthesised(conversion.childForFieldName('type') ?? conversion);
  const element = type.type === 'slice_type' ? type.childForFieldName('element') : null;
  const operand = conversion.childForFieldName('operand');
  if (!operand || !element || !/^(?:rune|int32)$/.test(element.text) || !isUniverse(file, element))
    return undefined;
  if (basicType(operand, file)?.basic !== 'string') return undefined;
  return (file.facts?.emitted(conversion) ?? []).some(({ callee }) => callee === toRunes)
    ? operand
    : undefined;
}

const runesReason =
  'the conversion allocates 4 bytes for each character of the text (up to 32 characters on the stack)';

/** `for _, r := range []rune(s)`: ranging over the string gives the same runes. */
function rangedRunes(range: Node, file: GoFile): PlainForm | undefined {
  const ranged = range.childForFieldName('right');
  const text = ranged && runesOf(ranged, file);
  const [index] = range.childForFieldName('left')?.namedChildren ?? [];
  // The index of a string counts bytes.
  if (!text || (index && index.text !== '_')) return undefined;
  return {
    node: ranged,
    message: `${code(ranged.text)} copies all characters, and the loop takes them one by one`,
    cost: 'conditional',
    reason: runesReason,
    callees: [toRunes],
    title: `Range over ${code(text.text)} itself`,
    kind: 'safe',
    edits: [{ span: spanOf(ranged), newText: text.text }],
    conversions: [],
  };
}

/** `[]rune(s)[0]`. */
function firstRune(element: Node, file: GoFile): PlainForm | undefined {
  const operand = element.childForFieldName('operand');
  const text = operand && runesOf(operand, file);
  if (!text || element.childForFieldName('index')?.text !== '0') return undefined;
  const list = parenthesized(element).parent;
  const statement = list?.type === 'expression_list' && list.namedChildCount === 1 ? list.parent : undefined;
  const left = statement?.childForFieldName('left');
  const utf8 = [...file.imports].find(([, path]) => path === 'unicode/utf8')?.[0] ?? 'utf8';
  const isTaken =
    namesAround(file.root, element).bindings.some(({ name }) => name === utf8) ||
    (file.imports.has(utf8) && file.imports.get(utf8) !== 'unicode/utf8');
  const isAlone = statement?.type === 'short_var_declaration' && left?.namedChildCount === 1 && !isTaken;
  return {
    node: element,
    message: `${code(operand.text)} copies all characters for the first`,
    cost: 'conditional',
    reason: runesReason,
    callees: [toRunes],
    title: 'Use `utf8.DecodeRuneInString` (which gives `utf8.RuneError` where an empty text panics)',
    kind: 'suggestion',
    edits: isAlone
      ? [
          { span: { start: left.endIndex, end: left.endIndex }, newText: ', _' },
          { span: spanOf(element), newText: `${utf8}.DecodeRuneInString(${text.text})` },
        ]
      : [],
    imports: ['unicode/utf8'],
    conversions: [],
  };
}

/** The edits that leave the operand of a conversion alone. */
export function withoutConversion({ node, operand }: Conversion): TextEdit[] {
  return [
    { span: { start: node.startIndex, end: operand.startIndex }, newText: '' },
    { span: { start: operand.endIndex, end: node.endIndex }, newText: '' },
  ];
}

/** `buf.String()` of a bytes.Buffer: a copy of what `buf.Bytes()` shows. */
export interface BufferText {
  readonly call: Node;
  /** The name of the method. */
  readonly field: Node;
  readonly buffer: Node;
}

export function bufferText(node: Node, file: GoFile): BufferText | undefined {
  const call = unparenthesised(node);
  const callee = call.type === 'call_expression' ? call.childForFieldName('function') : undefined;
  const field = callee?.type === 'selector_expression' ? callee.childForFieldName('field') : undefined;
  const buffer = callee?.childForFieldName('operand');
  if (!field || !buffer || field.text !== 'String' || qualified(callee!, file.imports)) return undefined;
  const type = typeOf(buffer, file);
  const named = type?.named ?? (type?.kind === 'pointer' ? type.element?.named : undefined);
  return named?.path === 'bytes' && named.name === 'Buffer' ? { call, field, buffer } : undefined;
}
