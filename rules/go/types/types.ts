import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { qualified, unparenthesised } from '../syntax/nodes';
import { spelledTypeNode } from './declared-types';
import type { CheckedExpression, GoType } from './go-type';
import { spelledGoType } from './spelled-types';

/**
 * The door to types. The type checker answers where it was asked (a trusted workspace, a file that compiles); else what
 * declarations spell, which is less and never something else.
 */

/** What the type checker alone says of an expression, a type, or an identifier that declares. */
export function checked(node: Node, file: GoFile): CheckedExpression | undefined {
  return file.types?.at(node.startIndex, node.endIndex);
}

/** The type of an expression; undefined when nobody knows. */
export function typeOf(expression: Node, file: GoFile): GoType | undefined {
  const inner = unparenthesised(expression);
  return checked(inner, file)?.type ?? spelledGoType(inner, file);
}

/** The type of an expression as the file can spell it: `int`, `[]Item`, `*http.Request`. */
export function spelledType(expression: Node, file: GoFile): string | undefined {
  const inner = unparenthesised(expression);
  const known = checked(inner, file);
  return (known && spelled(known.type, file)) ?? spelledTypeNode(inner, file)?.node.text;
}

/** A type as the file can spell it. */
export function spelled(type: GoType, file: GoFile): string | undefined {
  return type.spell((path) => importNameOf(path, file));
}

/** True for a selector that is a field, perhaps of an embedded struct: no method, and nothing of a package. */
export function isField(selector: Node, file: GoFile): boolean {
  const name = selector.childForFieldName('field');
  const known = name && checked(name, file);
  if (known) return known.mode === 'variable' && !qualified(selector, file.imports);
  return spelledTypeNode(selector, file) !== undefined;
}

/** `[]byte`, by whatever name. */
export function isBytes(type: GoType | undefined): boolean {
  return type?.kind === 'slice' && type.element?.basic === 'uint8' && type.element.named === undefined;
}

function importNameOf(path: string, file: GoFile): string | undefined {
  for (const [local, imported] of file.imports) if (imported === path) return local;
  return undefined;
}

/** A type whose values are those of a predeclared one. */
export interface BasicType {
  /** `int`, `string`; `uint8` and `int32` for byte and rune. */
  readonly basic: string;
  /** As the file spells it; undefined when it cannot: a type of another package that the file does not import. */
  readonly spelled: string | undefined;
  /** Not the predeclared type itself: it may have methods, and must be converted. */
  readonly declared: boolean;
  /** It has none of these methods, for sure; a pointer to it may. */
  lacks(...methods: readonly string[]): boolean;
}

const basics = /^(?:bool|string|u?int(?:8|16|32|64)?|uintptr|float(?:32|64)|complex(?:64|128))$/;

export function basicType(expression: Node, file: GoFile): BasicType | undefined {
  const type = typeOf(expression, file);
  if (type?.kind !== 'basic' || type.basic === undefined || !basics.test(type.basic)) return undefined;
  const { basic, named, methods } = type;
  return {
    basic,
    spelled: spelled(type, file),
    declared: named !== undefined,
    lacks: (...names) => methods !== undefined && !names.some((name) => methods.has(name)),
  };
}
