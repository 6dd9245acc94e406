import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pprofOf } from '../support/pprof';

/** Profiles of any size, the same in each run. */

/** The same numbers in each run. */
function numbers(): () => number {
  let state = 12345;
  return () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff);
}

/** A place that a profile of Go names. */
export interface GoPlace {
  /** As the linker spells the function. */
  readonly name: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly startLine: number;
}

/** Samples of stacks 20 deep of these places, with four random values, until the file has its size in bytes. */
export async function writePprof(file: string, size: number, of: readonly GoPlace[]): Promise<void> {
  const places = of.length;
  const tables = pprofOf({
    period: 524288,
    samples: of.map((place) => ({ stack: [[place]], values: [1, 1, 0, 0] })),
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

/** A function that a profile of V8 names. */
export interface ScriptFunction {
  readonly name: string;
  /** `file://…` */
  readonly url: string;
  /** Both 0-based. */
  readonly line: number;
  readonly column: number;
}

/** A tree of these functions 16 deep, with samples, until the file has about its size in bytes. */
export async function writeHeapProfile(
  file: string,
  size: number,
  of: readonly ScriptFunction[],
): Promise<void> {
  const next = numbers();
  const out = createWriteStream(file);
  let id = 1;
  const frame = (): string => {
    const { name, url, line, column } = of[next() % of.length]!;
    return `"callFrame":{"functionName":"${name}","scriptId":"7","url":"${url}","lineNumber":${line},"columnNumber":${column}},"selfSize":${next() % 65536},"id":${++id}`;
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
