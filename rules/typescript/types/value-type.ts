import type { TSESTree } from '@typescript-eslint/utils';
import type { DeclaredMember } from './imports';
import type { ObjectType } from './members';

/**
 * What a value is, from what the file itself says: annotations, constructors, literals, imports. There is no type
 * checker behind this: `undefined` means that the file does not say.
 */
export interface ValueType {
  /**
   * `string`, `number`, `boolean`, `bigint`, or the name of a built-in class: `Uint8Array`, `Buffer`, `Array`. `object`: what
   * the file declares, or a dictionary; `imported`: of a class or type of another module; `iterator` of a collection.
   */
  readonly name: string;
  /** Of arrays, sets and iterators; of a promise what it gives. */
  readonly element?: ValueType;
  /** Of maps and dictionaries. */
  readonly value?: ValueType;
  readonly declared?: ObjectType;
  /** Of an object type that another file declares: what its members are. */
  readonly members?: ReadonlyMap<string, DeclaredMember>;
  /** An object with any keys: `Record<string, T>`, `{ [key: string]: T }`. */
  readonly dictionary?: true;
  readonly imported?: { readonly module: string; readonly name: string };
}

/** Bytes per element of the typed arrays. */
export const elementSizes: ReadonlyMap<string, number> = new Map([
  ['Int8Array', 1],
  ['Uint8Array', 1],
  ['Uint8ClampedArray', 1],
  ['Int16Array', 2],
  ['Uint16Array', 2],
  ['Float16Array', 2],
  ['Int32Array', 4],
  ['Uint32Array', 4],
  ['Float32Array', 4],
  ['Float64Array', 8],
  ['BigInt64Array', 8],
  ['BigUint64Array', 8],
]);

/** Buffer or a typed array: what `set`, `subarray` and `fill` work on. */
export const isByteView = (type: ValueType | undefined): boolean =>
  type !== undefined && (type.name === 'Buffer' || elementSizes.has(type.name));

/** An array of bytes: assigning another byte array into it copies bytes unchanged. */
export const isBytes = (type: ValueType | undefined): boolean =>
  type !== undefined && (type.name === 'Buffer' || type.name === 'Uint8Array');

export const builtInClasses = new Set([
  ...elementSizes.keys(),
  'Buffer', 'ArrayBuffer', 'DataView', 'TextEncoder', 'TextDecoder', 'Map', 'Set', 'WeakMap', 'WeakSet', 'RegExp', 'Date',
  'Array', 'Error', 'URL', 'Promise',
]); // prettier-ignore

export const text: ValueType = { name: 'string' };
export const number: ValueType = { name: 'number' };
export const boolean: ValueType = { name: 'boolean' };

/** The names of primitive types. */
export const primitives = new Set(['string', 'number', 'boolean', 'bigint']);

export const mapOf = (key: ValueType | undefined, value: ValueType | undefined): ValueType => ({
  name: 'Map',
  ...(key && { element: key }),
  ...(value && { value }),
});

export function arrayOf(element: ValueType | undefined): ValueType {
  return element ? { name: 'Array', element } : { name: 'Array' };
}

/** The first where both are the same type, else undefined. */
export function same(a: ValueType | undefined, b: ValueType | undefined): ValueType | undefined {
  if (!a || !b || a.name !== b.name || a.declared !== b.declared || a.members !== b.members) return undefined;
  return a.imported?.name === b.imported?.name ? a : undefined;
}

/** What a typed array holds. */
export const elementOf = ({ name }: ValueType): ValueType =>
  name.startsWith('Big') ? { name: 'bigint' } : number;

/** What `for…of` gives. */
export function elementIn(over: ValueType | undefined): ValueType | undefined {
  if (over?.name === 'string') return text;
  if (isByteView(over)) return elementOf(over!);
  // A map gives pairs.
  return over?.name === 'Map' ? { name: 'Array' } : over?.element;
}

/** What a literal is; undefined for `null`. */
export function literalType(node: TSESTree.Literal): ValueType | undefined {
  if (typeof node.value === 'string') return text;
  if (typeof node.value === 'number') return number;
  if (typeof node.value === 'boolean') return boolean;
  if ('bigint' in node) return { name: 'bigint' };
  return 'regex' in node ? { name: 'RegExp' } : undefined;
}
