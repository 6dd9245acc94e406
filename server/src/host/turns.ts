import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of one turn of the event loop, by the clock. */
const longest = 30;

/** Lets what has come in be answered, an edit or a hover, while work goes on that takes longer than a person notices. */
export class Turns {
  #since = performance.now();

  /** @param signal ends the work, too, when it is heard between two turns */
  constructor(private readonly signal: AbortSignal) {}

  /**
   * Waits for the next turn, when this one has been long.
   * @throws AbortError
   */
  async rest(): Promise<void> {
    if (performance.now() - this.#since < longest) return;
    await nextTurn();
    this.#since = performance.now();
    this.signal.throwIfAborted();
  }
}
