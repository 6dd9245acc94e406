import { workerData } from 'node:worker_threads';
import { engineMark, serveEngine } from '../../server/src/service/engine-thread';
import type { AnalysisRequest, CodeMap, CombinedFix, Engine, FileAnalysis, FilesRequest, SourceDocument } from '../../server/src/service/engine'; // prettier-ignore
import type { Fix } from '../../rules/model';

/** The entry of a thread whose engine does what the text says: for tests of what stands between. */
class ObedientEngine implements Engine {
  readonly language = 'typescript';
  /** Texts that were begun. */
  readonly #begun: string[] = [];

  constructor(private readonly log: (message: string) => void) {}

  async analyse(
    { document }: AnalysisRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { path, version, text } = document;
    this.#begun.push(text);
    const say = (message: string): void =>
      publish([{ path, version, text, findings: [], notes: [{ message }] }]);
    if (text === 'end the thread') process.exit(3);
    if (text === 'throw beside it') setImmediate(() => JSON.parse('{'));
    if (text === 'hoard') for (const all: number[][] = []; ;) all.push(new Array<number>(10_000).fill(1.5));
    if (text === 'nest') throw new RangeError('Maximum call stack size exceeded');
    if (text === 'log') this.log('a line');
    say(this.#begun.join());
    if (/^(?:wait|throw)/.test(text)) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      say('after the end');
      signal.throwIfAborted();
    }
    say('done');
  }

  scanFiles({ files }: FilesRequest, publish: (files: readonly FileAnalysis[]) => void): Promise<void> {
    for (const path of files) publish([{ path, version: 0, text: '', findings: [], notes: [] }]);
    return Promise.resolve();
  }

  combine(_: FileAnalysis, fixes: readonly Fix[]): Promise<CombinedFix> {
    const applied = fixes.filter(({ title }) => title !== 'not this one');
    return Promise.resolve({ edits: applied.flatMap(({ edits }) => edits), applied });
  }

  codeMap({ text }: SourceDocument): CodeMap {
    return { functions: [{ name: text, span: { start: 0, end: 1 }, body: 0 }], sites: [] };
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

if (workerData === engineMark) serveEngine((log) => new ObedientEngine(log));
