import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { median } from 'simple-statistics';
import { checkOut, type Project } from '../corpus/projects';
import { inRepository } from '../support/repository';
import { ms, print, ratio } from './table';
import { usageOf } from './usage';

/** Of warm scans. */
const rounds = 3;
/** Milliseconds that a scan may take. */
const limit = 600_000;

const modules: readonly Project[] = [
  { kind: 'go module', name: 'github.com/rs/zerolog', version: 'v1.35.1' },
  { kind: 'go module', name: 'github.com/gofiber/fiber/v2', version: 'v2.52.15' },
  { kind: 'go module', name: 'github.com/prometheus/common', version: 'v0.32.1' },
];

/** The linters that speak of allocations, and staticcheck. */
const golangci = `version: "2"
linters:
  default: none
  enable: [prealloc, perfsprint, gocritic, staticcheck, mirror, makezero]
  settings:
    gocritic:
      enabled-tags: [performance]
`;

/** Milliseconds. */
interface Cost {
  readonly wall: number;
  readonly processor: number;
}

/**
 * `alloclens scan ./...` against `golangci-lint run ./...` (the program that GOLANGCI_LINT names; without it AllocLens alone): after a
 * change in every package, and with nothing changed. What the modules import has been compiled for both.
 */
export function goScan(): Promise<void> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'alloclens-bench-'));
  const linter = process.env['GOLANGCI_LINT'];
  const chosen = process.env['SUBJECT'] ?? '';
  const env = {
    ...process.env,
    XDG_CACHE_HOME: path.join(scratch, 'cache'),
    GOCACHE: process.env['GOCACHE'] ?? goCache(),
    GOLANGCI_LINT_CACHE: path.join(scratch, 'golangci-cache'),
  };
  const rows: string[][] = [];
  try {
    for (const project of modules) {
      if (!project.name.includes(chosen)) continue;
      const folder = path.join(scratch, path.basename(project.name));
      cpSync(checkOut(project).cwd, folder, { recursive: true });
      writeFileSync(path.join(folder, '.golangci.yml'), golangci);
      const scan = (): Cost =>
        run(folder, env, process.execPath, inRepository('dist', 'cli.js'), 'scan', './...');
      const lint = (): Cost | undefined =>
        linter ? run(folder, env, linter, 'run', '--allow-parallel-runners', './...') : undefined;
      scan();
      lint();
      changeEachPackage(folder);
      const own = [scan()];
      const theirs = [lint()];
      for (let round = 0; round < rounds; round++) {
        own.push(scan());
        theirs.push(lint());
      }
      const row = (name: string, from: number, to?: number): string[] => {
        const middle = (costs: readonly (Cost | undefined)[], what: keyof Cost): number =>
          median(costs.slice(from, to).map((cost) => cost?.[what] ?? NaN));
        const both = (what: keyof Cost): string => {
          const [a, b] = [middle(own, what), linter ? middle(theirs, what) : NaN];
          return linter ? `${ms(a)} : ${ms(b)}  ${ratio(a, b)}` : ms(a);
        };
        return [project.name, name, both('wall'), both('processor')];
      };
      rows.push(row('each package changed', 0, 1), row('nothing changed', 1));
      for (const one of rows.slice(-2)) console.log(one.join('  '));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  print(
    `Go: scan of a module${linter ? ' : golangci-lint' : ''}`,
    ['module', '', 'wall clock', 'processor time'],
    rows,
  );
  return Promise.resolve();
}

function goCache(): string {
  return spawnSync('go', ['env', 'GOCACHE'], { encoding: 'utf8' }).stdout.trim();
}

/** Findings (exit code 1) are no failure. */
function run(cwd: string, env: NodeJS.ProcessEnv, command: string, ...args: string[]): Cost {
  const before = usageOf(process.pid).processor;
  const started = performance.now();
  const { status, stderr } = spawnSync(command, args, {
    cwd,
    env,
    timeout: limit,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0 && status !== 1)
    throw new Error(`${command} ended with ${status ?? `nothing within ${ms(limit)}`}: ${stderr}`);
  return { wall: performance.now() - started, processor: usageOf(process.pid).processor - before };
}

/** A variable more in one file of each package, of a name that no run had. */
function changeEachPackage(folder: string): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  const own = entries.find(({ name }) => name.endsWith('.go') && !name.endsWith('_test.go'));
  if (own) appendFileSync(path.join(folder, own.name), `\nvar bench_${Date.now().toString(36)} int\n`);
  for (const entry of entries)
    if (entry.isDirectory() && !/^[._]|^testdata$/.test(entry.name))
      changeEachPackage(path.join(folder, entry.name));
}
