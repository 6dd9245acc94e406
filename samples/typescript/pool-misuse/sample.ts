/** A decoder that takes its 64 KiB of scratch space from a pool, and loses it with every malformed record. */

/** @pool */
class Buffers {
  #free: Uint8Array[] = [];

  acquire(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(65_536);
  }

  release(buffer: Uint8Array): void {
    this.#free.push(buffer);
  }
}

const buffers = new Buffers();
const malformed = new Error('malformed record');

function decode(record: string, into: Uint8Array): number {
  for (let i = 0; i < record.length; i++) {
    const code = record.charCodeAt(i);
    if (code > 127) throw malformed;
    into[i] = code;
  }
  return record.length;
}

export function sum(record: string): number {
  const buffer = buffers.acquire();
  const length = decode(record, buffer);
  let total = 0;
  for (let i = 0; i < length; i++) total += buffer[i]!;
  buffers.release(buffer);
  return total;
}

const records = ['first', 'second', 'dritter mit ß', 'fourth'];

/** The measured unit: four records, one of them malformed. */
export function work(): number {
  let total = 0;
  for (const record of records) {
    try {
      total += sum(record);
    } catch {
      total -= 1;
    }
  }
  return total;
}

export function check(): void {
  const total = work();
  if (total !== 1851) throw new Error(`wrong total: ${total}`);
}
