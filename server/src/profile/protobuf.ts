import { ProfileError } from './profile-error';

/** Bytes of one field of a message that is held at once. A sample of the deepest stacks has a few thousand. */
const fieldLimit = 16 * 1024 * 1024;

/**
 * The fields of a protobuf message that arrives in chunks, one at a time: nothing but the field at hand is kept.
 * @param onField gets the field's number and its value: the number of a varint, the bytes of anything with a length
 * @throws ProfileError when the bytes are no protobuf message or end within a field
 */
export async function readFields(
  chunks: AsyncIterable<Uint8Array>,
  onField: (field: number, value: number | Cursor) => void,
): Promise<void> {
  let waiting: Uint8Array[] = [];
  let held = 0;
  let needed = 1;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    held += chunk.length;
    if (held < needed) continue;
    const bytes = waiting.length === 1 ? chunk : Buffer.concat(waiting);
    const cursor = new Cursor(bytes, 0, bytes.length);
    let done = 0;
    needed = 1;
    while (cursor.more) {
      const missing = field(cursor, onField);
      if (missing > 0) {
        needed = cursor.end - done + missing;
        break;
      }
      done = cursor.at;
    }
    const rest = bytes.subarray(done);
    waiting = rest.length > 0 ? [rest] : [];
    held = rest.length;
    if (held > 0 && needed <= held) needed = held + 1;
  }
  if (held > 0) throw new ProfileError('It is cut off: it ends within an entry.');
}

/** Reads one field. @returns bytes that are missing at least; 0 when the field was read */
function field(cursor: Cursor, onField: (field: number, value: number | Cursor) => void): number {
  if (!cursor.hasVarint) return 1;
  const tag = cursor.varint();
  const number = Math.floor(tag / 8);
  // Not allowed by the format, and what a file full of zeros is.
  if (number === 0) throw notProtobuf('a field without a number');
  switch (tag % 8) {
    case 0:
      if (!cursor.hasVarint) return 1;
      onField(number, cursor.varint());
      return 0;
    case 2: {
      if (!cursor.hasVarint) return 1;
      const length = cursor.varint();
      if (length < 0 || length > fieldLimit) throw notProtobuf(`an entry of ${length} bytes`);
      const missing = cursor.at + length - cursor.end;
      if (missing > 0) return missing;
      const start = cursor.at;
      cursor.at += length;
      onField(number, new Cursor(cursor.bytes, start, cursor.at));
      return 0;
    }
    default:
      throw notProtobuf(`a field of wire type ${tag % 8}`);
  }
}

/** @throws ProfileError for a number that has lost digits: over 2⁵³ */
export function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw notProtobuf('a number over 2^53');
  return value;
}

function notProtobuf(what: string): ProfileError {
  return new ProfileError(`It is no pprof profile: ${what}.`);
}

/** A place in the bytes of a message. */
export class Cursor {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  get more(): boolean {
    return this.at < this.end;
  }

  /** A whole varint lies ahead. */
  get hasVarint(): boolean {
    for (let at = this.at; at < this.end; at++) if (this.bytes[at]! < 0x80) return true;
    if (this.end - this.at >= 10) throw notProtobuf('a number of more than ten bytes');
    return false;
  }

  /**
   * A varint as a signed 64-bit number; not exact over 2⁵³, as addresses may be.
   * @throws ProfileError when it has more than ten bytes
   */
  varint(): number {
    let low = 0;
    let scale = 1;
    for (let count = 0; count < 10 && this.at < this.end; count++) {
      const byte = this.bytes[this.at++]!;
      low += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) {
        // Negative numbers are written as 64 bits of two's complement: ten bytes.
        return count === 9 ? this.#negative(this.at) : low;
      }
    }
    throw notProtobuf('a number that does not end');
  }

  #negative(end: number): number {
    let value = 0n;
    for (let i = end - 1; i >= end - 10; i--) value = (value << 7n) | BigInt(this.bytes[i]! & 0x7f);
    return Number(BigInt.asIntN(64, value));
  }

  /** The fields of the message that these bytes are. @throws ProfileError */
  fields(onField: (field: number, value: number | Cursor) => void): void {
    while (this.more) if (field(this, onField) > 0) throw notProtobuf('an entry that does not end');
  }

  /** The numbers of a packed field. @throws ProfileError when one is not exact in a double */
  packed(into: number[]): void {
    while (this.more) into.push(exact(this.varint()));
  }

  text(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.at, this.end - this.at).toString(
      'utf8',
    );
  }
}
