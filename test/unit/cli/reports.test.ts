import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Log } from 'sarif';
import type { Finding } from '../../../rules/model';
import { jsonReport } from '../../../server/src/report/json';
import { sarifReport } from '../../../server/src/report/sarif';
import { setUp } from '../../support/fake-cli';

const results = (out: string) => (JSON.parse(out) as Log).runs[0]!.results!;

describe('SARIF for GitHub', () => {
  it('has fingerprints that stay when code moves and differ between equal places', async (t) => {
    const { alloclens, folder } = setUp(t, { 'a.ts': 'alloc()\nalloc()\nhotalloc()\n' });
    const prints = async (): Promise<(string | undefined)[]> => {
      const { out } = await alloclens(['scan', '--format', 'sarif']);
      return results(out).map(({ partialFingerprints }) => partialFingerprints?.['primaryLocationLineHash']);
    };
    const first = await prints();
    assert.equal(new Set(first).size, 3);
    for (const print of first) assert.match(print!, /^[0-9a-f]{32}:\d+$/);
    writeFileSync(path.join(folder, 'a.ts'), '// new\n\n\talloc(); /* more */ alloc()\n\n\nhotalloc()\n');
    assert.deepEqual(await prints(), first);
  });

  it('keeps to 5,000 results, the most urgent and hottest ones in their order, and says so', () => {
    const findings = Array.from({ length: 6000 }, (_, i): Finding =>
      finding(i, { score: i % 2 === 0 ? 0.7 : 0.4 }),
    );
    const warning = { ...finding(6000, { score: 0 }), severity: 'warning' as const };
    const { results: kept, invocations } = logOf([...findings, warning]).runs[0]!;
    assert.equal(kept!.length, 5000);
    assert.equal(kept!.at(-1)!.level, 'warning');
    assert.equal(kept!.filter(({ properties }) => properties?.['heat'] === 0.7).length, 3000);
    assert.match(
      invocations![0]!.toolExecutionNotifications![0]!.message.text!,
      /^1001 of 6001 findings are left out .* the hottest 5000 are in it/,
    );
  });

  it('keeps to 10 MB compressed', () => {
    // Words that do not compress.
    const noise = Array.from({ length: 4000 }, (_, i) => finding(i, { message: randomText(i, 5000) }));
    const log = logOf(noise);
    const packed = gzipSync(JSON.stringify(log));
    assert.ok(packed.length < 10_000_000, String(packed.length));
    assert.ok(gunzipSync(packed).length > 0 && log.runs[0]!.results!.length >= 1000);
  });

  it('leaves nothing out without need', () => {
    const log = logOf([finding(0, {})]);
    assert.equal(log.runs[0]!.results!.length, 1);
    assert.deepEqual(log.runs[0]!.invocations![0]!.toolExecutionNotifications, []);
  });
});

function finding(
  i: number,
  { score = 0.4, message = `\`make\` ${i}` }: { score?: number; message?: string },
): Finding {
  return {
    ruleId: 'go/per-call-buffer',
    language: 'go',
    file: '/w/a.go',
    span: { start: i, end: i + 1 },
    message,
    severity: 'information',
    allocation: { kind: 'make', cost: 'always', reason: 'it is', evidence: [] },
    heat: { score, because: [] },
    related: [],
    fixes: [],
  };
}

function randomText(seed: number, length: number): string {
  let state = seed + 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return String.fromCharCode(33 + ((state >>> 16) % 90));
  }).join('');
}

function logOf(findings: readonly Finding[]): Log {
  const report = jsonReport({ findings, notes: [] }, { cwd: '/w', version: '1', textOf: () => '' });
  const fingerprints = findings.map((_, i) => ({ hash: 'x', order: i }));
  return sarifReport(report, findings, [], { cwd: '/w', fingerprints });
}

test('rdjsonl: columns count UTF-8 bytes from 1; a safe fix is a suggestion of whole lines', async (t) => {
  const { alloclens } = setUp(t, {
    'p/a.go': 'package p\n\n/* ü */ var x = hotalloc() // say\nvar y = maybealloc()\nvar z = badalloc()\n',
  });
  const { code, out } = await alloclens(['scan', '--format', 'rdjsonl']);
  assert.equal(code, 1);
  const [hot, maybe, bad] = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(hot, {
    message: 'Hotalloc() allocates on each call. The buffer is made anew.',
    location: {
      path: 'p/a.go',
      range: { start: { line: 3, column: 18 }, end: { line: 3, column: 28 } },
    },
    severity: 'INFO',
    source: { name: 'alloclens', url: 'https://github.com/alloclens/alloclens' },
    code: {
      value: 'go/per-call-buffer',
      url: 'https://github.com/alloclens/alloclens/blob/main/rules/go/per-call-buffer.md',
    },
    suggestions: [
      {
        range: { start: { line: 3, column: 1 }, end: { line: 3, column: 35 } },
        text: '/* ü */ var x = reuse() // say',
      },
    ],
  });
  assert.ok(!('suggestions' in maybe!), 'nobody has agreed to its condition');
  assert.equal(bad!['severity'], 'WARNING');
});

test('rdjsonl: a fix of several files or far apart is none; notes go to the error output', async (t) => {
  const { alloclens } = setUp(t, {
    'a.go': 'package a\nvar x = alloc(b.go)\n',
    'b.go': 'package a\nvar y = take() // broken\n',
  });
  const { out, err } = await alloclens(['scan', '--format', 'rdjsonl']);
  assert.ok(!out.includes('suggestions'));
  assert.equal(err, 'note: b.go: The package does not compile.\n');
});

test('GitLab: every fingerprint once, lines from 1, nothing found is an empty list', async (t) => {
  const { alloclens } = setUp(t, { 'a/b.ts': '\nalloc()\nalloc()\n', 'none/c.ts': '' });
  const { code, out } = await alloclens(['scan', '--format', 'gitlab']);
  assert.equal(code, 1);
  const list = JSON.parse(out) as {
    fingerprint: string;
    location: unknown;
    severity: string;
    check_name: string;
  }[];
  assert.deepEqual(
    list.map(({ location, severity, check_name }) => [location, severity, check_name]),
    [
      [{ path: 'a/b.ts', lines: { begin: 2, end: 2 } }, 'minor', 'ts/per-call-buffer'],
      [{ path: 'a/b.ts', lines: { begin: 3, end: 3 } }, 'minor', 'ts/per-call-buffer'],
    ],
  );
  assert.equal(new Set(list.map(({ fingerprint }) => fingerprint)).size, 2);
  assert.deepEqual(await alloclens(['scan', '--format', 'gitlab', 'none']), {
    code: 0,
    out: '[]\n',
    err: '',
  });
});
