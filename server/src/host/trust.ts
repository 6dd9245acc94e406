/** Thrown where a process would be started although the workspace is not trusted. The message is for the user. */
export class UntrustedError extends Error {
  override readonly name = 'UntrustedError';

  constructor(what: string) {
    super(
      `${what} was not started because this workspace is not trusted. Trust the workspace to have Go analysed by its compiler.`,
    );
  }
}

/**
 * Whether programs may be started. Closed until someone says that the workspace is trusted; it never closes again
 * (VS Code reloads the window when trust is taken away).
 */
export class TrustGate {
  private open: boolean;
  private readonly listeners = new Set<() => void>();

  constructor(trusted: boolean) {
    this.open = trusted;
  }

  get trusted(): boolean {
    return this.open;
  }

  grant(): void {
    if (this.open) return;
    this.open = true;
    for (const listener of [...this.listeners]) listener();
    this.listeners.clear();
  }

  /** Calls `listener` once when trust is granted; not at all when it already is. Returns how to unsubscribe. */
  onGranted(listener: () => void): () => void {
    if (!this.open) this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @throws UntrustedError naming `what` when the gate is closed. */
  require(what: string): void {
    if (!this.open) throw new UntrustedError(what);
  }
}
