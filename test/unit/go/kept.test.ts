/** A scan of what was scanned before reads what was found then; whatever that rests on makes it anew. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createGoEngine } from '../../../server/src/go/engine';
import { nullLogger } from '../../../server/src/host/logger';
import { ResultStore } from '../../../server/src/host/result-store';
import { TrustGate } from '../../../server/src/host/trust';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { parseSettings, type Settings } from '../../../server/src/service/settings';
import { grammar } from '../../support/go';
import { writeModule } from '../../support/go-module';

/** `p` depends on `dep`, and its loop has a fix. */
const files = {
  'go.mod': 'module example.com/m\n\ngo 1.24\n',
  'p/p.go':
    'package p\n\nimport "example.com/m/dep"\n\nfunc Names(xs []dep.Name) []string {\n\tvar out []string\n\tfor _, x := range xs {\n\t\tout = append(out, x.Text())\n\t}\n\treturn out\n}\n',
  'p/p_windows.go': 'package p\n',
  'p/p_test.go': 'package p\n\nvar kept = Names(nil)\n',
  'p/x_test.go': 'package p_test\n\nimport "example.com/m/p"\n\nvar kept = p.Names(nil)\n',
  'dep/dep.go': 'package dep\n\ntype Name []byte\n\nfunc (n Name) Text() string { return string(n) }\n',
};

interface Scanned {
  readonly files: readonly FileAnalysis[];
  /** The folders of the files, relative to the module's and each once, in the order in which they were told. */
  readonly told: readonly string[];
  /** How often packages were compiled. */
  readonly compiles: number;
}

interface Options {
  readonly section?: Record<string, unknown>;
  readonly environment?: Record<string, string>;
  readonly trusted?: boolean;
  readonly folders?: readonly string[];
}

class Module {
  readonly home: string;
  readonly root: string;

  constructor(t: TestContext, more: Record<string, string> = {}) {
    this.root = writeModule(t, { ...files, ...more });
    this.home = writeModule(t, {});
  }

  write(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.root, name)), { recursive: true });
    writeFileSync(path.join(this.root, name), text);
  }

  get results(): string[] {
    return readdirSync(path.join(this.home, 'results'));
  }

  /** Another process, as far as an engine can tell. */
  async scan({
    section = {},
    environment = {},
    trusted = true,
    folders = ['p', 'dep'],
  }: Options = {}): Promise<Scanned> {
    let compiles = 0;
    const debug = (message: string): void => {
      if (/: go list .*-gcflags/.test(message)) compiles++;
    };
    const host = { logger: { ...nullLogger, debug }, trust: new TrustGate(trusted) };
    const engine = await createGoEngine(host, { grammar });
    const store = await ResultStore.open('build', nullLogger, this.home);
    const settings: Settings = parseSettings(
      { show: 'all', ...section, go: { environment: { GOTOOLCHAIN: 'local', ...environment } } },
      undefined,
    ).settings;
    const found: FileAnalysis[] = [];
    try {
      const directories = folders.map((folder) => path.join(this.root, folder));
      const { signal } = new AbortController();
      await engine.scan({ directories, settings, store }, (some) => found.push(...some), signal);
      await store?.tidy();
    } finally {
      await engine.dispose();
    }
    const told = [...new Set(found.map((file) => path.relative(this.root, path.dirname(file.path))))];
    const sorted = found.sort((a, b) => (a.path < b.path ? -1 : 1));
    // As they are printed: what is undefined is not there.
    return { files: JSON.parse(JSON.stringify(sorted)) as FileAnalysis[], told, compiles };
  }
}

const fixes = ({ files }: Scanned): string[] =>
  files.flatMap(({ findings }) => findings.flatMap((finding) => finding.fixes.map(({ title }) => title)));

describe('a second scan', () => {
  it('compiles packages behind what they import', async (t) => {
    const module = new Module(t, {
      'a/a.go': 'package a\n\nimport "example.com/m/p"\n\nvar Kept = p.Names(nil)\n',
    });
    assert.deepEqual((await module.scan({ folders: ['a', 'p', 'dep'] })).told, ['dep', 'p', 'a']);
  });

  it('says the same and compiles nothing', async (t) => {
    const module = new Module(t);
    const first = await module.scan();
    assert.ok(first.compiles > 0);
    assert.ok(fixes(first).length > 0);
    const second = await module.scan();
    assert.equal(second.compiles, 0);
    assert.deepEqual(second.files, first.files);
    assert.equal(second.files.length, 5);
  });

  it('compiles only what has changed, and what depends on it', async (t) => {
    const module = new Module(t);
    await module.scan();
    module.write('p/p.go', files['p/p.go'].replace('out = append', '\n\t\tout = append'));
    const changed = await module.scan();
    assert.equal(changed.compiles > 0, true);
    assert.equal((await module.scan()).compiles, 0);
    // And what was there before is still known.
    module.write('p/p.go', files['p/p.go']);
    assert.equal((await module.scan()).compiles, 0);
  });

  const stale: readonly [string, (module: Module) => Options | void][] = [
    ['a file', (module) => module.write('p/p.go', `${files['p/p.go']}\nfunc more() {}\n`)],
    [
      'a file that is new',
      (module) => module.write('p/q.go', 'package p\n\nfunc More(n int) []int { return make([]int, n) }\n'),
    ],
    ['a file that is gone', ({ root }) => rmSync(path.join(root, 'p/p_windows.go'))],
    [
      'a file that the build leaves out',
      (module) => module.write('p/p_windows.go', 'package p\n\nvar left []int\n'),
    ],
    ['a test', (module) => module.write('p/p_test.go', 'package p\n\nvar kept = Names(nil)[:0]\n')],
    ['an external test', (module) => module.write('p/x_test.go', 'package p_test\n\nvar kept []int\n')],
    [
      'a body in a dependency',
      (module) => module.write('dep/dep.go', files['dep/dep.go'].replace('string(n)', '"x" + string(n)')),
    ],
    ['the language version', (module) => module.write('go.mod', 'module example.com/m\n\ngo 1.23\n')],
    ['GOFLAGS', () => ({ environment: { GOFLAGS: '-trimpath' } })],
    ['build tags', () => ({ environment: { GOFLAGS: '-tags=extra' } })],
    ['the platform', () => ({ environment: { GOARCH: 'arm64' } })],
    ['what is shown', () => ({ section: { show: 'hot' } })],
    ['a rule', () => ({ section: { rules: { 'go/preallocate-slice': 'off' } } })],
  ];
  for (const [what, change] of stale)
    it(`makes anew what was found before a change of ${what}`, async (t) => {
      const module = new Module(t);
      await module.scan({ folders: ['p'] });
      const options = change(module) ?? {};
      const kept = module.results.length;
      assert.ok(kept > 0);
      const again = await module.scan({ ...options, folders: ['p'] });
      assert.ok(again.compiles > 0, 'nothing was compiled');
      assert.ok(module.results.length > kept, 'nothing was kept of it');
    });

  it('asks again what other packages make of a fix, when one of them has changed', async (t) => {
    const folders = ['internal/a'];
    const user = (literal: string): string =>
      `package b\n\nimport "example.com/m/internal/a"\n\nfunc Two() a.Pair { return a.Pair{${literal}} }\n`;
    const module = new Module(t, {
      'internal/a/a.go':
        'package a\n\ntype Pair struct {\n\tA bool\n\tN int64\n\tB bool\n}\n\nfunc New() *Pair { return &Pair{N: 1} }\n',
      'b/b.go': user('N: 2'),
    });
    const first = await module.scan({ folders });
    assert.equal(fixes(first).length, 1);
    const second = await module.scan({ folders });
    assert.equal(second.compiles, 0);
    assert.deepEqual(second.files, first.files);
    module.write('b/b.go', user('true, 2, false'));
    assert.deepEqual(fixes(await module.scan({ folders })), []);
    module.write('b/b.go', user('N: 2'));
    const fourth = await module.scan({ folders });
    assert.equal(fourth.compiles, 0);
    assert.deepEqual(fourth.files, first.files);
  });

  it('makes anew what was damaged', async (t) => {
    const module = new Module(t);
    const first = await module.scan();
    for (const name of module.results) writeFileSync(path.join(module.home, 'results', name), 'not packed');
    const second = await module.scan();
    assert.ok(second.compiles > 0);
    assert.deepEqual(second.files, first.files);
    assert.equal((await module.scan()).compiles, 0);
  });

  it('may run beside others', async (t) => {
    const module = new Module(t);
    const [a, b] = await Promise.all([module.scan(), module.scan()]);
    assert.deepEqual(a.files, b.files);
    const third = await module.scan();
    assert.equal(third.compiles, 0);
    assert.deepEqual(third.files, a.files);
  });
});

describe('nothing is kept', () => {
  const notKept: readonly [string, Record<string, string>, Options][] = [
    ['of what does not compile', { 'p/broken.go': 'package p\n\nvar x int = "y"\n' }, {}],
    ['of tests that do not compile', { 'p/p_test.go': 'package p\n\nvar x int = "y"\n' }, {}],
    ['in an untrusted workspace', {}, { trusted: false }],
    [
      'where a profile is compiled in',
      {
        'p/main.go': 'package p\n',
        'cmd/main.go': 'package main\n\nimport _ "example.com/m/p"\n\nfunc main() {}\n',
        'cmd/default.pgo': '',
      },
      { folders: ['cmd'] },
    ],
  ];
  for (const [when, more, options] of notKept)
    it(when, async (t) => {
      const module = new Module(t, more);
      await module.scan({ folders: ['p'], ...options });
      assert.deepEqual(module.results, []);
    });

  it('of packages with cgo, nor of those that import one', async (t) => {
    const module = new Module(t, { 'dep/c.go': 'package dep\n\nimport "C"\n\nvar c C.int\n' });
    await module.scan({ folders: ['p', 'dep'], environment: { CGO_ENABLED: '1' } });
    assert.deepEqual(module.results, []);
  });

  it('of texts that are not saved', async (t) => {
    const module = new Module(t);
    const engine = await createGoEngine({ logger: nullLogger, trust: new TrustGate(true) }, { grammar });
    t.after(() => engine.dispose());
    const file = path.join(module.root, 'p/p.go');
    const text = `${files['p/p.go']}\nvar unsaved []int\n`;
    const store = await ResultStore.open('build', nullLogger, module.home);
    const settings = parseSettings({ go: { environment: { GOTOOLCHAIN: 'local' } } }, undefined).settings;
    await engine.scan(
      {
        directories: [path.dirname(file)],
        buffers: new Map([[file, { path: file, languageId: 'go', version: 3, text }]]),
        settings,
        store,
      },
      () => {},
      new AbortController().signal,
    );
    assert.deepEqual(module.results, []);
  });
});
