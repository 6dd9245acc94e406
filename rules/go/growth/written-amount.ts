import type { Node } from 'web-tree-sitter';
import { capacityText, guarded, knownAtDeclaration } from './filling-loop';
import { isInvariant } from '../flow/invariants';
import type { GoFile } from '../rule';
import { unparenthesised } from '../syntax/nodes';
import { tripCount, type TripCount } from '../flow/trip-count';
import { namesAround } from '../syntax/names';
import { packageNames } from '../syntax/package-names';
import { isShadowed } from '../syntax/universe';
import { isBytes, typeOf } from '../types/types';

/** How many bytes a loop writes, where that can be worked out before it. */
export interface Amount {
  /** Bytes that are plain in the text. */
  readonly constant: number;
  /** Strings and slices whose length is added. */
  readonly lengths: readonly Node[];
}

export const nothing: Amount = { constant: 0, lengths: [] };

export function isNothing({ constant, lengths }: Amount): boolean {
  return constant === 0 && lengths.length === 0;
}

/** `2+len(a)`, with what stands between the parts. */
export function sumText({ constant, lengths }: Amount, plus: string): string {
  return [...(constant > 0 ? [String(constant)] : []), ...lengths.map((node) => `len(${node.text})`)].join(
    plus,
  );
}

export function plus(a: Amount, b: Amount): Amount {
  return { constant: a.constant + b.constant, lengths: [...a.lengths, ...b.lengths] };
}

/** The bytes of a string: a literal, a constant, or a local variable that is declared as a string or a slice of bytes. */
export function bytesOf(piece: Node, file: GoFile): Amount | undefined {
  const node = unparenthesised(piece);
  switch (node.type) {
    case 'interpreted_string_literal':
    case 'raw_string_literal':
      return { constant: literalBytes(node.text), lengths: [] };
    case 'identifier': {
      const binding = namesAround(file.root, node).resolve(node);
      if (!binding) {
        const value = packageNames(file.pkg).constants.get(node.text);
        return value && bytesOf(value, file);
      }
      const type = typeOf(node, file);
      if (!isBytes(type) && type?.basic !== 'string') return undefined;
      return { constant: 0, lengths: [node] };
    }
    default:
      return undefined;
  }
}

/** The length in bytes of a Go string literal. */
export function literalBytes(literal: string): number {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return utf8Length(inner.replaceAll('\r', ''));
  let bytes = 0;
  const plain = inner.replace(
    /\\(?:x[\da-fA-F]{2}|[0-7]{3}|u([\da-fA-F]{4})|U([\da-fA-F]{8})|[^])/g,
    (_escape, short?: string, long?: string) => {
      bytes += short || long ? runeLength(parseInt((short ?? long)!, 16)) : 1;
      return '';
    },
  );
  return bytes + utf8Length(plain);
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const char of text) bytes += runeLength(char.codePointAt(0)!);
  return bytes;
}

function runeLength(rune: number): number {
  return rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
}

/** What `Grow` is given before a loop that writes the amount in each iteration. */
export interface Growth {
  /** A Go expression of type int, not negative. */
  readonly text: string;
  /** The number, when it is plain in the text. */
  readonly constant: number | undefined;
  readonly count: TripCount;
}

/**
 * The amount times the trip count; undefined where either is not known in front of the loop.
 * @param declaration where the number is wanted already, when that is not in front of the loop
 * @param more what is written once, behind the loop
 */
export function growthOf(
  loop: Node,
  each: Amount,
  file: GoFile,
  { declaration, more = nothing }: { declaration?: Node; more?: Amount },
): Growth | undefined {
  if (isShadowed('len', loop, file) || isNothing(each)) return undefined;
  const count = tripCount(loop, file);
  if (!count?.exact || !(count.isInt || count.constant !== undefined)) return undefined;
  if (!isInvariant({ ...count, from: each.lengths }, loop, file)) return undefined;
  const all = { ...count, from: [...count.from, ...each.lengths] };
  if (declaration && !knownAtDeclaration(declaration, loop, all, file)) return undefined;
  const text = count.nonNegative
    ? product(count, each, more, ' ')
    : guarded(product(count, each, more, ''), count, loop, file);
  if (text === undefined) return undefined;
  const plain = count.constant !== undefined && each.lengths.length + more.lengths.length === 0;
  return { text, constant: plain ? count.constant! * each.constant + more.constant : undefined, count };
}

/** gofmt: blanks around the operators that bind least in a lone argument, none in one of several. */
function product(count: TripCount, each: Amount, more: Amount, blank: string): string {
  const plus = `${blank}+${blank}`;
  const alone = isNothing(more);
  const { constant, lengths } = each;
  if (lengths.length === 0 && (count.constant !== undefined || constant === 1)) {
    const whole = { constant: (count.constant ?? 0) * constant + more.constant, lengths: more.lengths };
    if (count.constant !== undefined) return sumText(whole, plus);
    return alone
      ? capacityText(count, constant)
      : `${capacityText(count, constant)}${plus}${sumText(more, plus)}`;
  }
  const isSum = lengths.length + (constant > 0 ? 1 : 0) > 1;
  const factor = isSum ? `(${sumText(each, blank === '' || !alone ? '+' : ' + ')})` : sumText(each, '');
  const times = count.atomic ? count.expression : `(${count.expression})`;
  const by = alone ? `${blank}*${blank}` : '*';
  const text = lengths.length === 0 ? `${factor}${by}${times}` : `${times}${by}${factor}`;
  return alone ? text : `${text}${plus}${sumText(more, plus)}`;
}
