import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { count, failedView, statusView } from '../../../client/src/status-view';
import type { DocumentStatus, StatusParams } from '../../../server/src/lsp/protocol';

const uri = 'file:///w/a.go';
const go = { version: 'go1.26.1', path: '/usr/local/go/bin/go', how: 'on the PATH' };

function status(document: Partial<DocumentStatus>, state: StatusParams['state'] = 'idle'): StatusParams {
  return { state, trusted: true, documents: [{ uri, notes: [], ...document }] };
}

describe('the language status', () => {
  it('names findings, hot ones, the Go version and the time', () => {
    const view = statusView(status({ findings: 3, hot: 1, go, milliseconds: 419.7 }), uri, true);
    assert.equal(view.text, '3 findings');
    assert.equal(view.detail, '1 in hot code, Go 1.26.1, 420 ms');
    assert.equal(view.severity, 'information');
    assert.equal(view.busy, false);
  });

  it('says no findings, in seconds when it took long', () => {
    const view = statusView(status({ findings: 0, hot: 0, milliseconds: 2_380 }), uri, true);
    assert.equal(view.text, 'no findings');
    assert.equal(view.detail, '2.4 s');
    assert.equal(statusView(status({ findings: 0, milliseconds: 999.6 }), uri, true).detail, '1.0 s');
  });

  it('keeps the findings while it analyses again', () => {
    const view = statusView(status({ findings: 1, milliseconds: 5 }, 'busy'), uri, true);
    assert.equal(view.text, '1 finding');
    assert.equal(view.busy, true);
    assert.equal(statusView(status({}, 'busy'), uri, true).text, 'Analysing');
  });

  it('shows a note instead of figures: what is missing matters more', () => {
    const notes = [{ uri, message: 'The package does not compile: a.go:3:1: syntax error.' }];
    const view = statusView(status({ findings: 0, notes, go }), uri, true);
    assert.equal(view.detail, notes[0]!.message);
    assert.equal(view.severity, 'warning');
    // "no findings" would sound as if all were well.
    assert.equal(view.text, 'Limited analysis');
    assert.equal(statusView(status({ findings: 2, notes, go }), uri, true).text, '2 findings');
  });

  it('offers trust in Restricted Mode, without a warning', () => {
    const notes = [{ uri, message: 'The workspace is not trusted: the Go compiler does not run.' }];
    const view = statusView(status({ findings: 2, notes, milliseconds: 3 }), uri, false);
    assert.equal(view.detail, 'Restricted Mode: syntax rules only, 3 ms');
    assert.equal(view.restricted, true);
    assert.equal(view.severity, 'information');
  });

  it('finds the document however its URI is escaped', () => {
    const windows = 'file:///c%3A/w/a.go';
    const documents = [{ uri: 'file:///c:/w/a.go', findings: 7, notes: [] }];
    assert.equal(statusView({ state: 'idle', trusted: true, documents }, windows, true).text, '7 findings');
    assert.equal(
      statusView({ state: 'idle', trusted: true, documents }, 'untitled:100%', true).text,
      'Not analysed yet',
    );
  });

  it('says that it does not run, and why it could not start', () => {
    assert.match(statusView(undefined, uri, true).text, /not running/);
    assert.deepEqual(failedView('spawn failed').detail, 'spawn failed');
    assert.equal(failedView('spawn failed').severity, 'error');
  });

  it('counts', () => {
    assert.deepEqual(
      [0, 1, 2].map((number) => count(number, 'file')),
      ['no files', '1 file', '2 files'],
    );
  });
});
