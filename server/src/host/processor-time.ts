import { readdirSync, readFileSync } from 'node:fs';

/** What a group of processes has of the processor. */
export interface ProcessorUse {
  /** Used until now, by those that have ended, too, in ticks of the system's clock (mostly a hundredth of a second). */
  readonly ticks: number;
  /** One of them could go on if a processor were free for it. */
  readonly runnable: boolean;
}

/** Undefined where the system does not tell: only Linux has /proc. */
export function processorUseOf(group: number): ProcessorUse | undefined {
  let use: ProcessorUse | undefined;
  try {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        // pid (command) state ppid pgrp session tty_nr tpgid flags minflt cminflt majflt cmajflt utime stime cutime cstime
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(fields[2]) !== group) continue;
        use = {
          ticks: fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks), use?.ticks ?? 0),
          runnable: fields[0] === 'R' || (use?.runnable ?? false),
        };
      } catch {
        // It has ended meanwhile.
      }
    }
  } catch {
    // No /proc.
  }
  return use;
}
