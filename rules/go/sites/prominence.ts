import type { Node } from 'web-tree-sitter';
import { firstIndex } from '../../sorted';
import { runsAt } from '../heat/frequency';
import type { GoFile, GoPackage } from '../rule';
import { sitesOf } from './sites';

/**
 * Of the sites of a package, the part with the most expected allocations: those are where its memory goes. Of recorded profiles (test/profile)
 * 45 and 20 % of the lines in it are measured, where 17 and 6 % of all are (eight tuned modules, two set aside); up to 0.15 that stays so, from 0.2 on it falls.
 */
const part = 0.05;
/** Of a small package so many, whatever their part: there any may matter. */
const fewest = 10;

/** Where a place stands among the sites of its package. */
export interface Rank {
  /** Sites that are expected to allocate more often. */
  readonly above: number;
  readonly of: number;
  /** It is among those where the memory of the package goes. */
  readonly isProminent: boolean;
}

/** Undefined where no sites are known: without facts. */
export function rankOf(file: GoFile, node: Node): Rank | undefined {
  const all = expectations(file.pkg);
  if (all.length === 0) return undefined;
  const runs = runsAt(file, node);
  const above = all.length - firstIndex(all, (expected) => expected > runs);
  return { above, of: all.length, isProminent: above < Math.max(fewest, part * all.length) };
}

const known = new WeakMap<GoPackage, readonly number[]>();

/** Of each site outside of tests, ascending; see Site.expected. */
function expectations(pkg: GoPackage): readonly number[] {
  let found = known.get(pkg);
  if (!found) {
    const files = pkg.files.filter(({ path }) => !path.endsWith('_test.go'));
    found = files.flatMap((file) => sitesOf(file).map(({ expected = 0 }) => expected)).sort((a, b) => a - b);
    known.set(pkg, found);
  }
  return found;
}
