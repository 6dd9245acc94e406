/** Tokens of a small language. */
const tokens = 'let total = price * 2 if total > 10 return total else return price'.split(' ');

export function isKeyword(token: string): boolean {
  const keywords = new Set(['let', 'if', 'else', 'return']);
  return keywords.has(token);
}

/** The measured unit: 15 tokens. */
export function work(): number {
  let count = 0;
  for (const token of tokens) {
    if (isKeyword(token)) count++;
  }
  return count;
}

export function check(): void {
  if (work() !== 5) throw new Error(`wrong count: ${work()}`);
}
