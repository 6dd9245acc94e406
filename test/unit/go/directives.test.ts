import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { goRules } from '../../../rules/go/index';
import { suppressionsOf } from '../../../rules/go/syntax/directives';
import { answeredRules } from '../../../rules/go/syntax/peer-directives';
import type { RuleId } from '../../../rules/model';
import { GoSyntax } from '../../../server/src/go/facts/syntax-trees';
import { grammar } from '../../support/go';
import { withPackage } from '../../support/go-syntax';

let syntax: GoSyntax;
before(async () => {
  syntax = await GoSyntax.load(grammar);
});
after(() => syntax.dispose());

/** The lines, 0-based, on which the rule is silent. */
function hidden(text: string, ruleId: RuleId = 'go/a'): number[] {
  return withPackage(syntax, [['a.go', text]], ({ files: [file] }) => {
    const { hides } = suppressionsOf(file!.root);
    return text.split('\n').flatMap((_, line) => (hides(ruleId, line) ? [line] : []));
  });
}

describe('comments for other linters', () => {
  const prealloc = 'go/preallocate-slice';
  test('silence the rules that say the same', () => {
    const line = (comment: string): string => `package p\n\nvar a = 1 ${comment}\nvar b = 2\n`;
    for (const [comment, ruleId] of [
      ['//nolint:prealloc', prealloc],
      ['//nolint:lll,prealloc // filled by need', prealloc],
      ['// nolint: gosec, prealloc', prealloc],
      ['//nolint:perfsprint', 'go/format-simple'],
      ['//nolint:perfsprint', 'go/concat-in-loop'],
      ['//nolint:gocritic', 'go/write-format'],
      ['//nolint:mirror', 'go/needless-conversion'],
      ['//nolint:govet', 'go/struct-padding'],
      ['//nolint:staticcheck // SA6002: the slice is small', 'go/pool-put-value'],
      ['//lint:ignore SA6002 the slice is small', 'go/pool-put-value'],
      ['//lint:ignore SA60* all of these', 'go/needless-conversion'],
    ] as const)
      assert.deepEqual(hidden(line(comment), ruleId), [2], comment);
  });
  test('and no others', () => {
    const line = (comment: string): string => `package p\n\nvar a = 1 ${comment}\nvar b = 2\n`;
    for (const [comment, ruleId] of [
      ['//nolint:prealloc', 'go/preallocate-map'],
      ['//nolint:errcheck', prealloc],
      ['//nolint:staticcheck', prealloc],
      ['//nolint:perfsprint', 'go/pool-put-value'],
      ['//lint:ignore SA1019 deprecated', 'go/pool-put-value'],
      // staticcheck wants a reason.
      ['//lint:ignore SA6002', 'go/pool-put-value'],
      ['//nolinting:prealloc', prealloc],
      ['// see nolint:prealloc', prealloc],
    ] as const)
      assert.deepEqual(hidden(line(comment), ruleId), [], comment);
  });
  test('without a name, or with all: every rule', () => {
    assert.deepEqual(hidden('package p\n\nvar a = 1 //nolint\nvar b = 2\n'), [2]);
    assert.deepEqual(hidden('package p\n\nvar a = 1 //nolint:all // generated once\n'), [2]);
  });
  test('above a statement or function: to its end', () => {
    assert.deepEqual(
      hidden('package p\n\n//nolint:prealloc\nfunc f() {\n\tg()\n}\n\nfunc h() {}\n', prealloc),
      [2, 3, 4, 5],
    );
    assert.deepEqual(
      hidden('package p\n\nfunc f() {\n\t//nolint:prealloc\n\tfor {\n\t\tg()\n\t}\n\tg()\n}\n', prealloc),
      [3, 4, 5, 6],
    );
  });
  test('above the package clause: in the file', () =>
    assert.equal(hidden('//nolint:prealloc\npackage p\n\nvar a = 1\n', prealloc).length, 5));
  test('for the file, as staticcheck has it', () =>
    assert.equal(
      hidden('package p\n\n//lint:file-ignore SA6002 small\n\nvar a = 1\n', 'go/pool-put-value').length,
      6,
    ));
  test('not what only stands below', () =>
    assert.deepEqual(
      hidden('package p\n\nvar a = 1 //nolint:prealloc\nvar b = 2\n\nvar c = 3\n', prealloc),
      [2],
    ));
  test('where what explains a finding stands: prealloc reports the declaration', () =>
    withPackage(
      syntax,
      [['a.go', 'package p\n\nvar a []int //nolint:prealloc\nvar b int //nolint\n']],
      ({ files: [file] }) => {
        const { hides } = suppressionsOf(file!.root);
        assert.equal(hides(prealloc, 9, [2]), true);
        assert.equal(hides(prealloc, 9, [1]), false);
        // What silences everything is about its own line.
        assert.equal(hides(prealloc, 9, [3]), false);
      },
    ));
  test('name rules that exist', () => {
    const ids = new Set(goRules.map(({ meta }) => meta.id));
    assert.deepEqual(
      [...answeredRules].filter((id) => !ids.has(id)),
      [],
    );
  });
});
