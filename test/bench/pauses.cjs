// Preloaded into the measured process: on SIGUSR2 it writes how long its main thread was busy without a break since the last time, in
// milliseconds: by processor time, of which what other programs take is no part, and by the clock. Linux only.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const file = process.env.ALLOCLENS_PAUSES_FILE;
  // Nanoseconds on a processor, first of three numbers (Documentation/scheduler/sched-stats.rst).
  const used = () =>
    Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  let [last, busy] = [used(), 0];
  setInterval(() => {
    const now = used();
    busy = Math.max(busy, now - last);
    last = now;
  }, 1).unref();
  process.on('SIGUSR2', () => {
    writeFileSync(`${file}.new`, JSON.stringify({ busy, delay: delays.max / 1e6 }));
    renameSync(`${file}.new`, file);
    busy = 0;
    delays.reset();
  });
}
