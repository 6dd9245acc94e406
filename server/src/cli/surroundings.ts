import type { Readable } from 'node:stream';
import type { RuleMeta } from '../../../rules/model';
import type { Logger } from '../host/logger';
import type { ResultStore } from '../host/result-store';
import type { EngineLoaders } from '../service/analyser';

/** What the command line runs with; tests put in their own. */
export interface Surroundings {
  readonly cwd: string;
  /** Only `mcp` reads it. */
  readonly stdin: Readable;
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  readonly color: boolean;
  readonly signal: AbortSignal;
  readonly engines: EngineLoaders;
  /** Absolute path of host/v8-recorder.ts as it was compiled or bundled. */
  readonly recorder: string;
  readonly rules: readonly RuleMeta[];
  /** Opens the folder of results of earlier runs; undefined when there is none. Absent: nothing is kept. */
  readonly results?: (logger: Logger) => Promise<ResultStore | undefined>;
  readonly version: string;
}

/** 0 nothing to report, 1 findings, 2 could not do the job, 3 nothing was there to look at or to measure, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;
