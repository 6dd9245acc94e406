import { EventEmitter } from 'node:events';

/** What arrives: 100 chunks of 1 KiB. */
const chunk = Buffer.alloc(1024, 7);

export function receive(source: EventEmitter, done: (body: Buffer) => void): void {
  let body = Buffer.alloc(0);
  source.on('data', (part: Buffer) => {
    body = Buffer.concat([body, part]);
  });
  source.on('end', () => {
    done(body);
  });
}

/** The measured unit: one body. */
export function work(): unknown {
  const source = new EventEmitter();
  let received: Buffer | undefined;
  receive(source, (body) => (received = body));
  for (let i = 0; i < 100; i++) source.emit('data', chunk);
  source.emit('end');
  return received;
}

export function check(): void {
  const body = work() as Buffer;
  if (body.length !== 102400 || body.some((byte) => byte !== 7)) throw new Error('wrong body');
}
