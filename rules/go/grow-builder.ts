import type { Node } from 'web-tree-sitter';
import type { Evidence } from '../model';
import { isBuiltin } from './syntax/universe';
import { checkLoops, countable } from './growth/filling-loop';
import { exitOf } from './flow/loop-exits';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import {
  argumentsOf,
  contains,
  descendants,
  enclosingDeclaration,
  qualified,
  spanOf,
  statementsOf,
  unparenthesised,
} from './syntax/nodes';
import { tripCount } from './flow/trip-count';
import { callOf, isAssigned, namesAround, type Binding } from './syntax/names';
import { enclosingLoop } from './flow/loops';
import { initializer } from './syntax/assignments';
import { indentAt, lineEnd, startsLine } from './edit/layout';
import { isShadowed } from './syntax/universe';
import {
  bytesOf,
  growthOf,
  literalBytes,
  nothing,
  plus,
  type Amount,
  type Growth,
} from './growth/written-amount';

/** A strings.Builder or bytes.Buffer filled in a loop whose bytes can be counted before it. */
export const rule: GoRule = {
  meta: {
    id: 'go/grow-builder',
    summary: 'a strings.Builder or bytes.Buffer filled in a loop with a known number of bytes',
    fix: 'safe',
    reports: 'allocation',
    sample: 'go/growbuilder',
  },
  check(file, report) {
    checkLoops(file, report, fillings, judge);
  },
};

/** One builder that one loop fills. */
interface Filling {
  readonly loop: Node;
  readonly builder: Binding;
  readonly type: 'strings.Builder' | 'bytes.Buffer';
  /** Its uses in the loop, all of them calls that write or look. */
  readonly calls: readonly Node[];
}

function fillings(loop: Node, file: GoFile): Filling[] {
  const body = loop.childForFieldName('body');
  if (!body || !file.facts) return [];
  const names = namesAround(file.root, loop);
  const found: Filling[] = [];
  for (const builder of names.bindings) {
    if (builder.kind !== 'variable' || builder.declaration.startIndex > loop.startIndex) continue;
    const within = builder.uses.filter(({ node }) => contains(spanOf(body), spanOf(node)));
    const type = within.length > 0 && typeOf(builder, file);
    if (!type || enclosingLoop(file, loop) !== enclosingLoop(file, builder.declaration)) continue;
    const calls = within.map(({ node }) => methodCall(node));
    if (!isFilledHere(builder, loop) || !calls.every((call) => call !== undefined)) continue;
    found.push({ loop, builder, type, calls });
  }
  return found;
}

/** A builder or buffer that is declared empty: a value, or a pointer to a new one. */
function typeOf(builder: Binding, file: GoFile): Filling['type'] | undefined {
  const parent = builder.declaration.parent;
  const spec = parent?.type === 'var_spec' ? parent : undefined;
  const written = spec?.childForFieldName('type');
  const value = initializer(builder);
  if (written) return value ? undefined : named(written, file);
  if (!value) return undefined;
  const made = unparenthesised(value);
  switch (made.type) {
    case 'composite_literal':
      return emptyLiteral(made, file);
    case 'unary_expression': {
      const literal = made.childForFieldName('operand');
      return literal?.type === 'composite_literal' ? emptyLiteral(literal, file) : undefined;
    }
    case 'call_expression': {
      const [type] = argumentsOf(made);
      if (type && isBuiltin(file, made, 'new')) return named(type, file);
      const callee = made.childForFieldName('function');
      const target = callee && qualified(callee, file.imports);
      return target?.path === 'bytes' && target.name === 'NewBuffer' && type?.type === 'nil'
        ? 'bytes.Buffer'
        : undefined;
    }
    default:
      return undefined;
  }
}

function emptyLiteral(literal: Node, file: GoFile): Filling['type'] | undefined {
  const type = literal.childForFieldName('type');
  return type && literal.childForFieldName('body')?.namedChildCount === 0 ? named(type, file) : undefined;
}

function named(type: Node, file: GoFile): Filling['type'] | undefined {
  const target = qualified(type, file.imports);
  const name = `${target?.path}.${target?.name}`;
  return name === 'strings.Builder' || name === 'bytes.Buffer' ? name : undefined;
}

/** The call of `b.M(…)`, for the identifier b. */
function methodCall(node: Node): Node | undefined {
  const selector = node.parent;
  if (selector?.type !== 'selector_expression' || selector.childForFieldName('operand')?.id !== node.id)
    return undefined;
  return callOf(selector);
}

function methodOf(call: Node): string {
  return unparenthesised(call.childForFieldName('function')!).childForFieldName('field')?.text ?? '';
}

/** Nobody else has seen the builder when the loop begins, it is used once, and nothing made room in it. */
function isFilledHere(builder: Binding, loop: Node): boolean {
  return builder.uses.every(({ node, owner }) => {
    if (owner.id !== builder.owner.id || isAssigned(node)) return false;
    const call = methodCall(node);
    if (!call) return node.startIndex > loop.endIndex;
    return !/^(?:Grow|Reset|Truncate|AvailableBuffer|Available|Cap)$/.test(methodOf(call));
  });
}

/** What one iteration writes. */
interface Written extends Amount {
  /** False when there may be more: a branch that writes more than the other, a rune of unknown length. */
  readonly exact: boolean;
}

const none: Written = { ...nothing, exact: true };

/** What the statements write at least; undefined when they write something whose length is not known. */
function writtenBy(statements: readonly Node[], filling: Filling, file: GoFile): Written | undefined {
  let sum = none;
  for (const statement of statements) {
    const own = writtenByOne(statement, filling, file);
    if (!own) return undefined;
    sum = { ...plus(sum, own), exact: sum.exact && own.exact };
  }
  return sum;
}

function writtenByOne(statement: Node, filling: Filling, file: GoFile): Written | undefined {
  const calls = filling.calls.filter((call) => contains(spanOf(statement), spanOf(call)));
  if (calls.length === 0) return none;
  switch (statement.type) {
    case 'block':
      return writtenBy(statementsOf(statement), filling, file);
    case 'if_statement': {
      const header = calls.filter(
        (call) => call.startIndex < (statement.childForFieldName('consequence')?.startIndex ?? 0),
      );
      if (header.some(isWrite)) return undefined;
      const otherwise = statement.childForFieldName('alternative');
      const branches = [statement.childForFieldName('consequence')!, ...(otherwise ? [otherwise] : [])];
      return least(
        branches.map((branch) => writtenByOne(branch, filling, file)),
        otherwise !== null,
      );
    }
    case 'expression_switch_statement': {
      const clauses = statement.namedChildren.filter(({ type }) =>
        /^(?:expression|default)_case$/.test(type),
      );
      const inside = calls.filter((call) => clauses.some((clause) => contains(spanOf(clause), spanOf(call))));
      if (inside.length < calls.filter(isWrite).length || hasFallthrough(statement)) return undefined;
      return least(
        clauses.map((clause) => writtenBy(statementsOf(clause), filling, file)),
        clauses.some(({ type }) => type === 'default_case'),
      );
    }
    case 'expression_statement':
      return ofCall(unparenthesised(statement.namedChild(0)!), filling, file);
    default:
      return calls.some(isWrite) ? undefined : none;
  }
}

function hasFallthrough(node: Node): boolean {
  return node.descendantsOfType(['fallthrough_statement', 'break_statement']).length > 0;
}

function isWrite(call: Node): boolean {
  return !/^(?:Len|String|Bytes)$/.test(methodOf(call));
}

/** The branch that writes least; without an else, nothing may be written. */
function least(branches: readonly (Written | undefined)[], complete: boolean): Written | undefined {
  let result: Written | undefined = complete ? undefined : { ...none, exact: false };
  for (const branch of branches) {
    if (!branch) return undefined;
    if (!result) {
      result = branch;
      continue;
    }
    const exact =
      result.exact &&
      branch.exact &&
      branch.constant === result.constant &&
      branch.lengths.length + result.lengths.length === 0;
    // Lengths that only one branch adds are not counted.
    result = { constant: Math.min(result.constant, branch.constant), lengths: [], exact };
  }
  return result;
}

function ofCall(call: Node, { calls }: Filling, file: GoFile): Written | undefined {
  if (!calls.some(({ id }) => id === call.id)) return undefined;
  const [argument, ...rest] = argumentsOf(call);
  if (!isWrite(call)) return none;
  if (!argument || rest.length > 0) return undefined;
  switch (methodOf(call)) {
    case 'WriteByte':
      return { constant: 1, lengths: [], exact: true };
    case 'WriteRune': {
      const literal = unparenthesised(argument);
      if (literal.type !== 'rune_literal') return { constant: 1, lengths: [], exact: false };
      return { constant: literalBytes(`"${literal.text.slice(1, -1)}"`), lengths: [], exact: true };
    }
    case 'Write':
    case 'WriteString': {
      const bytes = bytesOf(argument, file);
      return bytes && { ...bytes, exact: true };
    }
    default:
      return undefined;
  }
}

/** bytes.Buffer starts with room for 64 bytes (smallBufferSize); a builder reaches them in a few steps. */
const fewBytes = 64;

function judge(filling: Filling, file: GoFile): GoReport | undefined {
  const { loop, builder, calls, type } = filling;
  const body = loop.childForFieldName('body')!;
  const writes = calls.filter(isWrite);
  const last = writes[writes.length - 1];
  if (!last || exitOf(loop, builder, last) !== undefined) return undefined;
  // A nested loop or a closure repeats what it holds.
  if (writes.some((call) => enclosingLoop(file, call)?.statement?.id !== loop.id)) return undefined;
  const more = writtenBehind(filling, file);
  const found = wholeRunes(filling, more, file) ?? ofIterations();
  if (!found || (found.growth.constant !== undefined && found.growth.constant <= fewBytes)) return undefined;
  const { growth, exact } = found;
  const declaration = enclosingDeclaration(loop);
  // Inlined methods stand at their own lines, in the package that declares them.
  const grown = declaration && file.facts?.emittedFor(declaration).find(({ callee }) => growing.test(callee));
  if (!grown) return undefined;
  const { name } = builder;
  const evidence: Evidence[] = [
    { kind: 'emitted call', callee: grown.callee, count: 1 },
    { kind: 'measured sample', sample: rule.meta.sample },
  ];
  return {
    node: writes[0]!,
    message: `${name} grows step by step, and ${exact ? growth.text : `at least ${growth.text}`} bytes are known to be written`,
    allocation: {
      kind: 'append growth',
      cost: 'conditional',
      reason: `a ${type} that is full allocates twice its size and copies what it has`,
      evidence,
    },
    related: [
      {
        location: { file: file.path, span: spanOf(builder.declaration) },
        message: `${name} starts without room`,
      },
    ],
    heatAt: loop,
    unproven: growth.count.unproven !== undefined,
    fixes: fix(filling, growth, file),
  };

  function ofIterations(): { growth: Growth; exact: boolean } | undefined {
    const each = writtenBy(statementsOf(body), filling, file);
    const growth = each && growthOf(loop, each, file, { more });
    return growth && { growth, exact: each.exact };
  }
}

/** How the methods show in the listing: called, or inlined down to the growth. */
const growing = /^runtime\.growslice|^(?:bytes\.\(\*Buffer\)|strings\.\(\*Builder\))\./;

/** `for _, r := range s { b.WriteRune(r) }` writes the bytes of s, and more where they are no UTF-8. */
function wholeRunes(
  filling: Filling,
  more: number,
  file: GoFile,
): { growth: Growth; exact: false } | undefined {
  const { loop, calls } = filling;
  const range = loop.namedChildren.find(({ type }) => type === 'range_clause');
  const value = range?.childForFieldName('left')?.namedChild(1);
  const count = tripCount(loop, file);
  const binding = value && namesAround(file.root, value).resolve(value);
  if (!range || !binding || !count || count.exact || count.unproven !== undefined) return undefined;
  if (binding.uses.some(({ node }) => isAssigned(node)) || isShadowed('len', loop, file)) return undefined;
  const body = loop.childForFieldName('body')!;
  if (!writtenBy(statementsOf(body), filling, file)) return undefined;
  const whole = calls.filter((call) => {
    const argument = argumentsOf(call)[0];
    return (
      methodOf(call) === 'WriteRune' &&
      argument?.type === 'identifier' &&
      namesAround(file.root, argument).resolve(argument) === binding &&
      statementsOf(body).some((statement) => statement.namedChild(0)?.id === call.id)
    );
  });
  if (whole.length !== 1) return undefined;
  const text = more === 0 ? count.expression : `${count.expression} + ${more}`;
  return { growth: { text, constant: undefined, count: { ...count, exact: true } }, exact: false };
}

/** Constants that the statements behind the loop write at once: a closing bracket should not double the buffer. */
function writtenBehind({ loop, builder }: Filling, file: GoFile): number {
  let bytes = 0;
  for (let next = loop.nextNamedSibling; next; next = next.nextNamedSibling) {
    const calls = builder.uses
      .filter(({ node }) => contains(spanOf(next!), spanOf(node)))
      .map(({ node }) => methodCall(node));
    if (calls.length === 0) continue;
    const [call] = calls;
    if (calls.length > 1 || !call || next.type !== 'expression_statement') break;
    const written = ofCall(call, { loop, builder, type: 'bytes.Buffer', calls: [call] }, file);
    if (!written?.exact || written.lengths.length > 0 || !isWrite(call)) break;
    bytes += written.constant;
  }
  return bytes;
}

function fix(filling: Filling, growth: Growth, file: GoFile): GoFix[] {
  const { loop, builder } = filling;
  const { count, text } = growth;
  // The jumps of a loop with a label leave or skip: there is nothing to fix at one.
  if (file.generated || loop.parent?.type !== 'statement_list') return [];
  const here = loop.startIndex;
  // A number from outside, and a loop that may end before it: today memory follows what is really there.
  const grow = `${builder.name}.Grow(${text})`;
  const trusted = count.bounded || !mayEndEarly(filling);
  const line = indentAt(file.text, here).length;
  const edit = startsLine(file.text, here)
    ? { at: here - line, newText: `${indentAt(file.text, here)}${grow}${lineEnd(file.text)}` }
    : { at: here, newText: `${grow}; ` };
  return [
    {
      title: `Grow ${builder.name} by ${text} before the loop${trusted ? '' : ` (if ${count.expression} is never much too large)`}`,
      kind: trusted ? 'safe' : 'suggestion',
      edits: [{ file: file.path, span: { start: edit.at, end: edit.at }, newText: edit.newText }],
      claim: { effect: 'runs less', within: [spanOf(builder.owner)], callees: ['runtime.growslice'] },
      obligations: countable(count, here),
    },
  ];
}

/** True when the body returns, or calls something else than the builder's methods, which may panic. */
function mayEndEarly({ loop, calls }: Filling): boolean {
  for (const at of descendants(loop.childForFieldName('body')!)) {
    if (at.type === 'return_statement') return true;
    if (at.type !== 'call_expression' || calls.some(({ id }) => id === at.id)) continue;
    const callee = at.childForFieldName('function')?.text ?? '';
    if (!/^(?:len|cap|min|max|string|bool|byte|rune|(?:u?int|float)\d*)$/.test(callee)) return true;
  }
  return false;
}
