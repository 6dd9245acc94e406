import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRepository } from './repository';

/** A package with tests, as files below its folder: name → text. */
export interface Tested {
  readonly goMod: string;
  /** `local`, or one in the module cache, such as `go1.23.12`. */
  readonly toolchain: string;
  readonly tests: ReadonlyMap<string, string>;
}

/**
 * Runs the tests with the package's files as they are and after a fix. They must pass both times and print the same; a line
 * `allocates 3 objects, 56 bytes` may only have smaller numbers.
 * @param folder is made anew
 * @param what names the fix, for messages
 */
export function assertRunsAlike(
  folder: string,
  tested: Tested,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  what: string,
): void {
  const was = runTests(folder, tested, before, 'before the fix').split('\n');
  const is = runTests(folder, tested, after, `after ${what}`).split('\n');
  const figures = /^allocates (\d+) objects?, (\d+) bytes?$/;
  const alike = (line: string, at: number): boolean => {
    const [a, b] = [figures.exec(line), figures.exec(is[at] ?? '')];
    return a && b ? Number(b[1]) <= Number(a[1]) && Number(b[2]) <= Number(a[2]) : line === is[at];
  };
  if (was.length === is.length && was.every(alike)) return;
  assert.deepEqual(is, was, `${what} changes what the program does`);
}

/**
 * Runs the tests of a package and gives what they print.
 * @throws AssertionError with the output when they do not compile or fail
 */
export function runTests(
  folder: string,
  { goMod, toolchain, tests }: Tested,
  files: ReadonlyMap<string, string>,
  when: string,
): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'observe'), { recursive: true });
  const observe = inRepository('test', 'equivalence', 'go', 'observe.go');
  copyFileSync(observe, path.join(folder, 'observe', 'observe.go'));
  for (const [name, text] of [['go.mod', goMod], ...files, ...tests]) {
    mkdirSync(path.dirname(path.join(folder, name!)), { recursive: true });
    writeFileSync(path.join(folder, name!), text!);
  }
  const env = { ...process.env, GOTOOLCHAIN: toolchain, GOWORK: 'off', GOFLAGS: '' };
  const run = (command: string, args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: folder,
      env,
      encoding: 'utf8',
      timeout: 120_000,
    });
    assert.equal(status, 0, `${when} the case's tests fail:\n${stdout}${stderr}`);
    return stdout;
  };
  run('go', ['test', '-c', '-o', 'tests', '.']);
  return run(path.join(folder, 'tests'), []);
}
