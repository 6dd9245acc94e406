import type { GoReport } from '../rule';

/**
 * What can be said of one site, in order of preference: each stands when its fix does, and the next takes its place when the
 * compiler refutes it. Those without a fix are left out: they could not be confirmed.
 */
export function inOrder(...reports: readonly (GoReport | undefined)[]): GoReport | undefined {
  return reports.reduceRight<GoReport | undefined>(
    (otherwise, report) => (report?.fixes?.length ? { ...report, restsOn: 'its fix', otherwise } : otherwise),
    undefined,
  );
}
