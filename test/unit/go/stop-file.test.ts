import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Builds, NotCompiled } from '../../../server/src/go/compile/builds';
import type { DirectRequest, Wanted } from '../../../server/src/go/compile/direct';
import type { PackageRecords } from '../../../server/src/go/compile/records';
import { nullLogger } from '../../../server/src/host/logger';
import { TrustGate } from '../../../server/src/host/trust';
import { testSettings } from '../../support/go';
import { trustedRunner, writeModule } from '../../support/go-module';
import { hasToolchain, toolchains } from '../../support/go-package';

const text = `package p

import "fmt"

type T struct{ n int }

var Kept any

func Leaks(n int) *T { return &T{n} }
func Stays(n int) int { t := &T{n}; return t.n }
func Moved(n int) func() int { return func() int { n++; return n } }
func Boxed(n int) string { return fmt.Sprint(n, "text") }
func Generic[E any](n int) []E { return make([]E, n) }
func Uses(n int) { Kept = Generic[string](n); go func() { Kept = n }() }
`;

/** The package of `text`, planned, and its compile by the go command. */
async function planned(t: TestContext, toolchain: string) {
  const root = writeModule(t, { 'go.mod': 'module example.com/p\n\ngo 1.21\n', 'a.go': text });
  const warnings: string[] = [];
  const host = {
    logger: { ...nullLogger, warn: (message: string) => void warnings.push(message) },
    trust: new TrustGate(true),
  };
  const builds = new Builds(host, trustedRunner);
  t.after(() => builds.dispose());
  const file = path.join(root, 'a.go');
  const never = new AbortController().signal;
  const unit = await builds.locate(file, new Map(), testSettings(toolchain), never);
  if (unit instanceof NotCompiled) throw new Error(unit.why);
  const whole = await builds.run(unit, new Map(), never, { exports: true });
  const plan = (await builds.plan(unit, root, new Map(), never))!;
  const compile = plan.compiles.get('package')!;
  const run = (wanted: Wanted, files: Record<string, string> = {}, more: Partial<DirectRequest> = {}) =>
    builds.direct(
      {
        toolchain: unit.toolchain,
        unit: unit.unit,
        plan,
        compile,
        files: new Map(Object.entries(files).map(([name, changed]) => [path.join(root, name), changed])),
        wanted,
        ...more,
      },
      never,
    );
  return { root, file, whole, compile, run, warnings };
}

const decisions = (records: PackageRecords, file: string): string[] =>
  [...records.records(file)!.decisions].map(([key, { outcome }]) => `${key} ${outcome}`).sort();

const flows = (records: PackageRecords, file: string): unknown => [...records.records(file)!.flows].sort();

for (const toolchain of ['local', ...toolchains]) {
  const skip = !hasToolchain(toolchain) && `${toolchain} is not installed`;
  describe(`the stop file, ${toolchain}`, { skip }, () => {
    it('ends the compiler behind escape analysis, whose decisions and flows are all there', async (t) => {
      const { file, whole, run, warnings } = await planned(t, toolchain);
      const { records, errors, unaccounted } = await run('decisions');
      assert.deepEqual(errors, []);
      assert.equal(unaccounted.count, 0, unaccounted.examples.join('\n'));
      assert.deepEqual(decisions(records, file), decisions(whole.records, file));
      assert.deepEqual(flows(records, file), flows(whole.records, file));
      assert.deepEqual(records.symbolsOf('example.com/p'), [], 'code was generated');
      assert.deepEqual(warnings, []);
    });

    it('lets errors through', async (t) => {
      const { file, run } = await planned(t, toolchain);
      assert.deepEqual((await run('errors')).errors, []);
      const { errors } = await run('errors', { 'a.go': text.replace('return t.n', 'return t.m') });
      assert.equal(errors.length, 1);
      assert.equal(errors[0]!.at?.file, file);
      assert.equal(errors[0]!.at?.line, 10);
    });

    it('has no part in a compile that generates code', async (t) => {
      const { whole, run } = await planned(t, toolchain);
      const calls = await run('calls');
      const all = await run('all');
      const symbols = (records: PackageRecords): string[] => [...records.symbolsOf('example.com/p')].sort();
      assert.deepEqual(symbols(calls.records), symbols(whole.records));
      assert.deepEqual(symbols(all.records), symbols(whole.records));
      for (const symbol of symbols(whole.records))
        assert.deepEqual(calls.records.callees(symbol), whole.records.callees(symbol), symbol);
    });
  });
}

describe('a compiler that the stop file does not stop', { skip: process.platform === 'win32' }, () => {
  it('compiles as a whole, and a warning says so once', async (t) => {
    const { root, file, whole, compile, run, warnings } = await planned(t, 'local');
    // As if the file did not matter to it: the last argument is left out.
    const other = path.join(root, 'compile');
    writeFileSync(
      other,
      `#!/bin/bash\n[[ "\${!#}" == */alloclens_stop.go ]] && set -- "\${@:1:$#-1}"\nexec '${compile.compiler}' "$@"\n`,
    );
    chmodSync(other, 0o755);
    for (const round of [1, 2]) {
      const { records, errors } = await run('decisions', {}, { compile: { ...compile, compiler: other } });
      assert.deepEqual(errors, []);
      assert.deepEqual(decisions(records, file), decisions(whole.records, file));
      assert.equal(warnings.length, 1, `round ${round}`);
    }
    assert.match(warnings[0]!, /^The compiler of go1\.\d+\S* does not end after escape analysis/);
  });
});
