import type { Node } from 'web-tree-sitter';
import { intLiteral } from '../types/declared-types';
import { basicType, spelledType, typeOf } from '../types/types';
import type { GoFile } from '../rule';
import { argumentsOf, descendants, unparenthesised } from '../syntax/nodes';
import { isAddressTaken, isAssigned, namesAround } from '../syntax/names';

const integerType = /^(?:u?int(?:8|16|32|64)?|uintptr|byte|rune)$/;

/** How often a loop's body runs, as a Go expression that can be evaluated in front of the loop. */
export interface TripCount {
  /** Has an integer type; int when `isInt`. May be negative unless `nonNegative`. */
  readonly expression: string;
  /** Binds tighter than `*`: needs no parentheses. */
  readonly atomic: boolean;
  readonly constant: number | undefined;
  readonly isInt: boolean;
  readonly nonNegative: boolean;
  /** At most the length of something that is in memory already: a number from outside could be anything. */
  readonly bounded: boolean;
  /** False for an upper bound, such as the bytes of a string that is ranged by rune. */
  readonly exact: boolean;
  /** The nodes of the loop's header that the expression is made of. */
  readonly from: readonly Node[];
  /** An expression whose type is not known here: proven by the compiler to be something that `len` counts. */
  readonly unproven: string | undefined;
}

/** The trip count of a for statement; undefined when it is not known before the loop. */
export function tripCount(loop: Node, file: GoFile): TripCount | undefined {
  const range = loop.namedChildren.find((child) => child.type === 'range_clause');
  if (range) return ofRange(loop, range, file);
  const clause = loop.namedChildren.find((child) => child.type === 'for_clause');
  return clause && ofClause(loop, clause, file);
}

function ofRange(loop: Node, range: Node, file: GoFile): TripCount | undefined {
  const ranged = range.childForFieldName('right');
  if (!ranged) return undefined;
  const integer = ofInteger(ranged, file);
  if (integer) return integer;
  const operand = unparenthesised(ranged);
  if (!isPure(operand)) return undefined;
  const counted: TripCount = {
    expression: `len(${ranged.text})`,
    atomic: true,
    constant: undefined,
    isInt: true,
    nonNegative: true,
    bounded: true,
    exact: true,
    from: [ranged],
    unproven: undefined,
  };
  const type = typeOf(operand, file);
  switch (type?.kind) {
    case 'slice':
    case 'map':
      return counted;
    case 'array':
      return { ...counted, constant: type.length };
    case 'basic':
      return type.basic === 'string' ? { ...counted, exact: false } : undefined;
    case 'pointer':
    case 'parameter':
    case undefined:
      break;
    default:
      return undefined;
  }
  const callees = (file.facts?.emitted(range) ?? []).map((emitted) => emitted.callee);
  // A channel is received from; a function is called, its body being a function of its own.
  if (!file.facts || callees.some((callee) => /^runtime\.chanrecv/.test(callee))) return undefined;
  const inBody = file.facts.emitted(loop.childForFieldName('body') ?? loop);
  if (inBody.some(({ symbol }) => /-range\d+/.test(symbol))) return undefined;
  // The compiler iterates over a map.
  if (callees.some((callee) => /\bmapiter|mapIter|maps\.\(\*Iter\)/.test(callee))) return counted;
  const exact = !callees.includes('runtime.decoderune');
  const variables = range.childForFieldName('left')?.namedChildren ?? [];
  // Two variables: a slice, an array, a map, a string, or a function, and `len` of a function does not compile.
  if (variables.length === 2) return { ...counted, exact, unproven: ranged.text };
  const index = variables[0]?.text;
  if (index !== undefined && indexes(loop, ranged.text, index))
    return { ...counted, exact, unproven: ranged.text };
  return undefined;
}

/** True when the body has `ranged[index]`: the ranged expression is no channel, integer or function. */
function indexes(loop: Node, ranged: string, index: string): boolean {
  return (loop.childForFieldName('body')?.descendantsOfType('index_expression') ?? []).some(
    (at) => at.childForFieldName('operand')?.text === ranged && at.childForFieldName('index')?.text === index,
  );
}

/** An integer that is plain in the text: a literal, `len(x)`, or a variable of a declared integer type. */
function ofInteger(node: Node, file: GoFile): TripCount | undefined {
  const operand = unparenthesised(node);
  const count = (more: Partial<TripCount>): TripCount => ({
    expression: node.text,
    atomic: true,
    constant: undefined,
    isInt: true,
    nonNegative: false,
    bounded: false,
    exact: true,
    from: [node],
    unproven: undefined,
    ...more,
  });
  if (operand.type === 'int_literal') {
    const constant = intLiteral(operand.text);
    return constant === undefined ? undefined : count({ constant, nonNegative: true, bounded: true });
  }
  if (operand.type === 'call_expression') {
    const callee = operand.childForFieldName('function')?.text;
    const [arg, ...rest] = argumentsOf(operand);
    if ((callee !== 'len' && callee !== 'cap') || !arg || rest.length > 0 || !isPure(arg)) return undefined;
    return count({ nonNegative: true, bounded: true });
  }
  if (!isPure(operand)) return undefined;
  const type = basicType(operand, file);
  if (!type || !integerType.test(type.basic)) {
    return isLength(operand, file) ? count({ nonNegative: true, bounded: true }) : undefined;
  }
  const isInt = spelledType(operand, file) === 'int';
  const length = isLength(operand, file);
  const bounded = length || type.basic.endsWith('8');
  return count({ isInt, nonNegative: length || type.basic.startsWith('u'), bounded });
}

/** True for a local that only ever holds `len(…)`: `n := len(xs)`. */
function isLength(operand: Node, file: GoFile): boolean {
  if (operand.type !== 'identifier') return false;
  const binding = namesAround(file.root, operand).resolve(operand);
  const statement = binding?.declaration.parent?.parent;
  if (!binding || statement?.type !== 'short_var_declaration') return false;
  const values = statement.childForFieldName('right')?.namedChildren ?? [];
  const value = values.length === 1 ? values[0] : undefined;
  return (
    value?.type === 'call_expression' &&
    /^(?:len|cap)$/.test(value.childForFieldName('function')?.text ?? '') &&
    !binding.uses.some((use) => isAssigned(use.node) || isAddressTaken(use.node))
  );
}

function ofClause(loop: Node, clause: Node, file: GoFile): TripCount | undefined {
  const initializer = clause.childForFieldName('initializer');
  const condition = clause.childForFieldName('condition');
  const update = clause.childForFieldName('update');
  if (initializer?.type !== 'short_var_declaration' || condition?.type !== 'binary_expression')
    return undefined;
  const [variable, ...others] = initializer.childForFieldName('left')?.namedChildren ?? [];
  const start = initializer.childForFieldName('right')?.namedChild(0);
  const operator = condition.childForFieldName('operator')?.text;
  const end = condition.childForFieldName('right');
  if (!variable || others.length > 0 || !start || !end || !update) return undefined;
  if (condition.childForFieldName('left')?.text !== variable.text) return undefined;
  if (update.namedChild(0)?.text !== variable.text) return undefined;
  const binding = namesAround(file.root, variable).resolve(variable);
  const body = loop.childForFieldName('body');
  if (!binding || !body) return undefined;
  const changed = binding.uses.some(
    ({ node, owner }) =>
      (isAssigned(node) && node.startIndex > clause.endIndex) ||
      isAddressTaken(node) ||
      owner.id !== binding.owner.id,
  );
  if (changed || assigns(body, end)) return undefined;
  if (update.type === 'inc_statement' && (operator === '<' || operator === '<=')) {
    const limit = ofInteger(end, file);
    if (!limit) return undefined;
    return difference(limit, start, operator === '<=' ? 1 : 0);
  }
  if (update.type === 'dec_statement' && (operator === '>' || operator === '>=')) {
    if (end.text !== '0') return undefined;
    const more = operator === '>=' ? 1 : 0;
    // for i := len(xs) - 1; i >= 0; i--
    const less =
      start.childForFieldName('operator')?.text === '-' && start.childForFieldName('right')?.text === '1';
    const left = less ? start.childForFieldName('left') : null;
    if (left && more === 1) return ofInteger(left, file);
    const limit = ofInteger(start, file);
    return limit && plus(limit, more);
  }
  return undefined;
}

/** `limit - start + more`, for a start that is a literal: anything else may be below or above the limit. */
function difference(limit: TripCount, start: Node, more: number): TripCount | undefined {
  const literal = start.type === 'call_expression' && isConversion(start) ? argumentsOf(start)[0] : start;
  const from = literal?.type === 'int_literal' ? intLiteral(literal.text) : undefined;
  if (from === undefined) return undefined;
  return plus(limit, more - from);
}

/** `int64(0)`, for a predeclared integer type. */
function isConversion(call: Node): boolean {
  return integerType.test(call.childForFieldName('function')?.text ?? '');
}

function plus(count: TripCount, offset: number): TripCount | undefined {
  if (offset === 0) return count;
  if (count.constant !== undefined) {
    const constant = Math.max(0, count.constant + offset);
    return { ...count, constant, expression: String(constant) };
  }
  // An unsigned or small type could wrap around.
  if (!count.isInt) return undefined;
  return {
    ...count,
    expression: `${count.expression}${offset < 0 ? '-' : '+'}${Math.abs(offset)}`,
    atomic: false,
    nonNegative: count.nonNegative && offset > 0,
  };
}

/** True when the body assigns the variable that bounds the loop. */
function assigns(body: Node, end: Node): boolean {
  const names = new Set<string>();
  for (const at of descendants(end)) if (at.type === 'identifier') names.add(at.text);
  for (const at of descendants(body)) {
    if (at.type === 'identifier' && names.has(at.text) && (isAssigned(at) || isAddressTaken(at))) return true;
    if (at.type === 'selector_expression' && isAssigned(at) && end.text.includes(at.text)) return true;
  }
  return false;
}

/** True when evaluating the expression twice is the same as once: names, fields, elements, slices, dereferences. */
export function isPure(node: Node): boolean {
  switch (node.type) {
    case 'identifier':
    case 'field_identifier':
    case 'int_literal':
    case 'interpreted_string_literal':
    case 'raw_string_literal':
      return true;
    case 'parenthesized_expression':
    case 'selector_expression':
    case 'index_expression':
    case 'slice_expression':
      return node.namedChildren.every((child) => isPure(child));
    case 'unary_expression':
      return (
        node.childForFieldName('operator')?.text === '*' && node.namedChildren.every((child) => isPure(child))
      );
    default:
      return false;
  }
}
