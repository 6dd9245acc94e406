import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pprofOf } from '../support/pprof';
import { print, ratio } from './table';

const mebi = 1024 ** 2;

/** Large profiles: memory at the peak, and how long the main thread is busy without a break. */
export async function profiles(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'alloclens-bench-'));
  try {
    writeFileSync(path.join(folder, 'go.mod'), 'module example.com/app\n');
    writeFileSync(path.join(folder, 'a.go'), 'package app\n');
    writeFileSync(path.join(folder, 'a.js'), '\n');
    const pprof = path.join(folder, 'large.pprof');
    const heap = path.join(folder, 'large.heapprofile');
    await writePprof(pprof, 50 * mebi);
    await writeHeapProfile(heap, path.join(folder, 'a.js'), 100 * mebi);
    const rows = (
      [
        ['pprof, 50 MiB', pprof, 'a.go'],
        ['.heapprofile, 100 MiB', heap, 'a.js'],
      ] as const
    ).map(([name, profile, file]) => {
      const reader = path.join(__dirname, 'profile-reader.js');
      const { peak, idle, longest, total } = JSON.parse(
        execFileSync(process.execPath, [reader, profile, path.join(folder, file)], { encoding: 'utf8' }),
      ) as { peak: number; idle: number; longest: number; total: number };
      if (total === 0) throw new Error(`${profile} was read as an empty one.`);
      const { size } = statSync(profile);
      const mib = (bytes: number): string => `${Math.round(bytes / mebi)} MiB`;
      return [name, mib(size), mib(peak), mib(idle), ratio(peak - idle, size), `${longest} ms`];
    });
    print(
      'Large profiles: memory of the reading process, and the longest time its main thread computes without a break',
      ['profile', 'file', 'peak', 'at rest', '(peak − rest) / file', 'busy at most'],
      rows,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same numbers in each run. */
function numbers(): () => number {
  let state = 12345;
  return () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff);
}

/** Tables of 2,000 functions, and samples of stacks 20 deep and four random values until the file has its size. */
async function writePprof(file: string, size: number): Promise<void> {
  const places = 2000;
  const tables = pprofOf({
    period: 524288,
    samples: Array.from({ length: places }, (_, i) => ({
      stack: [
        [
          {
            name: `example.com/${i % 7 === 0 ? 'app' : 'other'}.f${i}`,
            file: `/x/${i % 7 === 0 ? 'a' : 'b'}.go`,
            line: i,
            startLine: i,
          },
        ],
      ],
      values: [1, 1, 0, 0],
    })),
  });
  const next = numbers();
  const out = createWriteStream(file);
  const gzip = createGzip({ level: 1 });
  gzip.pipe(out);
  gzip.write(tables);
  while (out.bytesWritten < size) {
    const chunk = Buffer.allocUnsafe(256 * 1024);
    let end = 0;
    while (end < chunk.length - 256) {
      // Every sample is shorter than 128 bytes, so that each length is one byte.
      chunk[end] = 0x12;
      let at = end + 2;
      const packed = (field: number, write: () => void): void => {
        chunk[at] = field;
        const start = (at += 2);
        write();
        chunk[start - 1] = at - start;
      };
      packed(0x0a, () => {
        // As in a program, a function has few callers.
        let place = next() % places;
        for (let i = 0; i < 20; i++) {
          at = varint(chunk, at, 1 + place);
          place = (7 * place + (next() % 2)) % places;
        }
      });
      packed(0x12, () => {
        for (const scale of [1, 64, 1, 64]) at = varint(chunk, at, next() * scale);
      });
      chunk[end + 1] = at - end - 2;
      end = at;
    }
    await write(gzip, chunk.subarray(0, end));
  }
  gzip.end();
  await finished(out);
}

/** Writes the value at the place. @returns the place behind it */
function varint(into: Buffer, start: number, value: number): number {
  let [at, rest] = [start, value];
  for (; rest >= 128; rest = Math.floor(rest / 128)) into[at++] = (rest % 128) | 128;
  into[at++] = rest;
  return at;
}

/** A tree of functions 16 deep, with samples, until the file has about its size. */
async function writeHeapProfile(file: string, script: string, size: number): Promise<void> {
  const next = numbers();
  const out = createWriteStream(file);
  let id = 1;
  const frame = (): string => {
    const at = next() % 5000;
    const url = at % 7 === 0 ? `file://${script}` : 'file:///elsewhere/b.js';
    return `"callFrame":{"functionName":"f${at}","scriptId":"${at % 90}","url":"${url}","lineNumber":${at},"columnNumber":${at % 80}},"selfSize":${next() % 65536},"id":${++id}`;
  };
  const branch = (depth: number): string =>
    `{${frame()},"children":[${depth === 0 ? '' : Array.from({ length: depth % 3 === 0 ? 2 : 1 }, () => branch(depth - 1)).join(',')}]}`;
  await write(out, `{"head":{${frame().replace(/"selfSize":\d+/, '"selfSize":0')},"children":[`);
  // A third of such a file are the samples.
  for (let first = true; out.bytesWritten + out.writableLength < size * 0.7; first = false)
    await write(out, `${first ? '' : ','}${branch(16)}`);
  await write(out, ']},"samples":[');
  const last = id;
  for (let ordinal = 1; out.bytesWritten + out.writableLength < size; ordinal++)
    await write(
      out,
      `${ordinal === 1 ? '' : ','}{"size":${next() % 4096},"nodeId":${2 + (next() % (last - 1))},"ordinal":${ordinal}}`,
    );
  await write(out, ']}');
  out.end();
  await finished(out);
}

async function write(stream: Writable, chunk: string | Uint8Array): Promise<void> {
  if (!stream.write(chunk)) await once(stream, 'drain');
}
