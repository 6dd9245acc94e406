import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync, statSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Log } from 'sarif';
import type { FileAnalysis } from '../../../server/src/service/engine';
import type { JsonReport } from '../../../server/src/report/json';
import { setUp } from '../../support/fake-cli';
import type { FakeEngine } from '../../support/fake-engine';

test('scan prints each finding with its line, reason, heat and fixes, and exits with 1', async (t) => {
  const { alloclens } = setUp(t, { 'p/a.go': 'package p\n\nfunc f() {\n\tx := hotalloc() // ü\n}\n' });
  const { code, out, err } = await alloclens(['scan']);
  assert.equal(
    out,
    `p/a.go

  4:7  information  hotalloc() allocates on each call  go/per-call-buffer
      4 |     x := hotalloc() // ü
        |          ^^^^^^^^^^
      why:  the buffer is made anew
      heat: 0.7, in a loop
      fix:  Reuse it · safe

1 finding in 1 file: 1 information. 1 can be fixed with "alloclens fix".
`,
  );
  assert.equal(err, '');
  assert.equal(code, 1);
});

test('nothing to report: says how many files were looked at, and exits with 0', async (t) => {
  const { alloclens } = setUp(t, { 'a.go': 'package p\n', 'b.ts': 'x' });
  assert.deepEqual(await alloclens(['scan']), { code: 0, out: 'Nothing to report in 2 files.\n', err: '' });
});

test('JSON: relative paths, 0-based UTF-16 positions, everything in published order', async (t) => {
  const { alloclens } = setUp(t, {
    'b.ts': '// 😀\n/* 😀 */ hotalloc()\n',
    'a/a.go': 'package a\nvar x = maybealloc()\nvar y = badalloc()\n// broken\n',
  });
  const { code, out } = await alloclens(['scan', '--format', 'json']);
  const report = JSON.parse(out) as JsonReport;
  assert.equal(code, 1);
  assertSchema(report);
  assert.deepEqual(report.tool, { name: 'alloclens', version: '1.2.3' });
  assert.deepEqual(
    report.findings.map(({ file, ruleId, severity, range }) => [file, ruleId, severity, range.start]),
    [
      ['a/a.go', 'go/per-call-buffer', 'information', { line: 1, character: 8 }],
      ['a/a.go', 'go/leaked-buffer', 'warning', { line: 2, character: 8 }],
      ['b.ts', 'ts/per-call-buffer', 'information', { line: 1, character: 9 }],
    ],
  );
  assert.deepEqual(report.findings[2]!.fixes, [
    {
      title: 'Reuse it',
      kind: 'safe',
      verification: 'verified',
      allocationsBefore: 1,
      allocationsAfter: 0,
      edits: [
        {
          file: 'b.ts',
          range: { start: { line: 1, character: 9 }, end: { line: 1, character: 19 } },
          newText: 'reuse()',
        },
      ],
    },
  ]);
  assert.deepEqual(report.notes, [{ file: 'a/a.go', message: 'The package does not compile.' }]);
});

/** The form of design.md, "Command line", and nothing beside it. */
function assertSchema(report: JsonReport): void {
  const keys = (value: object): string[] => Object.keys(value).sort();
  assert.deepEqual(keys(report), ['findings', 'notes', 'schema', 'tool']);
  assert.equal(report.schema, 1);
  for (const finding of report.findings) {
    assert.deepEqual(keys(finding), [
      'allocation', 'file', 'fixes', 'heat', 'language', 'message', 'range', 'ruleId', 'severity',
    ]); // prettier-ignore
    assert.deepEqual(keys(finding.allocation), ['cost', 'kind', 'reason']);
    assert.deepEqual(keys(finding.heat), ['because', 'score']);
    assert.ok(['warning', 'information', 'hint'].includes(finding.severity));
    assert.ok(finding.heat.score >= 0 && finding.heat.score <= 1);
    for (const { start, end } of [
      finding.range,
      ...finding.fixes.flatMap(({ edits }) => edits.map(({ range }) => range)),
    ])
      assert.ok(start.line < end.line || (start.line === end.line && start.character <= end.character));
  }
}

test('SARIF: rules, results in 1-based columns, only safe fixes, notes as notifications', async (t) => {
  const { alloclens } = setUp(t, {
    'a b.go': 'package a\nvar x = maybealloc()\nvar y = alloc()\n// broken\n',
    'b.ts': 'badalloc()',
  });
  const { code, out } = await alloclens(['scan', '--format', 'sarif']);
  assert.equal(code, 1);
  const log = JSON.parse(out) as Log;
  assert.equal(log.version, '2.1.0');
  assert.equal(log.runs.length, 1);
  const { tool, results, invocations, originalUriBaseIds, columnKind } = log.runs[0]!;
  assert.equal(columnKind, 'utf16CodeUnits');
  assert.match(originalUriBaseIds!['SRCROOT']!.uri!, /^file:\/\/\/.*\/$/);
  assert.equal(tool.driver.name, 'AllocLens');
  assert.deepEqual(
    tool.driver.rules!.map(({ id }) => id),
    ['go/per-call-buffer'],
  );
  assert.match(tool.driver.rules![0]!.helpUri!, /rules\/go\/per-call-buffer\.md$/);
  assert.deepEqual(
    results!.map((result) => [
      result.ruleId,
      result.level,
      result.locations![0]!.physicalLocation!.artifactLocation!.uri,
      result.locations![0]!.physicalLocation!.region,
      result.fixes?.length ?? 0,
    ]),
    [
      [
        'go/per-call-buffer',
        'note',
        'a%20b.go',
        { startLine: 2, startColumn: 9, endLine: 2, endColumn: 21 },
        0,
      ],
      [
        'go/per-call-buffer',
        'note',
        'a%20b.go',
        { startLine: 3, startColumn: 9, endLine: 3, endColumn: 16 },
        1,
      ],
      ['ts/leaked-buffer', 'warning', 'b.ts', { startLine: 1, startColumn: 1, endLine: 1, endColumn: 11 }, 0],
    ],
  );
  assert.deepEqual(results![1]!.fixes![0]!.artifactChanges[0]!.replacements, [
    {
      deletedRegion: { startLine: 3, startColumn: 9, endLine: 3, endColumn: 16 },
      insertedContent: { text: 'reuse()' },
    },
  ]);
  assert.equal(
    invocations![0]!.toolExecutionNotifications![0]!.message.text,
    'The package does not compile.',
  );
});

test('--show and --rule narrow the report', async (t) => {
  const { alloclens } = setUp(t, { 'a.go': 'package a\nvar x = alloc() + hotalloc() + badalloc()\n' });
  const found = async (...args: string[]) => {
    const { out } = await alloclens(['scan', '--format', 'json', ...args]);
    return (JSON.parse(out) as JsonReport).findings.map(({ message }) => message.split(' ')[0]);
  };
  assert.deepEqual(await found(), ['alloc()', 'hotalloc()', 'badalloc()']);
  assert.deepEqual(await found('--show', 'hot'), ['hotalloc()', 'badalloc()']);
  assert.deepEqual(await found('--rule', 'go/leaked-buffer'), ['badalloc()']);
  assert.deepEqual(await found('--rule', 'go/leaked-buffer', '--rule', 'go/per-call-buffer'), [
    'alloc()', 'hotalloc()', 'badalloc()',
  ]); // prettier-ignore
});

test('a file, a folder and ./... name what they say; dependencies and ignored files are left out', async (t) => {
  const { alloclens } = setUp(t, {
    '.gitignore': 'ignored.go\n/generated/\n',
    'a.go': 'package a\nvar x = alloc()\n',
    'a.ts': 'alloc()',
    'a.d.ts': 'alloc()',
    'ignored.go': 'package a\nvar y = alloc()\n',
    'generated/g.ts': 'alloc()',
    'sub/b.tsx': 'alloc()',
    'sub/c.go': 'package sub\nvar z = alloc()\n',
    'node_modules/m/m.js': 'alloc()',
    'vendor/v/v.go': 'package v\nvar v = alloc()\n',
    'sub/testdata/t.go': 'package t\nvar t = alloc()\n',
    'dist/d.js': 'alloc()',
    '.hidden/h.ts': 'alloc()',
  });
  const files = async (...paths: string[]) => {
    const { out } = await alloclens(['scan', '--format', 'json', ...paths]);
    return (JSON.parse(out) as JsonReport).findings.map(({ file }) => file);
  };
  assert.deepEqual(await files(), ['a.go', 'a.ts', 'sub/b.tsx', 'sub/c.go']);
  assert.deepEqual(await files('sub'), ['sub/b.tsx', 'sub/c.go']);
  assert.deepEqual(await files('./...'), ['a.go', 'sub/c.go']);
  assert.deepEqual(await files('sub/...', 'a.ts', 'a.ts'), ['a.ts', 'sub/c.go']);
  assert.deepEqual(await files('ignored.go', 'node_modules/m/m.js'), ['ignored.go', 'node_modules/m/m.js']);
});

const refusals: [string[], RegExp][] = [
  [['scan', 'nowhere'], /^nowhere does not exist\.$/m],
  [['scan', 'a.go/b'], /^a\.go\/b does not exist\.$/m],
  [['scan', 'a.go/...'], /needs a folder before "\.\.\."/],
  [['scan', 'README.md'], /^README\.md is not a Go, TypeScript or JavaScript file\.$/m],
  [['scan', '--rule', 'go/nope'], /There is no such rule\. The rules are go\/per-call-buffer/],
  [['scan', '--show', 'warm'], /Allowed choices are hot, likely, all/],
  [['scan', '--fail-on', 'hint'], /Allowed choices are information, hot, warning, error, none/],
  [['scan', '--format', 'xml'], /Allowed choices are pretty, json, sarif, rdjsonl, gitlab/],
  [['scan', '--profile', 'x'], /^x cannot be used as a profile\. /m],
  [['scan', '--heat', 'x'], /unknown option '--heat'/],
  [['improve'], /unknown command 'improve'/],
  [['fix', 'nowhere'], /^nowhere does not exist\.$/m],
];
for (const [args, sentence] of refusals) {
  test(`refused with a sentence and exit code 2: ${args.join(' ')}`, async (t) => {
    const { alloclens } = setUp(t, {
      'a.go': 'package a\n',
      'README.md': '',
      'empty/x.txt': '',
      'ts/a.ts': '',
    });
    const { code, out, err } = await alloclens(args);
    assert.match(err, sentence);
    assert.equal(out, '');
    assert.equal(code, 2);
  });
}

test('--version and --help answer with exit code 0; help has examples', async (t) => {
  const { alloclens } = setUp(t, {});
  assert.deepEqual(await alloclens(['--version']), { code: 0, out: '1.2.3\n', err: '' });
  const { code, out } = await alloclens(['--help']);
  assert.equal(code, 0);
  assert.match(out, /Examples:\n {2}alloclens scan/);
  assert.match(out, /trusts it/);
  assert.equal((await alloclens(['scan', '--help'])).code, 0);
  assert.equal((await alloclens([])).code, 2);
});

test('what could not be analysed is said, and is not "nothing to report" when it is all there is', async (t) => {
  const { alloclens } = setUp(t, { 'a.ts': 'crash()', 'b.ts': '', 'deep.ts': 'recurse()' });
  const one = await alloclens(['scan', 'a.ts']);
  assert.equal(one.code, 2);
  assert.match(one.out, /note a\.ts: The analysis failed: the fake engine was told to crash\./);
  const both = await alloclens(['scan', 'a.ts', 'b.ts']);
  assert.equal(both.code, 0);
  assert.match(both.out, /note a\.ts/);
  const deep = await alloclens(['scan', 'deep.ts']);
  assert.match(deep.out, /note deep\.ts: The analysis failed: the code nests too deeply\./);
  for (const { out } of [one, both]) assert.doesNotMatch(out, /Nothing to report/);
  assert.match(both.out, /^No findings in 2 files; see the notes above\.$/m);
});

test('what does not compile is counted, beside findings and without', async (t) => {
  const { alloclens } = setUp(t, { 'p/a.go': 'package p // syntaxerror', 'b.ts': 'alloc()' });
  const broken = await alloclens(['scan', 'p']);
  assert.match(broken.out, /^note p\/a\.go: .* a\.go:1: syntax error$/m);
  assert.match(
    broken.out,
    /^No findings in 1 file\. 1 file could not be analysed completely; see the notes above\.$/m,
  );
  const both = await alloclens(['scan']);
  assert.match(
    both.out,
    /^1 finding in 2 files: .* 1 file could not be analysed completely; see the notes above\.$/m,
  );
});

test('the same note for many files is printed once', async (t) => {
  const names = ['a.go', 'b.go', 'c.go', 'd.go', 'e.go'];
  const { alloclens } = setUp(t, Object.fromEntries(names.map((name) => [name, 'package p // broken'])));
  const { out, code } = await alloclens(['scan']);
  assert.match(out, /^note a\.go, b\.go, c\.go, 2 more: The package does not compile\.$/m);
  assert.equal(out.match(/does not compile/g)!.length, 1);
  assert.equal(code, 2);
});

test('a file that is not UTF-8 is named, and never rewritten', async (t) => {
  const { alloclens, folder } = setUp(t, { 'a.ts': '' });
  const latin = Buffer.from('alloc() // \xe4', 'latin1');
  writeFileSync(join(folder, 'a.ts'), latin);
  const { code, out } = await alloclens(['scan']);
  assert.match(out, /note a\.ts: This file is left out because it is not UTF-8 text\./);
  assert.equal(code, 2);
  await alloclens(['fix', '--suggestions']);
  assert.deepEqual(readFileSync(join(folder, 'a.ts')), latin);
});

test('control characters of a source file do not reach the terminal', async (t) => {
  const { alloclens } = setUp(t, { 'a.ts': '/* \u001b[31m\u202e */ alloc()' });
  const { out } = await alloclens(['scan']);
  assert.doesNotMatch(out, /\u001b|\u202e/);
  assert.match(out, /\/\* \\u\{1b\}\[31m\\u\{202e\} \*\/ alloc\(\)\n +\| {26}\^{7}\n/);
});

test('colours only when asked for', async (t) => {
  const { alloclens } = setUp(t, { 'a.ts': 'alloc()' });
  assert.doesNotMatch((await alloclens(['scan'])).out, /\u001b\[/);
  assert.match((await alloclens(['scan'], { color: true })).out, /\u001b\[/);
});

test('a package is analysed once however many of its files are named', async (t) => {
  const { alloclens, go } = setUp(t, { 'a.go': 'package a', 'b.go': 'package a', 'c/c.go': 'package c' });
  await alloclens(['scan']);
  assert.equal(go.requests.length, 2);
});

test('an interrupted scan ends with 130 and says so', async (t) => {
  const { alloclens, go } = setUp(t, { 'a.go': 'package a' });
  go.gate.close();
  const interrupt = new AbortController();
  const running = alloclens(['scan'], { signal: interrupt.signal });
  while (go.requests.length === 0) await new Promise(setImmediate);
  interrupt.abort();
  const { code, err } = await running;
  assert.equal(code, 130);
  assert.match(err, /^Interrupted/);
  assert.ok(go.disposed);
});

test('fix applies the safe fixes and leaves the others', async (t) => {
  const { alloclens, read } = setUp(t, {
    'a.go': 'package a\nvar x = alloc() + maybealloc() + badalloc()\n',
    'b.ts': 'alloc(); alloc()',
  });
  const { code, out } = await alloclens(['fix']);
  assert.equal(read('a.go'), 'package a\nvar x = reuse() + maybealloc() + badalloc()\n');
  assert.equal(read('b.ts'), 'reuse(); reuse()');
  assert.equal(
    out,
    'a.go: Reuse it\nb.ts: Reuse it (2 times)\n3 fixes applied in 2 files; 2 findings left.\n',
  );
  assert.equal(code, 1);
});

test('fix --suggestions applies the rest, and nothing left means 0', async (t) => {
  const { alloclens, read } = setUp(t, { 'b.ts': 'alloc(); maybealloc()' });
  const { code } = await alloclens(['fix', '--suggestions']);
  assert.equal(read('b.ts'), 'reuse(); reuse()');
  assert.equal(code, 0);
});

test('fix --rule touches only that rule', async (t) => {
  const { alloclens, read } = setUp(t, { 'a.go': 'package a\nvar x = alloc()\n', 'b.ts': 'alloc()' });
  await alloclens(['fix', '--rule', 'ts/per-call-buffer']);
  assert.equal(read('a.go'), 'package a\nvar x = alloc()\n');
  assert.equal(read('b.ts'), 'reuse()');
});

test('fix --dry-run writes nothing and prints a diff that git applies', async (t) => {
  const files = {
    'pkg/a.go': 'package a\n\nvar x = alloc()\n\nvar y = 1\n',
    'b.ts': '\uFEFFalloc()\r\nx\r\n',
  };
  const { alloclens, read, folder } = setUp(t, files);
  const { code, out, err } = await alloclens(['fix', '--dry-run']);
  assert.equal(code, 1);
  assert.equal(read('pkg/a.go'), files['pkg/a.go']);
  assert.match(out, /^--- a\/b\.ts\n\+\+\+ b\/b\.ts\n@@/);
  assert.match(err, /2 fixes would be applied in 2 files/);
  execFileSync('git', ['apply', '-p1', '-'], { cwd: folder, input: out });
  assert.equal(read('pkg/a.go'), 'package a\n\nvar x = reuse()\n\nvar y = 1\n');
  assert.equal(read('b.ts'), '\uFEFFreuse()\r\nx\r\n');
});

test('fix keeps CRLF, the byte order mark and the file mode', async (t) => {
  const { alloclens, read, folder } = setUp(t, { 'a.ts': '\uFEFFalloc()\r\n// x\r\n' });
  chmodSync(join(folder, 'a.ts'), 0o755);
  await alloclens(['fix']);
  assert.equal(read('a.ts'), '\uFEFFreuse()\r\n// x\r\n');
  assert.equal(statSync(join(folder, 'a.ts')).mode & 0o777, 0o755);
});

test('fix never touches generated files', async (t) => {
  const files = {
    'a.go': '// Code generated by x. DO NOT EDIT.\n\npackage a\nvar x = alloc()\n',
    'b.ts': '/** @generated */\nalloc()',
  };
  const { alloclens, read } = setUp(t, files);
  const { code } = await alloclens(['fix', '--suggestions']);
  for (const [name, text] of Object.entries(files)) assert.equal(read(name), text);
  assert.equal(code, 1);
});

/** Makes the fake compiler refuse a package in which `broken` holds. */
function refuse(go: FakeEngine, broken: (texts: readonly string[]) => boolean): void {
  const analyse = go.analyse.bind(go);
  const withNotes = (files: readonly FileAnalysis[]): FileAnalysis[] => {
    const bad = broken(files.map(({ text }) => text));
    return files.map((file) => ({
      ...file,
      notes: bad ? [{ file: file.path, message: 'reuse redeclared' }] : [],
    }));
  };
  go.analyse = (request, publish, signal) => analyse(request, (files) => publish(withNotes(files)), signal);
}

test('fixes after which a file cannot be analysed are taken back', async (t) => {
  const { alloclens, read, go } = setUp(t, { 'a.go': 'package a\nvar x = alloc()\n', 'b.ts': 'alloc()' });
  refuse(go, (texts) => texts.some((text) => text.includes('reuse()')));
  const { code, err } = await alloclens(['fix']);
  assert.equal(read('a.go'), 'package a\nvar x = alloc()\n');
  assert.equal(read('b.ts'), 'reuse()');
  assert.match(err, /note: a\.go: Fixes were taken back \(Reuse it\) because .*: reuse redeclared/);
  assert.equal(code, 1);
});

test('a note that was there before the fixes is the same when they have moved its line', async (t) => {
  const { alloclens, read, go } = setUp(t, { 'a.go': 'package a\nvar x = alloc()\nvar y = alloc()\n' });
  const analyse = go.analyse.bind(go);
  const noted = (file: FileAnalysis): FileAnalysis => {
    const message = `Allocations may be missing in line ${file.text.length}.`;
    return { ...file, notes: [{ file: file.path, message }] };
  };
  go.analyse = (request, publish, signal) => analyse(request, (files) => publish(files.map(noted)), signal);
  const { err } = await alloclens(['fix']);
  assert.equal(read('a.go'), 'package a\nvar x = reuse()\nvar y = reuse()\n');
  assert.doesNotMatch(err, /taken back/);
});

test('fixes of two files that do not go together: the first is kept, other packages are not touched by it', async (t) => {
  const { alloclens, read, go } = setUp(t, {
    'p/a.go': 'package p // alloc()',
    'p/b.go': 'package p // alloc()',
    'p/c.go': 'package p',
    'q/d.go': 'package q // alloc()',
  });
  refuse(go, (texts) => texts.filter((text) => text.includes('reuse()')).length > 1);
  const { code, out, err } = await alloclens(['fix']);
  assert.deepEqual(
    ['p/a.go', 'p/b.go', 'q/d.go'].map((name) => read(name).slice(13)),
    ['reuse()', 'alloc()', 'reuse()'],
  );
  assert.match(out, /2 fixes applied in 2 files; 1 finding left/);
  assert.match(err, /^note: p\/b\.go: Fixes were taken back/);
  assert.equal(code, 1);
});

test('fixes of one file that do not go together: as many as do', async (t) => {
  const { alloclens, read, go } = setUp(t, { 'a.go': 'package a // alloc() alloc() alloc()' });
  refuse(go, (texts) => texts.some((text) => text.split('reuse()').length > 3));
  const { code } = await alloclens(['fix']);
  assert.equal(read('a.go'), 'package a // reuse() reuse() alloc()');
  assert.equal(code, 1);
});
