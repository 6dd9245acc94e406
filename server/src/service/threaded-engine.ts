import { Worker } from 'node:worker_threads';
import type { Fix, Language } from '../../../rules/model';
import type { AnalysisRequest, CodeMap, CombinedFix, Engine, FileAnalysis, FilesRequest, SourceDocument } from './engine'; // prettier-ignore
import { engineMark, type FromThread, type Question, type Results, type ToThread } from './engine-thread';

export interface ThreadOptions {
  /** The module (bundle) that serves its engine when it finds `engineMark`. */
  readonly entry: string;
  /** Old generation of the thread's heap, in MiB: an engine that needs more ends, and the process lives. */
  readonly heap: number;
  /** One line for the log. */
  log(message: string): void;
}

interface Open {
  readonly question: Question;
  readonly publish: (files: readonly FileAnalysis[]) => void;
  readonly resolve: (result: Results[keyof Results]) => void;
  readonly reject: (error: Error) => void;
  /** The thread has ended before this was answered. */
  again?: true;
}

/**
 * An engine whose unit is the file, in a thread of its own, so that whoever asks goes on answering others. The thread starts with the first
 * question and stays. When it ends, what was asked of it alone fails with a sentence; of several questions each is asked again
 * alone, so that the one that ends the thread is found, and the others are answered.
 */
export class ThreadedEngine implements Engine {
  #worker: Worker | undefined;
  #last = 0;
  /** Asked, by number, in the order of the questions. */
  readonly #open = new Map<number, Open>();
  /** To be asked, likewise. */
  readonly #waiting = new Map<number, Open>();

  constructor(
    readonly language: Language,
    private readonly options: ThreadOptions,
  ) {}

  async analyse(
    { document, settings }: AnalysisRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    // The text that we have is that of the answer: one string in memory, and not two.
    const show = (files: readonly FileAnalysis[]): void =>
      publish(files.map((file) => ({ ...file, text: document.text })));
    await this.#ask({ method: 'analyse', request: { document, settings, buffers: new Map() } }, signal, show);
  }

  /** Without the store, which is for the command line. */
  async scanFiles(
    { files, buffers, settings }: FilesRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#ask({ method: 'scanFiles', request: { files, buffers, settings } }, signal, publish);
  }

  async combine(
    { path, version, text }: FileAnalysis,
    fixes: readonly Fix[],
    { document, settings }: AnalysisRequest,
    signal: AbortSignal,
  ): Promise<CombinedFix> {
    const combined = await this.#ask(
      {
        method: 'combine',
        analysis: { path, version, text, findings: [], notes: [] },
        fixes,
        request: { document, settings, buffers: new Map() },
      },
      signal,
    );
    return { ...combined, applied: combined.applied.map((index) => fixes[index]!) };
  }

  codeMap(document: SourceDocument): Promise<CodeMap | undefined> {
    return this.#ask({ method: 'codeMap', document });
  }

  async dispose(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { reject } of [...this.#open.values(), ...this.#waiting.values()])
      reject(new Error('the server is shutting down'));
    this.#open.clear();
    this.#waiting.clear();
    await worker?.terminate();
  }

  async #ask<Q extends Question>(
    question: Q,
    signal?: AbortSignal,
    publish: (files: readonly FileAnalysis[]) => void = () => undefined,
  ): Promise<Results[Q['method']]> {
    signal?.throwIfAborted();
    const id = ++this.#last;
    let cancel: (() => void) | undefined;
    try {
      return await new Promise<Results[Q['method']]>((resolve, reject) => {
        cancel = () => {
          this.#waiting.delete(id);
          if (this.#open.delete(id)) this.#worker?.postMessage({ cancelled: id } satisfies ToThread);
          reject(signal!.reason as Error);
          this.#send();
        };
        signal?.addEventListener('abort', cancel, { once: true });
        const answered = resolve as (result: Results[keyof Results]) => void;
        this.#waiting.set(id, { question, publish, resolve: answered, reject });
        this.#send();
      });
    } finally {
      if (cancel) signal?.removeEventListener('abort', cancel);
    }
  }

  /** Asks what waits; alone, as long as a question is among them that a thread has ended under. */
  #send(): void {
    for (const [id, asked] of this.#waiting) {
      const isCareful = [...this.#open.values(), ...this.#waiting.values()].some(({ again }) => again);
      if (isCareful && this.#open.size > 0) return;
      this.#waiting.delete(id);
      this.#open.set(id, asked);
      this.#worker ??= this.#start();
      this.#worker.postMessage({ id, question: asked.question } satisfies ToThread);
    }
  }

  #start(): Worker {
    const worker = new Worker(this.options.entry, {
      workerData: engineMark,
      // The debugger's and the test runner's flags are not for this thread.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.options.heap },
    });
    let error: NodeJS.ErrnoException | undefined;
    worker.on('message', (message: FromThread) => {
      if (worker === this.#worker) this.#heard(message);
    });
    worker.on('error', (thrown) => (error = thrown as NodeJS.ErrnoException));
    worker.on('exit', (code) => {
      if (worker === this.#worker)
        this.#ended(
          error?.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? `it takes more than ${this.options.heap} MiB of memory`
            : `its thread ended (${error?.message ?? `code ${code}`})`,
        );
    });
    return worker;
  }

  #heard(message: FromThread): void {
    if ('log' in message) return this.options.log(message.log);
    // Nobody waits for what was cancelled.
    const asked = this.#open.get(message.id);
    if (!asked) return;
    if ('published' in message) return asked.publish(message.published);
    this.#open.delete(message.id);
    if ('error' in message) asked.reject(message.error);
    else asked.resolve(message.result);
    this.#send();
  }

  #ended(reason: string): void {
    this.#worker = undefined;
    this.options.log(`the analysis of ${this.language} begins anew: ${reason}`);
    const open = [...this.#open];
    const others = [...this.#waiting];
    this.#open.clear();
    this.#waiting.clear();
    if (open.length === 1) open.pop()![1].reject(new Error(reason));
    for (const [id, asked] of open) this.#waiting.set(id, { ...asked, again: true });
    for (const [id, asked] of others) this.#waiting.set(id, asked);
    this.#send();
  }
}
