import type { Node } from 'web-tree-sitter';
import type { AllocationCost, AllocationKind, FileEdit, Related } from '../model';
import { contractOf, importedFunction, isBuiltin, isUniverse } from './contracts';
import { isHot } from './hot-code';
import {
  isBoundedByCount,
  keepsItsArgument,
  isWrittenBeforeRead,
  lifetimeOf,
  type ContractCall,
  type Lifetime,
  type Shape,
} from './lifetime';
import { fieldLifetime } from './field-lifetime';
import { constantOf, type IntegerConstant } from './integer-constants';
import type { Decision, GoFile, GoFix, GoPackage, GoRule, Probe } from './rule';
import {
  argumentsOf,
  enclosingFunction,
  isFunction,
  qualified,
  spanOf,
  topLevel,
  unparenthesised,
} from './syntax';
import {
  enclosingLoop,
  enclosingStatement,
  isAddressTaken,
  namesAround,
  parenthesized,
  initializer,
  isAssigned,
  type Binding,
} from './uses';
import {
  atLeast,
  canImport,
  freshName,
  importedAs,
  indentAt,
  lineEnd,
  ownerName,
  packageNames,
  startWithDoc,
  startsLine,
  statementsAt,
} from './writing';

export const rule: GoRule = {
  meta: {
    id: 'go/per-call-buffer',
    summary: 'a buffer allocated on every call that never outlives it',
    fix: 'safe',
    reports: 'allocation',
    sample: 'go/perbuffer',
  },
  check(file, report) {
    // What a test or a benchmark allocates outside of its loop, it allocates once.
    if (file.path.endsWith('_test.go')) return;
    const taken = new Set<string>();
    const reported = new Set<Binding>();
    for (const decision of file.facts?.decisions ?? []) {
      const candidate = findCandidate(file, decision);
      if (!candidate || reported.has(candidate.variable)) continue;
      const lifetime =
        candidate.field === undefined
          ? lifetimeOf(file, candidate.variable, candidate.shape, candidate.typeName)
          : fieldLifetime(file, candidate.variable, candidate.field);
      if (!staysInCall(candidate, lifetime)) continue;
      const fix = buildFix(file, candidate, lifetime, taken);
      reported.add(candidate.variable);
      report({
        node: candidate.node,
        message: `${message(candidate)}, and nothing keeps it beyond the call`,
        allocation: {
          kind: candidate.kind,
          cost: candidate.cost,
          reason: candidate.reason,
          evidence: [
            {
              kind: 'compiler decision',
              text:
                decision.subject === 'moved'
                  ? `moved to heap: ${decision.text}`
                  : `${decision.text} ${decision.outcome === 'heap' ? 'escapes to heap' : 'does not escape'}`,
            },
            ...(candidate.emitted > 0
              ? ([{ kind: 'emitted call', callee: 'runtime.makeslice', count: candidate.emitted }] as const)
              : []),
          ],
        },
        related: relatedCalls(file, lifetime),
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};

/** Fewer bytes are not worth a pool in somebody's source. */
const smallest = 512;
/** What may go back into a pool: the limit that package fmt uses for its own buffers (golang/go#23199). */
const keptAtMost = 64 << 10;

interface Candidate {
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

function findCandidate(file: GoFile, decision: Decision): Candidate | undefined {
  if (decision.free) return undefined;
  const { node } = decision;
  const variable =
    decision.subject === 'moved'
      ? namesAround(file.root, node).resolve(node)
      : namesAround(file.root, node).bindings.find(
          (binding) => initializer(binding)?.id === (fieldOf(node)?.holder ?? value(node)).id,
        );
  if (!variable || variable.kind !== 'variable') return undefined;
  if (decision.subject === 'moved' && (decision.outcome !== 'heap' || variable.declaration.id !== node.id))
    return undefined;
  const fn = variable.owner;
  if (
    runsOnce(fn) ||
    enclosingLoop(variable.declaration) ||
    fn.descendantsOfType('goto_statement').length > 0
  )
    return undefined;
  return decision.subject === 'moved'
    ? movedCandidate(file, decision, variable, fn)
    : expressionCandidate(file, decision, variable, fn);
}

/** For `make(…)` in `T{Data: make(…)}` the field and the literal as an initialiser holds it, `&` included. */
function fieldOf(node: Node): { readonly name: string; readonly holder: Node } | undefined {
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

function runsOnce(fn: Node): boolean {
  return fn.type === 'function_declaration' && /^(main|init)$/.test(fn.childForFieldName('name')?.text ?? '');
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
  const spec =
    type.type === 'type_identifier' ? packageNames(file.pkg).types.get(type.text)?.spec : undefined;
  if (spec?.childForFieldName('type')?.type !== 'struct_type' || spec.childForFieldName('type_parameters'))
    return undefined;
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
  const small = atLeast(file.pkg.toolchain, 1, 25);
  return {
    ...base,
    cost: small ? 'conditional' : 'always',
    reason: `the size ${size.text} is known only at run time, so the slice cannot live on the stack${small ? ' beyond 32 bytes' : ''}`,
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

function staysInCall(candidate: Candidate, lifetime: Lifetime): boolean {
  return candidate.proven || lifetime.kept === undefined;
}

function message(candidate: Candidate): string {
  const name = subject(candidate);
  if (candidate.cost === 'conditional') return `${name} is allocated on each call, as ${candidate.reason}`;
  return `${name} is allocated on each call: ${candidate.reason}`;
}

function subject({ variable, field }: Candidate): string {
  return field === undefined ? variable.name : `${variable.name}.${field}`;
}

function relatedCalls(file: GoFile, lifetime: Lifetime): Related[] {
  return lifetime.contracts.slice(0, 3).map(({ argument, contract }) => ({
    location: { file: file.path, span: spanOf(argument) },
    message: `handed to ${contract.name}, which must not keep it`,
  }));
}

function formatBytes(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`;
}

// Types

function isBytesBuffer(file: GoFile, type: Node): boolean {
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

const basicSizes: Readonly<Record<string, number>> = {
  bool: 1,
  byte: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  rune: 4,
  float32: 4,
  int: 8,
  uint: 8,
  int64: 8,
  uint64: 8,
  float64: 8,
  complex64: 8,
  complex128: 16,
  uintptr: 8,
};

/** Bytes of an element without pointers (of a word: 8); undefined for any other type. */
function elementSize(file: GoFile, type: Node, depth = 0): number | undefined {
  if (type.type !== 'type_identifier' || depth > 4) return undefined;
  const declared = packageNames(file.pkg).types.get(type.text)?.spec;
  if (!declared) return isUniverse(file, type) ? basicSizes[type.text] : undefined;
  const underlying = declared.childForFieldName('type');
  return underlying ? elementSize(file, underlying, depth + 1) : undefined;
}

// Constants

// The fix

function buildFix(
  file: GoFile,
  candidate: Candidate,
  lifetime: Lifetime,
  taken: Set<string>,
): GoFix | undefined {
  const { variable, fn } = candidate;
  if (file.generated || !canImport(file, 'sync') || isShadowed(file, fn, importedAs(file, 'sync')))
    return undefined;
  const statement = declarationStatement(variable);
  if (!statement || (hasComment(statement) && candidate.field === undefined)) return undefined;
  const plan =
    candidate.field !== undefined
      ? planField(file, candidate, candidate.field, statement, lifetime, taken)
      : candidate.shape === 'slice'
        ? planSlice(file, candidate, lifetime, taken)
        : candidate.shape === 'array'
          ? planArray(file, candidate, taken)
          : candidate.shape === 'struct pointer'
            ? planStruct(file, candidate, taken)
            : planBuffer(file, candidate, taken);
  if (!plan) return undefined;
  taken.add(plan.pool);
  const eol = lineEnd(file.text);
  const top = topLevel(fn);
  const any = atLeast(file.pkg.language, 1, 18) ? 'any' : 'interface{}';
  const sync = importedAs(file, 'sync');
  const pool = [
    `var ${plan.pool} = ${sync}.Pool{`,
    `\tNew: func() ${any} {`,
    ...plan.make.map((line) => `\t\t${line}`),
    '\t},',
    '}',
    '',
    '',
  ].join(eol);
  const edits: FileEdit[] = [
    { file: file.path, span: at(startWithDoc(file.text, top)), newText: pool },
    {
      file: file.path,
      span: spanOf(statement),
      newText: statementsAt(file, statement.startIndex, plan.statements),
    },
    ...plan.rewrites,
  ];
  edits.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  const obligations = lifetime.contracts.flatMap(({ contract }) => contract.obligation ?? []);
  return {
    title: `Reuse ${subject(candidate)} from a sync.Pool`,
    kind: 'safe',
    edits,
    imports: ['sync'],
    claim: plan.claim,
    ...(obligations.length > 0 && { obligations }),
    ...(!candidate.proven && { probes: [probe(file, candidate, lifetime.contracts)] }),
  };
}

interface Plan {
  readonly pool: string;
  /** Lines of the pool's New. */
  readonly make: readonly string[];
  readonly statements: readonly string[];
  readonly rewrites: readonly FileEdit[];
  readonly claim: GoFix['claim'];
}

function planSlice(
  file: GoFile,
  candidate: Candidate,
  lifetime: Lifetime,
  taken: ReadonlySet<string>,
): Plan | undefined {
  const { variable, fn, slice } = candidate;
  if (!slice) return undefined;
  const { size, constant, empty } = slice;
  const type = slice.type;
  const name = variable.name;
  const pool = poolName(file, variable, fn, taken);
  const pointer = freshName(file, [`${name}p`, `${name}Ptr`], taken);
  const clean = isWrittenBeforeRead(file, variable, empty);
  if (!clean && !(atLeast(file.pkg.language, 1, 21) && isFree(file, fn, 'clear'))) return undefined;
  // A grown buffer comes back with more capacity than make gave: nothing may see that.
  if (empty && (!clean || lifetime.capacityObserved)) return undefined;
  const statements = [`${pointer} := ${pool}.Get().(*${type.text})`];
  const put = `${pool}.Put(${pointer})`;

  if (constant) {
    // A local constant does not reach the pool: its value does.
    const amount = constant.global ? size.text : constant.value;
    if (amount === undefined) return undefined;
    const make = [`b := make(${type.text}, ${empty ? '0, ' : ''}${amount})`, 'return &b'];
    if (empty && lifetime.grows && !lifetime.advances) {
      statements.push(`${name} := (*${pointer})[:0]`);
      const limit =
        constant.value !== undefined && constant.value * slice.bytes <= keptAtMost
          ? limitText(slice.bytes)
          : size.text;
      statements.push(
        `defer func() {\n\tif cap(${name}) <= ${limit} {\n\t\t*${pointer} = ${name}\n\t\t${put}\n\t}\n}()`,
      );
    } else {
      statements.push(`defer ${put}`);
      if (empty) statements.push(`${name} := (*${pointer})[:0]`);
      else {
        statements.push(`${name} := *${pointer}`);
        if (!clean) statements.push(`clear(${name})`);
      }
    }
    const claim = { effect: 'moves', within: [spanOf(fn)], callees: ['runtime.makeslice'] } as const;
    return { pool, make, statements, rewrites: [], claim };
  }

  if (!isIntSized(file, size)) return undefined;
  // Evaluated once, as before; a plain name or len may be repeated.
  const bound = isPlain(file, size) ? size.text : freshName(file, [`${name}Size`, `${name}Length`], taken);
  if (bound !== size.text) statements.push(`${bound} := ${spaced(size)}`);
  statements.push(
    `if cap(*${pointer}) < ${bound} {\n\t*${pointer} = make(${type.text}, ${empty ? '0, ' : ''}${bound})\n}`,
  );
  if (empty) statements.push(`${name} := (*${pointer})[:0]`);
  else {
    // With a capacity of exactly the length, append copies and slicing past the end panics, as on what make gave.
    const exact = lifetime.capacityObserved || lifetime.grows || mayObserveCapacity(file, variable);
    statements.push(`${name} := (*${pointer})[:${bound}${exact ? `:${bound}` : ''}]`);
    if (!clean) statements.push(`clear(${name})`);
  }
  const back = empty && lifetime.grows && !lifetime.advances && lifetime.kept === undefined;
  const measured = back ? name : `*${pointer}`;
  statements.push(
    `defer func() {\n\tif cap(${measured}) <= ${limitText(slice.bytes)} {\n${back ? `\t\t*${pointer} = ${name}\n` : ''}\t\t${put}\n\t}\n}()`,
  );
  return {
    pool,
    // Not nil, so that a length of 0 gives an empty slice, as make does.
    make: [`b := make(${type.text}, 0, 512)`, 'return &b'],
    statements,
    rewrites: [],
    claim: { effect: 'runs less', within: [spanOf(fn)], callees: ['runtime.makeslice'] },
  };
}

/** The struct stays where it is, and gets its buffer from the pool. */
function planField(
  file: GoFile,
  candidate: Candidate,
  field: string,
  statement: Node,
  lifetime: Lifetime,
  taken: ReadonlySet<string>,
): Plan | undefined {
  const { variable, fn, slice, node } = candidate;
  const amount = slice?.constant?.global ? slice.size.text : slice?.constant?.value;
  if (!slice || amount === undefined) return undefined;
  const name = field.charAt(0).toLowerCase() + field.slice(1);
  const pool = poolName(file, { ...variable, name }, fn, taken);
  const pointer = freshName(file, [`${name}p`, `${name}Ptr`], taken);
  // The lines of the literal are indented again with the other statements.
  const indent = indentAt(file.text, statement.startIndex);
  const text = (start: number, end: number): string =>
    file.text.slice(start, end).replaceAll(`\r\n`, '\n').replaceAll(`\n${indent}`, '\n');
  const raw = statement.descendantsOfType('raw_string_literal').some((one) => one.text.includes('\n'));
  const isLong = statement.startPosition.row !== statement.endPosition.row;
  if (raw || (isLong && !startsLine(file.text, statement.startIndex))) return undefined;
  const before = text(statement.startIndex, node.startIndex);
  const behind = text(node.endIndex, statement.endIndex);
  // What the compiler knows to fit, it must know to fit into the pooled buffer, too.
  const fits = !(file.facts?.emitted(fn) ?? []).some(({ callee }) => callee.startsWith('runtime.growslice'));
  const put = `${pool}.Put(${pointer})`;
  const statements = [
    `${pointer} := ${pool}.Get().(*${slice.type.text})`,
    `${before}(*${pointer})[:0${fits ? `:${amount}` : ''}]${behind}`,
  ];
  const buffer = `${variable.name}.${field}`;
  const { value } = slice.constant!;
  const limit =
    value !== undefined && value * slice.bytes <= keptAtMost ? limitText(slice.bytes) : slice.size.text;
  if (!lifetime.grows || fits) statements.splice(1, 0, `defer ${put}`);
  else
    statements.push(
      `defer func() {\n\tif cap(${buffer}) <= ${limit} {\n\t\t*${pointer} = ${buffer}\n\t\t${put}\n\t}\n}()`,
    );
  return {
    pool,
    make: [`b := make(${slice.type.text}, 0, ${amount})`, 'return &b'],
    statements,
    rewrites: [],
    claim: { effect: 'moves', within: [spanOf(fn)], callees: ['runtime.makeslice'] },
  };
}

/** The limit in elements of so many bytes. */
function limitText(bytes: number): string {
  return `${keptAtMost / bytes / 1024}<<10`;
}

/** Some use could tell a capacity that is larger than the length. */
function mayObserveCapacity(file: GoFile, variable: Binding): boolean {
  return variable.uses.some(({ node }) => {
    const outer = parenthesized(node);
    const parent = outer.parent;
    if (parent?.type === 'index_expression' || parent?.type === 'range_clause') return false;
    if (parent?.type === 'slice_expression')
      return parent.childForFieldName('end') !== null && !isBoundedByCount(file, parent, variable);
    const call = parent?.type === 'argument_list' ? parent.parent : undefined;
    if (call?.type !== 'call_expression') return true;
    return (
      !isBuiltin(file, call, 'len', 'copy', 'clear') &&
      !contractOf(file, call, outer, 'slice', (method) => keepsItsArgument(file, method))
    );
  });
}

function planArray(file: GoFile, candidate: Candidate, taken: ReadonlySet<string>): Plan | undefined {
  const { variable, fn, type } = candidate;
  const name = variable.name;
  const clean = isWrittenBeforeRead(file, variable, false);
  const pool = poolName(file, variable, fn, taken);
  const put = `${pool}.Put(${name})`;
  return {
    pool,
    make: [`return new(${type})`],
    statements: [
      `${name} := ${pool}.Get().(*${type})`,
      `defer ${put}`,
      ...(clean ? [] : [`*${name} = ${type}{}`]),
    ],
    rewrites: [],
    claim: { effect: 'moves', within: [spanOf(fn)], callees: ['runtime.newobject'] },
  };
}

function planBuffer(file: GoFile, candidate: Candidate, taken: ReadonlySet<string>): Plan | undefined {
  const { variable, fn, type, shape } = candidate;
  const name = variable.name;
  const pool = poolName(file, variable, fn, taken);
  if (variable.uses.some((use) => isAssigned(use.node))) return undefined;
  // A buffer that starts large may double without being an outlier.
  const limit = (candidate.size ?? 0) <= keptAtMost / 2 ? limitText(1) : String(4 * candidate.size!);
  const rewrites: FileEdit[] = [];
  for (const { node } of shape === 'buffer value' ? variable.uses : []) {
    if (!isAddressTaken(node)) continue;
    const address = parenthesized(node).parent!;
    rewrites.push({ file: file.path, span: spanOf(address), newText: name });
  }
  return {
    pool,
    make: [`return ${candidate.made ?? `new(${type})`}`],
    statements: [
      `${name} := ${pool}.Get().(*${type})`,
      `${name}.Reset()`,
      `defer func() {\n\tif ${name}.Cap() <= ${limit} {\n\t\t${pool}.Put(${name})\n\t}\n}()`,
    ],
    rewrites,
    claim: { effect: 'moves', within: [spanOf(fn)], callees: ['runtime.newobject'] },
  };
}

function planStruct(file: GoFile, candidate: Candidate, taken: ReadonlySet<string>): Plan | undefined {
  const { variable, fn, type, literal } = candidate;
  const name = variable.name;
  if (variable.uses.some((use) => isAssigned(use.node)) || literal === undefined) return undefined;
  const pool = poolName(file, variable, fn, taken);
  return {
    pool,
    make: [`return new(${type})`],
    statements: [
      `${name} := ${pool}.Get().(*${type})`,
      `*${name} = ${literal}`,
      // What the struct refers to must not stay reachable from the pool.
      `defer func() {\n\t*${name} = ${type}{}\n\t${pool}.Put(${name})\n}()`,
    ],
    rewrites: [],
    claim: { effect: 'moves', within: [spanOf(fn)], callees: ['runtime.newobject'] },
  };
}

/** `buf := make(…)` or `var buf = make(…)` on its own in a statement list, declaring nothing else. */
function declarationStatement(variable: Binding): Node | undefined {
  const statement = enclosingStatement(variable.declaration);
  if (statement?.type === 'short_var_declaration')
    return statement.childForFieldName('left')?.namedChildCount === 1 ? statement : undefined;
  if (statement?.type !== 'var_declaration') return undefined;
  const specs = statement.descendantsOfType('var_spec');
  return specs.length === 1 &&
    specs[0]!.namedChildren.filter((child) => child.type === 'identifier').length === 1
    ? statement
    : undefined;
}

function hasComment(node: Node): boolean {
  return node.descendantsOfType('comment').length > 0;
}

/**
 * `bufPool` when no other function of the package has a local of the name; else with the function's name in front,
 * so that fixes made one after the other, or in several files, do not collide. Of a name like b: `copyAllPool`.
 */
function poolName(file: GoFile, variable: Binding, fn: Node, taken: ReadonlySet<string>): string {
  const elsewhere = new RegExp(
    `(?<![\\w.])${variable.name}\\s*(:=|=\\s*(make|new|&))|\\bvar\\s+${variable.name}\\b`,
    'g',
  );
  const count = file.pkg.files.reduce((sum, other) => sum + (other.text.match(elsewhere)?.length ?? 0), 0);
  const owner = ownerName(fn);
  const long = `${owner}${variable.name[0]!.toUpperCase()}${variable.name.slice(1)}Pool`;
  const { length } = variable.name;
  const candidates =
    length <= 2 ? [`${owner}Pool`, long] : count <= 1 ? [`${variable.name}Pool`, long] : [long];
  return freshName(file, candidates, taken);
}

/** A local of the function hides the import's name. */
function isShadowed(file: GoFile, fn: Node, name: string): boolean {
  return namesAround(file.root, fn).bindings.some((binding) => binding.name === name);
}

function isFree(file: GoFile, fn: Node, name: string): boolean {
  return !packageNames(file.pkg).declared.has(name) && !isShadowed(file, fn, name);
}

function at(offset: number): { start: number; end: number } {
  return { start: offset, end: offset };
}

/** A binary expression as gofmt writes it outside of an argument list. */
function spaced(node: Node, tight = false): string {
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  if (node.type !== 'binary_expression' || !left || !right) return node.text;
  const operator = node.childForFieldName('operator')?.text ?? '';
  const adds = /^[-+|^]$/.test(operator);
  if (!adds && tight) return node.text;
  return `${spaced(left, adds)} ${operator} ${spaced(right, adds)}`;
}

/** Short, and evaluating it again gives the same: a name, or len of a name. */
function isPlain(file: GoFile, node: Node): boolean {
  const expression = unparenthesised(node);
  if (expression.type === 'identifier') return true;
  if (expression.type !== 'call_expression' || !isBuiltin(file, expression, 'len')) return false;
  return argumentsOf(expression)[0]?.type === 'identifier';
}

/**
 * `cap(…) < size` needs an int. Not told for a field or a call of another package; then the compiler decides, and
 * withholds the fix on a mismatch.
 */
function isIntSized(file: GoFile, node: Node): boolean {
  return [node, ...node.descendantsOfType('identifier')].every((identifier) => {
    const binding = namesAround(file.root, identifier).resolve(identifier);
    const type = binding?.declaration.parent?.childForFieldName('type');
    if (
      !type ||
      identifier.parent?.type === 'selector_expression' ||
      identifier.parent?.type === 'argument_list'
    )
      return true;
    return type.text === 'int';
  });
}

/**
 * The question to the compiler: with a small constant size, and with the contract calls given nil, does the value stay
 * on the stack? The argument itself is still evaluated, so the text compiles as before.
 */
function probe(file: GoFile, candidate: Candidate, contracts: readonly ContractCall[]): Probe {
  const edits: FileEdit[] = [];
  if (candidate.slice) edits.push({ file: file.path, span: spanOf(candidate.slice.size), newText: '64' });
  if (candidate.kind === 'call')
    edits.push({ file: file.path, span: spanOf(candidate.node), newText: `&${candidate.type}{}` });
  // What is stored through a pointer counts as kept; with nothing but plain fields used, a value does as well.
  const holder = candidate.field === undefined ? undefined : fieldOf(candidate.node)?.holder;
  if (holder?.type === 'unary_expression')
    edits.push({
      file: file.path,
      span: { start: holder.startIndex, end: holder.startIndex + 1 },
      newText: '',
    });
  // A struct that is too large is asked about with small arrays.
  const spec =
    candidate.typeName === undefined ? undefined : packageNames(file.pkg).types.get(candidate.typeName);
  for (const array of spec?.spec.descendantsOfType('array_type') ?? []) {
    const length = array.childForFieldName('length');
    if (spec && length) edits.push({ file: spec.file.path, span: spanOf(length), newText: '64' });
  }
  for (const { argument, shape } of contracts) {
    const type =
      shape === 'slice'
        ? (candidate.slice?.type.text ?? `[]${candidate.element ?? 'byte'}`)
        : `*${candidate.type}`;
    const span = spanOf(argument);
    edits.push(
      { file: file.path, span: at(span.start), newText: `func(p ${type}) ${type} { _ = p; return nil }(` },
      { file: file.path, span: at(span.end), newText: ')' },
    );
  }
  edits.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  return {
    states: `nothing but the contracts' calls keeps ${subject(candidate)}`,
    edits,
    stays:
      candidate.kind === 'moved variable' ? spanOf(candidate.variable.declaration) : spanOf(candidate.node),
  };
}
