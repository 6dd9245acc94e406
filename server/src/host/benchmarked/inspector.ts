import { Session, type HeapProfiler, type Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import type { JobPlace, OperationAnswer } from './job';

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

/**
 * Scripts whose code is the text of a module, and not what a loader made of it, by their id. It is as long as the text: Node writes spaces
 * in the place of types, and a comment with the file's name behind them.
 */
const verbatim = new Map<string, string>();

/**
 * Which of the places ran since this was called last.
 * @param texts of modules as they were handed out, by real path
 * @param evaluated real paths
 */
export function coveredPlaces(
  places: readonly JobPlace[],
  texts: ReadonlyMap<string, string>,
  evaluated: ReadonlySet<string>,
): Pick<OperationAnswer, 'places' | 'rewritten'> {
  const { result } = post<{ result: Profiler.ScriptCoverage[] }>('Profiler.takePreciseCoverage');
  const ranges = new Map<string, Profiler.CoverageRange[]>();
  for (const { scriptId, url, functions } of result) {
    const all = functions.flatMap((one) => one.ranges);
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    // The module as a whole is a function, too, which runs once.
    const length = Math.max(...all.map(({ endOffset }) => endOffset));
    const text = texts.get(file);
    if (text !== undefined && [0, `\n\n//# sourceURL=${url}`.length].includes(length - text.length))
      verbatim.set(scriptId, file);
    const known = verbatim.get(scriptId);
    if (known !== undefined) ranges.set(known, [...(ranges.get(known) ?? []), ...all]);
  }
  const comparable = new Set(verbatim.values());
  const isRewritten = ({ file }: JobPlace): boolean => evaluated.has(file) && !comparable.has(file);
  return {
    places: [...places.keys()].filter(
      (i) => isRewritten(places[i]!) || ran(places[i]!, ranges.get(places[i]!.file) ?? []),
    ),
    ...(places.some(isRewritten) && { rewritten: true }),
  };
}

/** The innermost block around the place ran. A closure that is made does not run itself: what begins at the place is not around it. */
function ran({ start, end }: JobPlace, ranges: readonly Profiler.CoverageRange[]): boolean {
  const around = ranges.filter(({ startOffset, endOffset }) => startOffset < start && end <= endOffset);
  const length = ({ startOffset, endOffset }: Profiler.CoverageRange): number => endOffset - startOffset;
  const innermost = around.sort((a, b) => length(a) - length(b))[0];
  return innermost !== undefined && innermost.count > 0;
}
