/** Milliseconds before anything is shown: a short run stays silent. */
const patience = 1000;

/** One line on the terminal that says how far a long run is; nothing when the output is not a terminal. */
export class Progress {
  readonly #started = performance.now();
  #shown = false;

  constructor(private readonly stream: NodeJS.WritableStream & { isTTY?: boolean; columns?: number }) {}

  /** @param total 0 when nobody knows it */
  report(done: number, total: number, what: string): void {
    if (!this.stream.isTTY || performance.now() - this.#started < patience) return;
    this.#shown = true;
    const line = total === 0 ? what : `${done}/${total} ${what}`;
    this.stream.write(`\r\u001b[K${line.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }

  clear(): void {
    if (this.#shown) this.stream.write('\r\u001b[K');
    this.#shown = false;
  }
}
