import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of a tick of Linux's clock. */
const tick = 10;

/** What a process and those that it started have used; ended ones count once they were waited for. Linux only. */
export interface Usage {
  /** Milliseconds, user and system. */
  readonly processor: number;
  /** Bytes: the largest resident sets that the living have had, added up. */
  readonly peak: number;
}

export function usageOf(pid: number): Usage {
  const children = new Map<number, number[]>();
  const stats = new Map<number, string[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(Number(name));
    if (!fields) continue;
    stats.set(Number(name), fields);
    const parent = Number(fields[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  let [processor, peak] = [0, 0];
  const family = [pid];
  for (const one of family) {
    family.push(...(children.get(one) ?? []));
    const fields = stats.get(one);
    if (!fields) continue;
    processor += tick * fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
    peak += peakOf(one);
  }
  return { processor, peak };
}

/** Fields of /proc/PID/stat from the third on: state, ppid, …, utime, stime, cutime, cstime at 11. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function peakOf(pid: number): number {
  try {
    return 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
