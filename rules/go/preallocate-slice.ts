import type { Node } from 'web-tree-sitter';
import type { Evidence, Related, TextEdit } from '../model';
import { appendedAmount, appendedSlices, type AppendedAmount } from './growth/appended-amount';
import { checkLoops, countable, isDoubtful, knownAtDeclaration } from './growth/filling-loop';
import { leadsToLoop, mayBeGivenUp } from './flow/loop-exits';
import { graphOf } from './flow/functions';
import { mayPanic, mayRecover } from './flow/effects';
import { mayPrecede } from './flow/paths';
import { isHot } from './heat/static-heat';
import { sizeOf } from './types/declared-types';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { argumentsOf, spanOf } from './syntax/nodes';
import {
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  parenthesized,
  type Binding,
} from './syntax/names';
import { enclosingLoop } from './flow/loops';
import { statementsAt } from './edit/layout';
import { canImportAt } from './edit/imports';
import { importedAs } from './edit/imports';
import { atLeast } from './syntax/version';
import { isBuiltin, isShadowed } from './syntax/universe';
import { code } from '../wording';

/** A slice grown by append in a loop that is known to run n times. */
export const rule: GoRule = {
  meta: {
    id: 'go/preallocate-slice',
    summary: 'a slice grown by append in a loop whose trip count is known',
    fix: 'safe',
    recipe: 'Make the slice with the capacity that the loop will need, or call `slices.Grow` before the loop',
    reports: 'allocation',
    sample: 'go/preallocateslice',
  },
  check(file, report) {
    checkLoops(file, report, growths, check);
  },
};

/** One slice that grows in one loop, or in the loops in it. */
interface Growth {
  readonly loop: Node;
  readonly slice: Binding;
  /** The `append` calls, at least one, in source order. */
  readonly appends: readonly Node[];
  readonly declaration: Declaration;
}

/** How the slice comes into being, without capacity. */
interface Declaration {
  readonly statement: Node;
  readonly type: Node;
  /** `var s []T` and named results are nil until the first append; `[]T{}` and `make([]T, 0)` are not. */
  readonly nil: boolean;
  /** The declaration rewritten to `make(…, 0, capacity)`; undefined where it cannot be. */
  readonly withCapacity: ((capacity: string) => TextEdit[]) | undefined;
}

/** The slices that are new for each run of the loop: of nested loops, the outermost counts. */
function growths(loop: Node, file: GoFile): Growth[] {
  return [...appendedSlices(loop, file)].flatMap(([slice, appends]) => {
    if (slice.declaration.startIndex > loop.startIndex) return [];
    const declaration = declarationOf(slice, file);
    if (!declaration || enclosingLoop(file, loop) !== enclosingLoop(file, declaration.statement)) return [];
    return [{ loop, slice, appends, declaration }];
  });
}

function declarationOf(slice: Binding, file: GoFile): Declaration | undefined {
  const name = slice.declaration;
  const parent = name.parent;
  if (!parent) return undefined;
  if (slice.kind === 'result') {
    const type = parent.childForFieldName('type');
    const body = slice.owner.childForFieldName('body');
    return type && body ? { statement: body, type, nil: true, withCapacity: undefined } : undefined;
  }
  const statement = enclosingStatement(name);
  if (!statement) return undefined;
  if (parent.type === 'var_spec') {
    const type = parent.childForFieldName('type');
    const values = parent.childForFieldName('value');
    const alone = parent.childrenForFieldName('name').length === 1;
    if (!values) return type ? ofVarSpec(statement, parent, name, type, alone) : undefined;
    return alone && values.namedChildCount === 1 && !type
      ? ofValue(statement, values.namedChild(0)!, file)
      : undefined;
  }
  if (parent.parent?.type !== 'short_var_declaration' || statement.id !== parent.parent.id) return undefined;
  const values = statement.childForFieldName('right')?.namedChildren ?? [];
  const value = values[parent.namedChildren.findIndex((target) => target.id === name.id)];
  return value && values.length === parent.namedChildren.length ? ofValue(statement, value, file) : undefined;
}

/** `var s []T`, alone or in a group. */
function ofVarSpec(
  statement: Node,
  spec: Node,
  name: Node,
  type: Node,
  alone: boolean,
): Declaration | undefined {
  const grouped = spec.parent?.type === 'var_spec_list';
  const plain = alone && spec.namedChildren.every((child) => child.type !== 'comment');
  return {
    statement,
    type,
    nil: true,
    withCapacity: !plain
      ? undefined
      : (capacity) => [
          ...(grouped ? [] : [{ span: { start: statement.startIndex, end: name.startIndex }, newText: '' }]),
          {
            span: { start: name.endIndex, end: type.startIndex },
            newText: grouped ? ' = make(' : ' := make(',
          },
          { span: { start: type.endIndex, end: type.endIndex }, newText: `, 0, ${capacity})` },
        ],
  };
}

/** `[]T{}` or `make([]T, 0)`. */
function ofValue(statement: Node, value: Node, file: GoFile): Declaration | undefined {
  if (value.type === 'composite_literal') {
    const type = value.childForFieldName('type');
    const body = value.childForFieldName('body');
    if (!type || !body || (type.type !== 'slice_type' && type.type !== 'type_identifier')) return undefined;
    if (body.namedChildren.some((child) => child.type !== 'comment')) return undefined;
    return {
      statement,
      type,
      nil: false,
      withCapacity:
        body.namedChildCount > 0
          ? undefined
          : (capacity) => [
              { span: { start: type.startIndex, end: type.startIndex }, newText: 'make(' },
              { span: { start: type.endIndex, end: value.endIndex }, newText: `, 0, ${capacity})` },
            ],
    };
  }
  if (value.type !== 'call_expression' || value.childForFieldName('function')?.text !== 'make')
    return undefined;
  const [type, length, capacity] = argumentsOf(value);
  if (!type || length?.text !== '0' || capacity || isShadowed('make', value, file)) return undefined;
  return {
    statement,
    type,
    nil: false,
    withCapacity: (text) => [
      { span: { start: length.endIndex, end: length.endIndex }, newText: `, ${text}` },
    ],
  };
}

function check(growth: Growth, file: GoFile): GoReport | undefined {
  const { loop, slice, appends, declaration } = growth;
  const uses = usesOf(growth, file);
  const amount = uses && appendedAmount(loop, slice, appends, file);
  if (!uses || !amount) return undefined;
  const stays = appends.every((call) => file.facts?.decision(call)?.outcome === 'stack');
  const { constant, exact, expression } = amount;
  const bytes = constant === undefined ? undefined : bytesOf(constant, declaration, file);
  if (constant === 0 || (bytes !== undefined && staysSmall(bytes, stays, file))) return undefined;
  if (!exact) {
    if (!retainsLittle(growth, amount, bytes, stays, file)) return undefined;
    // With nothing appended a nil slice has to stay nil, whatever the bound says.
    if (declaration.nil && uses.nilSeen && !amount.atLeastHalf) return undefined;
  }
  const evidence: Evidence[] = [{ kind: 'measured sample', sample: rule.meta.sample }];
  if (file.facts) {
    const grows = appends
      .flatMap((call) => file.facts!.emitted(call))
      .filter(({ callee }) => callee.startsWith('runtime.growslice'));
    // A body that is ranged over by a function is a function of its own, and its trip count is not known.
    if (grows.length === 0 || grows.some(({ symbol }) => /-range\d+/.test(symbol))) return undefined;
    evidence.unshift({ kind: 'emitted call', callee: grows[0]!.callee, count: grows.length });
  }
  const most = exact ? '' : 'at most ';
  return {
    node: appends[0]!,
    message: `${code(slice.declaration.text)} grows step by step: the loop appends ${most}${code(expression)} elements`,
    allocation: {
      kind: 'append growth',
      // Without the compiler's word there is a pattern, not an allocation.
      cost: !file.facts
        ? 'unknown'
        : !exact || (stays && atLeast(file.pkg.toolchain, 1, 25))
          ? 'conditional'
          : 'always',
      reason: `${code(slice.declaration.text)} is declared without capacity, so append allocates and copies each time it is full`,
      evidence,
      alsoAt: appends.slice(1).map((node) => ({ span: spanOf(node) })),
    },
    related: related(growth, amount, file),
    heatAt: loop,
    restsOn: amount.counts.flatMap((part) =>
      isDoubtful(part.count, part.loop, file) ? countable(part.count, loop) : [],
    ),
    fixes: fix(growth, amount, uses, file),
  };
}

function related({ slice }: Growth, { counts }: AppendedAmount, file: GoFile): Related[] {
  const location = (node: Node): Related['location'] => ({ file: file.path, span: spanOf(node) });
  const header = (loop: Node): Node =>
    loop.namedChildren.find((child) => /^(?:range|for)_clause$/.test(child.type)) ?? loop;
  return [
    {
      location: location(slice.declaration),
      message: `${code(slice.declaration.text)} starts without capacity`,
    },
    ...counts.map(({ loop }) => ({
      location: location(header(loop)),
      message: 'the number of iterations is known here',
    })),
  ];
}

/** What an unused upper bound may keep alive: a few cache lines are not worth a thought. */
const fewBytes = 1024;

/**
 * True when an upper bound cannot keep grossly more memory than is used: at least half is used (append's own doubling
 * leaves as much unused), the whole is small, or the slice is gone when the function returns and has as many elements as
 * something that is in memory anyway. The last can be worse than growth where few iterations append: only in hot code, and
 * where the function makes something else of that size already.
 */
function retainsLittle(
  { loop, slice }: Growth,
  amount: AppendedAmount,
  bytes: number | undefined,
  stays: boolean,
  file: GoFile,
): boolean {
  const { atLeastHalf, counts } = amount;
  if (atLeastHalf || (bytes !== undefined && bytes <= fewBytes)) return true;
  const alone = counts.length === 1 ? counts[0]!.count : undefined;
  if (!stays || !alone?.bounded || alone.constant !== undefined) return false;
  return isHot(file, loop) || isMadeBefore(alone.expression, slice.owner, loop, file);
}

/** `m := make(map[K]V, len(xs))` in front of the loop. */
function isMadeBefore(size: string, fn: Node, loop: Node, file: GoFile): boolean {
  return fn
    .descendantsOfType('call_expression')
    .some(
      (call) =>
        call.endIndex <= loop.startIndex &&
        isBuiltin(file, call, 'make') &&
        argumentsOf(call).at(-1)?.text === size,
    );
}

/** What the rest of the function does with the slice. */
interface Uses {
  /** Something may tell a nil slice from an empty one: it is returned, passed on, compared, stored, captured later. */
  readonly nilSeen: boolean;
  /** In the loop, its memory is used by more than append, `len` and element access: growth could be observed. */
  readonly memoryShared: boolean;
}

/** Undefined when the slice is changed in a way that this rule does not follow: then there is nothing to claim. */
function usesOf({ loop, slice, appends, declaration }: Growth, file: GoFile): Uses | undefined {
  let nilSeen = slice.kind === 'result';
  let memoryShared = false;
  const own = new Set(appends.flatMap((call) => [call.parent?.parent?.id, call.id]));
  for (const { node, owner } of slice.uses) {
    const inLoop = node.startIndex >= loop.startIndex && node.endIndex <= loop.endIndex;
    const before = node.endIndex <= loop.startIndex && node.startIndex > declaration.statement.startIndex;
    if (isAddressTaken(node)) return undefined;
    if (owner.id !== slice.owner.id) {
      if (node.startIndex < loop.endIndex) return undefined;
      nilSeen = true;
      continue;
    }
    if (isOwn(node, own)) continue;
    const kind = useKind(node, file);
    // Filled, replaced or given capacity before the loop, or replaced inside it.
    if (kind === 'capacity' || ((before || inLoop) && (before ? kind !== 'length' : kind === 'assigned')))
      return undefined;
    if (inLoop && kind !== 'length' && kind !== 'element') memoryShared = true;
    if (!inLoop && kind === 'other') nilSeen = true;
  }
  return { nilSeen, memoryShared };
}

/** The slice's own mention in `s = append(s, …)`. */
function isOwn(node: Node, own: ReadonlySet<number | undefined>): boolean {
  const list = node.parent;
  const outer = list?.parent;
  if (!list || !outer || !own.has(outer.id)) return false;
  if (list.type === 'argument_list') return argumentsOf(outer)[0]?.id === node.id;
  return list.type === 'expression_list' && outer.childForFieldName('left')?.id === list.id;
}

/** Functions that treat a nil slice as an empty one and do not keep it. */
const nilBlind =
  /^(?:strings\.Join|bytes\.Join|sort\.(?:Strings|Ints|Float64s|Slice|SliceStable|Search\w*)|slices\.(?:Sort\w*|BinarySearch\w*|Contains\w*|Index\w*|Reverse|Max\w*|Min\w*))$/;

function isNilBlind(callee: Node | null | undefined, file: GoFile): boolean {
  const operand = callee?.childForFieldName('operand');
  if (!callee || operand?.type !== 'identifier' || !nilBlind.test(callee.text)) return false;
  return file.imports.get(operand.text) === operand.text && !namesAround(file.root, operand).resolve(operand);
}

function useKind(
  identifier: Node,
  file: GoFile,
): 'length' | 'capacity' | 'element' | 'assigned' | 'read' | 'other' {
  const node = parenthesized(identifier);
  const parent = node.parent;
  if (!parent) return 'other';
  if (isAssigned(node)) return 'assigned';
  switch (parent.type) {
    case 'index_expression': {
      if (parent.childForFieldName('operand')?.id !== node.id) return 'other';
      // &s[i], also of s[i].f, points into the memory that append leaves behind.
      let outer = parent;
      while (outer.parent && /^(?:selector|index|parenthesized|slice)_expression$/.test(outer.parent.type)) {
        outer = outer.parent;
      }
      const pointed = outer.parent?.type === 'unary_expression' && outer.parent.text.startsWith('&');
      // A method with a pointer receiver takes the address of s[i] unseen.
      const called =
        parent.parent?.type === 'selector_expression' && outer.parent?.type === 'call_expression';
      return pointed || outer.type === 'slice_expression' || called ? 'read' : 'element';
    }
    case 'range_clause':
      return 'read';
    case 'variadic_argument': {
      const call = parent.parent?.parent;
      return call?.childForFieldName('function')?.text === 'append' ? 'read' : 'other';
    }
    case 'argument_list': {
      const call = parent.parent;
      const callee = call?.childForFieldName('function')?.text ?? '';
      if (callee === 'len') return 'length';
      if (callee === 'cap') return 'capacity';
      if (callee === 'copy' || isNilBlind(call?.childForFieldName('function'), file)) return 'read';
      if (callee === 'append' && call && argumentsOf(call)[0]?.id === node.id) {
        // s = append(s, …) elsewhere; the result of t := append(s, …) is another slice.
        const target = call.parent?.parent?.childForFieldName('left');
        return target?.text === identifier.text ? 'read' : 'other';
      }
      return 'other';
    }
    default:
      return 'other';
  }
}

function bytesOf(elements: number, declaration: Declaration, file: GoFile): number | undefined {
  const element = declaration.type.childForFieldName('element');
  const size = element ? sizeOf(element, file) : undefined;
  return size === undefined ? undefined : elements * size;
}

/** Go 1.25 starts a slice that stays in 32 bytes on the stack; Go 1.26 also one that escapes, with one exact copy. */
function staysSmall(bytes: number, stays: boolean, file: GoFile): boolean {
  return bytes <= 32 && atLeast(file.pkg.toolchain, 1, stays ? 25 : 26);
}

function fix(growth: Growth, amount: AppendedAmount, uses: Uses, file: GoFile): GoFix[] {
  const { loop, slice, declaration } = growth;
  if (file.generated || uses.memoryShared) return [];
  if (isShadowed('len', loop, file) || isShadowed('make', loop, file)) return [];
  // A run that appends nothing, or has not yet, leaves nil.
  const nilSeen = declaration.nil && uses.nilSeen;
  const { min, max } = amount.behind;
  if (nilSeen && ((min === 0 && max > 0) || isSeenRecovered(growth, file))) return [];
  const room = roomFor(growth, amount, nilSeen, file);
  if (!room) return [];
  const conditions = conditionsOf(amount);
  if (mayBeFree(growth, amount, file))
    conditions.push(`${slice.declaration.text} is seldom given up behind the loop`);
  if (room.condition !== undefined) conditions.push(room.condition);
  const suffix = conditions.length === 0 ? '' : ` (if ${conditions.join(', and ')})`;
  return [
    {
      title: `${room.title}${suffix}`,
      kind: amount.exact && conditions.length === 0 ? 'safe' : 'suggestion',
      claim: {
        effect: 'runs less',
        within: [spanOf(slice.owner)],
        callees: ['runtime.growslice', 'runtime.growsliceBuf'],
      },
      obligations: amount.counts.flatMap(({ count }) => countable(count, loop)),
      edits: room.edits.map((edit) => ({ ...edit, file: file.path })),
      imports: room.imports ?? [],
    },
  ];
}

/** How room is made for what a loop appends. */
interface Room {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  readonly imports?: readonly string[];
  /** Where it may cost what was free. */
  readonly condition?: string;
}

/** At the declaration where the number is known there and nobody tells nil from empty, else right before the loop. */
function roomFor(growth: Growth, amount: AppendedAmount, nilSeen: boolean, file: GoFile): Room | undefined {
  const { loop, slice, appends, declaration } = growth;
  // Not known is what is appended behind the loop, or whether the number is negative: make and Grow would panic.
  const { capacity, counts, exact, expression } = amount;
  if (capacity === undefined) return undefined;
  const name = slice.declaration.text;
  if (
    declaration.withCapacity &&
    !nilSeen &&
    counts.every(({ count, outermost }) =>
      knownAtDeclaration(declaration.statement, outermost, count, file),
    ) &&
    leadsToLoop(declaration.statement, loop, amount.constant !== undefined, file)
  ) {
    const size = exact ? `capacity ${code(capacity)}` : `room for at most ${code(capacity)} elements`;
    return { title: `Declare ${code(name)} with ${size}`, edits: declaration.withCapacity(capacity) };
  }
  const title = (size: string): string =>
    `Grow ${code(name)} by ${exact ? '' : 'at most '}${code(size)} before the loop`;
  const statement = loop.parent?.type === 'labeled_statement' ? loop.parent : loop;
  const here = statement.startIndex;
  const inFront = (text: string): TextEdit[] => [
    { span: { start: here, end: here }, newText: statementsAt(file, here, [text, '']) },
  ];
  const make = (size: string): string => `${name} = make(${declaration.type.text}, 0, ${size})`;
  // What is made stays on the stack where the slice does; what Grow makes never does. In the body of an iterator the
  // compiler does not say what becomes of a slice.
  const leaves = !file.facts || appends.some((call) => file.facts!.decision(call)?.outcome === 'heap');
  const isGuarded = capacity === `max(${expression}, 0)`;
  const isAlone = amount.behind.max === 0 && counts.length === 1;
  // The slice is nil so far, and stays it where the number is not positive.
  if (declaration.nil && isAlone && (isGuarded || (nilSeen && !leaves))) {
    const [, of, less] = /^(.+)-(\d+)$/.exec(counts[0]!.count.expression) ?? [];
    const more = of === undefined ? `${counts[0]!.count.expression} > 0` : `${of} > ${less}`;
    return { title: title(expression), edits: inFront(`if ${more} {\n\t${make(expression)}\n}`) };
  }
  if (!nilSeen && !leaves) return { title: title(capacity), edits: inFront(make(capacity)) };
  if (!atLeast(file.pkg.language, 1, 21) || !canImportAt(file, 'slices', loop)) return undefined;
  const size = amount.isInt ? capacity : `int(${capacity})`;
  return {
    title: title(capacity),
    edits: inFront(`${name} = ${importedAs(file, 'slices')}.Grow(${name}, ${size})`),
    imports: ['slices'],
    ...(!leaves &&
      atLeast(file.pkg.toolchain, 1, 25) && { condition: `${code(name)} usually holds more than 32 bytes` }),
  };
}

/**
 * Go 1.26 grows a slice that escapes in one place in 32 bytes of the stack, and moves it to the heap there: ways on which
 * it does not get there cost nothing, unless it is longer.
 */
function mayBeFree({ loop, slice, declaration }: Growth, amount: AppendedAmount, file: GoFile): boolean {
  const graph = graphOf(file, slice.owner);
  const found = graph.loopOf(loop);
  if (!found) return false;
  const bytes = amount.constant === undefined ? undefined : bytesOf(amount.constant, declaration, file);
  if (bytes !== undefined && bytes > 32) return false;
  const uses = new Set(slice.uses.map(({ node }) => node.id));
  const moves = (node: Node): boolean => {
    const isBareReturn = node.type === 'return_statement' && node.namedChildCount === 0;
    if (!uses.has(node.id) && !(isBareReturn && slice.kind === 'result')) return false;
    const calls = file.facts?.emitted(enclosingStatement(node) ?? node) ?? [];
    return calls.some(({ callee }) => callee.startsWith('runtime.moveSlice'));
  };
  const isMoved = graph.blocks.some(({ nodes }) => nodes.some((node) => moves(node)));
  return isMoved && mayBeGivenUp(file, found, slice, moves);
}

/**
 * The slice is a named result that a deferred recover lets the caller see, and something may panic before the first
 * append: nil now, and empty with room.
 */
function isSeenRecovered({ slice, loop, appends }: Growth, file: GoFile): boolean {
  const found = graphOf(file, slice.owner).loopOf(loop);
  if (slice.kind !== 'result' || !found || !mayRecover(file, slice.owner)) return false;
  return mayPrecede(found, appends, (node) => mayPanic(file, node));
}

/** What the user has to agree to; for an upper bound also that it is one, which the title says by itself. */
function conditionsOf(amount: AppendedAmount): string[] {
  const { counts, exact, atLeastHalf, leftEarly, mayEnd, behind, expression } = amount;
  // A number from outside, and a loop that may end before it: today memory follows what is really there. The product of
  // two lengths is no length of anything in memory.
  const isBounded = counts.length === 1 && counts[0]!.count.bounded;
  return [
    ...(leftEarly
      ? ['the loop is seldom left early']
      : exact || atLeastHalf
        ? []
        : ['most iterations append']),
    ...(isBounded || !mayEnd ? [] : [`${code(expression)} is never much too large`]),
    ...(behind.min === behind.max ? [] : ['all that can be appended behind the loop usually is']),
  ];
}
