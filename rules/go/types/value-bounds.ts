import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { isAddressTaken, isAssigned, namesAround } from '../syntax/names';
import { initializer } from '../syntax/assignments';
import { importedFunction, isBuiltin } from '../syntax/universe';
import { basicType, typeOf } from './types';
import { spelledType } from './types';
import { constantOf } from './integer-constants';

/** Inclusive; infinite where nothing is known. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

const unknown: Bounds = { min: -Infinity, max: Infinity };

/**
 * Between which values an integer expression lies for all that its text says: constants, `len` of an array, the digest
 * size of a hash, `min` and `max`, small integer types, and arithmetic on these.
 */
export function boundsOf(node: Node, file: GoFile, depth = 0): Bounds {
  const expression = unparenthesised(node);
  const value = constantOf(file, expression)?.value;
  if (value !== undefined) return { min: value, max: value };
  if (depth > 8) return unknown;
  switch (expression.type) {
    case 'call_expression':
      return ofCall(expression, file, depth + 1);
    case 'binary_expression':
      return ofBinary(expression, file, depth + 1);
    case 'identifier': {
      const binding = namesAround(file.root, expression).resolve(expression);
      const start = binding?.kind === 'variable' ? initializer(binding) : undefined;
      const once = binding?.uses.every(({ node }) => !isAssigned(node) && !isAddressTaken(node));
      return within(start && once ? boundsOf(start, file, depth + 1) : unknown, ofType(expression, file));
    }
    case 'selector_expression':
      return within(ofNamed(expression, file), ofType(expression, file));
    default:
      return ofType(expression, file);
  }
}

function within(a: Bounds, b: Bounds): Bounds {
  return { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) };
}

const widths: Readonly<Record<string, Bounds>> = {
  uint8: { min: 0, max: 0xff },
  uint16: { min: 0, max: 0xffff },
  uint32: { min: 0, max: 0xffffffff },
  uint64: { min: 0, max: Infinity },
  uint: { min: 0, max: Infinity },
  uintptr: { min: 0, max: Infinity },
  int8: { min: -0x80, max: 0x7f },
  int16: { min: -0x8000, max: 0x7fff },
};

function ofType(expression: Node, file: GoFile): Bounds {
  return widths[basicType(expression, file)?.basic ?? ''] ?? unknown;
}

/** Constants of the standard library that sizes are made of, by import path: bytes. */
const constants: Readonly<Record<string, number>> = {
  'crypto/aes.BlockSize': 16,
  'crypto/des.BlockSize': 8,
  'crypto/md5.Size': 16,
  'crypto/sha1.Size': 20,
  'crypto/sha256.Size': 32,
  'crypto/sha256.Size224': 28,
  'crypto/sha512.Size': 64,
  'crypto/sha512.Size224': 28,
  'crypto/sha512.Size256': 32,
  'crypto/sha512.Size384': 48,
  'hash/adler32.Size': 4,
  'hash/crc32.Size': 4,
  'hash/crc64.Size': 8,
  'net.IPv4len': 4,
  'net.IPv6len': 16,
  'unicode/utf8.UTFMax': 4,
};

function ofNamed(selector: Node, file: GoFile): Bounds {
  const value = constants[importedFunction(file, selector) ?? ''];
  return value === undefined ? unknown : { min: value, max: value };
}

/** The largest block, in bytes, of a hash of the standard library: SHA3-224. */
const largestBlock = 144;

const sizes: Readonly<Record<string, number>> = {
  Size: 64,
  BlockSize: largestBlock,
  NonceSize: 24,
  Overhead: 32,
};

function ofCall(call: Node, file: GoFile, depth: number): Bounds {
  const args = argumentsOf(call);
  const [first] = args;
  if (first && isBuiltin(file, call, 'len', 'cap')) {
    const type = typeOf(first, file);
    const value = (type?.kind === 'pointer' ? type.element : type)?.length;
    return value === undefined ? { min: 0, max: Infinity } : { min: value, max: value };
  }
  if (first && isBuiltin(file, call, 'min', 'max')) {
    const all = args.map((arg) => boundsOf(arg, file, depth));
    const pick = call.childForFieldName('function')?.text === 'min' ? Math.min : Math.max;
    return { min: pick(...all.map(({ min }) => min)), max: pick(...all.map(({ max }) => max)) };
  }
  if (first && args.length === 1 && isBuiltin(file, call, 'int', 'int64', 'uint', 'uint64')) {
    const inner = boundsOf(first, file, depth);
    return inner.min >= 0 && inner.max < Infinity ? inner : ofType(call, file);
  }
  const callee = call.childForFieldName('function');
  const name = callee && importedFunction(file, callee);
  if (first && (name === 'encoding/hex.EncodedLen' || name === 'encoding/hex.DecodedLen')) {
    const { min, max } = boundsOf(first, file, depth);
    const scale = name.endsWith('EncodedLen') ? 2 : 0.5;
    return { min: Math.floor(Math.max(0, min) * scale), max: max * scale };
  }
  const method = callee?.type === 'selector_expression' ? callee.childForFieldName('field')?.text : undefined;
  const receiver = callee?.childForFieldName('operand');
  const largest = method === undefined ? undefined : sizes[method];
  return largest !== undefined && args.length === 0 && receiver && isCipherOrHash(receiver, file)
    ? { min: 0, max: largest }
    : ofType(call, file);
}

/** `hash.Hash`, `cipher.AEAD`, or what a constructor of a package below crypto and hash gave. */
function isCipherOrHash(receiver: Node, file: GoFile): boolean {
  const [, qualifier] =
    /^(\w+)\.(?:Hash(?:32|64)?|Block|AEAD)$/.exec(spelledType(receiver, file) ?? '') ?? [];
  if (qualifier !== undefined) return /^(?:hash|crypto\/cipher)$/.test(file.imports.get(qualifier) ?? '');
  const binding =
    receiver.type === 'identifier' ? namesAround(file.root, receiver).resolve(receiver) : undefined;
  const list = binding?.declaration.parent;
  const made = binding && (initializer(binding) ?? list?.parent?.childForFieldName('right')?.namedChild(0));
  const callee = made?.type === 'call_expression' ? made.childForFieldName('function') : null;
  const name = callee && importedFunction(file, callee);
  return name != null && /^(?:crypto|hash)\/[\w/]+\.New/.test(name);
}

function ofBinary(expression: Node, file: GoFile, depth: number): Bounds {
  const a = boundsOf(expression.childForFieldName('left')!, file, depth);
  const b = boundsOf(expression.childForFieldName('right')!, file, depth);
  const type = ofType(expression, file);
  // What may be negative, or wrap around in a small type, is not followed.
  if (a.min < 0 || b.min < 0) return type;
  const result = arithmetic(expression.childForFieldName('operator')?.text ?? '', a, b);
  if (!result) return type;
  return result.max > type.max ? type : within(result, type);
}

/** Of operands that are not negative. */
function arithmetic(operator: string, a: Bounds, b: Bounds): Bounds | undefined {
  switch (operator) {
    case '+':
      return { min: a.min + b.min, max: a.max + b.max };
    case '*':
      return { min: a.min * b.min, max: a.max === 0 || b.max === 0 ? 0 : a.max * b.max };
    case '-':
      return { min: a.min - b.max, max: a.max - b.min };
    case '/':
      return b.min > 0
        ? { min: b.max === Infinity ? 0 : Math.floor(a.min / b.max), max: a.max / b.min }
        : undefined;
    case '%':
      return { min: 0, max: Math.min(a.max, b.max - 1) };
    case '&':
      return { min: 0, max: Math.min(a.max, b.max) };
    case '>>':
      return { min: 0, max: a.max / 2 ** b.min };
    default:
      return undefined;
  }
}
