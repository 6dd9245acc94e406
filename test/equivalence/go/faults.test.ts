import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GoRule } from '../../../rules/go/rule';
import { parseTxtar } from '../../support/txtar';
import { loadWithFault } from '../faults';
import { defaults } from '../options';
import type { RuleReport } from '../report';
import { goFaults, type GoFault } from './faults';
import { runGo } from './half';

describe('Go: rules without one of their preconditions are found out', async () => {
  const loaded = new Map<GoFault, GoRule>();
  for (const fault of goFaults) loaded.set(fault, (await loadWithFault(fault))['rule'] as GoRule);
  const reports = new Map<GoFault, RuleReport>();
  // One run tries many faults, but of each rule one.
  for (let left = [...goFaults]; left.length > 0; left = left.filter((fault) => !reports.has(fault))) {
    const round = left.filter(({ rule }, i) => left.findIndex((other) => other.rule === rule) === i);
    const options = { ...defaults, programs: 120, rules: round.map(({ rule }) => rule) };
    const report = (one: RuleReport): void =>
      void reports.set(
        round.find(({ rule }) => rule === one.ruleId)!,
        one,
      );
    await runGo(options, report, { rules: round.map((fault) => loaded.get(fault)!), shrinks: 0 });
  }
  for (const fault of goFaults) {
    it(`${fault.rule} forgets ${fault.forgets}`, (t) => {
      const differences = reports.get(fault)!.differences.filter((one) => fault.shows?.test(one) ?? true);
      assert.ok(differences.length > 0, 'no program shows it: the patterns are too tame');
      t.diagnostic(`${differences.length} counterexamples; ${differences[0]}`);
    });
  }

  it('what is found is shrunk and printed as a marker case', async () => {
    const fault = goFaults.find(({ rule }) => rule === 'go/hoist-constant')!;
    const options = { ...defaults, programs: 20, rules: [fault.rule] };
    let report: RuleReport | undefined;
    await runGo(options, (one) => (report = one), { rules: [loaded.get(fault)!], shrinks: 1 });
    const { files } = parseTxtar(report!.counterexamples[0]!.archive);
    assert.deepEqual([...files.keys()], ['a.go', '@nofix/go/hoist-constant/a.go', '@run/a_test.go']);
    assert.match(files.get('a.go')!, /\/\/ want go\/hoist-constant "/);
    assert.match(files.get('@run/a_test.go')!, /observe\.Print\(/);
    const lines = files.get('a.go')!.split('\n').length;
    assert.ok(lines < 30, `${lines} lines are left:\n${files.get('a.go')}`);
  });
});
