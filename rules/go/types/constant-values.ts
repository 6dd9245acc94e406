import type { Node } from 'web-tree-sitter';
import { isBuiltin } from '../syntax/universe';
import { importedFunction } from '../syntax/universe';
import type { GoFile } from '../rule';
import { argumentsOf, descendants, qualified, unparenthesised } from '../syntax/nodes';
import { namesAround } from '../syntax/names';
import { packageNames } from '../syntax/package-names';

/** Expressions whose value is the same on every call: made of constants, and named by nothing that is local. */
export interface ConstantValue {
  readonly kind: 'regexp' | 'template' | 'replacer' | 'map' | 'slice';
  /** Names of other packages that are believed to be constants: `http.MethodGet`. */
  readonly believed: readonly string[];
  /** `regexp.MustCompile`; for literals the type. */
  readonly made: string;
}

/** What the expression builds anew each time, when all of it is constant. */
export function constantValue(node: Node, file: GoFile): ConstantValue | undefined {
  const believed: string[] = [];
  const found =
    node.type === 'call_expression' ? constructed(node, file, believed) : literal(node, file, believed);
  return found && { ...found, believed: [...new Set(believed)] };
}

type Made = Omit<ConstantValue, 'believed'>;

function constructed(call: Node, file: GoFile, believed: string[]): Made | undefined {
  const callee = call.childForFieldName('function');
  const name = callee && importedFunction(file, callee);
  const args = argumentsOf(call);
  const constant = (arg: Node): boolean => isConstant(arg, file, believed);
  switch (name) {
    case 'regexp.MustCompile':
    case 'regexp.MustCompilePOSIX':
      return args.length === 1 && args.every(constant) ? { kind: 'regexp', made: name } : undefined;
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
      return undefined;
  }
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
      return (
        namesAround(file.root, node).resolve(node) === undefined &&
        packageNames(file.pkg).constants.has(node.text)
      );
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
