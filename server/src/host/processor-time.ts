import { readdirSync, readFileSync } from 'node:fs';

/**
 * The processor time that a group of processes has used until now, those that have ended included, in ticks of the
 * system's clock (mostly a hundredth of a second). Undefined where the system does not tell: only Linux has /proc.
 */
export function processorTimeOf(group: number): number | undefined {
  let sum: number | undefined;
  try {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        // pid (command) state ppid pgrp session tty_nr tpgid flags minflt cminflt majflt cmajflt utime stime cutime cstime
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(fields[2]) !== group) continue;
        sum = fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks), sum ?? 0);
      } catch {
        // It has ended meanwhile.
      }
    }
  } catch {
    // No /proc.
  }
  return sum;
}
