import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { findGo } from '../../../server/src/go/plan/toolchain';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { parseSettings } from '../../../server/src/service/settings';
import { testEngine } from '../../support/go';
import { writeModule } from '../../support/go-module';

const moduleText = 'module example.com/m\n\ngo 1.21\n';
const source = 'package m\n\nvar Keep []int\n\nfunc F(n int) {\n\tKeep = make([]int, n)\n}\n';
/** A function with a fix that the compiler has to check. */
const fixable = `package m

func Double(xs []int) []int {
	var out []int
	for _, x := range xs {
		out = append(out, 2*x)
	}
	return out
}
`;

interface World {
  readonly files: Record<string, string>;
  /** Which of them is looked at. */
  readonly at?: string;
  readonly environment?: (root: string) => Record<string, string>;
  /** The body of a shell script that stands for the go command; `$GO` is the real one. */
  readonly go?: string;
}

/** The last word about a file of the module. */
async function analyse(
  t: TestContext,
  { files, at = 'a.go', environment, go }: World,
): Promise<FileAnalysis> {
  const root = writeModule(t, { 'go.mod': moduleText, ...files });
  let command = '';
  if (go !== undefined) {
    command = path.join(root, 'bin', 'go');
    mkdirSync(path.dirname(command));
    const real = (await findGo()).path;
    writeFileSync(command, `#!/bin/sh\nGO='${real}'\nROOT='${root}'\n${go}\n`);
    chmodSync(command, 0o755);
  }
  const engine = await testEngine();
  t.after(() => engine.dispose());
  const section = { show: 'all', go: { path: command, environment: environment?.(root) ?? {} } };
  const document = { path: path.join(root, at), languageId: 'go', version: 1, text: files[at]! };
  const all: FileAnalysis[] = [];
  await engine.analyse(
    {
      document,
      buffers: new Map([[document.path, document]]),
      settings: parseSettings(section, undefined).settings,
    },
    (some) => all.push(...some),
    new AbortController().signal,
  );
  return all.filter((file) => file.path === document.path).at(-1)!;
}

const posix = { skip: process.platform === 'win32' && 'the go command is a shell script' };

describe('a go command that fails as a whole is quoted', () => {
  const worlds: Record<string, World & { readonly says: RegExp }> = {
    'without a build cache': {
      files: { 'a.go': source },
      environment: () => ({ GOCACHE: 'off' }),
      says: /^Only the syntax was analysed\. The go command failed in .*: build cache is disabled by GOCACHE=off/,
    },
    'with a build cache where no folder can be': {
      files: { 'a.go': source, file: '' },
      environment: (root) => ({ GOCACHE: path.join(root, 'file', 'cache') }),
      says: /^Only the syntax was analysed\. The go command failed in .*: failed to initialize build cache/,
    },
    'with a go.mod that cannot be read': {
      files: { 'a.go': source, 'go.mod': 'module m\n\nnonsense\n' },
      says: /^Only the syntax was analysed\. The go command failed in .*go\.mod:3: unknown directive: nonsense/,
    },
    'with a go.work that names no folder': {
      files: { 'a.go': source, 'go.work': 'go 1.21\n\nuse ./absent\n' },
      says: /^Only the syntax was analysed\. The go command failed in .*absent/,
    },
    'with a vendor folder of another go.mod': {
      files: {
        'a.go': source,
        'go.mod': `${moduleText}\nrequire dep.test/lib v1.0.0\n`,
        'vendor/modules.txt': '# other.test/lib v1.0.0\n## explicit\n',
      },
      says: /^Only the syntax was analysed\. The go command failed in .*: inconsistent vendoring in .*dep\.test\/lib@v1\.0\.0/,
    },
    'with unknown flags in GOFLAGS': {
      files: { 'a.go': source },
      environment: () => ({ GOFLAGS: '-nonsense' }),
      says: /^Only the syntax was analysed\. The go command failed in .*unknown flag -nonsense/,
    },
  };
  for (const [name, { says, ...world }] of Object.entries(worlds)) {
    it(name, async (t) => {
      const { notes, findings } = await analyse(t, world);
      assert.deepEqual(
        notes.map(({ message }) => says.test(message)),
        [true],
        JSON.stringify(notes),
      );
      assert.doesNotMatch(notes[0]!.message, /build constraints|accounted for/);
      assert.ok(
        findings.every(({ fixes }) => fixes.every(({ verification }) => verification === 'unverified')),
      );
    });
  }

  const scripts: Record<string, { readonly go: string; readonly says: RegExp }> = {
    'that says nothing': {
      go: 'case "$1" in list) exit 3;; esac; exec "$GO" "$@"',
      says: /it gave no reason/,
    },
    'that somebody ends': {
      go: 'case "$*" in *-export*) kill -KILL $$;; esac; exec "$GO" "$@"',
      says: /failed in .* \(ended by SIGKILL\): it gave no reason/,
    },
    'that panics': {
      go: 'case "$*" in *-export*) echo "panic: out of luck" >&2; exit 2;; esac; exec "$GO" "$@"',
      says: /failed in .*: panic: out of luck/,
    },
    'that is another program': {
      go: 'echo "go: no such game" >&2; exit 1',
      says: /failed in .*: no such game\./,
    },
    'that writes a book': {
      go: 'case "$*" in *-export*) yes "a long reason that repeats itself" | head -c 900000 >&2; exit 1;; esac; exec "$GO" "$@"',
      says: /^.{100,1400}$/,
    },
  };
  for (const [name, { go, says }] of Object.entries(scripts)) {
    it(name, posix, async (t) => {
      const { notes } = await analyse(t, { files: { 'a.go': source }, go });
      assert.equal(notes.length, 1);
      assert.match(notes[0]!.message, says);
    });
  }
});

describe('a file that was not compiled says what is known about it', () => {
  const worlds: Record<string, World & { readonly says: RegExp }> = {
    'a module that is not at hand: what to do': {
      files: {
        'a.go': 'package m\n\nimport _ "dep.test/lib"\n',
        'go.mod': `${moduleText}\nrequire dep.test/lib v1.0.0\n`,
        'go.sum':
          'dep.test/lib v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\ndep.test/lib v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n',
      },
      says: /GOPROXY=off\. AllocLens downloads nothing: run “go mod download” in .+\.$/,
    },
    'a build constraint': {
      files: { 'a.go': `//go:build plan9 && windows\n\n${source}`, 'b.go': 'package m\n' },
      says: /: build constraints or its name leave this file out of the build\.$/,
    },
    'a name for another system': {
      files: { 'a_plan9.go': source, 'b.go': 'package m\n' },
      at: 'a_plan9.go',
      says: /: build constraints or its name leave this file out of the build\.$/,
    },
    'a build constraint, in a package that does not compile': {
      files: { 'a.go': `//go:build plan9 && windows\n\n${source}`, 'b.go': 'package m\n\nvar x int = ""\n' },
      says: /: build constraints or its name leave this file out of the build\.$/,
    },
    'an error of the compiler': {
      files: { 'a.go': source, 'b.go': 'package m\n\nvar x int = ""\n' },
      says: /: the package does not compile\. b\.go:3: cannot use ""/,
    },
    'an import that does not exist': {
      files: { 'a.go': 'package m\n\nimport _ "example.com/m/absent"\n' },
      says: /: the package does not compile\. a\.go:3: .*example\.com\/m\/absent/,
    },
    'a package clause of another package': {
      files: { 'a.go': source, 'b.go': 'package other\n' },
      says: /: the package does not compile\. .*found packages m \(a\.go\) and other \(b\.go\)/,
    },
  };
  for (const [name, { says, ...world }] of Object.entries(worlds)) {
    it(name, async (t) => {
      const { notes } = await analyse(t, world);
      assert.equal(notes.length, 1, JSON.stringify(notes));
      assert.match(notes[0]!.message, says);
    });
  }

  it('a compiled file has no note', async (t) => {
    assert.deepEqual((await analyse(t, { files: { 'a.go': source } })).notes, []);
  });
});

describe('a go command that fails while fixes are checked', () => {
  it('checks them when it does not', async (t) => {
    const { findings, notes } = await analyse(t, { files: { 'a.go': fixable } });
    assert.ok(findings.some(({ fixes }) => fixes.some(({ verification }) => verification === 'checked')));
    assert.deepEqual(
      notes.filter(({ kind }) => kind !== 'withheld fix'),
      [],
    );
  });

  it('leaves the findings, offers no fix that nobody checked, and says so', posix, async (t) => {
    const go = `case "$*" in *-export*)
  if [ -e "$ROOT/compiled" ]; then echo "go: no space left on device" >&2; exit 1; fi
  touch "$ROOT/compiled";;
esac
exec "$GO" "$@"`;
    const { findings, notes } = await analyse(t, { files: { 'a.go': fixable }, go });
    assert.deepEqual([...new Set(findings.map(({ ruleId }) => ruleId))], ['go/preallocate-slice']);
    assert.deepEqual(
      findings.flatMap(({ fixes }) => fixes),
      [],
    );
    assert.deepEqual(
      notes.map(({ message }) => message.replace(/ in \/.*?:/, ':')),
      ['Not all fixes were checked. The go command failed: no space left on device.'],
    );
  });
});
