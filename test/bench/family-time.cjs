// Preloaded into the measured process: says on exit how much processor time its threads took, and how much the programs that it
// started and waited for, in milliseconds, user and system. The latter only on Linux.
const { isMainThread } = require('node:worker_threads');
if (isMainThread)
  process.on('exit', () => {
    const { readFileSync, writeFileSync } = require('node:fs');
    const { user, system } = process.cpuUsage();
    let started;
    try {
      // Fields of /proc/self/stat from the third on: cutime and cstime at 13 and 14, in hundredths of a second.
      const stat = readFileSync('/proc/self/stat', 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      started = 10 * (Number(fields[13]) + Number(fields[14]));
    } catch {
      // No /proc.
    }
    writeFileSync(process.env.ALLOCLENS_USAGE_FILE, JSON.stringify({ own: (user + system) / 1e3, started }));
  });
