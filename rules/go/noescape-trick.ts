import type { Node } from 'web-tree-sitter';
import type { Evidence, Related } from '../model';
import { isBuiltin } from './syntax/universe';
import { isUniverse } from './syntax/universe';
import type { GoFile, GoRule } from './rule';
import { argumentsOf, enclosingFunction, qualified, spanOf, unparenthesised } from './syntax/nodes';
import { callOf, namesAround, occurrences, parenthesized, type Binding } from './syntax/names';
import { initializer } from './syntax/assignments';
import { code } from '../wording';

/**
 * `x := uintptr(p); return unsafe.Pointer(x ^ 0)`: the compiler follows a pointer through uintptr within one expression
 * (cmd/compile/internal/escape/expr.go, unsafeValue), but not through a variable, and so takes p as not escaping.
 */
export const rule: GoRule = {
  meta: {
    id: 'go/noescape-trick',
    summary: 'a pointer that goes through an integer to hide it from escape analysis',
    fix: 'none',
    recipe: 'Let the pointer stay a pointer: make the callee generic or inlinable, or reuse the object',
    reports: 'allocation',
    sample: 'go/noescapetrick',
  },
  check(file, report) {
    // Without the compiler nobody knows whether anything is hidden from it.
    if (!file.facts || ![...file.imports.values()].includes('unsafe')) return;
    for (const conversion of file.root.descendantsOfType('call_expression')) {
      const trick = findTrick(file, conversion);
      if (!trick) continue;
      const { integer, hidden } = trick;
      const evidence: Evidence[] = [
        hidden?.said
          ? { kind: 'compiler decision', text: hidden.said }
          : { kind: 'measured sample', sample: rule.meta.sample },
      ];
      report({
        node: trick.node,
        message: hidden
          ? `${code(hidden.name)} goes through the integer ${code(integer.name)}, so escape analysis loses it`
          : `A pointer is made of the integer ${code(integer.name)}: escape analysis loses it`,
        allocation: {
          kind: 'conversion',
          // What is kept off the heap is the caller's; the conversion allocates nothing.
          cost: 'unknown',
          reason: `escape analysis does not follow a pointer through a \`uintptr\`: what it points to can stay on the stack and be gone while the pointer is used`,
          evidence,
        },
        related: callers(file, trick.node),
      });
    }
  },
};

interface Trick {
  /** The expression that is a pointer again. */
  readonly node: Node;
  readonly integer: Binding;
  /** What the integer was made of; undefined when a caller made it. */
  readonly hidden: Hidden | undefined;
}

interface Hidden {
  readonly name: string;
  /** The compiler's line about it. */
  readonly said: string | undefined;
}

function findTrick(file: GoFile, conversion: Node): Trick | undefined {
  const value = unsafePointerOf(file, conversion);
  if (!value) return undefined;
  if (value.type === 'unary_expression' && value.childForFieldName('operator')?.text === '&') {
    // *(*unsafe.Pointer)(unsafe.Pointer(&x))
    const integer = integerAt(file, unparenthesised(value.childForFieldName('operand') ?? value));
    const hidden = integer && hiddenIn(file, integer);
    const read = integer && readThrough(conversion);
    return read && hidden ? { node: read, integer, hidden } : undefined;
  }
  const unchanged = withoutEffect(value);
  const integer = integerAt(file, unchanged ?? value);
  if (!integer) return undefined;
  if (integer.kind === 'parameter')
    return unchanged ? { node: conversion, integer, hidden: undefined } : undefined;
  const hidden = hiddenIn(file, integer);
  // Plain arithmetic has other uses than hiding; then the pointer must at least leave.
  return hidden && (unchanged || leaves(conversion)) ? { node: conversion, integer, hidden } : undefined;
}

/** For `unsafe.Pointer(e)` the expression e. */
function unsafePointerOf(file: GoFile, call: Node): Node | undefined {
  const callee = call.type === 'call_expression' ? call.childForFieldName('function') : null;
  const type = callee && qualified(unparenthesised(callee), file.imports);
  const [value, ...more] = argumentsOf(call);
  return type?.path === 'unsafe' && type.name === 'Pointer' && value && more.length === 0
    ? unparenthesised(value)
    : undefined;
}

/** For `x ^ 0`, `x | 0`, `x + 0`, `x - 0` the operand x. */
function withoutEffect(value: Node): Node | undefined {
  if (value.type !== 'binary_expression') return undefined;
  const operator = value.childForFieldName('operator')?.text ?? '';
  const left = value.childForFieldName('left');
  const right = value.childForFieldName('right');
  if (!left || !right || !/^[-^|+]$/.test(operator)) return undefined;
  const isZero = (node: Node): boolean => unparenthesised(node).text === '0';
  if (isZero(right)) return unparenthesised(left);
  return operator !== '-' && isZero(left) ? unparenthesised(right) : undefined;
}

/** The local variable of type uintptr that the expression is, or adds something to. */
function integerAt(file: GoFile, value: Node): Binding | undefined {
  const expression = unparenthesised(value);
  if (expression.type === 'binary_expression') {
    if (!/^[-+]$/.test(expression.childForFieldName('operator')?.text ?? '')) return undefined;
    const left = expression.childForFieldName('left');
    return left ? integerAt(file, left) : undefined;
  }
  if (expression.type !== 'identifier') return undefined;
  const binding = namesAround(file.root, expression).resolve(expression);
  if (binding?.kind === 'variable') return madeOf(file, binding) ? binding : undefined;
  const type =
    binding?.kind === 'parameter' ? binding.declaration.parent?.childForFieldName('type') : undefined;
  return type?.text === 'uintptr' && isUniverse(file, type) ? binding : undefined;
}

/** For `x := uintptr(e)` the expression e. */
function madeOf(file: GoFile, integer: Binding): Node | undefined {
  const value = initializer(integer);
  const conversion = value && unparenthesised(value);
  if (conversion?.type !== 'call_expression' || !isBuiltin(file, conversion, 'uintptr')) return undefined;
  const [pointer, ...more] = argumentsOf(conversion);
  return more.length === 0 ? pointer : undefined;
}

/** The parameter or local whose address is in the integer, when the compiler did not see it leave. */
function hiddenIn(file: GoFile, integer: Binding): Hidden | undefined {
  const pointer = madeOf(file, integer);
  return pointer && hiddenBy(file, pointer, 0);
}

function hiddenBy(file: GoFile, pointer: Node, depth: number): Hidden | undefined {
  let node = unparenthesised(pointer);
  for (let inner = unsafePointerOf(file, node); inner; inner = unsafePointerOf(file, node)) node = inner;
  const isAddress = node.type === 'unary_expression' && node.childForFieldName('operator')?.text === '&';
  const name = isAddress ? unparenthesised(node.childForFieldName('operand') ?? node) : node;
  if (name.type !== 'identifier' || depth > 4) return undefined;
  const binding = namesAround(file.root, name).resolve(name);
  if (!binding) return undefined;
  if (isAddress)
    return binding.kind === 'variable' && !file.facts?.moved(binding.declaration)
      ? { name: `&${binding.name}`, said: undefined }
      : undefined;
  if (binding.kind === 'variable') {
    const value = initializer(binding);
    return value && hiddenBy(file, value, depth + 1);
  }
  const flow = file.facts?.parameter(binding.declaration);
  if (flow?.kind === 'stays') return { name: binding.name, said: `${binding.name} does not escape` };
  return flow?.kind === 'leaks' && flow.content
    ? { name: binding.name, said: `leaking param content: ${binding.name}` }
    : undefined;
}

/** For `*(*P)(unsafe.Pointer(&x))` the whole, seen from the inner conversion. */
function readThrough(conversion: Node): Node | undefined {
  const list = parenthesized(conversion).parent;
  const outer = list?.type === 'argument_list' ? list.parent : list;
  const target =
    outer?.type === 'call_expression'
      ? outer.childForFieldName('function')
      : outer?.type === 'type_conversion_expression'
        ? outer.childForFieldName('type')
        : undefined;
  const read = outer && parenthesized(outer).parent;
  return target &&
    /^\(\*\s*(?:\*|[\w.]*\bPointer\))/.test(target.text) &&
    read?.type === 'unary_expression' &&
    read.childForFieldName('operator')?.text === '*'
    ? read
    : undefined;
}

/** The pointer, converted or not, is returned or stored where it outlives its statement. */
function leaves(conversion: Node): boolean {
  let node = parenthesized(conversion);
  for (;;) {
    const parent = node.parent;
    const call = parent?.type === 'argument_list' ? parent.parent : undefined;
    const isConversion =
      parent?.type === 'type_conversion_expression' ||
      (call?.type === 'call_expression' && /^\(\s*\*/.test(call.childForFieldName('function')?.text ?? ''));
    if (!isConversion) break;
    node = parenthesized(call ?? parent!);
  }
  const parent = node.parent;
  if (parent?.type === 'literal_element' || parent?.type === 'send_statement') return true;
  const statement = parent?.type === 'expression_list' ? parent.parent : undefined;
  if (statement?.type === 'return_statement') return true;
  if (statement?.type !== 'assignment_statement') return false;
  const index = parent!.namedChildren.findIndex((child) => child.id === node.id);
  return statement.childForFieldName('left')?.namedChildren[index]?.type === 'selector_expression';
}

/** Calls of the function that returns the pointer: there the lifetimes are decided. */
function callers(file: GoFile, trick: Node): Related[] {
  const fn = enclosingFunction(trick);
  const name = fn?.type === 'function_declaration' ? fn.childForFieldName('name')?.text : undefined;
  if (!name) return [];
  const calls = file.pkg.files.flatMap((other) =>
    occurrences(other.root, other.text, name).flatMap((node) => {
      const call = namesAround(other.root, node).resolve(node) ? undefined : callOf(node);
      return call ? [{ file: other, call }] : [];
    }),
  );
  return calls.slice(0, 5).map(({ file: other, call }) => ({
    location: { file: other.path, span: spanOf(call) },
    message: `${code(name)} hides its argument here: it has to outlive every use of the result`,
  }));
}
