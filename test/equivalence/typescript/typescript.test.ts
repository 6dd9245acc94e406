import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RuleId } from '../../../rules/model';
import { typescriptRules } from '../../../rules/typescript/index';
import { defaults } from '../options';
import { problemsOf, statistics, type RuleReport } from '../report';
import { runTypeScript, typescriptHalf } from './half';

/** Rules with counterexamples that are being worked on; each goes away with its repair. */
const open: readonly RuleId[] = [];

describe('TypeScript: fixed programs do what they did', async () => {
  const reports = new Map<RuleId, RuleReport>();
  await runTypeScript(defaults, (report) => reports.set(report.ruleId, report), { shrinks: 1 });
  for (const [ruleId, report] of reports) {
    it(`${ruleId}, seed ${defaults.seed}`, { todo: open.includes(ruleId) }, (t) => {
      t.diagnostic(statistics(report));
      assert.equal(problemsOf(report).join('\n\n'), '');
    });
  }

  it('every rule with a fix has programs', () => {
    const missing = typescriptRules
      .map(({ meta }) => meta.docs!)
      .filter(({ fix, id }) => fix !== 'none' && !typescriptHalf.rules.includes(id as RuleId))
      .map(({ id }) => id);
    assert.deepEqual(
      missing,
      [],
      'write test/equivalence/typescript/patterns/<rule>.ts: see CONTRIBUTING.md',
    );
  });
});
