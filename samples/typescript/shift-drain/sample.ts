/** A queue of jobs that is worked off: 1000 numbers. */
const jobs = Array.from({ length: 1000 }, (_, i) => i);

export function drain(all: readonly number[]): number {
  const queue = [...all];
  let sum = 0;
  while (queue.length > 0) {
    const job = queue.shift()!;
    sum += job;
    if (job % 100 === 99) queue.push(1);
  }
  return sum;
}

/** The measured unit. */
export function work(): unknown {
  return drain(jobs);
}

export function check(): void {
  if (drain(jobs) !== 499510 || drain([]) !== 0) throw new Error(`wrong sum: ${drain(jobs)}`);
}
