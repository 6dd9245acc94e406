import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Builds, NotCompiled } from '../../../server/src/go/compile/builds';
import type { Declared, DeclaredIn } from '../../../server/src/go/compile/declared';
import type { DirectResult } from '../../../server/src/go/compile/direct';
import type { PackageRecords } from '../../../server/src/go/compile/records';
import { stubbed } from '../../../server/src/go/compile/stubs';
import { declaredInText } from '../../../server/src/go/facts/declared';
import { GoSyntax } from '../../../server/src/go/facts/syntax-trees';
import { nullLogger } from '../../../server/src/host/logger';
import { TrustGate } from '../../../server/src/host/trust';
import { grammar, testSettings } from '../../support/go';
import { trustedRunner } from '../../support/go-module';

let syntax: GoSyntax;
before(async () => void (syntax = await GoSyntax.load(grammar)));
after(() => syntax.dispose());

const declared = (file: string, text: string): DeclaredIn => declaredInText(syntax, file, text)!;

const source = `package p

import (
	"fmt"
	str "strconv"
)

import "os"

var shared = fmt.Sprint(1)

func Looked(n int) string {
	return helper(n)
}

func helper(n int) string {
	// Not os.Exit.
	return str.Itoa(n) + "os.Exit"
}

func (t *T) Far() {
	os.Exit(1)
}

type T struct{}

func Near(t *T) { t.Far() }

var held = func(n int) string { return helper(n) }

func Held() string { return held(1) }

func Twice[E any](e E) []E { return []E{e, e} }

func Long() int {
	n := 0
	for i := range 100 {
		n += i
	}
	return n
}
`;

/** The source without what the function does not need; undefined where all of it is compiled. */
function without(name: string, added: readonly string[] = []): string | undefined {
  const all = declared('/p/a.go', source);
  const looked = all.filter(({ names }) => names.includes(name));
  assert.ok(looked.length > 0);
  const texts = new Map([['/p/a.go', source]]);
  return stubbed({ texts, declared: new Map([['/p/a.go', all]]) }, looked, new Set(added))?.get('/p/a.go');
}

describe('a package without the bodies that nothing depends on', () => {
  it('keeps what the function reaches by name, and each line where it is', () => {
    const text = without('Looked')!;
    assert.match(text, /return helper\(n\)/);
    assert.match(text, /return str\.Itoa/);
    assert.match(text, /^func \(t \*T\) Far\(\) \{ panic\(0\) \n\n\}$/m);
    assert.match(text, /^func Long\(\) int \{ panic\(0\) \n{6}\}$/m);
    assert.equal(text.split('\n').length, source.split('\n').length);
    assert.match(without('Near')!, /os\.Exit\(1\)\n/);
    // Through a variable, too.
    assert.match(without('Held')!, /return str\.Itoa/);
  });

  it('leaves an import that nothing uses any more, under no name; what comments and texts say is no use', () => {
    const text = without('Looked')!;
    assert.match(text, /import _ "os"/);
    assert.match(text, /\n\tstr "strconv"\n/);
    // A variable is never left out.
    assert.match(text, /\n\t"fmt"\n/);
    assert.match(without('Near')!, /\n\t_ "strconv"\n/);
  });

  it('keeps what names something that was added', () => {
    assert.doesNotMatch(without('Near')!, /return n$/m);
    assert.match(without('Near', ['range'])!, /return n$/m);
  });

  it('does not begin where generic code is looked at, or most would be left', () => {
    assert.equal(without('Twice'), undefined);
    const all = declared('/p/a.go', source);
    const texts = new Map([['/p/a.go', source]]);
    const looked = all.filter(({ generic }) => !generic);
    assert.equal(stubbed({ texts, declared: new Map([['/p/a.go', all]]) }, looked), undefined);
  });

  it('does not touch a file with an import whose name its path does not tell', () => {
    const text = source.replace('"os"', '"example.com/system"');
    const all = declared('/p/a.go', text);
    const looked = all.filter(({ names }) => names.includes('Near'));
    const package_ = { texts: new Map([['/p/a.go', text]]), declared: new Map([['/p/a.go', all]]) };
    assert.deepEqual([...(stubbed(package_, looked) ?? [])], []);
  });
});

/** The symbol of a function that is not generic: `encoding/json.(*Decoder).Decode`. */
function symbolOf(importPath: string, { signature }: Declared): string {
  const [, receiver, name] = /^func (?:\((?:\w+ )?(\*?\w+)\) )?(\w+)/m.exec(signature)!;
  const type = receiver?.startsWith('*') ? `(${receiver}).` : receiver ? `${receiver}.` : '';
  return `${importPath}.${type}${name}`;
}

/** What the compiler said of one function: decisions on its lines, and calls in its code. */
function saidOf(
  records: PackageRecords,
  importPath: string,
  file: string,
  all: DeclaredIn,
  one: Declared,
): { decisions: string | undefined; calls: unknown } {
  const decisions = records
    .decided(file, (line) => {
      const part = all.find(({ first, last }) => first <= line && line <= last);
      return part && { part, first: part.first };
    })
    .get(one);
  const family = [...records.family(symbolOf(importPath, one))].sort();
  return { decisions, calls: family.map((symbol) => [symbol, [...records.callees(symbol)].sort()]) };
}

describe('of a function the compiler says what it says of it in the whole package', () => {
  for (const importPath of ['encoding/json', 'text/template', 'encoding/xml', 'bufio'])
    it(importPath, async (t) => {
      const folder = path.join(
        execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim(),
        'src',
        importPath,
      );
      const host = { logger: nullLogger, trust: new TrustGate(true) };
      const builds = new Builds(host, trustedRunner);
      t.after(() => builds.dispose());
      const never = new AbortController().signal;
      const [first] = execFileSync('go', ['list', '-f', '{{index .GoFiles 0}}', '.'], {
        cwd: folder,
        encoding: 'utf8',
      }).split('\n');
      const unit = await builds.locate(path.join(folder, first!), new Map(), testSettings(), never);
      if (unit instanceof NotCompiled) throw new Error(unit.why);
      await builds.run(unit, new Map(), never, { exports: true });
      const plan = (await builds.plan(unit, folder, new Map(), never))!;
      const compile = plan.compiles.get('package')!;
      const run = (files: ReadonlyMap<string, string>): Promise<DirectResult> =>
        builds.direct(
          { toolchain: unit.toolchain, unit: unit.unit, plan, compile, files, wanted: 'all' },
          never,
        );
      const texts = new Map(compile.files.map((file) => [file, readFileSync(file, 'utf8')]));
      const all = new Map([...texts].map(([file, text]) => [file, declared(file, text)]));
      const whole = await run(new Map());
      const functions = [...all].flatMap(([file, own]) =>
        own
          .filter(({ kind, generic, names }) => kind === 'function' && !generic && names.length > 0)
          .map((one) => ({ file, own, one })),
      );
      // Evenly over the package; all of them are compared by hand when the mechanism changes (STUBS=1).
      const step = process.env['STUBS'] ? 1 : Math.ceil(functions.length / 6);
      let compared = 0;
      for (let i = 0; i < functions.length; i += step) {
        const { file, own, one } = functions[i]!;
        const files = stubbed({ texts, declared: all }, [one]);
        if (!files) continue;
        const result = await run(files);
        assert.deepEqual(result.errors, [], one.signature);
        assert.deepEqual(
          saidOf(result.records, importPath, file, own, one),
          saidOf(whole.records, importPath, file, own, one),
          one.signature,
        );
        compared++;
      }
      assert.ok(compared >= 3, String(compared));
    });
});
