/**
 * Runs inside the program that `alloclens prove` starts for a benchmark file (`NODE_OPTIONS=--require`), in each of its processes and
 * worker threads: a bundle of its own that may load nothing but Node. Puts the texts of the job in the place of modules as they are
 * loaded, measures, and leaves an answer when the thread ends.
 */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, threadId } from 'node:worker_threads';
import { connect, coveredPlaces, startCoverage, startSampling, stopSampling } from './inspector';
import { jobVariable, type Answer, type Figures, type Job, type OperationAnswer } from './job';
import { adapt, libraryOf, type Meter } from './libraries';
import { measured, measuredAtOnce, outsideOfHeap, type Operation } from './measuring';

/** Of module.registerHooks, which Node has since 22.15; the types are those of an older one. */
interface Loaded {
  readonly format: string | null | undefined;
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | null;
}
interface WithHooks {
  registerHooks(hooks: {
    load(url: string, context: unknown, next: (url: string, context: unknown) => Loaded): Loaded;
  }): void;
}

/** Of whole programs, which take seconds: mean bytes between two samples. */
const wholeInterval = 4096;

const jobFile = process.env[jobVariable];
if (jobFile !== undefined) start(JSON.parse(readFileSync(jobFile, 'utf8')) as Job);

function start(job: Job): void {
  const loaded = new Set<string>();
  const operations: OperationAnswer[] = [];
  const isMain = isMainThread && process.argv[1] !== undefined && realPath(process.argv[1]) === job.main;
  /** The program as a whole, until a library's benchmarks come. */
  let whole = isMain;

  const { places } = job;
  connect();
  const began = process.hrtime.bigint();
  const outsideBefore = process.memoryUsage().arrayBuffers;
  if (places) startCoverage();
  else if (whole) startSampling(wholeInterval);

  const names = new Map<string, number>();
  const unique = (name: string): string => {
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    return count === 1 ? name : `${name} #${count}`;
  };
  const add = (name: string, figures: Figures | undefined): void => {
    operations.push({ name, places: places ? coveredPlaces(places) : [], ...(figures && { figures }) });
  };
  const isWanted = ({ name }: Operation): boolean => !job.without.includes(name);
  const meter: Meter = {
    async measure(given) {
      const operation = { ...given, name: unique(given.name) };
      if (!isWanted(operation)) return;
      if (!places) return add(operation.name, await measured(operation, job.length));
      coveredPlaces(places);
      await operation.repeat(rounds);
      add(operation.name, undefined);
    },
    measureAtOnce(given) {
      const operation = { ...given, name: unique(given.name) };
      if (!isWanted(operation)) return;
      if (!places) return add(operation.name, measuredAtOnce(operation, job.length));
      coveredPlaces(places);
      void operation.repeat(rounds);
      add(operation.name, undefined);
    },
  };

  (globalThis as Record<symbol, unknown>)[Symbol.for('alloclens.library')] = (
    name: string,
    library: unknown,
  ): void => {
    if (whole && !places) stopSampling();
    whole = false;
    adapt(name, library, meter);
  };

  (Module as unknown as WithHooks).registerHooks({
    load(url, context, next) {
      const found = next(url, context);
      const file = fileOf(url);
      if (file === undefined) return found;
      const text = job.texts[file];
      if (text !== undefined) {
        loaded.add(file);
        return { ...found, source: text };
      }
      const library = libraryOf(file.replaceAll('\\', '/'));
      if (library === undefined) return found;
      return { ...found, source: `${sourceOf(found, file)}\n${announcing(library, found.format, file)}` };
    },
  });

  process.once('exit', () => {
    const answer: Answer = {
      loaded: [...loaded],
      operations,
      ...(whole && { whole: { name: path.basename(job.main), ...wholeAnswer() } }),
    };
    const file = path.join(job.out, `${process.pid}-${threadId}.json`);
    try {
      writeFileSync(file, JSON.stringify(answer), { flag: 'wx', mode: 0o600 });
    } catch {
      // The proof is over: its folder is gone.
    }
  });

  function wholeAnswer(): Omit<OperationAnswer, 'name'> {
    if (places) return { places: coveredPlaces(places) };
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

/** The real path of a module, which Node names its modules by; undefined for what is no file. */
function fileOf(url: string): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function sourceOf({ source }: Loaded, file: string): string {
  if (typeof source === 'string') return source;
  return source ? Buffer.from(source as Uint8Array).toString('utf8') : readFileSync(file, 'utf8');
}

/** What is run at the end of a library: it hands itself to us. */
function announcing(library: string, format: string | null | undefined, file: string): string {
  const call = (value: string): string =>
    `globalThis[Symbol.for('alloclens.library')]?.(${JSON.stringify(library)}, ${value});`;
  if (format !== 'module') return call('module.exports');
  // A module may import itself.
  const self = JSON.stringify(`./${path.basename(file)}`);
  return `import * as alloclensSelf from ${self};\n${call('alloclensSelf')}`;
}
