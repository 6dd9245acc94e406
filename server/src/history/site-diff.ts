import type { Site } from '../../../rules/sites';
import { difference } from './multiset';

/** A site on one side of a comparison. */
export type ComparedSite = Pick<
  Site,
  'unit' | 'function' | 'kind' | 'expression' | 'language' | 'file' | 'span' | 'line' | 'cost' | 'reason'
>;

export interface SitePair {
  readonly before: ComparedSite;
  readonly after: ComparedSite;
}

export interface SiteDiff {
  readonly added: readonly ComparedSite[];
  readonly removed: readonly ComparedSite[];
  /** In another function, or with its function in another package or file. */
  readonly moved: readonly SitePair[];
  /** Of the same kind in the same function, from another expression: `make([]byte, n)` where `make([]byte, 2*n)` stood. */
  readonly changed: readonly SitePair[];
  /** How many stayed, at whatever line. */
  readonly same: number;
}

type Key = (site: ComparedSite) => string;
const exact: Key = ({ unit, function: name, kind, expression }) =>
  JSON.stringify([unit, name, kind, expression]);
const elsewhere: readonly Key[] = [
  ({ unit, kind, expression }) => JSON.stringify([unit, kind, expression]),
  ({ function: name, kind, expression }) => JSON.stringify([name, kind, expression]),
];

const inPlace: Key = ({ unit, function: name, kind }) => JSON.stringify([unit, name, kind]);

/** Compares sites as multisets; the units of both sides must be comparable. */
export function diffSites(before: readonly ComparedSite[], after: readonly ComparedSite[]): SiteDiff {
  const { common, ...rest } = difference(before, after, exact, exact);
  let left = rest;
  const paired = (key: Key): SitePair[] => {
    const { common: found, ...others } = difference(left.onlyFirst, left.onlySecond, key, key);
    left = others;
    return found.map(([one, other]) => ({ before: one, after: other }));
  };
  const moved = elsewhere.flatMap(paired);
  const changed = paired(inPlace);
  return { added: left.onlySecond, removed: left.onlyFirst, moved, changed, same: common.length };
}
