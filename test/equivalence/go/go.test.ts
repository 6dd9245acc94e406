import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { goRules } from '../../../rules/go/index';
import type { RuleId } from '../../../rules/model';
import { defaults } from '../options';
import { problemsOf, statistics, type RuleReport } from '../report';
import { goHalf } from './half';

/** Rules with suggestions alone, and why no program shows that they change nothing. */
const withoutPrograms: ReadonlyMap<RuleId, string> = new Map([
  ['go/pool-missing-put', 'it repairs what the program does wrong'],
  ['go/pool-missing-reset', 'it repairs what the program does wrong'],
  ['go/pool-unbounded-retention', 'it repairs what the program does wrong'],
  ['go/pool-use-after-put', 'it repairs what the program does wrong'],
  ['go/struct-padding', 'only unsafe shows the order of fields'],
]);

describe('Go: fixed programs do what they did', async () => {
  const reports = new Map<RuleId, RuleReport>();
  await goHalf.run(defaults, (report) => reports.set(report.ruleId, report));
  for (const [ruleId, report] of reports) {
    it(`${ruleId}, seed ${defaults.seed}`, (t) => {
      t.diagnostic(statistics(report));
      assert.equal(problemsOf(report).join('\n\n'), '');
    });
  }

  it('every rule with a fix has programs', () => {
    const missing = goRules
      .filter(({ meta }) => meta.fix !== 'none' && !withoutPrograms.has(meta.id))
      .filter(({ meta }) => !goHalf.rules.includes(meta.id))
      .map(({ meta }) => meta.id);
    assert.deepEqual(missing, [], 'write test/equivalence/go/patterns/<rule>.ts: see CONTRIBUTING.md');
  });
});
