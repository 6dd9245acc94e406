/** Variable-length integers, read one after the other: each read gives a value and the next offset. */
interface Read {
  value: number;
  next: number;
}

function readVarint(bytes: Uint8Array, at: number): Read {
  const first = bytes[at]!;
  if (first < 128) return { value: first, next: at + 1 };
  const second = bytes[at + 1]!;
  if (second < 128) return { value: (first & 127) | (second << 7), next: at + 2 };
  return { value: (first & 127) | ((second & 127) << 7) | (bytes[at + 2]! << 14), next: at + 3 };
}

export function sum(bytes: Uint8Array): number {
  let total = 0;
  let at = 0;
  while (at < bytes.length) {
    const { value, next } = readVarint(bytes, at);
    total += value;
    at = next;
  }
  return total;
}

const numbers = Uint8Array.from({ length: 96 }, (_, i) => (i % 3 === 0 ? 0x80 | i : i % 3 === 1 && i % 2 === 0 ? 0x80 | i : i & 127));
numbers[95] = 1;

/** The measured unit: 96 bytes of integers. */
export function work(): unknown {
  return sum(numbers);
}

export function check(): void {
  const total = sum(new Uint8Array([1, 0x82, 1, 0x83, 0x80, 2]));
  if (total !== 1 + 130 + 3 + 2 * 16384) throw new Error(`wrong sum: ${total}`);
}
