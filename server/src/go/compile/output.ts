/**
 * Reads what the Go compiler prints for `-gcflags='-m=2 -S -d=escapedebug=1,closure=1'`, as a stream of bytes.
 *
 * Both text formats are read: Go 1.19-1.24 (`X escapes to heap:`, `flow: A = B:`) and Go 1.25 and later
 * (`X escapes to heap in F:`, `flow: A ← B:`). Memory is bounded whatever the input: go/types alone prints over 100 MB.
 * One pass over the bytes; a line is decoded only when a record comes out of it.
 *
 * Grammar: cmd/compile/internal/{escape,inline,interleaved,devirtualize,walk,bloop,ir}, seen from Go 1.19 to 1.27.
 */
import type { CompilerPosition, CompilerRecord, RawFlowStep } from './record';

export interface CompilerOutputOptions {
  /** Flow steps kept of one explanation; what is beyond sets `truncated`. */
  readonly maxFlowSteps?: number;
  /** Bytes kept of one line; the rest of a longer line is dropped. */
  readonly maxLineBytes?: number;
  /**
   * The text is a list of errors (`.Error` of `go list -e`): a line with a position that is no decision is an error,
   * whatever its file name looks like. In the compiler's stderr only names that `-trimpath` left alone are.
   */
  readonly errors?: boolean;
  /** From a file name as printed to the one that positions carry; the name itself unless given. */
  readonly resolve?: (file: string) => string;
}

export interface CompilerOutputCounts {
  readonly bytes: number;
  readonly lines: number;
  readonly records: number;
  readonly unaccounted: number;
}

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const HASH = 35;
const CLOSE = 41;
const COLON = 58;
const ZERO = 48;

const DEFAULT_FLOW_STEPS = 48;
const DEFAULT_LINE_BYTES = 32 * 1024;
const MAX_ERROR_LINES = 20;
const UNACCOUNTED_LENGTH = 200;

const ESCAPES = ' escapes to heap';
const STAYS = ' does not escape';

/** Lines that start so are known and carry nothing that we need. They are skipped without being decoded. */
const SKIPPED_PREFIXES = [
  'can inline ',
  'cannot inline ',
  'devirtualizing ',
  'partially devirtualizing ',
  'cannot devirtualize ',
  'PGO devirtualizing ',
  'stack closure, captured vars = ',
  'convert: using stack temporary for ',
  'imprecise interface call',
  'skipping shaping of recursive type ',
  'index bounds check elided',
  'slice: omit slice operation',
  'skip inlining within testing.B.loop for ',
  'function arg will be kept alive',
  'function result',
  'dereference will be kept alive',
  'expr will be kept alive',
  'expr is unknown to bloop pass',
  'unrecognized shape for assign list stmt',
  'assuming ',
  'marking ',
  'mutates param: ',
  'calls param: ',
].map((text) => Buffer.from(text));

const INLINING_CALL = Buffer.from('inlining call to ');

const CALL_INSTRUCTION = Buffer.from(')\tCALL\t');

const FROM = Buffer.from('    from ');

const C_WARNING = Buffer.from('warning: ');

const C_NOTE = Buffer.from('note: ');

/** A decision without a position. */
const UNPLACED =
  /^moved to heap: |^convert: using global for |^leaking param|^parameter .* leaks to |^(?:can|cannot) inline |^inlining call to | (?:escapes to heap|does not escape)(?: in .*)?:?$| capturing by (?:ref|value): .* \(addr=\w+ assign=\w+ width=-?\d+\)$/;

/** What follows a header line (`X escapes to heap:`) and is indented belongs to it. */
type Block =
  | {
      readonly kind: 'explanation';
      readonly at: CompilerPosition;
      readonly text: string;
      readonly function: string | undefined;
      readonly flow: RawFlowStep[];
      truncated: boolean;
    }
  /** Explains a parameter leak; its summary line says all that we use. */
  | { readonly kind: 'skipped' }
  /** A warning of the C compiler, with the source lines that it shows. */
  | { readonly kind: 'c warning' }
  | { readonly kind: 'error'; readonly at: CompilerPosition | undefined; readonly lines: string[] };

/**
 * Feed it chunks, split anywhere, and call `end`. Records come out in the order of the text. It never throws by itself:
 * text outside the grammar becomes an `unaccounted` record.
 */
export class CompilerOutputParser {
  private readonly maxFlowSteps: number;
  private readonly maxLineBytes: number;
  private readonly errors: boolean;
  private readonly resolve: (file: string) => string;
  /** The start of a line whose end has not come yet: at most maxLineBytes and one UTF-8 character. */
  private carry: Buffer;
  private carried = 0;
  private block: Block | undefined;
  private importPath = '';
  private symbol = '';
  private lastFile = '';
  private lastFileBytes = Buffer.alloc(0);
  private bytes = 0;
  private lines = 0;
  private records = 0;
  private unaccounted = 0;

  constructor(
    private readonly onRecord: (record: CompilerRecord) => void,
    options: CompilerOutputOptions = {},
  ) {
    this.maxFlowSteps = options.maxFlowSteps ?? DEFAULT_FLOW_STEPS;
    this.maxLineBytes = Math.max(64, options.maxLineBytes ?? DEFAULT_LINE_BYTES);
    this.errors = options.errors ?? false;
    this.resolve = options.resolve ?? ((file) => file);
    this.carry = Buffer.alloc(1024);
  }

  get counts(): CompilerOutputCounts {
    return {
      bytes: this.bytes,
      lines: this.lines,
      records: this.records,
      unaccounted: this.unaccounted,
    };
  }

  write(chunk: Uint8Array): void {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.bytes += buffer.length;
    let start = 0;
    for (;;) {
      const end = buffer.indexOf(NEWLINE, start);
      if (end < 0) break;
      if (this.carried > 0) {
        this.keep(buffer, start, end);
        const length = this.carried;
        this.carried = 0;
        this.line(this.carry, 0, length);
      } else {
        this.line(buffer, start, end);
      }
      start = end + 1;
    }
    if (start < buffer.length) this.keep(buffer, start, buffer.length);
  }

  /** The text is complete: what is pending comes out. */
  end(): void {
    if (this.carried > 0) {
      const length = this.carried;
      this.carried = 0;
      this.line(this.carry, 0, length);
    }
    this.closeBlock();
  }

  private keep(buffer: Buffer, start: number, end: number): void {
    const length = Math.min(end - start, this.maxLineBytes + 4 - this.carried);
    if (length <= 0) return;
    if (this.carried + length > this.carry.length) {
      const larger = Buffer.alloc(Math.max(this.carry.length * 2, this.carried + length));
      this.carry.copy(larger, 0, 0, this.carried);
      this.carry = larger;
    }
    buffer.copy(this.carry, this.carried, start, start + length);
    this.carried += length;
  }

  private line(buffer: Buffer, start: number, end: number): void {
    this.lines++;
    if (end - start > this.maxLineBytes) {
      end = start + this.maxLineBytes;
      // Not inside a character.
      while (end > start && ((buffer[end] ?? 0) & 0xc0) === 0x80) end--;
    } else if (end > start && buffer[end - 1] === RETURN) {
      end--;
    }
    if (end === start) return;
    switch (buffer[start]) {
      case TAB:
        this.indented(buffer, start, end);
        return;
      case HASH:
        if (buffer[start + 1] === SPACE) {
          this.header(text(buffer, start + 2, end));
          return;
        }
    }
    if (this.listingSymbol(buffer, start, end)) return;
    this.positioned(buffer, start, end);
  }

  /** `# importpath` or `# importpath [importpath.test]`. */
  private header(line: string): void {
    this.closeBlock();
    const bracket = line.endsWith(']') ? line.indexOf(' [') : -1;
    const importPath = bracket < 0 ? line : line.slice(0, bracket);
    const variant = bracket < 0 ? undefined : line.slice(bracket + 2, -1);
    this.importPath = importPath;
    this.symbol = '';
    this.emit({ kind: 'package', importPath, variant });
  }

  /** Instructions, hex dumps and relocations of `-S`, and what continues an error. */
  private indented(buffer: Buffer, start: number, end: number): void {
    const listing = buffer[start + 1] === ZERO && buffer[start + 2] === 0x78; /* x */
    if (listing && this.block?.kind !== 'error') {
      // `0x001a 00026 (FILE:LINE)\tCALL\tCALLEE(SB)`; hex dumps have no parenthesis behind the second number.
      let open = start + 7;
      while (open < end && open < start + 32 && buffer[open] !== 0x28 /* ( */) open++;
      if (open >= start + 32 || open >= end) return;
      const tab = buffer.indexOf(TAB, open);
      if (tab < 0 || !startsWith(buffer, CALL_INSTRUCTION, tab - 1, end)) return;
      this.call(buffer, open + 1, tab - 1, end);
      return;
    }
    if (this.block?.kind === 'error') {
      if (this.block.lines.length < MAX_ERROR_LINES) this.block.lines.push(text(buffer, start, end));
      return;
    }
    if (buffer[start + 1] === 0x72 /* rel */ && buffer[start + 4] === SPACE) return;
    if (this.block?.kind === 'c warning') return;
    this.unknown(buffer, start, end);
  }

  private call(buffer: Buffer, fileStart: number, fileEnd: number, end: number): void {
    const target = fileEnd + CALL_INSTRUCTION.length;
    // Calls through a register have no symbol.
    if (buffer[end - 1] !== CLOSE) return;
    const callee = text(buffer, target, end);
    if (!callee.endsWith('(SB)')) return;
    // Under a //line directive the true position stands in brackets: `gen.y:10[ex.com/p/a.go:31]`.
    if (buffer[fileEnd - 1] === 0x5d /* ] */) {
      const bracket = buffer.lastIndexOf(0x5b /* [ */, fileEnd - 1);
      if (bracket > fileStart) {
        fileStart = bracket + 1;
        fileEnd--;
      }
    }
    let colon = fileEnd - 1;
    while (colon > fileStart && buffer[colon] !== COLON) colon--;
    const line = number(buffer, colon + 1, fileEnd);
    if (line < 0) return;
    this.closeBlock();
    this.emit({
      kind: 'call',
      at: { file: this.fileName(buffer, fileStart, colon), line, column: 0 },
      callee: this.symbolName(callee.slice(0, -4).replace(/<\w*>$/, '')),
      symbol: this.symbol,
    });
  }

  /** `SYMBOL STEXT size=…` and the other kinds of data that `-S` prints. */
  private listingSymbol(buffer: Buffer, start: number, end: number): boolean {
    // The last word tells quickly: `size=12`, `align=0x0`, `locals=0x18`, and on arm64 `leaf` where nothing is called.
    let word = end - 1;
    const limit = Math.max(start, end - 32);
    while (word > limit && buffer[word] !== SPACE) word--;
    if (buffer[word] !== SPACE) return false;
    const last = buffer.toString('latin1', word + 1, end);
    if (!/^(?:size=\d+|(?:args|locals|funcid|align|cuid)=\w+|leaf)$/.test(last)) return false;
    // The name is empty for some DWARF symbols: ` SDWARFVAR size=30`.
    const match = /^(.*?) (S[A-Z][A-Z0-9]+)(?: [a-z][\w-]*)* size=\d/.exec(text(buffer, start, end));
    if (!match) return false;
    this.closeBlock();
    if (match[2]!.startsWith('STEXT')) this.symbol = this.symbolName(match[1]!);
    return true;
  }

  /** Linker symbols escape dots in the last element of an import path, and Go ≤ 1.19 calls the own package `""`. */
  private symbolName(symbol: string): string {
    if (symbol.includes('"".')) symbol = symbol.replaceAll('"".', `${this.importPath}.`);
    if (symbol.includes('%')) {
      symbol = symbol.replace(/%([0-9a-f]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    }
    return symbol;
  }

  private positioned(buffer: Buffer, start: number, end: number): void {
    // FILE:LINE[:COLUMN]: MESSAGE, split at the first place that fits.
    let fileEnd = -1;
    let line = 0;
    let column = 0;
    let message = -1;
    for (let i = start + 1; i < end; i++) {
      if (buffer[i] !== COLON) continue;
      const lineEnd = digits(buffer, i + 1, end);
      if (lineEnd === i + 1 || buffer[lineEnd] !== COLON) continue;
      if (buffer[lineEnd + 1] === SPACE) {
        fileEnd = i;
        line = number(buffer, i + 1, lineEnd);
        message = lineEnd + 2;
        break;
      }
      const columnEnd = digits(buffer, lineEnd + 1, end);
      if (columnEnd === lineEnd + 1 || buffer[columnEnd] !== COLON || buffer[columnEnd + 1] !== SPACE)
        continue;
      fileEnd = i;
      line = number(buffer, i + 1, lineEnd);
      column = number(buffer, lineEnd + 1, columnEnd);
      message = columnEnd + 2;
      break;
    }
    if (message < 0 || message > end) {
      this.unpositioned(buffer, start, end);
      return;
    }

    if (buffer[message] === SPACE && buffer[message + 1] === SPACE) {
      this.continuation(buffer, start, message, end);
      return;
    }
    this.closeBlock();
    for (const prefix of SKIPPED_PREFIXES) {
      if (startsWith(buffer, prefix, message, end)) return;
    }
    const at = (): CompilerPosition => ({ file: this.fileName(buffer, start, fileEnd), line, column });
    if (startsWith(buffer, INLINING_CALL, message, end)) {
      this.emit({
        kind: 'inlined',
        at: at(),
        callee: this.symbolName(text(buffer, message + INLINING_CALL.length, end)),
      });
      return;
    }
    if (startsWith(buffer, C_WARNING, message, end) || startsWith(buffer, C_NOTE, message, end)) {
      this.block = { kind: 'c warning' };
      return;
    }
    if (this.decision(text(buffer, message, end), at)) return;
    if (this.errors || !isTrimmed(buffer, start, fileEnd)) {
      this.block = { kind: 'error', at: at(), lines: [text(buffer, message, end)] };
      return;
    }
    this.unknown(buffer, start, end);
  }

  /** An indented line with a position: `  flow: …`, `    from EXPR (WHY) at POS2`, `  warning: truncated …`. */
  private continuation(buffer: Buffer, start: number, message: number, end: number): void {
    const block = this.block;
    if (block?.kind === 'skipped') return;
    if (block?.kind !== 'explanation') {
      this.closeBlock();
      this.unknown(buffer, start, end);
      return;
    }
    if (startsWith(buffer, FROM, message, end)) {
      if (block.flow.length >= this.maxFlowSteps) {
        block.truncated = true;
        return;
      }
      const step = flowStep(text(buffer, message + FROM.length, end), this.resolve);
      if (step) block.flow.push(step);
      else this.unknown(buffer, start, end);
      return;
    }
    const word = buffer[message + 2];
    if (word === 0x77 /* warning: truncated explanation due to assignment cycle */) block.truncated = true;
    else if (word !== 0x66 /* flow: DST ← SRC: */) this.unknown(buffer, start, end);
  }

  /** A line without a position. */
  private unpositioned(buffer: Buffer, start: number, end: number): void {
    if (this.block?.kind === 'c warning') return;
    this.closeBlock();
    const line = text(buffer, start, end);
    if (/^In file included from |^\S+: (?:In function .*|At top level):$/.test(line)) {
      this.block = { kind: 'c warning' };
      return;
    }
    // What the compiler adds for a range over a function has no place: `moved to heap: #next`, printed as it is or
    // behind `<unknown line number>: `. So has the zero value of a one-byte type that becomes an interface.
    if (/^<unknown line number>: /.test(line) || UNPLACED.test(line)) return;
    // Progress, and the heading of errors that follow with their positions.
    if (/^go: (?:downloading|finding|extracting|found) |^go: errors parsing .*:$/.test(line)) return;
    if (/^(?:go: |go list |too many errors|note: )/.test(line) || this.errors) {
      this.block = { kind: 'error', at: undefined, lines: [line.replace(/^go: /, '')] };
      return;
    }
    this.unknown(buffer, start, end);
  }

  /** Everything that a message can say. False when it is none of it. */
  private decision(message: string, at: () => CompilerPosition): boolean {
    if (message.endsWith(ESCAPES)) {
      this.emit({ kind: 'expression', at: at(), text: message.slice(0, -ESCAPES.length), outcome: 'heap' });
      return true;
    }
    if (message.endsWith(STAYS)) {
      const subject = message.slice(0, -STAYS.length);
      if (isBareName(subject)) {
        this.emit({ kind: 'parameter', at: at(), name: subject, leak: 'none', result: undefined, level: 0 });
      } else {
        this.emit({ kind: 'expression', at: at(), text: subject, outcome: 'stack' });
      }
      return true;
    }
    if (message.endsWith(':')) {
      if (/^parameter .+ leaks to .+ with derefs=\d+:$/s.test(message)) {
        this.block = { kind: 'skipped' };
        return true;
      }
      const escapes = message.lastIndexOf(ESCAPES);
      const rest = message.slice(escapes + ESCAPES.length, -1);
      if (escapes > 0 && (rest === '' || rest.startsWith(' in '))) {
        this.block = {
          kind: 'explanation',
          at: at(),
          text: message.slice(0, escapes),
          function: rest === '' ? undefined : this.symbolName(rest.slice(4)),
          flow: [],
          truncated: false,
        };
        return true;
      }
      return false;
    }
    let match = /^moved to heap: (.+)$/s.exec(message);
    if (match) {
      this.emit({ kind: 'moved', at: at(), name: match[1]! });
      return true;
    }
    match = /^leaking param( content)?: (.+?)(?: to result (.+) level=(-?\d+))?$/s.exec(message);
    if (match) {
      this.emit({
        kind: 'parameter',
        at: at(),
        name: match[2]!,
        leak: match[3] !== undefined ? 'result' : match[1] !== undefined ? 'content' : 'value',
        result: match[3],
        level: Number(match[4] ?? 0),
      });
      return true;
    }
    if (message === 'zero-copy string->[]byte conversion') {
      this.emit({ kind: 'zero-copy', at: at() });
      return true;
    }
    match = /^convert: (using global for .*): (.*)$/s.exec(message);
    if (match) {
      this.emit({ kind: 'free', at: at(), text: match[1]!, name: match[2]! });
      return true;
    }
    if (message === 'closure converted to global') {
      this.emit({ kind: 'free', at: at(), text: message, name: undefined });
      return true;
    }
    match = /^heap closure, captured vars = \[(.*)\]$/s.exec(message);
    if (match) {
      const captured = match[1]!.split(' ').filter((name) => name !== '');
      this.emit({ kind: 'heap closure', at: at(), captured });
      return true;
    }
    return (
      / capturing by (?:ref|value): .* \(addr=\w+ assign=\w+ width=-?\d+\)$/s.test(message) ||
      / ignoring self-assignment in /.test(message) ||
      /^function .+ considered 'big'; reducing max cost of inlinees/.test(message) ||
      message.endsWith(' will be kept alive') ||
      / does not escape, mutate, or call$/.test(message)
    );
  }

  private fileName(buffer: Buffer, start: number, end: number): string {
    const length = end - start;
    // Neighbouring lines are mostly about one file: its name is decoded once.
    if (
      length !== this.lastFileBytes.length ||
      buffer.compare(this.lastFileBytes, 0, length, start, end) !== 0
    ) {
      this.lastFileBytes = Buffer.from(buffer.subarray(start, end));
      this.lastFile = text(buffer, start, end);
    }
    return this.resolve(this.lastFile);
  }

  private closeBlock(): void {
    const block = this.block;
    if (!block) return;
    this.block = undefined;
    if (block.kind === 'explanation') this.emit(block);
    else if (block.kind === 'error') {
      this.emit({ kind: 'error', at: block.at, message: block.lines.join('\n') });
    }
  }

  private unknown(buffer: Buffer, start: number, end: number): void {
    this.unaccounted++;
    this.emit({ kind: 'unaccounted', line: text(buffer, start, end).slice(0, UNACCOUNTED_LENGTH) });
  }

  private emit(record: CompilerRecord): void {
    this.records++;
    this.onRecord(record);
  }
}

/** Parses a text that is at hand. */
export function parseCompilerOutput(
  output: Uint8Array | string,
  options?: CompilerOutputOptions,
): CompilerRecord[] {
  const records: CompilerRecord[] = [];
  const parser = new CompilerOutputParser((record) => records.push(record), options);
  parser.write(typeof output === 'string' ? Buffer.from(output) : output);
  parser.end();
  return records;
}

/** `EXPR (WHY) at FILE:LINE[:COLUMN]`. */
function flowStep(line: string, resolve: (file: string) => string): RawFlowStep | undefined {
  const at = line.lastIndexOf(') at ');
  if (at < 0) return undefined;
  const open = line.lastIndexOf(' (', at);
  if (open < 0) return undefined;
  const position = /^(.*?):(\d+)(?::(\d+))?$/s.exec(line.slice(at + 5));
  return {
    expression: line.slice(0, open),
    why: line.slice(open + 2, at),
    at: position
      ? { file: resolve(position[1]!), line: Number(position[2]), column: Number(position[3] ?? 0) }
      : undefined,
  };
}

/** A variable or parameter as the compiler prints it: `p`, `~p0`, `.this`, `_`. */
function isBareName(name: string): boolean {
  return /^[~.]?[\p{L}_][\p{L}\p{Nd}_]*$/u.test(name) && name !== 'append';
}

/** True for `importpath/file.go`, which `-trimpath` makes of every compiled file's name; go.mod is none. */
function isTrimmed(buffer: Buffer, start: number, end: number): boolean {
  const name = buffer.toString('latin1', Math.max(start, end - 7), end);
  if (name.endsWith('go.mod') || name.endsWith('go.work')) return false;
  const first = buffer[start];
  if (first === 0x2f /* / */) return false;
  if (first === 0x2e /* . */) {
    const second = buffer[start + 1];
    return !(second === 0x2f || second === 0x5c || second === 0x2e);
  }
  return !(end - start > 2 && buffer[start + 1] === COLON);
}

function startsWith(buffer: Buffer, prefix: Buffer, start: number, end: number): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (buffer[start + i] !== prefix[i]) return false;
  return true;
}

function digits(buffer: Buffer, start: number, end: number): number {
  let i = start;
  while (i < end && buffer[i]! >= 48 && buffer[i]! <= 57) i++;
  return i;
}

function number(buffer: Buffer, start: number, end: number): number {
  if (start >= end) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = buffer[i]! - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function text(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('utf8', start, end);
}
