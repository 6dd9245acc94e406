import type { Node } from 'web-tree-sitter';
import { capacityText, guarded } from './filling-loop';
import { exitOf } from '../flow/loop-exits';
import { isInvariant } from '../flow/loop-exits';
import type { GoFile } from '../rule';
import { argumentsOf, descendants, statementsOf, unparenthesised } from '../syntax/nodes';
import { tripCount, type TripCount } from '../flow/trip-count';
import { namesAround, type Binding } from '../syntax/names';
import { isShadowed } from '../syntax/universe';

/** How many elements a loop appends to a slice: worked out from its statements, never guessed. */

/** What a statement list appends: between `min` and `max` elements of its own, and what the loops in it append. */
interface Amount {
  readonly min: number;
  readonly max: number;
  readonly loops: readonly LoopAmount[];
}

interface LoopAmount {
  readonly loop: Node;
  readonly count: TripCount;
  readonly each: Amount;
  /** Not every run of the statement list comes to the loop. */
  readonly skipped: boolean;
}

/** What one run of a loop appends in all. */
export interface AppendedAmount {
  /** As an expression of int type, except where `count` says otherwise; may be negative as `guarded` is not. */
  readonly expression: string;
  /** The same, at least 0; undefined where `max` is not at hand. */
  readonly guarded: string | undefined;
  readonly constant: number | undefined;
  /** Each run appends exactly that; else it is an upper bound. */
  readonly exact: boolean;
  /** An upper bound of which at least half is used: append's own doubling leaves as much unused. */
  readonly atLeastHalf: boolean;
  /** The trip counts that the expression is made of, outermost first, each with its loop. */
  readonly counts: readonly { readonly count: TripCount; readonly loop: Node }[];
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
 * known before the loop, or when the loop may be left before its end.
 */
export function appendedAmount(
  loop: Node,
  slice: Binding,
  appends: readonly Node[],
  file: GoFile,
): AppendedAmount | undefined {
  const whole = new Measure(loop, slice, appends, file).whole();
  if (!whole) return undefined;
  const counts = countsOf(whole);
  const terms = termsOf({ min: 0, max: 0, loops: [whole] }, (count) => atom(count));
  if (terms.length === 0) return undefined;
  const constant = terms.every(({ factors }) => factors.length === 0) ? sum(terms) : undefined;
  const alone = counts.length === 1;
  // Lengths of different integer types cannot be multiplied.
  if (!alone && counts.some(({ count }) => count.constant === undefined && !count.isInt)) return undefined;
  return {
    expression: alone ? capacityText(whole.count, whole.each.max) : textOf(terms),
    guarded: alone
      ? guarded(capacityText(whole.count, whole.each.max), whole.count, loop, file)
      : guardedText(whole, loop, file),
    constant,
    exact: isExact(whole),
    atLeastHalf: usesHalf(whole),
    counts,
    isInt: !alone || whole.count.isInt,
  };
}

class Measure {
  readonly #appends: ReadonlySet<number>;
  readonly #counted = new Set<number>();

  constructor(
    private readonly outermost: Node,
    private readonly slice: Binding,
    private readonly appends: readonly Node[],
    private readonly file: GoFile,
  ) {
    this.#appends = new Set(appends.map(({ id }) => id));
  }

  whole(): LoopAmount | undefined {
    const amount = this.#ofLoop(this.outermost);
    // One in a loop's or an if's header was not seen.
    return this.#counted.size === this.appends.length ? amount : undefined;
  }

  #ofLoop(loop: Node): LoopAmount | undefined {
    const body = loop.childForFieldName('body');
    const last = this.appends.findLast((call) => isInside(call, loop));
    const count = tripCount(loop, this.file);
    if (!body || !last || !count) return undefined;
    if (loop.id !== this.outermost.id && !isInvariant(count, this.outermost, this.file)) return undefined;
    const exit = exitOf(loop, this.slice, last);
    if (exit === 'leaves') return undefined;
    const each = this.#ofList(statementsOf(body));
    if (!each) return undefined;
    // An iteration may pass by what stands behind a continue.
    return { loop, count, each: exit === 'skips' ? perhaps(each) : each, skipped: false };
  }

  #ofList(statements: readonly Node[]): Amount | undefined {
    let total: Amount = nothing;
    for (const statement of statements) {
      if (!this.#appendsIn(statement)) continue;
      const amount = this.#ofStatement(statement);
      if (!amount) return undefined;
      total = {
        min: total.min + amount.min,
        max: total.max + amount.max,
        loops: [...total.loops, ...amount.loops],
      };
    }
    return total;
  }

  #ofStatement(statement: Node): Amount | undefined {
    switch (statement.type) {
      case 'assignment_statement': {
        const call = appendTo(statement, this.file)?.call;
        if (!call || !this.#appends.has(call.id)) return undefined;
        this.#counted.add(call.id);
        const elements = argumentsOf(call).length - 1;
        return { min: elements, max: elements, loops: [] };
      }
      case 'for_statement': {
        const loop = this.#ofLoop(statement);
        return loop && { min: 0, max: 0, loops: [loop] };
      }
      case 'block':
        return this.#ofList(statementsOf(statement));
      case 'labeled_statement':
        return this.#ofList(statement.namedChildren.slice(1));
      case 'if_statement':
        return this.#ofBranches(
          [statement.childForFieldName('consequence'), statement.childForFieldName('alternative')],
          (branch) => (branch.type === 'if_statement' ? [branch] : statementsOf(branch)),
        );
      case 'expression_switch_statement':
      case 'type_switch_statement': {
        const clauses = statement.namedChildren.filter(({ type }) => /_case$/.test(type));
        if (statement.descendantsOfType('fallthrough_statement').length > 0) return undefined;
        const branches: (Node | null)[] = [...clauses];
        if (!clauses.some(({ type }) => type === 'default_case')) branches.push(null);
        return this.#ofBranches(branches, (clause) =>
          clause.namedChildren.flatMap((child) =>
            child.type === 'statement_list' ? statementsOf(child) : [],
          ),
        );
      }
      default:
        return undefined;
    }
  }

  /** Of several branches one is run; `null` is one that appends nothing. */
  #ofBranches(
    branches: readonly (Node | null)[],
    statements: (branch: Node) => readonly Node[],
  ): Amount | undefined {
    const amounts: Amount[] = [];
    for (const branch of branches) {
      const list = branch ? statements(branch) : [];
      // Nothing is appended behind an iteration that ends the function.
      if (endsFunction(list.at(-1))) {
        if (list.some((statement) => this.#appendsIn(statement))) return undefined;
        continue;
      }
      const amount = this.#ofList(list);
      if (!amount) return undefined;
      amounts.push(amount);
    }
    const loops = amounts.filter((amount) => amount.loops.length > 0);
    // The larger of two products is not worked out.
    if (loops.length > 1) return undefined;
    return {
      min: Math.min(...amounts.map(({ min }) => min)),
      max: Math.max(...amounts.map(({ max }) => max)),
      loops: loops.flatMap((amount) => perhaps(amount).loops),
    };
  }

  #appendsIn(statement: Node): boolean {
    return this.appends.some((call) => isInside(call, statement));
  }
}

function endsFunction(statement: Node | undefined): boolean {
  return statement?.type === 'return_statement' || /^panic\(/.test(statement?.text ?? '');
}

const nothing: Amount = { min: 0, max: 0, loops: [] };

function perhaps(amount: Amount): Amount {
  return { min: 0, max: amount.max, loops: amount.loops.map((loop) => ({ ...loop, skipped: true })) };
}

function isInside(node: Node, outer: Node): boolean {
  return outer.startIndex <= node.startIndex && node.endIndex <= outer.endIndex;
}

function isExact({ count, each, skipped }: LoopAmount): boolean {
  return !skipped && count.exact && each.min === each.max && each.loops.every(isExact);
}

function usesHalf({ count, each, skipped }: LoopAmount): boolean {
  return !skipped && count.exact && 2 * each.min >= each.max && each.loops.every(usesHalf);
}

function countsOf(amount: LoopAmount): AppendedAmount['counts'] {
  return [{ count: amount.count, loop: amount.loop }, ...amount.each.loops.flatMap(countsOf)];
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

function textOf(terms: readonly Term[]): string {
  return terms
    .map(({ coefficient, factors }) =>
      coefficient === 1 && factors.length > 0 ? factors.join('*') : [coefficient, ...factors].join('*'),
    )
    .join('+');
}

function atom(count: TripCount): string {
  return count.atomic ? count.expression : `(${count.expression})`;
}

/** Each factor is kept from being negative: two negative ones would make a positive product. */
function guardedText(whole: LoopAmount, loop: Node, file: GoFile): string | undefined {
  const factors = new Map<TripCount, string>();
  for (const { count } of countsOf(whole)) {
    const text = count.nonNegative ? atom(count) : guarded(count.expression, count, loop, file);
    if (text === undefined) return undefined;
    factors.set(count, text);
  }
  return textOf(termsOf({ min: 0, max: 0, loops: [whole] }, (count) => factors.get(count)!));
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
