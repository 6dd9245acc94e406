/** Transforms over a stream. Lines that an expert would flag carry "hot:". */
import { Transform, type TransformCallback } from 'node:stream';

export class Lines extends Transform {
  private rest: Buffer = Buffer.alloc(0);
  private seen: string[] = [];

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.rest = Buffer.concat([this.rest, chunk]); // hot: copies what is left for each chunk
    let end: number;
    while ((end = this.rest.indexOf(10)) >= 0) {
      this.push(this.rest.subarray(0, end));
      this.rest = this.rest.subarray(end + 1);
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.rest.length > 0) this.push(this.rest);
    done();
  }

  remember(name: string): void {
    this.seen.push(name);
  }
}

export class Upper extends Transform {
  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = new TextDecoder('utf-8').decode(chunk); // hot: a decoder for each chunk
    this.push(text.toUpperCase());
    done();
  }
}

/** Splits frames that carry their size in front. */
export class Frames extends Transform {
  private held: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const all = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]); // hot: copies what is held for each chunk
    let at = 0;
    while (all.length - at >= 4) {
      const size = all.readUInt32BE(at);
      if (all.length - at < size + 4) break;
      this.push(all.subarray(at + 4, at + 4 + size).toString('latin1')); // hot: a view only to be decoded
      at += size + 4;
    }
    this.held = all.subarray(at);
    done();
  }
}

export function total(stream: Transform, limit: number): void {
  const parts: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => {
    parts.push(chunk);
    if (Buffer.concat(parts).length > limit) stream.destroy(); // hot: copies everything for the length
  });
}
