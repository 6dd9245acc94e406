import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hotspotItem } from '../../../client/src/hotspot-items';
import type { Site } from '../../../server/src/lsp/protocol';

const site: Site = {
  id: 'a',
  uri: 'file:///w/a.go',
  line: 11,
  character: 2,
  function: 'read',
  text: 'buf := make([]byte, n)',
  score: 0.7,
  because: ['in a loop', 'in an HTTP handler'],
  why: '`buf` is allocated on each call',
  what: [],
  findings: [
    {
      ruleId: 'go/per-call-buffer',
      message: '`buf` is allocated on each call',
      severity: 'information',
      line: 11,
      character: 2,
      fix: { title: 'Pool it', safe: true },
    },
  ],
  callers: [],
};

describe('a row of the list of hotspots', () => {
  it('says where, how hot and why, what, and whether it can be fixed', () => {
    assert.deepEqual(hotspotItem(site, 'a.go'), {
      label: 'a.go:12',
      description: '0.7: in a loop, in an HTTP handler · safe fix',
      detail: '`buf` is allocated on each call',
    });
  });

  it('names a warning, and leaves out what there is not', () => {
    const { fix: _, ...bug } = { ...site.findings[0]!, severity: 'warning' as const };
    assert.equal(
      hotspotItem({ ...site, score: 0.4, because: [], findings: [bug] }, 'a.go').description,
      'warning · 0.4',
    );
  });

  it('says what a profile measured instead of how the code looks', () => {
    const weight = { amount: 3 * 1024 * 1024, share: 0.382, objects: 12, cautions: [], measuredLine: 0 };
    assert.equal(hotspotItem({ ...site, weight }, 'a.go').description, '38.2 %, 3 MiB · safe fix');
  });

  it('shows no icon that a file name asks for', () => {
    assert.equal(hotspotItem(site, '$(bug)/a.go').label, '$ (bug)/a.go:12');
  });
});
