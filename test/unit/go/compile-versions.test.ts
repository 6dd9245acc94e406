import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { findModule } from '../../../server/src/go/plan/module';
import { findGo, parseGoVersion } from '../../../server/src/go/plan/toolchain';
import { atLeast } from '../../../rules/go/syntax/version';
import { toolchains } from '../../support/go-package';
import { compileFile, toolchainsFor, trustedRunner, writeModule } from '../../support/go-module';

/** Without imports and without tests: a toolchain then compiles this package only, not its standard library. */
const source = `package p

var sink any
var ints []int

type Named interface{ Name() string }
type T struct{ name string }

func (t *T) Name() string { return t.name }

//go:noinline
func store(v any) { sink = v }

func BoxConstant()    { store(123456789) }
func BoxVariable(n int) { store(n) }

func Local(n int) int {
	b := make([]byte, n)
	return len(b)
}

func Empty(n int) int {
	b := make([]struct{}, n)
	return len(b)
}

func Large() int {
	var a [200000]byte
	return len(a[:3])
}

func Map[E, F any](in []E, f func(E) F) []F {
	out := make([]F, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func Lengths(in []string) { ints = Map(in, func(s string) int { return len(s) }) }

func Bytes(s string) (n int) {
	for _, c := range []byte(s) {
		n += int(c)
	}
	return n
}

func Pointer(n int) *int { größe := n; return &größe }

func Channel() int { c := make(chan int, 1); c <- 1; return <-c }

func Start(c chan int) { go func() { c <- 1 }() }
`;
const lineOf = (text: string) => source.slice(0, source.indexOf(text)).split('\n').length;

describe('the same program through the toolchains', { concurrency: 2 }, () => {
  for (const name of toolchains) {
    describe(name, () => {
      let missing: string | undefined;
      const environment = { GOTOOLCHAIN: name };
      const version = parseGoVersion(name)!;
      const since = (minor: number) => atLeast(version, 1, minor);

      before(async () => {
        // The toolchain comes through the module proxy, once; a machine without it and without a network skips.
        const go = await findGo();
        assert.ok(go.path, go.why);
        const env = { ...process.env, ...environment };
        const asked = await trustedRunner.text({ command: go.path, args: ['version'], cwd: __dirname, env });
        if (asked.code !== 0 || !asked.stdout.includes(name))
          missing = `${name} is not to be had: ${asked.stderr}`;
        if (missing !== undefined && process.env['CI'] === 'true') assert.fail(missing);
      });

      it('decisions, emitted calls, and nothing unaccounted for', async (t) => {
        if (missing !== undefined) return t.skip(missing);
        const root = writeModule(t, {
          'go.mod': 'module example.com/m\n\ngo 1.21\n',
          'p/a.go': source,
        });
        const file = path.join(root, 'p', 'a.go');
        const { toolchain, summary, of } = await compileFile(t, file, { environment });
        assert.equal(toolchain.versionText, name);
        assert.deepEqual(summary.errors, []);
        assert.deepEqual(summary.unaccounted, { count: 0, examples: [] });
        assert.equal(summary.packages[0]?.compiled, true);

        const decided = (text: string) =>
          of('expression').find((record) => record.at.file === file && record.at.line === lineOf(text))
            ?.outcome;
        const why = (text: string) =>
          of('explanation').find((record) => record.at.file === file && record.at.line === lineOf(text))
            ?.flow[0]?.why;
        const called = (callee: string, symbol: string) =>
          of('call').some((call) => call.callee === callee && call.symbol === `example.com/m/p.${symbol}`);

        // The reason “non-constant size” went with Go 1.25, which backs such slices with 32 bytes of stack.
        assert.equal(decided('b := make([]byte, n)'), since(25) ? 'stack' : 'heap');
        if (!since(25)) assert.equal(why('b := make([]byte, n)'), 'non-constant size');
        assert.ok(called('runtime.makeslice', 'Local'));
        assert.equal(why('b := make([]struct{}, n)'), since(25) ? 'zero-sized element' : 'non-constant size');

        // A boxed constant “escapes” in every version and never allocates.
        assert.equal(decided('store(123456789)'), 'heap');
        assert.equal(called('runtime.convT64', 'BoxConstant'), false);
        assert.ok(called('runtime.convT64', 'BoxVariable'));
        const free = of('free').filter((record) => record.at.line === lineOf('store(123456789)'));
        assert.equal(free.length > 0, since(25), 'escapedebug came with Go 1.25');

        // Explicit variables: 10 MiB until Go 1.23, 128 KiB since Go 1.24.
        const moved = (text: string) => of('moved').find((record) => record.at.line === lineOf(text));
        assert.equal(moved('var a [200000]byte') !== undefined, since(24));
        assert.deepEqual(moved('func Pointer')?.name, 'größe');
        assert.equal(moved('func Pointer')?.at.column, 28);

        assert.equal(of('zero-copy').length > 0, since(22));
        assert.ok(called('runtime.makechan', 'Channel'), 'no escape line tells of make(chan)');
        assert.ok(called('runtime.newproc', 'Start'));
        assert.deepEqual(of('heap closure')[0]?.captured, ['c']);

        // The generic: inlined at its caller, compiled per shape, and once more as a wrapper.
        const slices = of('call').filter((call) => call.callee === 'runtime.makeslice');
        assert.ok(slices.some(({ symbol }) => symbol.startsWith('example.com/m/p.Map[go.shape.')));
        assert.ok(slices.every(({ at }) => at.file === file));
        for (const record of of('explanation')) {
          assert.equal(record.function !== undefined, since(25), 'the function is named since Go 1.25');
        }
      });

      it('a buffer: decisions and errors at the file itself', async (t) => {
        if (missing !== undefined) return t.skip(missing);
        const root = writeModule(t, {
          'go.mod': 'module example.com/m\n\ngo 1.21\n',
          'p/a.go': 'package p\n',
        });
        const file = path.join(root, 'p', 'a.go');
        const added = path.join(root, 'p', 'b.go');
        const good = await compileFile(t, file, {
          environment,
          files: { [file]: 'package p\n\nvar x = new(int)\n', [added]: source },
        });
        assert.deepEqual(good.summary.errors, []);
        assert.deepEqual(new Set(good.of('expression').map(({ at }) => at.file)), new Set([file, added]));
        const bad = await compileFile(t, file, {
          environment,
          files: { [file]: 'package p\n\nvar x int = "größe"\n' },
        });
        assert.deepEqual(
          bad.summary.errors.map(({ at }) => at),
          [{ file, line: 3, column: 13 }],
        );
        assert.equal(bad.summary.packages[0]?.compiled, false);
      });
    });
  }

  it('a standard library in the module cache belongs to its own toolchain, and stays as it is on disk', async (t) => {
    const [name] = toolchains;
    const module = { folder: __dirname, moduleFile: undefined, workFile: undefined };
    const { toolchain } = await toolchainsFor({ environment: { GOTOOLCHAIN: name! } }).for(module);
    if (!toolchain) return t.skip(`${name} is not here`);
    const file = path.join(toolchain.goroot, 'src', 'container', 'list', 'list.go');
    const opened = await compileFile(t, file, { files: { [file]: 'package broken(' } });
    assert.equal(opened.toolchain.versionText, name);
    assert.deepEqual(opened.summary.errors, []);
    assert.equal(opened.summary.packages[0]?.importPath, 'container/list');
    assert.ok(opened.of('expression').some(({ at }) => at.file === file));
    assert.match(opened.summary.notes[0]!.message, /Unsaved changes in the module cache are not analysed/);
  });

  it('go.mod chooses the toolchain: another one than outside the module', async (t) => {
    const own = await toolchainsFor().for({ folder: __dirname, moduleFile: undefined, workFile: undefined });
    const newest = toolchains.at(-1)!;
    if (atLeast(own.toolchain!.version, 1, parseGoVersion(newest)!.minor)) {
      return t.skip(`the installed Go is ${own.toolchain!.versionText}, as new as ${newest}`);
    }
    const root = writeModule(t, {
      'go.mod': `module example.com/m\n\ngo 1.21\n\ntoolchain ${newest}\n`,
      'a.go': 'package m\n',
    });
    const module = await findModule(path.join(root, 'a.go'));
    const { toolchain, note } = await toolchainsFor({ environment: { GOTOOLCHAIN: 'auto' } }).for(module);
    if (!toolchain) return t.skip(note.message);
    assert.equal(toolchain.versionText, newest);
    assert.deepEqual(toolchain.modules[0]?.language, { major: 1, minor: 21 });
  });
});
