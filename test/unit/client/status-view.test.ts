import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { count, failedView, statusView } from '../../../client/src/status-view';
import type { DocumentStatus, StatusParams } from '../../../server/src/lsp/protocol';

const uri = 'file:///w/a.go';
const go = { version: 'go1.26.1', path: '/usr/local/go/bin/go', how: 'on the PATH' };

function status(document: Partial<DocumentStatus>, state: StatusParams['state'] = 'idle'): StatusParams {
  return { state, trusted: true, documents: [{ uri, notes: [], ...document }] };
}

const noGo = { message: 'The go command was not found.', remedy: 'install' } as const;

describe('the status', () => {
  it('names what is hot, what is shown and hidden, the Go version and the time', () => {
    const view = statusView(status({ findings: 3, hot: 1, hidden: 24, go, milliseconds: 419.7 }), uri, true);
    assert.equal(view.bar, 'AllocLens: 1 hot');
    assert.equal(view.text, '3 shown · 24 hidden');
    assert.equal(view.detail, '1 hot, Go 1.26.1, 420 ms');
    assert.equal(view.severity, 'information');
    assert.equal(view.step, 'levels');
    assert.equal(view.busy, false);
  });

  it('says in the status bar what is shown where nothing is hot, and what is hidden where nothing is shown', () => {
    const bar = (document: Partial<DocumentStatus>) => statusView(status(document), uri, true).bar;
    assert.equal(bar({ findings: 3, hot: 0, hidden: 2 }), 'AllocLens: 3 shown');
    assert.equal(bar({ findings: 0, hot: 0, hidden: 2 }), 'AllocLens: 2 hidden');
    assert.equal(bar({ findings: 0, hot: 0, hidden: 0 }), 'AllocLens: none');
  });

  it('gives the time in seconds when it took long', () => {
    assert.equal(statusView(status({ findings: 0, milliseconds: 2_380 }), uri, true).detail, '2.4 s');
    assert.equal(statusView(status({ findings: 0, milliseconds: 999.6 }), uri, true).detail, '1.0 s');
  });

  it('says that all of the file is shown', () => {
    const view = statusView(status({ findings: 27, hot: 1, hidden: 0, revealed: true }), uri, true);
    assert.equal(view.detail, '1 hot, all heap allocations of this file');
  });

  it('keeps the figures while it analyses again, and says that it is at work before there are any', () => {
    const view = statusView(status({ findings: 1, hot: 1, milliseconds: 5 }, 'busy'), uri, true);
    assert.equal(view.bar, 'AllocLens: 1 hot');
    assert.equal(view.icon, undefined);
    assert.equal(view.busy, true);
    const first = statusView(status({}, 'busy'), uri, true);
    assert.equal(first.bar, 'AllocLens: analysing');
    assert.equal(first.icon, 'sync~spin');
  });

  it('names the error and its line while the findings are those of an older text', () => {
    const stale = 'a.go:3:1: syntax error: unexpected }';
    const view = statusView(
      status({ findings: 2, hot: 2, hidden: 0, stale, notes: [{ message: stale }] }),
      uri,
      true,
    );
    assert.equal(view.bar, 'AllocLens: 2 hot (stale)');
    assert.equal(view.detail, stale);
    assert.equal(view.icon, 'history');
  });

  it('says that Go is off and why, with the one step that helps', () => {
    const view = statusView(status({ findings: 1, notes: [noGo] }), uri, true);
    assert.equal(view.bar, 'AllocLens: Go off: no Go found');
    assert.equal(view.step, 'install');
    assert.equal(view.detail, noGo.message);
    assert.equal(view.severity, 'warning');
    const path = statusView(status({ findings: 0, notes: [{ ...noGo, remedy: 'goPath' }] }), uri, true);
    assert.equal(path.bar, 'AllocLens: Go off: wrong path in the settings');
    assert.equal(path.step, 'goPath');
  });

  it('offers trust first where the folder is not trusted, without a warning', () => {
    const note = { message: 'Only the syntax was analysed.', remedy: 'trust' } as const;
    for (const notes of [[note], [noGo]]) {
      const view = statusView(status({ findings: 2, hidden: 0, notes, milliseconds: 3 }), uri, false);
      assert.equal(view.bar, 'AllocLens: Go off: folder not trusted');
      assert.equal(view.text, '2 shown · 0 hidden');
      assert.equal(view.detail, 'Restricted Mode: syntax rules only, 3 ms');
      assert.equal(view.step, 'trust');
      assert.equal(view.severity, 'information');
    }
  });

  it('does not speak of trust where nothing needs it', () => {
    assert.equal(statusView(status({ findings: 2, hot: 1 }), uri, false).bar, 'AllocLens: 1 hot');
  });

  it('shows a note instead of figures: what is missing matters more', () => {
    const notes = [{ uri, message: 'The package does not compile: a.go:3:1: syntax error.' }];
    const view = statusView(status({ findings: 0, notes, go }), uri, true);
    assert.equal(view.detail, notes[0]!.message);
    assert.equal(view.severity, 'warning');
    // "none" would sound as if all were well.
    assert.equal(view.bar, 'AllocLens: limited analysis');
    assert.equal(statusView(status({ findings: 2, notes, go }), uri, true).bar, 'AllocLens: 2 shown');
    const log = statusView(status({ findings: 2, notes: [{ message: 'x', remedy: 'log' }] }), uri, true);
    assert.equal(log.step, 'log');
  });

  it('finds the document however its URI is escaped', () => {
    const windows = 'file:///c%3A/w/a.go';
    const documents = [{ uri: 'file:///c:/w/a.go', findings: 7, hot: 7, notes: [] }];
    const all = { state: 'idle', trusted: true, documents } as const;
    assert.equal(statusView(all, windows, true).bar, 'AllocLens: 7 hot');
    assert.equal(statusView(all, 'untitled:100%', true).bar, 'AllocLens: not analysed yet');
  });

  it('says that it does not run, and why it could not start', () => {
    assert.equal(statusView(undefined, uri, true).bar, 'AllocLens: not running');
    assert.equal(failedView('spawn failed').detail, 'spawn failed');
    assert.equal(failedView('spawn failed').severity, 'error');
    assert.equal(failedView('spawn failed').step, 'log');
  });

  it('fits the status bar, whatever it says', () => {
    const views = [
      ...(['trust', 'goPath', 'install', 'log'] as const).map((remedy) =>
        statusView(status({ findings: 0, notes: [{ message: 'x'.repeat(200), remedy }] }), uri, true),
      ),
      statusView(status({ findings: 9999, hot: 9999, stale: 'x'.repeat(200) }), uri, true),
      failedView('x'.repeat(200)),
    ];
    for (const { bar } of views) assert.ok(bar.length <= 48, bar);
  });

  it('counts', () => {
    assert.deepEqual(
      [0, 1, 2].map((number) => count(number, 'file')),
      ['no files', '1 file', '2 files'],
    );
  });
});
