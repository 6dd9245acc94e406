import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding, Fix } from '../../../rules/model';
import { briefly, evidenceText, explain } from '../../../server/src/service/explain';

const finding = (more: Partial<Finding>): Finding => ({
  ruleId: 'go/per-call-buffer',
  language: 'go',
  file: '/a.go',
  span: { start: 0, end: 1 },
  message: '`make([]byte, n)` allocates on each call',
  severity: 'hint',
  allocation: {
    kind: 'make',
    cost: 'conditional',
    reason: 'the size is known only at run time',
    evidence: [{ kind: 'emitted call', callee: 'runtime.makeslice', count: 2 }],
  },
  heat: { score: 0.4, because: [{ text: 'called in a loop' }] },
  related: [],
  fixes: [],
  ...more,
});

const fix: Fix = { title: 'Do it (verified)', kind: 'safe', edits: [], verification: 'verified' };
const noFix = { recipe: 'Take the buffer from a pool' };

describe('a hover', () => {
  const brief = (more: Partial<Finding>, titled = true): string[] =>
    briefly(finding(more), ['[Why](command:why)'], titled).split('  \n');

  test('says what, why, how hot, and what to do, in a line each', () => {
    assert.deepEqual(brief({ fixes: [fix] }), [
      '**`make([]byte, n)` allocates on each call**',
      'The size is known only at run time.',
      'Warm (0.4 of 1): called in a loop.',
      'Fix: Do it (verified) · [Why](command:why)',
    ]);
  });

  test('leaves out the message where the reader sees it already', () => {
    assert.equal(brief({ fixes: [fix] }, false)[0], 'The size is known only at run time.');
  });

  test('says why there is no fix, and what to do by hand', () => {
    assert.equal(
      brief({ noFix: { ...noFix, because: 'it is not certain that `xs` is a slice' } })[3],
      'No automatic fix: it is not certain that `xs` is a slice. By hand: take the buffer from a pool. · [Why](command:why)',
    );
  });

  test('has the recipe where nobody knows why there is no fix', () => {
    assert.equal(
      brief({ noFix })[3],
      'No automatic fix. By hand: take the buffer from a pool. · [Why](command:why)',
    );
  });

  test('shows the first of several fixes, and how many there are', () => {
    assert.match(brief({ fixes: [fix, fix, fix] })[3]!, /^Fix: Do it \(verified\) \(2 more\) ·/);
  });

  test('calls a suggestion what is not safe and checked', () => {
    const unverified: Fix = { ...fix, verification: 'unverified' };
    assert.match(brief({ fixes: [unverified] })[3]!, /^Suggestion: Do it/);
  });
});

describe('what stands behind Why', () => {
  const why = (more: Partial<Finding>): string => explain(finding(more), 'file:///p.md', () => 'a.go:7');

  test('has sections for reason, flow, heat, fixes and evidence', () => {
    const location = { file: '/a.go', span: { start: 0, end: 1 } };
    assert.equal(
      why({ fixes: [fix], details: 'More.', related: [{ location, message: 'it is returned' }] }),
      `# \`make([]byte, n)\` allocates on each call

It allocates depending on a size known only at run time (make).

## Why

The size is known only at run time.

More.

## Flow

1. it is returned (\`a.go:7\`)

## Heat

Warm (0.4 of 1): called in a loop.

## Fix

- Do it (verified) · safe

## Evidence

- the compiler emits \`runtime.makeslice\` 2 times

[About go/per-call-buffer](file:///p.md)
`,
    );
  });

  test('has the recipe where there is no fix', () => {
    assert.match(why({ noFix }), /## Fix\n\nNo automatic fix\. By hand: take the buffer from a pool\.\n/);
  });

  test('has nothing of a code span that the code could end', () => {
    const [first] = why({ message: '*p of <b>[]T</b>\nin `a*b` # x_y' }).split('\n');
    assert.equal(first, '# \\*p of \\<b\\>\\[\\]T\\</b\\> in `a*b` \\# x\\_y');
  });
});

test('evidence with backquotes is fenced with more of them', () => {
  assert.equal(
    evidenceText({ kind: 'compiler decision', text: '`x` + "``" escapes to heap' }),
    'the compiler says ``` `x` + "``" escapes to heap ```',
  );
  assert.equal(
    evidenceText({ kind: 'measured sample', sample: 'go/perbuffer' }),
    'measured in `samples/go/perbuffer`',
  );
});
