import pico from 'picocolors';
import { run } from './cli/program';
import { keepHeapSmall } from './host/heap';
import { build, engines, recorder, rules, version } from './composition';
import { ResultStore } from './host/result-store';

keepHeapSmall();

const interrupt = new AbortController();
/** The first Ctrl-C ends the run and its compilers cleanly, the second at once. */
function onInterrupt(): void {
  if (interrupt.signal.aborted) process.exit(130);
  interrupt.abort();
}
process.on('SIGINT', onInterrupt);
process.on('SIGTERM', onInterrupt);
// `alloclens scan | head`: the reader has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));

// Not process.exit: what was written to a pipe must get there.
void run(process.argv.slice(2), {
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  color: pico.isColorSupported && (process.stdout.isTTY || 'FORCE_COLOR' in process.env),
  signal: interrupt.signal,
  engines,
  recorder,
  rules,
  results: (logger) => ResultStore.open(build(), logger),
  version,
}).then((code) => (process.exitCode = code));
