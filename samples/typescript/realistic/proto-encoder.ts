/** Fields of a tagged binary format. Lines that an expert would flag carry "hot:". */
export interface Point {
  readonly id: number;
  readonly name: string;
  readonly values: readonly number[];
}

/** @hot for each number */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  while (value > 127) {
    bytes.push((value & 127) | 128);
    value >>>= 7;
  }
  bytes.push(value);
  return bytes;
}

export function encodeValues(values: readonly number[]): Uint8Array {
  let out: number[] = [];
  for (const value of values) {
    out = [...out, ...varint(value)]; // hot: copies all bytes for each value
  }
  return Uint8Array.from(out);
}

/** @hot once per point */
export function encodePoint(point: Point): Uint8Array {
  const name = new TextEncoder().encode(point.name);
  const values = encodeValues(point.values);
  const out = new Uint8Array(1 + name.length + values.length);
  out[0] = name.length;
  out.set(name, 1);
  out.set(values, 1 + name.length);
  return out;
}

export class Writer {
  private readonly out: Uint8Array;
  private at = 0;
  private readonly encoder = new TextEncoder();
  constructor(size: number) {
    this.out = new Uint8Array(size);
  }

  /** @hot once per field */
  text(text: string): void {
    const bytes = this.encoder.encode(text); // hot: bytes that are copied
    this.out.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** @hot once per field */
  double(value: number): void {
    const view = new DataView(this.out.buffer, this.out.byteOffset, this.out.byteLength);
    view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  finish(): Uint8Array {
    return this.out.subarray(0, this.at);
  }
}

/** @hot once per field */
export function readText(bytes: Buffer, from: number, to: number): string {
  return bytes.slice(from, to).toString('utf8'); // hot: a view only to be decoded
}

export function sizeOf(points: readonly Point[]): number {
  let size = 0;
  for (const point of points) size += Buffer.from(point.name).length + point.values.length * 8; // hot: bytes for their number
  return size;
}
