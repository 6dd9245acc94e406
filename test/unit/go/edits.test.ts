import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { CompiledPackage } from '../../../server/src/go/compile/listed';
import { noOverlay } from '../../../server/src/go/compile/overlay';
import { planFrom } from '../../../server/src/go/compile/plan';
import { compilerCommands } from '../../../server/src/go/plan/commands';
import { headerOf } from '../../../server/src/go/plan/stamp';
import { testSettings } from '../../support/go';
import { GoEditing, type Edited } from '../../support/go-editing';
import { writeModule } from '../../support/go-module';

const sources = {
  'go.mod': 'module example.com/m\n\ngo 1.21\n',
  'p/a.go': `package p

import (
	"strconv"

	"example.com/m/q"
)

func Line(line []byte, n int) []byte {
	return append(line, strconv.Itoa(n+q.N)...)
}
`,
  'p/b.go': 'package p\n\nfunc other(n int) []int { return make([]int, n) }\n',
  'p/b_test.go':
    'package p\n\nimport "testing"\n\nfunc TestOther(t *testing.T) { _ = append(other(1), len(Line(nil, 1))) }\n',
  'p/x_test.go':
    'package p_test\n\nimport (\n\t"testing"\n\n\t"example.com/m/p"\n)\n\nfunc TestLine(t *testing.T) { _ = p.Line(nil, 2) }\n',
  'q/q.go': 'package q\n\nconst N = 1\n',
};

async function open(t: TestContext, files: Record<string, string> = {}): Promise<GoEditing> {
  const editing = await GoEditing.open(writeModule(t, { ...sources, ...files }));
  t.after(() => editing.engine.dispose());
  const first = await editing.edit('p/a.go');
  assert.deepEqual(first.steps.slice(0, 1), ['go list'], 'the go command compiles a package that is opened');
  return editing;
}

const comment = (editing: GoEditing, name = 'p/a.go'): string => `${editing.text(name)}\n// An edit.\n`;

const messages = ({ files }: Edited): string[] =>
  [...files.values()].flatMap((file) => file.notes.map(({ message }) => message));

describe('an edit', () => {
  it('is compiled without the go command: the package, and then its tests', async (t) => {
    const editing = await open(t);
    const { steps, published, files } = await editing.edit('p/a.go', comment(editing));
    assert.deepEqual(
      steps.filter((step) => step !== 'compile'),
      ['plan'],
    );
    // The file that somebody is at comes first, then the others of the package, then what has everything.
    assert.deepEqual(published[0], ['p/a.go']);
    assert.deepEqual(published[1], ['p/a.go', 'p/b.go']);
    assert.deepEqual([...published.at(-1)!].sort(), ['p/a.go', 'p/b.go', 'p/b_test.go', 'p/x_test.go']);
    const fixes = files.get('p/a.go')!.findings.flatMap((finding) => finding.fixes.map(({ title }) => title));
    assert.ok(
      fixes.some((title) => title.includes('(verified')),
      fixes.join(),
    );
    assert.deepEqual(messages({ steps, published, files }), []);
  });

  it('of a body keeps the plan', async (t) => {
    const editing = await open(t);
    await editing.edit('p/a.go', comment(editing));
    const { steps } = await editing.edit('p/a.go', editing.text('p/a.go').replace('n+', 'n-'));
    assert.deepEqual([...new Set(steps)], ['compile']);
  });

  it('of a test compiles the tests alone', async (t) => {
    const editing = await open(t);
    await editing.edit('p/x_test.go', comment(editing, 'p/x_test.go'));
    const { steps, files } = await editing.edit('p/x_test.go', comment(editing, 'p/x_test.go'));
    // What was said of the package's fix holds.
    assert.deepEqual(steps, ['compile']);
    assert.equal(files.size, 4);
  });

  it('that is none compiles nothing', async (t) => {
    const editing = await open(t);
    await editing.edit('p/b.go', comment(editing, 'p/b.go'));
    assert.deepEqual((await editing.edit('p/b.go')).steps, []);
  });

  it('that does not compile is left to the go command, which says why', async (t) => {
    const editing = await open(t);
    const text = editing.text('p/a.go');
    const { steps, files } = await editing.edit('p/a.go', text.replace('return', 'retur'));
    assert.ok(steps.includes('go list'));
    assert.match(files.get('p/a.go')!.notes[0]!.message, /does not compile/);
    const mended = await editing.edit('p/a.go', text);
    assert.deepEqual(messages(mended), []);
  });

  it('that puts right what did not compile needs the go command no more than one before', async (t) => {
    const editing = await open(t);
    const text = editing.text('p/a.go');
    await editing.edit('p/a.go', comment(editing));
    await editing.edit('p/a.go', text.replace('return', 'retur'));
    const mended = await editing.edit('p/a.go', text.replace('n+', 'n-'));
    assert.deepEqual([...new Set(mended.steps)], ['compile']);
    assert.deepEqual(messages(mended), []);
  });

  it('of a package whose tests do not compile is good for the package', async (t) => {
    const editing = await open(t, { 'p/b_test.go': 'package p\n\nfunc broken() int { return other }\n' });
    const { published, files } = await editing.edit('p/a.go', comment(editing));
    assert.match(files.get('p/b_test.go')!.notes[0]!.message, /the tests do not compile/);
    assert.deepEqual(published.at(-1)!.length, 4);
  });

  it('of a package whose generic functions only its tests use waits for them', async (t) => {
    const generic =
      'package p\n\nfunc Twice[T any](n int) []T { return append(make([]T, n), make([]T, n)...) }\n';
    const use =
      'package p\n\nimport "testing"\n\nfunc TestTwice(t *testing.T) { _ = Twice[int](len(t.Name())) }\n';
    const editing = await open(t, {
      'p/b.go': `${generic}\nfunc other(n int) []int { return nil }\n`,
      'p/t_test.go': use,
    });
    const { published, files } = await editing.edit('p/b.go', comment(editing, 'p/b.go'));
    assert.deepEqual(published[0], ['p/b.go']);
    const found = files.get('p/b.go')!.findings.length;
    assert.notEqual(found, 0);
  });
});

describe('a plan is made anew', () => {
  const cases: Record<string, (editing: GoEditing) => string | undefined> = {
    'when imports change': (editing) =>
      editing.text('p/a.go').replace('"strconv"', '"strconv"\n\t_ "strings"'),
    'when a build constraint changes': (editing) => `//go:build !never\n\n${editing.text('p/a.go')}`,
    'when a file is added': (editing) => void editing.save('p/c.go', 'package p\n\nfunc added() {}\n'),
    'when a file is added in the editor alone': (editing) =>
      void editing.hold('p/c.go', 'package p\n\nfunc added() {}\n'),
    'when a file is removed': (editing) => void editing.remove('p/b_test.go'),
    'when a file is renamed': (editing) => {
      editing.save('p/z.go', editing.text('p/b.go'));
      return void editing.remove('p/b.go');
    },
    'when a dependency was saved': (editing) =>
      void editing.save('q/q.go', 'package q\n\nconst N, M = 3, 4\n'),
    'when go.sum changes': (editing) => void editing.save('go.sum', ''),
    'when another file is embedded': (editing) => {
      editing.save('p/x.txt', '');
      return editing
        .text('p/a.go')
        .replace('"strconv"', '"strconv"\n\t_ "embed"')
        .concat('\n//go:embed x.txt\nvar x string\n');
    },
  };
  for (const [name, change] of Object.entries(cases))
    it(name, async (t) => {
      const editing = await open(t);
      await editing.edit('p/a.go', comment(editing));
      const text = change(editing) ?? comment(editing);
      const { steps, files } = await editing.edit('p/a.go', text);
      assert.equal(steps[0], 'plan');
      assert.deepEqual(messages({ steps, files, published: [] }), []);
    });
});

describe('a plan that the go command contradicts', () => {
  it('is given up: an embedded file of another folder is gone', async (t) => {
    const embeds =
      'package p\n\nimport "embed"\n\n//go:embed e\nvar fs embed.FS\n\nfunc other(n int) []int { return make([]int, n) }\n';
    const editing = await open(t, { 'p/b.go': embeds, 'p/e/x.txt': '', 'p/e/y.txt': '' });
    await editing.edit('p/a.go', comment(editing));
    editing.remove('p/e/y.txt');
    assert.deepEqual(messages(await editing.edit('p/a.go', comment(editing))), []);
    const { steps } = await editing.edit('p/a.go', comment(editing));
    assert.ok(!steps.includes('go list'), steps.join());
  });
});

describe('the go command compiles', () => {
  const cases: Record<string, (editing: GoEditing) => string | undefined> = {
    'after a change of go.mod': (editing) => void editing.save('go.mod', 'module example.com/m\n\ngo 1.22\n'),
    'after a change of the settings': (editing) => {
      editing.settings = testSettings('local', {});
      editing.settings = { ...editing.settings, go: { ...editing.settings.go, buildFlags: ['-tags=x'] } };
      return undefined;
    },
    'after a change of the environment': (editing) => {
      const environment = { ...editing.settings.go.environment, GODEBUG: 'gotypesalias=1' };
      editing.settings = { ...editing.settings, go: { ...editing.settings.go, environment } };
      return undefined;
    },
    'while a dependency has unsaved changes that it has not compiled': (editing) =>
      void editing.hold('q/q.go', `package q\n\nconst N, M = 3, ${Date.now()}\n`),
    'what has another package clause': (editing) =>
      editing.text('p/a.go').replace('package p', 'package other'),
    'an import that nothing provides': (editing) =>
      editing.text('p/a.go').replace('"strconv"', '"strconv"\n\t_ "example.com/nowhere"'),
    'a file that the build leaves out': (editing) => `//go:build never\n\n${editing.text('p/a.go')}`,
  };
  for (const [name, change] of Object.entries(cases))
    it(name, async (t) => {
      const editing = await open(t);
      await editing.edit('p/a.go', comment(editing));
      const text = change(editing) ?? comment(editing);
      const { steps } = await editing.edit('p/a.go', text);
      assert.ok(steps.includes('go list'), steps.join());
    });

  it('tests for which it makes another package anew, and the plan for the package stands', async (t) => {
    const editing = await open(t, {
      'r/r.go': 'package r\n\nimport "example.com/m/p"\n\nvar Kept = p.Line(nil, 3)\n',
      'p/x_test.go': 'package p_test\n\nimport "example.com/m/r"\n\nvar kept = r.Kept\n',
    });
    await editing.edit('p/a.go', comment(editing));
    const { steps, files, published } = await editing.edit('p/a.go', comment(editing));
    assert.deepEqual([...new Set(steps)], ['compile', 'go list']);
    assert.deepEqual(published[0], ['p/a.go']);
    assert.deepEqual(messages({ steps, files, published }), []);
  });

  it('packages with assembly', async (t) => {
    const editing = await open(t, {
      'p/b.go': 'package p\n\nfunc other(n int) []int { asm(); return make([]int, n) }\n\nfunc asm()\n',
      'p/b.s': 'TEXT ·asm(SB), 0, $0-0\n\tRET\n',
    });
    const { steps, files } = await editing.edit('p/a.go', comment(editing));
    assert.ok(steps.includes('go list'));
    assert.deepEqual(messages({ steps, files, published: [] }), []);
  });

  it('what the module cache and loose files have', async (t) => {
    const root = writeModule(t, { 'main.go': 'package main\n\nfunc main() {}\n' });
    const editing = await GoEditing.open(root);
    t.after(() => editing.engine.dispose());
    await editing.edit('main.go');
    const { steps } = await editing.edit('main.go', `${editing.text('main.go')}\n// An edit.\n`);
    assert.deepEqual([...new Set(steps)], ['go list']);
  });
});

describe('what go list -n prints', () => {
  it('has the words of each command of the compiler and the texts that are written for it', () => {
    const printed = [
      "cat >$WORK/b001/importcfg << 'EOF' # internal",
      '# import config',
      'packagefile fmt=/cache/fmt-d',
      'EOF',
      "cat >$WORK/b001/embedcfg << 'EOF' # internal",
      '{ "Patterns": {}',
      '}EOF',
      'cd /home/me/p',
      '/go/pkg/tool/compile -o $WORK/b001/_pkg_.a -trimpath "/home/me/p=>x y;$WORK/b001=>" -pack ./a.go "/tmp/b c.go"',
      "echo '# import config' > $WORK/b002/importcfg # internal",
      '/go/pkg/tool/compile -o $WORK/b002/_pkg_.a ./d.go',
      'go tool buildid -w $WORK/b001/_pkg_.a # internal',
    ].join('\n');
    const [first, second, ...others] = compilerCommands(printed);
    assert.deepEqual(others, []);
    assert.equal(first!.folder, '/home/me/p');
    const flags = ['-o', '$WORK/b001/_pkg_.a', '-trimpath', '/home/me/p=>x y;$WORK/b001=>', '-pack'];
    assert.deepEqual(first!.args, [...flags, './a.go', '/tmp/b c.go']);
    assert.equal(
      first!.written.get('$WORK/b001/importcfg'),
      '# import config\npackagefile fmt=/cache/fmt-d\n',
    );
    assert.equal(first!.written.get('$WORK/b001/embedcfg'), '{ "Patterns": {}\n}');
    assert.equal(second!.written.get('$WORK/b002/importcfg'), '# import config\n');
  });

  it('is passed over where it is not understood', () => {
    assert.deepEqual(compilerCommands('/go/compile -o "\\x" ./a.go\ncompile\n\ncat >$WORK/x'), []);
  });
});

describe('a plan', () => {
  const command = (compiler: string): string =>
    `echo '# import config' > $WORK/b001/importcfg\ncd /p\n${compiler} -o $WORK/b001/a -p p -importcfg $WORK/b001/importcfg -x -pack ./a.go`;
  const listed = [{ ImportPath: 'p', Dir: '/p', Name: 'p', GoFiles: ['a.go'] }];
  const pkg = { importPath: 'p', folder: '/p', testFiles: [], externalTestFiles: [] };
  const exports = { files: new Map<string, string>(), imports: new Map<string, Record<string, string>>() };
  const plan = (compiler: string, folder = '/p') => {
    const known = { ...pkg, folder } as unknown as CompiledPackage;
    return planFrom(command(compiler), '-x', listed, known, exports, noOverlay, '/go');
  };

  it('runs the compiler of the toolchain with the flags of the go command, and no other program', () => {
    const { flags, files, compiler } = plan('/go/pkg/tool/linux/compile')!.compiles.get('package')!;
    assert.deepEqual(flags, ['-p', 'p', '-pack']);
    assert.deepEqual(files, ['/p/a.go']);
    assert.equal(compiler, '/go/pkg/tool/linux/compile');
    assert.equal(plan('/p/compile'), undefined);
    assert.equal(plan('/go/pkg/tool/../../../p/compile'), undefined);
  });

  it('is not made for a folder whose name could be taken for commands', () => {
    assert.equal(plan('/go/pkg/tool/linux/compile', '/p\n/x/compile'), undefined);
  });
});

describe('the header of a file', () => {
  it('ends before the first declaration, and has what is embedded', () => {
    const text =
      '// Doc.\npackage p\n\nimport "fmt"\n\n//go:embed a\nvar a string\n\nfunc F() { fmt.Println() }\n';
    assert.equal(headerOf(text), '// Doc.\npackage p\n\nimport "fmt"\n\n//go:embed a\n//go:embed a');
    assert.equal(headerOf('package p\n'), 'package p\n');
  });
});
