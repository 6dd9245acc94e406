import { parentPort, Worker } from 'node:worker_threads';
import type { SourceDocument } from '../service/engine';
import type { Settings } from '../service/settings';
import type { Inspection } from './engine';

/** A thread that inspects texts, one after another in the order of the questions. */
export interface ScanWorker {
  /** False when the thread ended before it could be asked anything. */
  readonly started: boolean;
  /** Undefined when there was a defect. Rejects when the thread ends before it has answered. */
  inspect(
    document: SourceDocument,
    settings: Settings,
    rules: readonly string[],
  ): Promise<Inspection | undefined>;
  stop(): Promise<void>;
}

interface Question {
  readonly document: SourceDocument;
  readonly settings: Settings;
  readonly rules: readonly string[];
}
interface Answer {
  readonly inspection: Inspection | undefined;
  readonly log: readonly string[];
}

/** How a module knows that it was started by `startScanWorker`. */
export const workerMark = 'alloclens-typescript-scan';

/**
 * Old generation of a worker's heap, in MiB: a thread that needs more ends, with a note on its file, and the process
 * lives. The largest text that is analysed takes some 150.
 */
const workerHeap = 512;

/** @param entry the module (bundle) that answers with `answerQuestions` when it finds `workerMark` */
export function startScanWorker(entry: string, log: (message: string) => void): ScanWorker {
  const worker = new Worker(entry, {
    workerData: workerMark,
    // The debugger's and the test runner's flags are not for this thread.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: workerHeap },
  });
  const open: { resolve(inspection: Inspection | undefined): void; reject(error: Error): void }[] = [];
  let ended: Error | undefined;
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of open.splice(0)) reject(ended);
  };
  let started = false;
  worker.on('message', (message: Answer | typeof workerMark) => {
    started = true;
    if (message === workerMark) return;
    const { inspection, log: lines } = message;
    lines.forEach(log);
    open.shift()?.resolve(inspection);
  });
  worker.on('error', end);
  worker.on('exit', (code) => end(new Error(`the thread ended with code ${code}`)));
  return {
    get started() {
      return started;
    },
    inspect(document, settings, rules) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        open.push({ resolve, reject });
        worker.postMessage({ document, settings, rules } satisfies Question);
      });
    },
    async stop() {
      await worker.terminate();
    },
  };
}

/** The other end: in the worker. */
export function answerQuestions(
  inspect: (document: SourceDocument, settings: Settings, rules: readonly string[]) => Inspection,
  log: string[],
): void {
  parentPort!.on('message', ({ document, settings, rules }: Question) => {
    let inspection: Inspection | undefined;
    try {
      inspection = inspect(document, settings, rules);
    } catch (error) {
      log.push(`the analysis of ${document.path} failed: ${String(error)}`);
    }
    parentPort!.postMessage({ inspection, log: log.splice(0) } satisfies Answer);
  });
  parentPort!.postMessage(workerMark);
}
