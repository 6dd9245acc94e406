import { Session, type HeapProfiler, type Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import type { JobPlace } from './job';

/** V8's own counters of this thread. */

const session = new Session();

function post<Result>(method: string, params: object = {}): Result {
  let result: unknown;
  // The answer comes before post() returns: the session is of this thread.
  session.post(method, params, (error, answer) => {
    if (error) throw error;
    result = answer;
  });
  return result as Result;
}

export function connect(): void {
  session.connect();
}

/** @param interval mean bytes between two samples; 1 takes every object */
export function startSampling(interval: number): void {
  post('HeapProfiler.startSampling', {
    samplingInterval: interval,
    stackDepth: 64,
    // Without both V8 forgets what was collected since, which of garbage is all (Node 20 to 26).
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
}

type Node = HeapProfiler.SamplingHeapProfileNode;

/**
 * @returns bytes since `startSampling`, without those that the sampling itself costs; `own`: below code of files, without what Node does
 * for itself
 */
export function stopSampling(): { readonly all: number; readonly own: number } {
  const { profile } = post<{ profile: HeapProfiler.SamplingHeapProfile }>('HeapProfiler.stopSampling');
  let [all, own] = [0, 0];
  const open: { node: Node; inside: boolean }[] = [{ node: profile.head, inside: false }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { url } = next.node.callFrame;
    if (url === 'node:inspector') continue;
    const inside = next.inside || (url !== '' && !url.startsWith('node:'));
    all += next.node.selfSize;
    if (inside) own += next.node.selfSize;
    for (const node of next.node.children) open.push({ node, inside });
  }
  return { all, own };
}

/** From now on each function's blocks are counted, and no function is optimised. */
export function startCoverage(): void {
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
}

/** Which of the places ran since this was called last. */
export function coveredPlaces(places: readonly JobPlace[]): number[] {
  const { result } = post<{ result: Profiler.ScriptCoverage[] }>('Profiler.takePreciseCoverage');
  const scripts = new Map<string, Profiler.CoverageRange[]>();
  for (const { url, functions } of result) {
    if (!url.startsWith('file:')) continue;
    const file = fileURLToPath(url);
    const known = scripts.get(file) ?? [];
    scripts.set(file, known);
    for (const { ranges } of functions) known.push(...ranges);
  }
  return [...places.keys()].filter((i) => ran(places[i]!, scripts.get(places[i]!.file) ?? []));
}

/** The innermost block around the place ran. A closure that is made does not run itself: what begins at the place is not around it. */
function ran({ start, end }: JobPlace, ranges: readonly Profiler.CoverageRange[]): boolean {
  const around = ranges.filter(({ startOffset, endOffset }) => startOffset < start && end <= endOffset);
  const length = ({ startOffset, endOffset }: Profiler.CoverageRange): number => endOffset - startOffset;
  const innermost = around.sort((a, b) => length(a) - length(b))[0];
  return innermost !== undefined && innermost.count > 0;
}
