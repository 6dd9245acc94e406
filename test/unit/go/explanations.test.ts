import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { explain } from '../../../server/src/service/explain';
import { testEngine, testSettings } from '../../support/go';
import { writeModule } from '../../support/go-module';
import { inRepository } from '../../support/repository';

async function analyse(
  t: { after(action: () => void): void },
  show: string,
  text = 'package p\n\nfunc f(n int) *int { return &n }\n',
): Promise<FileAnalysis> {
  const folder = writeModule(t, { 'go.mod': 'module example.com/m\n\ngo 1.24\n', 'a.go': text });
  const engine = await testEngine();
  const files: FileAnalysis[] = [];
  try {
    // Only what is open is explained.
    const file = path.join(folder, 'a.go');
    const buffers = new Map([[file, { path: file, languageId: 'go', version: 1, text }]]);
    const request = { directories: [folder], buffers, settings: testSettings('local', { show }) };
    await engine.scan(request, (some) => files.push(...some), new AbortController().signal);
  } finally {
    await engine.dispose();
  }
  assert.equal(files.length, 1);
  return files[0]!;
}

const ids = (findings: FileAnalysis['hidden']): string[] => (findings ?? []).map(({ ruleId }) => ruleId);

test('an explanation waits for the hover, and is a finding only with show: all', async (t) => {
  const likely = await analyse(t, 'likely');
  assert.deepEqual([ids(likely.findings), ids(likely.hidden)], [[], ['go/escape']]);
  const all = await analyse(t, 'all');
  assert.deepEqual([ids(all.findings), ids(all.hidden)], [['go/escape'], []]);
});

test('in the loops of a request handler one certain allocation is said unasked, the others are hidden, and what is only estimated', async (t) => {
  const text = [
    'package p',
    '',
    'import "net/http"',
    '',
    'var kept []*int',
    '',
    'func Serve(w http.ResponseWriter, r *http.Request) {',
    '\tfor _, values := range r.Header {',
    '\t\tfor range values {',
    '\t\t\tfirst, second := 1, 2',
    '\t\t\tkept = append(kept, &first)',
    '\t\t\tkept = append(kept, &second)',
    '\t\t\tkept = append(kept, called(len(kept)))',
    '\t\t}',
    '\t}',
    '\tzeroth := 0',
    '\tkept = append(kept, &zeroth)',
    '}',
    '',
    'func called(third int) *int { return &third }',
    '',
    'func Ordinary(fourth int) *int { return &fourth }',
    '',
  ].join('\n');
  const { findings, hidden } = await analyse(t, 'likely', text);
  const names = (some: FileAnalysis['findings']) =>
    some
      .filter(({ allocation }) => allocation.kind === 'moved variable')
      .map(({ message }) => message.match(/zeroth|first|second|third|fourth/)?.[0]);
  assert.deepEqual(names(findings), ['first']);
  assert.deepEqual([...new Set(findings.map(({ severity }) => severity))], ['information']);
  assert.deepEqual(names(hidden ?? []), ['second', 'zeroth', 'third', 'fourth']);
});

test('what several decisions of a line share with fewer calls is certain of none', async (t) => {
  const text = [
    'package p',
    '',
    'import "net/http"',
    '',
    'type key struct{}',
    '',
    'var Key = key{}',
    '',
    'var kept []any',
    '',
    'func Serve(w http.ResponseWriter, r *http.Request) {',
    '\tname := r.URL.Path',
    '\tkeep(Key, name)',
    '}',
    '',
    '//go:noinline',
    'func keep(values ...any) { kept = values }',
    '',
  ].join('\n');
  const { findings } = await analyse(t, 'likely', text);
  for (const { message } of findings) assert.doesNotMatch(message, /Key/);
});

test('the hover explains the four causes in a sentence each, with the flow and a way out', async (t) => {
  const text = readFileSync(inRepository('samples', 'go', 'escape', 'causes.go'), 'utf8');
  const { hidden } = await analyse(t, 'likely', text);
  const hoverAt = (line: string): string => {
    const start = text.indexOf(line) + line.search(/\S/);
    const end = start + line.trimStart().length;
    const found = (hidden ?? []).find(({ span }) => start <= span.start && span.start < end);
    assert.ok(found, line);
    return explain(found, 'file:///escape.md', () => 'causes.go:1');
  };
  const causes: readonly [line: string, title: RegExp, way: RegExp][] = [
    [
      '\tr := Reading{sensor, value}',
      /^# `r` moves to the heap: it is sent on a channel\n/,
      /It is sent on a channel in `to <- &r`, and which goroutine receives it.*\n.*Its address is taken in `&r`\. .* To keep it on the stack: send a value/s,
    ],
    [
      '\treadings = append(readings, &Reading',
      /^# `&Reading\{.*\}` goes to the heap: it is appended to a slice\n/,
      /To keep it on the stack: keep values in the slice instead of pointers/,
    ],
    [
      '\t\t\tfound = append(found, v)',
      /^# `append\(found, v\)` grows on the heap: it is returned\n/,
      /It is returned by `return found`\.\n.*A full array is copied to a larger one.* To keep it on the stack:/s,
    ],
    [
      '\tvar head [16]byte',
      /^# `head` moves to the heap: passed to `from\.Read` through an interface\n/,
      /It is passed to `from\.Read` through the interface io\.Reader, behind which .* To keep it on the stack: call a function/s,
    ],
  ];
  for (const [line, sentence, way] of causes) {
    const hover = hoverAt(line);
    assert.match(hover, sentence);
    assert.match(hover, way);
    assert.doesNotMatch(hover, /[^.]\.\.(?!\.)/);
  }
});
