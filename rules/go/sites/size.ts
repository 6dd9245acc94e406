import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { constructorForms } from '../stdlib/constructor-forms';
import { argumentsOf } from '../syntax/nodes';
import { importedFunction, isBuiltin } from '../syntax/universe';
import type { GoType } from '../types/go-type';
import { allocatedSize, type Layout } from '../types/layout';
import { checked } from '../types/types';

/** What the runtime boxes without being told a type (runtime/iface.go); numbers share blocks of 16 bytes (runtime/malloc.go). */
const boxes: Readonly<Record<string, number>> = {
  'runtime.convTstring': 16,
  'runtime.convTslice': 24,
  'runtime.convT64': 16,
  'runtime.convT32': 16,
  'runtime.convT16': 16,
};

/**
 * Bytes that the allocator takes each time for what the runtime call makes of the node: the size class, as profiles have it. Undefined
 * where it depends on the run, where no type is known, and over 2 KiB.
 */
export function sizeOf(file: GoFile, node: Node, callee: string): number | undefined {
  const box = boxes[callee];
  if (box !== undefined) return box;
  const isObject = /^runtime\.(?:newobject|convT|convTnoptr)$/.test(callee);
  if (!isObject && callee !== 'runtime.makeslice') return undefined;
  const layout = isObject ? objectOf(file, node) : madeSlice(file, node);
  if (!layout) return undefined;
  // Without pointers, what is smaller shares a block.
  if (layout.pointers === 0 && layout.size > 0 && layout.size < 16) return 16;
  return layout.size === 0 ? undefined : allocatedSize(layout);
}

/**
 * Bytes of what the call makes, its first use included, where they are known and may be many: `make` of a constant length, a constructor of the standard
 * library. Undefined for all else.
 */
export function largeSizeOf(file: GoFile, node: Node): number | undefined {
  if (node.type !== 'call_expression') return undefined;
  const callee = node.childForFieldName('function');
  if (isBuiltin(file, node, 'make')) return madeSlice(file, node)?.size;
  const name = callee ? importedFunction(file, callee) : undefined;
  const form = name === undefined ? undefined : constructorForms[name];
  if (form && name!.endsWith('Size')) {
    const length = checked(argumentsOf(node).at(-1)!, file)?.constant;
    return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
  }
  return form?.bytes;
}

/** `&T{…}`, `T{…}` that is boxed, `new(T)`, a variable that is moved, and the array of `[]T{a, b}`. */
function objectOf(file: GoFile, node: Node): Layout | undefined {
  const type = checked(node, file)?.type;
  if (!type) return undefined;
  if (node.type === 'composite_literal' && type.kind === 'slice') {
    const elements =
      node.childForFieldName('body')?.namedChildren.filter(({ type: kind }) => kind !== 'comment') ?? [];
    return elements.some(({ type: kind }) => kind === 'keyed_element')
      ? undefined
      : times(type.element, elements.length);
  }
  const isPointed =
    type.kind === 'pointer' &&
    !type.named &&
    (node.type === 'unary_expression' || node.type === 'call_expression');
  // What a literal of a function captures is not in its type.
  if (node.type === 'func_literal') return undefined;
  return isPointed ? type.element?.layout : type.layout;
}

/** `make([]T, 8)`, `make([]T, 0, 8)`. */
function madeSlice(file: GoFile, node: Node): Layout | undefined {
  if (node.type !== 'call_expression') return undefined;
  const length = argumentsOf(node).at(-1);
  const count = length && checked(length, file)?.constant;
  return count === undefined || !/^\d+$/.test(count)
    ? undefined
    : times(checked(node, file)?.type.element, Number(count));
}

function times(element: GoType | undefined, count: number): Layout | undefined {
  const layout = element?.layout;
  if (!layout || count === 0) return undefined;
  const before = layout.size * (count - 1);
  return {
    ...layout,
    size: layout.size * count,
    pointers: layout.pointers > 0 ? before + layout.pointers : 0,
  };
}
