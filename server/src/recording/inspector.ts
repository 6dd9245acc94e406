import { setTimeout as wait } from 'node:timers/promises';
import { inspect, InspectorError } from '../host/inspected';
import { writeOutput } from '../host/output';
import { mergeV8 } from '../profile/v8-merge';
import { RecordingError, type RecordRun } from './recording';

export interface InspectorRun extends RecordRun {
  /** As somebody typed it: a port, host:port, or a ws:// address. */
  readonly address: string;
  readonly seconds: number;
  readonly onConnect: (program: string) => void;
}

/**
 * Samples the allocations of a program that runs, garbage included, for some seconds or until the run is cancelled; the program goes on.
 * @throws RecordingError when there is no such program, or it ends, or is being sampled already
 */
export async function recordInspected(run: InspectorRun): Promise<void> {
  const { address, seconds, interval, out, signal, trust } = run;
  trust.require('the inspector');
  try {
    const inspected = await inspect(address, signal);
    try {
      run.onConnect([inspected.title, inspected.program].filter((one) => one !== '').join(', '));
      await inspected.ask('HeapProfiler.enable');
      await inspected.ask('HeapProfiler.startSampling', {
        samplingInterval: interval,
        stackDepth: 128,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
      const end = new AbortController();
      const over = wait(seconds * 1000, undefined, { signal: AbortSignal.any([signal, end.signal]) });
      // Cancelled: what was recorded until then is there.
      await Promise.race([over.catch(() => {}), inspected.gone]);
      end.abort();
      const { profile } = (await inspected.ask('HeapProfiler.stopSampling')) as { profile: unknown };
      const recorded = {
        interval,
        collected: true,
        node: inspected.program.replace(/^node\.js\//, ''),
        command: [inspected.title],
      };
      await writeOutput(out, mergeV8([JSON.stringify(profile)], recorded)).catch((error: unknown) => {
        throw new RecordingError(`${out}: ${(error as Error).message}`);
      });
    } finally {
      inspected.close();
    }
  } catch (error) {
    if (error instanceof InspectorError) throw new RecordingError(error.message);
    throw error;
  }
}
