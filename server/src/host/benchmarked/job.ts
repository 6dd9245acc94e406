/**
 * What `prove` tells a Node program that it starts, and what it hears from it. Data only: one side runs in the server, the other in
 * the program.
 */

/** The variable of the environment that names the file with the job, as JSON. */
export const jobVariable = 'ALLOCLENS_PROOF_JOB';

export interface Job {
  /** Absolute path of a private folder; each thread of the program leaves a file with its `Answer` there. */
  readonly out: string;
  /** Real path of the benchmark file. */
  readonly main: string;
  /** Real path of a module → the text to load in its place. */
  readonly texts: Readonly<Record<string, string>>;
  /** Which of these does each benchmark run? Absent: measure. */
  readonly places?: readonly JobPlace[];
  /** Names of benchmarks that are not asked for. */
  readonly without: readonly string[];
  /** Milliseconds, or a number of iterations. */
  readonly length: { readonly milliseconds: number } | { readonly iterations: number };
}

/** UTF-16 offsets in the text of a module, by its real path. */
export interface JobPlace {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** What one thread of the program did. */
export interface Answer {
  /** The modules of `texts` that it evaluated, by real path. */
  readonly loaded: readonly string[];
  readonly operations: readonly OperationAnswer[];
  /** Of the run as a whole: absent where a library's benchmarks ran, and in threads that did not run the benchmark file. */
  readonly whole?: OperationAnswer;
}

export interface OperationAnswer {
  readonly name: string;
  /** Indices of the job's places that it ran; empty when measuring. */
  readonly places: readonly number[];
  /** A loader made other code of a module, so that places of it count as run when the module was evaluated. */
  readonly rewritten?: true;
  /** Absent when looking for places. */
  readonly figures?: Figures;
}

export interface Figures {
  /** How often it ran while the time was taken. */
  readonly iterations: number;
  /** For one iteration. */
  readonly nanoseconds: number;
  /** For one iteration, in V8's heap; garbage included. */
  readonly bytes: number;
  /** What limits the figures, in words. */
  readonly cautions: readonly string[];
}
