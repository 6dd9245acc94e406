import type { Node } from 'web-tree-sitter';
import type { FileEdit, Related } from '../model';
import { isField, spelledType, typeOf as goTypeOf } from './types/types';
import { predeclared as layouts } from './types/layout';
import { graphOf } from './flow/functions';
import { reachableFrom } from './flow/paths';
import type { Decision, GoFile, GoFix, GoRule, Obligation } from './rule';
import { argumentsOf, contains, isFunction, spanOf } from './syntax/nodes';
import {
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  parenthesized,
  type Binding,
} from './syntax/names';
import { initializer } from './syntax/assignments';
import { betweenItems, indentAt, lineEnd, startsLine } from './edit/layout';
import { atLeast } from './syntax/version';
import { loopsAround } from './flow/loops';
import { packageNames } from './syntax/package-names';
import { decided } from './sites/evidence';
import { code } from '../wording';

/**
 * A closure captures a variable by value when it is not assigned again (except in straight-line code before the first
 * capture, outside of a loop), its address is not taken, and it has at most 128 bytes (cmd/compile/internal/escape,
 * flowClosure and OCLOSURE in exprSkipInit); else by reference, and when the closure escapes the variable moves to the
 * heap. A copy of its own, or a parameter of the closure, leaves the variable where it is. (Over 128 bytes the closure
 * needs a copy on the heap in any case.)
 */
export const rule: GoRule = {
  meta: {
    id: 'go/closure-capture',
    summary: 'a variable on the heap because a goroutine or deferred closure captures it by reference',
    fix: 'safe',
    recipe:
      'Assign the variable once, or give the closure a copy of its own: `x := x` before it, or a parameter',
    reports: 'allocation',
    sample: 'go/closurecapture',
  },
  check(file, report) {
    const captures: Capture[] = [];
    for (const decision of file.facts?.decisions ?? []) {
      const capture = findCapture(file, decision);
      if (capture && !captures.some(({ variable }) => variable === capture.variable)) captures.push(capture);
    }
    for (const capture of captures) {
      const { decision, variable, closures, writes } = capture;
      const fix = buildFix(file, together(captures, capture));
      report({
        node: variable.declaration,
        message: `${code(variable.name)} moves to the heap: the closure captures it by reference`,
        details: `${code(variable.name)} is assigned more than once, so the closure captures it by reference. Nothing assigns it after the closure is made: a copy would do.`,
        allocation: {
          kind: 'moved variable',
          cost: 'always',
          reason: `it is assigned more than once, though never after the closure is made: a copy would do`,
          evidence: [decided(decision)],
        },
        related: [
          ...closures.slice(0, 3).map((closure): Related => ({
            location: { file: file.path, span: spanOf(closure.childForFieldName('parameters') ?? closure) },
            message: `captured by this closure, which only reads it`,
          })),
          ...writes.slice(0, 1).map((write): Related => ({
            location: { file: file.path, span: spanOf(write) },
            message: `assigned again here, not after the closure is made`,
          })),
        ],
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};

interface Capture {
  readonly decision: Decision;
  readonly variable: Binding;
  /** The literals directly in the variable's function that use it; each is called where it stands. */
  readonly closures: readonly Node[];
  /** Assignments behind the declaration. */
  readonly writes: readonly Node[];
}

function findCapture(file: GoFile, decision: Decision): Capture | undefined {
  if (decision.subject !== 'moved' || decision.outcome !== 'heap') return undefined;
  if (!decision.flow.some(({ why }) => why === 'captured by a closure')) return undefined;
  const variable = namesAround(file.root, decision.node).resolve(decision.node);
  if (!variable || variable.declaration.id !== decision.node.id) return undefined;
  if (variable.kind !== 'variable' && variable.kind !== 'parameter') return undefined;
  const fn = variable.owner;
  if (isSharedLoopVariable(file, variable)) return undefined;
  const closures = new Map<number, Node>();
  const writes: Node[] = [];
  for (const { node, owner } of variable.uses) {
    if (owner.id === fn.id) {
      if (isAssigned(node)) writes.push(node);
    } else {
      // A closure that writes shares the variable on purpose.
      if (isAssigned(node)) return undefined;
      const literal = outermostLiteral(node, fn);
      if (!literal || !calledInPlace(literal)) return undefined;
      closures.set(literal.id, literal);
    }
    if (mayTakeAddress(file, node)) return undefined;
  }
  const made = [...closures.values()];
  if (
    made.length === 0 ||
    writes.length === 0 ||
    writes.some((write) => made.some((closure) => mayFollow(file, write, closure, variable)))
  )
    return undefined;
  return { decision, variable, closures: made, writes };
}

/** Before Go 1.22 the loop writes its variable after the closure was made. */
function isSharedLoopVariable(file: GoFile, variable: Binding): boolean {
  if (atLeast(file.pkg.language, 1, 22)) return false;
  for (let at = variable.declaration.parent; at && !isFunction(at); at = at.parent) {
    if (at.type === 'range_clause' || at.type === 'for_clause') return true;
    if (at.type === 'block') return false;
  }
  return false;
}

function outermostLiteral(node: Node, fn: Node): Node | undefined {
  let literal: Node | undefined;
  for (let at = node.parent; at && at.id !== fn.id; at = at.parent)
    if (at.type === 'func_literal') literal = at;
  return literal;
}

/** `go func(…) {…}(…)`, `defer func(…) {…}(…)`, `func(…) {…}(…)`. */
function calledInPlace(literal: Node): Node | undefined {
  const callee = parenthesized(literal);
  const call = callee.parent;
  return call?.type === 'call_expression' && call.childForFieldName('function')?.id === callee.id
    ? call
    : undefined;
}

/**
 * The write can run after the closure was made, and to the same variable: one that a loop declares is another in each
 * iteration, and the post statement writes the next one (Go 1.22).
 */
function mayFollow(file: GoFile, write: Node, closure: Node, { declaration, owner }: Binding): boolean {
  const clause = declaration.parent?.parent?.parent;
  const post = clause?.type === 'for_clause' ? clause.childForFieldName('update') : null;
  const isAnother = (node: Node): boolean =>
    node.id === declaration.id || (post !== null && contains(spanOf(post), spanOf(node)));
  const after = reachableFrom(graphOf(file, owner), closure, isAnother);
  return after.some((node) => node.id === write.id && !isAnother(node));
}

/** A type whose values are used through a reference: no method, index or slice takes the variable's own address. */
const references = /^(?:\*|\[\]|map\[|chan\b|<-\s*chan\b|func\b)/;
const predeclared =
  /^(?:bool|string|error|any|byte|rune|u?int(?:8|16|32|64)?|uintptr|float(?:32|64)|complex(?:64|128)|context\.Context)$/;

/**
 * `&v`, and what may do the same without saying so: a method with a pointer receiver, slicing an array, `v.f = …`. For
 * a struct of this package plain reads of its fields are known to be harmless.
 */
function mayTakeAddress(file: GoFile, use: Node): boolean {
  if (isAddressTaken(use)) return true;
  let node = parenthesized(use);
  let parent = node.parent;
  if (!parent || !isStep(parent, node)) return false;
  const type = typeOf(file, use);
  if (type !== undefined && (references.test(type) || predeclared.test(type))) return false;
  const kind = goTypeOf(use, file)?.kind;
  if (kind === 'interface') return false;
  if (parent.type === 'selector_expression' && !(kind === 'struct' && isField(parent, file))) return true;
  for (; parent && isStep(parent, node); parent = node.parent) {
    if (parent.type === 'slice_expression') return true;
    node = parenthesized(parent);
    // Only the first field is known to be one: of what it holds a method may be called.
    if (node.parent?.type === 'selector_expression') return true;
  }
  const called = parent?.type === 'call_expression' && parent.childForFieldName('function')?.id === node.id;
  return called || isAssigned(node) || isAddressTaken(node);
}

/** `v.f`, `v[i]`, `v[a:b]` around the operand v. */
function isStep(parent: Node | null, operand: Node): boolean {
  return (
    parent !== null &&
    /^(?:selector|index|slice)_expression$/.test(parent.type) &&
    parent.childForFieldName('operand')?.id === operand.id
  );
}

/** The variable's type as it can be written at the closure; the fix's obligation proves it. */
function typeOf(file: GoFile, use: Node): string | undefined {
  const spelled = spelledType(use, file);
  if (spelled !== undefined) return spelled;
  const variable = namesAround(file.root, use).resolve(use);
  if (!variable) return undefined;
  const value = initializer(variable);
  switch (value?.type) {
    case 'int_literal':
      return 'int';
    case 'float_literal':
      return 'float64';
    case 'rune_literal':
      return 'rune';
    case 'interpreted_string_literal':
    case 'raw_string_literal':
      return 'string';
    case 'true':
    case 'false':
      return 'bool';
  }
  if (
    value?.type === 'call_expression' &&
    /^(?:len|cap)$/.test(value.childForFieldName('function')?.text ?? '')
  )
    return 'int';
  return /^err$|^err[A-Z]|Err$/.test(variable.name) ? 'error' : undefined;
}

/** The captures that one edit has to treat together, because they share a closure. */
function together(captures: readonly Capture[], first: Capture): Capture[] {
  const group = new Set([first]);
  for (const member of group) {
    for (const other of captures) {
      if (other.closures.some(({ id }) => member.closures.some((closure) => closure.id === id)))
        group.add(other);
    }
  }
  return captures.filter((capture) => group.has(capture));
}

function buildFix(file: GoFile, group: readonly Capture[]): GoFix | undefined {
  if (file.generated) return undefined;
  const edits = new Map<string, FileEdit>();
  const obligations: Obligation[] = [];
  let costs = false;
  for (const { variable, closures } of group.filter((capture) => isMadeOften(file, capture))) {
    const size = sizeOf(file, variable);
    costs ||= size !== undefined && size > pointerSize;
    if (size !== undefined) continue;
    obligations.push({
      states: `${variable.name} is no larger than the pointer to it that each of the closures has now`,
      at: enclosingStatement(parenthesized(closures[0]!).parent!)!.startIndex,
      code: `if false { const _ = alloclensUnsafe.Sizeof(uintptr(0)) - alloclensUnsafe.Sizeof(${variable.name}) }`,
      imports: { alloclensUnsafe: 'unsafe' },
    });
  }
  const closures = new Map(group.flatMap(({ closures: own }) => own.map((node) => [node.id, node] as const)));
  let passes = true;
  for (const closure of closures.values()) {
    const passed = group.filter((capture) => capture.closures.some(({ id }) => id === closure.id));
    const variables = passed.map(({ variable }) => variable);
    const way = asParameters(file, closure, variables) ?? asCopies(file, closure, variables);
    if (!way) return undefined;
    passes &&= way.passes;
    for (const edit of way.edits) edits.set(`${edit.span.start} ${edit.newText}`, edit);
    obligations.push(...way.obligations);
  }
  const names = group.map(({ variable }) => variable.name);
  const list = names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
  const condition = costs
    ? ' (a gain if few closures are made: each holds a copy larger than a pointer)'
    : '';
  return {
    title:
      (passes
        ? `Pass ${list} to the closure as ${names.length === 1 ? 'a parameter' : 'parameters'}`
        : `Copy ${list} for the closure`) + condition,
    kind: costs ? 'suggestion' : 'safe',
    edits: [...edits.values()].sort((x, y) => x.span.start - y.span.start),
    claim: { effect: 'removes', within: [spanOf(group[0]!.variable.owner)], callees: ['runtime.newobject'] },
    obligations,
  };
}

/** Several closures hold the variable: each grows by what a copy has more than a pointer, and one variable is saved. */
function isMadeOften(file: GoFile, { variable, closures }: Capture): boolean {
  const around = loopsAround(file, variable.declaration).length;
  return closures.length > 1 || closures.some((closure) => loopsAround(file, closure).length > around);
}

/** Bytes, as on the 64-bit machines that layouts are about. */
const pointerSize = 8;

/** Bytes of the variable; undefined when its type is not spelled in the package. */
function sizeOf(file: GoFile, variable: Binding): number | undefined {
  const use = variable.uses[0]!.node;
  const type = goTypeOf(use, file);
  if (type) return type.layout?.size;
  return layouts.get(typeOf(file, use) ?? '')?.size;
}

interface Way {
  readonly passes: boolean;
  readonly edits: readonly FileEdit[];
  readonly obligations: readonly Obligation[];
}

/**
 * `go func(n int) {…}(n)`. The compiler makes a second closure for the arguments of go and defer, so that this gains only
 * where there are arguments already, or nothing else is captured.
 */
function asParameters(file: GoFile, closure: Node, variables: readonly Binding[]): Way | undefined {
  const call = calledInPlace(closure);
  const statement = call && enclosingStatement(call);
  if (!call || !statement) return undefined;
  if (argumentsOf(call).length === 0 && capturesMore(file, closure, variables)) return undefined;
  const parameters: string[] = [];
  const obligations: Obligation[] = [];
  for (const variable of variables) {
    const type = typeOf(file, variable.uses[0]!.node);
    // Written out again, the type of a function is more to read than a copy.
    if (type === undefined || type.startsWith('func') || isRenamed(file, variable, type)) return undefined;
    parameters.push(`${variable.name} ${type}`);
    obligations.push({
      states: `${variable.name} is of type ${type}`,
      at: statement.startIndex,
      code: `if false { alloclensValue := ${variable.name}; var _ *${type} = &alloclensValue }`,
    });
  }
  const names = variables.map(({ name }) => name);
  const edits = withParameters(file, closure, call, parameters, names);
  return edits && { passes: true, edits, obligations };
}

function capturesMore(file: GoFile, closure: Node, variables: readonly Binding[]): boolean {
  const inside = (node: Node): boolean => contains(spanOf(closure), spanOf(node));
  return namesAround(file.root, closure).bindings.some(
    (binding) =>
      binding.kind !== 'constant' &&
      binding.kind !== 'type' &&
      !variables.includes(binding) &&
      !inside(binding.declaration) &&
      binding.uses.some(({ node }) => inside(node)),
  );
}

/** `n := n` before the statement: a variable that is assigned once is captured by value. */
function asCopies(file: GoFile, closure: Node, variables: readonly Binding[]): Way | undefined {
  const block = enclosingStatement(parenthesized(closure).parent!)?.parent;
  if (!block) return undefined;
  // One copy serves every closure of the block.
  const first = variables[0]!.uses
    .map(({ node }) => node)
    .filter((node) => contains(spanOf(block), spanOf(node)))
    .map((node) => outermostLiteral(node, variables[0]!.owner))
    .find((literal) => literal !== undefined && enclosingStatement(literal.parent!)?.parent?.id === block.id);
  const statement = enclosingStatement((first ?? closure).parent!);
  if (!statement) return undefined;
  for (const variable of variables) {
    // Declared in the same block, there cannot be a second one; declared there later, the copy would be assigned.
    const declared = namesAround(file.root, closure).bindings.some(
      ({ name, declaration }) => name === variable.name && enclosingBlock(declaration)?.id === block.id,
    );
    if (declared || !contains(spanOf(variable.owner), spanOf(block))) return undefined;
  }
  const at = statement.startIndex;
  const separator = startsLine(file.text, at) ? lineEnd(file.text) + indentAt(file.text, at) : '; ';
  const copies = variables.map(({ name }) => `${name} := ${name}${separator}`).join('');
  return {
    passes: false,
    edits: [{ file: file.path, span: { start: at, end: at }, newText: copies }],
    obligations: [],
  };
}

function enclosingBlock(declaration: Node): Node | undefined {
  return enclosingStatement(declaration)?.parent ?? undefined;
}

/** The type's name is declared in the function, where it may mean something else at the closure. */
function isRenamed(file: GoFile, variable: Binding, type: string): boolean {
  const local = new Set(namesAround(file.root, variable.declaration).bindings.map(({ name }) => name));
  return [...type.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)].some(
    ([name]) => local.has(name) && !packageNames(file.pkg).types.has(name),
  );
}

/** The parameters and arguments that are added: behind the others, or in front of a variadic one. */
function withParameters(
  file: GoFile,
  closure: Node,
  call: Node,
  parameters: readonly string[],
  names: readonly string[],
): FileEdit[] | undefined {
  const list = closure.childForFieldName('parameters');
  const given = call.childForFieldName('arguments');
  if (!list || !given) return undefined;
  const declared = list.namedChildren.filter((child) => child.type !== 'comment');
  const args = argumentsOf(call);
  const named = declared.flatMap((parameter) => parameter.childrenForFieldName('name'));
  // `func(int)` cannot take a named one, and one call may give the values of several parameters.
  if (declared.some((parameter) => parameter.childrenForFieldName('name').length === 0)) return undefined;
  const variadic = declared.at(-1)?.type === 'variadic_parameter_declaration';
  if (!variadic && named.length !== args.length) return undefined;
  if (variadic && args.length === 1 && args[0]!.type === 'call_expression') return undefined;
  const insert = (
    into: Node,
    before: Node | undefined,
    last: Node | undefined,
    texts: readonly string[],
  ): FileEdit => {
    const neighbour = before ?? last;
    const separator = neighbour ? betweenItems(file.text, neighbour) : ', ';
    const text = texts.join(separator);
    const at = before ? before.startIndex : last ? last.endIndex : into.startIndex + 1;
    const newText = before ? `${text}${separator}` : last ? `${separator}${text}` : text;
    return { file: file.path, span: { start: at, end: at }, newText };
  };
  return [
    insert(list, variadic ? declared[0] : undefined, declared.at(-1), parameters),
    insert(given, variadic ? args[0] : undefined, args.at(-1), names),
  ];
}
