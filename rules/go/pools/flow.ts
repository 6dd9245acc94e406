import type { Node } from 'web-tree-sitter';
import type { Lattice } from '../flow/dataflow';
import type { Edge, Graph } from '../flow/graph';
import type { GoFile } from '../rule';
import { callOf, isAssigned, namesAround, parenthesized, type Binding } from '../syntax/names';
import { unparenthesised } from '../syntax/nodes';
import { deferredCall, deferredPut, dropsMemory, isWithin, literalOf } from './deferred';
import { holderAt, mayLetGo } from './holders';
import { PooledMemory, type Given } from './memory';
import type { Scope } from './scope';
import { Sharers } from './sharers';
import * as states from './state';
import type { State } from './state';
import { PooledUse } from './use';
import { objectUses, putOf, putVariable, type Pooled } from './variables';
import { gotHere, isFresh, releaseAt, type Release } from './wrappers';

/**
 * What each step of a function does to a pooled object that one of its variables holds: where it is put back, handed on,
 * replaced, and who shares its memory by then.
 */
export class PoolFlow implements Lattice<State> {
  readonly start: State;
  readonly sharers = new Sharers();
  readonly memory: PooledMemory;
  readonly join = states.join;
  readonly equal = states.equal;
  readonly #uses: PooledUse;
  readonly #bounds: ReadonlySet<Edge>;

  constructor(
    private readonly file: GoFile,
    private readonly object: Pooled,
    private readonly scope: Scope,
    graph: Graph,
  ) {
    this.start = scope.declaration ? states.outside : states.held;
    this.memory = new PooledMemory(file, object);
    this.#uses = new PooledUse(file, object, this.memory);
    this.#bounds = new Set(
      graph.loops.flatMap(({ exits }) =>
        exits.flatMap(({ edge, why }) => (why === 'bound reached' ? edge : [])),
      ),
    );
  }

  step(node: Node, state: State): State {
    if (this.scope.declaration && isWithin(node, this.scope.declaration) && isAssignment(node))
      return this.#bind(node, states.held);
    if (!this.scope.contains(node)) return states.outside;
    if (!states.isInScope(state)) return state;
    const after = this.#effect(node, this.#letGo(node, state));
    const holder = holderAt(
      this.file,
      node,
      this.memory,
      (variable) => this.mayShare(variable, after),
      (literal) => this.captured(literal, after),
    );
    if (!holder) return after;
    const bit = this.sharers.holder(holder);
    return { ...after, may: after.may | bit, must: after.must | bit };
  }

  edge(edge: Edge, state: State): State {
    const { kind, at } = edge;
    if (at && /^(?:return|break|continue|goto)$/.test(kind) && this.scope.isLeftBy(at)) return states.outside;
    // A loop that gives the object away says nothing about no iteration at all.
    const left =
      this.#bounds.has(edge) && states.sometimes(state, ({ status }) => status !== 'held')
        ? { ...state, decided: true }
        : state;
    if (!at || (kind !== 'true' && kind !== 'false')) return left;
    const absent = this.#absence(at);
    if (absent === kind)
      return states.change(left, ({ status }) => (status === 'held' ? { status: 'none' } : {}));
    // Too small or too large to be used again on one of the ways: dropped on purpose.
    return this.#isAboutSize(at) ? { ...left, decided: true } : left;
  }

  /** The object's variable, that of its owner, or the one that it was in before the type assertion. */
  isObject(identifier: Node): boolean {
    const variable = namesAround(this.file.root, identifier).resolve(identifier);
    return variable !== undefined && (variable === this.object.binding || variable === this.object.carrier);
  }

  /** What an identifier says about the object: undefined where it is none of its names, or a place that gets a value. */
  useOf(
    identifier: Node,
  ): { readonly how: ReturnType<PooledUse['classify']>; readonly alias: Binding | undefined } | undefined {
    const { parent } = identifier;
    if (parent?.type === 'keyed_element' && parent.firstNamedChild?.id === identifier.id) return undefined;
    const variable = namesAround(this.file.root, identifier).resolve(identifier);
    if (!variable || variable.declaration.id === identifier.id || isAssigned(identifier)) return undefined;
    if (this.isObject(identifier)) {
      if (putOf(this.file, identifier, this.object.field)) return undefined;
      if (variable !== this.object.binding) return undefined;
      const place = this.object.field === undefined ? identifier : parenthesized(identifier).parent!;
      // What an owner does beside is no use of the object.
      if (!this.memory.isObject(place)) return undefined;
      const how = this.#uses.classify(place, this.object.type.type === 'slice_type');
      return { how, alias: undefined };
    }
    if (!this.sharers.locals.includes(variable)) return undefined;
    return { how: this.#uses.classify(identifier, true), alias: variable };
  }

  mayShare(variable: Binding, { may }: State): boolean {
    return (this.sharers.bitOf(variable) & may) !== 0;
  }

  surelyShares(variable: Binding, { must }: State): boolean {
    return (this.sharers.bitOf(variable) & must) !== 0;
  }

  /** The call puts the object now. */
  putAt(call: Node): Release | undefined {
    const release = call.type === 'call_expression' ? releaseAt(this.file, call) : undefined;
    const value = release && putVariable(release, this.object.field);
    return value && this.isObject(value) ? release : undefined;
  }

  /** What of the object a function literal uses. */
  captured(literal: Node, state: State): Given | undefined {
    const own = objectUses(this.object).find((node) => isWithin(node, literal));
    if (own) return { node: own, alias: undefined, memory: undefined };
    for (const alias of this.sharers.locals) {
      const use = alias.uses.find(({ node }) => isWithin(node, literal))?.node;
      if (use && this.mayShare(alias, state)) return { node: use, alias, memory: use };
    }
    return undefined;
  }

  /** The object, or memory of it, goes to another owner here, or may. */
  isMove(node: Node, state: State): boolean {
    switch (node.type) {
      case 'func_literal':
        return !isDeferred(node) && this.captured(node, state) !== undefined;
      case 'defer_statement': {
        const call = deferredCall(node);
        const literal = call && literalOf(call);
        return (
          literal !== undefined &&
          this.captured(literal, state) !== undefined &&
          !deferredPut(this.file, this.object, node)
        );
      }
      case 'identifier': {
        const use = this.useOf(node);
        return use?.how === 'move' && (use.alias === undefined || this.mayShare(use.alias, state));
      }
      default:
        return false;
    }
  }

  #letGo(node: Node, state: State): State {
    let { must } = state;
    for (const holder of this.sharers.holders) {
      const bit = this.sharers.holder(holder);
      if ((must & bit) !== 0 && mayLetGo(this.file, node, holder)) must &= ~bit;
    }
    return must === state.must ? state : { ...state, must };
  }

  #effect(node: Node, state: State): State {
    switch (node.type) {
      case 'identifier':
        return this.#identifier(node, state);
      case 'call_expression': {
        const release = this.putAt(node);
        return release ? this.#put(release, state) : state;
      }
      case 'func_literal':
        return isDeferred(node) ? state : this.#captured(node, state);
      case 'defer_statement':
        return this.#deferred(node, state);
      default:
        return isAssignment(node) ? this.#bind(node, state) : state;
    }
  }

  #identifier(node: Node, state: State): State {
    const use = this.useOf(node);
    if (!use) return state;
    if (use.how === 'move') {
      if (use.alias && !this.mayShare(use.alias, state)) return state;
      return states.change(state, ({ status }) => (status === 'held' ? { status: 'gone' } : {}));
    }
    if (
      use.how === 'use of a method' &&
      this.object.type.type === 'pointer_type' &&
      !this.#uses.keepsMemory(node)
    )
      return this.#withoutSharing(state);
    return state;
  }

  #put(release: Release, state: State): State {
    if (!release.sure) return states.change(state, () => ({ status: 'gone' }));
    const back = states.change(state, () => ({ status: 'put' }));
    return dropsMemory(release) ? this.#withoutSharing(back) : back;
  }

  #deferred(statement: Node, state: State): State {
    const put = deferredPut(this.file, this.object, statement);
    if (put) {
      const deferred = put.sure ? (put.drops ? 'drops' : 'sure') : 'maybe';
      return states.change(state, () => ({ deferred }));
    }
    const call = deferredCall(statement);
    const literal = call && literalOf(call);
    if (!literal) return state;
    const given = this.captured(literal, state);
    // A deferred closure that only uses the object leaves it where it is.
    const assigns = objectUses(this.object).some((node) => isWithin(node, literal) && isAssigned(node));
    return given && (assigns || given.alias) ? this.#unknown(state) : state;
  }

  #captured(literal: Node, state: State): State {
    return this.captured(literal, state) ? this.#unknown(state) : state;
  }

  #unknown(state: State): State {
    return states.change(state, () => ({ status: 'gone', deferred: 'maybe' }));
  }

  /** What was shared is the other holder's alone now. */
  #withoutSharing(state: State): State {
    return { ...state, may: this.#objectsGiven(state.may), must: this.#objectsGiven(state.must) };
  }

  /** The bits of those who have the object itself. */
  #objectsGiven(bits: number): number {
    return this.sharers.holders
      .filter(({ given }) => given.memory === undefined)
      .map((holder) => this.sharers.holder(holder) & bits)
      .reduce((all, bit) => all | bit, 0);
  }

  /** The targets of an assignment get their values, all of which are evaluated by now. */
  #bind(node: Node, state: State): State {
    const { targets, values } = sidesOf(node);
    let after = state;
    targets.forEach((target, index) => {
      if (target.type !== 'identifier') return;
      const variable = namesAround(this.file.root, target).resolve(target);
      const value = values.length === targets.length ? values[index] : undefined;
      if (variable) after = this.#bindVariable(variable, target, value, after);
    });
    // `out, v.f = v.f, nil`: then out alone holds the memory.
    targets.forEach((target, index) => {
      if (target.type !== 'identifier') after = this.#overwrite(target, values[index], after);
    });
    return after;
  }

  #bindVariable(variable: Binding, target: Node, value: Node | undefined, state: State): State {
    const shared = value && this.memory.of(value, (other) => this.mayShare(other, state));
    if (variable === this.object.binding) {
      if (target.id === variable.declaration.id) return state;
      if (shared === variable && this.object.type.type === 'slice_type') return state;
      const renews = value !== undefined && (isFresh(value) || gotHere(this.file, value) !== undefined);
      // The pool had none: the new object is to be put like one of the pool.
      return states.change({ ...state, may: 0, must: 0 }, ({ status, deferred }) =>
        renews && status === 'none' && deferred === 'no'
          ? { status: 'held' }
          : { status: 'gone', deferred: 'maybe' },
      );
    }
    if (!shared && this.sharers.bitOf(variable) === 0) return state;
    const bit = this.sharers.local(variable);
    const isSure =
      shared === this.object.binding || (shared !== undefined && this.surelyShares(shared, state));
    return {
      ...state,
      may: shared ? state.may | bit : state.may & ~bit,
      must: isSure ? state.must | bit : state.must & ~bit,
    };
  }

  /** `*v = …`, `v.f = …`: unless it is memory of the object again, the old memory is not the object's any more. */
  #overwrite(target: Node, value: Node | undefined, state: State): State {
    let root = unparenthesised(target);
    let depth = 0;
    while (/^(?:selector_expression|unary_expression)$/.test(root.type) && depth++ < 8)
      root = unparenthesised(root.childForFieldName('operand') ?? root);
    const isObject =
      root.type === 'identifier' && namesAround(this.file.root, root).resolve(root) === this.object.binding;
    if (!isObject || (value && this.memory.of(value, (other) => this.mayShare(other, state)))) return state;
    return this.#withoutSharing(state);
  }

  /** When the condition is true, or false, the pool had no object. */
  #absence(condition: Node): 'true' | 'false' | undefined {
    const node = unparenthesised(condition);
    const ok = this.object.checked?.ok;
    const names = namesAround(this.file.root, node);
    if (node.type === 'identifier') return ok && names.resolve(node) === ok ? 'false' : undefined;
    const operand = node.childForFieldName('operand');
    const operator = node.childForFieldName('operator')?.text;
    if (node.type === 'unary_expression' && operator === '!' && operand)
      return this.#absence(operand) === 'false' ? 'true' : undefined;
    if (node.type !== 'binary_expression' || !/^[!=]=$/.test(operator ?? '')) return undefined;
    const sides = ['left', 'right'].flatMap((side) => node.childForFieldName(side) ?? []);
    const isNil = sides.some((side) => side.type === 'nil');
    const isObject = sides.some((side) => side.type === 'identifier' && this.isObject(side));
    return isNil && isObject ? (operator === '==' ? 'true' : 'false') : undefined;
  }

  #isAboutSize(condition: Node): boolean {
    const { name } = this.object.binding;
    const names = [name, ...this.sharers.locals.map((local) => local.name)].join('|');
    return new RegExp(String.raw`\bcap\([*(]*(?:${names})\b|\b${name}(?:\.\w+)*\.Cap\(`).test(
      condition.text.replace(/\s/g, ''),
    );
  }
}

/** Steps that give values to places. */
function isAssignment({ type }: Node): boolean {
  return /^(?:assignment_statement|short_var_declaration|range_clause|receive_statement|var_spec)$/.test(
    type,
  );
}

function sidesOf(node: Node): { readonly targets: readonly Node[]; readonly values: readonly Node[] } {
  const isCode = ({ type }: Node): boolean => type !== 'comment';
  if (node.type === 'var_spec')
    return {
      targets: node.namedChildren.filter(({ type }) => type === 'identifier'),
      values: node.childForFieldName('value')?.namedChildren.filter(isCode) ?? [],
    };
  const targets = node.childForFieldName('left')?.namedChildren.filter(isCode) ?? [];
  const assigns = node.type === 'assignment_statement' || node.type === 'short_var_declaration';
  return {
    targets,
    values: assigns ? (node.childForFieldName('right')?.namedChildren.filter(isCode) ?? []) : [],
  };
}

function isDeferred(literal: Node): boolean {
  return callOf(literal)?.parent?.type === 'defer_statement';
}
