/** The measured process of bench/profiles.ts: reads a profile, and prints what it cost. Arguments: the profile, a file of the code. */
import { readFileSync } from 'node:fs';
import { readProfile } from '../../server/src/hotspots/read';

/** Processor time of the main thread alone, in ms; its resolution is the clock tick of the system, 10 ms. Linux only. */
function mainThreadTime(): number {
  const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

async function main([profile, file]: readonly string[]): Promise<void> {
  const idle = process.memoryUsage().rss;
  let [last, longest] = [mainThreadTime(), 0];
  // By processor time, so that a machine with other work does not count as a pause.
  const watch = setInterval(() => {
    const now = mainThreadTime();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  const { weights } = await readProfile({ path: profile!, name: profile!, notes: [] }, [file!], {
    calls: true,
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  clearInterval(watch);
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ idle, peak, longest, total: weights.total, lines: weights.lines.length }));
}

void main(process.argv.slice(2));
