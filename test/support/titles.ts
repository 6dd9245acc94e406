import assert from 'node:assert/strict';
import type { FileAnalysis } from '../../server/src/service/engine';

/**
 * What the fixes of a rule promise is stated by a section `-- @titles/<id>/<path> --`: one regular expression a line for
 * each finding with a fix, in source order, against its first fix as `safe: Use fmt.Fprintf (verified: 2 → 1 allocations at this place)`.
 */
export function matchTitles(
  sections: ReadonlyMap<string, string>,
  file: string,
  analysis: Pick<FileAnalysis, 'findings'>,
): void {
  for (const [key, stated] of sections) {
    const [, ruleId, name] = /^@titles\/(\w+\/[\w-]+)\/(.+)$/.exec(key) ?? [];
    if (ruleId === undefined || name !== file) continue;
    const titles = [...analysis.findings]
      .sort((a, b) => a.span.start - b.span.start)
      .flatMap(({ ruleId: id, fixes: [fix] }) => (fix && id === ruleId ? [`${fix.kind}: ${fix.title}`] : []));
    const wanted = stated.split('\n').filter((line) => line.trim() !== '');
    assert.equal(wanted.length, titles.length, `${key}: the fixes are\n${titles.join('\n')}`);
    wanted.forEach((line, i) =>
      assert.ok(new RegExp(line).test(titles[i]!), `${key}: ${line} does not match ${titles[i]}`),
    );
  }
}
