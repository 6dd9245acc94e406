import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GoRule } from '../../../rules/go/rule';
import type { RuleId } from '../../../rules/model';
import { parseTxtar } from '../../support/txtar';
import { loadWithFault } from '../faults';
import { defaults } from '../options';
import type { RuleReport } from '../report';
import { goFaults } from './faults';
import { runGo } from './half';

describe('Go: rules without one of their preconditions are found out', async () => {
  const rules = await Promise.all(
    goFaults.map(async (fault) => (await loadWithFault(fault))['rule'] as GoRule),
  );
  const reports = new Map<RuleId, RuleReport>();
  const options = { ...defaults, programs: 120, rules: goFaults.map(({ rule }) => rule) };
  await runGo(options, (report) => reports.set(report.ruleId, report), { rules, shrinks: 0 });
  for (const { rule, forgets } of goFaults) {
    it(`${rule} forgets ${forgets}`, (t) => {
      const { differences } = reports.get(rule)!;
      assert.ok(differences.length > 0, 'no program shows it: the patterns are too tame');
      t.diagnostic(`${differences.length} counterexamples; ${differences[0]}`);
    });
  }

  it('what is found is shrunk and printed as a marker case', async () => {
    const at = goFaults.findIndex(({ rule }) => rule === 'go/hoist-constant');
    const [rule] = [rules[at]!];
    const options = { ...defaults, programs: 20, rules: [goFaults[at]!.rule] };
    let report: RuleReport | undefined;
    await runGo(options, (one) => (report = one), { rules: [rule], shrinks: 1 });
    const { files } = parseTxtar(report!.counterexamples[0]!.archive);
    assert.deepEqual([...files.keys()], ['a.go', '@nofix/go/hoist-constant/a.go', '@run/a_test.go']);
    assert.match(files.get('a.go')!, /\/\/ want go\/hoist-constant "/);
    assert.match(files.get('@run/a_test.go')!, /observe\.Print\(/);
    const lines = files.get('a.go')!.split('\n').length;
    assert.ok(lines < 30, `${lines} lines are left:\n${files.get('a.go')}`);
  });

  it('one fault a rule, so that one run tries them all', () => {
    assert.equal(new Set(goFaults.map(({ rule }) => rule)).size, goFaults.length);
  });
});
