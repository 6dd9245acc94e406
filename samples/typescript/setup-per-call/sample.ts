const bytes = new TextEncoder().encode('a line of a log');

/** @hot */
export function decode(part: Uint8Array): string {
  return new TextDecoder().decode(part);
}

/** @hot */
export function matches(line: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(line);
}

/** The measured unit: one line decoded, and asked for four words. */
export function work(): number {
  const line = decode(bytes);
  let found = 0;
  for (const word of ['line', 'log', 'of', 'none']) if (matches(line, word)) found++;
  return found;
}

export function check(): void {
  if (work() !== 3) throw new Error(`${work()} words`);
}
