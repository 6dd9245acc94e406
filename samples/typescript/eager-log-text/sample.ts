class Log {
  lines = 0;
  constructor(readonly on: boolean) {}
  isLevelEnabled(level: string): boolean {
    return this.on || level !== 'debug';
  }
  debug(message: string): void {
    if (this.on) this.lines += message.length > 0 ? 1 : 0;
  }
}

const log = new Log(false);
const order = { id: 1, items: Array.from({ length: 10 }, (_, id) => ({ id, name: `item ${id}`, price: id * 1.5 })) };

/** @hot */
export function handle(): number {
  log.debug(`order ${JSON.stringify(order)}`);
  return order.items.length;
}

/** The measured unit: one message, for a log that is off. */
export function work(): number {
  return handle();
}

export function check(): void {
  if (work() !== 10 || log.lines !== 0) throw new Error('wrong lines');
}
