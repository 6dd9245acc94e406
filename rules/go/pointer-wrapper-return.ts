import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../model';
import type { Decision, GoFile, GoFix, GoReport, GoRule } from './rule';
import { argumentsOf, spanOf, unparenthesised } from './syntax/nodes';
import {
  callOf,
  isAddressTaken,
  isAssigned,
  namesAround,
  occurrences,
  parenthesized,
  type Binding,
  type Use,
} from './syntax/names';
import { movedToHeap } from './sites/moved';
import { initializer } from './syntax/assignments';
import { placesOfMove, pooledGet, pooledPut } from './pools/pools';
import { indentAt, lineEnd, startsLine } from './edit/layout';
import { packageNames } from './syntax/package-names';
import { decided } from './sites/evidence';
import { code } from '../wording';

export const rule: GoRule = {
  meta: {
    id: 'go/pointer-wrapper-return',
    summary: 'a local copied from *p, changed and returned as &local: a new heap object on every call',
    fix: 'safe',
    recipe: 'Return the struct by value, or change it through the pointer that came in',
    reports: 'allocation',
    sample: 'go/pointerwrapper',
  },
  check(file, report) {
    const reported = new Set<number>();
    for (const { decision, variable } of movedToHeap(file)) {
      const wrapper = findWrapper(file, variable);
      if (!wrapper || reported.has(variable.declaration.id)) continue;
      const callers = findCallers(file, wrapper);
      if (!isWorthReporting(wrapper, callers)) continue;
      reported.add(variable.declaration.id);
      report(describe(file, decision, wrapper, callers));
    }
  },
};

interface Wrapper {
  /** The function declaration, method declaration or literal. */
  readonly fn: Node;
  readonly local: Binding;
  readonly pointer: Binding;
  /** The pointee's type node. */
  readonly pointee: Node;
  /** `&local` inside return statements of `fn`. */
  readonly returned: readonly { readonly address: Node; readonly statement: Node; readonly index: number }[];
  /** What keeps the local's address or the parameter from being understood; a reason for no fix. */
  readonly obstacle: string | undefined;
}

function findWrapper(file: GoFile, local: Binding): Wrapper | undefined {
  const names = namesAround(file.root, local.declaration);
  if (local.kind !== 'variable') return undefined;
  const value = initializer(local);
  const copied = value && dereferenced(value);
  const pointer = copied && names.resolve(copied);
  if (!pointer || (pointer.kind !== 'parameter' && pointer.kind !== 'receiver')) return undefined;
  const fn = local.owner;
  if (pointer.owner.id !== fn.id) return undefined;
  const type = pointer.declaration.parent?.childForFieldName('type');
  const pointee = type?.type === 'pointer_type' ? type.firstNamedChild : undefined;
  if (!pointee || pointer.declaration.parent?.type !== 'parameter_declaration') return undefined;
  const declaredType =
    local.declaration.parent?.type === 'var_spec' && local.declaration.parent.childForFieldName('type');
  if (declaredType && declaredType.text !== pointee.text) return undefined;

  const returned: { address: Node; statement: Node; index: number }[] = [];
  let obstacle: string | undefined;
  for (const use of local.uses) {
    if (use.owner.id !== fn.id) obstacle = `a closure captures ${local.name}`;
    if (!isAddressTaken(use.node)) continue;
    const place = returnPlace(parenthesized(use.node).parent!);
    if (place && use.owner.id === fn.id) returned.push(place);
    else obstacle = `the address of ${local.name} is used elsewhere, too`;
  }
  if (returned.length === 0) return undefined;
  for (const use of pointer.uses) {
    if (use.owner.id !== fn.id) obstacle = `a closure captures ${pointer.name}`;
    else if (isAssigned(use.node) || isAddressTaken(use.node)) obstacle = `${pointer.name} is changed`;
    // The copy, or something else, keeps the old pointer: then both values are wanted.
    else if (!isOnlyRead(use.node)) return undefined;
  }
  if (
    names.bindings.some(
      (other) => other.name === pointer.name && other !== pointer && isInside(other.declaration, fn),
    )
  )
    obstacle = `${pointer.name} is declared again`;
  for (const { statement, address } of returned) {
    for (const use of pointer.uses)
      if (isInside(use.node, statement)) obstacle = `the return statement also reads ${pointer.name}`;
    for (const use of local.uses) {
      const inCall =
        isInside(use.node, statement) && !isInside(use.node, address) && isInCall(use.node, statement);
      if (inCall) obstacle = `the return statement also passes ${local.name} to a call`;
    }
  }
  return { fn, local, pointer, pointee, returned, obstacle };
}

/** The pointer is dereferenced, one of its fields is read, it is compared or returned: nothing keeps it. */
function isOnlyRead(node: Node): boolean {
  const parent = parenthesized(node).parent;
  switch (parent?.type) {
    case 'unary_expression':
      return parent.childForFieldName('operator')?.text === '*' && !isAddressTaken(parent);
    case 'selector_expression':
      return callOf(parent) === undefined && !isAddressTaken(parent);
    case 'binary_expression':
      return true;
    case 'expression_list':
      return (
        parent.parent?.type === 'return_statement' || parent.parent?.childForFieldName('left')?.text === '_'
      );
    default:
      return false;
  }
}

function isInside(node: Node, outer: Node): boolean {
  return outer.startIndex <= node.startIndex && node.endIndex <= outer.endIndex;
}

function isInCall(node: Node, within: Node): boolean {
  for (let outer = node.parent; outer && outer.id !== within.id; outer = outer.parent)
    if (
      outer.type === 'call_expression' &&
      !/^(len|cap)$/.test(outer.childForFieldName('function')?.text ?? '')
    )
      return true;
  return false;
}

/** For `*x` the identifier x. */
function dereferenced(node: Node): Node | undefined {
  const star = unparenthesised(node);
  if (star.type !== 'unary_expression' || star.childForFieldName('operator')?.text !== '*') return undefined;
  const operand = star.childForFieldName('operand');
  const inner = operand && unparenthesised(operand);
  return inner?.type === 'identifier' ? inner : undefined;
}

function returnPlace(address: Node): Wrapper['returned'][number] | undefined {
  const value = parenthesized(address);
  const list = value.parent;
  const statement = list?.parent;
  if (list?.type !== 'expression_list' || statement?.type !== 'return_statement') return undefined;
  const index = list.namedChildren
    .filter((child) => child.type !== 'comment')
    .findIndex((child) => child.id === value.id);
  return { address: value, statement, index };
}

/**
 * `reassigned`: `x = f(x)` with a variable whose pointer nobody else holds. `replaced`: `x = f(x)`, but the pointer
 * may have another holder. `dropped`: the argument is not used afterwards. `kept`: it is, so the copy may be the point.
 * `unknown`: no direct call.
 */
type Caller = 'reassigned' | 'replaced' | 'dropped' | 'kept' | 'unknown';

interface Callers {
  readonly found: readonly Caller[];
  /** True when code outside of what was searched may call it: exported, a method, or used as a value. */
  readonly open: boolean;
}

function findCallers(file: GoFile, wrapper: Wrapper): Callers {
  const { fn } = wrapper;
  const parameter = parameterIndex(fn, wrapper.pointer);
  const result = new Set(wrapper.returned.map((place) => place.index));
  const classify = (in_: GoFile, callee: Node): Caller => {
    const call = callOf(callee);
    if (!call) return 'unknown';
    const argument =
      wrapper.pointer.kind === 'receiver'
        ? callee.type === 'selector_expression' && callee.childForFieldName('operand')
        : argumentsOf(call)[parameter];
    if (!argument || result.size !== 1) return 'unknown';
    return classifyCall(in_, call, argument, [...result][0]!);
  };
  if (fn.type === 'func_literal') {
    const variable = closureVariable(file, fn);
    if (!variable) return { found: [], open: true };
    const found = variable.uses.map((use) => (isAssigned(use.node) ? 'unknown' : classify(file, use.node)));
    return { found, open: found.includes('unknown') };
  }
  const name = fn.childForFieldName('name');
  if (!name) return { found: [], open: true };
  const found: Caller[] = [];
  for (const other of file.pkg.files) {
    for (const node of occurrences(other.root, other.text, name.text)) {
      if (other === file && node.id === name.id) continue;
      if (fn.type === 'method_declaration') {
        if (node.type !== 'field_identifier' || node.parent?.type !== 'selector_expression') continue;
        found.push(classify(other, node.parent));
      } else if (node.type === 'identifier' && !namesAround(other.root, node).resolve(node)) {
        found.push(classify(other, node));
      }
    }
  }
  const open = fn.type === 'method_declaration' || /^\p{Lu}/u.test(name.text) || found.includes('unknown');
  return { found, open };
}

function parameterIndex(fn: Node, pointer: Binding): number {
  const names = (fn.childForFieldName('parameters')?.namedChildren ?? []).flatMap((declaration) =>
    declaration.namedChildren.filter((child) => child.type === 'identifier'),
  );
  return names.findIndex((name) => name.id === pointer.declaration.id);
}

/** For `f := func…` (declared once, with this literal) the variable f. */
function closureVariable(file: GoFile, literal: Node): Binding | undefined {
  return namesAround(file.root, literal).bindings.find(
    (binding) => binding.kind === 'variable' && initializer(binding)?.id === literal.id,
  );
}

function classifyCall(file: GoFile, call: Node, argument: Node, result: number): Caller {
  const value = unparenthesised(argument);
  const target = assignedTo(call, result);
  if (value.type !== 'identifier') {
    // `b.buf = f(b.buf)`: the same place by its text; a field may have other holders.
    return target && value.type === 'selector_expression' && target.text === value.text
      ? 'replaced'
      : 'unknown';
  }
  const names = namesAround(file.root, call);
  const variable = names.resolve(value);
  if (target?.type === 'identifier' && target.text === value.text && names.resolve(target) === variable)
    return variable && isSoleHolder(file, variable) ? 'reassigned' : 'replaced';
  if (!variable) return 'unknown';
  const usedLater = variable.uses.some(
    (use) => use.node.startIndex > call.endIndex || use.owner.id !== variable.owner.id,
  );
  return usedLater ? 'kept' : 'dropped';
}

/** The target of plain `=` (not `:=`, which would declare another variable) that receives result number `index`. */
function assignedTo(call: Node, index: number): Node | undefined {
  const list = parenthesized(call).parent;
  const statement = list?.parent;
  if (list?.type !== 'expression_list' || list.namedChildCount !== 1) return undefined;
  if (statement?.type !== 'assignment_statement' || statement.childForFieldName('operator')?.text !== '=') {
    // `s, err := f(s)` in the same block assigns s again: the resolver made it a use of the same binding.
    if (statement?.type !== 'short_var_declaration') return undefined;
  }
  return statement.childForFieldName('left')?.namedChildren[index];
}

/**
 * True when every pointer that the local variable ever holds is held by it alone: it comes from a pool, `new` or
 * `&T{}`, or from a wrapper call on itself, and goes nowhere but into dereferences, such calls and `Put`.
 */
function isSoleHolder(file: GoFile, variable: Binding): boolean {
  if (variable.kind !== 'variable') return false;
  const start = initializer(variable);
  if (start && !isFreshPointer(file, start)) return false;
  if (!start && variable.declaration.parent?.type !== 'var_spec') return false;
  return variable.uses.every((use) => use.owner.id === variable.owner.id && isHarmless(file, variable, use));
}

function isFreshPointer(file: GoFile, value: Node): boolean {
  const expression = unparenthesised(value);
  if (expression.type === 'call_expression') return expression.childForFieldName('function')?.text === 'new';
  if (expression.type === 'unary_expression')
    return (
      expression.childForFieldName('operator')?.text === '&' &&
      expression.childForFieldName('operand')?.type === 'composite_literal'
    );
  return pooledGet(file, expression) !== undefined;
}

function isHarmless(file: GoFile, variable: Binding, { node }: Use): boolean {
  const parent = parenthesized(node).parent;
  if (!parent) return false;
  if (parent.type === 'unary_expression' && parent.childForFieldName('operator')?.text === '*')
    return !isAddressTaken(parent);
  if (parent.type === 'binary_expression') return true;
  if (isAssigned(node)) {
    const statement = parent.parent;
    const right = statement?.childForFieldName('right');
    const only = right?.namedChildCount === 1 ? right.firstNamedChild : null;
    if (!only) return false;
    if (isFreshPointer(file, only)) return true;
    const call = unparenthesised(only);
    return (
      call.type === 'call_expression' &&
      argumentsOf(call).some((argument) => namesAround(file.root, argument).resolve(argument) === variable)
    );
  }
  if (parent.type !== 'argument_list' || parent.parent?.type !== 'call_expression') return false;
  // A deferred Put holds the pointer as it was at the defer.
  if (/^(defer|go)_statement$/.test(parent.parent.parent?.type ?? '')) return false;
  const callee = parent.parent.childForFieldName('function');
  if (callee?.type === 'selector_expression') return pooledPut(file, parent.parent) !== undefined;
  return callee?.type === 'identifier' && isWrapperCall(file, callee, parent.parent, node);
}

/** True when the callee is a function of this package that only dereferences or returns the parameter. */
function isWrapperCall(file: GoFile, callee: Node, call: Node, argument: Node): boolean {
  const index = argumentsOf(call).findIndex((other) => unparenthesised(other).id === argument.id);
  const binding = namesAround(file.root, callee).resolve(callee);
  const known = binding ? undefined : packageNames(file.pkg).functions.get(callee.text);
  const value = binding && initializer(binding);
  const reassigned = binding?.uses.some((use) => isAssigned(use.node));
  const fn = value?.type === 'func_literal' && !reassigned ? value : known?.node;
  if (!fn || !isInsideStatementAssigning(call, argument)) return false;
  const names = namesAround(known?.file.root ?? file.root, fn);
  const parameter = names.bindings.find(
    (candidate) =>
      candidate.kind === 'parameter' &&
      candidate.owner.id === fn.id &&
      parameterIndex(fn, candidate) === index,
  );
  return (
    parameter !== undefined &&
    parameter.uses.every(({ node, owner }) => {
      const parent = parenthesized(node).parent;
      if (owner.id !== fn.id || !parent) return false;
      if (parent.type === 'unary_expression' && parent.childForFieldName('operator')?.text === '*')
        return !isAddressTaken(parent);
      return parent.type === 'expression_list' && parent.parent?.type === 'return_statement';
    })
  );
}

/** The result must go back into the variable: `x = g(x)`. */
function isInsideStatementAssigning(call: Node, argument: Node): boolean {
  const target = assignedTo(call, 0);
  return target?.type === 'identifier' && target.text === argument.text;
}

const copyNames = /^(shallow|deep)?(clone|copy|with|dup|fork|snapshot)/i;

/**
 * A struct copied and returned is how Go programs clone (a request with another body), so the copy is taken to be on
 * purpose unless every caller shows that it replaces the only pointer to the old value. A slice or map header copied
 * from a pointer and returned by address has no such use.
 */
function isWorthReporting(wrapper: Wrapper, callers: Callers): boolean {
  const name = wrapper.fn.childForFieldName('name')?.text ?? '';
  if (copyNames.test(name) || callers.found.includes('kept')) return false;
  if (wrapper.pointee.type === 'slice_type' || wrapper.pointee.type === 'map_type') return true;
  return callers.found.length > 0 && callers.found.every((caller) => caller === 'reassigned');
}

function describe(file: GoFile, decision: Decision, wrapper: Wrapper, callers: Callers): GoReport {
  const { local, pointer, returned, fn } = wrapper;
  const reason = `${code(local.name)} is a copy of ${code(`*${pointer.name}`)} whose address is returned`;
  const fix = file.generated || wrapper.obstacle !== undefined ? undefined : buildFix(file, wrapper, callers);
  return {
    node: local.declaration,
    message: `Each call allocates a new ${what(wrapper.pointee)} for ${code(local.name)}`,
    allocation: {
      kind: 'moved variable',
      cost: 'always',
      reason,
      evidence: [decided(decision)],
    },
    related: returned.map(({ address }) => ({
      location: { file: file.path, span: spanOf(address) },
      message: `the address of ${code(local.name)} leaves ${code(functionName(fn))} here`,
    })),
    ...(fix && { fixes: [fix] }),
  };
}

function what(pointee: Node): string {
  if (pointee.type === 'slice_type') return 'slice header';
  return pointee.text.length <= 40 && !pointee.text.includes('\n') ? pointee.text : 'value';
}

function functionName(fn: Node): string {
  return fn.childForFieldName('name')?.text ?? 'the function';
}

function buildFix(file: GoFile, wrapper: Wrapper, callers: Callers): GoFix {
  const { local, pointer, returned } = wrapper;
  const edits: FileEdit[] = [];
  const written = new Set<number>();
  for (const { address, statement } of returned) {
    edits.push({ file: file.path, span: spanOf(address), newText: pointer.name });
    const at = statement.startIndex;
    if (written.has(at)) continue;
    written.add(at);
    const separator = startsLine(file.text, at) ? lineEnd(file.text) + indentAt(file.text, at) : '; ';
    edits.push({
      file: file.path,
      span: { start: at, end: at },
      newText: `*${pointer.name} = ${local.name}${separator}`,
    });
  }
  const safe =
    !callers.open && callers.found.length > 0 && callers.found.every((caller) => caller === 'reassigned');
  const title = `Write back through ${code(pointer.name)} and return it`;
  return {
    title: safe ? title : `${title}, if no caller still needs the value from before the call`,
    kind: safe ? 'safe' : 'suggestion',
    edits: edits.sort((a, b) => a.span.start - b.span.start),
    claim: { effect: 'removes', within: placesOfMove(file, local, []), callees: ['runtime.newobject'] },
  };
}
