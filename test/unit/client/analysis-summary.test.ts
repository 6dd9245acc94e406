import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analysisSummary } from '../../../client/src/analysis-summary';
import type { AnalyseResult } from '../../../server/src/lsp/protocol';

function result(more: Partial<AnalyseResult> = {}): AnalyseResult {
  const bySeverity = { error: 0, warning: 1, information: 4, hint: 0 };
  return { files: 12, findings: 5, bySeverity, hidden: 0, notes: [], cancelled: false, ...more };
}

describe('the end of an analysis', () => {
  it('counts what the Problems panel lists', () => {
    assert.deepEqual(analysisSummary(result(), true), {
      message: '5 problems in 12 files.',
      choices: ['Show Problems', 'List Hotspots'],
    });
  });

  it('counts hints apart, because the panel does not list them', () => {
    const bySeverity = { error: 0, warning: 0, information: 1, hint: 3 };
    assert.equal(
      analysisSummary(result({ findings: 4, bySeverity }), true).message,
      '1 problem in 12 files, and 3 hints in the editor.',
    );
    const hints = { ...bySeverity, information: 0 };
    const { message, choices } = analysisSummary(result({ findings: 3, bySeverity: hints }), true);
    assert.equal(message, 'no problems in 12 files, and 3 hints in the editor.');
    assert.deepEqual(choices, ['List Hotspots']);
  });

  it('says what is hidden, and by what', () => {
    assert.match(
      analysisSummary(result({ hidden: 24 }), true).message,
      /in 12 files; 24 more are hidden by alloclens\.show\.$/,
    );
    assert.match(analysisSummary(result({ hidden: 1 }), true).message, /; 1 more is hidden/);
  });

  it('keeps what a cancelled analysis has found, and says so', () => {
    const { message, choices } = analysisSummary(result({ files: 3, cancelled: true }), true);
    assert.equal(message, 'Cancelled: 5 problems in 3 files so far.');
    assert.ok(choices.includes('Show Problems'));
    const bySeverity = { error: 0, warning: 0, information: 0, hint: 0 };
    const early = analysisSummary(result({ files: 0, findings: 0, bySeverity, cancelled: true }), true);
    assert.equal(early.message, 'Cancelled: nothing found so far.');
  });

  it('points to the log only when the notes are in it', () => {
    const notes = [{ message: 'not compiled' }];
    const logged = analysisSummary(result({ notes }), true);
    assert.match(logged.message, /\. 1 note in the log\.$/);
    assert.ok(logged.choices.includes('Open the Log'));
    const silent = analysisSummary(result({ notes }), false);
    assert.match(silent.message, /\. 1 note\.$/);
    assert.ok(!silent.choices.includes('Open the Log'));
  });

  it('offers nothing to see where nothing was found', () => {
    const bySeverity = { error: 0, warning: 0, information: 0, hint: 0 };
    assert.deepEqual(analysisSummary(result({ findings: 0, bySeverity }), true), {
      message: 'no problems in 12 files.',
      choices: [],
    });
  });
});
