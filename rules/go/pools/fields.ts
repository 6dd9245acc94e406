import type { Node } from 'web-tree-sitter';
import type { Pooled } from './variables';
import type { GoFile } from '../rule';
import { unparenthesised } from '../syntax/nodes';
import { namesAround } from '../syntax/names';
import { packageNames } from '../syntax/package-names';

/** The type that the pooled struct, when the package declares it, gives the field. */
export function fieldType(file: GoFile, pooled: Node, field: string): Node | undefined {
  const named = pooled.type === 'pointer_type' ? pooled.firstNamedChild : undefined;
  const spec = named?.type === 'type_identifier' && packageNames(file.pkg).types.get(named.text);
  const struct = spec ? spec.spec.childForFieldName('type') : undefined;
  if (struct?.type !== 'struct_type') return undefined;
  const declaration = struct
    .descendantsOfType('field_declaration')
    .find((one) => one.namedChildren.some((name) => name.type === 'field_identifier' && name.text === field));
  return declaration?.childForFieldName('type') ?? undefined;
}

const plainType = String.raw`(?:u?int(?:8|16|32|64)?|uintptr|float(?:32|64)|bool|byte|rune|string)`;

/** `v.n` where the pooled struct declares n with a predeclared type: a copy. */
export function isPlainField(file: GoFile, object: Pooled, value: Node): boolean {
  const declared = typeOfField(file, object, value);
  return declared !== undefined && new RegExp(`^${plainType}$`).test(declared.text);
}

/** `v.f` where the pooled struct declares f as array or slice of a predeclared type: its elements are copies. */
export function hasPlainElements(file: GoFile, object: Pooled, value: Node): boolean {
  const declared = typeOfField(file, object, value);
  return declared !== undefined && new RegExp(String.raw`^\[\w*\]${plainType}$`).test(declared.text);
}

function typeOfField(file: GoFile, { binding, type }: Pooled, value: Node): Node | undefined {
  const node = unparenthesised(value);
  const operand = node.type === 'selector_expression' ? node.childForFieldName('operand') : null;
  const field = node.childForFieldName('field')?.text;
  if (operand?.type !== 'identifier' || field === undefined) return undefined;
  if (namesAround(file.root, operand).resolve(operand) !== binding) return undefined;
  return fieldType(file, type, field);
}
