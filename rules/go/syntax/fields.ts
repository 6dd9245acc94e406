import type { Node } from 'web-tree-sitter';
import type { GoFile, GoPackage } from '../rule';
import { isAddressTaken, occurrences, parenthesized } from './names';

/** A private field whose name no other field, method or interface of the package has: `.name` is always this one. */
export function isOnlyField(pkg: GoPackage, name: string): boolean {
  let declared = 0;
  for (const file of pkg.files) {
    if (!file.text.includes(name)) continue;
    for (const node of file.root.descendantsOfType('field_identifier')) {
      if (node.text === name && node.parent?.type !== 'selector_expression') declared++;
    }
  }
  return declared === 1;
}

/** A mention of a field: `x.name`. */
export interface FieldUse {
  /** The selector expression. */
  readonly node: Node;
  /** `x`. */
  readonly operand: Node;
  readonly file: GoFile;
}

/**
 * Every mention of the field in the package; `others` are the identifiers of that name in composite literals, which give the field its
 * value. Undefined when its address is taken somewhere.
 */
export function usesOfField(
  pkg: GoPackage,
  name: string,
): { readonly uses: readonly FieldUse[]; readonly keys: readonly Node[] } | undefined {
  const uses: FieldUse[] = [];
  const keys: Node[] = [];
  for (const file of pkg.files) {
    for (const node of occurrences(file.root, file.text, name)) {
      const parent = node.parent;
      if (node.type === 'field_identifier' && parent?.type === 'selector_expression') {
        if (isAddressTaken(parent)) return undefined;
        uses.push({ node: parenthesized(parent), operand: parent.childForFieldName('operand')!, file });
      } else if (node.type === 'identifier' && parent?.type === 'literal_element') {
        if (parent.parent?.type === 'keyed_element' && parent.parent.firstNamedChild?.id === parent.id)
          keys.push(node);
      }
    }
  }
  return { uses, keys };
}
