/**
 * `npm run test:corpus`: `alloclens fix --suggestions --show all` on TypeScript repositories that nobody here wrote. Afterwards
 * their own type check says what it said before, every test that passed still passes, and a second run changes nothing.
 *
 * ALLOCLENS_PROJECT names one repository; ALLOCLENS_VERBOSE prints the changes.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, describe, it } from 'node:test';
import Table from 'cli-table3';
import { alloclens } from './cli';
import { checkOut, projects, runIn, type Repository } from './projects';

const rows: string[][] = [];
const everyFix = ['--suggestions', '--show', 'all'];

interface Health {
  readonly passed: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  /** What the type check says, without line numbers. */
  readonly types: readonly string[];
}

function healthOf({ test, types }: Repository, cwd: string): Health {
  const [passed, failed] = [new Set<string>(), new Set<string>()];
  for (const line of runIn(cwd, test).split('\n')) {
    const [, not, name] = /^\s*(not )?ok \d+ (?:- )?(.*?)(?: # (?!SKIP|TODO).*)?$/i.exec(line) ?? [];
    if (name === undefined || / # (?:SKIP|TODO)/i.test(line)) continue;
    (not ? failed : passed).add(name);
  }
  const said = runIn(cwd, types)
    .split('\n')
    .filter((line) => line.includes('error TS'))
    .map((line) => line.replace(/\(\d+,\d+\)/, ''));
  return { passed, failed, types: said.sort() };
}

function check(project: Repository): void {
  const { cwd, target } = checkOut(project);
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd, encoding: 'utf8' });
  git('checkout', '--quiet', '.');
  try {
    const before = healthOf(project, cwd);
    assert.ok(before.passed.size > 0, 'none of its tests passes here');
    const { stdout } = alloclens(['fix', target, ...everyFix], cwd);
    const [, fixes = '0', files = '0'] = /(\d+) fix(?:es)? applied in (\d+) files?/.exec(stdout) ?? [];
    if (process.env['ALLOCLENS_VERBOSE']) console.log(git('diff'));
    const now = healthOf(project, cwd);
    rows.push([
      project.name,
      project.version.slice(0, 8),
      fixes,
      files,
      ...[before, now].flatMap(({ passed, failed }) => [String(passed.size), String(failed.size)]),
      `${before.types.length} → ${now.types.length}`,
    ]);
    assert.deepEqual(now.types, before.types, 'what the type check says');
    const lost = [...before.passed].filter((name) => !now.passed.has(name));
    assert.deepEqual(lost, [], 'tests that passed before');
    const again = alloclens(['fix', target, '--dry-run', ...everyFix], cwd).stdout;
    assert.doesNotMatch(again, /^@@/m, 'a second run changes the code again');
  } finally {
    git('checkout', '--quiet', '.');
  }
}

describe('fixes on TypeScript repositories that nobody here wrote', () => {
  const only = process.env['ALLOCLENS_PROJECT'];
  for (const project of projects)
    if (project.kind === 'repository' && (!only || only === project.name))
      it(project.name, () => check(project));

  after(() => {
    const table = new Table({
      head: [
        'repository',
        'commit',
        'fixes',
        'files',
        'pass',
        'fail',
        'pass after',
        'fail after',
        'type errors',
      ],
      style: { head: [], border: [] },
    });
    table.push(...rows);
    console.log(table.toString());
  });
});
