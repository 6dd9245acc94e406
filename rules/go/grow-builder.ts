import type { Node } from 'web-tree-sitter';
import type { Evidence } from '../model';
import { isBuiltin } from './syntax/universe';
import { checkLoops, countable, fills } from './growth/filling-loop';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import {
  argumentsOf,
  contains,
  enclosingDeclaration,
  qualified,
  spanOf,
  statementsOf,
  unparenthesised,
} from './syntax/nodes';
import { graphOf } from './flow/functions';
import type { Loop } from './flow/graph';
import { mayPrecede } from './flow/paths';
import { sumBehind, sumOfIteration, type Summands } from './flow/sums';
import { tripCount, type TripCount } from './flow/trip-count';
import { callOf, isAddressTaken, isAssigned, namesAround, parenthesized, type Binding } from './syntax/names';
import { enclosingLoop } from './flow/loops';
import { initializer } from './syntax/assignments';
import { indentAt, lineEnd, startsLine } from './edit/layout';
import { isShadowed } from './syntax/universe';
import {
  bytesOf,
  growthOf,
  isNothing,
  literalBytes,
  nothing,
  plus,
  sumText,
  type Amount,
  type Growth,
} from './growth/written-amount';
import { code } from '../wording';

/** A strings.Builder or bytes.Buffer filled in a loop whose bytes can be counted before it. */
export const rule: GoRule = {
  meta: {
    id: 'go/grow-builder',
    summary: 'a strings.Builder or bytes.Buffer filled in a loop with a known number of bytes',
    fix: 'safe',
    recipe: 'Call Grow before the loop with the number of bytes that the loop will write',
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

/** What the builder's calls write, over the ways of control: `join` is told what to make of two of them. */
function written(filling: Filling, file: GoFile, join: Summands<Written>['join']): Summands<Written> {
  const calls = new Set(filling.calls.map(({ id }) => id));
  return {
    nothing: none,
    plus: (a, b) => ({ ...plus(a, b), exact: a.exact && b.exact }),
    join,
    ofNode: (node) => (calls.has(node.id) ? ofCall(node, file) : none),
    ofLoop: ({ blocks }) =>
      [...blocks].some(({ nodes }) => nodes.some((node) => calls.has(node.id) && isWrite(node)))
        ? undefined
        : none,
  };
}

function isWrite(call: Node): boolean {
  return !/^(?:Len|String|Bytes)$/.test(methodOf(call));
}

/** Of two ways the one that writes least; lengths that only one of them adds are not counted. */
function least(a: Written, b: Written): Written {
  const lengths = a.lengths.filter(({ id }) => b.lengths.some((other) => other.id === id));
  const isSame =
    a.constant === b.constant && lengths.length === a.lengths.length && lengths.length === b.lengths.length;
  return { constant: Math.min(a.constant, b.constant), lengths, exact: a.exact && b.exact && isSame };
}

/** Of two ways the one that writes most; which length is the greater nobody knows. */
function most(a: Written, b: Written): Written | undefined {
  const isSame = least(a, b).lengths.length === Math.max(a.lengths.length, b.lengths.length);
  return isSame && a.exact && b.exact ? { ...a, constant: Math.max(a.constant, b.constant) } : undefined;
}

function ofCall(call: Node, file: GoFile): Written | undefined {
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
  const writes = calls.filter(isWrite);
  const last = writes.at(-1);
  const graph = graphOf(file, builder.owner);
  const repeated = graph.loopOf(loop);
  const count = tripCount(loop, file);
  if (!last || !repeated || !count) return undefined;
  // A loop in it repeats what it holds, and what leads out of it is not repeated.
  if (writes.some((call) => graph.loopsOf(call)[0] !== repeated)) return undefined;
  const each = sumOfIteration(graph, repeated, written(filling, file, least));
  const filled = each && fills(loop, builder, undefined, count, file);
  if (!filled) return undefined;
  const behind = writtenBehind(filling, repeated, file);
  const more = behind?.most ?? nothing;
  const found = wholeRunes(filling, more, count, file) ?? ofIterations(each);
  if (!found || (found.growth.constant !== undefined && found.growth.constant <= fewBytes)) return undefined;
  const { growth, exact } = found;
  const declaration = enclosingDeclaration(loop);
  // Inlined methods stand at their own lines, in the package that declares them.
  const grown = declaration && file.facts?.emittedFor(declaration).find(({ callee }) => growing.test(callee));
  if (!grown) return undefined;
  const { name } = builder;
  const conditions = [
    ...(filled.surely ? [] : [`${code(growth.count.expression)} is never much too large`]),
    ...(behind?.varies ? ['all that can be written behind the loop usually is'] : []),
  ];
  const evidence: Evidence[] = [
    { kind: 'emitted call', callee: grown.callee, count: 1 },
    { kind: 'measured sample', sample: rule.meta.sample },
  ];
  return {
    node: writes[0]!,
    message: `${code(name)} grows step by step to ${exact ? '' : 'at least '}${code(growth.text)} bytes`,
    allocation: {
      kind: 'append growth',
      cost: 'conditional',
      reason: `a \`${type}\` that is full allocates twice its size and copies what it has`,
      evidence,
      alsoAt: writes.map((node) => ({ span: spanOf(node), by: type.slice(0, type.indexOf('.')) })),
    },
    related: [
      {
        location: { file: file.path, span: spanOf(builder.declaration) },
        message: `${code(name)} starts without room`,
      },
    ],
    heatAt: loop,
    restsOn: countable(growth.count, loop),
    // Room that the next write outgrows is no gain.
    fixes:
      !behind || isSeenEmpty(filling, repeated, more, file) ? [] : fix(filling, growth, conditions, file),
  };

  function ofIterations(each: Written): { growth: Growth; exact: boolean } | undefined {
    const growth = growthOf(loop, each, file, { ...(behind && { more }) });
    return growth && { growth, exact: each.exact };
  }
}

/** How the methods show in the listing: called, or inlined down to the growth. */
const growing = /^runtime\.growslice|^(?:bytes\.\(\*Buffer\)|strings\.\(\*Builder\))\./;

/** `for _, r := range s { b.WriteRune(r) }` writes the bytes of s, and more where they are no UTF-8. */
function wholeRunes(
  { loop, calls }: Filling,
  more: Amount,
  count: TripCount,
  file: GoFile,
): { growth: Growth; exact: false } | undefined {
  const range = loop.namedChildren.find(({ type }) => type === 'range_clause');
  const value = range?.childForFieldName('left')?.namedChild(1);
  const binding = value && namesAround(file.root, value).resolve(value);
  if (!binding || count.exact || count.unproven !== undefined) return undefined;
  if (binding.uses.some(({ node }) => isAssigned(node)) || isShadowed('len', loop, file)) return undefined;
  const body = loop.childForFieldName('body')!;
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
  const text = [count.expression, ...(isNothing(more) ? [] : [sumText(more, ' + ')])].join(' + ');
  return { growth: { text, constant: undefined, count: { ...count, exact: true } }, exact: false };
}

/**
 * What is written behind the loop at most, and whether some ways write less: a closing bracket should not double the buffer.
 * Undefined: not known in front of the loop.
 */
function writtenBehind(
  { loop, builder, type }: Filling,
  repeated: Loop,
  file: GoFile,
): { readonly most: Amount; readonly varies: boolean } | undefined {
  const uses = builder.uses.filter(({ node }) => node.startIndex > loop.endIndex);
  // Fprintf(&b, …)
  if (uses.some(({ node }) => isHandedOver(node))) return undefined;
  const calls = uses
    .flatMap(({ node }) => methodCall(node) ?? [])
    .filter((call) => !drains.test(methodOf(call)));
  const behind = (join: typeof most): Written | undefined =>
    sumBehind(graphOf(file, builder.owner), repeated, written({ loop, builder, type, calls }, file, join));
  const [much, little] = [behind(most), behind(least)];
  return much?.exact && much.lengths.every((length) => isKnownBefore(length, loop, file))
    ? { most: much, varies: little?.exact !== true }
    : undefined;
}

/** A buffer without room gives nil, and one with room does not: something asks for its bytes before anything is written. */
function isSeenEmpty({ builder, type }: Filling, repeated: Loop, more: Amount, file: GoFile): boolean {
  if (type !== 'bytes.Buffer') return false;
  const graph = graphOf(file, builder.owner);
  const calls = builder.uses.flatMap(({ node }) => methodCall(node) ?? []);
  const looks = new Set(calls.filter((call) => methodOf(call) === 'Bytes').map(({ id }) => id));
  // Where no iteration runs, no room is made unless something is written behind the loop.
  const isSeen = (node: Node): boolean =>
    looks.has(node.id) && (!isNothing(more) || graph.loopsOf(node).includes(repeated));
  return mayPrecede(repeated, calls.filter(isWrite), isSeen);
}

const drains = /^(?:Next|Read|Read(?:Byte|Bytes|Rune|String)|Unread\w+|WriteTo)$/;

function isHandedOver(use: Node): boolean {
  let at = parenthesized(use);
  if (isAddressTaken(use)) at = parenthesized(at.parent!);
  return at.parent?.type === 'argument_list';
}

/** A variable that has its value in front of the loop, and no other later. */
function isKnownBefore(name: Node, loop: Node, file: GoFile): boolean {
  const binding = namesAround(file.root, name).resolve(name);
  return (
    binding !== undefined &&
    binding.declaration.startIndex < loop.startIndex &&
    binding.uses.every(
      ({ node, owner }) =>
        owner.id === binding.owner.id &&
        !isAddressTaken(node) &&
        !(isAssigned(node) && node.startIndex > loop.startIndex),
    )
  );
}

function fix(filling: Filling, growth: Growth, conditions: readonly string[], file: GoFile): GoFix[] {
  const { loop, builder } = filling;
  const { text } = growth;
  // The jumps of a loop with a label leave or skip: there is nothing to fix at one.
  if (file.generated || loop.parent?.type !== 'statement_list') return [];
  const here = loop.startIndex;
  const grow = `${builder.name}.Grow(${text})`;
  const line = indentAt(file.text, here).length;
  const edit = startsLine(file.text, here)
    ? { at: here - line, newText: `${indentAt(file.text, here)}${grow}${lineEnd(file.text)}` }
    : { at: here, newText: `${grow}; ` };
  return [
    {
      title: `Grow ${code(builder.name)} by ${code(text)} before the loop${conditions.length === 0 ? '' : ` (if ${conditions.join(', and ')})`}`,
      kind: conditions.length === 0 ? 'safe' : 'suggestion',
      edits: [{ file: file.path, span: { start: edit.at, end: edit.at }, newText: edit.newText }],
      claim: { effect: 'runs less', within: [spanOf(builder.owner)], callees: ['runtime.growslice'] },
    },
  ];
}
