// Measures one compiled sample in a fresh process: `node --expose-gc … typescript-runner.cjs SAMPLE.cjs` prints JSON.
// Plain CommonJS without dependencies: it runs on every Node major that is measured.
'use strict';

const warmUp = 300; // ms
const runs = 9;
const runTime = 50; // ms

const sample = require(process.argv[2]);
sample.check();

/** Stored where the optimiser cannot see who reads it, so that the result is really made. */
globalThis.result = undefined;

function repeat(times) {
  for (let i = 0; i < times; i++) globalThis.result = sample.work();
}

function milliseconds(times) {
  const start = process.hrtime.bigint();
  repeat(times);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

let times = 1;
for (let spent = 0; spent < warmUp;) {
  const took = milliseconds(times);
  spent += took;
  if (took < 1) times *= 2;
}
times = Math.max(1, Math.round((times * runTime) / Math.max(milliseconds(times), 0.001)));
const nanoseconds = median(Array.from({ length: runs }, () => (milliseconds(times) * 1e6) / times));

/**
 * Bytes on the heap and in array buffers. The young generation is large (`--min-semi-space-size`), and a batch during
 * which memory was collected is thrown away: it shows as less memory than before.
 */
function bytesOf(batch) {
  globalThis.gc();
  const before = process.memoryUsage();
  repeat(batch);
  const after = process.memoryUsage();
  return (after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers) / batch;
}

/** What measuring itself allocates. */
function overhead() {
  globalThis.gc();
  const before = process.memoryUsage();
  const after = process.memoryUsage();
  return after.heapUsed - before.heapUsed;
}

let batch = 1;
// As many calls as fit in 8 MB.
while (batch < 100_000 && bytesOf(batch) * batch < 4_000_000) batch *= 2;
const cost = median(Array.from({ length: runs }, overhead));
const bytes =
  median(Array.from({ length: runs * 3 }, () => bytesOf(batch)).filter((value) => value >= 0)) - cost / batch;

sample.check();
process.stdout.write(
  JSON.stringify({
    node: process.versions.node,
    v8: process.versions.v8,
    nanoseconds,
    bytes: Math.max(0, bytes),
  }),
);
