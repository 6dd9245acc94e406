import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hotspotItem } from '../../../client/src/hotspot-items';
import type { Hotspot } from '../../../server/src/lsp/protocol';

const hotspot: Hotspot = {
  uri: 'file:///w/a.go',
  line: 11,
  character: 2,
  ruleId: 'go/per-call-buffer',
  message: '`buf` is allocated on each call',
  severity: 'information',
  score: 0.7,
  because: ['in a loop', 'in an HTTP handler'],
  safeFix: true,
};

describe('a row of the list of hotspots', () => {
  it('says where, how hot and why, what, and whether it can be fixed', () => {
    assert.deepEqual(hotspotItem(hotspot, 'a.go'), {
      label: 'a.go:12',
      description: '0.7: in a loop, in an HTTP handler · safe fix',
      detail: '`buf` is allocated on each call',
    });
  });

  it('names a warning, and leaves out what there is not', () => {
    const bug = { ...hotspot, severity: 'warning', score: 0.4, because: [], safeFix: false } as const;
    assert.equal(hotspotItem(bug, 'a.go').description, 'warning · 0.4');
  });

  it('shows no icon that a file name asks for', () => {
    assert.equal(hotspotItem(hotspot, '$(bug)/a.go').label, '$ (bug)/a.go:12');
  });
});
