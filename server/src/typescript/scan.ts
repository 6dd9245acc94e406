import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { FileAnalysis, FilesRequest, SourceDocument } from '../service/engine';
import type { Inspection } from './engine';
import type { ScanWorker } from './scan-worker';

/** What a scan needs of the engine, and what tests replace. */
export interface ScanParts {
  /** Undefined when the text has to be parsed; else what is known without. */
  withoutParsing(document: SourceDocument): Inspection | undefined;
  inspect(document: SourceDocument): Inspection;
  analysisOf(document: SourceDocument, inspection: Inspection): FileAnalysis;
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

/** Good for the same text under the same settings only, which `key` is a hash of. */
export interface CachedInspection {
  readonly key: string;
  readonly inspection: Inspection;
}

/** UTF-16 units to parse before a worker is worth its start (some 0.4 s of processor time). */
const smallScan = 200_000;
/** Files that a worker has at a time: the next one is there when it is through with one. */
const inFlight = 2;
/** A machine or a file on which workers keep dying is not tried for ever. */
const maximumCrashes = 3;

/**
 * Analyses the files, on several threads once there is enough to do, and publishes each once, in the order of the
 * request. Files that cannot be read, and those that the analysis has a defect on, are left out.
 * @throws AbortError when the signal fires
 */
export async function scanFiles(
  { files, buffers, settings }: FilesRequest,
  parts: ScanParts,
  publish: (files: readonly FileAnalysis[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const rest = JSON.stringify(settings);
  const done = new Map<number, FileAnalysis | undefined>();
  const queue: Job[] = [];
  let next = 0;
  let published = 0;
  let parsed = 0;

  const finish = (index: number, analysis: FileAnalysis | undefined): void => {
    if (signal.aborted) return;
    done.set(index, analysis);
    const ready: FileAnalysis[] = [];
    for (; done.has(published); done.delete(published++)) {
      const analysis = done.get(published);
      if (analysis) ready.push(analysis);
    }
    if (ready.length > 0) publish(ready);
  };

  /** The next text that has to be parsed; on the way there, what need not be is finished. */
  const nextJob = async (): Promise<Job | undefined> => {
    const waiting = queue.shift();
    if (waiting) return waiting;
    while (next < files.length) {
      const index = next++;
      const path = files[index]!;
      const document = buffers.get(path) ?? (await read(path));
      signal.throwIfAborted();
      if (!document) {
        finish(index, undefined);
        continue;
      }
      const key = createHash('sha256').update(rest).update('\0').update(document.text).digest('base64');
      const cached = parts.cache.get(path);
      const known = cached?.key === key ? cached.inspection : parts.withoutParsing(document);
      if (!known) {
        parsed += document.text.length;
        return { index, document, key };
      }
      finish(index, parts.analysisOf(document, known));
    }
    return undefined;
  };

  /** @param inspection undefined when there was a defect: the file is left out */
  const accept = ({ index, document, key }: Job, inspection: Inspection | undefined): void => {
    if (!inspection) return finish(index, undefined);
    parts.cache.set(document.path, { key, inspection });
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
        for (let job = await nextJob(); job; job = await nextJob()) {
          open.push(job);
          const inspection = await worker.inspect(job.document, settings);
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
      if (!worker.started) return void queue.push(...open);
      crashes++;
      // A worker answers in order: the oldest question is the one that it died of.
      const [culprit, ...others] = open;
      queue.push(...others);
      if (!culprit) continue;
      const { document, index } = culprit;
      const note = {
        file: document.path,
        message: `not analysed: the analysis ended its thread (${message})`,
      };
      finish(index, parts.analysisOf(document, { notes: [note], reports: [], passed: [] }));
    }
  };

  const lanes: Promise<void>[] = [];
  const ownLane = async (): Promise<void> => {
    for (let job = await nextJob(); job; job = await nextJob()) {
      if (lanes.length === 0 && parsed > smallScan)
        for (let count = 0; count < parts.workers; count++) lanes.push(workerLane());
      accept(job, tried(job.document));
      // Let the editor's requests, the workers' answers and a cancellation in.
      await setImmediate();
      signal.throwIfAborted();
    }
  };
  const tried = (document: SourceDocument): Inspection | undefined => {
    try {
      return parts.inspect(document);
    } catch (error) {
      parts.log(`the analysis of ${document.path} failed: ${String(error)}`);
      return undefined;
    }
  };
  try {
    await ownLane();
  } finally {
    await Promise.allSettled(lanes);
  }
  // What a dead worker left behind.
  await ownLane();
  signal.throwIfAborted();
}

interface Job {
  readonly index: number;
  readonly document: SourceDocument;
  readonly key: string;
}

/** As editors read it: without the byte order mark. Undefined when that cannot be done without loss. */
async function read(path: string): Promise<SourceDocument | undefined> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    return { path, languageId: '', version: 0, text };
  } catch {
    return undefined;
  }
}
