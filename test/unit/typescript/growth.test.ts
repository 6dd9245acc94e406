/** Work grows with the size of a file, not with its square. Counted where it can be; processor time with generous bounds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { typescriptRules } from '../../../rules/typescript/index';
import { checkFixes, compatibleFixes } from '../../../server/src/typescript/fix-check';
import { RuleLinter, type LintResult } from '../../../server/src/typescript/linter';

/** What a file costs: lints, and microseconds of the processor. */
function costOf(text: string) {
  const linter = new RuleLinter(typescriptRules);
  const source = { text, path: '/x/a.ts', extension: '.ts' };
  const start = process.cpuUsage();
  const before = linter.run(text, source.path, '.ts') as Extract<LintResult, { kind: 'linted' }>;
  assert.equal(before.kind, 'linted');
  let lints = 0;
  const run = linter.run.bind(linter);
  linter.run = (...args) => {
    lints++;
    return run(...args);
  };
  const passed = checkFixes(linter, source, before, before.reports, () => {});
  const candidates = before.reports.flatMap((report) => report.fixes.map((fix) => ({ report, fix })));
  const together = compatibleFixes(linter, source, before, candidates);
  const { user } = process.cpuUsage(start);
  return { reports: before.reports.length, passed: passed.size, together: together.length, lints, user };
}

const repeated =
  (line: (index: number) => string) =>
  (count: number): string =>
    `export function f(s: string, xs: number[]) {\n  for (;;) {\n${Array.from({ length: count }, (_, i) => `    ${line(i)}\n`).join('')}  }\n}\n`;

const splits = repeated((i) => `s = s.split(",")[${i % 5}];`);
const nested = (count: number): string =>
  `export function f(s: string) {\n  for (;;) s = s${'.split(",")[1]'.repeat(count)};\n}\n`;
describe('checking the fixes of a file', () => {
  it('lints once for all that go together, however many there are', () => {
    const [small, large] = [costOf(splits(100)), costOf(splits(400))];
    assert.equal(large.reports, 320);
    assert.deepEqual([large.passed, small.passed], [320, 80]);
    assert.equal(large.lints, small.lints);
    // Two sets: those that need one helper, and those that need the other.
    assert.ok(large.lints <= 4, `${large.lints} lints`);
  });

  it('does not lint for ever where each fix overlaps the next', () => {
    const cost = costOf(nested(60));
    assert.ok(cost.reports >= 10, `${cost.reports} reports`);
    assert.ok(cost.lints <= (2 * 1_000_000) / nested(60).length + 12);
  });

  it('takes about four times as long for four times the statements', () => {
    const [small, large] = [costOf(splits(400)), costOf(splits(1600))];
    assert.equal(large.reports, 4 * small.reports);
    assert.ok(large.user < 8 * small.user + 500_000, `${small.user / 1000} ms, ${large.user / 1000} ms`);
  });
});
