/**
 * `npm run test:corpus`: `alloclens fix ./...` on copies of Go modules that nobody here wrote. Afterwards everything builds
 * and vets as before, every test that passed still passes, and a second run changes nothing. Once as it comes (safe fixes
 * of what is likely to matter), once with every fix of every level, suggestions included.
 *
 * ALLOCLENS_PROJECT names one module; ALLOCLENS_VERBOSE prints the titles of the fixes.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import Table from 'cli-table3';
import { alloclens } from './cli';
import { checkOut, projects } from './projects';

const rows: string[][] = [];

/** What `go build`, `go vet` and the tests say about the module; lines that name an error lose their position. */
interface Health {
  readonly build: string;
  readonly vet: string;
  /** `package test` → pass, fail or skip. */
  readonly tests: ReadonlyMap<string, string>;
}

function go(cwd: string, args: readonly string[]): { stdout: string; stderr: string } {
  const env = { ...process.env, GOFLAGS: '', GOPROXY: 'off' };
  return spawnSync('go', args, { cwd, encoding: 'utf8', env, maxBuffer: 1 << 28 });
}

function healthOf(cwd: string): Health {
  const tests = new Map<string, string>();
  for (const line of go(cwd, ['test', '-short', '-vet=off', '-json', './...']).stdout.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { Action, Package, Test } = JSON.parse(line) as Record<string, string | undefined>;
    if (Action && /^(?:pass|fail|skip|build-fail)$/.test(Action))
      tests.set(`${Package} ${Test ?? ''}`, Action);
  }
  const said = (args: readonly string[]): string => go(cwd, args).stderr.replace(/:\d+:\d+:/g, ':');
  return { build: said(['build', './...']), vet: said(['vet', './...']), tests };
}

/** Tests that passed and no longer do, not even on a second try: some measure time, and the machine has other work. */
function lost(before: Health, now: Health, cwd: string): string[] {
  const missing = [...before.tests].filter(
    ([test, result]) => result === 'pass' && now.tests.get(test) !== 'pass',
  );
  return missing.flatMap(([name]) => {
    const [packageName, test] = name.split(' ') as [string, string];
    const pattern = `^${test.split('/')[0]!}$`;
    const again = go(cwd, ['test', '-short', '-vet=off', '-count=1', '-run', pattern, packageName]);
    return test !== '' && /^ok /.test(again.stdout) ? [] : [`${name}: ${again.stdout}${again.stderr}`];
  });
}

describe('fixes on Go that nobody here wrote', () => {
  const only = process.env['ALLOCLENS_PROJECT'];
  for (const project of projects) {
    if (project.kind !== 'go module' || (only && only !== project.name)) continue;
    describe(project.name, () => {
      const checkout = checkOut(project);
      let known: Health | undefined;
      for (const [what, options] of [
        ['safe fixes', []],
        ['every fix of every level', ['--suggestions', '--show', 'all']],
      ] as const) {
        it(what, () => {
          const before = (known ??= healthOf(checkout.cwd));
          const scratch = mkdtempSync(path.join(tmpdir(), 'alloclens-fixes-'));
          try {
            const cwd = path.join(scratch, 'module');
            cpSync(checkout.cwd, cwd, { recursive: true });
            const { stdout, stderr, seconds } = alloclens(['fix', './...', '--verbose', ...options], cwd);
            const [, fixes = '0', files = '0'] =
              /(\d+) fix(?:es)? applied in (\d+) files?/.exec(stdout) ?? [];
            if (process.env['ALLOCLENS_VERBOSE'])
              console.log(stdout, stderr.replace(/^(?!.*withheld).*\n/gm, ''));
            const passed = [...before.tests.values()].filter((result) => result === 'pass').length;
            rows.push([
              `${project.name} ${project.version}`,
              what,
              fixes,
              files,
              String(passed),
              seconds.toFixed(0),
            ]);
            const now = healthOf(cwd);
            assert.equal(now.build, before.build, 'go build ./...');
            assert.equal(now.vet, before.vet, 'go vet ./...');
            assert.deepEqual(lost(before, now, cwd), [], 'tests that passed before');
            const again = alloclens(['fix', './...', '--dry-run', ...options], cwd).stdout;
            assert.doesNotMatch(again, /^@@/m, 'a second run changes the code again');
          } finally {
            if (!process.env['ALLOCLENS_KEEP']) rmSync(scratch, { recursive: true, force: true });
            else console.log(scratch);
          }
        });
      }
    });
  }

  after(() => {
    const table = new Table({
      head: ['module', 'what', 'fixes', 'files', 'tests that pass', 's'],
      style: { head: [], border: [] },
    });
    table.push(...rows);
    console.log(table.toString());
  });
});
