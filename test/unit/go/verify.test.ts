import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { Finding, Note } from '../../../rules/model';
import type { GoFile, GoFix, GoRule } from '../../../rules/go/rule';
import { createGoEngine } from '../../../server/src/go/engine';
import { nullLogger } from '../../../server/src/host/logger';
import { TrustGate } from '../../../server/src/host/trust';
import { grammar, testSettings } from '../../support/go';

type Files = Readonly<Record<string, string>>;

/** Where a text stands in a file, the nth time. */
function at(file: GoFile, text: string, nth = 0): { start: number; end: number } {
  let start = file.text.indexOf(text);
  for (let i = 0; i < nth; i++) start = file.text.indexOf(text, start + 1);
  assert.ok(start >= 0, text);
  return { start, end: start + text.length };
}

/** The function declaration with the name. */
function functionAt(file: GoFile, name: string): { start: number; end: number } {
  const node = file.root.namedChildren.find((child) => child.childForFieldName('name')?.text === name)!;
  return { start: node.startIndex, end: node.endIndex };
}

/** A fix that replaces one text by another and claims nothing, unless `more` says otherwise. */
function replace(file: GoFile, from: string, to: string, more: Partial<GoFix> = {}): GoFix {
  return {
    title: `Replace ${from}`,
    kind: 'safe',
    edits: [{ file: file.path, span: at(file, from), newText: to }],
    ...more,
  };
}

/** A rule that reports the package clause of a.go once for each fix. */
function ruleOf(fixes: (file: GoFile) => readonly GoFix[]): GoRule {
  return {
    meta: {
      id: 'go/test',
      summary: 'test',
      fix: 'safe',
      recipe: 'Do it by hand',
      reports: 'bug',
      sample: 'test',
    },
    check(file, report) {
      if (!file.path.endsWith('/a.go')) return;
      for (const fix of fixes(file)) {
        report({
          node: file.root.namedChild(0)!,
          message: fix.title,
          allocation: { kind: 'make', cost: 'always', reason: 'test', evidence: [] },
          fixes: [fix],
        });
      }
    },
  };
}

interface Result {
  readonly findings: readonly Finding[];
  /** Title of the offered fix by the finding's message; undefined when it was withheld. */
  readonly offered: Readonly<Record<string, string | undefined>>;
  readonly notes: readonly Note[];
  /** Runs of `go list -export`, the first compile included. */
  readonly compiles: number;
}

/** Lays out a module, analyses its root package `times` times with one engine, gives the last result. */
async function analyse(
  files: Files,
  fixes: (file: GoFile) => readonly GoFix[],
  options: { trusted?: boolean; times?: number; toolchain?: string } = {},
): Promise<Result> {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'alloclens-verify-')));
  let compiles = 0;
  const logger = {
    ...nullLogger,
    debug: (message: string) => {
      if (message.includes(' list -e -export ')) compiles++;
    },
  };
  const trust = new TrustGate(options.trusted ?? true);
  const engine = await createGoEngine({ logger, trust }, { grammar, rules: [ruleOf(fixes)] });
  try {
    for (const [name, text] of Object.entries({ 'go.mod': 'module example.com/p\n\ngo 1.21\n', ...files })) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), text);
    }
    const findings: Finding[] = [];
    const notes: Note[] = [];
    for (let i = 0; i < (options.times ?? 1); i++) {
      findings.length = notes.length = compiles = 0;
      await engine.scan(
        { directories: [root], settings: testSettings(options.toolchain) },
        (analyses) => {
          for (const analysis of analyses) {
            findings.push(...analysis.findings);
            notes.push(...analysis.notes);
          }
        },
        new AbortController().signal,
      );
    }
    const offered = Object.fromEntries(findings.map(({ message, fixes }) => [message, fixes[0]?.title]));
    return { findings, offered, notes, compiles };
  } finally {
    await engine.dispose();
    await rm(root, { recursive: true, force: true });
  }
}

const buffer = `package p

import "io"

func Copy(w io.Writer, r io.Reader) error {
	buf := make([]byte, 70000)
	n, err := r.Read(buf)
	if err != nil {
		return err
	}
	_, err = w.Write(buf[:n])
	return err
}

func Len(xs []int) (n int) {
	for range xs {
		n++
	}
	return n
}
`;

describe('in a long function', () => {
  test('as many fixes are checked as compiles of it are worth, and one note tells of the others', async () => {
    const long = `package p\n\nvar a, b, c int\n\nfunc f() {\n${'\t// …\n'.repeat(60_000)}\ta = 1\n\tb = 2\n\tc = 3\n}\n`;
    const numbers = (file: GoFile): readonly GoFix[] =>
      ['a = 1', 'b = 2', 'c = 3'].map((text) => replace(file, text, text.replace(/\d/, '4')));
    const { offered, notes, findings } = await analyse({ 'a.go': long }, numbers);
    assert.deepEqual(Object.values(offered), ['Replace a = 1 (compiles)', undefined, undefined]);
    assert.deepEqual(
      notes.map(({ message }) => message),
      [
        'Fixes that were not checked: 2, because their function has so many that compiling it for each would take too long. The hottest came first. Apply those, or divide the function, and look again.',
      ],
    );
    assert.equal(findings[2]?.noFix?.because, 'there are too many in the function to check them all');
  });
});

describe('a fix is offered when', () => {
  test('the changed package compiles, tests included', async () => {
    const { offered } = await analyse({ 'a.go': buffer }, (file) => [replace(file, '70000', '80000')]);
    assert.deepEqual(offered, { 'Replace 70000': 'Replace 70000 (compiles)' });
  });

  test('other allocations of the function stay: the title does not speak for the whole call', async () => {
    const text = `package p

import "fmt"

func Line(line []byte, n int) []byte {
	return append(line, fmt.Sprintf("n=%d", n)...)
}
`;
    const { findings } = await analyse({ 'a.go': text }, (file) => [
      replace(file, 'append(line, fmt.Sprintf("n=%d", n)...)', 'fmt.Appendf(line, "n=%d", n)', {
        claim: { effect: 'removes', within: [functionAt(file, 'Line')], callees: ['fmt.Sprintf'] },
      }),
    ]);
    assert.match(findings[0]!.fixes[0]!.title, /\(verified: 1 → 0 allocations at this place\)$/);
  });

  test('the claimed call is gone: the title has the figures', async () => {
    const { findings } = await analyse({ 'a.go': buffer }, (file) => [
      replace(file, 'buf := make([]byte, 70000)', 'buf := scratch[:]', {
        edits: [
          { file: file.path, span: at(file, 'buf := make([]byte, 70000)'), newText: 'buf := scratch[:]' },
          {
            file: file.path,
            span: { start: file.text.length, end: file.text.length },
            newText: '\nvar scratch [70000]byte\n',
          },
        ],
        claim: { effect: 'moves', within: [functionAt(file, 'Copy')], callees: ['runtime.makeslice'] },
      }),
    ]);
    const fix = findings[0]!.fixes[0]!;
    assert.equal(fix.title, 'Replace buf := make([]byte, 70000) (verified: 1 → 0 allocations per call)');
    assert.deepEqual(
      [fix.kind, fix.verification, fix.allocationsBefore, fix.allocationsAfter],
      ['safe', 'verified', 1, 0],
    );
  });

  test('a probe confirms that the value does not outlive the call', async () => {
    const probe = (file: GoFile, keep: boolean): GoFix['probes'] => [
      {
        states: 'buf does not outlive Copy',
        edits: [
          { file: file.path, span: at(file, '70000'), newText: '64' },
          { file: file.path, span: at(file, 'r.Read(buf)'), newText: 'len(buf), io.EOF' },
          ...(keep ? [] : [{ file: file.path, span: at(file, 'w.Write(buf[:n])'), newText: 'n, err' }]),
        ],
        stays: at(file, 'make([]byte, 70000)'),
      },
    ];
    const claim = { effect: 'runs less', within: [], callees: [] } as const;
    const { offered, notes } = await analyse({ 'a.go': buffer }, (file) => [
      replace(file, '70000', '80000', { title: 'all calls replaced', claim, probes: probe(file, false)! }),
      replace(file, '70000', '90000', { title: 'one call left', claim, probes: probe(file, true)! }),
    ]);
    assert.deepEqual(offered, {
      'all calls replaced': 'all calls replaced (verified)',
      'one call left': undefined,
    });
    assert.match(
      notes[0]!.message,
      /go\/test: the fix “one call left” was withheld: the compiler does not confirm that buf does not outlive Copy/,
    );
    assert.equal(notes[0]!.kind, 'withheld fix');
  });

  test('its obligations hold: they do not change what is measured', async () => {
    const isSlice = { at: 'file' as const, states: 'helper', code: 'func alloclensIsSlice[T any](_ []T) {}' };
    const { offered } = await analyse({ 'a.go': buffer }, (file) => [
      replace(file, 'n++', 'n += 1', {
        obligations: [
          isSlice,
          { at: at(file, 'for range').start, states: 'xs is a slice', code: 'alloclensIsSlice(xs)' },
        ],
        claim: { effect: 'runs less', within: [], callees: [] },
      }),
      replace(file, 'buf := make([]byte, 70000)', 'buf := scratch[:]', {
        edits: [
          { file: file.path, span: at(file, 'buf := make([]byte, 70000)'), newText: 'buf := scratch[:]' },
          {
            file: file.path,
            span: { start: file.text.length, end: file.text.length },
            newText: '\nvar scratch [70000]byte\n',
          },
        ],
        title: 'boxes in an obligation',
        obligations: [
          {
            at: at(file, 'buf := ').start,
            states: 'r is printable',
            code: 'var _ any = r; alloclensFmt.Println(r)',
            imports: { alloclensFmt: 'fmt' },
          },
        ],
        claim: { effect: 'moves', within: [functionAt(file, 'Copy')], callees: ['runtime.makeslice'] },
      }),
    ]);
    assert.equal(offered['Replace n++'], 'Replace n++ (verified)');
    assert.equal(
      offered['boxes in an obligation'],
      'boxes in an obligation (verified: 1 → 0 allocations per call)',
    );
  });
});

describe('a fix is withheld when', () => {
  const refuted: Readonly<Record<string, { files: Files; fix: (file: GoFile) => GoFix; reason: RegExp }>> = {
    'the changed package does not compile': {
      files: { 'a.go': buffer },
      fix: (file) => replace(file, '70000', '"70000"'),
      reason: /the package would not compile: a\.go:6: /,
    },
    'an obligation fails: the ranged value is a channel': {
      files: {
        'a.go': 'package p\n\nfunc F(ch chan int) (n int) {\n\tfor range ch {\n\t\tn++\n\t}\n\treturn n\n}\n',
      },
      fix: (file) =>
        replace(file, 'n++', 'n += 1', {
          obligations: [
            { at: 'file', states: 'helper', code: 'func alloclensIsSlice[T any](_ []T) {}' },
            { at: at(file, 'for range').start, states: 'ch is a slice', code: 'alloclensIsSlice(ch)' },
          ],
        }),
      reason: /it is not certain that ch is a slice: a\.go:\d+: .*does not match \[\]T/,
    },
    'a test file of the package stops compiling': {
      files: {
        'a.go': 'package p\n\nfunc f(n int) int { return n }\n',
        'a_test.go': 'package p\n\nimport "testing"\n\nfunc TestF(t *testing.T) { _ = f(1) }\n',
      },
      fix: (file) => replace(file, 'f(n int) int', 'f(n string) string'),
      reason: /the package would not compile: a_test\.go:5: /,
    },
    'an external test stops compiling': {
      files: {
        'a.go': 'package p\n\nfunc F(n int) int { return n }\n',
        'a_test.go':
          'package p_test\n\nimport (\n\t"testing"\n\n\t"example.com/p"\n)\n\nfunc TestF(t *testing.T) { _ = p.F(1) }\n',
      },
      fix: (file) => replace(file, 'F(n int) int', 'F(n string) string'),
      reason: /would not compile: a_test\.go:9: /,
    },
    'an exported change breaks an interface in another package': {
      files: {
        'a.go': 'package p\n\ntype V struct{ n [64]byte }\n\nfunc (v V) Get() byte { return v.n[1] }\n',
        'q/q.go':
          'package q\n\nimport "example.com/p"\n\ntype getter interface{ Get() byte }\n\nvar _ getter = p.V{}\n',
      },
      fix: (file) => replace(file, '(v V) Get', '(v *V) Get'),
      reason: /another package would not compile: q\.go:7: /,
    },
    'the call is still there': {
      files: { 'a.go': buffer },
      fix: (file) =>
        replace(file, '70000', '80000', {
          claim: { effect: 'removes', within: [functionAt(file, 'Copy')], callees: ['runtime.makeslice'] },
        }),
      reason: /the compiler still emits 1 of 1 calls of runtime\.makeslice/,
    },
    'there was no such call': {
      files: { 'a.go': buffer },
      fix: (file) =>
        replace(file, '70000', '80000', {
          claim: { effect: 'removes', within: [functionAt(file, 'Copy')], callees: ['strconv.Itoa'] },
        }),
      reason: /the compiler emits no call of strconv\.Itoa here/,
    },
    'it brings another allocation': {
      files: { 'a.go': buffer },
      fix: (file) =>
        replace(file, 'make([]byte, 70000)', 'new([70000]byte)[:]', {
          claim: { effect: 'removes', within: [functionAt(file, 'Copy')], callees: ['runtime.makeslice'] },
        }),
      reason: /the changed function would call runtime\.(?:newobject|mallocgc)/,
    },
    'its edits overlap': {
      files: { 'a.go': buffer },
      fix: (file) => {
        const edit = { file: file.path, span: at(file, '70000'), newText: '1' };
        return replace(file, '70000', '2', { edits: [edit, { ...edit, newText: '2' }] });
      },
      reason: /edits overlap/,
    },
    'an import that it needs is named like something else in the function': {
      files: { 'a.go': 'package p\n\nfunc F(slices []int) int { return len(slices) }\n' },
      fix: (file) => replace(file, 'len(slices)', 'slices.Max(slices)', { imports: ['slices'] }),
      reason: /name is taken/,
    },
  };
  for (const [name, { files, fix, reason }] of Object.entries(refuted)) {
    test(name, async () => {
      const { findings, notes } = await analyse(files, (file) => [fix(file)]);
      assert.equal(findings.length, 1);
      assert.deepEqual(findings[0]!.fixes, []);
      assert.equal(notes.length, 1, JSON.stringify(notes));
      assert.match(notes[0]!.message, reason);
    });
  }
});

describe('a fix that nobody could check is a suggestion that says so', () => {
  test('in an untrusted workspace', async () => {
    const { findings, notes } = await analyse(
      { 'a.go': buffer },
      (file) => [replace(file, '70000', '80000')],
      {
        trusted: false,
      },
    );
    const fix = findings[0]!.fixes[0]!;
    assert.equal(fix.title, 'Replace 70000 (not verified: the workspace is not trusted)');
    assert.equal(fix.kind, 'suggestion');
    assert.equal(fix.verification, 'unverified');
    assert.match(notes[0]!.message, /not trusted/);
  });

  test('in a package that does not compile; the note has the first error', async () => {
    const broken = buffer.replace('n++', 'n += "x"');
    const { findings, notes } = await analyse({ 'a.go': broken }, (file) => [
      replace(file, '70000', '80000'),
    ]);
    assert.equal(findings[0]!.fixes[0]!.title, 'Replace 70000 (not verified: the package does not compile)');
    assert.match(notes[0]!.message, /the package does not compile\. a\.go:17: .*string/);
  });
});

describe('compiles are shared', () => {
  const many = (bad: ReadonlySet<number>): [Files, (file: GoFile) => GoFix[]] => {
    const functions = Array.from(
      { length: 12 },
      (_, i) => `func f${i}(n int) int { return n + ${1000 + i} }\n`,
    );
    return [
      { 'a.go': `package p\n\n${functions.join('\n')}` },
      (file) => functions.map((_, i) => replace(file, `${1000 + i}`, bad.has(i) ? '"text"' : `${2000 + i}`)),
    ];
  };

  test('independent fixes need one', async () => {
    const [files, fixes] = many(new Set());
    const { offered, compiles } = await analyse(files, fixes);
    assert.equal(Object.values(offered).filter((title) => title?.endsWith('(compiles)')).length, 12);
    assert.equal(compiles, 2);
  });

  test('wrong ones are told from right ones', async () => {
    const [files, fixes] = many(new Set([3, 7]));
    const { offered, compiles } = await analyse(files, fixes);
    const withheld = Object.keys(offered).filter((name) => offered[name] === undefined);
    assert.deepEqual(withheld, ['Replace 1003', 'Replace 1007']);
    assert.equal(compiles, 3);
  });

  test('what is known is not compiled again', async () => {
    const [files, fixes] = many(new Set([3]));
    const { offered, compiles } = await analyse(files, fixes, { times: 2 });
    assert.equal(offered['Replace 1003'], undefined);
    assert.equal(offered['Replace 1004'], 'Replace 1004 (compiles)');
    assert.equal(compiles, 1);
  });
});
