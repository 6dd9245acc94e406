import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { findGo } from '../../../server/src/go/plan/toolchain';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { parseSettings } from '../../../server/src/service/settings';
import { testEngine } from '../../support/go';
import { writeModule } from '../../support/go-module';

const source = `package m

func Double(xs []int) []int {
	var out []int
	for _, x := range xs {
		out = append(out, 2*x)
	}
	return out
}
`;

/** A module, and a go command that does as the script says; `$GO` is the real one, `$ROOT` the module. */
async function world(t: TestContext, script: string, options: { idle?: number; meanwhile?: number }) {
  const root = writeModule(t, { 'go.mod': 'module example.com/m\n\ngo 1.21\n', 'a.go': source });
  const command = path.join(root, 'bin', 'go');
  mkdirSync(path.dirname(command));
  writeFileSync(
    command,
    `#!/bin/sh\nGO='${(await findGo()).path}'\nROOT='${root}'\n${script}\nexec "$GO" "$@"\n`,
  );
  chmodSync(command, 0o755);
  const { idle = 60_000, meanwhile } = options;
  const engine = await testEngine({
    patience: { idle, silent: 60_000 },
    ...(meanwhile !== undefined && { meanwhile }),
  });
  t.after(() => engine.dispose());
  const { settings } = parseSettings({ show: 'all', go: { path: command } }, undefined);
  return {
    root,
    /** What is published for a.go, one after the other. */
    async analyse(version = 1): Promise<FileAnalysis[]> {
      const file = path.join(root, 'a.go');
      const document = { path: file, languageId: 'go', version, text: source };
      const all: FileAnalysis[] = [];
      await engine.analyse(
        { document, buffers: new Map([[file, document]]), settings },
        (files) => all.push(...files.filter(({ path }) => path === file)),
        new AbortController().signal,
      );
      return all;
    },
  };
}

const texts = ({ notes }: FileAnalysis): string[] => notes.map(({ message }) => message);
const linux = { skip: process.platform !== 'linux' && 'only Linux tells processor time' };
const sleeping = {
  'go env': 'case "$1" in env) sleep 600;; esac',
  'go list': 'case "$*" in *-export*) sleep 600;; esac',
};

describe('a go command that hangs', () => {
  for (const [command, script] of Object.entries(sleeping)) {
    it(
      `in \`${command}\`: the syntax is shown meanwhile, then a sentence says what happened`,
      linux,
      async (t) => {
        const { analyse } = await world(t, script, { idle: 1500, meanwhile: 200 });
        const [first, last, ...more] = await analyse();
        assert.deepEqual(more, []);
        assert.deepEqual(texts(first!), ['Only the syntax was analysed. The Go compiler is still at work.']);
        assert.equal(first!.findings.length, 1);
        assert.deepEqual(first!.findings[0]!.fixes, []);
        assert.equal(last!.findings.length, 1);
        assert.match(
          texts(last!).join(),
          /^Only the syntax was analysed\. “go” in .* was ended: it has neither written nor computed anything for 1\.5 seconds/,
        );
      },
    );
  }

  it('once: the next analysis asks again', linux, async (t) => {
    const script = 'if [ ! -e "$ROOT/asked" ]; then touch "$ROOT/asked"; sleep 600; fi';
    const { analyse } = await world(t, script, { idle: 1500 });
    assert.match(texts((await analyse()).at(-1)!).join(), /was ended/);
    assert.deepEqual(texts((await analyse(2)).at(-1)!), []);
  });

  it('while fixes are checked: the findings stay', linux, async (t) => {
    const script = `case "$*" in *-export*)
  if [ -e "$ROOT/compiled" ]; then sleep 600; fi
  touch "$ROOT/compiled";;
esac`;
    const { analyse, root } = await world(t, script, { idle: 4000 });
    const last = (await analyse()).at(-1)!;
    assert.ok(existsSync(path.join(root, 'compiled')));
    assert.equal(last.findings.length, 1);
    assert.deepEqual(last.findings[0]!.fixes, []);
    assert.match(texts(last).join(), /^Not all fixes were checked\. “go” in .* was ended/);
  });
});

describe('a go command that is slow', () => {
  const slow = 'case "$*" in *-export*) sleep 2;; esac';

  it(
    'the syntax is shown until the first compile has ended',
    { skip: process.platform === 'win32' },
    async (t) => {
      const { analyse } = await world(t, slow, { meanwhile: 200 });
      const [first, second, ...rest] = await analyse();
      assert.match(texts(first!).join(), /still at work/);
      assert.deepEqual(texts(second!), []);
      assert.ok(rest.length > 0);
      assert.equal(rest.at(-1)!.findings[0]!.fixes[0]!.verification, 'checked');
    },
  );

  it(
    'nothing that the compiler said is taken back during the next',
    { skip: process.platform === 'win32' },
    async (t) => {
      const { analyse } = await world(t, slow, { meanwhile: 200 });
      await analyse();
      for (const published of await analyse(2)) assert.deepEqual(texts(published), []);
    },
  );

  it('nothing is said of a compile that is quick', { skip: process.platform === 'win32' }, async (t) => {
    const { analyse } = await world(t, '', { meanwhile: 60_000 });
    for (const published of await analyse()) assert.deepEqual(texts(published), []);
  });
});
