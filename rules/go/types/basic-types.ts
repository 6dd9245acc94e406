import type { Node } from 'web-tree-sitter';
import { isUniverse } from '../syntax/universe';
import { importedFunction } from '../syntax/universe';
import { declaredType, spelledTypeNode } from './declared-types';
import type { GoFile } from '../rule';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { isLocalName, namesAround } from '../syntax/names';
import { packageNames } from '../syntax/package-names';

/**
 * Types of expressions that are one of the predeclared types, or a type of the package made from one. What declarations do
 * not spell out is not known.
 */
export interface SpelledBasicType {
  /** `int`, `string`; `uint8` and `int32` for byte and rune. */
  readonly basic: string;
  /** The name of a type of the package, `ID` for `type ID int`; undefined for the predeclared type itself. */
  readonly named: string | undefined;
}

const predeclared =
  /^(?:bool|string|u?int(?:8|16|32|64)?|uintptr|byte|rune|float(?:32|64)|complex(?:64|128))$/;

const deepest = 6;

export function spelledBasicType(node: Node, file: GoFile, depth = 0): SpelledBasicType | undefined {
  if (depth > deepest) return undefined;
  const expression = unparenthesised(node);
  switch (expression.type) {
    case 'interpreted_string_literal':
    case 'raw_string_literal':
      return plain('string');
    case 'int_literal':
      return plain('int');
    case 'rune_literal':
      return plain('rune');
    case 'float_literal':
      return plain('float64');
    case 'true':
    case 'false':
      return plain('bool');
    case 'call_expression':
      return ofCall(expression, file);
    case 'binary_expression':
      return ofBinary(expression, file, depth);
    case 'unary_expression': {
      const operand = expression.childForFieldName('operand');
      const operator = expression.childForFieldName('operator')?.text ?? '';
      if (!operand || !/^[-+^!]$/.test(operator)) return undefined;
      return spelledBasicType(operand, file, depth + 1);
    }
    case 'identifier':
      return ofRange(expression, file) ?? ofInitial(expression, file, depth) ?? ofDeclared(expression, file);
    case 'selector_expression':
      return ofDeclared(expression, file);
    case 'index_expression':
      return ofElement(expression, file);
    default:
      return undefined;
  }
}

function plain(name: string): SpelledBasicType {
  return { basic: name === 'byte' ? 'uint8' : name === 'rune' ? 'int32' : name, named: undefined };
}

/** The type that is written: `int`, `ID`. */
function ofSpelled(type: string, at: Node, file: GoFile): SpelledBasicType | undefined {
  // A local type or a type parameter may have any name.
  if (isLocalName(file, at, type)) return undefined;
  const { declared, types } = packageNames(file.pkg);
  if (predeclared.test(type)) return declared.has(type) ? undefined : plain(type);
  const spec = types.get(type)?.spec;
  if (spec?.type !== 'type_spec' || spec.childForFieldName('type_parameters')) return undefined;
  const underlying = spec.childForFieldName('type')?.text ?? '';
  return predeclared.test(underlying) && !declared.has(underlying)
    ? { basic: plain(underlying).basic, named: type }
    : undefined;
}

function ofDeclared(expression: Node, file: GoFile): SpelledBasicType | undefined {
  if (declaredType(expression, file)?.kind !== 'basic') return undefined;
  const spelled = spelledTypeNode(expression, file)?.node.text;
  return spelled === undefined ? undefined : ofSpelled(spelled, expression, file);
}

/** `i := 0`, `s := f()`: the value's type, where it declares the variable. */
function ofInitial(name: Node, file: GoFile, depth: number): SpelledBasicType | undefined {
  const declaration = namesAround(file.root, name).resolve(name)?.declaration;
  const list = declaration?.parent?.type === 'expression_list' ? declaration.parent : undefined;
  if (!declaration || list?.parent?.type !== 'short_var_declaration') return undefined;
  const values = list.parent.childForFieldName('right')?.namedChildren ?? [];
  const value = values[list.namedChildren.findIndex((target) => target.id === declaration.id)];
  return value && values.length === list.namedChildCount
    ? spelledBasicType(value, file, depth + 1)
    : undefined;
}

/** The index of a range over a slice, array or string, the runes of a string, and the counter of a range over an int. */
function ofRange(name: Node, file: GoFile): SpelledBasicType | undefined {
  const declaration = namesAround(file.root, name).resolve(name)?.declaration;
  const clause = declaration?.parent?.parent;
  if (clause?.type !== 'range_clause') return undefined;
  const ranged = clause.childForFieldName('right');
  if (!ranged) return undefined;
  const basic = spelledBasicType(ranged, file, 1);
  if (clause.childForFieldName('left')?.namedChild(0)?.id !== declaration!.id)
    return basic?.basic === 'string' ? plain('rune') : undefined;
  const kind = declaredType(ranged, file);
  if (kind?.kind === 'slice' || kind?.kind === 'array') return plain('int');
  if (basic?.basic === 'string') return plain('int');
  // A range over an integer counts in its type.
  return basic && /^u?int/.test(basic.basic) ? basic : undefined;
}

/** `names[i]` of a `[]string` or `map[K]string`. */
function ofElement(expression: Node, file: GoFile): SpelledBasicType | undefined {
  const operand = expression.childForFieldName('operand');
  const shape = operand && declaredType(operand, file);
  if (shape?.kind !== 'slice' && shape?.kind !== 'array' && shape?.kind !== 'map') return undefined;
  const element = shape.node.childForFieldName(shape.kind === 'map' ? 'value' : 'element');
  return element?.type === 'type_identifier' ? ofSpelled(element.text, expression, file) : undefined;
}

/** Functions of the standard library that return one string. */
const texts =
  /^(?:strings\.(?:Clone|Join|Map|Repeat|Replace(?:All)?|Title|ToLower|ToUpper|ToTitle|Trim\w*)|strconv\.(?:Itoa|Format\w+|Quote\w*)|fmt\.Sprint(?:f|ln)?|path\.(?:Base|Clean|Dir|Ext|Join)|path\/filepath\.(?:Base|Clean|Dir|Ext|Join|ToSlash)|encoding\/hex\.EncodeToString)$/;

function ofCall(call: Node, file: GoFile): SpelledBasicType | undefined {
  const callee = call.childForFieldName('function');
  if (!callee || call.childForFieldName('type_arguments')) return undefined;
  if (callee.type === 'identifier') {
    if (isUniverse(file, callee)) {
      if (callee.text === 'len' || callee.text === 'cap') return plain('int');
      return predeclared.test(callee.text) && argumentsOf(call).length === 1 ? plain(callee.text) : undefined;
    }
    if (namesAround(file.root, callee).resolve(callee)) return undefined;
    const found = packageNames(file.pkg).functions.get(callee.text);
    const result = found?.node.childForFieldName('result');
    if (!found || result?.type !== 'type_identifier' || found.node.childForFieldName('type_parameters'))
      return undefined;
    return ofSpelled(result.text, result, found.file);
  }
  const name = importedFunction(file, callee);
  return name !== undefined && texts.test(name) ? plain('string') : undefined;
}

/** Sums and differences of one type; a constant takes the other's type. */
function ofBinary(expression: Node, file: GoFile, depth: number): SpelledBasicType | undefined {
  const operator = expression.childForFieldName('operator')?.text ?? '';
  const [left, right] = [expression.childForFieldName('left'), expression.childForFieldName('right')];
  if (!left || !right || !/^(?:[-+*/%]|&\^?|\||\^)$/.test(operator)) return undefined;
  const types = [left, right].map((side) =>
    isLiteral(side) ? 'any' : spelledBasicType(side, file, depth + 1),
  );
  const [a, b] = types;
  if (a === 'any') return b === 'any' ? undefined : b;
  if (b === 'any') return a;
  return a && b && a.basic === b.basic && a.named === b.named ? a : undefined;
}

function isLiteral(node: Node): boolean {
  const signed = node.type === 'unary_expression' ? node.childForFieldName('operand') : null;
  if (signed) return /^[-+^]/.test(node.text) && isLiteral(signed);
  return /_literal$/.test(node.type) && node.type !== 'composite_literal' && node.type !== 'func_literal';
}
