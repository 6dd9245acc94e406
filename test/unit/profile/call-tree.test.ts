import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CallTreeBuilder,
  treeDifference,
  type CallNode,
  type CallTree,
} from '../../../server/src/profile/call-tree';
import { flameBoxes, type FlameBox } from '../../../server/src/profile/flame';
import type { Frame, Sample } from '../../../server/src/profile/sample';

const frame = (name: string, line = 1, file = `/app/${name}.go`): Frame => ({
  name,
  file,
  line,
  startLine: 1,
});
const inApp = ({ file }: Frame): string | undefined => (file.startsWith('/app/') ? file : undefined);
const bytes = { index: 1, objects: 0, unit: 'bytes' } as const;

/** A sample of a stack, outermost caller first. */
const sample = (amount: number, objects: number, ...way: readonly (Frame | string)[]): Sample => ({
  stack: way.map((one) => (typeof one === 'string' ? frame(one) : one)).reverse(),
  values: [objects, amount],
});

function treeOf(...samples: readonly Sample[]): CallTree {
  const builder = new CallTreeBuilder(bytes, inApp);
  for (const one of samples) builder.add(one);
  return builder.result();
}

/** "main 60 > parse 40": the way to each node and what it has. */
function ways({ name, total, children }: CallNode, by: 'amount' | 'objects' = 'amount', way = ''): string[] {
  const here = `${way === '' ? '' : `${way} > `}${name} ${total[by]}`;
  return [here, ...children.flatMap((child) => ways(child, by, here))];
}

/** Boxes from left to right, level by level as they are drawn: indented names with their widths. */
const drawn = (boxes: readonly FlameBox[]): string[] => {
  const depth = (at: number): number => (at < 0 ? -1 : 1 + depth(boxes[at]!.parent));
  return boxes.map(({ node, size }, i) => `${'  '.repeat(depth(i))}${node.name} ${size}`);
};

describe('the tree of calls', () => {
  it('merges stacks from the start of the program; what a function allocates itself is told apart', () => {
    const tree = treeOf(
      sample(40, 4, 'main', 'parse', 'split'),
      sample(20, 1, 'main', 'parse'),
      sample(5, 1, 'main', 'print'),
      sample(35, 7, 'main', 'parse', 'split'),
    );
    assert.deepEqual(ways(tree.root), [
      'all 100',
      'all 100 > main 100',
      'all 100 > main 100 > parse 95',
      'all 100 > main 100 > parse 95 > split 75',
      'all 100 > main 100 > print 5',
    ]);
    const [main] = tree.root.children;
    const [parse] = main!.children;
    assert.deepEqual(
      [parse!.own, parse!.total],
      [
        { amount: 20, objects: 1 },
        { amount: 95, objects: 12 },
      ],
    );
    assert.equal(tree.countsObjects, true);
  });

  it('knows the line that most goes through, and the lines that memory is charged to', () => {
    const library = frame('strings.Split', 300, '/go/strings.go');
    const tree = treeOf(
      sample(10, 1, frame('parse', 3)),
      sample(80, 1, frame('parse', 9), library),
      sample(15, 1, frame('parse', 5), frame('read', 4)),
    );
    const [parse] = tree.root.children;
    assert.equal(parse!.line, 9);
    // Line 5 calls code at hand: that is charged.
    assert.deepEqual(parse!.charged, [9, 3]);
    const [split, read] = parse!.children;
    assert.deepEqual([split!.isOwn, split!.file, split!.charged], [false, '/go/strings.go', []]);
    assert.deepEqual([read!.isOwn, read!.charged], [true, [4]]);
  });

  it('has one function for all types that a generic one is made for', () => {
    const tree = treeOf(sample(1, 1, 'box[go.shape.int]'), sample(2, 1, 'box[go.shape.string]'));
    // Their files are other ones here, so they are two functions of one name.
    assert.deepEqual(
      tree.root.children.map(({ name }) => name),
      ['box', 'box'],
    );
    const one = treeOf(
      sample(1, 1, frame('box[go.shape.int]', 1, '/app/a.go')),
      sample(2, 1, frame('box[go.shape.string]', 1, '/app/a.go')),
    );
    assert.deepEqual(ways(one.root), ['all 3', 'all 3 > box 3']);
  });

  it('tells functions without a name apart by their place', () => {
    const anonymous = (startLine: number): Frame => ({
      ...frame('(anonymous)', startLine, '/app/a.ts'),
      startLine,
      column: 4,
    });
    assert.equal(treeOf(sample(1, 1, anonymous(3)), sample(1, 1, anonymous(8))).root.children.length, 2);
    assert.equal(treeOf(sample(1, 1, anonymous(3)), sample(1, 1, anonymous(3))).root.children.length, 1);
  });

  it('leaves out of a CPU profile what is not in the allocator', () => {
    const builder = new CallTreeBuilder(
      { index: 1, unit: 'nanoseconds', under: /^runtime\.mallocgc/ },
      inApp,
    );
    builder.add(sample(7, 0, 'main', 'compute'));
    builder.add(sample(3, 0, 'main', frame('runtime.mallocgcTiny', 1, '/go/malloc.go')));
    assert.deepEqual(ways(builder.result().root), [
      'all 3',
      'all 3 > main 3',
      'all 3 > main 3 > runtime.mallocgcTiny 3',
    ]);
  });

  it('merges what is less than a ten-thousandth in bytes and in objects, and loses nothing of the sums', () => {
    const small = Array.from({ length: 50 }, (_, i) => sample(1, 1, 'main', `small${i}`, 'leaf'));
    const tree = treeOf(sample(1e6, 1e6, 'main', 'large'), sample(1, 5e5, 'main', 'many'), ...small);
    const [main] = tree.root.children;
    assert.deepEqual(
      main!.children.map(({ name, merged }) => [name, merged]),
      [
        ['large', 0],
        ['many', 0],
        ['…', 100],
      ],
    );
    assert.equal(main!.total.amount, 1_000_051);
    assert.equal(
      main!.children.reduce((sum, { total }) => sum + total.amount, 0),
      1_000_051,
    );
  });

  it('stays small while a million ways are read, and keeps what is heavy', () => {
    const builder = new CallTreeBuilder(bytes, inApp);
    const frames = Array.from({ length: 3000 }, (_, i) => frame(`f${i}`));
    for (let i = 0; i < 300_000; i++) {
      const [a, b, c] = [frames[i % 3000]!, frames[(i * 7) % 3000]!, frames[(i * 13 + (i >> 8)) % 3000]!];
      builder.add({ stack: [c, b, a], values: [1, 64] });
      builder.add({ stack: [frames[1]!, frames[0]!], values: [1, 64] });
    }
    const { root } = builder.result();
    assert.equal(root.total.amount, 600_000 * 64);
    const heavy = root.children.find(({ name }) => name === 'f0')!;
    assert.ok(heavy.children.find(({ name }) => name === 'f1')!.total.amount >= 300_000 * 64 * 0.99);
    assert.ok(ways(root).length < 20_000);
  });

  it('cuts off what is deeper than any real stack, with its amount', () => {
    const deep = Array.from({ length: 400 }, (_, i) => `f${i}`);
    const { root } = treeOf(sample(8, 1, ...deep));
    let [node, depth] = [root, 0];
    for (; node.children[0]; node = node.children[0]) depth++;
    assert.deepEqual([node.name, node.merged, node.total.amount], ['…', 144, 8]);
    assert.equal(depth, 257);
  });
});

describe('the difference of two trees', () => {
  const newer = treeOf(
    sample(60, 6, 'main', 'grew'),
    sample(10, 1, 'main', 'same'),
    sample(5, 1, 'main', 'came'),
  );
  const older = treeOf(
    sample(20, 2, 'main', 'grew'),
    sample(10, 1, 'main', 'same'),
    sample(30, 3, 'main', 'went'),
  );
  const of = (tree: CallTree): (string | number)[][] =>
    tree.root.children[0]!.children.map(({ name, total, before }) => [
      name,
      total.amount,
      before!.total.amount,
    ]);

  it('has the functions of both, each with what it was before', () => {
    assert.deepEqual(of(treeDifference(newer, older)), [
      ['grew', 60, 20],
      ['same', 10, 10],
      ['came', 5, 0],
      ['went', 0, 30],
    ]);
  });

  it('gives room to what is gone: a box is as wide as the larger of both', () => {
    assert.deepEqual(drawn(flameBoxes(treeDifference(newer, older), 'amount')), [
      'all 105',
      '  main 105',
      '    grew 60',
      '    went 30',
      '    same 10',
      '    came 5',
    ]);
  });

  it('knows a function again whose line has moved', () => {
    const at = (line: number): CallTree => treeOf(sample(4, 1, frame('main', line)));
    assert.deepEqual(ways(treeDifference(at(9), at(5)).root), ['all 4', 'all 4 > main 4']);
    assert.equal(treeDifference(at(9), at(5)).root.children[0]!.line, 9);
  });
});

describe('the boxes of a flame graph', () => {
  const tree = treeOf(
    sample(3, 30, 'main', 'few'),
    sample(90, 9, 'main', 'large', 'inner'),
    sample(7, 70, 'main', 'many'),
  );

  it('are left-heavy: the largest callee comes first, by bytes or by objects', () => {
    assert.deepEqual(drawn(flameBoxes(tree, 'amount')), [
      'all 100',
      '  main 100',
      '    large 90',
      '      inner 90',
      '    many 7',
      '    few 3',
    ]);
    assert.deepEqual(drawn(flameBoxes(tree, 'objects')).slice(2), [
      '    many 70',
      '    few 30',
      '    large 9',
      '      inner 9',
    ]);
  });

  it('of less than a share are one “…” at the end, which says how many functions it is', () => {
    const boxes = flameBoxes(tree, 'amount', 0.08);
    assert.deepEqual(drawn(boxes), ['all 100', '  main 100', '    large 90', '      inner 90', '    … 10']);
    assert.equal(boxes.at(-1)!.node.merged, 2);
    assert.deepEqual(boxes.at(-1)!.node.total, { amount: 10, objects: 100 });
  });

  it('name their caller by its index, which is lower than their own', () => {
    const boxes = flameBoxes(tree, 'amount');
    assert.deepEqual(
      boxes.map(({ parent }) => parent),
      [-1, 0, 1, 2, 1, 1],
    );
  });

  it('of a profile that is itself a difference have no negative width', () => {
    const freed = treeOf(sample(-50, -5, 'main', 'freed'), sample(20, 2, 'main', 'made'));
    const boxes = flameBoxes(freed, 'amount');
    assert.deepEqual(drawn(boxes), ['all 20', '  main 20', '    made 20']);
    assert.equal(boxes[1]!.node.total.amount, -30);
  });

  it('of an empty profile are one of no width', () => {
    assert.deepEqual(drawn(flameBoxes(treeOf(), 'amount')), ['all 0']);
  });
});
