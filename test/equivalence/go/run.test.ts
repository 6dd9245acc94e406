import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { assertRunsAlike } from '../../support/go-run';

const scratch = mkdtempSync(path.join(tmpdir(), 'alloclens-run-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const test = `package a

import (
	"testing"

	"example.com/m/observe"
)

func Test(t *testing.T) {
	observe.Print(func(o *observe.Run) ([]any, func() []any) {
		return nil, func() []any { return []any{work()} }
	})
}
`;
const tested = {
  goMod: 'module example.com/m\n\ngo 1.25\n',
  toolchain: 'local',
  tests: new Map([['a_test.go', test]]),
};
const file = (body: string): Map<string, string> =>
  new Map([['a.go', `package a\n\nfunc work() []int {\n\t${body}\n}\n`]]);
const compare = (before: string, after: string): void =>
  assertRunsAlike(path.join(scratch, 'm'), tested, file(before), file(after), 'the fix');

describe('the run section of a marker case', () => {
  it('passes when both print the same and the second allocates less', () => {
    compare(
      'var out []int\n\tfor i := range 20 {\n\t\tout = append(out, i)\n\t}\n\treturn out',
      'out := make([]int, 20)\n\tfor i := range out {\n\t\tout[i] = i\n\t}\n\treturn out',
    );
  });

  it('fails when nil becomes empty', () => {
    assert.throws(() => compare('return nil', 'return []int{}'), /the fix changes what the program does/);
  });

  it('fails when more is allocated', () => {
    assert.throws(
      () => compare('return make([]int, 4)', 'return append(make([]int, 0, 40), 0, 0, 0, 0)'),
      /allocates \d+ objects, \d+ bytes/,
    );
  });

  it('fails when the tests do', () => {
    assert.throws(
      () => compare('return nil', 'panic("no")'),
      /after the fix the case's tests fail|changes what/,
    );
    assert.throws(() => compare('return nil', 'return undefined'), /after the fix the case's tests fail/);
  });
});
