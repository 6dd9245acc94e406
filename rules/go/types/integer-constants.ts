import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { unparenthesised } from '../syntax/nodes';
import { namesAround } from '../syntax/names';
import { packageNames } from '../syntax/package-names';

/** What is known of a constant integer expression. */
export interface IntegerConstant {
  /** Undefined when the value is not an integer that could be worked out. */
  readonly value: number | undefined;
  /** Every name in it is declared at package level, so that the expression means the same in a pool's New. */
  readonly global: boolean;
}

/** A constant integer expression; undefined for anything that may vary, and for constants of other packages. */
export function constantOf(file: GoFile, node: Node, depth = 0): IntegerConstant | undefined {
  const expression = unparenthesised(node);
  if (depth > 8) return undefined;
  switch (expression.type) {
    case 'int_literal': {
      const text = expression.text.replaceAll('_', '');
      const parsed = /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
      return { value: Number.isSafeInteger(parsed) ? parsed : undefined, global: true };
    }
    case 'binary_expression': {
      const left = constantOf(file, expression.childForFieldName('left')!, depth + 1);
      const right = constantOf(file, expression.childForFieldName('right')!, depth + 1);
      if (!left || !right) return undefined;
      const operator = expression.childForFieldName('operator')?.text ?? '';
      return { value: compute(left.value, operator, right.value), global: left.global && right.global };
    }
    case 'identifier': {
      const local = namesAround(file.root, expression).resolve(expression);
      if (local) {
        if (local.kind !== 'constant') return undefined;
        const names =
          local.declaration.parent?.namedChildren.filter((child) => child.type === 'identifier') ?? [];
        const values = local.declaration.parent?.childForFieldName('value')?.namedChildren ?? [];
        const initial = values[names.findIndex((name) => name.id === local.declaration.id)];
        return { value: initial && constantOf(file, initial, depth + 1)?.value, global: false };
      }
      const { constants } = packageNames(file.pkg);
      if (!constants.has(expression.text)) return undefined;
      const initial = constants.get(expression.text);
      return { value: initial && constantOf(file, initial, depth + 1)?.value, global: true };
    }
    default:
      return undefined;
  }
}

function compute(a: number | undefined, operator: string, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  const result = {
    '+': a + b,
    '-': a - b,
    '*': a * b,
    '/': b === 0 ? Number.NaN : Math.trunc(a / b),
    '<<': a * 2 ** b,
    '>>': Math.floor(a / 2 ** b),
  }[operator];
  return result !== undefined && Number.isSafeInteger(result) ? result : undefined;
}
