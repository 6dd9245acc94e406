import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import type { Fix } from '../../../rules/model';
import type { AnalysisRequest, CodeMap, CombinedFix, Engine, FileAnalysis, FilesRequest, SourceDocument } from './engine'; // prettier-ignore

/** The engine's end of its thread; threaded-engine.ts is the other one. */

/** How a bundle knows that it was started to serve its engine. */
export const engineMark = 'alloclens-engine';

/** What is asked, as data. */
export type Question =
  | { readonly method: 'analyse'; readonly request: AnalysisRequest }
  | { readonly method: 'scanFiles'; readonly request: FilesRequest }
  | {
      readonly method: 'combine';
      readonly analysis: FileAnalysis;
      readonly fixes: readonly Fix[];
      readonly request: AnalysisRequest;
    }
  | { readonly method: 'codeMap'; readonly document: SourceDocument };

/** What each question comes to. */
export interface Results {
  readonly analyse: undefined;
  readonly scanFiles: undefined;
  /** `applied`: indexes of the fixes. */
  readonly combine: Omit<CombinedFix, 'applied'> & { readonly applied: readonly number[] };
  readonly codeMap: CodeMap | undefined;
}

export type ToThread =
  | { readonly id: number; readonly question: Question }
  /** Nobody waits for the answer any more. */
  | { readonly cancelled: number };

export type FromThread =
  | { readonly log: string }
  | { readonly id: number; readonly published: readonly FileAnalysis[] }
  | { readonly id: number; readonly result: Results[keyof Results] }
  | { readonly id: number; readonly error: Error };

/**
 * Answers what comes in. A question does not begin in the turn that it comes in: what cancels it may stand right behind it, so that of
 * edits that have piled up only the newest is analysed.
 * @param make gets where lines for the log go
 */
export function serveEngine(make: (log: (message: string) => void) => Engine): void {
  const say = (message: FromThread): void => parentPort!.postMessage(message);
  const engine = make((log) => say({ log }));
  const open = new Map<number, AbortController>();
  const answer = async (id: number, question: Question): Promise<void> => {
    const { signal } = open.set(id, new AbortController()).get(id)!;
    try {
      await nextTurn();
      signal.throwIfAborted();
      const publish = (published: readonly FileAnalysis[]): void => {
        if (!signal.aborted) say({ id, published });
      };
      say({ id, result: await resultOf(engine, question, publish, signal) });
    } catch (error) {
      say({ id, error: error instanceof Error ? error : new Error(String(error)) });
    } finally {
      open.delete(id);
    }
  };
  parentPort!.on('message', (message: ToThread) => {
    if ('cancelled' in message) open.get(message.cancelled)?.abort();
    else void answer(message.id, message.question);
  });
}

async function resultOf(
  engine: Engine,
  question: Question,
  publish: (files: readonly FileAnalysis[]) => void,
  signal: AbortSignal,
): Promise<Results[keyof Results]> {
  switch (question.method) {
    case 'analyse':
      return void (await engine.analyse(question.request, publish, signal));
    case 'scanFiles':
      return void (await engine.scanFiles!(question.request, publish, signal));
    case 'combine': {
      const { analysis, fixes, request } = question;
      const combined = await engine.combine!(analysis, fixes, request, signal);
      return { ...combined, applied: combined.applied.map((fix) => fixes.indexOf(fix)) };
    }
    case 'codeMap':
      return engine.codeMap!(question.document);
  }
}
