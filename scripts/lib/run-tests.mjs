// node:test's runner, so that several runs can end in one summary.
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const names = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'];

/**
 * Runs test files, each in a process of its own, and prints what they do.
 * @param {readonly string[]} files absolute paths
 * @param {{ concurrency?: number }} [options]
 * @returns {Promise<Record<string, number>>} the counts that node's summary prints
 */
export async function runTests(files, options = {}) {
  const counts = {};
  const stream = run({
    files: [...files],
    concurrency: options.concurrency ?? availableParallelism(),
    // A test that hangs must not hang the run. Milliseconds.
    timeout: 10 * 60_000,
  });
  stream.on('test:diagnostic', ({ nesting, message }) => {
    const found = /^(\w+) ([\d.]+)$/.exec(message);
    if (nesting === 0 && found && names.includes(found[1])) counts[found[1]] = Number(found[2]);
  });
  const text = stream.compose(spec);
  for await (const chunk of text) process.stdout.write(chunk);
  return counts;
}

/** Prints the sum of all runs as node's runner would; true when nothing failed. */
export function summary(runs) {
  process.stdout.write('\nAll tests:\n');
  for (const name of names) {
    const sum = runs.reduce((total, counts) => total + (counts[name] ?? 0), 0);
    process.stdout.write(`ℹ ${name} ${name === 'duration_ms' ? Math.round(sum) : sum}\n`);
  }
  return runs.every((counts) => counts.tests > 0 && counts.fail === 0 && counts.cancelled === 0);
}
