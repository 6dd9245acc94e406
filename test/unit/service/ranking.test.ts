import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AllocationCost, AllocationKind, Finding, Heat, RuleMeta } from '../../../rules/model';
import {
  compareFindings,
  compareUrgency,
  isExplainedUnasked,
  judge,
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
) => severityOf({ id: 'go/x', reports }, cost, { score }, { show, rules });

test('a bug is a warning wherever it stands', () => {
  for (const show of ['hot', 'likely', 'all'] as const) assert.equal(rank('bug', 'none', 0, show), 'warning');
});

test('what is shown unasked is information, so that lists and counts have it; what only "all" shows is a hint', () => {
  assert.equal(rank('allocation', 'always', 0.6), 'information');
  assert.equal(rank('allocation', 'conditional', 0.9, 'hot'), 'information');
  assert.equal(rank('allocation', 'unknown', 0.3), 'information');
  assert.equal(rank('allocation', 'always', 0.3, 'all'), 'information');
  assert.equal(rank('allocation', 'always', 0.29, 'all'), 'hint');
});

test('an explanation is shown on request: a hint, or information where it is certain and hot', () => {
  assert.equal(rank('on request', 'always', 0.9), undefined);
  assert.equal(rank('on request', 'always', 0.9, 'all'), 'information');
  assert.equal(rank('on request', 'conditional', 0.9, 'all'), 'hint');
  assert.equal(rank('on request', 'always', 0.5, 'all'), 'hint');
  assert.equal(rank('on request', 'none', 0.9, 'all'), undefined);
});

test('an explanation is given unasked where it is certain, of this place, known to be hot, and hotter than two nested loops', () => {
  const unasked = (cost: AllocationCost, kind: AllocationKind, heat: Partial<Heat>) =>
    isExplainedUnasked({
      allocation: { kind, cost, reason: 'r', evidence: [] },
      heat: { score: 0.9, because: [], isKnown: true, ...heat },
    });
  assert.equal(unasked('always', 'make', {}), true);
  assert.equal(unasked('always', 'make', { score: 0.85 }), false);
  assert.equal(unasked('conditional', 'make', {}), false);
  assert.equal(unasked('unknown', 'make', {}), false);
  assert.equal(unasked('always', 'call', {}), false);
  assert.equal(unasked('always', 'make', { isMinor: true }), false);
  const estimated: Heat = { score: 0.95, because: [] };
  const allocation = { kind: 'make', cost: 'always', reason: 'r', evidence: [] } as const;
  assert.equal(isExplainedUnasked({ allocation, heat: estimated }), false);
});

test('what is hidden is what "all" would add; a safe fix makes it information, a level of the user stays', () => {
  const judged = (score: number, show: Show, rules: Record<string, RuleLevel> = {}) =>
    judge({ id: 'go/x', reports: 'allocation' }, 'always', { score }, { show, rules });
  assert.deepEqual(judged(0.7, 'likely'), {
    severity: 'information',
    withSafeFix: 'information',
    hidden: false,
  });
  assert.deepEqual(judged(0.1, 'likely'), { severity: 'hint', withSafeFix: 'information', hidden: true });
  assert.deepEqual(judged(0.4, 'hot'), { severity: 'information', withSafeFix: 'information', hidden: true });
  assert.deepEqual(judged(0.1, 'all'), { severity: 'hint', withSafeFix: 'information', hidden: false });
  assert.deepEqual(judged(0.7, 'likely', { 'go/x': 'hint' }), {
    severity: 'hint',
    withSafeFix: 'hint',
    hidden: false,
  });
  assert.equal(judged(0.7, 'all', { 'go/x': 'off' }), undefined);
});

test('"show" decides from which heat on an allocation is shown', () => {
  const shownAt = (score: number) =>
    (['hot', 'likely', 'all'] as const).filter((show) => rank('allocation', 'always', score, show));
  assert.deepEqual(shownAt(0), ['all']);
  assert.deepEqual(shownAt(0.29), ['all']);
  assert.deepEqual(shownAt(0.3), ['likely', 'all']);
  assert.deepEqual(shownAt(0.6), ['hot', 'likely', 'all']);
});

test('where many places of the package allocate more often, only "all" shows it, as a hint', () => {
  const minor = (reports: RuleMeta['reports'], show: Show) =>
    severityOf({ id: 'go/x', reports }, 'always', { score: 0.9, isMinor: true }, { show, rules: {} });
  assert.equal(minor('allocation', 'hot'), undefined);
  assert.equal(minor('allocation', 'likely'), undefined);
  assert.equal(minor('allocation', 'all'), 'hint');
  assert.equal(minor('hot only', 'likely'), undefined);
  assert.equal(minor('hot only', 'all'), 'hint');
  assert.equal(minor('bug', 'likely'), 'warning');
  assert.equal(minor('contract', 'likely'), 'error');
});

test('what is not allocated is not shown, and a score that is no number is cold', () => {
  assert.equal(rank('allocation', 'none', 1, 'all'), undefined);
  assert.equal(rank('allocation', 'always', NaN, 'all'), undefined);
});

test('a hot-only rule is silent in warm code until everything is shown: nothing is unreachable for who asks', () => {
  assert.equal(rank('hot only', 'always', 0.59), undefined);
  assert.equal(rank('hot only', 'always', 0.59, 'all'), 'hint');
  assert.equal(rank('hot only', 'always', 0.6), 'information');
  assert.equal(rank('hot only', 'always', 0.6, 'all'), 'information');
});

test('what only a profile can weigh is a hint on request, and silent else', () => {
  assert.equal(rank('measured only', 'always', 1, 'likely'), undefined);
  assert.equal(rank('measured only', 'always', 0.1, 'all'), 'hint');
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
