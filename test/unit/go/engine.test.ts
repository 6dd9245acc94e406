import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { GoRule } from '../../../rules/go/rule';
import type { GoEngine } from '../../../server/src/go/engine';
import type { FileAnalysis, SourceDocument } from '../../../server/src/service/engine';
import { applyEdits } from '../../../server/src/text/edits';
import { testEngine, testSettings } from '../../support/go';

/** Reports every `make` that the compiler keeps on the heap, and without a compiler every one, with a fix. */
const makes: GoRule = {
  meta: {
    id: 'go/makes',
    summary: 'test',
    fix: 'safe',
    recipe: 'Do it by hand',
    reports: 'allocation',
    sample: 'test',
  },
  check(file, report) {
    for (const node of file.root.descendantsOfType('call_expression')) {
      if (node.childForFieldName('function')?.text !== 'make') continue;
      const outcome = file.facts?.decision(node)?.outcome;
      if (file.facts && outcome !== 'heap') continue;
      report({
        node,
        message: `${node.text} ${outcome ?? 'unknown'}`,
        allocation: { kind: 'make', cost: 'always', reason: 'test', evidence: [] },
        fixes: [
          {
            title: 'Clone',
            kind: 'safe',
            edits: [
              {
                file: file.path,
                span: { start: node.startIndex, end: node.endIndex },
                newText: 'slices.Clone([]int(nil))',
              },
            ],
            imports: ['slices'],
            claim: { effect: 'runs less', within: [], callees: [] },
          },
        ],
      });
    }
  },
};

const throwing: GoRule = {
  meta: {
    id: 'go/throws',
    summary: 'test',
    fix: 'none',
    recipe: 'Do it by hand',
    reports: 'bug',
    sample: 'test',
  },
  check() {
    throw new Error('defect');
  },
};

let root: string;
let engine: GoEngine;

before(async () => {
  root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'alloclens-engine-')));
  engine = await testEngine({ rules: [makes] });
});
after(async () => {
  await engine.dispose();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  await rm(root, { recursive: true, force: true });
  await lay({ 'go.mod': 'module example.com/p\n\ngo 1.21\n' });
});

async function lay(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
}

const kept = 'package p\n\nvar Keep []int\n\nfunc F(n int) { Keep = make([]int, n) }\n';
const dropped = 'package p\n\nfunc F() int { xs := make([]int, 3); return len(xs) }\n';

function document(name: string, text: string, version = 1): SourceDocument {
  return { path: path.join(root, name), languageId: 'go', version, text };
}

/** Every publication of one analysis. */
async function publications(
  edited: SourceDocument,
  options: { engine?: GoEngine; others?: readonly SourceDocument[]; signal?: AbortSignal } = {},
): Promise<(readonly FileAnalysis[])[]> {
  const all: (readonly FileAnalysis[])[] = [];
  const buffers = new Map([edited, ...(options.others ?? [])].map((buffer) => [buffer.path, buffer]));
  await (options.engine ?? engine).analyse(
    { document: edited, buffers, settings: testSettings() },
    (files) => all.push(files),
    options.signal ?? new AbortController().signal,
  );
  return all;
}

/** The last word about the file. */
async function analyse(
  edited: SourceDocument,
  others: readonly SourceDocument[] = [],
): Promise<FileAnalysis> {
  const all = (await publications(edited, { others })).flat();
  return all.filter((file) => file.path === edited.path).at(-1)!;
}

const messages = ({ findings }: FileAnalysis): string[] => findings.map(({ message }) => message);
const noteTexts = ({ notes }: FileAnalysis): string[] => notes.map(({ message }) => message);

describe('analyse', () => {
  test('sees the buffer, not the disk', async () => {
    await lay({ 'a.go': dropped });
    assert.deepEqual(messages(await analyse(document('a.go', dropped))), []);
    assert.deepEqual(messages(await analyse(document('a.go', kept, 2))), ['make([]int, n) heap']);
  });

  test('sees a file that is not on disk yet, and other buffers of the package', async () => {
    await lay({ 'a.go': 'package p\n' });
    const other = document('b.go', 'package p\n\nvar Keep []int\n');
    const file = document('a.go', 'package p\n\nfunc F(n int) { Keep = make([]int, n) }\n');
    assert.deepEqual(messages(await analyse(file, [other])), ['make([]int, n) heap']);
  });

  test('sees buffers of other packages of the module', async () => {
    await lay({
      'q/q.go': 'package q\n\nfunc Use(xs []int) int { return len(xs) }\n',
      'a.go': 'package p\n',
    });
    const text = 'package p\n\nimport "example.com/p/q"\n\nfunc F() int { return q.Use(make([]int, 3)) }\n';
    assert.deepEqual(messages(await analyse(document('a.go', text))), []);
    const leaking = document(
      'q/q.go',
      'package q\n\nvar K []int\n\nfunc Use(xs []int) int { K = xs; return 0 }\n',
    );
    assert.deepEqual(messages(await analyse(document('a.go', text), [leaking])), ['make([]int, 3) heap']);
  });

  test('publishes findings first and their checked fixes after, with the version of the text', async () => {
    await lay({ 'a.go': kept });
    // One that has not compiled the folder before.
    // One that has not compiled the folder before.
    const opening = await testEngine({ rules: [makes] });
    const [first, second, ...more] = await publications(document('a.go', kept, 7), { engine: opening });
    await opening.dispose();
    assert.deepEqual(more, []);
    assert.deepEqual(
      first!.map(({ version, findings }) => [version, findings[0]!.fixes.length]),
      [[7, 0]],
    );
    assert.deepEqual(
      second!.map(({ version, findings }) => [version, findings[0]!.fixes[0]!.title]),
      [[7, 'Clone (compiles)']],
    );
  });

  test('covers in-package and external tests', async () => {
    await lay({
      'a.go': kept,
      'a_test.go': 'package p\n\nfunc g(n int) { Keep = make([]int, n) }\n',
      'x_test.go':
        'package p_test\n\nimport "example.com/p"\n\nfunc h(n int) { p.Keep = make([]int, n) }\n\nvar _ = h\n',
    });
    const files = (await publications(document('a.go', kept))).at(-1)!;
    assert.deepEqual(
      files.map((file) => [path.basename(file.path), messages(file).length]),
      [
        ['a.go', 1],
        ['a_test.go', 1],
        ['x_test.go', 1],
      ],
    );
  });

  test('of a package that does not compile: syntax, and one note with the first error', async () => {
    await lay({ 'b.go': 'package p\n\nfunc g() int { return "text" }\n' });
    const file = await analyse(document('a.go', kept));
    assert.deepEqual(messages(file), ['make([]int, n) unknown']);
    assert.equal(file.notes.length, 1);
    assert.match(
      noteTexts(file)[0]!,
      /^Only the syntax was analysed: the package does not compile\. b\.go:3: .*"text"/,
    );
    assert.match(file.findings[0]!.fixes[0]!.title, /not verified: the package does not compile/);
  });

  test('of a package whose tests do not compile: the rest has its facts', async () => {
    await lay({ 'a.go': kept, 'a_test.go': 'package p\n\nvar x int = "text"\n' });
    const file = await analyse(document('a.go', kept));
    assert.deepEqual(messages(file), ['make([]int, n) heap']);
  });

  test('of text that does not parse', async () => {
    const file = await analyse(document('a.go', 'package p\n\nfunc F( { make([]int, }}} \u0000 ` \n'));
    assert.match(noteTexts(file)[0]!, /does not compile/);
  });

  test('of a file that the build leaves out', async () => {
    await lay({ 'a.go': kept });
    const ignored = `//go:build plan9 && windows\n\n${kept.replace('Keep []int', 'Keep2 []int').replace('F(', 'G(')}`;
    const file = await analyse(document('b.go', ignored));
    assert.match(noteTexts(file)[0]!, /leave this file out of the build/);
  });

  test('of a generated file: findings without fixes', async () => {
    const file = await analyse(document('a.go', `// Code generated by hand. DO NOT EDIT.\n\n${kept}`));
    assert.equal(file.findings.length, 1);
    assert.deepEqual(file.findings[0]!.fixes, []);
  });

  test('of a virtual document: nothing is compiled', async () => {
    const file = await analyse({ ...document('a.go', kept), path: 'git:/a.go', virtual: true });
    assert.deepEqual(messages(file), ['make([]int, n) unknown']);
    assert.match(noteTexts(file)[0]!, /not a file on disk/);
  });

  test('in an untrusted workspace: syntax, and a note', async () => {
    const untrusted = await testEngine({ rules: [makes], trusted: false });
    try {
      const all = await publications(document('a.go', kept), { engine: untrusted });
      const file = all.at(-1)![0]!;
      assert.deepEqual(messages(file), ['make([]int, n) unknown']);
      assert.match(noteTexts(file)[0]!, /not trusted/);
      assert.equal(untrusted.toolchain(file.path), undefined);
    } finally {
      await untrusted.dispose();
    }
  });

  test('reports a rule that throws once, and runs the others', async () => {
    const other = await testEngine({ rules: [throwing, makes] });
    try {
      await lay({ 'b.go': 'package p\n' });
      const files = (await publications(document('a.go', kept), { engine: other }))[0]!;
      const notes = files.flatMap(noteTexts);
      assert.deepEqual(notes, ['The rule go/throws failed and was skipped: Error: defect']);
      assert.deepEqual(files.flatMap(messages), ['make([]int, n) heap']);
    } finally {
      await other.dispose();
    }
  });

  test('rejects with AbortError when it is superseded', async () => {
    await lay({ 'a.go': kept });
    const controller = new AbortController();
    const running = publications(document('a.go', kept.replace('F(', 'Superseded(')), {
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(running, { name: 'AbortError' });
  });

  test('ignores what a comment silences', async () => {
    const file = await analyse(document('a.go', kept.replace(' }', ' } //alloclens:ignore go/makes')));
    assert.deepEqual(file.findings, []);
  });

  test('says which toolchain it used', async () => {
    await analyse(document('a.go', kept));
    assert.match(engine.toolchain(path.join(root, 'a.go'))!.version, /^go1\.\d+/);
  });
});

describe('combine', () => {
  test('imports that two fixes need are added once', async () => {
    const text =
      'package p\n\nvar A, B []int\n\nfunc F(n int) {\n\tA = make([]int, n)\n\tB = make([]int, n)\n}\n';
    const edited = document('a.go', text);
    const file = await analyse(edited);
    const fixes = file.findings.flatMap((finding) => finding.fixes);
    assert.equal(fixes.length, 2);
    const request = { document: edited, buffers: new Map(), settings: testSettings() };
    const { edits, applied } = await engine.combine(file, fixes, request, new AbortController().signal);
    assert.equal(applied.length, 2);
    assert.equal(
      applyEdits(text, edits),
      text
        .replace('package p\n', 'package p\n\nimport "slices"\n')
        .replaceAll('make([]int, n)', 'slices.Clone([]int(nil))'),
    );
  });
});

describe('layout', () => {
  const struct = (columns: string): string =>
    `package p\n\ntype t struct {\n\tlong int\n\ta${columns}int\n}\n`;
  const layOut = (before: string, after: string): Promise<readonly string[]> =>
    engine.layOut(
      [{ path: path.join(root, 'a.go'), before, after }],
      testSettings(),
      new AbortController().signal,
    );

  test('gofmt puts right what a fix has moved', async () => {
    const before = struct('    ');
    assert.deepEqual(await layOut(before, before.replace('long', 'longer')), [
      struct('      ').replace('long int', 'longer int'),
    ]);
  });

  test('what gofmt would have changed before the fix stays', async () => {
    const before = struct(' ');
    assert.deepEqual(await layOut(before, `${before}\nvar x = 1 // one\n`), [
      `${before}\nvar x = 1 // one\n`,
    ]);
  });

  test('a text that gofmt cannot read stays', async () => {
    assert.deepEqual(await layOut(struct('    '), 'package p\n\nfunc {'), ['package p\n\nfunc {']);
  });
});

describe('the module cache', () => {
  test('has findings and no fixes: nothing is edited there, and Go would not read an overlay', async () => {
    const name = 'cache/example.com/dep@v1.0.0/a.go';
    await lay({ 'cache/example.com/dep@v1.0.0/go.mod': 'module example.com/dep\n\ngo 1.21\n', [name]: kept });
    const settings = testSettings();
    const environment = { ...settings.go.environment, GOMODCACHE: path.join(root, 'cache') };
    const edited = document(name, kept);
    const seen: FileAnalysis[] = [];
    await engine.analyse(
      {
        document: edited,
        buffers: new Map([[edited.path, edited]]),
        settings: { ...settings, go: { ...settings.go, environment } },
      },
      (files) => seen.push(...files),
      new AbortController().signal,
    );
    const last = seen.at(-1)!;
    assert.deepEqual(messages(last), ['make([]int, n) heap']);
    assert.deepEqual(last.findings[0]!.fixes, []);
    assert.match(noteTexts(last).join(' '), /in the module cache: what is on disk is analysed/);
    assert.doesNotMatch(noteTexts(last).join(' '), /withheld/);
  });
});

/** Turns each `make` into a package-level variable, or a function of the file, always of the same name. */
const sharing = (kind: 'var' | 'method'): GoRule => ({
  ...makes,
  check(file, report, unchecked) {
    makes.check(
      file,
      (found) => {
        const top = file.root.namedChildren.find(
          (node) => node.startIndex <= found.node.startIndex && found.node.endIndex <= node.endIndex,
        )!;
        const newText = kind === 'var' ? 'var shared []int\n\n' : 'func (t T) shared() {}\n\n';
        const fix = found.fixes![0]!;
        report({
          ...found,
          fixes: [
            {
              ...fix,
              imports: [],
              edits: [
                { file: file.path, span: { start: top.startIndex, end: top.startIndex }, newText },
                { ...fix.edits[0]!, newText: kind === 'var' ? 'shared' : '[]int(nil)' },
              ],
            },
          ],
        });
      },
      unchecked,
    );
  },
});

describe('combine: fixes that are right alone and wrong together', () => {
  const text =
    'package p\n\ntype T struct{}\n\nvar A, B []int\n\nfunc F(n int) { A = make([]int, n) }\n\nfunc G(n int) { B = make([]int, n) }\n';
  for (const kind of ['var', 'method'] as const) {
    test(`the second that declares a ${kind} of one name is left out`, async () => {
      const other = await testEngine({ rules: [sharing(kind)] });
      try {
        const edited = document('a.go', text);
        const file = (await publications(edited, { engine: other })).at(-1)![0]!;
        const fixes = file.findings.flatMap((finding) => finding.fixes);
        assert.deepEqual(
          fixes.map(({ title }) => title),
          ['Clone (compiles)', 'Clone (compiles)'],
        );
        const request = { document: edited, buffers: new Map(), settings: testSettings() };
        const { edits, applied } = await other.combine(file, fixes, request, new AbortController().signal);
        assert.deepEqual(applied, fixes.slice(0, 1));
        assert.equal(edits.length, 2);
      } finally {
        await other.dispose();
      }
    });
  }
});

describe('scan', () => {
  test('many packages and modules, each file once', async () => {
    const own = 'module example.com/own\n\ngo 1.21\n';
    await lay({
      'a.go': kept,
      'q/a.go': kept,
      'cmd/a/main.go':
        'package main\n\nfunc main() { f() }\n\nvar k any\n\nfunc f() { k = make([]int, 9) }\n',
      'cmd/b/main.go': 'package main\n\nfunc main() {}\n\nfunc f() int { return len(make([]int, 9)) }\n',
      'own/go.mod': own,
      'own/a.go': kept,
    });
    const seen: string[] = [];
    await engine.scan(
      {
        directories: ['', 'q', 'cmd/a', 'cmd/b', 'empty', 'own'].map((name) => path.join(root, name)),
        settings: testSettings(),
      },
      (files) =>
        seen.push(
          ...files.map(
            (file) => `${path.relative(root, file.path)} ${file.findings.length} ${noteTexts(file).join()}`,
          ),
        ),
      new AbortController().signal,
    );
    assert.deepEqual(seen, ['a.go 1 ', 'q/a.go 1 ', 'cmd/a/main.go 1 ', 'cmd/b/main.go 0 ', 'own/a.go 1 ']);
  });

  test('one broken package does not hide the others', async () => {
    await lay({
      'a.go': kept,
      'bad/a.go': 'package bad\n\nvar x int = ""\n',
      'needs/a.go': 'package needs\n\nimport _ "example.com/p/bad"\n',
    });
    const notes = new Map<string, string[]>();
    await engine.scan(
      { directories: ['', 'bad', 'needs'].map((name) => path.join(root, name)), settings: testSettings() },
      (files) => files.forEach((file) => notes.set(path.relative(root, file.path), noteTexts(file))),
      new AbortController().signal,
    );
    assert.deepEqual(notes.get('a.go'), []);
    assert.match(notes.get('bad/a.go')![0]!, /a\.go:3: /);
    assert.match(notes.get('needs/a.go')![0]!, /does not compile/);
  });
});
