import type { Node } from 'web-tree-sitter';
import type { TextEdit } from '../../model';
import type { GoFile } from '../rule';
import { qualified, spanOf, unparenthesised } from '../syntax/nodes';
import { namesAround } from '../syntax/names';
import { importedAs } from '../edit/imports';
import { atLeast } from '../syntax/version';

/**
 * Functions that exist for strings and for byte slices, with the same meaning and the same result type. Held against
 * each other with random and invalid UTF-8 for Go 1.21 to 1.27; functions whose result is text have no such twin.
 */
export interface Mirror {
  /** `strings.Contains`, and what to call instead: `bytes.Contains`. */
  readonly name: string;
  readonly twin: string;
  /** What the called function takes, and what a conversion to it is needed for. */
  readonly from: 'string' | 'bytes';
  /** `text`: a string here, a byte slice there. `same`: a rune, a byte, or a set of characters. */
  readonly parameters: readonly Parameter[];
  /** Changes the callee. */
  readonly edits: readonly TextEdit[];
  /** The import path that the twin needs. */
  readonly import: string | undefined;
  /** The regular expression, of a method. */
  readonly receiver: Node | undefined;
  /** The conversion itself is free: the callee copies. */
  readonly inCallee: { readonly reason: string; readonly callees: readonly string[] } | undefined;
}

type Parameter = 'text' | 'same';

const two: readonly Parameter[] = ['text', 'text'];
const one: readonly Parameter[] = ['text', 'same'];

/** Packages strings and bytes. `Func` variants are left out: the function could change the bytes. */
const texts: Readonly<Record<string, readonly Parameter[]>> = {
  Compare: two,
  Contains: two,
  ContainsAny: one,
  ContainsRune: one,
  Count: two,
  EqualFold: two,
  HasPrefix: two,
  HasSuffix: two,
  Index: two,
  IndexAny: one,
  IndexByte: one,
  IndexRune: one,
  LastIndex: two,
  LastIndexAny: one,
  LastIndexByte: one,
};

/** unicode/utf8: string form → byte slice form. */
const runes: readonly (readonly [string, string])[] = [
  ['DecodeLastRuneInString', 'DecodeLastRune'],
  ['DecodeRuneInString', 'DecodeRune'],
  ['FullRuneInString', 'FullRune'],
  ['RuneCountInString', 'RuneCount'],
  ['ValidString', 'Valid'],
];

/** Methods of *regexp.Regexp: string form → byte slice form, and the parameters. */
const methods: readonly (readonly [string, string, readonly Parameter[]])[] = [
  ['FindAllStringIndex', 'FindAllIndex', one],
  ['FindAllStringSubmatchIndex', 'FindAllSubmatchIndex', one],
  ['FindStringIndex', 'FindIndex', ['text']],
  ['FindStringSubmatchIndex', 'FindSubmatchIndex', ['text']],
  ['MatchString', 'Match', ['text']],
];

/** The twin of the function that is called, when there is one. */
export function mirrorOf(call: Node, file: GoFile): Mirror | undefined {
  const callee = unparenthesised(call.childForFieldName('function') ?? call);
  const field = callee.childForFieldName('field');
  const operand = callee.childForFieldName('operand');
  if (callee.type !== 'selector_expression' || !field || !operand) return undefined;
  const local =
    operand.type === 'identifier' && namesAround(file.root, operand).resolve(operand) !== undefined;
  const target = local ? undefined : qualified(callee, file.imports);
  const base = { import: undefined, receiver: undefined, inCallee: undefined };
  if (target?.path === 'strings' || target?.path === 'bytes') {
    const parameters = texts[target.name];
    if (!parameters || !Object.hasOwn(texts, target.name)) return undefined;
    const other = target.path === 'strings' ? 'bytes' : 'strings';
    const qualifier = importedAs(file, other);
    return {
      ...base,
      name: `${target.path}.${target.name}`,
      twin: `${other}.${target.name}`,
      from: target.path === 'strings' ? 'string' : 'bytes',
      parameters,
      // With the dot, by which the import is known to be needed.
      edits: [{ span: { start: operand.startIndex, end: field.startIndex }, newText: `${qualifier}.` }],
      import: other,
    };
  }
  if (target?.path === 'unicode/utf8') return ofRunes(call, field, target.name, file);
  return target ? undefined : ofMethod(call, operand, field, file);
}

function ofRunes(call: Node, field: Node, name: string, file: GoFile): Mirror | undefined {
  for (const [text, bytes] of runes) {
    if (name !== text && name !== bytes) continue;
    const from = name === text ? 'string' : 'bytes';
    // From Go 1.25 on, RuneCount copies everything behind the first non-ASCII byte to a string (unicode/utf8, utf8.go).
    const copies = bytes === 'RuneCount' && atLeast(file.pkg.toolchain, 1, 25);
    if (copies && from === 'string') return undefined;
    const inCallee = copies ? runeCount(call, file) : undefined;
    return {
      name: `utf8.${name}`,
      twin: `utf8.${name === text ? bytes : text}`,
      from,
      parameters: ['text'],
      edits: [{ span: spanOf(field), newText: name === text ? bytes : text }],
      import: undefined,
      receiver: undefined,
      inCallee,
    };
  }
  return undefined;
}

/** The copy in `utf8.RuneCount`, inlined into the caller or not. */
function runeCount(call: Node, file: GoFile): Mirror['inCallee'] {
  const symbol = 'unicode/utf8.RuneCount';
  const inlined = file.facts?.inlined(call);
  const emitted = file.facts?.emitted(call).some(({ callee }) => callee === symbol) ?? false;
  if (inlined !== symbol && inlined !== 'utf8.RuneCount' && !emitted) return undefined;
  return {
    reason:
      'since Go 1.25 utf8.RuneCount copies what follows the first non-ASCII byte, to the heap when it is more than 32 bytes',
    callees: ['runtime.slicebytetostring', symbol],
  };
}

function ofMethod(call: Node, receiver: Node, field: Node, file: GoFile): Mirror | undefined {
  for (const [text, bytes, parameters] of methods) {
    if (field.text !== text && field.text !== bytes) continue;
    const symbol = `regexp.(*Regexp).${field.text}`;
    const emitted = file.facts?.emitted(call).some(({ callee }) => callee === symbol) ?? false;
    if (file.facts?.inlined(call) !== symbol && !emitted) return undefined;
    const twin = field.text === text ? bytes : text;
    return {
      name: `Regexp.${field.text}`,
      twin: `Regexp.${twin}`,
      from: field.text === text ? 'string' : 'bytes',
      parameters,
      edits: [{ span: spanOf(field), newText: twin }],
      import: undefined,
      receiver,
      inCallee: undefined,
    };
  }
  return undefined;
}
