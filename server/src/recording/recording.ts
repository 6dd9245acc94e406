import type { Logger } from '../host/logger';
import type { TrustGate } from '../host/trust';

/** What is recorded, whatever the program. */
export interface RecordRun {
  /** Absolute path of the profile to write. */
  readonly out: string;
  /** Bytes between samples. */
  readonly interval: number;
  readonly cwd: string;
  readonly logger: Logger;
  readonly trust: TrustGate;
  readonly signal: AbortSignal;
}

/** A program may be still for as long as it likes: it is the user's. */
export const endless = { idle: Infinity, silent: Infinity };

/** Nothing could be recorded. The message is a sentence for the user. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}
