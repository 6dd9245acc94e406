import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { goRules } from '../../../rules/go/index';
import type { RuleId } from '../../../rules/model';
import { defaults } from '../options';
import { problemsOf, statistics, type RuleReport } from '../report';
import { goHalf } from './half';

/** Rules with counterexamples that are being worked on; each goes away with its repair. */
const open: readonly RuleId[] = [
  'go/concat-in-loop',
  'go/grow-builder',
  'go/hoist-constant',
  'go/preallocate-map',
  'go/preallocate-slice',
];

describe('Go: fixed programs do what they did', async () => {
  const reports = new Map<RuleId, RuleReport>();
  await goHalf.run(defaults, (report) => reports.set(report.ruleId, report));
  for (const [ruleId, report] of reports) {
    it(`${ruleId}, seed ${defaults.seed}`, { todo: open.includes(ruleId) }, (t) => {
      t.diagnostic(statistics(report));
      assert.equal(problemsOf(report).join('\n\n'), '');
    });
  }

  it('every rule with a safe fix has programs', () => {
    const missing = goRules
      .filter(({ meta }) => meta.fix === 'safe' && !goHalf.rules.includes(meta.id))
      .map(({ meta }) => meta.id);
    assert.deepEqual(missing, [], 'write test/equivalence/go/patterns/<rule>.ts: see CONTRIBUTING.md');
  });
});
