import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding, Fix } from '../../../rules/model';
import { evidenceText, explain } from '../../../server/src/service/explain';

const finding = (more: Partial<Finding>): Finding => ({
  ruleId: 'go/per-call-buffer',
  language: 'go',
  file: '/a.go',
  span: { start: 0, end: 1 },
  message: 'm',
  severity: 'hint',
  allocation: {
    kind: 'make',
    cost: 'conditional',
    reason: 'the size is known only at run time',
    evidence: [{ kind: 'emitted call', callee: 'runtime.makeslice', count: 2 }],
  },
  heat: { score: 0.4, because: [] },
  related: [],
  fixes: [],
  ...more,
});

test('without a fix the explanation says so, and a warm place is not called hot', () => {
  assert.equal(
    explain(finding({}), 'file:///p.md'),
    `**m**

- What: make; allocates, depending on a size known only at run time.
- Why: The size is known only at run time.
- Heat: 0.4 of 1.
- Evidence: the compiler emits \`runtime.makeslice\` 2 times.
- Fix: none is offered here; the page says when one is.

[go/per-call-buffer](file:///p.md)`,
  );
});

test('what is not safe and verified is a suggestion', () => {
  const fix: Fix = { title: 'Do it', kind: 'safe', edits: [], verification: 'unverified' };
  assert.match(explain(finding({ fixes: [fix] }), 'p'), /- Fix: Do it · suggestion: check its condition\./);
  assert.match(
    explain(finding({ fixes: [{ ...fix, verification: 'verified' }] }), 'p'),
    /- Fix: Do it · safe\./,
  );
});

test('code in a message is not Markdown or HTML, but its code spans stay', () => {
  const [first] = explain(finding({ message: '*p of <b>[]T</b>\nin `a*b` # x_y' }), 'p').split('\n');
  assert.equal(first, '**\\*p of \\<b\\>\\[\\]T\\</b\\> in `a*b` \\# x\\_y**');
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
