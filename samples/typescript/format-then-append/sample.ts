/** Records of text in one buffer, as a wire format writes them. */
const encoder = new TextEncoder();
const page = new Uint8Array(4096);
const frame = Buffer.alloc(4096);
const names = ['temperature', 'pressure', 'größe', 'humidity at the north gate'];

/** Appends a field and a line break; returns the new end. */
export function field(target: Uint8Array, text: string, at: number): number {
  const bytes = encoder.encode(text);
  target.set(bytes, at);
  target[at + bytes.length] = 10;
  return at + bytes.length + 1;
}

/** The same for a Buffer. */
export function latin(target: Buffer, text: string, at: number): number {
  return at + Buffer.from(text, 'latin1').copy(target, at);
}

/** A message of several parts. */
export function message(parts: readonly string[]): Buffer {
  let bytes = Buffer.alloc(0);
  for (const part of parts) {
    bytes = Buffer.concat([bytes, Buffer.from(part)]);
  }
  return bytes;
}

/** The measured unit: four fields into a page. */
export function work(): unknown {
  let at = 0;
  for (const name of names) at = field(page, name, at);
  return at;
}

export function check(): void {
  if (work() !== 56 || new TextDecoder().decode(page.subarray(0, 12)) !== 'temperature\n') throw new Error('fields');
  if (latin(frame, 'größe', 3) !== 8 || frame[5] !== 0xf6) throw new Error('latin');
  if (message(names).toString() !== names.join('')) throw new Error('message');
}
