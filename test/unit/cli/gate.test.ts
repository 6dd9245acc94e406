import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setUp } from '../../support/fake-cli';

/** What each kind of finding makes of each level: the exit code. */
const table: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'badalloc() // a warning': { information: 1, hot: 1, warning: 1, error: 0, none: 0 },
  'hotalloc()': { information: 1, hot: 1, warning: 0, error: 0, none: 0 },
  'alloc()': { information: 1, hot: 0, warning: 0, error: 0, none: 0 },
  'coldalloc() // a hint': { information: 0, hot: 0, warning: 0, error: 0, none: 0 },
};

for (const [text, levels] of Object.entries(table)) {
  test(`--fail-on and ${text}: what is reported and what fails are two things`, async (t) => {
    const { alloclens } = setUp(t, { 'a.ts': text });
    assert.equal((await alloclens(['scan', '--show', 'all'])).code, 1);
    for (const [level, expected] of Object.entries(levels)) {
      const { code, out } = await alloclens(['scan', '--show', 'all', '--fail-on', level]);
      assert.equal(code, expected, level);
      assert.match(out, /1 finding in 1 file/);
    }
  });
}

test('a gate does not pass over one file that could not be looked at', async (t) => {
  const { alloclens } = setUp(t, { 'p/a.go': 'package p // syntaxerror', 'b.ts': '', 'c/c.ts': 'crash()' });
  assert.equal((await alloclens(['scan'])).code, 0);
  assert.equal((await alloclens(['scan', '--fail-on', 'none'])).code, 2);
  assert.equal((await alloclens(['scan', '--fail-on', 'error', 'b.ts', 'p'])).code, 2);
  assert.equal((await alloclens(['scan', '--fail-on', 'error', 'b.ts', 'c'])).code, 2);
  assert.equal((await alloclens(['scan', '--fail-on', 'error', 'b.ts'])).code, 0);
});

test('a finding is more than a file that could not be looked at', async (t) => {
  const { alloclens } = setUp(t, { 'p/a.go': 'package p // syntaxerror', 'b.ts': 'badalloc()' });
  assert.equal((await alloclens(['scan', '--fail-on', 'warning'])).code, 1);
});

test('where there is nothing to look at, nothing was measured: exit code 3', async (t) => {
  const { alloclens } = setUp(t, { 'empty/x.txt': '', 'ts/a.ts': 'alloc()' });
  const none: [args: string[], sentence: RegExp][] = [
    [['scan', 'empty'], /^empty has no Go, TypeScript or JavaScript files to analyse/],
    [['scan', 'ts/...'], /^ts has no Go files to analyse/],
    [
      ['scan', 'ts', '--rule', 'go/per-call-buffer'],
      /^The paths hold no file of the language that the rules are about\.$/m,
    ],
  ];
  for (const [args, sentence] of none) {
    for (const more of [[], ['--fail-on', 'none']]) {
      const { code, out, err } = await alloclens([...args, ...more]);
      assert.deepEqual([code, out], [3, '']);
      assert.match(err, sentence);
    }
  }
});
