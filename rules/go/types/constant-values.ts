import type { Node } from 'web-tree-sitter';
import { isBuiltin } from '../syntax/universe';
import { importedFunction } from '../syntax/universe';
import type { GoFile } from '../rule';
import { argumentsOf, descendants, qualified, unparenthesised } from '../syntax/nodes';
import { namesAround } from '../syntax/names';
import { packageNames } from '../syntax/package-names';
import { checked } from './types';

/** Expressions whose value is the same on every call: made of constants, and named by nothing that is local. */
export interface ConstantValue {
  readonly kind: 'regexp' | 'template' | 'replacer' | 'checksum' | 'map' | 'slice';
  /** Names of other packages that are believed to be constants: `http.MethodGet`. */
  readonly believed: readonly string[];
  /** `regexp.MustCompile`; for literals the type. */
  readonly made: string;
  /** Source that makes the same value at package level. */
  readonly source: string;
  /**
   * What comes with the value: `error`, beside it (`regexp.Compile`); `answer`, in its place: the value is made to be asked
   * once, as `method` of the rest of the arguments would be (`regexp.MatchString`).
   */
  readonly gives?:
    { readonly also: 'error' } | { readonly also: 'answer'; readonly method: string } | undefined;
}

/** What the expression builds anew each time, when all of it is constant. */
export function constantValue(node: Node, file: GoFile): ConstantValue | undefined {
  const believed: string[] = [];
  const found =
    node.type === 'call_expression' ? constructed(node, file, believed) : literal(node, file, believed);
  return found && { source: sourceOf(node, file), ...found, believed: [...new Set(believed)] };
}

type Made = Omit<ConstantValue, 'believed' | 'source'> & Partial<Pick<ConstantValue, 'source'>>;

/** The text of the expression, with literals in place of the function's own constants. */
function sourceOf(node: Node, file: GoFile): string {
  let text = node.text;
  const names = [...descendants(node)].filter(({ type }) => type === 'identifier').reverse();
  for (const name of names) {
    const literal = localConstant(name, file);
    if (!literal) continue;
    const [start, end] = [name.startIndex - node.startIndex, name.endIndex - node.startIndex];
    text = text.slice(0, start) + literal.text + text.slice(end);
  }
  return text;
}

/** The literal that a constant of the function stands for. */
function localConstant(name: Node, file: GoFile): Node | undefined {
  const binding = namesAround(file.root, name).resolve(name);
  const spec = binding?.kind === 'constant' ? binding.declaration.parent : undefined;
  const values = spec?.childForFieldName('value')?.namedChildren ?? [];
  // With a type the constant is another value: `const n int64 = 1`.
  if (spec?.childrenForFieldName('name').length !== 1 || spec.childForFieldName('type')) return undefined;
  const [value] = values;
  return value && /^(?:int|float|rune|interpreted_string|raw_string)_literal$/.test(value.type)
    ? value
    : undefined;
}

function constructed(call: Node, file: GoFile, believed: string[]): Made | undefined {
  const callee = call.childForFieldName('function');
  const name = callee && importedFunction(file, callee);
  const args = argumentsOf(call);
  const constant = (arg: Node): boolean => isConstant(arg, file, believed);
  switch (name) {
    case 'regexp.MustCompile':
    case 'regexp.MustCompilePOSIX':
      return args.length === 1 && args.every(constant) ? { kind: 'regexp', made: name } : undefined;
    case 'regexp.Compile':
    case 'regexp.CompilePOSIX':
      return args.length === 1 && args.every(constant)
        ? {
            kind: 'regexp',
            made: name,
            source: sourceOf(call, file).replace(/\bCompile/, 'MustCompile'),
            gives: { also: 'error' },
          }
        : undefined;
    case 'regexp.Match':
    case 'regexp.MatchString': {
      const [pattern, ...rest] = args;
      const local = callee!.childForFieldName('operand')!.text;
      return pattern && rest.length === 1 && constant(pattern)
        ? {
            kind: 'regexp',
            made: name,
            source: `${local}.MustCompile(${sourceOf(pattern, file)})`,
            gives: { also: 'answer', method: name.slice('regexp.'.length) },
          }
        : undefined;
    }
    case 'hash/crc32.MakeTable':
    case 'hash/crc64.MakeTable': {
      const polynomial = args.length === 1 ? args[0]! : undefined;
      const number = polynomial && constant(polynomial) ? integerOf(polynomial, file) : undefined;
      return number === undefined || sharedTables.has(number) ? undefined : { kind: 'checksum', made: name };
    }
    case 'strings.NewReplacer':
      // An odd number panics.
      return args.length > 0 && args.length % 2 === 0 && args.every(constant)
        ? { kind: 'replacer', made: name }
        : undefined;
    case 'text/template.Must':
    case 'html/template.Must': {
      const path = name.slice(0, name.lastIndexOf('.'));
      const parsed = args.length === 1 && isParsed(args[0]!, path, file, believed);
      return parsed ? { kind: 'template', made: `${path}.Template.Parse` } : undefined;
    }
    default:
      return name === undefined ? parsedWithError(call, file, believed) : undefined;
  }
}

/** `template.New("name").Parse("text")`, whose error is not given to Must. */
function parsedWithError(call: Node, file: GoFile, believed: string[]): Made | undefined {
  const outer = call.parent?.type === 'argument_list' ? call.parent.parent : undefined;
  const around = outer?.childForFieldName('function');
  if (around && /^(?:text|html)\/template\.Must$/.test(importedFunction(file, around) ?? ''))
    return undefined;
  if (call.childForFieldName('function')?.childForFieldName('field')?.text !== 'Parse') return undefined;
  for (const [local, path] of file.imports) {
    if (!/^(?:text|html)\/template$/.test(path) || !isParsed(call, path, file, believed)) continue;
    return {
      kind: 'template',
      made: `${path}.Template.Parse`,
      source: `${local}.Must(${sourceOf(call, file)})`,
      gives: { also: 'error' },
    };
  }
  return undefined;
}

/** Named polynomials (hash/crc32, hash/crc64). */
const polynomials: Readonly<Record<string, bigint>> = {
  'hash/crc32.IEEE': 0xedb88320n,
  'hash/crc32.Castagnoli': 0x82f63b78n,
  'hash/crc32.Koopman': 0xeb31d82en,
  'hash/crc64.ISO': 0xd800000000000000n,
  'hash/crc64.ECMA': 0xc96c5795d7870f42n,
};

/** Those whose tables the packages make once and share. */
const sharedTables: ReadonlySet<bigint> = new Set(
  Object.entries(polynomials).flatMap(([name, polynomial]) => (name.endsWith('Koopman') ? [] : [polynomial])),
);

/** The value of a constant that is not negative: a literal, or what the type checker or its declaration says. */
function integerOf(expression: Node, file: GoFile): bigint | undefined {
  const node = unparenthesised(expression);
  const known = checked(node, file);
  if (known) return /^\d+$/.test(known.constant ?? '') ? BigInt(known.constant!) : undefined;
  if (node.type === 'int_literal') {
    const digits = node.text.replaceAll('_', '').replace(/^0(?=\d)/, '0o');
    return /^(?:0[xXoObB])?[\da-fA-F]+$/.test(digits) ? BigInt(digits) : undefined;
  }
  if (node.type === 'selector_expression') return polynomials[importedFunction(file, node) ?? ''];
  if (node.type !== 'identifier') return undefined;
  const value = localConstant(node, file) ?? packageNames(file.pkg).constants.get(node.text);
  return value?.type === 'int_literal' ? integerOf(value, file) : undefined;
}

/** `template.New("name").Parse("text")`; what Funcs registers is not constant. */
function isParsed(node: Node, path: string, file: GoFile, believed: string[]): boolean {
  let method = 'Parse';
  for (let at = unparenthesised(node); at.type === 'call_expression';) {
    const callee = at.childForFieldName('function');
    if (!argumentsOf(at).every((arg) => isConstant(arg, file, believed))) return false;
    if (method !== 'Parse' && callee && importedFunction(file, callee) === `${path}.New`) return true;
    const name = callee?.childForFieldName('field')?.text ?? '';
    const inner = callee?.childForFieldName('operand');
    if (!inner || !(method === 'Parse' ? name === 'Parse' : /^(?:Option|Delims)$/.test(name))) return false;
    method = 'New';
    at = unparenthesised(inner);
  }
  return false;
}

/** `map[K]V{…}`, `[]T{…}` and `[]byte("…")` of constants, not empty. */
function literal(node: Node, file: GoFile, believed: string[]): Made | undefined {
  const type = node.childForFieldName('type');
  if (!type || hasLocalType(type, file)) return undefined;
  if (node.type === 'type_conversion_expression') {
    const operand = node.childForFieldName('operand');
    if (type.type !== 'slice_type' || type.childForFieldName('element')?.text !== 'byte') return undefined;
    const text = operand && unparenthesised(operand);
    if (!text || !/^(?:interpreted|raw)_string_literal$/.test(text.type)) return undefined;
    return text.text.length > 2 ? { kind: 'slice', made: type.text } : undefined;
  }
  const body = node.childForFieldName('body');
  if (node.type !== 'composite_literal' || !body) return undefined;
  const isMap = type.type === 'map_type';
  if (!isMap && type.type !== 'slice_type') return undefined;
  const element = type.childForFieldName(isMap ? 'value' : 'element');
  const elements = body.namedChildren.filter((child) => child.type !== 'comment');
  if (!element || elements.length === 0) return undefined;
  const flat = (item: Node): boolean => isConstantElement(item, undefined, file, believed);
  const constant = elements.every((item) => {
    if (item.type !== 'keyed_element') return isConstantElement(item, element, file, believed);
    const [key, value] = item.namedChildren.filter((child) => child.type !== 'comment');
    return key && value && flat(key) && isConstantElement(value, element, file, believed);
  });
  return constant ? { kind: isMap ? 'map' : 'slice', made: type.text } : undefined;
}

/** A constant, or with `type` a struct of constants: of anything else a caller could change what is behind it. */
function isConstantElement(item: Node, type: Node | undefined, file: GoFile, believed: string[]): boolean {
  const value = item.type === 'literal_element' ? item.namedChild(0) : item;
  if (!value) return false;
  const body = value.type === 'composite_literal' ? value.childForFieldName('body') : value;
  if (body?.type !== 'literal_value') return isConstant(value, file, believed);
  if (!type || !isStruct(type, file)) return false;
  if (value.type === 'composite_literal' && value.childForFieldName('type')?.text !== type.text) return false;
  return body.namedChildren
    .filter((child) => child.type !== 'comment')
    .every((field) => {
      const last = field.type === 'keyed_element' ? field.namedChildren.at(-1) : field;
      return last !== undefined && isConstantElement(last, undefined, file, believed);
    });
}

function isStruct(type: Node, file: GoFile): boolean {
  if (type.type === 'struct_type') return true;
  const spec =
    type.type === 'type_identifier' ? packageNames(file.pkg).types.get(type.text)?.spec : undefined;
  return spec?.childForFieldName('type')?.type === 'struct_type';
}

/** A type of the function, or a type parameter. */
function hasLocalType(type: Node, file: GoFile): boolean {
  const names = namesAround(file.root, type);
  return [...descendants(type)].some(
    (node) => /^(?:type_)?identifier$/.test(node.type) && names.resolve(node) !== undefined,
  );
}

function isConstant(node: Node, file: GoFile, believed: string[]): boolean {
  switch (node.type) {
    case 'int_literal':
    case 'float_literal':
    case 'imaginary_literal':
    case 'rune_literal':
    case 'interpreted_string_literal':
    case 'raw_string_literal':
    case 'true':
    case 'false':
      return true;
    case 'parenthesized_expression':
    case 'binary_expression':
      return node.namedChildren.every(
        (child) => child.type !== 'comment' && isConstant(child, file, believed),
      );
    case 'unary_expression': {
      const operand = node.childForFieldName('operand');
      return /^[-+!^]/.test(node.text) && operand !== null && isConstant(operand, file, believed);
    }
    case 'identifier':
      return namesAround(file.root, node).resolve(node) === undefined
        ? packageNames(file.pkg).constants.has(node.text)
        : localConstant(node, file) !== undefined;
    case 'selector_expression': {
      const operand = node.childForFieldName('operand');
      if (!operand || !qualified(node, file.imports) || namesAround(file.root, node).resolve(operand))
        return false;
      believed.push(node.text);
      return true;
    }
    default:
      return false;
  }
}

/** Functions that only read a slice or a map that they are given, and keep nothing of it. */
const readers =
  /^(?:bytes\.(?:Equal|Compare|Contains|ContainsAny|ContainsRune|Count|EqualFold|HasPrefix|HasSuffix|Index|IndexByte|LastIndex)|strings\.Join|slices\.(?:Contains|Equal|Index|BinarySearch|Max|Min)|sort\.Search(?:Strings|Ints)|unicode\/utf8\.(?:Valid|RuneCount)|hash\/(?:crc32|crc64|adler32)\.Checksum\w*|crypto\/(?:md5|sha1|sha256|sha512)\.Sum\w*)$/;

/** True for a call that only reads the argument: `len`, `copy` from it, `append` of its elements, `bytes.Equal`. */
export function onlyReads(call: Node, argument: Node, file: GoFile): boolean {
  if (isBuiltin(file, call, 'len', 'string')) return true;
  const index = argumentsOf(call).findIndex(({ id }) => id === argument.id);
  if (isBuiltin(file, call, 'append', 'copy'))
    return index > 0 && (argument.type === 'variadic_argument' || isBuiltin(file, call, 'copy'));
  const callee = call.childForFieldName('function');
  const name = callee && importedFunction(file, callee);
  return name != null && readers.test(name);
}
