import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  heatStep,
  hotCount,
  inReadingOrder,
  rowsOf,
  type GroupRow,
  type SiteRow,
} from '../../../client/src/views/site-rows';
import type { ProfileInfo, Site, SiteWeight } from '../../../server/src/lsp/protocol';

const profile: ProfileInfo = {
  uri: 'file:///w/mem.pprof',
  current: true,
  kind: 'pprof',
  unit: 'bytes',
  total: 10_240,
  elsewhere: 0,
  notes: [],
};

const weight = (amount: number, more: Partial<SiteWeight> = {}): SiteWeight => ({
  amount,
  share: amount / profile.total,
  objects: 0,
  cautions: [],
  measuredLine: 0,
  ...more,
});

function site(line: number, more: Partial<Site> = {}): Site {
  return {
    id: `a ${line}`,
    uri: 'file:///w/a.go',
    line: line - 1,
    character: 0,
    function: 'serve',
    text: 'x = append(x, y)',
    score: 0.4,
    because: [],
    why: 'append grows x',
    what: ['Reserve room for n elements'],
    findings: [],
    callers: [],
    ...more,
  };
}

const fixable = (safe: boolean): Partial<Site> => ({
  findings: [
    {
      ruleId: 'go/x',
      message: 'm',
      severity: 'information',
      line: 0,
      character: 0,
      fix: { title: 'f', safe },
    },
  ],
});

const nameOf = (uri: string): string => uri.slice('file:///w/'.length);
const labels = (sites: readonly Site[]): string[] =>
  (rowsOf(sites, 'none', profile, nameOf) as SiteRow[]).map(
    ({ label, description }) => `${label} | ${description}`,
  );

describe('the rows of the Hotspots view', () => {
  it('say share, place, bytes, objects, text and whether there is a fix', () => {
    const heavy = site(12, { weight: weight(5120, { objects: 80 }), ...fixable(true) });
    assert.deepEqual(labels([heavy]), [
      '▰▰▰▱▱ 50.0 %  a.go:12 | 5 KiB · 80 objects · x = append(x, y) · safe fix',
    ]);
  });

  it('say how it looks where nothing was measured, without a figure', () => {
    const hot = site(3, { score: 0.8, because: ['in a loop', 'in a handler'], ...fixable(false) });
    assert.deepEqual(labels([hot]), ['▰▰▰▰▰ a.go:3 | in a loop · x = append(x, y) · fix with a condition']);
  });

  it('say what two profiles differ by', () => {
    const grown = site(3, { weight: weight(3072, { before: 1024 }) });
    const gone = site(4, { weight: weight(0, { before: 2048 }) });
    assert.deepEqual(
      labels([grown, gone]).map((label) => label.split(' | ')[1]!.split(' · ')[0]),
      ['+2 KiB (1 KiB → 3 KiB)', '−2 KiB (2 KiB → 0 B)'],
    );
  });

  it('say when a figure is older than its function', () => {
    const [label] = labels([site(3, { weight: weight(1024, { stale: true }) })]);
    assert.match(label!, /older than the function/);
  });

  it('read without bars aloud', () => {
    const [row] = rowsOf([site(3, { weight: weight(1024) })], 'none', profile, nameOf) as [SiteRow];
    assert.equal(row.spoken, '10.0 %, a.go:3, 1 KiB, x = append(x, y)');
  });

  it('have why, what to do and the callers below them', () => {
    const callers = [{ function: 'main', share: 0.75, uri: 'file:///w/b.go', line: 6 }];
    const [row] = rowsOf(
      [site(3, { callers, weight: weight(1, { cautions: ['few samples'] }) })],
      'none',
      profile,
      nameOf,
    ) as [SiteRow];
    assert.deepEqual(
      row.children.map(({ kind, label, description }) => [kind, label, description]),
      [
        ['why', 'append grows x', undefined],
        ['do', 'Reserve room for n elements', undefined],
        ['caller', '75.0 % from main', 'b.go:7'],
        ['caution', 'few samples', undefined],
      ],
    );
  });

  it('are put together by file, heaviest group first, with what the group has', () => {
    const groups = rowsOf(
      [site(1, { weight: weight(1024) }), site(2, { uri: 'file:///w/b.go', weight: weight(2048) }), site(3)],
      'file',
      profile,
      nameOf,
    ) as GroupRow[];
    assert.deepEqual(
      groups.map(({ label, description, children }) => [label, description, children.length]),
      [
        ['b.go', '20.0 % · 2 KiB · 1 site', 1],
        ['a.go', '10.0 % · 1 KiB · 2 sites', 2],
      ],
    );
  });
});

describe('the order and the weight of sites', () => {
  it('is by weight, then by urgency, then by heat', () => {
    const warned = site(1, {
      findings: [{ ruleId: 'go/x', message: 'm', severity: 'warning', line: 0, character: 0 }],
    });
    const sites = [
      site(2),
      site(3, { score: 0.9 }),
      warned,
      site(4, { weight: weight(1) }),
      site(5, { weight: weight(9) }),
    ];
    assert.deepEqual(
      inReadingOrder(sites).map(({ line }) => line + 1),
      [5, 4, 1, 3, 2],
    );
  });

  it('has three steps: by share of a profile, else by heat', () => {
    const shares = [0.5, 0.05, 0.001].map((share) => heatStep({ score: 0, weight: weight(0, { share }) }));
    assert.deepEqual(shares, [3, 2, 1]);
    assert.deepEqual(
      [0.8, 0.6, 0.4].map((score) => heatStep({ score })),
      [3, 2, 1],
    );
    assert.equal(hotCount([site(1, { score: 0.8 }), site(2), site(3, { weight: weight(1024) })]), 2);
  });
});
