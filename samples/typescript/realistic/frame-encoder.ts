/** Frames of a multiplexed protocol: 9 bytes of header, then the payload. Lines that an expert would flag carry "hot:". */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export class FrameWriter {
  private pending: Buffer[] = [];
  constructor(private readonly socket: Socket) {}

  /** @hot once per frame */
  header(frame: Frame): Buffer {
    const header = Buffer.alloc(9);
    header.writeUIntBE(frame.payload.length, 0, 3);
    header.writeUInt8(frame.type, 3);
    header.writeUInt8(frame.flags, 4);
    header.writeUInt32BE(frame.stream, 5);
    return header;
  }

  /** @hot once per frame */
  text(stream: number, text: string): void {
    const size = Buffer.from(text).length; // hot: bytes made for their number
    this.write({ type: 0, flags: size > 0 ? 1 : 0, stream, payload: Buffer.from(text) });
  }

  /** @hot once per frame */
  write(frame: Frame): void {
    this.pending = [...this.pending, this.header(frame), frame.payload]; // hot: copies the whole list for each frame
    if (this.pending.length > 16) this.flush();
  }

  flush(): void {
    for (const part of this.pending) this.socket.write(part);
    this.pending = [];
  }
}

/** @hot once per frame */
export function checksum(name: string, payload: Uint8Array): string {
  const hash = createHash('sha256');
  hash.update(Buffer.from(name)); // hot: bytes of a text that update() takes as it is
  hash.update(payload.slice(0, 1024)); // hot: a copy only to be read
  return hash.digest('hex');
}

export function encodeAll(frames: readonly Frame[]): Buffer {
  let out = Buffer.alloc(0);
  for (const frame of frames) {
    out = Buffer.concat([out, frame.payload]); // hot: quadratic
  }
  return out;
}
