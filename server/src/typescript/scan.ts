import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { readText } from '../host/files';
import type { FileAnalysis, FilesRequest, SourceDocument } from '../service/engine';
import type { Inspection } from './engine';
import { KeptInspections } from './kept';
import type { ScanWorker } from './scan-worker';

/** What a scan needs of the engine, and what tests replace. */
export interface ScanParts {
  /** What is known without more ado, or the rules to inspect the text with. */
  triage(document: SourceDocument): Inspection | readonly string[];
  inspect(document: SourceDocument, rules: readonly string[]): Inspection;
  /** Never rejects. */
  analysisOf(document: SourceDocument, inspection: Inspection): Promise<FileAnalysis>;
  /** Files that it rests on beside its own are as they were. */
  isCurrent(inspection: Inspection): boolean;
  /** By path; of earlier scans. */
  readonly cache: ScanCache;
  startWorker(): ScanWorker;
  /** How many threads work beside this one, at most. */
  readonly workers: number;
  log(message: string): void;
}

export interface ScanCache {
  get(path: string): CachedInspection | undefined;
  set(path: string, cached: CachedInspection): void;
}

/** Good for the same text under the same settings only, which `key` is a hash of, and while what it has seen is the same. */
export interface CachedInspection {
  readonly key: string;
  readonly inspection: Inspection;
}

/** UTF-16 units to inspect, beside the largest text, before a worker is worth its start (some 0.4 s of processor time). */
const smallScan = 100_000;
/** UTF-16 units that wait for the workers before this thread inspects a text, too, instead of finding more. */
const enoughWaiting = 1_000_000;
/** Files that a worker has at a time: the next one is there when it is through with one. */
const inFlight = 2;
/** Files that are read ahead. */
const readAhead = 16;
/** A machine or a file on which workers keep dying is not tried for ever. */
const maximumCrashes = 3;

/**
 * Analyses the files, on several threads once there is enough to do, and publishes each once, in the order of the
 * request. Files that cannot be read, and those that the analysis has a defect on, are left out.
 * @throws AbortError when the signal fires
 */
export async function scanFiles(
  { files, buffers, settings, store }: FilesRequest,
  parts: ScanParts,
  publish: (files: readonly FileAnalysis[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const rest = JSON.stringify(settings);
  const kept = store && new KeptInspections(store, settings);
  const done = new Map<number, FileAnalysis | undefined>();
  const queue = new JobQueue();
  let published = 0;
  const texts = new Map<number, SourceDocument | Promise<SourceDocument | undefined>>();
  let reading = 0;

  /** Analyses that wait for their packages. */
  const waiting = new Set<Promise<void>>();
  const finish = (index: number, analysis: Promise<FileAnalysis> | undefined): void => {
    if (!analysis) return finished(index, undefined);
    const waits = analysis.then((found) => {
      finished(index, found);
      waiting.delete(waits);
    });
    // What is not finished is waited for at the end, with its error.
    waits.catch(() => undefined);
    waiting.add(waits);
  };
  const finished = (index: number, analysis: FileAnalysis | undefined): void => {
    if (signal.aborted) return;
    done.set(index, analysis);
    const ready: FileAnalysis[] = [];
    for (; done.has(published); done.delete(published++)) {
      const analysis = done.get(published);
      if (analysis) ready.push(analysis);
    }
    if (ready.length > 0) publish(ready);
  };

  /** What has to be done about a file; undefined when it is finished. */
  const triaged = async (index: number): Promise<Job | undefined> => {
    const path = files[index]!;
    for (; reading < files.length && reading <= index + readAhead; reading++) {
      const ahead = files[reading]!;
      texts.set(reading, buffers.get(ahead) ?? read(ahead));
    }
    const document = await texts.get(index);
    texts.delete(index);
    signal.throwIfAborted();
    if (!document) return void finish(index, undefined);
    const key = createHash('sha256').update(rest).update('\0').update(document.text).digest('base64');
    const isGood = (found: CachedInspection | undefined): boolean =>
      found?.key === key && parts.isCurrent(found.inspection);
    let before = parts.cache.get(path);
    if (!isGood(before)) before = await kept?.find(path);
    if (!isGood(before)) before = undefined;
    const known = before ? before.inspection : tried(document, () => parts.triage(document));
    if (known && !('notes' in known)) return { index, document, key, rules: known };
    if (known) remember(path, { key, inspection: known }, before !== undefined);
    finish(index, known && parts.analysisOf(document, known));
    return undefined;
  };

  const remember = (path: string, found: CachedInspection, isKept = false): void => {
    parts.cache.set(path, found);
    if (!isKept) kept?.add(path, found);
  };

  /** @param inspection undefined when there was a defect: the file is left out */
  const accept = ({ index, document, key }: Job, inspection: Inspection | undefined): void => {
    if (!inspection) return finish(index, undefined);
    remember(document.path, { key, inspection });
    finish(index, parts.analysisOf(document, inspection));
  };

  let crashes = 0;
  /** One worker until there is nothing left, and its successor when it dies. */
  const workerLane = async (): Promise<void> => {
    while (crashes < maximumCrashes && !signal.aborted) {
      const worker = parts.startWorker();
      const open: Job[] = [];
      const stop = (): void => void worker.stop();
      signal.addEventListener('abort', stop, { once: true });
      const feed = async (): Promise<void> => {
        for (let job = await queue.take(); job; job = await queue.take()) {
          open.push(job);
          const inspection = await worker.inspect(job.document, settings, job.rules);
          open.splice(open.indexOf(job), 1);
          accept(job, inspection);
        }
      };
      const ends = await Promise.allSettled(Array.from({ length: inFlight }, feed));
      signal.removeEventListener('abort', stop);
      await worker.stop();
      const failed = ends.find((end) => end.status === 'rejected');
      if (!failed || signal.aborted) return;
      const message = failed.reason instanceof Error ? failed.reason.message : String(failed.reason);
      parts.log(`a worker of the scan ended: ${message}`);
      if (!worker.started) return queue.add(...open);
      crashes++;
      // A worker answers in order: the oldest question is the one that it died of.
      const [culprit, ...others] = open;
      queue.add(...others);
      if (!culprit) continue;
      const { document, index } = culprit;
      const note = {
        file: document.path,
        message: `not analysed: the analysis ended its thread (${message})`,
      };
      finish(index, parts.analysisOf(document, { notes: [note], reports: [], passed: [] }));
    }
  };

  const tried = <T>(document: SourceDocument, part: () => T): T | undefined => {
    try {
      return part();
    } catch (error) {
      parts.log(`the analysis of ${document.path} failed: ${String(error)}`);
      return undefined;
    }
  };
  const inspectHere = (job: Job | undefined): void => {
    if (job)
      accept(
        job,
        tried(job.document, () => parts.inspect(job.document, job.rules)),
      );
  };
  /** Lets the editor's requests, the workers' answers and a cancellation in. */
  const breathe = async (): Promise<void> => {
    await setImmediate();
    signal.throwIfAborted();
  };

  const lanes: Promise<void>[] = [];
  // This thread finds what there is to inspect, the workers inspect it: each compiles only half of the code. When there
  // is nothing more to find, or there are no workers, this one inspects, too.
  const ownLane = async (): Promise<void> => {
    let [toInspect, largest] = [0, 0];
    for (let index = 0; index < files.length; index++) {
      const job = await triaged(index);
      if (job) {
        const { length } = job.document.text;
        toInspect += length;
        largest = Math.max(largest, length);
        if (lanes.length === 0 && toInspect - largest > smallScan)
          for (let count = 0; count < parts.workers; count++) lanes.push(workerLane());
        // A large text waits: others may be worth a worker, which takes it then.
        if (lanes.length === 0 ? length <= smallScan : queue.waiting > enoughWaiting) inspectHere(job);
        else queue.add(job);
      }
      await breathe();
    }
    await inspectRest();
  };
  const inspectRest = async (): Promise<void> => {
    for (; queue.waiting > 0; await breathe()) inspectHere(queue.smallest());
  };
  try {
    await ownLane();
  } finally {
    queue.close();
    await Promise.allSettled(lanes);
  }
  // What a dead worker left behind.
  await inspectRest();
  while (waiting.size > 0) await Promise.all(waiting);
  signal.throwIfAborted();
  await kept?.keep();
}

/** Texts to inspect. Workers take the largest, so that none is left with it at the end. */
class JobQueue {
  readonly #jobs: Job[] = [];
  #closed = false;
  #wake: (() => void)[] = [];

  /** UTF-16 units. */
  get waiting(): number {
    return this.#jobs.reduce((sum, { document }) => sum + document.text.length, 0);
  }

  add(...jobs: readonly Job[]): void {
    this.#jobs.push(...jobs);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Nothing is added any more but what comes back from a worker. */
  close(): void {
    this.#closed = true;
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** The largest; waits for one, and is undefined when there will be none. */
  async take(): Promise<Job | undefined> {
    while (this.#jobs.length === 0 && !this.#closed) await new Promise<void>((wake) => this.#wake.push(wake));
    return this.#remove((a, b) => a > b);
  }

  smallest(): Job | undefined {
    return this.#remove((a, b) => a < b);
  }

  #remove(before: (length: number, other: number) => boolean): Job | undefined {
    let found = 0;
    for (const [index, { document }] of this.#jobs.entries())
      if (before(document.text.length, this.#jobs[found]!.document.text.length)) found = index;
    return this.#jobs.splice(found, 1)[0];
  }
}

interface Job {
  readonly index: number;
  readonly document: SourceDocument;
  readonly key: string;
  /** Those that may report something. */
  readonly rules: readonly string[];
}

/** Undefined when the file is not read; who asks for it alone is told why. */
async function read(path: string): Promise<SourceDocument | undefined> {
  return readText(path).then(
    ({ text }) => ({ path, languageId: '', version: 0, text }),
    () => undefined,
  );
}
