/**
 * Runs inside the program that `alloclens prove` starts for a benchmark file (`NODE_OPTIONS=--require`), in each of its processes and
 * worker threads: a bundle of its own that may load nothing but Node. Puts the texts of the job in the place of modules as they are
 * loaded, measures, and leaves an answer when the thread ends.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import { realPath } from '../paths';
import { connect, coveredPlaces, startCoverage, startSampling, stopSampling } from './inspector';
import { jobVariable, type Answer, type Figures, type Job, type OperationAnswer } from './job';
import { adapt, libraryOf, type Meter } from './libraries';
import { measured, measuredAtOnce, outsideOfHeap, type Operation } from './measuring';
import { putTexts } from './texts';

/** Of whole programs, which take seconds: mean bytes between two samples. */
const wholeInterval = 4096;

/** A module with a text of the job was evaluated, whoever loaded it. */
const evaluated = 'alloclens.evaluated';
/** A library has been loaded. */
const announced = 'alloclens.library';

const jobFile = process.env[jobVariable];
if (jobFile !== undefined) start(JSON.parse(readFileSync(jobFile, 'utf8')) as Job);

function start(job: Job): void {
  /** Each says at its end that it is evaluated. */
  const texts = new Map(
    Object.entries(job.texts).map(([file, text]) => [
      file,
      `${text}\n${calling(evaluated, JSON.stringify(file))}`,
    ]),
  );
  const loaded = new Set<string>();
  const operations: OperationAnswer[] = [];
  const isMain =
    isMainThread &&
    process.argv[1] !== undefined &&
    (realPath(process.argv[1]) ?? process.argv[1]) === job.main;
  /** The program as a whole, until a library's benchmarks come. */
  let whole = isMain;

  const { places } = job;
  connect();
  const began = process.hrtime.bigint();
  const outsideBefore = process.memoryUsage().arrayBuffers;
  if (places) startCoverage();
  else if (whole) startSampling(wholeInterval);

  const covered = (): Pick<OperationAnswer, 'places' | 'rewritten'> =>
    coveredPlaces(places ?? [], texts, loaded);

  const names = new Map<string, number>();
  const unique = (name: string): string => {
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    return count === 1 ? name : `${name} #${count}`;
  };
  const add = (name: string, figures: Figures | undefined): void => {
    operations.push({ name, ...(places ? covered() : { places: [] }), ...(figures && { figures }) });
    save();
  };
  const isWanted = ({ name }: Operation): boolean => !job.without.includes(name);
  const meter: Meter = {
    async measure(given) {
      const operation = { ...given, name: unique(given.name) };
      if (!isWanted(operation)) return;
      if (!places) return add(operation.name, await measured(operation, job.length));
      covered();
      await operation.repeat(rounds);
      add(operation.name, undefined);
    },
    measureAtOnce(given) {
      const operation = { ...given, name: unique(given.name) };
      if (!isWanted(operation)) return;
      if (!places) return add(operation.name, measuredAtOnce(operation, job.length));
      covered();
      void operation.repeat(rounds);
      add(operation.name, undefined);
    },
  };

  const shared = globalThis as Record<symbol, unknown>;
  shared[Symbol.for(evaluated)] = (file: string): void => {
    loaded.add(file);
    save();
  };
  shared[Symbol.for(announced)] = (name: string, library: unknown): void => {
    if (whole && !places) stopSampling();
    whole = false;
    adapt(name, library, meter);
  };

  putTexts(texts, (file) => {
    const library = libraryOf(file.replaceAll('\\', '/'));
    return library === undefined ? undefined : announcing(library, file);
  });

  /** At once: a worker may be ended without a word. */
  function save(answer: Pick<Answer, 'whole'> = {}): void {
    const file = path.join(job.out, `${process.pid}-${threadId}.json`);
    try {
      writeFileSync(file, JSON.stringify({ loaded: [...loaded], operations, ...answer }), { mode: 0o600 });
    } catch {
      // The proof is over: its folder is gone.
    }
  }
  process.once('exit', () => {
    if (whole) save({ whole: { name: path.basename(job.main), ...wholeAnswer() } });
  });

  function wholeAnswer(): Omit<OperationAnswer, 'name'> {
    if (places) return covered();
    const nanoseconds = Number(process.hrtime.bigint() - began);
    const outside = Math.abs(process.memoryUsage().arrayBuffers - outsideBefore);
    const cautions = [
      'a whole run of the program: time has the sampling of allocations in it',
      ...(outside > 1024 * 1024 ? [outsideOfHeap] : []),
    ];
    return { places: [], figures: { iterations: 1, nanoseconds, bytes: stopSampling().own, cautions } };
  }
}

/** Inputs may take turns: once would meet the first of them. */
const rounds = 20;

/** What calls a function that we have left for all modules. */
function calling(name: string, args: string): string {
  return `globalThis[Symbol.for('${name}')]?.(${args});`;
}

/** What is run at the end of a library: it hands itself to us. */
function announcing(library: string, file: string): string {
  const call = (value: string): string => calling(announced, `${JSON.stringify(library)}, ${value}`);
  if (library === 'benchmark' || file.endsWith('.cjs')) return call('module.exports');
  // A module may import itself.
  const self = JSON.stringify(`./${path.basename(file)}`);
  return `import * as alloclensSelf from ${self};\n${call('alloclensSelf')}`;
}
