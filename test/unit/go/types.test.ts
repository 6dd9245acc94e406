/** The type checker's answers, held against go/types asked by another program, and what becomes of them when it fails. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Builds, NotCompiled, packageIn } from '../../../server/src/go/compile/builds';
import { GoFolder } from '../../../server/src/go/plan/folder';
import { Types, type FolderTypes, type TypesOptions } from '../../../server/src/go/types/types';
import { nullLogger } from '../../../server/src/host/logger';
import { ProcessRunner } from '../../../server/src/host/process';
import { TrustGate } from '../../../server/src/host/trust';
import { hasToolchain } from '../../support/go-package';
import { testEngine, testSettings, typeChecker } from '../../support/go';
import { trustedRunner, writeModule } from '../../support/go-module';

const never = new AbortController().signal;

/** Compiles a folder and asks for its types. */
async function typesIn(
  t: TestContext,
  directory: string,
  { toolchain, ...options }: Partial<TypesOptions> & { toolchain?: string } = {},
): Promise<FolderTypes> {
  const builds = new Builds({ logger: nullLogger, trust: new TrustGate(true) }, trustedRunner);
  const types = new Types(trustedRunner, nullLogger, { sources: typeChecker, ...options });
  t.after(async () => {
    await types.dispose();
    await builds.dispose();
  });
  const folder = await GoFolder.read(directory, new Map());
  const [first] = folder.texts.keys();
  const unit = await builds.locate(first!, new Map(), testSettings(toolchain), never, folder);
  assert.ok(!(unit instanceof NotCompiled));
  const build = await builds.run(unit, new Map(), never, { exports: true });
  assert.ok(packageIn(build, directory)?.compiled, JSON.stringify(build.errors));
  return types.of(build, directory, folder.texts, never);
}

/** What is known of the nth place where the text stands. */
function at(types: FolderTypes, file: string, text: string, nth = 0) {
  const source = readFileSync(file, 'utf8');
  let start = -1;
  for (let i = 0; i <= nth; i++) start = source.indexOf(text, start + 1);
  assert.ok(start >= 0, `no ${text}`);
  return types.files.get(file)?.at(start, start + text.length);
}

describe('the answers of the type checker', () => {
  it('are those of go/types for every expression of net/http', async (t) => {
    const goroot = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
    const directory = path.join(goroot, 'src', 'net', 'http');
    const { files } = await typesIn(t, directory);
    const names = [...files.keys()];
    assert.ok(names.length > 20);
    const binary = path.join(writeModule(t, {}), 'go-types');
    // Aliases as the compiler has them.
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GODEBUG: 'gotypesalias=1' };
    const program = path.join(__dirname, '../../../../test/support/go-types');
    execFileSync('go', ['build', '-o', binary, '.'], { cwd: program, env });
    const printed = execFileSync(binary, ['net/http', ...names], {
      cwd: directory,
      env,
      encoding: 'utf8',
      maxBuffer: 1 << 27,
    });
    let asked = 0;
    const wrong: string[] = [];
    const units = new Map(names.map((name) => [name, unitsOf(readFileSync(name))]));
    for (const line of printed.trimEnd().split('\n')) {
      const [file, start, end, mode, type, constant, callee, size, methods] = line.split('\t');
      const offset = units.get(file!)!;
      const known = files.get(file!)?.at(offset(Number(start)), offset(Number(end)));
      asked++;
      const said = known && [
        known.mode,
        known.type.text.replaceAll(' ', ''),
        known.constant ?? '',
        known.callee?.way === 'static' || known.callee?.way === 'dynamic' ? known.callee.name : '',
        known.type.layout === undefined ? '' : String(known.type.layout.size),
        [...known.type.methods!.keys()].sort().join(','),
      ];
      const expected = [
        mode!,
        // The package's own types without its name, the others by their names.
        type!
          .replaceAll('net/http.', '')
          .replace(/[\w.-]+\/(?=[\w.\/-]*\.)/g, '')
          .replaceAll(' ', ''),
        constant === '' ? '' : (JSON.parse(constant!) as string),
        // (*net/http.Client).Do is net/http.(*Client).Do to the linker.
        callee!
          .replace(/\[\w+(?:, \w+)*\]/, '')
          .replace(/^\((\*?)(.*)\.([^.]+)\)\./, (_, star: string, at: string, name: string) =>
            star ? `${at}.(*${name}).` : `${at}.${name}.`,
          ),
        size!,
        [...methods!.split(',')].sort().join(','),
      ];
      // error is of no package.
      if (/^\(error\)/.test(callee!)) expected[3] = 'error.Error';
      // A literal interface has no name.
      if (/^\(interface/.test(callee!)) expected[3] = said?.[3] ?? '';
      if (JSON.stringify(said) !== JSON.stringify(expected))
        wrong.push(
          `${path.basename(file!)}:${start}: ${JSON.stringify(said)}, not ${JSON.stringify(expected)}`,
        );
    }
    t.diagnostic(`${asked} expressions, ${wrong.length} otherwise`);
    assert.ok(asked > 40_000);
    assert.deepEqual(wrong.slice(0, 10), []);
  });

  const source = `package m

import (
	"fmt"
	str "strings"
	"time"
)

type ID int

func (ID) String() string { return "" }

type Text = string

type Pair[K comparable, V any] struct {
	Key   K
	Value V
}

type box struct{ time.Duration }

const Answer = 6 * 7

// Länge: 𝒪(1), so that bytes and UTF-16 units differ.
func F[T fmt.Stringer](t T, ids chan ID, pairs []Pair[string, *ID], d time.Duration, name Text) {
	id := <-ids
	value, ok := any(id).(fmt.Stringer)
	for i, pair := range pairs {
		_, _ = i, pair.Value
	}
	for one := range ids {
		_ = one
	}
	switch v := any(name).(type) {
	case string:
		_ = v + "ä"
	}
	_ = t.String() + value.String() + d.String() + str.ToUpper(name)
	_ = ok == (Answer > 1)
	box{}.Hours()
}
`;

  for (const toolchain of ['local', 'go1.21.13', 'go1.23.12', 'go1.27.0'])
    it(`are about what the text says, with ${toolchain}`, async (t) => {
      if (!hasToolchain(toolchain)) return t.skip(`${toolchain} is not in the module cache`);
      const root = writeModule(t, { 'go.mod': 'module example.com/m\n\ngo 1.21\n', 'a.go': source });
      const file = path.join(root, 'a.go');
      const types = await typesIn(t, root, { toolchain });
      assert.equal(types.fault, undefined);
      const text = (of: string, nth = 0) => at(types, file, of, nth)?.type.text;
      assert.equal(text('id := <-ids'), undefined);
      assert.equal(text('<-ids'), 'ID');
      assert.equal(text('pair.Value'), '*ID');
      assert.equal(text('any(id).(fmt.Stringer)'), 'fmt.Stringer');
      assert.equal(text('pairs', 1), '[]Pair[string, *ID]');
      assert.equal(text('v + "ä"'), 'string');
      assert.equal(text('ok == (Answer > 1)'), 'bool');
      assert.equal(at(types, file, 'Answer', 1)?.constant, '42');
      assert.equal(at(types, file, 'ID')?.mode, 'type');
      const id = at(types, file, '<-ids')!.type;
      assert.equal(id.basic, 'int');
      assert.deepEqual([...id.methods!], [['String', '() string']]);
      assert.deepEqual(id.named, { path: 'example.com/m', name: 'ID', local: false });
      assert.deepEqual(at(types, file, 't.String()')?.callee?.way, 'dynamic');
      assert.deepEqual(at(types, file, 'd.String()')?.callee, {
        way: 'static',
        name: 'time.Duration.String',
      });
      assert.deepEqual(at(types, file, 'str.ToUpper(name)')?.callee, {
        way: 'static',
        name: 'strings.ToUpper',
      });
      assert.deepEqual(at(types, file, 'box{}.Hours()')?.callee?.name, 'time.Duration.Hours');
      assert.deepEqual(at(types, file, 'any(name)')?.callee?.way, 'conversion');
      assert.equal(at(types, file, 't T')?.type, undefined);
      const duration = at(types, file, 'time.Duration', 1)!.type;
      assert.equal(
        duration.spell((name) => (name === 'time' ? 'clock' : undefined)),
        'clock.Duration',
      );
      assert.equal(
        duration.spell(() => undefined),
        undefined,
      );
      const [pairs] = [at(types, file, 'pairs', 1)!.type];
      assert.deepEqual(pairs.element?.layout, { size: 24, align: 8, pointers: 24 });
    });

  it('are given for tests and external tests, too', async (t) => {
    const root = writeModule(t, {
      'go.mod': 'module example.com/m\n\ngo 1.21\n',
      'a.go': 'package m\n\ntype T struct{ N int }\n',
      'a_test.go': 'package m\n\nimport "testing"\n\nfunc TestA(t *testing.T) { t.Log(T{}.N) }\n',
      'b_test.go':
        'package m_test\n\nimport (\n\t"testing"\n\n\t"example.com/m"\n\t"example.com/m/q"\n)\n\nfunc TestB(t *testing.T) { t.Log(q.Of(m.T{}), m.T{N: 2}) }\n',
      'q/q.go': 'package q\n\nimport "example.com/m"\n\nfunc Of(t m.T) int { return t.N }\n',
    });
    const types = await typesIn(t, root);
    assert.equal(at(types, path.join(root, 'a_test.go'), 'T{}.N')?.type.text, 'int');
    assert.equal(at(types, path.join(root, 'b_test.go'), 'q.Of(m.T{})')?.type.text, 'int');
    assert.equal(at(types, path.join(root, 'b_test.go'), 'm.T{N: 2}')?.type.text, 'm.T');
  });

  it('are partial where cgo has a say, and of this build alone', async (t) => {
    const root = writeModule(t, {
      'go.mod': 'module example.com/m\n\ngo 1.21\n',
      'a.go': 'package m\n\nfunc F(s []string) int { return len(s) }\n',
      'a_plan9.go': 'package m\n\nfunc G(s []string) int { return len(s) }\n',
    });
    const types = await typesIn(t, root);
    assert.deepEqual([...types.files.keys()], [path.join(root, 'a.go')]);
  });
});

/** A program in the type checker's place, in a cache that already has it. */
async function withProgram(t: TestContext, script: string, patience = { idle: 2000, silent: 2000 }) {
  const root = writeModule(t, {
    'go.mod': 'module example.com/m\n\ngo 1.21\n',
    'a.go': 'package m\n\nfunc F(s []string) int { return len(s) }\n',
    'sources/go.mod': 'module x\n\ngo 1.21\n',
    'sources/answer.go': 'package main\n',
    // What is built stands in for it.
    'sources/main.go': `package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"time"
)

var _ = time.Now

func main() {
	in := bufio.NewReader(os.Stdin)
	hello := func() { fmt.Printf("{\\"protocol\\":1,\\"go\\":%q}\\n", runtime.Version()) }
	read := func() { if _, err := in.ReadString('\\n'); err != nil { os.Exit(0) } }
	_, _ = hello, read
	${script}
}
`,
  });
  return typesIn(t, root, { sources: path.join(root, 'sources'), cache: path.join(root, 'cache'), patience });
}

describe('without the type checker', () => {
  const cases: [string, string, RegExp][] = [
    ['ends', 'hello(); read(); os.Exit(7)', /it ended with code 7/],
    [
      'is killed',
      'hello(); read(); p, _ := os.FindProcess(os.Getpid()); p.Kill(); time.Sleep(time.Hour)',
      /it was ended by SIGKILL/,
    ],
    ['panics', 'hello(); read(); panic("of no use")', /code 2: panic: of no use/],
    [
      'hangs',
      'hello(); read(); time.Sleep(time.Hour)',
      /has neither written nor computed|has not written anything/,
    ],
    [
      'is of another protocol',
      'fmt.Println(`{"protocol":0,"go":"go1.0"}`); read()',
      /go1\.0 built it for protocol 0/,
    ],
    [
      'writes something else',
      'hello(); read(); fmt.Println("Hello"); read()',
      /something else than an answer, "Hello/,
    ],
  ];
  for (const [what, script, message] of cases)
    it(`nothing is said of types when it ${what}`, async (t) => {
      const types = await withProgram(t, script, { idle: 400, silent: 2000 });
      assert.deepEqual([...types.files], []);
      // Once more it is started, and then left: after three failures, or at once where another would fail, too.
      if (types.fault !== undefined) assert.match(types.fault, message);
    });

  it('nothing is said of types when it cannot be built', async (t) => {
    const types = await withProgram(t, 'undefined()');
    assert.deepEqual([...types.files], []);
    assert.match(
      types.fault ?? '',
      /^Types come from declarations alone\. The type checker was not built\..*undefined/s,
    );
  });

  it('findings are found with what declarations say, and the reason is a note', async (t) => {
    const root = writeModule(t, {
      'go.mod': 'module example.com/m\n\ngo 1.21\n',
      'a.go':
        'package m\n\nfunc Double(xs []int) []int {\n\tvar out []int\n\tfor _, x := range xs {\n\t\tout = append(out, 2*x)\n\t}\n\treturn out\n}\n',
      'sources/go.mod': 'module x\n',
      'sources/main.go': 'package main\n\nfunc main() { fail }\n',
      'sources/answer.go': 'package main\n',
    });
    const engine = await testEngine({
      types: { sources: path.join(root, 'sources'), cache: path.join(root, 'cache') },
    });
    t.after(() => engine.dispose());
    const all: { findings: string[]; notes: string[] }[] = [];
    await engine.scan(
      { directories: [root], settings: testSettings() },
      (files) =>
        all.push(
          ...files.map(({ findings, notes }) => ({
            findings: findings.map((f) => f.ruleId),
            notes: notes.map((n) => n.message),
          })),
        ),
      never,
    );
    assert.deepEqual(all[0]?.findings, ['go/preallocate-slice']);
    assert.match(all[0].notes.join(), /Types come from declarations alone\. The type checker was not built/);
  });

  it('is not built and not started in an untrusted workspace', async (t) => {
    const root = writeModule(t, { 'go.mod': 'module example.com/m\n\ngo 1.21\n', 'a.go': 'package m\n' });
    const cache = path.join(root, 'cache');
    const engine = await testEngine({ trusted: false, types: { sources: typeChecker, cache } });
    t.after(() => engine.dispose());
    await engine.scan({ directories: [root], settings: testSettings() }, () => {}, never);
    assert.throws(() => readdirSync(cache), /ENOENT/);
    const runner = new ProcessRunner(new TrustGate(false), nullLogger);
    const run = { command: process.execPath, args: [], cwd: root, env: {} };
    assert.throws(() => runner.converse(run, { idle: 1000, silent: 1000 }), /not trusted/);
  });
});

describe('the program of the type checker', () => {
  const module = { 'go.mod': 'module example.com/m\n\ngo 1.21\n', 'a.go': 'package m\n\nvar V = 1\n' };

  it('is built once, and again when what is kept was damaged', async (t) => {
    const root = writeModule(t, module);
    const cache = path.join(root, 'cache');
    const file = path.join(root, 'a.go');
    assert.equal(at(await typesIn(t, root, { cache }), file, 'V')?.type.text, 'int');
    const [entry] = readdirSync(path.join(cache, 'typechecker'));
    const binary = path.join(
      cache,
      'typechecker',
      entry!,
      readdirSync(path.join(cache, 'typechecker', entry!)).find((name) => name !== 'seal')!,
    );
    const made = statSync(binary);
    assert.equal(at(await typesIn(t, root, { cache }), file, 'V')?.type.text, 'int');
    assert.equal(statSync(binary).ino, made.ino);
    const damaged = readFileSync(binary).subarray(0, 1000);
    rmSync(binary);
    writeFileSync(binary, damaged, { mode: 0o755 });
    assert.equal(at(await typesIn(t, root, { cache }), file, 'V')?.type.text, 'int');
    assert.equal(statSync(binary).size, made.size);
    assert.deepEqual(readdirSync(path.join(cache, 'typechecker')), [entry]);
  });

  it('is built for the process alone where nothing can be kept', async (t) => {
    const root = writeModule(t, { ...module, cache: 'a file' });
    const types = await typesIn(t, root, { cache: path.join(root, 'cache') });
    assert.equal(at(types, path.join(root, 'a.go'), 'V')?.type.text, 'int');
  });

  it(
    'is not taken from a folder that others may write to',
    { skip: process.platform === 'win32' },
    async (t) => {
      const root = writeModule(t, module);
      const cache = path.join(root, 'cache');
      mkdirSync(path.join(cache, 'typechecker'), { recursive: true });
      chmodSync(path.join(cache, 'typechecker'), 0o777);
      const types = await typesIn(t, root, { cache });
      assert.equal(at(types, path.join(root, 'a.go'), 'V')?.type.text, 'int');
      assert.deepEqual(readdirSync(path.join(cache, 'typechecker')), []);
    },
  );
});

/** From offsets in bytes to such in UTF-16 units. */
function unitsOf(bytes: Buffer): (offset: number) => number {
  const text = bytes.toString('utf8');
  if (text.length === bytes.length) return (offset) => offset;
  return (offset) => bytes.toString('utf8', 0, offset).length;
}
