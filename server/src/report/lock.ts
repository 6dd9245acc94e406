import type { Held, LockComparison } from '../proof/lock';
import { count } from './pretty';

/**
 * What `alloclens check --benchmarks` found.
 * @param name of the lock
 */
export function comparisonText(
  { worse, better, same, unmeasured, unknown }: LockComparison,
  name: string,
): string {
  const line = ({ ceiling: { importPath, benchmark, allocs, bytes }, measured }: Held): string =>
    `  ${benchmark} (${importPath}): ${range(measured.allocs)} allocs/op, ${range(measured.bytes)} B/op; the ceiling is ${allocs} and ${bytes}\n`;
  const list = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `${title}\n${lines.join('')}`;
  return [
    list('allocates more than its ceiling:', worse.map(line)),
    list('allocates less than its ceiling (--update-lock writes it down):', better.map(line)),
    list(
      'has a ceiling, and nothing was measured:',
      unmeasured.map(({ importPath, benchmark }) => `  ${benchmark} (${importPath})\n`),
    ),
    list(
      'has no ceiling (--update-lock gives it one):',
      unknown.map(({ importPath, benchmark }) => `  ${benchmark} (${importPath})\n`),
    ),
    `${count(same.length, 'benchmark')} as ${name} says, ${worse.length} above, ${better.length} below, ${unmeasured.length} not measured.\n`,
  ].join('');
}

function range(runs: readonly number[]): string {
  const [least, most] = [Math.min(...runs), Math.max(...runs)];
  return least === most ? String(least) : `${least}–${most}`;
}
