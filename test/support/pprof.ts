import type { Frame } from '../../server/src/profile/sample';

/** A stack of locations, leaf first; a location with several frames is one where the first are inlined. */
export interface WrittenSample {
  readonly stack: readonly (readonly Partial<Frame>[])[];
  readonly values: readonly number[];
  readonly size?: number;
}

export interface WrittenProfile {
  readonly types?: readonly (readonly [type: string, unit: string])[];
  readonly period?: number;
  readonly samples: readonly WrittenSample[];
}

const heapTypes = [
  ['alloc_objects', 'count'],
  ['alloc_space', 'bytes'],
  ['inuse_objects', 'count'],
  ['inuse_space', 'bytes'],
] as const;

/** A profile as runtime/pprof writes it: samples before the tables, strings last, an address too large for a double. */
export function pprofOf({ types = heapTypes, period = 1, samples }: WrittenProfile): Uint8Array {
  const strings = [''];
  const text = (value: string): number => {
    if (!strings.includes(value)) strings.push(value);
    return strings.indexOf(value);
  };
  const functions: number[][] = [];
  const locations: number[][] = [];
  const functionId = ({ name = '', file = '', startLine = 0 }: Partial<Frame>): number => {
    functions.push(
      message([
        varintField(1, functions.length + 1),
        varintField(2, text(name)),
        varintField(4, text(file)),
        varintField(5, startLine),
      ]),
    );
    return functions.length;
  };
  const locationId = (frames: readonly Partial<Frame>[]): number => {
    const lines = frames.map((frame) =>
      bytesField(4, message([varintField(1, functionId(frame)), varintField(2, frame.line ?? 0)])),
    );
    // 0xffffffffff601000, where Linux maps its system calls.
    const address = [0x18, 0x80, 0xa0, 0xd8, 0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    locations.push(message([varintField(1, locations.length + 1), address, ...lines]));
    return locations.length;
  };
  const written = samples.map(({ stack, values, size }) =>
    message([
      bytesField(
        1,
        stack.flatMap((frames) => varint(locationId(frames))),
      ),
      bytesField(2, values.flatMap(varint)),
      ...(size === undefined
        ? []
        : [bytesField(3, message([varintField(1, text('bytes')), varintField(3, size)]))]),
    ]),
  );
  const head = types.map(([type, unit]) =>
    bytesField(1, message([varintField(1, text(type)), varintField(2, text(unit))])),
  );
  return Uint8Array.from(
    message([
      ...head,
      ...written.map((sample) => bytesField(2, sample)),
      ...locations.map((location) => bytesField(4, location)),
      ...functions.map((fn) => bytesField(5, fn)),
      ...strings.map((string) => bytesField(6, [...Buffer.from(string)])),
      varintField(12, period),
    ]),
  );
}

function message(fields: readonly (readonly number[])[]): number[] {
  return fields.flat();
}

function varintField(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

function bytesField(field: number, bytes: readonly number[]): number[] {
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}
