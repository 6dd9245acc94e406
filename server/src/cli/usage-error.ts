/** The user asked for something that cannot be done. The message is a sentence for the user; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** There was nothing to look at, or nothing that could be measured. The message is a sentence for the user; the exit code is 3. */
export class NothingMeasuredError extends Error {
  override readonly name = 'NothingMeasuredError';
}
