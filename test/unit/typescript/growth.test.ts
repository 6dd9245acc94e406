/** Work grows with the size of a file, not with its square. Counted where it can be; processor time with generous bounds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { typescriptRules } from '../../../rules/typescript/index';
import { checkFixes, compatibleFixes } from '../../../server/src/typescript/fix-check';
import { RuleLinter, type LintResult } from '../../../server/src/typescript/linter';

/** What a file costs: lints, and microseconds of the processor. */
function costOf(text: string) {
  const linter = new RuleLinter(typescriptRules);
  const source = { text, path: '/x/a.ts', extension: '.ts' };
  const start = process.cpuUsage();
  const before = linter.run(text, source.path, '.ts') as Extract<LintResult, { kind: 'linted' }>;
  assert.equal(before.kind, 'linted');
  let lints = 0;
  const run = linter.run.bind(linter);
  linter.run = (...args) => {
    lints++;
    return run(...args);
  };
  const passed = checkFixes(linter, source, before, before.reports, () => {});
  const candidates = before.reports.flatMap((report) => report.fixes.map((fix) => ({ report, fix })));
  const together = compatibleFixes(linter, source, before, candidates);
  const { user } = process.cpuUsage(start);
  return { reports: before.reports.length, passed: passed.size, together: together.length, lints, user };
}

const repeated =
  (line: (index: number) => string) =>
  (count: number): string =>
    `export function f(s: string, xs: number[]) {\n  for (;;) {\n${Array.from({ length: count }, (_, i) => `    ${line(i)}\n`).join('')}  }\n}\n`;

const splits = repeated((i) => `s = s.split(",")[${i % 5}];`);
const nested = (count: number): string =>
  `export function f(s: string) {\n  for (;;) s = s${'.split(",")[1]'.repeat(count)};\n}\n`;
describe('checking the fixes of a file', () => {
  it('lints once for all that go together, however many there are', () => {
    const [small, large] = [costOf(splits(100)), costOf(splits(400))];
    assert.equal(large.reports, 320);
    assert.deepEqual([large.passed, small.passed], [320, 80]);
    assert.equal(large.lints, small.lints);
    // Two sets: those that need one helper, and those that need the other.
    assert.ok(large.lints <= 4, `${large.lints} lints`);
  });

  it('does not lint for ever where each fix overlaps the next', () => {
    const cost = costOf(nested(60));
    assert.ok(cost.reports >= 10, `${cost.reports} reports`);
    assert.ok(cost.lints <= (2 * 1_000_000) / nested(60).length + 12);
  });

  it('takes about four times as long for four times the statements', () => {
    const [small, large] = [costOf(splits(400)), costOf(splits(1600))];
    assert.equal(large.reports, 4 * small.reports);
    assert.ok(large.user < 8 * small.user + 500_000, `${small.user / 1000} ms, ${large.user / 1000} ms`);
  });
});

/** What each rule looks for, as a statement in a loop; the number makes it another one each time. */
const patterns: Readonly<Record<string, (index: number) => string>> = {
  'accumulating-spread': (i) => `xs = [...xs, ${i}];`,
  'bytes-to-read': (i) => `n += Buffer.from(s + ${i}).length;`,
  'chained-arrays': (i) => `n += xs.filter((x) => x > ${i}).length;`,
  'concat-in-loop': (i) =>
    `stream.on('data', (chunk: Buffer) => { body = Buffer.concat([body, chunk]); n += ${i}; });`,
  'constant-collection-per-call': (i) => `if (new Set(['a', 'b${i}']).has(s)) n++;`,
  'copy-for-view': (i) => `n += bytes.slice(n, n + ${100 + i}).indexOf(1);`,
  'deep-clone': (i) => `o = JSON.parse(JSON.stringify(o)); n = ${i};`,
  'delete-property': (i) => `delete loose.p; n += ${i};`,
  'eager-log-text': (i) => `console.debug(JSON.stringify(o), ${i});`,
  'entries-destructuring': (i) => `for (const [k, v] of xs.entries()) n += k + v + ${i};`,
  'error-per-call': (i) => `try { throw new Error('${i}'); } catch { n++; }`,
  'format-then-append': (i) => `bytes.set(new TextEncoder().encode(s), ${i});`,
  'frame-garbage': (i) =>
    `requestAnimationFrame(() => { requestAnimationFrame(loose.run.bind(loose)); n += ${i}; });`,
  hypot: (i) => `n = Math.hypot(n, ${i});`,
  'intl-per-call': (i) => `s += new Intl.NumberFormat('de', { maximumFractionDigits: ${i % 20}, minimumIntegerDigits: ${1 + Math.floor(i / 20)} }).format(n);`, // prettier-ignore
  'must-not-allocate': (i) => `n += [${i}].length;`,
  'per-call-buffer': (i) =>
    `{ const b${i} = new Uint8Array(${100 + i}); b${i}[n & 15] = 1; n += b${i}[3]!; }`,
  'pessimised-iteration': (i) => `xs = Array.from(set, (x) => x + ${i});`,
  'pool-misuse': (i) => `{ const t${i} = pool.acquire(); n += t${i}.x; pool.release(t${i}); n += t${i}.x; }`,
  'preallocate-array': (i) =>
    `{ const ys: number[] = []; for (const x of xs) ys.push(x + ${i}); n += ys.length; }`,
  'setup-per-call': (i) => `n += new TextDecoder().decode(bytes).length + ${i};`,
  'shift-drain': (i) => `{ const q = xs.slice(); while (q.length > 0) n += q.shift()! + ${i}; }`,
  'split-index': (i) => `s = s.split(',')[${i % 4}]!;`,
  'spread-known-shape': (i) => `items.push({ ...item, a: ${i} });`,
  'whole-collection': (i) => `n += Object.keys(loose).length + [...set][0]! + ${i};`,
  'wrapper-return': (i) => `{ const { value } = wrap(n + ${i}); n += value; }`,
};

const loop = (statement: (index: number) => string, count: number): string => `
interface Item { a: number; b: number }
interface Loose { p?: number; q: number; run(): void }
declare const stream: { on(event: string, listener: (chunk: Buffer) => void): void };
/** @pool */
declare const pool: { acquire(): { x: number }; release(taken: unknown): void };
function wrap(x: number) {
  if (x > 1) return { value: x, ok: true };
  return { value: -x, ok: false };
}
/** @noalloc */
export function f(s: string, xs: number[], set: Set<number>, bytes: Uint8Array, o: any, item: Item, items: Item[], loose: Loose) {
  let n = 0;
  let body = Buffer.alloc(0);
  for (;;) {
${Array.from({ length: count }, (_, i) => `    ${statement(i)}\n`).join('')}  }
}
`;

describe('a file full of what a rule looks for takes time in proportion to its length', () => {
  for (const { meta } of typescriptRules) {
    const name = meta.docs!.id.slice(3);
    it(name, (t) => {
      const statement = patterns[name];
      assert.ok(statement, `what ts/${name} looks for is missing in the table of this test`);
      costOf(loop(statement, 20));
      const [small, large] = [costOf(loop(statement, 100)), costOf(loop(statement, 400))];
      if (name !== 'wrapper-return') assert.ok(large.reports >= 400, `${large.reports} reports`);
      t.diagnostic(
        `${large.reports} reports, ${Math.round(small.user / 1000)} ms, ${Math.round(large.user / 1000)} ms`,
      );
      assert.ok(large.user < 8 * small.user + 500_000, `${small.user / 1000} ms, ${large.user / 1000} ms`);
    });
  }
});

describe('thousands of copies of one accumulator cost what each of them costs', () => {
  for (const [name, copy] of Object.entries({
    variable: (i: number) => `xs = [...xs, ${i}];`,
    property: (i: number) => `o.list = [...o.list, ${i}];`,
    'early ends': (i: number) => `if (xs.length > ${i}) continue; xs = [...xs, ${i}];`,
  }))
    it(name, () => {
      costOf(loop(copy, 20));
      const [small, large] = [costOf(loop(copy, 400)), costOf(loop(copy, 1600))];
      assert.ok(large.user < 6 * small.user + 300_000, `${small.user / 1000} ms, ${large.user / 1000} ms`);
    });
});
