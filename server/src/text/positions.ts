/** A position as LSP has it: 0-based line, 0-based UTF-16 column. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** What the characters of a line are counted in. */
export type Encoding = 'utf-16' | 'utf-8';

/** The lines of one text, 0-based. What ends a line is told by who counts: see the two kinds. */
abstract class Lines {
  /** @param starts UTF-16 offset at which each line starts, ascending */
  protected constructor(
    readonly text: string,
    private readonly starts: readonly number[],
  ) {}

  get lineCount(): number {
    return this.starts.length;
  }

  /** UTF-16 offset at which the line starts. Out-of-range lines are clamped. */
  lineStart(line: number): number {
    return this.starts[Math.max(0, Math.min(line, this.lineCount - 1))]!;
  }

  /** UTF-16 offset behind the line, before what ends it. */
  lineEnd(line: number): number {
    if (line + 1 >= this.lineCount) return this.text.length;
    const next = this.lineStart(line + 1);
    return this.text.startsWith('\r\n', next - 2) ? next - 2 : next - 1;
  }

  /** The line that contains the offset. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.lineCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/**
 * Lines as LSP counts them, and so every editor, the reports and their readers: they end at `\n`, `\r\n` or `\r`
 * (Language Server Protocol 3.17, "Text Documents"). Out-of-range input is clamped.
 */
export class LineIndex extends Lines {
  /** @param encoding of the positions; offsets are UTF-16 */
  constructor(
    text: string,
    private readonly encoding: Encoding = 'utf-16',
  ) {
    const starts = [0];
    for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length);
    super(text, starts);
  }

  /** An offset between `\r` and `\n` is before both. */
  positionAt(offset: number): Position {
    const clamped = Math.max(0, Math.min(offset, this.text.length));
    const line = this.lineAt(clamped);
    const [start, end] = [this.lineStart(line), Math.min(clamped, this.lineEnd(line))];
    return {
      line,
      character: this.encoding === 'utf-16' ? end - start : Buffer.byteLength(this.text.slice(start, end)),
    };
  }

  offsetAt({ line, character }: Position): number {
    if (line >= this.lineCount) return this.text.length;
    const [start, end] = [this.lineStart(line), this.lineEnd(line)];
    if (this.encoding === 'utf-16') return Math.min(start + Math.max(0, character), end);
    return behindBytes(this.text, start, end, character);
  }
}

/**
 * Lines as the Go compiler and tree-sitter count them: they end at `\n` alone, and a `\r` is a character of its line
 * (cmd/compile/internal/syntax/source.go).
 */
export class CompilerLines extends Lines {
  constructor(text: string) {
    const starts = [0];
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
    super(text, starts);
  }

  /** The UTF-16 offset of a compiler position: 1-based line, 1-based column in UTF-8 bytes. Out-of-range is clamped. */
  offsetAtBytes(line: number, byteColumn: number): number {
    if (line > this.lineCount) return this.text.length;
    const end = line < this.lineCount ? this.lineStart(line) - 1 : this.text.length;
    return behindBytes(this.text, this.lineStart(line - 1), end, byteColumn - 1);
  }

  /** tree-sitter's point of a UTF-16 offset: row and column 0-based, the column in UTF-16 units. */
  pointAt(offset: number): { row: number; column: number } {
    const row = this.lineAt(offset);
    return { row, column: offset - this.lineStart(row) };
  }
}

/** The UTF-16 offset so many bytes of UTF-8 behind `start`, at most `end`. */
function behindBytes(text: string, start: number, end: number, bytes: number): number {
  let offset = start;
  for (let left = bytes; left > 0 && offset < end;) {
    const codePoint = text.codePointAt(offset)!;
    left -= codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    offset += codePoint < 0x10000 ? 1 : 2;
  }
  return offset;
}
