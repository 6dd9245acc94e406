/** A position as LSP has it: 0-based line, 0-based UTF-16 column. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/**
 * Converts between UTF-16 offsets, LSP positions and the Go compiler's positions (1-based line, 1-based UTF-8 byte
 * column) of one text. Lines end at `\n`; a `\r` before it belongs to the line. Out-of-range input is clamped.
 */
export class LineIndex {
  readonly #starts: number[] = [0];

  constructor(readonly text: string) {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#starts.push(i + 1);
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** UTF-16 offset at which the 0-based line starts. */
  lineStart(line: number): number {
    return this.#starts[Math.max(0, Math.min(line, this.lineCount - 1))]!;
  }

  /** The 0-based line that contains the offset. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.lineCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  positionAt(offset: number): Position {
    const clamped = Math.max(0, Math.min(offset, this.text.length));
    const line = this.lineAt(clamped);
    return { line, character: clamped - this.#starts[line]! };
  }

  offsetAt(position: Position): number {
    if (position.line >= this.lineCount) return this.text.length;
    const start = this.lineStart(position.line);
    return Math.min(start + Math.max(0, position.character), this.#lineEnd(position.line));
  }

  /** The UTF-16 offset of a compiler position: 1-based line, 1-based column in UTF-8 bytes. */
  offsetAtBytes(line: number, byteColumn: number): number {
    if (line > this.lineCount) return this.text.length;
    let offset = this.lineStart(line - 1);
    const end = this.#lineEnd(line - 1);
    for (let bytes = byteColumn - 1; bytes > 0 && offset < end;) {
      const codePoint = this.text.codePointAt(offset)!;
      bytes -= codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      offset += codePoint < 0x10000 ? 1 : 2;
    }
    return offset;
  }

  #lineEnd(line: number): number {
    return line + 1 < this.lineCount ? this.#starts[line + 1]! - 1 : this.text.length;
  }
}
