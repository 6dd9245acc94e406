import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../model';
import { placesOfMove, pooledGet, pooledPut } from './pools/pools';
import type { Decision, GoFile, GoFix, GoReport, GoRule } from './rule';
import { argumentsOf, spanOf, topLevel, unparenthesised } from './syntax/nodes';
import {
  callOf,
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  occurrences,
  parenthesized,
  type Binding,
} from './syntax/names';
import { movedToHeap } from './sites/moved';
import { enclosingLoop } from './flow/loops';
import { usesAfter } from './flow/paths';
import { initializer } from './syntax/assignments';
import { byPlace, freshName, statementsAt } from './edit/layout';
import { decided } from './sites/evidence';
import { code } from '../wording';

export const rule: GoRule = {
  meta: {
    id: 'go/pool-put-address',
    summary: 'pool.Put(&param) or pool.Put(&local): each Put allocates the pointer that the pool was to save',
    fix: 'safe',
    recipe: 'Keep the pointer that Get gave until Put, and store the grown slice in what it points to',
    reports: 'allocation',
    sample: 'go/poolput',
  },
  check(file, report) {
    const reported = new Set<number>();
    for (const { decision, variable } of movedToHeap(file)) {
      const puts = putsOf(file, variable);
      if (puts.length === 0 || reported.has(variable.declaration.id)) continue;
      reported.add(variable.declaration.id);
      report(describe(file, decision, variable, puts));
    }
  },
};

/** `pool.Put(&v)`. */
interface Put {
  readonly call: Node;
  readonly pool: Node;
  /** `&v`. */
  readonly address: Node;
  /** The function around the call. */
  readonly owner: Node;
}

function putsOf(file: GoFile, variable: Binding): Put[] {
  const puts: Put[] = [];
  for (const { node, owner } of variable.uses) {
    if (!isAddressTaken(node)) continue;
    const address = parenthesized(parenthesized(node).parent!);
    const call = address.parent?.type === 'argument_list' ? address.parent.parent : undefined;
    const put = call && pooledPut(file, call);
    if (put) puts.push({ call, pool: put.pool, address, owner });
  }
  return puts;
}

function describe(file: GoFile, decision: Decision, variable: Binding, puts: readonly Put[]): GoReport {
  const { pool, address } = puts[0]!;
  const fix = file.generated ? undefined : buildFix(file, variable, puts);
  const { name } = variable;
  return {
    node: address,
    message: `${code(name)} moves to the heap, because ${code(`${pool.text}.Put`)} keeps its address`,
    allocation: {
      kind: 'moved variable',
      cost: 'always',
      reason: `each Put allocates what it points to, where the pointer that Get gave would do`,
      evidence: [decided(decision)],
    },
    related: [
      {
        location: { file: file.path, span: spanOf(variable.declaration) },
        message: `${code(name)} is allocated here, on the heap`,
      },
    ],
    ...(fix && { fixes: [fix] }),
  };
}

function buildFix(file: GoFile, variable: Binding, puts: readonly Put[]): GoFix | undefined {
  const addresses = variable.uses.filter((use) => isAddressTaken(use.node)).length;
  if (addresses !== puts.length || new Set(puts.map((put) => put.pool.text)).size !== 1) return undefined;
  if (variable.kind === 'variable') return keepLocalPointer(file, variable, puts);
  return variable.kind === 'parameter' ? changeWrappers(file, variable, puts) : undefined;
}

/** Where a pooled pointer was taken apart: `v := *s`, `v := (*s)[:0]`, `v := *pool.Get().(*T)`. */
type Origin =
  | { readonly kind: 'variable'; readonly pointer: Binding }
  /** The `pool.Get().(*T)` expression itself; a variable for it has to be introduced. */
  | { readonly kind: 'expression'; readonly got: Node };

function originOf(file: GoFile, value: Node, pool: string): Origin | undefined {
  const node = unparenthesised(value);
  if (node.type === 'slice_expression') {
    const operand = node.childForFieldName('operand');
    return operand ? originOf(file, operand, pool) : undefined;
  }
  if (node.type !== 'unary_expression' || node.childForFieldName('operator')?.text !== '*') return undefined;
  const operand = node.childForFieldName('operand');
  const pointer = operand && unparenthesised(operand);
  if (!pointer) return undefined;
  if (pooledGet(file, pointer)?.pool.text === pool) return { kind: 'expression', got: pointer };
  const binding = namesAround(file.root, pointer).resolve(pointer);
  return binding && isPooledPointer(file, binding, pool) ? { kind: 'variable', pointer: binding } : undefined;
}

/** A local that holds what `pool.Get()` gave from its declaration on, and that nobody else gets. */
function isPooledPointer(file: GoFile, binding: Binding, pool: string): boolean {
  const value = initializer(binding);
  return (
    binding.kind === 'variable' &&
    value !== undefined &&
    pooledGet(file, value)?.pool.text === pool &&
    binding.uses.every(({ node }) => !isAssigned(node) && (isFollowed(node) || isPutArgument(file, node)))
  );
}

/** `*p`, `p.f`, `p == nil`: what the pointer points to is asked for, and the pointer goes nowhere. */
function isFollowed(pointer: Node): boolean {
  const value = parenthesized(pointer);
  const parent = value.parent;
  switch (parent?.type) {
    case 'binary_expression':
      return true;
    case 'unary_expression':
      return parent.childForFieldName('operator')?.text === '*' && !isAddressTaken(parent);
    case 'selector_expression':
      // A method may keep its receiver, and a slice of an array in it points there.
      return !callOf(parent) && !isAddressTaken(parent) && parent.parent?.type !== 'slice_expression';
    default:
      return false;
  }
}

/** The pool's expression means the same at both places: a package variable, or the same local. */
function isSamePool(file: GoFile, a: Node, b: Node): boolean {
  const root = (node: Node): Node => {
    let at = unparenthesised(node);
    while (at.type === 'selector_expression' || at.type === 'unary_expression')
      at = unparenthesised(at.childForFieldName('operand')!);
    return at;
  };
  const names = namesAround(file.root, a);
  return a.text === b.text && names.resolve(root(a)) === namesAround(file.root, b).resolve(root(b));
}

function keepLocalPointer(file: GoFile, variable: Binding, puts: readonly Put[]): GoFix | undefined {
  const value = initializer(variable);
  const pool = puts[0]!.pool;
  const origin = value && originOf(file, value, pool.text);
  const declared = enclosingStatement(variable.declaration);
  if (!origin || !declared) return undefined;
  const names = namesAround(file.root, variable.declaration);
  const edits: FileEdit[] = [];
  let pointer: string;
  let declarations: readonly Node[];
  if (origin.kind === 'variable') {
    const { pointer: binding } = origin;
    const got = initializer(binding);
    if (!got || !isSamePool(file, pooledGet(file, got)!.pool, pool)) return undefined;
    pointer = binding.name;
    // Another variable of the name could hide it at a Put.
    if (names.bindings.some((other) => other !== binding && other.name === pointer)) return undefined;
    if (binding.owner.id !== variable.owner.id || binding.uses.some((use) => isPutArgument(file, use.node)))
      return undefined;
    if (binding.uses.some((use) => use.owner.id !== binding.owner.id)) return undefined;
    declarations = [binding.declaration, variable.declaration];
    if (puts.some((put) => isUsedAfter(file, binding, put.call))) return undefined;
  } else {
    if (!isSamePool(file, pooledGet(file, origin.got)!.pool, pool)) return undefined;
    if (declared.type !== 'short_var_declaration' && declared.type !== 'var_declaration') return undefined;
    pointer = freshName(file, [`${variable.name}p`, `${variable.name}Ptr`], { within: topLevel(declared) });
    declarations = [variable.declaration];
    const first = statementsAt(file, declared.startIndex, [`${pointer} := ${origin.got.text}`, '']);
    edits.push(insert(file, declared.startIndex, first), replace(file, origin.got, pointer));
  }
  const back = new Set<number>();
  for (const put of puts) {
    const written = writeBack(file, put.call, pointer, variable.name, `${put.pool.text}.Put(${pointer})`);
    const place = placeOf(file, put.call, variable);
    if (!written || !place || isUsedAfter(file, variable, put.call)) return undefined;
    if (declarations.some((declaration) => mayRepeat(file, place, declaration))) return undefined;
    back.add(put.owner.id);
    edits.push(written);
  }
  if (variable.uses.some((use) => use.owner.id !== variable.owner.id && !back.has(use.owner.id)))
    return undefined;
  return {
    title: `Put back the pointer that ${code(`${pool.text}.Get`)} gave`,
    kind: 'safe',
    edits: sorted(edits),
    claim: { effect: 'removes', within: placesOfMove(file, variable, []), callees: ['runtime.newobject'] },
  };
}

/** Changes `get` to return the pooled pointer and `put` to take it, and the callers of both in this file. */
function changeWrappers(file: GoFile, parameter: Binding, puts: readonly Put[]): GoFix | undefined {
  const put = wrapperOf(file, parameter.owner);
  const declaration = parameter.declaration.parent;
  const type = declaration?.childForFieldName('type');
  if (!put || declaration?.type !== 'parameter_declaration' || !type) return undefined;
  if (declaration.namedChildren.filter((child) => child.type === 'identifier').length !== 1) return undefined;
  if (parametersOf(put.fn) !== 1) return undefined;
  const edits: FileEdit[] = [insert(file, type.startIndex, '*')];
  for (const { node, owner } of parameter.uses) {
    if (owner.id !== put.fn.id) return undefined;
    const address = isAddressTaken(node) ? parenthesized(parenthesized(node).parent!) : undefined;
    // A selector goes through a pointer by itself.
    if (node.parent?.type === 'selector_expression' && type.type !== 'pointer_type') continue;
    if (address) edits.push(replace(file, address, parameter.name));
    else if (isAssigned(node) && node.parent?.parent?.type !== 'assignment_statement') return undefined;
    else edits.push(replace(file, node, needsParentheses(node) ? `(*${node.text})` : `*${node.text}`));
  }

  // Whatever is put must have come from one get wrapper, in the same function.
  const callers: { call: Node; variable: Binding; value: Node }[] = [];
  let get: WrapperFunction | undefined;
  for (const call of put.calls) {
    const value = argumentsOf(call)[0];
    const variable = value && rootVariable(file, value);
    const got = variable && initializer(variable);
    const callee = got?.type === 'call_expression' ? got.childForFieldName('function') : undefined;
    if (!variable || callee?.type !== 'identifier') return undefined;
    const fn = functionNamed(file, callee);
    if (!fn || (get && get.fn.id !== fn.fn.id)) return undefined;
    get = fn;
    callers.push({ call, variable, value });
  }
  if (!get) return undefined;
  const result = get.fn.childForFieldName('result');
  if (!result || result.type === 'parameter_list' || result.text !== type.text) return undefined;
  const returns = returnPointer(file, get.fn, puts[0]!.pool);
  if (!returns) return undefined;
  edits.push(insert(file, result.startIndex, '*'), ...returns);

  const pointers = new Map<Binding, string>();
  for (const call of get.calls) {
    const variable = namesAround(file.root, call).bindings.find(
      (binding) => initializer(binding)?.id === call.id,
    );
    const statement = enclosingStatement(call);
    const isPut = callers.some((caller) => caller.variable === variable);
    if (variable && isPut && statement?.type === 'short_var_declaration') {
      if (statement.childForFieldName('left')?.namedChildCount !== 1) return undefined;
      // Where one variable shadows another of the name, their pointers shadow in the same way.
      const pointer = freshName(file, [`${variable.name}p`, `${variable.name}Ptr`], {
        within: topLevel(statement),
      });
      pointers.set(variable, pointer);
      const split = statementsAt(file, statement.startIndex, [`${pointer} := ${call.text}`, '']);
      edits.push(insert(file, statement.startIndex, split), replace(file, call, `*${pointer}`));
    } else if (variable && isPut) return undefined;
    else edits.push(replace(file, call, needsParentheses(call) ? `(*${call.text})` : `*${call.text}`));
  }
  for (const { call, variable, value } of callers) {
    const pointer = pointers.get(variable);
    const place = placeOf(file, call, variable);
    if (!pointer || !place || mayRepeat(file, place, variable.declaration)) return undefined;
    if (isUsedAfter(file, variable, call)) return undefined;
    const callee = call.childForFieldName('function')!.text;
    const written = isPlainDefer(call)
      ? // The argument was evaluated at the defer: it is what get returned, if nothing assigned it in between.
        variable.uses.some((use) => isAssigned(use.node) && use.node.startIndex < call.startIndex) ||
        value.text !== variable.name
        ? undefined
        : replace(file, value, pointer)
      : writeBack(file, call, pointer, value.text, `${callee}(${pointer})`);
    if (!written) return undefined;
    const closures = new Set(
      callers.filter((c) => c.variable === variable).map((c) => ownerOf(c.call, variable)),
    );
    if (variable.uses.some((use) => use.owner.id !== variable.owner.id && !closures.has(use.owner.id)))
      return undefined;
    edits.push(written);
  }
  if (hasOverlap(edits)) return undefined;
  return {
    title: `Let ${code(get.name)} return the pooled pointer and ${code(put.name)} take it`,
    kind: 'safe',
    edits: sorted(edits),
    claim: {
      effect: 'removes',
      within: placesOfMove(file, parameter, put.calls),
      callees: ['runtime.newobject'],
    },
  };
}

interface WrapperFunction {
  readonly fn: Node;
  readonly name: string;
  /** All of its uses: each is a call. */
  readonly calls: readonly Node[];
}

/** An unexported function, or a closure in a variable that is assigned once, whose every use is a call in this file. */
function wrapperOf(file: GoFile, fn: Node): WrapperFunction | undefined {
  if (fn.type === 'func_literal') {
    const variable = namesAround(file.root, fn).bindings.find(
      (binding) => initializer(binding)?.id === fn.id,
    );
    if (!variable) return undefined;
    return allCalls(
      fn,
      variable.name,
      variable.uses.map((use) => use.node),
    );
  }
  const name = fn.childForFieldName('name');
  if (fn.type !== 'function_declaration' || !name || /^\p{Lu}/u.test(name.text)) return undefined;
  if (fn.childForFieldName('type_parameters')) return undefined;
  const uses: Node[] = [];
  for (const other of file.pkg.files) {
    for (const node of occurrences(other.root, other.text, name.text)) {
      if (node.type !== 'identifier' || (other === file && node.id === name.id)) continue;
      if (namesAround(other.root, node).resolve(node)) continue;
      if (other !== file) return undefined;
      uses.push(node);
    }
  }
  return allCalls(fn, name.text, uses);
}

function allCalls(fn: Node, name: string, uses: readonly Node[]): WrapperFunction | undefined {
  const calls: Node[] = [];
  for (const use of uses) {
    const call = callOf(use);
    if (!call) return undefined;
    calls.push(call);
  }
  return { fn, name, calls };
}

function functionNamed(file: GoFile, callee: Node): WrapperFunction | undefined {
  const binding = namesAround(file.root, callee).resolve(callee);
  if (binding) {
    const value = initializer(binding);
    return value?.type === 'func_literal' ? wrapperOf(file, value) : undefined;
  }
  const declaration = file.root.namedChildren.find(
    (node) => node.type === 'function_declaration' && node.childForFieldName('name')?.text === callee.text,
  );
  return declaration && wrapperOf(file, declaration);
}

function parametersOf(fn: Node): number {
  return (fn.childForFieldName('parameters')?.namedChildren ?? []).flatMap((declaration) =>
    declaration.namedChildren.filter((child) => child.type === 'identifier'),
  ).length;
}

/** `x` of `x`, `x[:0]`, `(x)[:0]`. */
function rootVariable(file: GoFile, value: Node): Binding | undefined {
  let node = unparenthesised(value);
  if (node.type === 'slice_expression') node = unparenthesised(node.childForFieldName('operand') ?? node);
  return node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
}

/** The edits that make every return of `get` give the pooled pointer; undefined when one cannot. */
function returnPointer(file: GoFile, get: Node, pool: Node): FileEdit[] | undefined {
  const names = namesAround(file.root, get);
  const pointers = names.bindings.filter(
    (binding) =>
      binding.owner.id === get.id &&
      isPooledPointer(file, binding, pool.text) &&
      isSamePool(file, pooledGet(file, initializer(binding)!)!.pool, pool) &&
      binding.uses.every((use) => use.owner.id === get.id && !isPutArgument(file, use.node)),
  );
  if (pointers.length > 1) return undefined;
  const pointer = pointers[0];
  const edits: FileEdit[] = [];
  const body = get.childForFieldName('body');
  for (const statement of body?.descendantsOfType('return_statement') ?? []) {
    if (ownerNode(statement)?.id !== get.id) continue;
    const values = statement.firstNamedChild?.namedChildren ?? [];
    const value = values[0];
    if (!value || values.length !== 1) return undefined;
    const origin = originOf(file, value, pool.text);
    const isWhole = unparenthesised(value).type === 'unary_expression';
    if (origin?.kind === 'expression' && isWhole) {
      if (!isSamePool(file, pooledGet(file, origin.got)!.pool, pool)) return undefined;
      edits.push(replace(file, value, origin.got.text));
    } else if (origin?.kind === 'expression') {
      const name = freshName(file, ['bp', 'ptr'], { within: topLevel(statement) });
      edits.push(
        insert(
          file,
          statement.startIndex,
          statementsAt(file, statement.startIndex, [`${name} := ${origin.got.text}`, '']),
        ),
        insert(
          file,
          statement.startIndex,
          `*${name} = ${value.text.replace(origin.got.text, name)}${separator(file, statement)}`,
        ),
        replace(file, value, name),
      );
    } else if (
      !pointer ||
      pointer.declaration.startIndex > statement.startIndex ||
      !isVisible(pointer, statement)
    ) {
      return undefined;
    } else if (origin && origin.pointer === pointer && isWhole) {
      edits.push(replace(file, value, pointer.name));
    } else {
      edits.push(
        insert(file, statement.startIndex, `*${pointer.name} = ${value.text}${separator(file, statement)}`),
        replace(file, value, pointer.name),
      );
    }
  }
  return edits.length > 0 ? edits : undefined;
}

/** The statement list of the declaration is around `node`, and nothing in the function declares the name again. */
function isVisible(binding: Binding, node: Node): boolean {
  const list = enclosingStatement(binding.declaration)?.parent;
  return list != null && list.startIndex <= node.startIndex && node.endIndex <= list.endIndex;
}

/** What goes between a statement inserted before `statement` and the statement. */
function separator(file: GoFile, statement: Node): string {
  return statementsAt(file, statement.startIndex, ['', '']);
}

/** Replaces the statement `put(&v)` (or its deferred form) by a write through the pointer and a put of the pointer. */
function writeBack(
  file: GoFile,
  call: Node,
  pointer: string,
  value: string,
  put: string,
): FileEdit | undefined {
  const parent = call.parent;
  if (isPlainDefer(call)) {
    const body = `defer func() {\n\t*${pointer} = ${value}\n\t${put}\n}()`;
    return replace(file, parent!, statementsAt(file, parent!.startIndex, [body]));
  }
  if (parent?.type !== 'expression_statement' && parent?.type !== 'statement_list') return undefined;
  return replace(file, call, statementsAt(file, call.startIndex, [`*${pointer} = ${value}`, put]));
}

function isPlainDefer(call: Node): boolean {
  return call.parent?.type === 'defer_statement';
}

/** The node whose loop counts for a Put: the call, or the defer statement of the closure that makes it. */
function placeOf(file: GoFile, call: Node, variable: Binding): Node | undefined {
  const owner = ownerNode(call);
  if (owner?.id === variable.owner.id) return call;
  if (owner?.type !== 'func_literal' || ownerNode(owner)?.id !== variable.owner.id) return undefined;
  const deferred = callOf(owner);
  // A Put in a loop of the closure would run more than once.
  if (deferred?.parent?.type !== 'defer_statement' || enclosingLoop(file, call)) return undefined;
  return deferred;
}

function ownerOf(call: Node, variable: Binding): number {
  return ownerNode(call)?.id ?? variable.owner.id;
}

function ownerNode(node: Node): Node | undefined {
  for (let at = node.parent; at; at = at.parent)
    if (at.type === 'func_literal' || at.type === 'function_declaration' || at.type === 'method_declaration')
      return at;
  return undefined;
}

/** The place may be reached more often than the declaration. */
function mayRepeat(file: GoFile, place: Node, declaration: Node): boolean {
  return enclosingLoop(file, place) !== enclosingLoop(file, declaration);
}

function isPutArgument(file: GoFile, node: Node): boolean {
  const value = parenthesized(node);
  const call = value.parent?.type === 'argument_list' ? value.parent.parent : undefined;
  return call != null && pooledPut(file, call) !== undefined;
}

/** True when the variable may be used after the put, in its own function; a deferred put comes last. */
function isUsedAfter(file: GoFile, variable: Binding, call: Node): boolean {
  const statement = enclosingStatement(call);
  if (!statement) return true;
  if (statement.type === 'defer_statement' || ownerNode(call)?.id !== variable.owner.id) return false;
  return usesAfter(file, call, variable).length > 0;
}

function needsParentheses(node: Node): boolean {
  const parent = node.parent;
  if (!parent) return false;
  return (
    (parent.type === 'selector_expression' && parent.childForFieldName('operand')?.id === node.id) ||
    (parent.type === 'index_expression' && parent.childForFieldName('operand')?.id === node.id) ||
    (parent.type === 'slice_expression' && parent.childForFieldName('operand')?.id === node.id) ||
    (parent.type === 'type_assertion_expression' && parent.childForFieldName('operand')?.id === node.id) ||
    (parent.type === 'call_expression' && parent.childForFieldName('function')?.id === node.id)
  );
}

function insert(file: GoFile, at: number, newText: string): FileEdit {
  return { file: file.path, span: { start: at, end: at }, newText };
}

function replace(file: GoFile, node: Node, newText: string): FileEdit {
  return { file: file.path, span: spanOf(node), newText };
}

/** By position; edits at one place keep their order. */
function sorted(edits: readonly FileEdit[]): FileEdit[] {
  return [...edits].sort(byPlace);
}

function hasOverlap(edits: readonly FileEdit[]): boolean {
  const order = sorted(edits);
  return order.some((edit, i) => i > 0 && edit.span.start < order[i - 1]!.span.end);
}
