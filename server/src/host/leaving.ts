/** What must be done before this process ends, whether it ends by itself or a signal ends it. */

type Action = () => void;

const actions = new Set<Action>();
/** Ctrl-C, an ordinary `kill`, the end of the terminal or of the connection. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Has something done before the end; nothing can be awaited then. After SIGKILL nothing is done: see remains.ts.
 * @returns ends the promise, because it has been done
 */
export function beforeLeaving(action: Action): () => void {
  if (actions.size === 0) {
    process.on('exit', leave);
    for (const signal of signals) process.on(signal, onSignal);
  }
  actions.add(action);
  return () => {
    if (!actions.delete(action) || actions.size > 0) return;
    process.off('exit', leave);
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/** The last that was added first: programs end before the files that they use are removed. */
function leave(): void {
  for (const action of [...actions].reverse()) {
    actions.delete(action);
    try {
      action();
    } catch {
      // The others shall be done, too.
    }
  }
}

function onSignal(signal: NodeJS.Signals): void {
  // Who listens beside us, as the command line does, ends in order; `exit` comes in any case.
  if (process.listenerCount(signal) > 1) return;
  leave();
  // Without our listener the signal would have ended this process: it still shall.
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}
