import { opendir, readFile } from 'node:fs/promises';

/** What a group of processes has of the processor. */
export interface ProcessorUse {
  /** Used until now, by those that have ended, too, in ticks of the system's clock (mostly a hundredth of a second). */
  readonly ticks: number;
  /** One of them could go on if a processor were free for it. */
  readonly runnable: boolean;
}

/** A look at more would cost more than it tells. */
const mostProcesses = 20_000;
/** Processes that are read at a time: the pool of threads is everybody's. */
const atATime = 16;

/**
 * Reads /proc beside what this thread does.
 *
 * @param group its id, which is that of the process that leads it
 * @returns undefined where the system does not tell (only Linux has /proc), where the group has ended, and where more
 * processes run than are looked at
 */
export async function processorUseOf(group: number): Promise<ProcessorUse | undefined> {
  let use: ProcessorUse | undefined;
  let seen = 0;
  const look = async (names: readonly string[]): Promise<void> => {
    for (const fields of await Promise.all(names.map(statOf))) {
      if (!fields || Number(fields[2]) !== group) continue;
      use = {
        ticks: fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks), use?.ticks ?? 0),
        runnable: fields[0] === 'R' || (use?.runnable ?? false),
      };
    }
  };
  try {
    let names: string[] = [];
    for await (const { name } of await opendir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      if (++seen > mostProcesses) return undefined;
      names.push(name);
      if (names.length < atATime) continue;
      await look(names);
      names = [];
    }
    await look(names);
  } catch {
    // No /proc.
  }
  return use;
}

/**
 * Fields of /proc/PID/stat from the third on: state ppid pgrp session tty_nr tpgid flags minflt cminflt majflt cmajflt utime
 * stime cutime cstime …
 */
async function statOf(pid: string): Promise<string[] | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
