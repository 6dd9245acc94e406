import type { Node } from 'web-tree-sitter';
import type { AllocationCost, AllocationKind } from '../../model';
import { isBuiltin } from '../syntax/universe';
import { isUniverse } from '../syntax/universe';
import { importedFunction } from '../syntax/universe';
import { isHot } from '../heat/static-heat';
import { type Shape } from './lifetime';
import { constantOf, type IntegerConstant } from '../types/integer-constants';
import type { Decision, GoFile, GoPackage } from '../rule';
import { argumentsOf, enclosingFunction, isFunction, qualified, unparenthesised } from '../syntax/nodes';
import { namesAround, parenthesized, type Binding } from '../syntax/names';
import { runsOnce } from '../syntax/signatures';
import { enclosingLoop } from '../flow/loops';
import { initializer, startedWith } from '../syntax/assignments';
import { importedAs } from '../edit/imports';
import { atLeast } from '../syntax/version';
import { packageNames } from '../syntax/package-names';
import { predeclared } from '../types/layout';
import { boundsOf } from '../types/value-bounds';
import { code } from '../../wording';

/** Fewer bytes are not worth a pool in somebody's source. */
const smallest = 512;

/** A slice of variable size is on the stack up to here (cmd/compile, ir.VariableMakeThreshold). */
export const stackBytes = 32;

export interface Candidate {
  /** What the finding points at: the expression, or the variable's type. */
  readonly node: Node;
  readonly variable: Binding;
  readonly fn: Node;
  readonly shape: Shape;
  readonly kind: AllocationKind;
  readonly cost: AllocationCost;
  readonly reason: string;
  /** The compiler has proved that nothing keeps the value (the size alone sends it to the heap). */
  readonly proven: boolean;
  /** Slices: element type, size and capacity expressions, whether it starts with length 0. */
  readonly slice?: {
    readonly type: Node;
    /** Of an element. */
    readonly bytes: number;
    readonly size: Node;
    readonly constant: IntegerConstant | undefined;
    readonly empty: boolean;
  };
  /** The buffer is this field of the variable, a struct literal that itself stays on the stack. */
  readonly field?: string;
  /** The pooled type without the pointer, as written: `bytes.Buffer`, `scratch`, `[4096]byte`. */
  readonly type: string;
  /** What the pool's New returns, if not `new(type)`, and the bytes that it starts with. */
  readonly made?: string;
  readonly size?: number;
  /** Of an array: its element type. */
  readonly element?: string;
  /** Of a struct: its name in the package, and the literal's text that resets it. */
  readonly typeName?: string;
  readonly literal?: string;
  readonly emitted: number;
}

export function findCandidate(file: GoFile, decision: Decision): Candidate | undefined {
  if (decision.free) return undefined;
  const { node } = decision;
  const variable =
    decision.subject === 'moved'
      ? namesAround(file.root, node).resolve(node)
      : startedWith(fieldOf(node)?.holder ?? value(node), namesAround(file.root, node).bindings);
  if (!variable || variable.kind !== 'variable') return undefined;
  if (decision.subject === 'moved' && (decision.outcome !== 'heap' || variable.declaration.id !== node.id))
    return undefined;
  const fn = variable.owner;
  if (runsOnce(fn) || enclosingLoop(file, variable.declaration)) return undefined;
  return decision.subject === 'moved'
    ? movedCandidate(file, decision, variable, fn)
    : expressionCandidate(file, decision, variable, fn);
}

/** For `make(…)` in `T{Data: make(…)}` the field and the literal as an initialiser holds it, `&` included. */
export function fieldOf(node: Node): { readonly name: string; readonly holder: Node } | undefined {
  const element = parenthesized(node).parent;
  const keyed = element?.type === 'literal_element' ? element.parent : undefined;
  const literal = keyed?.type === 'keyed_element' ? keyed.parent?.parent : undefined;
  const key = keyed?.firstNamedChild;
  const name = key?.type === 'literal_element' ? key.firstNamedChild : undefined;
  if (!name || key?.id === element?.id || literal?.type !== 'composite_literal') return undefined;
  // Of a map or a slice the key is an expression.
  const type = literal.childForFieldName('type')?.type;
  if (type !== 'type_identifier' && type !== 'qualified_type') return undefined;
  return { name: name.text, holder: value(literal) };
}

/** The expression as a variable's initialiser holds it: `&T{}` for `T{}`, parentheses included. */
function value(node: Node): Node {
  const outer = parenthesized(node);
  const address = outer.parent;
  if (address?.type === 'unary_expression' && address.childForFieldName('operator')?.text === '&')
    return parenthesized(address);
  return outer;
}

function expressionCandidate(
  file: GoFile,
  decision: Decision,
  variable: Binding,
  fn: Node,
): Candidate | undefined {
  const field = fieldOf(decision.node);
  if (field) {
    const made = unparenthesised(decision.node);
    if (made.type !== 'call_expression' || !isBuiltin(file, made, 'make')) return undefined;
    const found = sliceCandidate(file, decision, made, variable, fn);
    // What has a length has to be zeroed, and a size known at run time would be asked for twice.
    return found?.slice?.empty && found.slice.constant && decision.outcome === 'heap'
      ? { ...found, field: field.name }
      : undefined;
  }
  const expression = unparenthesised(value(decision.node));
  const declared = variable.declaration.parent?.childForFieldName('type');
  if (declared) return undefined;
  if (expression.type === 'call_expression' && isBuiltin(file, expression, 'make'))
    return sliceCandidate(file, decision, expression, variable, fn);
  if (decision.outcome !== 'heap') return undefined;
  const base = { node: expression, variable, fn, cost: 'always', proven: false, emitted: 0 } as const;
  const initial = expression.type === 'call_expression' ? newBuffer(file, expression) : undefined;
  if (initial) {
    if (!/^&[\w.]*Buffer\{/.test(decision.text)) return undefined;
    return { ...base, kind: 'call', shape: 'buffer pointer', reason: leavesThroughInterface, ...initial };
  }
  const isNew = expression.type === 'call_expression' && isBuiltin(file, expression, 'new');
  const literal =
    expression.type === 'unary_expression'
      ? unparenthesised(expression.childForFieldName('operand')!)
      : undefined;
  const type = isNew
    ? argumentsOf(expression)[0]
    : literal?.type === 'composite_literal'
      ? literal.childForFieldName('type')
      : undefined;
  if (!type || isLocalType(file, type)) return undefined;
  const kind = isNew ? 'new' : 'composite literal';
  if (isBytesBuffer(file, type)) {
    if (literal && (literal.childForFieldName('body')?.namedChildCount ?? 0) > 0) return undefined;
    return { ...base, kind, shape: 'buffer pointer', type: type.text, reason: leavesThroughInterface };
  }
  if (!isStruct(file, type)) return undefined;
  // Only a size proves that a struct is worth a pool.
  if (decision.reason !== 'too large for stack') return undefined;
  const reason = 'the struct is too large for the stack';
  return {
    ...base,
    kind,
    shape: 'struct pointer',
    type: type.text,
    typeName: type.text,
    literal: literal ? literal.text : `${type.text}{}`,
    reason,
  };
}

const leavesThroughInterface =
  'the buffer leaves into a call through an interface, so the compiler puts it on the heap';

/** `bytes.NewBuffer(nil)` and `bytes.NewBuffer(make([]byte, 0, N))`: the buffer's type and what a pool makes. */
function newBuffer(file: GoFile, call: Node): Pick<Candidate, 'type' | 'made' | 'size'> | undefined {
  const callee = call.childForFieldName('function');
  const [memory, ...more] = argumentsOf(call);
  if (!callee || !memory || more.length > 0 || importedFunction(file, callee) !== 'bytes.NewBuffer')
    return undefined;
  const type = `${importedAs(file, 'bytes')}.Buffer`;
  if (memory.type === 'nil') return { type };
  if (memory.type !== 'call_expression' || !isBuiltin(file, memory, 'make')) return undefined;
  const [slice, length, capacity] = argumentsOf(memory);
  if (!slice || !length || !capacity || constantOf(file, length)?.value !== 0) return undefined;
  const constant = constantOf(file, capacity);
  const amount = constant?.global ? capacity.text : constant?.value;
  if (constant?.value === undefined || amount === undefined) return undefined;
  return { type, made: `${callee.text}(make(${slice.text}, 0, ${amount}))`, size: constant.value };
}

function sliceCandidate(
  file: GoFile,
  decision: Decision,
  expression: Node,
  variable: Binding,
  fn: Node,
): Candidate | undefined {
  const [type, length, capacity] = argumentsOf(expression);
  const element = type?.type === 'slice_type' ? type.childForFieldName('element') : undefined;
  if (!type || !element || !length || isLocalType(file, type)) return undefined;
  const bytes = elementSize(file, element);
  if (bytes === undefined) return undefined;
  const empty = capacity !== undefined;
  if (empty && constantOf(file, length)?.value !== 0) return undefined;
  const size = capacity ?? length;
  const constant = constantOf(file, size);
  const slice = { type, bytes, size, constant, empty };
  const base = {
    node: expression,
    variable,
    fn,
    type: type.text,
    shape: 'slice',
    kind: 'make',
    slice,
  } as const;
  const total = constant?.value === undefined ? undefined : constant.value * bytes;
  if (total !== undefined && total < smallest) return undefined;
  if (decision.outcome === 'heap' && decision.reason === undefined) {
    const reason = `the slice leaves into a call through an interface, so the compiler puts it on the heap`;
    return { ...base, cost: 'always', reason, proven: false, emitted: 0 };
  }
  if (decision.outcome === 'heap' && decision.reason === 'too large for stack') {
    const reason = `${total === undefined ? 'the slice' : formatBytes(total)} is too large for the stack (over 64 KiB)`;
    return { ...base, cost: 'always', reason, proven: false, emitted: 0 };
  }
  if (constant || (decision.outcome === 'heap' && decision.reason !== 'non-constant size')) return undefined;
  // A variable that only ever holds a constant is folded into the make (Go 1.25): then nothing is emitted.
  const emitted = (file.facts?.emitted(expression) ?? []).filter(
    (call) => call.callee === 'runtime.makeslice',
  ).length;
  if (emitted === 0 && hasListing(file.pkg)) return undefined;
  // Nothing but the size keeps it from the stack: often small, and then only worth a pool where it runs a lot.
  if (!isHot(file, expression)) return undefined;
  const { min, max } = boundsOf(size, file);
  // From Go 1.25 on, a variable size of few bytes stays on the stack, too.
  const small = atLeast(file.pkg.toolchain, 1, 25) && Math.max(0, min) * bytes <= stackBytes;
  if (max * bytes < smallest || (small && max * bytes <= stackBytes)) return undefined;
  return {
    ...base,
    cost: small ? 'conditional' : 'always',
    reason: `the size ${code(size.text)} is known only at run time, so the slice cannot live on the stack${small ? ` beyond ${stackBytes} bytes` : ''}`,
    // Before Go 1.25 the compiler gives the size as the reason and says nothing about other leaks.
    proven: decision.outcome === 'stack' && !hasDeferBefore(fn, variable),
    emitted,
  };
}

const listings = new WeakMap<GoPackage, boolean>();

/** The compile was asked for the emitted calls: some function of the package has one. */
function hasListing(pkg: GoPackage): boolean {
  let known = listings.get(pkg);
  if (known === undefined) {
    known = pkg.files.some((file) =>
      file.root.namedChildren.some((node) => isFunction(node) && (file.facts?.emitted(node).length ?? 0) > 0),
    );
    listings.set(pkg, known);
  }
  return known;
}

/** A deferred call registered before the buffer exists runs after the buffer has gone back to the pool. */
function hasDeferBefore(fn: Node, variable: Binding): boolean {
  return fn
    .descendantsOfType('defer_statement')
    .some(
      (statement) =>
        statement.startIndex < variable.declaration.startIndex && enclosingFunction(statement)?.id === fn.id,
    );
}

function movedCandidate(
  file: GoFile,
  decision: Decision,
  variable: Binding,
  fn: Node,
): Candidate | undefined {
  const init = initializer(variable);
  const spec = variable.declaration.parent;
  const declared = spec?.type === 'var_spec' ? spec.childForFieldName('type') : undefined;
  const literal = init && unparenthesised(init);
  const type =
    declared ?? (literal?.type === 'composite_literal' ? literal.childForFieldName('type') : undefined);
  if (!type || isLocalType(file, type)) return undefined;
  if (
    init &&
    (literal?.type !== 'composite_literal' || (literal.childForFieldName('body')?.namedChildCount ?? 0) > 0)
  )
    return undefined;
  if (
    spec?.type === 'var_spec' &&
    spec.namedChildren.filter((child) => child.type === 'identifier').length !== 1
  )
    return undefined;
  const base = {
    node: literal ?? spec ?? variable.declaration,
    variable,
    fn,
    type: type.text,
    kind: 'moved variable',
    cost: 'always',
    proven: false,
    emitted: 0,
  } as const;
  if (isBytesBuffer(file, type)) {
    const reason = 'the buffer leaves into a call through an interface, so the compiler moves it to the heap';
    return { ...base, shape: 'buffer value', reason };
  }
  if (decision.reason === 'too large for stack' && isStruct(file, type)) {
    const reason = 'the struct is too large for the stack';
    const [typeName, zero] = [type.text, `${type.text}{}`];
    return { ...base, shape: 'struct value', typeName, literal: literal?.text ?? zero, reason };
  }
  if (type.type !== 'array_type') return undefined;
  const length = type.childForFieldName('length');
  const element = type.childForFieldName('element');
  const constant = length ? constantOf(file, length) : undefined;
  const bytes = element ? elementSize(file, element) : undefined;
  if (!constant?.global || constant.value === undefined || bytes === undefined) return undefined;
  if (constant.value * bytes < smallest) return undefined;
  const size = formatBytes(constant.value * bytes);
  const reason =
    decision.reason === 'too large for stack'
      ? `the array (${size}) is too large for the stack`
      : `the array (${size}) leaves into a call through an interface, so the compiler moves it to the heap`;
  return { ...base, shape: 'array', reason, element: element?.text ?? 'byte' };
}

export function subject({ variable, field }: Candidate): string {
  return field === undefined ? variable.name : `${variable.name}.${field}`;
}

function formatBytes(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`;
}

/** A struct type of the package, without type parameters. */
function isStruct(file: GoFile, type: Node): boolean {
  const spec =
    type.type === 'type_identifier' ? packageNames(file.pkg).types.get(type.text)?.spec : undefined;
  return (
    spec?.childForFieldName('type')?.type === 'struct_type' && !spec.childForFieldName('type_parameters')
  );
}

export function isBytesBuffer(file: GoFile, type: Node): boolean {
  const name = qualified(type, file.imports);
  return name?.path === 'bytes' && name.name === 'Buffer';
}

/** The type names something that only this function knows: a local type or a type parameter. */
function isLocalType(file: GoFile, type: Node): boolean {
  const names = namesAround(file.root, type);
  return type
    .descendantsOfType(['type_identifier', 'identifier'])
    .some((name) => names.resolve(name) !== undefined);
}

/** Bytes of an element without pointers (of a word: 8); undefined for any other type. */
function elementSize(file: GoFile, type: Node, depth = 0): number | undefined {
  if (type.type !== 'type_identifier' || depth > 4) return undefined;
  const declared = packageNames(file.pkg).types.get(type.text)?.spec;
  if (!declared) {
    const layout = isUniverse(file, type) ? predeclared.get(type.text) : undefined;
    return layout?.pointers === 0 ? layout.size : undefined;
  }
  const underlying = declared.childForFieldName('type');
  return underlying ? elementSize(file, underlying, depth + 1) : undefined;
}
