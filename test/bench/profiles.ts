import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeHeapProfile, writePprof } from './large-profiles';
import { print, ratio } from './table';

const mebi = 1024 ** 2;

/** Large profiles: memory at the peak, and how long the main thread is busy without a break. */
export async function profiles(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'alloclens-bench-'));
  try {
    writeFileSync(path.join(folder, 'go.mod'), 'module example.com/app\n');
    writeFileSync(path.join(folder, 'a.go'), 'package app\n');
    writeFileSync(path.join(folder, 'a.js'), '\n');
    const pprof = path.join(folder, 'large.pprof');
    const heap = path.join(folder, 'large.heapprofile');
    await writePprof(
      pprof,
      50 * mebi,
      Array.from({ length: 2000 }, (_, i) => ({
        name: `example.com/${i % 7 === 0 ? 'app' : 'other'}.f${i}`,
        file: `/x/${i % 7 === 0 ? 'a' : 'b'}.go`,
        line: i,
        startLine: i,
      })),
    );
    await writeHeapProfile(
      heap,
      100 * mebi,
      Array.from({ length: 5000 }, (_, i) => ({
        name: `f${i}`,
        url: i % 7 === 0 ? `file://${path.join(folder, 'a.js')}` : 'file:///elsewhere/b.js',
        line: i,
        column: i % 80,
      })),
    );
    const rows = (
      [
        ['pprof, 50 MiB', pprof, 'a.go'],
        ['.heapprofile, 100 MiB', heap, 'a.js'],
      ] as const
    ).map(([name, profile, file]) => {
      const reader = path.join(__dirname, 'profile-reader.js');
      const { peak, idle, longest, total } = JSON.parse(
        execFileSync(process.execPath, [reader, profile, path.join(folder, file)], { encoding: 'utf8' }),
      ) as { peak: number; idle: number; longest: number; total: number };
      if (total === 0) throw new Error(`${profile} was read as an empty one.`);
      const { size } = statSync(profile);
      const mib = (bytes: number): string => `${Math.round(bytes / mebi)} MiB`;
      return [name, mib(size), mib(peak), mib(idle), ratio(peak - idle, size), `${longest} ms`];
    });
    print(
      'Large profiles: memory of the reading process, and the longest time its main thread computes without a break',
      ['profile', 'file', 'peak', 'at rest', '(peak − rest) / file', 'busy at most'],
      rows,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
