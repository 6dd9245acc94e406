/** What may have become of one pooled object when control gets to a place: a lattice of sets. */

/**
 * `outside`: the variable is out of scope. `held`: not put back yet. `put`: back in the pool. `gone`: somebody else has to
 * put it, or nobody can tell. `none`: the pool had no object.
 */
export type Status = 'outside' | 'held' | 'put' | 'gone' | 'none';

/** A deferred call will put it: for sure, for sure but without its memory, maybe, or no. */
export type Deferred = 'no' | 'maybe' | 'sure' | 'drops';

/** What one way of control has done to the object. */
export interface Way {
  readonly status: Status;
  readonly deferred: Deferred;
}

export interface State {
  /** One for each kind of way that leads here. */
  readonly ways: ReadonlySet<Way>;
  /** The program has decided whether to put it: on a way that has not, it was not forgotten. */
  readonly decided: boolean;
  /** Who shares the object's memory on some way, and on every way: bits that `Sharers` gives out. */
  readonly may: number;
  readonly must: number;
}

const known = new Map<string, Way>();

/** Ways are compared by identity. */
function way(status: Status, deferred: Deferred): Way {
  const key = `${status} ${deferred}`;
  let found = known.get(key);
  if (!found) known.set(key, (found = { status, deferred }));
  return found;
}

/** Before the declaration, and behind the scope. Of nothing everything holds on every way. */
export const outside: State = { ways: new Set([way('outside', 'no')]), decided: false, may: 0, must: -1 };

/** The object has just been got. */
export const held: State = { ways: new Set([way('held', 'no')]), decided: false, may: 0, must: 0 };

/** Where ways meet of which one has put the object, or will, and another has not, a condition decides. */
export function join(a: State, b: State): State {
  const ways = new Set([...a.ways, ...b.ways]);
  const decided = a.decided || b.decided || [...ways].some(isPut);
  return { ways, decided, may: a.may | b.may, must: a.must & b.must };
}

function isPut({ status, deferred }: Way): boolean {
  return status === 'put' || deferred !== 'no';
}

export function equal(a: State, b: State): boolean {
  return (
    a.may === b.may &&
    a.must === b.must &&
    a.decided === b.decided &&
    a.ways.size === b.ways.size &&
    [...a.ways].every((one) => b.ways.has(one))
  );
}

/** The ways on which the variable is in scope, each changed. */
export function change(state: State, to: (way: Way) => Partial<Way>): State {
  const ways = new Set<Way>();
  for (const one of state.ways) {
    const { status, deferred } = one.status === 'outside' ? one : { ...one, ...to(one) };
    ways.add(way(status, deferred));
  }
  return { ...state, ways };
}

/** True when the variable may be in scope. */
export function isInScope({ ways }: State): boolean {
  return [...ways].some(({ status }) => status !== 'outside');
}

/** True on each way on which the variable is in scope, of which there is one. */
export function always(state: State, test: (way: Way) => boolean): boolean {
  return isInScope(state) && [...state.ways].every((one) => one.status === 'outside' || test(one));
}

export function sometimes({ ways }: State, test: (way: Way) => boolean): boolean {
  return [...ways].some((one) => one.status !== 'outside' && test(one));
}

/** On some way nobody puts it back. */
export function isForgotten(state: State): boolean {
  return !state.decided && sometimes(state, ({ status, deferred }) => status === 'held' && deferred === 'no');
}

/** It has been put back by now. */
export function isBack(state: State): boolean {
  return always(state, ({ status }) => status === 'put');
}

/** A deferred call will put it: with its memory, or `withMemory` false with or without. */
export function willBePut(state: State, withMemory: boolean): boolean {
  return always(
    state,
    ({ status, deferred }) =>
      (status === 'held' || status === 'gone') &&
      (deferred === 'sure' || (deferred === 'drops' && !withMemory)),
  );
}
