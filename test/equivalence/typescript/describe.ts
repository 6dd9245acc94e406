import { types } from 'node:util';

/**
 * A value as a text that says all that a program could see of it: kinds, prototypes, the order of properties, holes,
 * accessors, what is frozen, and which objects are the same. Runs none of the program's code.
 * @param targetOf what a proxy stands for
 */
export function describe(value: unknown, targetOf: (proxy: object) => object | undefined): string {
  const met = new Set<object>();
  const again = new Set<object>();
  const count = (at: unknown): void => {
    if (!isObject(at)) return;
    if (met.has(at)) {
      again.add(at);
      return;
    }
    met.add(at);
    for (const part of partsOf(targetOf(at) ?? at)) count(part);
  };
  count(value);

  const labels = new Map<object, number>();
  const text = (at: unknown): string => {
    if (!isObject(at)) return primitive(at);
    const known = labels.get(at);
    if (known !== undefined) return `*${known}`;
    if (!again.has(at)) return object(targetOf(at) ?? at, text);
    labels.set(at, labels.size + 1);
    return `&${labels.size} ${object(targetOf(at) ?? at, text)}`;
  };
  return text(value);
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

function primitive(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Everything that an object holds, in the order in which it is written out. */
function partsOf(value: object): unknown[] {
  if (typeof value === 'function' || types.isTypedArray(value) || types.isPromise(value)) return [];
  const parts: unknown[] = [];
  if (types.isMap(value)) for (const [key, element] of mapEntries(value)) parts.push(key, element);
  if (types.isSet(value)) parts.push(...setValues(value));
  for (const key of keysOf(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key)!;
    if ('value' in property) parts.push(property.value);
  }
  return parts;
}

const mapEntries = (map: Map<unknown, unknown>): [unknown, unknown][] => [
  ...(Map.prototype.entries.call(map) as MapIterator<[unknown, unknown]>),
];
const setValues = (set: Set<unknown>): unknown[] => [
  ...(Set.prototype.values.call(set) as SetIterator<unknown>),
];

/** Own keys; not the stack of an error, which names lines. */
function keysOf(value: object): (string | symbol)[] {
  return Reflect.ownKeys(value).filter(
    (key) => !(types.isNativeError(value) && (key === 'stack' || key === 'message')),
  );
}

function object(value: object, text: (value: unknown) => string): string {
  if (typeof value === 'function') return `function ${value.name}`;
  if (types.isPromise(value)) return 'Promise';
  const prototype = prototypeOf(value);
  const integrity = integrityOf(value);
  if (types.isTypedArray(value)) {
    const all = Array.from({ length: value.length }, (_, i) => primitive(value[i]));
    return `${prototype}${integrity}(${all.join(', ')})`;
  }
  if (types.isAnyArrayBuffer(value)) return `${prototype}(${[...new Uint8Array(value)].join(', ')})`;
  if (Array.isArray(value)) {
    const name = prototype === 'Array' ? '' : `${prototype} `;
    return `${name}${integrity}[${elements(value, text).join(', ')}]`;
  }
  const parts: string[] = [];
  if (types.isMap(value)) {
    for (const [key, element] of mapEntries(value)) parts.push(`${text(key)} => ${text(element)}`);
  }
  if (types.isSet(value)) parts.push(...setValues(value).map(text));
  if (types.isDate(value)) parts.push(`time ${primitive(Date.prototype.getTime.call(value))}`);
  if (types.isRegExp(value)) parts.push(RegExp.prototype.toString.call(value));
  if (types.isNativeError(value)) {
    const { message } = value;
    parts.push(typeof message === 'string' ? JSON.stringify(message) : text(message));
  }
  parts.push(...keysOf(value).map((key) => property(value, key, text)));
  const name = prototype === 'Object' ? '' : `${prototype} `;
  return parts.length === 0 ? `${name}${integrity}{}` : `${name}${integrity}{ ${parts.join(', ')} }`;
}

function elements(list: readonly unknown[], text: (value: unknown) => string): string[] {
  const parts: string[] = [];
  for (let i = 0; i < Math.min(list.length, 1000); i++) {
    const element = Object.getOwnPropertyDescriptor(list, i);
    parts.push(element ? attributes(element) + valueOf(element, text) : '<hole>');
  }
  if (list.length > 1000) parts.push(`length ${list.length}`);
  for (const key of keysOf(list)) {
    if (key !== 'length' && !/^\d+$/.test(String(key))) parts.push(property(list, key, text));
  }
  return parts;
}

function property(value: object, key: string | symbol, text: (value: unknown) => string): string {
  const found = Object.getOwnPropertyDescriptor(value, key)!;
  const name = typeof key === 'symbol' ? `[${String(key)}]` : /^\w+$/.test(key) ? key : JSON.stringify(key);
  return `${attributes(found)}${name}: ${valueOf(found, text)}`;
}

function valueOf(property: PropertyDescriptor, text: (value: unknown) => string): string {
  if ('value' in property) return text(property.value);
  return [property.get && 'get', property.set && 'set'].filter(Boolean).join('/');
}

/** What is not as an assignment makes it. */
function attributes(property: PropertyDescriptor): string {
  const missing = [
    property.enumerable ? '' : 'hidden ',
    property.configurable ? '' : 'fixed ',
    'value' in property && !property.writable ? 'readonly ' : '',
  ];
  return missing.join('');
}

function integrityOf(value: object): string {
  return Object.isExtensible(value) ? '' : 'closed ';
}

function prototypeOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null) return 'null';
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof constructor === 'function' ? constructor.name : 'an own prototype';
}
