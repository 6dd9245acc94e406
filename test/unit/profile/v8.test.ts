import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProfileError } from '../../../server/src/profile/profile-error';
import { readV8, type V8Profile } from '../../../server/src/profile/v8';
import type { Sample } from '../../../server/src/profile/sample';
import { mergeV8 } from '../../../server/src/profile/v8-merge';

interface Node {
  callFrame: {
    functionName: string;
    url: string;
    lineNumber: number;
    columnNumber: number;
    scriptId: string;
  };
  selfSize: number;
  id: number;
  children: Node[];
}

let ids = 0;
const node = (functionName: string, url: string, selfSize: number, ...children: Node[]): Node => ({
  callFrame: {
    functionName,
    url,
    lineNumber: url === '' ? -1 : 4,
    columnNumber: url === '' ? -1 : 9,
    scriptId: '1',
  },
  selfSize,
  id: ++ids,
  children,
});
/** Read in pieces of 7 bytes: words, numbers and characters are cut anywhere. */
async function read(text: string, piece = 7): Promise<V8Profile & { readonly samples: readonly Sample[] }> {
  const bytes = Buffer.from(text);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += piece)
      yield await Promise.resolve(bytes.subarray(at, at + piece));
  };
  const profile = await readV8(pieces());
  return { ...profile, samples: [...profile.samples] };
}

const recorded = { interval: 16384, collected: true, node: 'v20.0.0', command: ['node', 'a.js'] };

describe('a .heapprofile', () => {
  const slice = node('slice', '', 300);
  const profile = {
    head: node(
      '(root)',
      '',
      0,
      node('work', 'file:///app/a.js', 100, slice),
      node('', 'file:///app/a.js', 0),
    ),
    samples: [1, 2, 3].map((ordinal) => ({ size: 100, nodeId: slice.id, ordinal })),
  };

  it('gives a stack for each size, leaf first, and how many samples stand behind it', async () => {
    const { samples, collected, interval } = await read(JSON.stringify(profile));
    const sizes = Object.fromEntries(
      samples.map(({ stack, values, samples: count }) => [
        stack.map(({ name }) => name).join('<'),
        [values[0], count],
      ]),
    );
    assert.deepEqual(sizes, { work: [100, undefined], 'slice<work': [300, 3] });
    assert.deepEqual([collected, interval], [undefined, undefined], 'V8 does not say how it recorded');
  });

  it('has 1-based lines and columns of the function’s start', async () => {
    const { samples } = await read(JSON.stringify(profile));
    const { line, startLine, column } = samples.find(({ stack }) => stack.length === 1)!.stack[0]!;
    assert.deepEqual([line, startLine, column], [5, 5, 10]);
  });

  it('names the package of a function in node_modules', async () => {
    const url = 'file:///app/node_modules/a/node_modules/@scope/b/lib/x.js';
    const { samples } = await read(JSON.stringify({ head: node('(root)', '', 0, node('parse', url, 1)) }));
    assert.equal(samples[0]!.stack[0]!.name, '@scope/b: parse');
  });

  it('knows what alloclens record wrote beside it', async () => {
    const { collected, interval } = await read(mergeV8([JSON.stringify(profile)], recorded));
    assert.deepEqual([collected, interval], [true, 16384]);
  });

  it('is one of several processes: sizes and samples of each stay with it', async () => {
    const text = JSON.stringify(profile);
    const { samples } = await read(mergeV8([text, text, text], recorded));
    assert.equal(samples.length, 6);
    assert.equal(
      samples.reduce((sum, { values }) => sum + values[0]!, 0),
      1200,
    );
    assert.deepEqual(
      samples.flatMap(({ samples: count }) => count ?? []),
      [3, 3, 3],
    );
  });
});

describe('a .heaptimeline', () => {
  it('counts every allocation by stack', async () => {
    const text = JSON.stringify({
      snapshot: {
        meta: {
          trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
        },
      },
      trace_function_infos: [0, 0, 1, 0, 0, 0, 1, 2, 3, 1, 4, 9],
      trace_tree: [1, 0, 0, 0, [2, 1, 50, 2000, []]],
      strings: ['(root)', '', 'work', '/app/a.js'],
    });
    const { samples, collected } = await read(text);
    assert.equal(collected, true);
    assert.deepEqual(samples, [
      {
        stack: [{ name: 'work', file: '/app/a.js', line: 5, startLine: 5, column: 10 }],
        values: [2000, 50],
        samples: 50,
      },
    ]);
  });
});

describe('a .cpuprofile', () => {
  const nodes = [
    { ...node('(root)', '', 0), id: 1, children: [2, 3, 4] },
    { ...node('work', 'file:///app/a.js', 0), id: 2, children: [5] },
    { ...node('(garbage collector)', '', 0), id: 3, children: [] },
    { ...node('(idle)', '', 0), id: 4, children: [] },
    { ...node('slice', '', 0), id: 5, children: [] },
  ];
  /** Each sample lasts until the next one: 10 µs, then 20, 30, 40. */
  const text = JSON.stringify({ nodes, samples: [2, 5, 3, 4, 99], timeDeltas: [5, 10, 20, 30, 40] });

  it('has the time of each function, and the collector, which has no caller, apart', async () => {
    const { unit, time, samples: taken } = await read(text);
    assert.equal(unit, 'nanoseconds');
    assert.deepEqual(time, { all: 100_000, collector: 30_000 });
    const times = taken.map(({ stack, values, samples }) => [
      stack.map(({ name }) => name).join('<'),
      values[0],
      samples,
    ]);
    assert.deepEqual(times, [
      ['work', 10_000, 1],
      ['slice<work', 20_000, 1],
      // A node that there is not: its time stays in the whole.
      ['', 40_000, 1],
    ]);
  });

  it('may have clocks that step back', async () => {
    const { time } = await read(JSON.stringify({ nodes, samples: [2, 2], timeDeltas: [5, -3] }));
    assert.deepEqual(time, { all: 0, collector: 0 });
  });
});

describe('what V8 wrote, damaged', () => {
  const heap = {
    head: node('(root)', '', 0, node('work', 'file:///app/a.js', 100, node('slice', '', 300))),
    samples: [{ size: 100, nodeId: 2, ordinal: 1 }],
    alloclens: recorded,
  };
  const cpu = {
    nodes: [
      { ...node('(root)', '', 0), id: 1, children: [2] },
      { ...node('work', 'file:///app/a.js', 0), id: 2, children: [] },
    ],
    samples: [2, 2],
    timeDeltas: [5, 10],
  };
  const odd = [null, 5, -1, 1e9, 1e999, 'x', [], {}, true] as const;

  /** Copies in which one value, anywhere, is something else. */
  function* variants(value: unknown): Generator<unknown> {
    yield* odd;
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      const of = (part: unknown): unknown =>
        Array.isArray(value)
          ? (value as unknown[]).map((one, i) => (String(i) === key ? part : one))
          : { ...value, [key]: part };
      for (const part of variants((value as Record<string, unknown>)[key])) yield of(part);
    }
  }

  for (const [what, profile] of [
    ['.heapprofile', heap],
    ['.cpuprofile', cpu],
  ] as const)
    it(`${what}: is read as something or refused in a sentence, and never a crash`, async () => {
      for (const variant of variants(profile)) {
        const text = JSON.stringify(variant);
        try {
          await read(text);
        } catch (error) {
          if (!(error instanceof ProfileError)) assert.fail(`${text}: ${String(error)}`);
        }
      }
    });
});

describe('what is no profile of V8 is said in a sentence', () => {
  const deep = (levels: number): string =>
    `{"head":${'{"callFrame":{"functionName":"f","url":"","lineNumber":0,"columnNumber":0},"selfSize":1,"id":1,"children":['.repeat(levels)}${']}'.repeat(levels)}}`;
  for (const [what, text, message] of [
    ['cut off', '{"head":', /no profile/],
    ['something else', '{"a":1}', /not what V8 writes/],
    ['a list', '[]', /not what V8 writes/],
    ['a CPU profile without samples', '{"nodes":[],"timeDeltas":[]}', /does not say what ran when/],
    [
      'a CPU profile of nodes without frames',
      '{"nodes":[{"id":1}],"samples":[1],"timeDeltas":[1]}',
      /no call frame/,
    ],
    [
      'a CPU profile that calls itself',
      JSON.stringify({
        nodes: [1, 2].map((id) => ({ ...node('f', '', 0), id, children: [3 - id] })),
        samples: [1],
        timeDeltas: [1],
      }),
      /more than 10000 frames/,
    ],
    ['a snapshot', '{"snapshot":{"meta":{}},"trace_tree":[]}', /without recorded stacks/],
    ['a negative size', JSON.stringify({ head: node('(root)', '', -1) }), /-1 where a size is/],
    [
      'a size that is text',
      JSON.stringify({ head: { ...node('(root)', '', 0), selfSize: 'x' } }),
      /"x" where a size is/,
    ],
    [
      'a node without children',
      '{"head":{"callFrame":{},"selfSize":1,"id":1}}',
      /no call frame or no children/,
    ],
    ['a stack without end', deep(20_000), /more than 10000 frames/],
  ] as const)
    it(what, async () => {
      await assert.rejects(read(text, 4096), (error: Error) => {
        assert.ok(error instanceof ProfileError);
        assert.match(error.message, message);
        return true;
      });
    });
});
