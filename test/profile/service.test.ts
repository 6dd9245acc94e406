import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { alloclens } from '../support/real-cli';
import { inRepository } from '../support/repository';

const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-service-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** How often the load of twelve requests is sent: bytes are counted, not timed. */
const [rounds, requests] = [25, 12];
const benchtime = `${rounds}x`;

interface Hotspots {
  readonly total: number;
  readonly hotspots: readonly {
    readonly file: string;
    readonly line: number;
    readonly rules: readonly string[];
    readonly fixes: readonly unknown[];
  }[];
}

interface Proofs {
  readonly changes: readonly {
    readonly verdict: string;
    readonly benchmarks: readonly {
      readonly rows: readonly { readonly unit: string; readonly before: number; readonly after: number }[];
    }[];
  }[];
}

describe('the Go service: record, look, fix, prove', { timeout: 900_000 }, () => {
  const run = async (args: readonly string[]): Promise<string> => {
    const { code, out, err } = await alloclens(folder, ...args);
    assert.ok(code < 2, err);
    return out;
  };
  const record = (out: string): Promise<string> =>
    run([
      'record',
      '--go',
      './api',
      '--bench',
      '.',
      '--benchtime',
      benchtime,
      '--interval',
      '1',
      '--out',
      out,
    ]);
  const look = async (profile: string): Promise<Hotspots> =>
    JSON.parse(
      await run(['hotspots', '.', '--profile', profile, '--top', '5', '--format', 'json']),
    ) as Hotspots;
  const counted = (): number => {
    const args = ['test', '-run', '^$', '-bench', '.', '-benchmem', '-benchtime', benchtime, './api'];
    return Number(/ (\d+) B\/op/.exec(execFileSync('go', args, { cwd: folder, encoding: 'utf8' }))![1]);
  };

  it('the fixes of the five heaviest lines save as many bytes a request as prove said, within a tenth', async (t) => {
    cpSync(inRepository('samples', 'service', 'go'), folder, { recursive: true });
    await record('before.pprof');
    const { total, hotspots } = await look('before.pprof');
    const committed = await look('catalogue.pprof');
    const places = ({ hotspots: found }: Hotspots): string[] =>
      found.map(({ file, line }) => `${file}:${line}`);
    assert.deepEqual(places(committed), places({ total, hotspots }), 'npm run sample:service');
    for (const { file, line, fixes } of hotspots) assert.ok(fixes.length > 0, `${file}:${line}`);

    const rules = [...new Set(hotspots.map((one) => one.rules.find((rule) => rule !== 'go/escape')!))];
    const only = rules.flatMap((rule) => ['--rule', rule]);
    const said = JSON.parse(
      await run(['prove', '.', ...only, '--benchtime', benchtime, '--count', '4', '--format', 'json']),
    ) as Proofs;
    const [change] = said.changes;
    assert.equal(change!.verdict, 'better');
    const row = change!.benchmarks[0]!.rows.find(({ unit }) => unit === 'B/op')!;
    const before = counted();
    await run(['fix', '.', ...only]);
    const proven = (row.before - row.after) / requests;
    const measured = (before - counted()) / requests;
    t.diagnostic(`bytes a request: ${before / requests}; less by prove ${proven}, applied ${measured}`);
    assert.ok(Math.abs(proven - measured) <= 0.1 * measured, `${proven}, ${measured}`);

    // The service answers as before, and the profile of the fixed one has the same less.
    execFileSync('go', ['test', './...'], { cwd: folder, stdio: 'pipe' });
    await record('after.pprof');
    const less = (total - (await look('after.pprof')).total) / (rounds * requests);
    assert.ok(Math.abs(less - measured) <= 0.1 * measured, `${less}, ${measured}`);
  });
});
