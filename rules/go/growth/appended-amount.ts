import type { Node } from 'web-tree-sitter';
import { capacityText, guarded, knownAtDeclaration } from './filling-loop';
import { isAppender } from '../flow/appenders';
import { graphOf } from '../flow/functions';
import type { Graph, Loop } from '../flow/graph';
import { isInvariant } from '../flow/invariants';
import { earlyExits, mayPanicIn } from '../flow/loop-exits';
import { sumBehind, sumOfIteration, type Summands } from '../flow/sums';
import { tripCount, type TripCount } from '../flow/trip-count';
import type { GoFile } from '../rule';
import { namesAround, type Binding } from '../syntax/names';
import { argumentsOf, descendants, unparenthesised } from '../syntax/nodes';
import { isBuiltin, isShadowed } from '../syntax/universe';

/** How many elements a loop appends to a slice: worked out from the ways through it, never guessed. */

/** What a way of control appends: between `min` and `max` elements of its own, and what the loops on it append. */
interface Amount {
  readonly min: number;
  readonly max: number;
  readonly loops: readonly LoopAmount[];
}

interface LoopAmount {
  readonly loop: Node;
  readonly count: TripCount;
  readonly each: Amount;
  /** Not every way comes to the loop. */
  readonly skipped: boolean;
  /** It may be left before its bound: in none, in some way, or only when something has failed. */
  readonly left: 'never' | 'early' | 'on failure';
}

/** What one run of a loop appends in all. */
export interface AppendedAmount {
  /** As an expression of int type, except where `count` says otherwise; may be negative. */
  readonly expression: string;
  /** What is appended by the loop and behind it, at least 0; undefined: not known, or `max` is not at hand. */
  readonly capacity: string | undefined;
  readonly constant: number | undefined;
  /** Each run appends exactly that; else it is an upper bound. */
  readonly exact: boolean;
  /** An upper bound of which at least half is used: append's own doubling leaves as much unused. */
  readonly atLeastHalf: boolean;
  /** A run may give the slice up before the bound is reached, and nothing has failed. */
  readonly leftEarly: boolean;
  /** A run may end early, if only by a panic. */
  readonly mayEnd: boolean;
  /** How many elements are appended behind the loop, those of loops there left out; they count in `capacity`. */
  readonly behind: { readonly min: number; readonly max: number };
  /** The trip counts that the capacity is made of, outermost first, each with its loop and the outermost loop around it. */
  readonly counts: readonly { readonly count: TripCount; readonly loop: Node; readonly outermost: Node }[];
  readonly isInt: boolean;
}

/** `s = append(s, x, y)` for a local s. */
export function appendTo(statement: Node, file: GoFile): { slice: Binding; call: Node } | undefined {
  if (statement.type !== 'assignment_statement') return undefined;
  const left = statement.childForFieldName('left');
  const right = statement.childForFieldName('right');
  const [target, call] = [left?.namedChild(0), right?.namedChild(0)];
  if (!target || !call || left?.namedChildCount !== 1 || right?.namedChildCount !== 1) return undefined;
  if (!statement.children.some((child) => child.type === '=')) return undefined;
  if (target.type !== 'identifier' || call.type !== 'call_expression') return undefined;
  const callee = unparenthesised(call.childForFieldName('function') ?? call);
  if (callee.text !== 'append' || isShadowed('append', call, file)) return undefined;
  const [first, ...elements] = argumentsOf(call);
  if (first?.type !== 'identifier' || elements.length === 0) return undefined;
  if (elements.some((element) => element.type === 'variadic_argument')) return undefined;
  const names = namesAround(file.root, statement);
  const slice = names.resolve(target);
  return slice && names.resolve(first) === slice ? { slice, call } : undefined;
}

/**
 * What one run of `loop` appends to `slice` by the calls `appends`, all of which stand in it; undefined when that is not
 * known before the loop, or when somebody sees the slice before it is filled.
 */
export function appendedAmount(
  loop: Node,
  slice: Binding,
  appends: readonly Node[],
  file: GoFile,
): AppendedAmount | undefined {
  const measure = new Measure(loop, slice, file);
  const whole = measure.ofLoop(loop);
  // One in code that leads out of the loop was not met.
  if (!whole || !appends.every(({ id }) => measure.counted.has(id))) return undefined;
  const own = countsOf(whole, loop);
  const terms = termsOf({ ...nothing, loops: [whole] }, (count) => atom(count));
  if (terms.length === 0) return undefined;
  const constant = terms.every(({ factors }) => factors.length === 0) ? sum(terms) : undefined;
  const behind = measure.behind();
  const all: Amount = { ...(behind ?? nothing), loops: [whole, ...(behind?.loops ?? [])] };
  const counts = all.loops.flatMap((amount) => countsOf(amount, amount.loop));
  const alone = counts.length === 1;
  // Lengths of different integer types cannot be multiplied or added.
  if (own.length > 1 && own.some(({ count }) => !isPlainInt(count))) return undefined;
  const adds = !alone || all.max > 0;
  return {
    expression: own.length === 1 ? capacityText(whole.count, whole.each.max) : textOf(terms),
    capacity:
      !behind || (adds && counts.some(({ count }) => !isPlainInt(count)))
        ? undefined
        : adds
          ? guardedText(all, loop, file)
          : guarded(capacityText(whole.count, whole.each.max), whole.count, loop, file),
    constant,
    exact: all.loops.every(isExact),
    atLeastHalf: all.loops.every(usesHalf),
    leftEarly: measure.leftEarly,
    mayEnd: measure.mayEnd(),
    behind: all,
    counts,
    isInt: adds || whole.count.isInt,
  };
}

function isPlainInt({ constant, isInt }: TripCount): boolean {
  return constant !== undefined || isInt;
}

/** A sum of more than that is no capacity that anybody would write, and what is looked at for it grows with its cube. */
const mostUses = 64;

class Measure {
  /** The calls that were met. */
  readonly counted = new Set<number>();
  leftEarly = false;
  readonly #graph: Graph;
  readonly #loops: Loop[] = [];

  constructor(
    private readonly outermost: Node,
    private readonly slice: Binding,
    private readonly file: GoFile,
  ) {
    this.#graph = graphOf(file, slice.owner);
  }

  ofLoop(statement: Node): LoopAmount | undefined {
    const loop = this.#graph.loopOf(statement);
    const count = tripCount(statement, this.file);
    if (!loop || !count) return undefined;
    const { outermost, file, slice } = this;
    if (statement.id !== outermost.id && !isInvariant(count, outermost, file)) return undefined;
    const exits = earlyExits(file, loop, slice);
    if (exits.seen) return undefined;
    const each = sumOfIteration(this.#graph, loop, this.#summands());
    if (!each) return undefined;
    this.#loops.push(loop);
    // A literal says nothing about what there is: an error ends such a loop more often than not.
    const early = exits.done || (exits.failed && count.constant !== undefined);
    this.leftEarly ||= early;
    const left = early ? 'early' : exits.failed ? 'on failure' : 'never';
    return { loop: statement, count, each, skipped: false, left };
  }

  /** What is appended behind the outermost loop; undefined: nobody knows, or not in front of it. */
  behind(): Amount | undefined {
    if (this.slice.uses.length > mostUses) return undefined;
    const loop = this.#graph.loopOf(this.outermost);
    const amount = loop && sumBehind(this.#graph, loop, this.#summands());
    const known = amount?.loops.every((part) =>
      countsOf(part, part.loop).every(
        ({ count }) =>
          isInvariant(count, this.outermost, this.file) &&
          knownAtDeclaration(statementOf(this.outermost), part.loop, count, this.file),
      ),
    );
    return known ? amount : undefined;
  }

  mayEnd(): boolean {
    return this.#loops.some(
      (loop) => earlyExits(this.file, loop, this.slice).failed || mayPanicIn(this.file, loop),
    );
  }

  #summands(): Summands<Amount> {
    return {
      nothing,
      plus: (a, b) => ({ min: a.min + b.min, max: a.max + b.max, loops: [...a.loops, ...b.loops] }),
      join: joined,
      ofNode: (node) => this.#ofNode(node),
      ofLoop: ({ statement, blocks }) => {
        const appends = [...blocks].some(({ nodes }) => nodes.some((node) => this.#ofNode(node) !== nothing));
        const amount = appends && statement ? this.ofLoop(statement) : undefined;
        return !appends ? nothing : amount && { ...nothing, loops: [amount] };
      },
    };
  }

  /** `append(s, x, y)`: two; `append(s, xs...)`: nobody knows. */
  #ofNode(node: Node): Amount | undefined {
    if (node.type !== 'call_expression' || !isAppender(this.file, node)) return nothing;
    const [first, ...elements] = argumentsOf(node);
    if (first?.type !== 'identifier') return nothing;
    if (namesAround(this.file.root, first).resolve(first) !== this.slice) return nothing;
    this.counted.add(node.id);
    const count = isBuiltin(this.file, node, 'append') ? elements.length : NaN;
    if (Number.isNaN(count) || elements.some(({ type }) => type === 'variadic_argument')) return undefined;
    return { min: count, max: count, loops: [] };
  }
}

const nothing: Amount = { min: 0, max: 0, loops: [] };

/** Of two ways one is taken. The larger of two products is not worked out. */
function joined(a: Amount, b: Amount): Amount | undefined {
  const [min, max] = [Math.min(a.min, b.min), Math.max(a.max, b.max)];
  const isSame =
    a.loops.length === b.loops.length && a.loops.every(({ loop }, i) => loop.id === b.loops[i]!.loop.id);
  if (isSame)
    return {
      min,
      max,
      loops: a.loops.map((part, i) => ({ ...part, skipped: part.skipped || b.loops[i]!.skipped })),
    };
  if (a.loops.length > 0 && b.loops.length > 0) return undefined;
  return { min, max, loops: [...a.loops, ...b.loops].map((part) => ({ ...part, skipped: true })) };
}

/** The loop with its label. */
function statementOf(loop: Node): Node {
  return loop.parent?.type === 'labeled_statement' ? loop.parent : loop;
}

function isExact({ count, each, skipped, left }: LoopAmount): boolean {
  return !skipped && left !== 'early' && count.exact && each.min === each.max && each.loops.every(isExact);
}

function usesHalf({ count, each, skipped, left }: LoopAmount): boolean {
  return (
    !skipped && left !== 'early' && count.exact && 2 * each.min >= each.max && each.loops.every(usesHalf)
  );
}

function countsOf(amount: LoopAmount, outermost: Node): AppendedAmount['counts'] {
  const { count, loop, each } = amount;
  return [{ count, loop, outermost }, ...each.loops.flatMap((inner) => countsOf(inner, outermost))];
}

/** A product: `2*len(xs)*n`. */
interface Term {
  readonly coefficient: number;
  readonly factors: readonly string[];
}

function termsOf(amount: Amount, factor: (count: TripCount) => string): Term[] {
  const terms: Term[] = amount.max > 0 ? [{ coefficient: amount.max, factors: [] }] : [];
  for (const { count, each } of amount.loops) {
    for (const { coefficient, factors } of termsOf(each, factor)) {
      terms.push(
        count.constant === undefined
          ? { coefficient, factors: [factor(count), ...factors] }
          : { coefficient: coefficient * count.constant, factors },
      );
    }
  }
  return merged(terms.filter(({ coefficient }) => coefficient > 0));
}

/** Terms of the same factors become one. */
function merged(terms: readonly Term[]): Term[] {
  const byFactors = new Map<string, Term>();
  for (const term of terms) {
    const key = term.factors.join('*');
    const coefficient = (byFactors.get(key)?.coefficient ?? 0) + term.coefficient;
    byFactors.set(key, { coefficient, factors: term.factors });
  }
  return [...byFactors.values()];
}

function sum(terms: readonly Term[]): number {
  return terms.reduce((total, { coefficient }) => total + coefficient, 0);
}

/** `2*len(xs)+1`: plain numbers last. */
function textOf(terms: readonly Term[]): string {
  const isPlain = ({ factors }: Term): boolean => factors.length === 0;
  return [...terms.filter((term) => !isPlain(term)), ...terms.filter(isPlain)]
    .map(({ coefficient, factors }) =>
      coefficient === 1 && factors.length > 0 ? factors.join('*') : [coefficient, ...factors].join('*'),
    )
    .join('+');
}

function atom(count: TripCount): string {
  return count.atomic ? count.expression : `(${count.expression})`;
}

/** Each factor is kept from being negative: two negative ones would make a positive product. */
function guardedText(amount: Amount, loop: Node, file: GoFile): string | undefined {
  const factors = new Map<TripCount, string>();
  for (const { count } of amount.loops.flatMap((part) => countsOf(part, part.loop))) {
    const text = count.nonNegative ? atom(count) : guarded(count.expression, count, loop, file);
    if (text === undefined) return undefined;
    factors.set(count, text);
  }
  return textOf(termsOf(amount, (count) => factors.get(count)!));
}

/** The slices that `loop` appends to at any depth, each with its `append` calls in source order; closures left out. */
export function appendedSlices(loop: Node, file: GoFile): Map<Binding, Node[]> {
  const found = new Map<Binding, Node[]>();
  for (const statement of descendants(loop)) {
    const grown = appendTo(statement, file);
    if (!grown) continue;
    found.set(grown.slice, [...(found.get(grown.slice) ?? []), grown.call]);
  }
  return found;
}
