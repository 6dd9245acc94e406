/**
 * Runs inside the program that `alloclens record` starts (`NODE_OPTIONS=--require`), in each of its processes and worker threads: a
 * bundle of its own that may load nothing but Node. Samples allocations, garbage included, and writes them when the thread ends.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import Module from 'node:module';
import path from 'node:path';
import { threadId } from 'node:worker_threads';

const folder = process.env['ALLOCLENS_RECORD_FOLDER'];
const samplingInterval = Number(process.env['ALLOCLENS_RECORD_INTERVAL']);

if (folder !== undefined) {
  const session = new Session();
  session.connect();
  // Both flags: without them V8 keeps only what is still alive at the end, which of garbage is nothing (Node 20 to 26).
  const options = {
    samplingInterval,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  };
  session.post('HeapProfiler.startSampling', options);

  if (Number(process.versions.node.split('.')[0]) < 22) keepScripts();

  let written = false;
  const write = (): void => {
    if (written) return;
    written = true;
    // The answer comes before post() returns: the session is of this thread.
    session.post('HeapProfiler.stopSampling', (error, answer) => {
      if (error) return;
      const file = path.join(folder, `${process.pid}-${threadId}.heapprofile`);
      try {
        writeFileSync(file, JSON.stringify(answer.profile), { flag: 'wx', mode: 0o600 });
      } catch {
        // The recording is over: its folder is gone.
      }
    });
  };
  process.once('exit', write);
  if (threadId === 0) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const end = (): void => {
        write();
        // A program with a handler of its own goes on; any other dies of the signal, as without us.
        if (process.listenerCount(signal) > 0) return;
        process.kill(process.pid, signal);
      };
      process.once(signal, end);
    }
  }
}

/**
 * V8 before 12 (Node 20) collects garbage first and then looks up the scripts of the functions that allocated: those of a CommonJS
 * module that nobody holds any more would lose their file and line. Each module leaves a closure, which holds its script.
 */
function keepScripts(): void {
  const kept: unknown[] = [];
  const name = Symbol.for('alloclens.kept');
  Object.defineProperty(globalThis, name, { value: kept });
  const { prototype } = Module as unknown as {
    prototype: { _compile(this: unknown, content: string, ...more: unknown[]): unknown };
  };
  const compile = prototype._compile;
  prototype._compile = function (content, ...more) {
    return compile.call(
      this,
      `${content}\n;globalThis[Symbol.for('alloclens.kept')].push(() => {});`,
      ...more,
    );
  };
}
