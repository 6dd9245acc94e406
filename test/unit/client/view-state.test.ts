import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { viewState } from '../../../client/src/views/view-state';
import type { DocumentStatus, StatusNote, StatusParams } from '../../../server/src/lsp/protocol';

const status = (
  documents: readonly Partial<DocumentStatus>[],
  state: StatusParams['state'] = 'idle',
): StatusParams => ({
  state,
  trusted: true,
  documents: documents.map((one, i) => ({ uri: `file:///w/${i}.go`, notes: [], ...one })),
});
const note = (remedy?: StatusNote['remedy']): StatusNote => ({ message: 'm', ...(remedy && { remedy }) });

describe('what an empty Hotspots view says', () => {
  it('is that nothing was analysed, while no server runs and while no document is open', () => {
    assert.equal(viewState(undefined, true), 'nothing');
    assert.equal(viewState(status([]), true), 'nothing');
  });

  it('is what is missing: trust before the toolchain', () => {
    assert.equal(viewState(status([{ notes: [note('trust')] }]), false), 'restricted');
    assert.equal(viewState(status([{ notes: [note('install')] }]), true), 'noGo');
    assert.equal(viewState(status([{ notes: [note('goPath')] }]), true), 'noGo');
  });

  it('is that something does not compile', () => {
    assert.equal(viewState(status([{ findings: 0, stale: 'a.go:3: syntax error' }]), true), 'broken');
    assert.equal(viewState(status([{ findings: 0, notes: [note()] }]), true), 'broken');
  });

  it('is that the answer is on its way, or that there is nothing hot', () => {
    assert.equal(viewState(status([{}]), true), 'analysing');
    assert.equal(viewState(status([{ findings: 0 }], 'busy'), true), 'analysing');
    assert.equal(viewState(status([{ findings: 0 }]), true), 'cold');
  });
});
