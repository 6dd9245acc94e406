const bytes = new TextEncoder().encode('4 lines of 12 words');

/** @hot */
export function decode(part: Uint8Array): string {
  return new TextDecoder().decode(part);
}

/** @hot */
export function hidden(line: string): string {
  return line.replace(new RegExp('[0-9]+', 'g'), '#');
}

/** The measured unit: one line decoded, and its numbers hidden. */
export function work(): string {
  return hidden(decode(bytes));
}

export function check(): void {
  if (work() !== '# lines of # words') throw new Error(work());
}
