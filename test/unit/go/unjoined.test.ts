import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { GoPackage } from '../../../rules/go/rule';
import { unjoinedNotes } from '../../../server/src/go/facts/unjoined';
import { PackageRecords } from '../../../server/src/go/compile/records';
import { testEngine, testSettings } from '../../support/go';
import { writeModule } from '../../support/go-module';
import { compileFiles, hasToolchain, toolchains } from '../../support/go-package';

/** Every kind of function that has a symbol of its own, and maps and closures of package variables. */
const everything = `package p

import "sync"

type T struct{ n int }
type Alias = T
type G[K comparable] struct{ m map[K]int }
type Outer struct{ T }

var Kept any
var table = map[string][]int{"a": {1}, "b": {2, 3}, "c": {4}, "d": {5}, "e": {6}, "f": {7}, "g": {8}, "h": {9}, "i": {1}}
var made = func() []int { return make([]int, len(table)) }()
var once = sync.OnceValue(func() *T { return new(T) })

func init() { Kept = make([]int, len(table)) }
func init() { Kept = &T{len(table)} }

func F(n int) []byte { return make([]byte, n) }
func (t T) Value() *T { return &T{t.n} }
func (t *Alias) Pointer() any { return &T{t.n} }
func (g *G[K]) Set(k K) { if g.m == nil { g.m = map[K]int{} }; g.m[k]++ }
func Generic[E any](n int) []E { return make([]E, n) }
func Use() any { g := &G[string]{}; g.Set("x"); return []any{g, Generic[int](3), Outer{}.Value()} }
func Closure(n int) func() []int { return func() []int { return make([]int, n) } }
func Go(n int) { go func() { defer func() { Kept = new(T) }(); Kept = make([]int, n) }() }
func _() { Kept = new(T) }
`;

async function compiled(t: TestContext, files: Record<string, string>, toolchain?: string) {
  const { pkg, build, dispose } = await compileFiles(files, toolchain);
  t.after(dispose);
  return { pkg, records: build.records };
}

const notes = ({ files }: GoPackage, records: PackageRecords) =>
  files.flatMap((file) => unjoinedNotes(file, records));

const messages = (pkg: GoPackage, records: PackageRecords): string[] =>
  notes(pkg, records).map(({ message }) => message);

for (const toolchain of ['local', ...toolchains]) {
  const skip = !hasToolchain(toolchain) && `${toolchain} is not installed`;
  test(`everything that ${toolchain} lists finds its place`, { skip }, async (t) => {
    const { pkg, records } = await compiled(t, { 'a.go': everything }, toolchain);
    assert.deepEqual(messages(pkg, records), []);
    // The maps of package variables are filled by functions of their own.
    const initialisation = records.calls(records.family('example.com/p.init'), pkg.files[0]!.path);
    assert.ok(initialisation.some(({ callee }) => callee.startsWith('runtime.mapassign')));
  });
}

test('allocations of a function that the source does not show leave a note with their lines', async (t) => {
  const { pkg, records } = await compiled(t, {
    'a.go': 'package p\n\nfunc F(n int) []byte {\n\treturn make([]byte, n)\n}\n\nfunc G() {}\n',
  });
  const [file] = pkg.files;
  // As if the compiler had another name for F.
  const hidden = { ...file!, root: { namedChildren: [] } as unknown as (typeof file & object)['root'] };
  assert.deepEqual(unjoinedNotes({ ...hidden, pkg: { ...pkg, files: [hidden] } }, records), [
    {
      file: file!.path,
      message:
        'Allocations may be missing in line 4: they are of a function that could not be found in the source.',
    },
  ]);
});

test('a decision beyond the columns that the compiler counts leaves a note', async (t) => {
  const far = `var _ = "${'x'.repeat(300)}"; Kept = make([]int, n)`;
  const { pkg, records } = await compiled(t, {
    'a.go': `package p\n\nvar Kept []int\n\nfunc F(n int) {\n\t${far}\n}\n`,
  });
  assert.deepEqual(messages(pkg, records), [
    'Allocations may be missing in line 6: they are so far to the right that the compiler does not tell the column.',
  ]);
});

test('a package of which nothing was listed leaves a note at each file with code', async (t) => {
  const { pkg } = await compiled(t, {
    'a.go': 'package p\n\nfunc F(n int) []byte { return make([]byte, n) }\n',
    'b.go': 'package p\n\nconst C = 1\n',
    'c.go': 'package p\n\nfunc Generic[E any](n int) []E { return make([]E, n) }\n',
  });
  const silent = new PackageRecords((file) => file);
  assert.deepEqual(
    notes(pkg, silent).map(({ file, message }) => [file!.split(/[\\/]/).at(-1), message]),
    [
      [
        'a.go',
        'Allocations may be missing: the compiler listed nothing of the package example.com/p, although it compiled it.',
      ],
    ],
  );
});

test('a package without code has nothing to list', async (t) => {
  const { pkg, records } = await compiled(t, { 'a.go': 'package p\n\nconst C = 1\n\ntype T int\n' });
  assert.deepEqual(messages(pkg, records), []);
});

test('what files for another system declare does not hide a function of this one', async (t) => {
  const root = writeModule(t, {
    'go.mod': 'module example.com/m\n\ngo 1.21\n',
    'a.go':
      'package m\n\ntype Raw []byte\n\nfunc (r Raw) Copy() []byte { return append([]byte(nil), r...) }\n',
    'b.go': '//go:build plan9 && windows\n\npackage m\n\ntype Other []byte\ntype Raw = Other\n',
  });
  const engine = await testEngine({ rules: [] });
  t.after(() => engine.dispose());
  const notes: string[] = [];
  await engine.scan(
    { directories: [root], settings: testSettings() },
    (files) => notes.push(...files.flatMap((file) => file.notes.map(({ message }) => message))),
    new AbortController().signal,
  );
  assert.deepEqual(notes, [
    'Only the syntax was analysed: build constraints or its name leave this file out of the build.',
  ]);
});
