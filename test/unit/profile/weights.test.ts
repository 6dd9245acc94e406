import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { locator } from '../../../server/src/profile/locate';
import type { Frame, Sample } from '../../../server/src/profile/sample';
import { measureOf, packageOf, plainName, WeightsBuilder } from '../../../server/src/profile/weights';

const frame = (name: string, file: string, line: number, startLine = 1): Frame => ({
  name,
  file,
  line,
  startLine,
});
const inApp = ({ file }: Frame): string | undefined => (file.startsWith('/app/') ? file : undefined);
const bytes = { index: 1, objects: 0, unit: 'bytes' } as const;

function weigh(samples: readonly Sample[], period = 1) {
  const builder = new WeightsBuilder(bytes, period, inApp);
  for (const sample of samples) builder.add(sample);
  return builder.result();
}

describe('weights of lines', () => {
  it('memory that a foreign function allocates belongs to the line that calls it', () => {
    const { lines, total, elsewhere } = weigh([
      {
        stack: [
          frame('strings.genSplit', '/go/strings/strings.go', 250),
          frame('strings.Split', '/go/strings/strings.go', 300),
          frame('app.parse', '/app/a.go', 12, 10),
          frame('app.main', '/app/main.go', 3),
        ],
        values: [10, 480],
      },
      { stack: [frame('app.parse', '/app/a.go', 12, 10)], values: [1, 20] },
      { stack: [frame('runtime.main', '/go/proc.go', 1)], values: [1, 100] },
    ]);
    assert.equal(total, 600);
    assert.equal(elsewhere, 100);
    assert.equal(lines.length, 1);
    const [line] = lines;
    assert.deepEqual(
      [line!.file, line!.line, line!.amount, line!.own, line!.objects],
      ['/app/a.go', 12, 500, 20, 11],
    );
    assert.deepEqual([...line!.through], [['strings.Split → strings.genSplit', 480]]);
    assert.deepEqual([...line!.callers], [['app.main\0/app/main.go:3', 480]]);
  });

  it('what is inlined has its own line; the runtime is nobody’s callee', () => {
    const { lines } = weigh([
      {
        stack: [
          frame('runtime.growslice', '/go/slice.go', 9),
          frame('app.push', '/app/b.go', 5),
          frame('app.use', '/app/c.go', 8),
        ],
        values: [1, 64],
      },
    ]);
    assert.deepEqual(
      lines.map(({ file, own, through }) => [file, own, through.size]),
      [['/app/b.go', 64, 0]],
    );
  });

  it('shapes of a generic function are one function', () => {
    const { lines } = weigh([
      { stack: [frame('app.box[go.shape.int]', '/app/d.go', 2)], values: [1, 8] },
      { stack: [frame('app.box[go.shape.struct { X []int }]', '/app/d.go', 2)], values: [1, 24] },
    ]);
    assert.deepEqual(
      lines.map(({ function: name, amount }) => [name, amount]),
      [['app.box', 32]],
    );
  });

  it('few samples are told from many: values are already scaled up', () => {
    const [line] = weigh(
      [{ stack: [frame('app.f', '/app/e.go', 1)], values: [5461, 524_288], size: 96 }],
      524_288,
    ).lines;
    assert.equal(Math.round(line!.samples), 1);
  });

  it('a sample without such memory is no line: what was made before a window of time and freed in it has one', () => {
    const stack = [frame('app.warmUp', '/app/main.go', 16), frame('app.main', '/app/main.go', 37)];
    assert.deepEqual(weigh([{ stack, values: [0, 0, -1, -67_108_864] }]).lines, []);
  });

  it('heaviest first, equal ones by file and line', () => {
    const one = (file: string, line: number, amount: number): Sample => ({
      stack: [frame('app.f', file, line)],
      values: [1, amount],
    });
    const { lines } = weigh([
      one('/app/b.go', 2, 5),
      one('/app/a.go', 9, 5),
      one('/app/b.go', 1, 5),
      one('/app/z.go', 1, 50),
    ]);
    assert.deepEqual(
      lines.map(({ file, line }) => `${path.basename(file)}:${line}`),
      ['z.go:1', 'a.go:9', 'b.go:1', 'b.go:2'],
    );
  });
});

describe('what a profile measures', () => {
  const head = (...types: string[]) => ({
    sampleTypes: types.map((type) => ({ type, unit: '' })),
    period: 1,
    time: 0,
    duration: 0,
  });

  it('bytes ever allocated, else live ones, else time in the allocator', () => {
    assert.deepEqual(measureOf(head('alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space')), bytes);
    assert.deepEqual(measureOf(head('inuse_objects', 'inuse_space')), { index: 1, unit: 'bytes' });
    const { index, unit, under } = measureOf(head('samples', 'cpu'));
    assert.deepEqual([index, unit, under?.test('runtime.mallocgc')], [1, 'nanoseconds', true]);
  });

  it('a profile of locks says nothing about memory', () => {
    assert.throws(
      () => measureOf(head('contentions', 'delay')),
      /It holds contentions, delay; heap, allocs and CPU/,
    );
  });

  it('CPU time counts under the allocator only, its size-specialised forms of Go 1.27 included', () => {
    const builder = new WeightsBuilder(measureOf(head('samples', 'cpu')), 10, inApp);
    const stack = (leaf: string): Frame[] => [
      frame(leaf, '/go/malloc.go', 1),
      frame('app.f', '/app/a.go', 4),
    ];
    builder.add({ stack: stack('runtime.mallocgcSmallScanNoHeaderSC2'), values: [1, 10] });
    builder.add({ stack: stack('runtime.memmove'), values: [9, 90] });
    builder.add({ stack: [frame('runtime.gcBgMarkWorker', '/go/mgc.go', 1)], values: [4, 40] });
    const { total, time } = builder.result();
    assert.deepEqual([total, time], [10, { all: 140, collector: 40 }]);
  });
});

describe('names', () => {
  it('the package of a function is what stands before the first dot behind the last slash', () => {
    assert.equal(packageOf('github.com/a/b/v2.(*T).m'), 'github.com/a/b/v2');
    assert.equal(packageOf('gopkg.in/yaml%2ev3.Marshal'), 'gopkg.in/yaml.v3');
    assert.equal(packageOf('main.box[github.com/x/y.T]'), 'main');
    assert.equal(plainName('main.(*box[go.shape.string]).clone'), 'main.(*box).clone');
  });
});

describe('files of frames', () => {
  const packages = [
    { importPath: 'example.com/m', folder: '/src/m', files: new Set(['a.go', 'a_test.go']) },
    { importPath: 'example.com/m/cmd/x', folder: '/src/m/cmd/x', files: new Set(['main.go']) },
    { importPath: 'example.com/m/cmd/y', folder: '/src/m/cmd/y', files: new Set(['main.go']) },
  ];
  const locate = locator(packages);

  it('are found by the package in the name, wherever the program was built', () => {
    assert.equal(locate(frame('example.com/m.f', '/build/agent/17/m/a.go', 1)), path.join('/src/m', 'a.go'));
    assert.equal(locate(frame('example.com/m.f', 'example.com/m/a.go', 1)), path.join('/src/m', 'a.go'));
    assert.equal(
      locate(frame('example.com/m_test.BenchmarkF', '/x/a_test.go', 1)),
      path.join('/src/m', 'a_test.go'),
    );
  });

  it('are not guessed: foreign packages, files that are gone, a main package that two folders may be', () => {
    assert.equal(locate(frame('strings.Split', '/usr/local/go/src/strings/strings.go', 1)), undefined);
    assert.equal(locate(frame('example.com/m.old', '/b/m/old.go', 1)), undefined);
    assert.equal(locate(frame('main.main', '/elsewhere/main.go', 1)), undefined);
  });

  it('of a main package are found by the folders of the path', () => {
    assert.equal(locate(frame('main.main', '/other/cmd/y/main.go', 1)), path.join('/src/m/cmd/y', 'main.go'));
    assert.equal(
      locate(frame('main.run', 'example.com/m/cmd/x/main.go', 1)),
      path.join('/src/m/cmd/x', 'main.go'),
    );
  });
});
