import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type * as NodeBinary from '../../scripts/lib/node-binary.mjs' with { 'resolution-mode': 'import' };
import type * as SampleService from '../../scripts/lib/sample-service.mjs' with {
  'resolution-mode': 'import',
};
import type { JsonHotspots } from '../../server/src/report/hotspots';
import { alloclens } from '../support/real-cli';
import { inRepository } from '../support/repository';

const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-service-'));
after(() => rmSync(folder, { recursive: true, force: true }));

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
  const record = (out: string): Promise<string> => run(load.recordArguments(out));
  const look = async (profile: string): Promise<JsonHotspots> =>
    JSON.parse(
      await run(['hotspots', '.', '--profile', profile, '--top', '5', '--format', 'json']),
    ) as JsonHotspots;
  const counted = (): number =>
    load.bytesOf(execFileSync('go', load.countArguments, { cwd: folder, encoding: 'utf8' }));
  let load: typeof SampleService;
  before(async () => {
    load = (await import(inRepository('scripts', 'lib', 'sample-service.mjs'))) as typeof SampleService;
  });

  it('the fixes of the five heaviest lines save as many bytes a request as prove said, within a tenth', async (t) => {
    cpSync(inRepository('samples', 'service', 'go'), folder, { recursive: true });
    await record('before.pprof');
    const { total, hotspots } = await look('before.pprof');
    const committed = await look('catalogue.pprof');
    const places = ({ hotspots: found }: Pick<JsonHotspots, 'hotspots'>): string[] =>
      found.map(({ file, line }) => `${file}:${line}`);
    assert.deepEqual(places(committed), places({ hotspots }), 'npm run sample:service');
    for (const { file, line, fixes } of hotspots) assert.ok(fixes.length > 0, `${file}:${line}`);

    const rules = [...new Set(hotspots.map((one) => one.rules.find((rule) => rule !== 'go/escape')!))];
    const only = rules.flatMap((rule) => ['--rule', rule]);
    const said = JSON.parse(
      await run([
        'prove',
        '.',
        ...only,
        '--benchtime',
        `${load.rounds}x`,
        '--count',
        '4',
        '--format',
        'json',
      ]),
    ) as Proofs;
    const [change] = said.changes;
    assert.equal(change!.verdict, 'better');
    const row = change!.benchmarks[0]!.rows.find(({ unit }) => unit === 'B/op')!;
    // The five lines have 98 % of all bytes.
    assert.ok(row.after < 0.1 * row.before, `${row.before}, ${row.after}`);
    const before = counted();
    await run(['fix', '.', ...only]);
    const proven = (row.before - row.after) / load.requests;
    const measured = (before - counted()) / load.requests;
    t.diagnostic(`bytes a request: ${before / load.requests}; less by prove ${proven}, applied ${measured}`);
    assert.ok(Math.abs(proven - measured) <= 0.1 * measured, `${proven}, ${measured}`);

    // The service answers as before, and the profile of the fixed one has the same less.
    execFileSync('go', ['test', './...'], { cwd: folder, stdio: 'pipe' });
    await record('after.pprof');
    const less = (total - (await look('after.pprof')).total) / (load.rounds * load.requests);
    assert.ok(Math.abs(less - measured) <= 0.1 * measured, `${less}, ${measured}`);
  });
});

describe('the TypeScript service: record, look, prove, fix, record again', { timeout: 900_000 }, () => {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'alloclens-service-'));
  const PATH = process.env['PATH'];
  after(() => {
    process.env['PATH'] = PATH;
    rmSync(copy, { recursive: true, force: true });
  });
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await alloclens(copy, ...args);
    assert.ok(code < 2, err);
    return out;
  };
  const look = async (profile: string): Promise<JsonHotspots> =>
    JSON.parse(await run('hotspots', '.', '--profile', profile, '--format', 'json')) as JsonHotspots;

  it('what is proven and applied is gone from the next profile', async (t) => {
    const { nodeBinary } = (await import(
      inRepository('scripts', 'lib', 'node-binary.mjs')
    )) as typeof NodeBinary;
    const node = await nodeBinary(24, (line) => t.diagnostic(line));
    process.env['PATH'] = `${path.dirname(node)}${path.delimiter}${PATH ?? ''}`;
    cpSync(inRepository('samples', 'service', 'typescript'), copy, { recursive: true });

    await run('record', '--out', 'before.heapprofile', '--', 'node', 'load.ts');
    const before = await look('before.heapprofile');
    assert.ok(before.hotspots.some(({ rules }) => rules.includes('ts/intl-per-call')));

    const how = ['--rule', 'ts/intl-per-call', '--bench-file', 'load.ts', '--count', '4'];
    const said = JSON.parse(await run('prove', '.', ...how, '--format', 'json')) as Proofs;
    const [change] = said.changes;
    assert.equal(change!.verdict, 'better');
    const row = change!.benchmarks[0]!.rows.find(({ unit }) => unit === 'B/op')!;

    const answer = (): string => execFileSync(node, ['load.ts'], { cwd: copy, encoding: 'utf8' });
    const answered = answer();
    await run('fix', '.', '--proved', ...how);
    assert.equal(answer(), answered);

    await run('record', '--out', 'after.heapprofile', '--', 'node', 'load.ts');
    const after = await look('after.heapprofile');
    const [proven, measured] = [row.before - row.after, before.total - after.total];
    t.diagnostic(`bytes of 330 requests: ${before.total}; less by prove ${proven}, applied ${measured}`);
    // Both are estimates from samples; the recording counts what Node does before the program, too.
    assert.ok(Math.abs(proven - measured) <= 0.2 * measured, `${proven}, ${measured}`);
    assert.ok(!after.hotspots.some(({ rules }) => rules.includes('ts/intl-per-call')));
  });
});
