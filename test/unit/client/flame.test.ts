import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { marksOf, placeOf } from '../../../client/src/flame/marks';
import { FlameModel, sorted, type FunctionRow } from '../../../client/webview/src/model';
import type { Mark } from '../../../client/webview/src/messages';
import type { FlameGraphResult, FlameNode, Site } from '../../../server/src/lsp/protocol';

const orders = 'file:///w/or%20ders/orders.go';

/** A node; what is not said is the whole of what it has. */
const node = (parent: number, name: string, total: number, more: Partial<FlameNode> = {}): FlameNode => ({
  parent,
  name,
  size: total,
  total,
  own: 0,
  ...more,
});

const graph = (...nodes: readonly FlameNode[]): FlameGraphResult => ({
  unit: 'bytes',
  countsObjects: true,
  nodes,
});

/** main calls Labels and a library, which calls Labels, too. */
const usual = graph(
  node(-1, 'all', 10_240),
  node(0, 'example.com/orders.Main', 10_240, { uri: orders, line: 29 }),
  node(1, 'example.com/orders.Labels', 7_168, { uri: orders, line: 13, own: 7_168, charged: [13, 12] }),
  node(1, 'sort.Slice', 3_072, { file: 'sort/slice.go', line: 20, own: 1_024 }),
  node(3, 'example.com/orders.Labels', 1_536, { uri: orders, line: 12, own: 1_536, charged: [12] }),
  node(3, '…', 512, { own: 512, merged: 7 }),
);

const mark = (at: number, fix: Mark['fix'] = 'safe fix'): Mark => ({ node: at, fix, title: 'Reserve room' });

describe('what a box says', () => {
  const model = new FlameModel(usual, [mark(2)]);

  it('is its function without the path of the package, and a sign where it has a fix', () => {
    assert.deepEqual(
      usual.nodes.map((_, i) => model.label(i)),
      ['all', 'orders.Main', '⚒ orders.Labels', 'sort.Slice', 'orders.Labels', '…'],
    );
  });

  it('is everything for a screen reader: name, amount, share, what is its own, fix, place', () => {
    assert.equal(
      model.describe(2),
      'example.com/orders.Labels, 7 KiB, 70.0 %, safe fix: Reserve room, orders.go:14',
    );
    assert.equal(model.describe(3), 'sort.Slice, 3 KiB, 30.0 %, 1 KiB of it its own, slice.go:21');
    assert.equal(model.describe(5), '7 functions, each less than 0.1 %, 512 B, 5.0 %');
  });

  it('is objects when objects are asked for', () => {
    const objects = new FlameModel({ ...graph(node(-1, 'all', 1500)), unit: 'objects' });
    assert.equal(objects.describe(0), 'all, 1.50 k objects, 100.0 %');
  });
});

describe('the keyboard', () => {
  const model = new FlameModel(usual);

  it('leads down to the largest callee, up to the caller, and to the sides among callees of one caller', () => {
    assert.equal(model.towards(0, 'ArrowDown'), 1);
    assert.equal(model.towards(1, 'ArrowDown'), 2);
    assert.equal(model.towards(2, 'ArrowRight'), 3);
    assert.equal(model.towards(3, 'ArrowLeft'), 2);
    assert.equal(model.towards(4, 'ArrowUp'), 3);
    assert.equal(model.towards(5, 'Home'), 0);
  });

  it('stays where there is nothing further', () => {
    assert.equal(model.towards(0, 'ArrowUp'), 0);
    assert.equal(model.towards(0, 'ArrowLeft'), 0);
    assert.equal(model.towards(2, 'ArrowLeft'), 2);
    assert.equal(model.towards(5, 'ArrowRight'), 5);
    assert.equal(model.towards(2, 'ArrowDown'), 2);
  });
});

describe('the search', () => {
  const model = new FlameModel(usual, [mark(4)]);

  it('finds names, files and fixes, whatever the case', () => {
    assert.deepEqual(model.search('labels'), [2, 4]);
    assert.deepEqual(model.search('SLICE.GO'), [3]);
    assert.deepEqual(model.search('/or ders/'), [1, 2, 4]);
    assert.deepEqual(model.search('safe fix'), [4]);
    assert.deepEqual(model.search('  '), []);
  });

  it('takes what looks like a pattern for what it is', () => {
    assert.deepEqual(model.search('.*'), []);
    assert.deepEqual(model.search('(('), []);
  });

  it('says how much it has found, what is inside another counted once', () => {
    assert.equal(model.found(model.search('labels'), 'labels'), '2 boxes, 85.0 %');
    assert.equal(model.found(model.search('sort'), 'sort'), '1 box, 30.0 %');
    assert.equal(model.found([3, 4], 'both'), '2 boxes, 30.0 %');
    assert.equal(model.found([], 'nowhere'), 'nothing found');
    assert.equal(model.found([], ''), '');
  });
});

describe('the table', () => {
  it('has each function once, with what all of its boxes have', () => {
    const rows = new FlameModel(usual, [mark(4)]).functions();
    assert.deepEqual(
      rows.map(({ name, own, total, fix, place }) => [name, own, total, fix, place]),
      [
        ['example.com/orders.Main', 0, 10_240, '', 'orders.go:30'],
        ['example.com/orders.Labels', 8_704, 8_704, 'safe fix', 'orders.go:13'],
        ['sort.Slice', 1_024, 3_072, '', 'slice.go:21'],
        ['… (less than 0.1 % each)', 512, 512, '', ''],
      ],
    );
  });

  it('has the same sum as the boxes, and counts a function that calls itself once', () => {
    const walk = { uri: orders, own: 100 };
    const recursive = new FlameModel(
      graph(
        node(-1, 'all', 300),
        node(0, 'walk', 300, walk),
        node(1, 'walk', 200, walk),
        node(2, 'walk', 100, walk),
      ),
    );
    const [row, ...others] = recursive.functions();
    assert.deepEqual([row!.total, row!.own, others.length], [300, 300, 0]);
    const sum = new FlameModel(usual).functions().reduce((all, { own }) => all + own, 0);
    assert.equal(sum, 10_240);
  });

  it('is sorted by any column, either way; what is empty comes last', () => {
    const rows = new FlameModel(usual, [mark(4)]).functions();
    const names = (all: readonly FunctionRow[]): string[] => all.map(({ name }) => name.slice(-6));
    assert.deepEqual(names(sorted(rows, 'own', true)), ['Labels', '.Slice', ' each)', 's.Main']);
    assert.deepEqual(names(sorted(rows, 'own', false))[0], 's.Main');
    assert.deepEqual(names(sorted(rows, 'fix', false))[0], 'Labels');
    assert.deepEqual(names(sorted(rows, 'place', false)), ['Labels', 's.Main', '.Slice', ' each)']);
    assert.deepEqual(names(sorted(rows, 'place', true)).at(-1), ' each)');
  });
});

describe('the difference of two profiles', () => {
  const changed = (name: string, total: number, before: number): FlameNode =>
    node(0, name, Math.max(total, before), { total, own: total, before: { total: before, own: before } });
  const model = new FlameModel(
    graph(
      node(-1, 'all', 200, { total: 150, before: { total: 160, own: 0 } }),
      changed('grew', 90, 40),
      changed('went', 0, 50),
      changed('same', 60, 59.5),
    ),
  );

  it('tells what grew from what shrank, and takes a fiftieth for chance', () => {
    assert.deepEqual(
      [1, 2, 3].map((i) => model.changeOf(i)),
      ['grew', 'shrank', 'same'],
    );
    assert.equal(new FlameModel(usual).changeOf(1), undefined);
  });

  it('is said in words, too', () => {
    assert.equal(model.describe(1), 'grew, 90 B, 60.0 %, +50 B since, before 40 B');
    assert.equal(model.describe(2), 'went, 0 B, 0.0 %, −50 B since, before 50 B');
  });

  it('is a column of the table', () => {
    assert.deepEqual(
      sorted(model.functions(), 'change', true).map(({ name, change }) => [name, change]),
      [
        ['grew', 50],
        ['same', 0.5],
        ['went', -50],
      ],
    );
  });
});

describe('what has a fix', () => {
  const site = (line: number, measuredLine: number, safe?: boolean): Site => ({
    id: `${line}`,
    uri: orders,
    line,
    character: 2,
    function: 'example.com/orders.Labels',
    text: '',
    weight: { amount: 1, share: 1, objects: 0, cautions: [], measuredLine },
    score: 0,
    because: [],
    why: '',
    what: [],
    findings:
      safe === undefined
        ? []
        : [
            {
              ruleId: 'go/preallocate-slice',
              message: '',
              severity: 'information',
              line,
              character: 2,
              fix: { title: 'Reserve room', safe },
            },
          ],
    callers: [],
  });

  it('is a box that memory is charged to, at the line that had it when the profile was loaded', () => {
    const sites = [site(20, 13, true), site(12, 99, true)];
    assert.deepEqual(
      marksOf(usual, () => sites),
      [mark(2)],
    );
  });

  it('is not a caller of it, and no site without a fix', () => {
    assert.deepEqual(
      marksOf(usual, () => [site(29, 29, true)]),
      [],
    );
    assert.deepEqual(
      marksOf(usual, () => [site(13, 13)]),
      [],
    );
    assert.deepEqual(
      marksOf(usual, () => [site(12, 12, false)]),
      [mark(2, 'fix with a condition'), mark(4, 'fix with a condition')],
    );
  });

  it('leads to where the line is now', () => {
    assert.deepEqual(
      placeOf(usual.nodes[2]!, () => [site(20, 13)]),
      { uri: orders, line: 20, character: 2 },
    );
    assert.deepEqual(
      placeOf(usual.nodes[1]!, () => []),
      { uri: orders, line: 29, character: 0 },
    );
    assert.equal(
      placeOf(usual.nodes[3]!, () => []),
      undefined,
    );
  });
});
