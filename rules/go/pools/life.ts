import type { Node } from 'web-tree-sitter';
import { forward, type Solution } from '../flow/dataflow';
import { graphOf } from '../flow/functions';
import type { Edge, Graph } from '../flow/graph';
import { comesTo, reachableFrom } from '../flow/paths';
import type { GoFile } from '../rule';
import { isAssigned, namesAround } from '../syntax/names';
import { descendants, statementsOf } from '../syntax/nodes';
import { deferredCall, deferredPut, isWithin, literalOf } from './deferred';
import { isPlainField } from './fields';
import { PoolFlow } from './flow';
import { mayLetGo } from './holders';
import { isCopy, type Given } from './memory';
import { Scope } from './scope';
import type { Holder } from './sharers';
import { always, isBack, isForgotten, isInScope, willBePut, type State } from './state';
import { objectUses, type Pooled } from './variables';
import type { Release } from './wrappers';

/** The life of one local variable that holds a pooled object: where it is put back, used afterwards, handed on, or lost. */
export interface Life {
  readonly puts: readonly Put[];
  readonly misuses: readonly Misuse[];
  /** Ways out on which the object is neither put back nor handed on: a jump, or the last statement of the scope. */
  readonly lost: readonly Node[];
  /** Ways out in all. */
  readonly exits: number;
  /** Places where the object, or memory of it, goes to another owner, or may. */
  readonly moves: readonly Node[];
}

export interface Put {
  readonly call: Node;
  readonly release: Release;
  readonly deferred: boolean;
}

/**
 * Something that happens to an object although it is back in the pool, or will be before anybody sees it. `kept`: it goes
 * back although a goroutine, the receiver of a channel or a map has it.
 */
export interface Misuse extends Given {
  readonly kind: 'used' | 'used by a deferred call' | 'put twice' | 'returned' | 'escapes' | 'kept';
  /** The put that it comes after, or before for the last three; undefined where several ways have one each. */
  readonly put: Put | undefined;
  /** Who keeps it. */
  readonly holder?: Holder;
}

const lives = new WeakMap<Pooled, Life | undefined>();

/** undefined: the variable cannot be followed. */
export function lifeOf(file: GoFile, object: Pooled): Life | undefined {
  if (!lives.has(object)) lives.set(object, findLife(file, object));
  return lives.get(object);
}

function findLife(file: GoFile, object: Pooled): Life | undefined {
  const scope = Scope.of(object.carrier ?? object.binding);
  if (!scope) return undefined;
  const graph = graphOf(file, object.binding.owner);
  const flow = new PoolFlow(file, object, scope, graph);
  const solution = forward(graph, flow);
  return flow.sharers.isFull ? undefined : new Judge(file, object, scope, graph, flow, solution).life();
}

/** Reads the solved flow. */
class Judge {
  readonly #puts = new Map<number, Put>();
  readonly #misuses = new Map<number, Misuse>();
  readonly #lost = new Map<number, Node>();
  readonly #exits = new Set<number>();
  readonly #moves = new Map<number, Node>();

  constructor(
    private readonly file: GoFile,
    private readonly object: Pooled,
    private readonly scope: Scope,
    private readonly graph: Graph,
    private readonly flow: PoolFlow,
    private readonly solution: Solution<State>,
  ) {}

  life(): Life {
    this.#collectPuts();
    for (const { nodes, out } of this.graph.blocks) {
      for (const node of nodes) {
        const state = this.solution.before(node);
        if (state && isInScope(state)) this.#judge(node, state);
      }
      for (const edge of out) this.#leave(edge);
    }
    this.#judgeDeferredUses();
    this.#judgeConsequences();
    return {
      puts: [...this.#puts.values()].sort((a, b) => a.call.startIndex - b.call.startIndex),
      misuses: this.#firstOnes(),
      lost: inOrder(this.#lost.values()).filter((way) => !this.#isDiscardedAt(way)),
      exits: this.#exits.size,
      moves: inOrder(this.#moves.values()),
    };
  }

  #collectPuts(): void {
    for (const { nodes } of this.graph.blocks)
      for (const node of nodes) {
        const release = this.flow.putAt(node);
        if (release) this.#puts.set(node.id, { call: node, release, deferred: false });
        const put = node.type === 'defer_statement' ? deferredPut(this.file, this.object, node) : undefined;
        if (put) this.#puts.set(put.call.id, { call: put.call, release: put.release, deferred: true });
      }
  }

  #judge(node: Node, state: State): void {
    if (!this.scope.contains(node)) return this.#out(this.scope.end, state);
    if (this.flow.isMove(node, state)) this.#moves.set(node.id, node);
    if (node.type === 'return_statement') return this.#returned(node, state);
    const put = this.#puts.get(node.id);
    if (put && !put.deferred) return this.#put(put, state);
    if (node.type !== 'identifier' || !isBack(state)) return;
    const use = this.flow.useOf(node);
    if (!use || use.how === 'nothing') return;
    if (use.alias && !this.flow.surelyShares(use.alias, state)) return;
    this.#misuse({
      kind: 'used',
      node,
      alias: use.alias,
      memory: use.alias && node,
      put: this.#putBefore(node),
    });
  }

  #put(put: Put, state: State): void {
    if (!put.release.sure) return;
    const twice = always(
      state,
      ({ status, deferred }) =>
        status === 'put' || (status === 'held' && (deferred === 'sure' || deferred === 'drops')),
    );
    if (twice) this.#misuse(this.#twice(put));
    else this.#kept(put, state);
  }

  #twice({ call }: Put): Misuse {
    const node = objectUses(this.object).find((use) => isWithin(use, call)) ?? call;
    return { kind: 'put twice', node, alias: undefined, memory: undefined, put: this.#putBefore(node) };
  }

  /** Who has the object or its memory when it goes back. */
  #kept(put: Put, state: State): void {
    for (const holder of this.flow.sharers.holders)
      if ((this.flow.sharers.holder(holder) & state.must) !== 0)
        this.#misuse({ kind: 'kept', ...holder.given, put, holder });
  }

  #leave(edge: Edge): void {
    const { at, kind, to } = edge;
    const isJump = at !== undefined && /^(?:return|break|continue|goto)$/.test(kind);
    const isEnd = to === this.graph.exit;
    if (isJump ? !this.scope.isLeftBy(at) : !isEnd) return;
    const end = this.solution.behind(edge.from);
    if (!end || !isInScope(end)) return;
    if (isEnd) this.#keptAtEnd(end);
    if (kind !== 'return' || !this.#moves.has(at!.id)) this.#out(isJump ? at : this.scope.end, end);
    else this.#exits.add(at!.id);
  }

  #out(way: Node, state: State): void {
    this.#exits.add(way.id);
    if (isForgotten(state)) this.#lost.set(way.id, way);
  }

  /** `obj.Close()` right before the way out, where other ways put or hand on: it is not fit to be used again. */
  #isDiscardedAt(way: Node): boolean {
    if (this.#puts.size === 0 && this.#moves.size === 0) return false;
    const list = statementsOf(way.parent ?? way);
    const isEnd = way.id === this.scope.end.id;
    const last = isEnd
      ? Scope.of(this.object.binding)?.end
      : list[list.findIndex(({ id }) => id === way.id) - 1];
    const call = last?.type === 'expression_statement' ? last.firstNamedChild : null;
    let callee = call?.type === 'call_expression' ? call.childForFieldName('function') : null;
    if (callee?.childForFieldName('field')?.text !== 'Close') return false;
    while (callee?.type === 'selector_expression') callee = callee.childForFieldName('operand');
    return callee?.type === 'identifier' && this.flow.isObject(callee);
  }

  #keptAtEnd(state: State): void {
    const put = [...this.#puts.values()].find(({ deferred }) => deferred);
    if (!put) return;
    for (const holder of this.flow.sharers.holders) {
      const has = (this.flow.sharers.holder(holder) & state.must) !== 0;
      if (has && willBePut(state, holder.given.memory !== undefined) && !this.#isAwaited(holder, put))
        this.#misuse({ kind: 'kept', ...holder.given, put, holder });
    }
  }

  /** Another deferred call may see to it that the holder has let go. */
  #isAwaited(holder: Holder, put: Put): boolean {
    return this.graph.deferred.some((statement) => {
      const call = deferredCall(statement);
      return call !== undefined && !isWithin(put.call, call) && mayLetGo(this.file, call, holder);
    });
  }

  #returned(node: Node, state: State): void {
    const { binding } = this.object;
    const values = node.firstNamedChild?.type === 'expression_list' ? node.firstNamedChild.namedChildren : [];
    const put = [...this.#puts.values()].find(({ deferred }) => deferred);
    let escapes = node.namedChildCount === 0 && binding.kind === 'result';
    for (const value of values) {
      const given = this.flow.memory.given(value, (variable) => this.flow.mayShare(variable, state));
      if (!given) continue;
      escapes = true;
      if (!willBePut(state, given.memory !== undefined)) continue;
      if (given.alias && !this.flow.surelyShares(given.alias, state)) continue;
      this.#misuse({ kind: given.memory ? 'escapes' : 'returned', ...given, put });
    }
    // An unknown result of the object may hold its memory.
    const unknown = values.some(
      (value) => this.#mentions(value) && !isPlainField(this.file, this.object, value) && !isCopy(value),
    );
    if (escapes || unknown) this.#moves.set(node.id, node);
  }

  #mentions(node: Node): boolean {
    const names = namesAround(this.file.root, node);
    for (const inner of descendants(node)) {
      const variable = inner.type === 'identifier' ? names.resolve(inner) : undefined;
      if (variable && (variable === this.object.binding || this.flow.sharers.locals.includes(variable)))
        return true;
    }
    return false;
  }

  /** Deferred calls run last to first: one that was deferred before a put, or before a deferred put, runs after it. */
  #judgeDeferredUses(): void {
    if (this.object.binding.uses.some(({ node }) => isAssigned(node))) return;
    for (const statement of this.graph.deferred) {
      if (deferredPut(this.file, this.object, statement)) continue;
      const node = this.#usedWhenDeferred(statement);
      if (!node) continue;
      for (const put of this.#puts.values())
        if (this.#isSure(put) && this.graph.dominates(statement, put.deferred ? put.call.parent! : put.call))
          this.#misuse({ kind: 'used by a deferred call', node, alias: undefined, memory: undefined, put });
    }
  }

  #isSure({ call, release, deferred }: Put): boolean {
    return release.sure && (!deferred || call.parent?.type === 'defer_statement');
  }

  /** What a deferred call uses of the object when it runs: the receiver of its method, or names in its literal. */
  #usedWhenDeferred(statement: Node): Node | undefined {
    const call = deferredCall(statement);
    const callee = call?.childForFieldName('function');
    if (!call || !callee) return undefined;
    if (callee.type === 'selector_expression') {
      const operand = callee.childForFieldName('operand');
      return operand?.type === 'identifier' && this.flow.isObject(operand) ? operand : undefined;
    }
    const literal = literalOf(call);
    // Under a condition it may not come to the use.
    const graph = literal && graphOf(this.file, literal);
    return this.object.binding.uses
      .map(({ node }) => node)
      .find((node) => {
        if (!graph || !isWithin(node, literal) || !graph.reaches(node) || graph.branchTo(node)) return false;
        const use = this.flow.useOf(node);
        return use !== undefined && use.how !== 'nothing';
      });
  }

  /** What happens on one way only, and what every way from there comes to. */
  #judgeConsequences(): void {
    const isAssignedAnew = (node: Node): boolean =>
      !this.scope.contains(node) ||
      (node.type === 'identifier' && isAssigned(node) && this.flow.isObject(node));
    const puts = [...this.#puts.values()].filter(({ deferred, release }) => !deferred && release.sure);
    const putWith = (node: Node): Put | undefined => puts.find(({ call }) => call.id === node.id);
    for (const put of puts) {
      const isMisuse = (node: Node): boolean => {
        const use = node.type === 'identifier' ? this.flow.useOf(node) : undefined;
        return use ? use.alias === undefined && use.how !== 'nothing' : putWith(node) !== undefined;
      };
      const node = comesTo(this.graph, put.call, isMisuse, isAssignedAnew);
      const again = node && putWith(node);
      if (again && again !== put) this.#misuse({ ...this.#twice(again), put });
      else if (node && !again) this.#misuse({ kind: 'used', node, alias: undefined, memory: undefined, put });
    }
    for (const holder of this.flow.sharers.holders) {
      const { node, given } = holder;
      const before = this.solution.before(node);
      const letsGo = (other: Node): boolean => mayLetGo(this.file, other, holder);
      if (before && willBePut(before, given.memory !== undefined)) {
        const put = [...this.#puts.values()].find(({ deferred }) => deferred);
        if (put && !this.#isAwaited(holder, put) && !reachableFrom(this.graph, node).some(letsGo))
          this.#misuse({ kind: 'kept', ...given, put, holder });
      }
      const ends = (other: Node): boolean => letsGo(other) || isAssignedAnew(other);
      const later = comesTo(this.graph, node, (other) => putWith(other) !== undefined, ends);
      if (later && !given.memory) this.#misuse({ kind: 'kept', ...given, put: putWith(later), holder });
    }
  }

  /** The last put before the place, in the text. */
  #putBefore({ startIndex }: Node): Put | undefined {
    const puts = [...this.#puts.values()];
    return puts.filter(({ call, deferred }) => deferred || call.endIndex <= startIndex).at(-1) ?? puts[0];
  }

  #misuse(misuse: Misuse): void {
    // An owner that is closed may say so in its fields: only memory that was taken before is certain.
    if (this.object.field !== undefined && !misuse.alias && misuse.kind !== 'escapes') return;
    if (!this.#misuses.has(misuse.node.id)) this.#misuses.set(misuse.node.id, misuse);
  }

  /** Of the uses of one variable the first is enough. */
  #firstOnes(): Misuse[] {
    const sorted = [...this.#misuses.values()].sort((a, b) => a.node.startIndex - b.node.startIndex);
    return sorted.filter(
      ({ kind, alias }, index) =>
        kind !== 'used' ||
        sorted.findIndex((other) => other.kind === 'used' && other.alias === alias) === index,
    );
  }
}

function inOrder(nodes: Iterable<Node>): Node[] {
  return [...nodes].sort((a, b) => a.startIndex - b.startIndex);
}
