import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readPprof, type ProfileHead } from '../../../server/src/profile/pprof';
import type { Sample } from '../../../server/src/profile/sample';
import { ProfileError } from '../../../server/src/profile/profile-error';
import { damaged } from '../../support/damaged';
import { pprofOf, type WrittenProfile } from '../../support/pprof';

async function read(
  bytes: Uint8Array,
  chunk = bytes.length,
): Promise<{ head: ProfileHead; samples: Sample[] }> {
  const samples: Sample[] = [];
  let head: ProfileHead | undefined;
  const open = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  };
  await readPprof(
    open,
    (found) => (head = found),
    (sample) => samples.push(sample),
  );
  return { head: head!, samples };
}

const profile: WrittenProfile = {
  period: 524288,
  samples: [
    {
      stack: [
        [
          { name: 'main.newNode', file: '/b/node.go', line: 7, startLine: 6 },
          { name: 'main.useTwo', file: '/b/main.go', line: 23, startLine: 20 },
        ],
        [{ name: 'main.main', file: '/b/main.go', line: 40, startLine: 38 }],
      ],
      values: [3, 96, 1, 32],
      size: 32,
    },
    { stack: [[{ name: 'main.main', file: '/b/main.go', line: 41 }]], values: [-2, -64, -2, -64] },
  ],
};

/** One sample with the same place a hundred thousand times. */
function endless(): Uint8Array {
  const written = pprofOf({ samples: [{ stack: [[{ name: 'f' }]], values: [1, 1, 1, 1] }] });
  const places = Buffer.alloc(100_000, 1);
  const length = [0xa4, 0x8d, 0x06];
  const sample = [0x0a, 0xa0, 0x8d, 0x06, ...places];
  return Buffer.concat([written, Buffer.from([0x12, ...length, ...sample])]);
}

describe('pprof profiles', () => {
  for (const [what, bytes] of [
    ['gzipped, as Go writes them', gzipSync(pprofOf(profile))],
    ['plain', pprofOf(profile)],
  ] as const) {
    for (const chunk of [bytes.length, 1, 7]) {
      it(`${what}, in chunks of ${chunk}: names, lines, inlined frames, sizes, negative deltas`, async () => {
        const { head, samples } = await read(bytes, chunk);
        assert.deepEqual(
          head.sampleTypes.map(({ type }) => type),
          ['alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space'],
        );
        assert.equal(head.period, 524288);
        assert.deepEqual(
          samples.map(({ stack, values, size }) => [
            stack.map(({ name, line, startLine }) => `${name}:${line}+${startLine}`),
            values,
            size,
          ]),
          [
            [['main.newNode:7+6', 'main.useTwo:23+20', 'main.main:40+38'], [3, 96, 1, 32], 32],
            [['main.main:41+0'], [-2, -64, -2, -64], undefined],
          ],
        );
      });
    }
  }

  for (const [what, bytes, message] of [
    ['an empty file', new Uint8Array(), /empty/],
    ['text', Buffer.from('goroutine profile: total 3\n'), /no pprof profile/],
    ['a picture', Buffer.from('89504e470d0a1a0a', 'hex'), /no pprof profile/],
    ['cut gzip', gzipSync(pprofOf(profile)).subarray(0, -20), /compressed data ends early/],
    ['damaged gzip', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(50, 7)]), /cannot be unpacked/],
    ['a cut profile', pprofOf(profile).subarray(0, -3), /cut off/],
    [
      'an entry of a terabyte',
      Buffer.from([0x32, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]),
      /no pprof profile: an entry of/,
    ],
    ['a bomb of zeros', gzipSync(Buffer.alloc(64 * 1024 ** 2)), /a field without a number/],
    [
      'a bomb of empty names',
      gzipSync(Buffer.alloc(16 * 1024 ** 2, Buffer.from([0x32, 0x00]))),
      /more functions and places than a program has/,
    ],
    ['a stack without end', endless(), /more than 10000 frames/],
    ['a number without end', Buffer.alloc(40, 0xff), /more than ten bytes/],
    ['an id over 2^53', Buffer.from([0x22, 0x09, 0x08, ...Array<number>(7).fill(0xff), 0x7f]), /over 2\^53/],
  ] as const) {
    it(`${what} is one sentence, not a crash`, async () => {
      await assert.rejects(read(bytes), { name: 'ProfileError', message });
    });
  }

  it('an id that no table has is a frame without a name, not a crash', async () => {
    const bytes = pprofOf({ samples: [{ stack: [], values: [1, 8, 0, 0] }] });
    assert.deepEqual((await read(bytes)).samples, [{ stack: [], values: [1, 8, 0, 0] }]);
  });

  it('damaged anywhere is read as something or refused in a sentence, and never a crash', async () => {
    const whole = pprofOf(profile);
    for (const bytes of damaged(whole, 2000)) {
      const { error } = await read(bytes).then(
        () => ({ error: undefined }),
        (error: unknown) => ({ error }),
      );
      if (error !== undefined && !(error instanceof ProfileError))
        assert.fail(`${Buffer.from(bytes).toString('hex')}: ${String(error)}`);
    }
  });
});
