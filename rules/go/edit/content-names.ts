import type { Node } from 'web-tree-sitter';
import { unparenthesised } from '../syntax/nodes';

/** What punctuation is called. */
const marks: Readonly<Record<string, string>> = {
  ',': 'comma',
  ':': 'colon',
  ';': 'semicolon',
  '.': 'dot',
  ' ': 'space',
  '\n': 'newline',
  '\r\n': 'crlf',
  '\t': 'tab',
  '\0': 'zeroByte',
  '"': 'quote',
  "'": 'apostrophe',
  '`': 'backquote',
  '/': 'slash',
  '\\': 'backslash',
  '=': 'equals',
  '&': 'ampersand',
  '|': 'pipe',
  '-': 'dash',
  '+': 'plus',
  '*': 'star',
  '#': 'hash',
  '%': 'percent',
  '?': 'question',
  '!': 'exclamation',
  '@': 'at',
  '(': 'openParen',
  ')': 'closeParen',
  '[': 'openBracket',
  ']': 'closeBracket',
  '{': 'openBrace',
  '}': 'closeBrace',
  '<': 'lessThan',
  '>': 'greaterThan',
  ', ': 'commaSpace',
  ': ': 'colonSpace',
  '\n\n': 'blankLine',
};

/**
 * Names for a `[]byte` of constants that say what is in it: `comma` and `commaBytes` for `[]byte{','}`, `nullBytes` for
 * `[]byte("null")`. None where its text is no single word or mark.
 */
export function contentNames(value: Node): string[] {
  const text = textOf(value);
  const mark = text !== undefined && Object.hasOwn(marks, text) ? marks[text] : undefined;
  if (mark !== undefined) return [mark, `${mark}Bytes`];
  const word = /^[^\p{L}\p{N}]{0,3}(\p{L}[\p{L}\p{N}]{0,19})[^\p{L}\p{N}]{0,3}$/u.exec(text ?? '')?.[1];
  if (word === undefined) return [];
  const first = /^\p{Lu}+$/u.test(word) ? word.toLowerCase() : word[0]!.toLowerCase() + word.slice(1);
  return [`${first}Bytes`];
}

/** The text that the bytes are, of literals in ASCII. */
function textOf(value: Node): string | undefined {
  if (value.type === 'type_conversion_expression') {
    const operand = unparenthesised(value.childForFieldName('operand')!);
    if (operand.type === 'raw_string_literal') return operand.text.slice(1, -1);
    return operand.type === 'interpreted_string_literal' ? unescaped(operand.text.slice(1, -1)) : undefined;
  }
  if (
    value.type !== 'composite_literal' ||
    !/^\[\](?:byte|uint8)$/.test(value.childForFieldName('type')?.text ?? '')
  )
    return undefined;
  let text = '';
  for (const element of value.childForFieldName('body')?.namedChildren ?? []) {
    const rune = element.type === 'literal_element' ? element.namedChild(0) : null;
    const character = rune?.type === 'rune_literal' ? unescaped(rune.text.slice(1, -1)) : undefined;
    if (character === undefined) return undefined;
    text += character;
  }
  return text;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unescaped(source: string): string | undefined {
  let known = true;
  const text = source.replaceAll(/\\(x00|.)/g, (_, code: string) => {
    if (code === 'x00') return '\0';
    if (/[nrt]/.test(code)) return escapes[code]!;
    known &&= /["'\\]/.test(code);
    return code;
  });
  return known ? text : undefined;
}
