/** A tokenizer of a small language. Lines that an expert would flag carry "hot:". */
export interface Token {
  readonly type: string;
  readonly text: string;
  readonly at: number;
}

export class Tokenizer {
  private tokens: Token[] = [];
  private position = 0;
  constructor(private readonly source: string) {}

  all(): Token[] {
    while (this.position < this.source.length) {
      const token = this.next();
      if (!token) break;
      this.tokens = [...this.tokens, token]; // hot: copies all tokens for each
    }
    return this.tokens;
  }

  private next(): Token | undefined {
    const keywords = new Set(['let', 'if', 'else', 'while']); // hot: constants for each token
    const word = new RegExp('[a-z]+', 'y'); // hot: looks the pattern up for each token
    word.lastIndex = this.position;
    const match = word.exec(this.source);
    if (!match) {
      this.position++;
      return { type: 'other', text: this.source[this.position - 1]!, at: this.position - 1 };
    }
    const at = this.position;
    this.position += match[0].length;
    return { type: keywords.has(match[0]) ? 'keyword' : 'name', text: match[0], at };
  }
}

export function count(tokens: readonly Token[]): Record<string, number> {
  return tokens.reduce<Record<string, number>>(
    (all, token) => ({ ...all, [token.type]: (all[token.type] ?? 0) + 1 }), // hot: copies the table for each token
    {},
  );
}

export function positions(lines: readonly string[]): number[] {
  const found: number[] = [];
  for (const line of lines) {
    if (line.split(' ').map((word) => word.trim()).includes('todo')) found.push(line.length); // hot: an array to look for one value
    const words = (line.match(/\w+/g) ?? []).length; // hot: an array of matches to count them
    if (words > 10) found.push(words);
  }
  return found;
}

export function longest(tokens: readonly Token[]): number {
  return tokens.reduce((most, token) => Math.max(most, token.text.length), 0);
}
