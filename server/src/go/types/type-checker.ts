import type { Dialogue, Patience, ProcessRunner } from '../../host/process';
import type { Logger } from '../../host/logger';
import { atLeast } from '../../../../rules/go/syntax/version';
import type { GoToolchain } from '../plan/toolchain';

/** What server/typechecker/main.go is asked, one line each; see there. */
export interface TypeRequest {
  /** Import path of the package. */
  readonly path: string;
  /** `go1.25`, of its module; empty for that of the toolchain. */
  readonly language: string;
  /** GOARCH of the compile. */
  readonly arch: string;
  /** Absolute path → text. */
  readonly files: ReadonlyMap<string, string>;
  /** Import as it is spelled → real path and file of its export data. */
  readonly imports: Readonly<Record<string, { readonly path: string; readonly file: string }>>;
}

/** The answer as it comes; `TypeAnswers` reads it. References between types are indexes + 1. */
export interface TypeAnswer {
  readonly id: number;
  readonly errors?: readonly string[];
  readonly strings: readonly string[];
  readonly types: readonly TypeRow[];
  /** In the order of the request. */
  readonly files: readonly {
    readonly x: readonly number[];
    readonly v: readonly number[];
    readonly f: readonly number[];
  }[];
}

export interface TypeRow {
  readonly k: string;
  readonly t: string;
  readonly p?: string;
  readonly n?: string;
  readonly l?: boolean;
  readonly b?: string;
  readonly e?: number;
  readonly y?: number;
  readonly c?: number;
  readonly a?: readonly number[];
  readonly z?: readonly [number, number, number];
  readonly m?: readonly number[];
  readonly q?: readonly number[];
  readonly w?: boolean;
}

/** Of the requests and answers. */
const protocol = 1;
/** So often the program may end by itself or hang before it is not started any more. */
const failures = 3;
/** While a package is checked: the largest take a second. */
export const typeCheckerPatience: Patience = { idle: 10_000, silent: 60_000 };

/** The type checker's process: started when it is first asked, kept, started again when it has ended. */
export class TypeChecker {
  #process: Talk | undefined;
  #failures = 0;
  #id = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #fault: string | undefined;

  /** @param program absolute path, built by the toolchain */
  constructor(
    private readonly runner: ProcessRunner,
    private readonly logger: Logger,
    private readonly program: string,
    private readonly toolchain: GoToolchain,
    private readonly patience: Patience,
  ) {}

  /** Why it is not asked any more: a sentence. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /**
   * One package at a time, in the order of the calls; those whose signal has fired meanwhile are passed over. Undefined
   * when the program has failed: what it would have said is not known.
   * @throws UntrustedError, and the reason of `signal`
   */
  ask(request: TypeRequest, signal: AbortSignal): Promise<TypeAnswer | undefined> {
    const answer = this.#queue.then(async () => {
      signal.throwIfAborted();
      return this.#ask(request);
    });
    this.#queue = answer.catch(() => {});
    return answer;
  }

  async #ask(request: TypeRequest): Promise<TypeAnswer | undefined> {
    // Once more, should it have ended since the last request or die of something that was only now so.
    for (let attempt = 0; attempt < 2 && this.#fault === undefined; attempt++) {
      this.#process ??= new Talk(this.runner, this.program, this.toolchain, this.patience);
      try {
        return await this.#process.ask(++this.#id, request);
      } catch (error) {
        this.#process.end();
        this.#process = undefined;
        if (!(error instanceof TalkError)) throw error;
        this.logger.warn(`The type checker failed: ${error.message}.`);
        if (error.final || ++this.#failures >= failures)
          this.#fault = `Types come from declarations alone, because the type checker failed: ${error.message}.`;
      }
    }
    return undefined;
  }

  /** Ends the process. */
  async dispose(): Promise<void> {
    this.#fault ??= 'The type checker was stopped.';
    this.#process?.end();
    await this.#process?.ended;
  }
}

/** The message is a clause that completes “because …”. */
class TalkError extends Error {
  constructor(
    message: string,
    /** Another process would fail, too. */
    readonly final = false,
  ) {
    super(message);
  }
}

/** One process of it. */
class Talk {
  readonly #dialogue: Dialogue;
  #pieces: Uint8Array[] = [];
  #waiting: { resolve(line: string): void; reject(error: TalkError): void } | undefined;
  #end: TalkError | undefined;
  #said = '';
  #greeted = false;
  /** What it was told of each path last: it remembers the files of the last request. */
  #told: ReadonlyMap<string, string> = new Map();

  constructor(
    runner: ProcessRunner,
    program: string,
    private readonly toolchain: GoToolchain,
    patience: Patience,
  ) {
    // What go/types makes of an alias is the compiler's business from Go 1.23 on, whatever a variable says.
    const debug = atLeast(toolchain.version, 1, 23) ? 'gotypesalias=1' : undefined;
    this.#dialogue = runner.converse(
      {
        command: program,
        args: [],
        cwd: toolchain.goroot,
        env: { ...toolchain.env, GODEBUG: debug, GOGC: undefined, GOMEMLIMIT: undefined },
        onStdout: (chunk) => this.#read(chunk),
        onStderr: (chunk) => (this.#said = (this.#said + Buffer.from(chunk).toString()).slice(0, 500)),
      },
      patience,
    );
    void this.#dialogue.ended.then((cause) => {
      const said = this.#said.trim().split('\n')[0];
      this.#end = new TalkError(said ? `${cause}: ${said}` : cause);
      this.#waiting?.reject(this.#end);
    });
  }

  get ended(): Promise<string> {
    return this.#dialogue.ended;
  }

  async ask(id: number, request: TypeRequest): Promise<TypeAnswer> {
    const stop = this.#dialogue.expect();
    try {
      if (!this.#greeted) this.#greet(await this.#line());
      const { files, ...rest } = request;
      const news = [...files].map(([path, text]) =>
        this.#told.get(path) === text ? { path } : { path, text },
      );
      this.#told = files;
      const line = this.#line();
      this.#dialogue.send(`${JSON.stringify({ id, ...rest, files: news })}\n`);
      const answer = parse(await line) as TypeAnswer;
      if (answer.id !== id) throw new TalkError(`it answered ${answer.id} when ${id} was asked`);
      return answer;
    } finally {
      stop();
    }
  }

  #greet(line: string): void {
    const hello = parse(line) as { readonly protocol?: unknown; readonly go?: unknown };
    const version = String(hello.go);
    if (hello.protocol !== protocol || version.split(' ')[0] !== this.toolchain.versionText.split(' ')[0])
      throw new TalkError(
        `${version} built it for protocol ${String(hello.protocol)}, and ${this.toolchain.versionText} with protocol ${protocol} is needed`,
        true,
      );
    this.#greeted = true;
  }

  /** The next line, which must not have come yet. */
  #line(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (this.#end) reject(this.#end);
    });
  }

  #read(chunk: Uint8Array): void {
    // Lines come one at a time, each when it was asked for.
    this.#pieces.push(Uint8Array.from(chunk));
    if (chunk.at(-1) !== 0x0a) return;
    const line = Buffer.concat(this.#pieces).toString('utf8');
    this.#pieces = [];
    this.#waiting?.resolve(line);
    this.#waiting = undefined;
  }

  end(): void {
    this.#dialogue.end();
  }
}

function parse(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new TalkError(`it wrote something else than an answer, ${JSON.stringify(line.slice(0, 80))}`);
}
