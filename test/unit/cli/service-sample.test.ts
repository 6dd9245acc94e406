import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { alloclens } from '../../support/real-cli';
import { inRepository } from '../../support/repository';

const go = inRepository('samples', 'service', 'go');
const typescript = inRepository('samples', 'service', 'typescript');

interface Hotspot {
  readonly file: string;
  readonly line: number;
  readonly amount: number;
  readonly joined: string;
  readonly fixes: readonly { readonly title: string }[];
  readonly why: string;
  readonly what: readonly string[];
}

async function hotspots(folder: string, profile: string, top: number): Promise<readonly Hotspot[]> {
  const { out } = await alloclens(
    folder,
    'hotspots',
    '.',
    '--profile',
    profile,
    '--top',
    String(top),
    '--format',
    'json',
  );
  return (JSON.parse(out) as { readonly hotspots: readonly Hotspot[] }).hotspots;
}

describe('the recorded service', () => {
  it('names no folder of the machine that it was recorded on', () => {
    const pprof = gunzipSync(readFileSync(`${go}/catalogue.pprof`)).toString('latin1');
    assert.match(pprof, /example\.com\/catalogue\/api\/server\.go/);
    assert.doesNotMatch(pprof, /\/(?:home|root|Users|tmp|work|builds)\/|[A-Z]:\\/);
    const heap = readFileSync(`${typescript}/catalogue.heapprofile`, 'utf8');
    const urls = new Set([...heap.matchAll(/"url":"([^"]*)"/g)].map(([, url]) => url!));
    for (const url of urls)
      assert.match(url, /^(?:|file:\/\/\/samples\/service\/typescript\/\w+\.ts|node:[\w/]+|wasm:[\w/]+)$/);
  });

  it('Go: the five heaviest lines have a fix, everything else has a reason, and the README has their table', async () => {
    const found = await hotspots(go, 'catalogue.pprof', 100);
    const readme = readFileSync(inRepository('README.md'), 'utf8');
    const [, table] = /<!-- service -->\n([^]*?)<!-- \/service -->/.exec(readme) ?? [];
    assert.ok(table);
    for (const { file, line, fixes, what } of found.slice(0, 5)) {
      assert.ok(fixes.length > 0, `${file}:${line} has no fix`);
      assert.equal(what[0], fixes[0]!.title);
      assert.match(table, new RegExp(`\`${file}:[\\d, ]*\\b${line}\\b`), 'npm run sample:service');
      assert.ok(table.includes(what[0].replaceAll('|', '\\|')), what[0]);
    }
    for (const { file, line, joined, what } of found) {
      assert.notEqual(joined, 'nothing', `${file}:${line}`);
      assert.doesNotMatch(what.join(), /the page of the rule|knows no remedy/);
    }
  });

  it('Go: what the README says was proven and what was measured agree within a tenth', () => {
    const readme = readFileSync(inRepository('README.md'), 'utf8');
    const saved = ['by `prove`', 'applied and measured'].map((how) => {
      const [, before, after] =
        new RegExp(`all of them, ${how}[ |]*([\\d,]+) → ([\\d,]+)`).exec(readme) ?? [];
      return Number(before!.replaceAll(',', '')) - Number(after!.replaceAll(',', ''));
    });
    assert.ok(Math.abs(saved[0]! - saved[1]!) <= 0.1 * saved[1]!, saved.join());
  });

  it('TypeScript: a profile of another machine is joined with the files here', async () => {
    const found = await hotspots(typescript, 'catalogue.heapprofile', 8);
    assert.ok(found.length === 8);
    for (const { file, joined, why } of found) {
      assert.match(file, /^\w+\.ts$/);
      assert.equal(joined, 'function', `${file}: ${why}`);
    }
    assert.ok(found.slice(0, 5).filter(({ fixes }) => fixes.length > 0).length >= 2);
  });
});
