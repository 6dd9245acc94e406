import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { testEngine, testSettings } from '../../support/go';
import { writeModule } from '../../support/go-module';

async function analyse(
  t: { after(action: () => void): void },
  text: string,
): Promise<{ severities: string[]; unchecked: string[]; ceilings: (readonly [string, number, number])[] }> {
  const folder = writeModule(t, { 'go.mod': 'module example.com/m\n\ngo 1.24\n', 'a.go': text });
  const engine = await testEngine();
  const files: FileAnalysis[] = [];
  try {
    const request = { directories: [folder], settings: testSettings() };
    await engine.scan(request, (some) => files.push(...some), new AbortController().signal);
  } finally {
    await engine.dispose();
  }
  const file = files.find((one) => one.path === path.join(folder, 'a.go'));
  assert.ok(file);
  const functions = file.code?.functions ?? [];
  return {
    ceilings: functions.flatMap(({ name, ceiling }) =>
      ceiling ? [[name, ceiling.allowed, ceiling.emitted] as const] : [],
    ),
    severities: file.findings.filter((f) => f.ruleId === 'go/must-not-allocate').map((f) => f.severity),
    unchecked: file.notes.filter((note) => note.kind === 'unchecked contract').map((note) => note.message),
  };
}

const marked = 'package p\n\n//alloclens:noalloc\nfunc f(n int) *int { return &n }\n';

test('a broken promise is an error', async (t) => {
  const { severities, unchecked } = await analyse(t, marked);
  assert.deepEqual([severities, unchecked], [['error'], []]);
});

test('a package that does not compile passes nothing: a note says so', async (t) => {
  const { severities, unchecked } = await analyse(t, `${marked}\nvar x int = "text"\n`);
  assert.deepEqual(severities, []);
  assert.equal(unchecked.length, 1);
  assert.match(unchecked[0]!, /^f is marked .* but was not checked: the package was not compiled\.$/);
});

test('a generic function that no code uses was not compiled, and the note says so', async (t) => {
  const text = 'package p\n\n//alloclens:noalloc\nfunc f[T any](v T) *T { return &v }\n';
  assert.match((await analyse(t, text)).unchecked.join(), /it is generic/);
});

test('a directive that stands above nothing is noted', async (t) => {
  const text = 'package p\n\n//alloclens:noalloc\n\nfunc f(n int) *int { return &n }\n';
  assert.match((await analyse(t, text)).unchecked.join(), /in line 3 marks nothing/);
});

test('a ceiling without a number holds nothing, and neither does a second one', async (t) => {
  const text = 'package p\n\n//alloclens:max few allocs\nfunc f(n int) *int { return &n }\n';
  assert.match((await analyse(t, text)).unchecked.join(), /^f is marked \/\/alloclens:max .* takes a number/);
  const twice = text.replace('//alloclens:max few', '//alloclens:max 0 allocs\n//alloclens:max 1');
  assert.match(
    (await analyse(t, twice)).unchecked.join(),
    /max 0 allocs in line 3 marks nothing: .* one for each/,
  );
});

test('what was checked is known with its figures, broken or not; what nobody marked or could check is not', async (t) => {
  const text = `package p

//alloclens:noalloc
func add(a, b int) int { return a + b }

//alloclens:max 2 allocs
func three(n int) (*int, []int, map[int]int) { return &n, make([]int, n), make(map[int]int, n) }

//alloclens:noalloc
func broken(n int) *int { return &n }

func unmarked(n int) *int { return &n }

//alloclens:noalloc
func generic[T any](v T) *T { return &v }

//alloclens:max allocs
func numberless() {}
`;
  assert.deepEqual((await analyse(t, text)).ceilings, [
    ['add', 0, 0],
    ['three', 2, 3],
    ['broken', 0, 1],
  ]);
});
