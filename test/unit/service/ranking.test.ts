import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AllocationCost, Finding, RuleMeta } from '../../../rules/model';
import {
  compareFindings,
  compareUrgency,
  severityOf,
  type RuleLevel,
  type Show,
} from '../../../server/src/service/ranking';

const rank = (
  reports: RuleMeta['reports'],
  cost: AllocationCost,
  score: number,
  show: Show = 'likely',
  rules: Record<string, RuleLevel> = {},
) => severityOf({ id: 'go/x', reports }, cost, score, { show, rules });

test('a bug is a warning wherever it stands', () => {
  for (const show of ['hot', 'likely', 'all'] as const) assert.equal(rank('bug', 'none', 0, show), 'warning');
});

test('an allocation that always happens in hot code is information; a conditional or a warm one is a hint', () => {
  assert.equal(rank('allocation', 'always', 0.6), 'information');
  assert.equal(rank('allocation', 'conditional', 0.9), 'hint');
  assert.equal(rank('allocation', 'unknown', 0.9), 'hint');
  assert.equal(rank('allocation', 'always', 0.59), 'hint');
});

test('"show" decides from which heat on an allocation is shown', () => {
  const shownAt = (score: number) =>
    (['hot', 'likely', 'all'] as const).filter((show) => rank('allocation', 'always', score, show));
  assert.deepEqual(shownAt(0), ['all']);
  assert.deepEqual(shownAt(0.29), ['all']);
  assert.deepEqual(shownAt(0.3), ['likely', 'all']);
  assert.deepEqual(shownAt(0.6), ['hot', 'likely', 'all']);
});

test('what is not allocated is not shown, and a score that is no number is cold', () => {
  assert.equal(rank('allocation', 'none', 1, 'all'), undefined);
  assert.equal(rank('allocation', 'always', NaN, 'all'), undefined);
});

test('a hot-only rule is silent in warm code even when everything is shown', () => {
  assert.equal(rank('hot only', 'always', 0.59, 'all'), undefined);
  assert.equal(rank('hot only', 'always', 0.6, 'all'), 'information');
});

test('a rule can be off, on, or given a severity; a severity does not show what is hidden', () => {
  assert.equal(rank('bug', 'always', 1, 'all', { 'go/x': 'off' }), undefined);
  assert.equal(rank('allocation', 'always', 0.7, 'likely', { 'go/x': 'on' }), 'information');
  assert.equal(rank('allocation', 'always', 0.7, 'likely', { 'go/x': 'hint' }), 'hint');
  assert.equal(rank('allocation', 'always', 0.1, 'likely', { 'go/x': 'warning' }), undefined);
  assert.equal(rank('allocation', 'always', 0.7, 'likely', { 'go/y': 'off' }), 'information');
});

const finding = (
  file: string,
  start: number,
  end: number,
  ruleId: string,
  more: Partial<Finding> = {},
): Finding => ({
  ruleId: ruleId as Finding['ruleId'],
  language: 'go',
  file,
  span: { start, end },
  message: 'm',
  severity: 'hint',
  allocation: { kind: 'make', cost: 'always', reason: 'r', evidence: [] },
  heat: { score: 0.4, because: [] },
  related: [],
  fixes: [],
  ...more,
});

test('findings are ordered by file, place and rule, whatever order they come in', () => {
  const expected = [
    finding('/a.go', 1, 2, 'go/b'),
    finding('/a.go', 1, 3, 'go/a'),
    finding('/a.go', 1, 3, 'go/b'),
    finding('/a.go', 4, 5, 'go/a'),
    finding('/b.go', 0, 1, 'go/a'),
  ];
  assert.deepEqual([...expected].reverse().sort(compareFindings), expected);
});

test('for reading, warnings come first, then hot code', () => {
  const warning = finding('/z.go', 9, 10, 'go/a', { severity: 'warning', heat: { score: 0, because: [] } });
  const hot = finding('/z.go', 1, 2, 'go/a', { severity: 'information', heat: { score: 0.9, because: [] } });
  const warm = finding('/a.go', 1, 2, 'go/a', { severity: 'information', heat: { score: 0.7, because: [] } });
  assert.deepEqual([warm, hot, warning].sort(compareUrgency), [warning, hot, warm]);
});
