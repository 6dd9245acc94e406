import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ProfileError } from './profile-error';
import { exact, readFields, type Cursor } from './protobuf';
import type { Frame, Sample } from './sample';
import { deepest, tooDeep } from './stack-depth';

/**
 * Reads profiles in pprof's format (google/pprof, proto/profile.proto) in two passes, because Go writes the strings
 * last: tables, then samples one at a time. What is kept is the tables: a profile of a million samples costs no more
 * memory than its functions and places.
 */

/** Bytes of an uncompressed profile, over which it is taken for a trap. */
const sizeLimit = 4 * 1024 ** 3;

/** Entries of one table. The largest service has some hundred thousand functions. */
const tableLimit = 4_000_000;

/** Bytes of all names together. */
const textLimit = 256 * 1024 ** 2;

export interface ProfileHead {
  readonly sampleTypes: readonly { readonly type: string; readonly unit: string }[];
  /** Bytes (heap) or nanoseconds (CPU) between samples; 1 when everything was recorded. */
  readonly period: number;
  /** Nanoseconds since 1970; 0 when the profile does not say. */
  readonly time: number;
  /** Nanoseconds that the profile covers; 0 when it does not say. */
  readonly duration: number;
}

/**
 * @param open gives the profile's bytes, gzipped or not, from the start; called twice
 * @param onHead comes before the first sample
 * @throws ProfileError when the bytes are no profile, are cut off, or unpack to more than 4 GiB
 */
export async function readPprof(
  open: () => AsyncIterable<Uint8Array>,
  onHead: (head: ProfileHead) => void,
  onSample: (sample: Sample) => void,
): Promise<void> {
  const tables = new Tables();
  await readFields(unpacked(open()), (field, value) => tables.add(field, value));
  onHead(tables.head());
  await readFields(unpacked(open()), (field, value) => {
    if (field === 2 && typeof value !== 'number') onSample(tables.sample(value));
  });
}

/** The bytes behind gzip, when they are; bounded. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  let start = new Uint8Array();
  while (start.length < 2) {
    const next = await iterator.next();
    if (next.done)
      throw new ProfileError(start.length === 0 ? 'It is empty.' : 'It is no pprof profile: one byte.');
    start = Buffer.concat([start, next.value]);
  }
  const all = Readable.from(
    (async function* () {
      yield start;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    })(),
  );
  const gunzip = start[0] === 0x1f && start[1] === 0x8b ? createGunzip() : undefined;
  // An error of the file reaches whoever reads the unpacked stream.
  if (gunzip) all.on('error', (error) => gunzip.destroy(error));
  let size = 0;
  try {
    for await (const chunk of (gunzip ? all.pipe(gunzip) : all) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > sizeLimit) throw new ProfileError('It unpacks to more than 4 GiB.');
      yield chunk;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw new ProfileError('It is cut off: its compressed data ends early.');
    if (code?.startsWith('Z_'))
      throw new ProfileError('It is damaged: its compressed data cannot be unpacked.');
    throw error;
  } finally {
    all.destroy();
    gunzip?.destroy();
  }
}

interface Line {
  readonly functionId: number;
  readonly line: number;
}

/** Everything of a profile but its samples. Field numbers are those of profile.proto. */
class Tables {
  readonly #strings: string[] = [];
  readonly #functions = new Map<number, { name: number; file: number; startLine: number }>();
  readonly #locations = new Map<number, readonly Line[]>();
  /** Of the locations that samples have named so far. */
  readonly #frames = new Map<number, readonly Frame[]>();
  readonly #types: { type: number; unit: number }[] = [];
  #textSize = 0;
  #period = 0;
  #time = 0;
  #duration = 0;

  add(field: number, value: number | Cursor): void {
    if (typeof value === 'number') {
      if (field === 9) this.#time = value;
      if (field === 10) this.#duration = value;
      if (field === 12) this.#period = exact(value);
      return;
    }
    if (field === 1) this.#types.push(this.#type(value));
    if (field === 4) this.#addLocation(value);
    if (field === 5) this.#addFunction(value);
    if (field === 6) {
      this.#textSize += value.end - value.at;
      this.#strings.push(value.text());
    }
    const entries = Math.max(
      this.#types.length,
      this.#locations.size,
      this.#functions.size,
      this.#strings.length,
    );
    if (entries > tableLimit || this.#textSize > textLimit)
      throw new ProfileError('It is damaged: it names more functions and places than a program has.');
  }

  head(): ProfileHead {
    if (this.#types.length === 0 || this.#strings[0] !== '')
      throw new ProfileError('It is no pprof profile: it has no sample types.');
    return {
      sampleTypes: this.#types.map(({ type, unit }) => ({ type: this.#text(type), unit: this.#text(unit) })),
      period: this.#period,
      time: this.#time,
      duration: this.#duration,
    };
  }

  sample(cursor: Cursor): Sample {
    const locations: number[] = [];
    const values: number[] = [];
    let size: number | undefined;
    cursor.fields((field, value) => {
      const into = field === 1 ? locations : field === 2 ? values : undefined;
      if (into) {
        if (typeof value === 'number') into.push(exact(value));
        else value.packed(into);
      } else if (field === 3 && typeof value !== 'number') size ??= this.#size(value);
    });
    const stack: Frame[] = [];
    for (const location of locations) {
      stack.push(...this.#framesOf(location));
      if (stack.length > deepest) throw tooDeep();
    }
    return {
      stack,
      values,
      ...(size !== undefined && { size }),
    };
  }

  #type(cursor: Cursor): { type: number; unit: number } {
    const found = { type: 0, unit: 0 };
    cursor.fields((field, value) => {
      if (typeof value !== 'number') return;
      if (field === 1) found.type = value;
      if (field === 2) found.unit = value;
    });
    return found;
  }

  #addFunction(cursor: Cursor): void {
    const found = { name: 0, file: 0, startLine: 0 };
    let id = 0;
    cursor.fields((field, value) => {
      if (typeof value !== 'number') return;
      if (field === 1) id = exact(value);
      if (field === 2) found.name = value;
      if (field === 4) found.file = value;
      if (field === 5) found.startLine = value;
    });
    this.#functions.set(id, found);
  }

  #addLocation(cursor: Cursor): void {
    const lines: Line[] = [];
    let id = 0;
    cursor.fields((field, value) => {
      if (field === 1 && typeof value === 'number') id = exact(value);
      if (field !== 4 || typeof value === 'number') return;
      const line = { functionId: 0, line: 0 };
      value.fields((part, number) => {
        if (typeof number !== 'number') return;
        if (part === 1) line.functionId = number;
        if (part === 2) line.line = number;
      });
      lines.push(line);
      if (lines.length > deepest) throw tooDeep();
    });
    this.#locations.set(id, lines);
  }

  #size(label: Cursor): number | undefined {
    let [key, number] = ['', 0];
    label.fields((field, value) => {
      if (typeof value !== 'number') return;
      if (field === 1) key = this.#text(value);
      if (field === 3) number = value;
    });
    return key === 'bytes' ? number : undefined;
  }

  #framesOf(location: number): readonly Frame[] {
    let frames = this.#frames.get(location);
    if (!frames) {
      frames = (this.#locations.get(location) ?? []).map(({ functionId, line }) => {
        const { name = 0, file = 0, startLine = 0 } = this.#functions.get(functionId) ?? {};
        return { name: this.#text(name), file: this.#text(file), line, startLine };
      });
      this.#frames.set(location, frames);
    }
    return frames;
  }

  #text(index: number): string {
    return this.#strings[index] ?? '';
  }
}
