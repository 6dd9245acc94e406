import type { Node } from 'web-tree-sitter';
import { rankAmong, type Rank } from '../../prominence';
import type { GoFile, GoPackage } from '../rule';
import { runsAt } from '../heat/frequency';
import { largenessOf } from './expected';
import { sitesOf } from './sites';

/** See rankAmong. */
const fewest = 10;

/** Where the place stands among the allocation sites of its package; undefined where none are known: without facts. */
export function rankOf(file: GoFile, node: Node): Rank | undefined {
  const all = expectations(file.pkg);
  return all.length === 0 ? undefined : rankAmong(runsAt(file, node) * largenessOf(file, node), all, fewest);
}

const known = new WeakMap<GoPackage, readonly number[]>();

/** Of each site outside of tests, ascending; see Site.expected and largeness. */
function expectations(pkg: GoPackage): readonly number[] {
  let found = known.get(pkg);
  if (!found) {
    const files = pkg.files.filter(({ path }) => !path.endsWith('_test.go'));
    found = files
      .flatMap((file) => sitesOf(file).map(({ expected = 0, largeness = 1 }) => expected * largeness))
      .sort((a, b) => a - b);
    known.set(pkg, found);
  }
  return found;
}
