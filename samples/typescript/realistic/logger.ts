/** A structured logger. Lines that an expert would flag carry "hot:". */
type Fields = Record<string, unknown>;

interface Sink {
  write(line: string): void;
  debug(message: string): void;
}

export class Logger {
  private history: string[] = [];
  constructor(
    private readonly sink: Sink,
    private readonly context: Fields,
  ) {}

  /** @hot once per line */
  log(level: string, message: string, fields: Fields): void {
    const time = new Intl.DateTimeFormat('en', { dateStyle: 'short', timeStyle: 'medium' }).format(new Date()); // hot: a formatter for each line
    let line = `${time} ${level} ${message}`;
    for (const [key, value] of Object.entries(fields)) line += ` ${key}=${String(value)}`; // hot: a pair for each field
    this.sink.debug(`fields ${JSON.stringify(fields)}`); // hot: the text is made though debug may be off
    this.history = [...this.history, line]; // hot: copies the history for each line
    this.sink.write(line);
  }

  /** @hot once per line */
  redact(fields: Fields): Fields {
    const secret = new Set(['password', 'token', 'cookie']); // hot: constants for each line
    const copy = JSON.parse(JSON.stringify(fields)) as Fields; // hot: text in between
    return Object.fromEntries(Object.entries(copy).map(([key, value]) => [key, secret.has(key) ? '…' : value])); // hot: pairs and lists of pairs
  }

  child(more: Fields): Logger {
    return new Logger(this.sink, { ...this.context, ...more });
  }
}

/** @hot once per line */
export function matches(line: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(line); // hot: compiles a pattern for each line
}
