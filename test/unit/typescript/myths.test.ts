import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { analyseTypeScript, newTypeScriptEngine } from '../../support/typescript';
import { inRepository } from '../../support/repository';

/** By the headings of rules/typescript/myths.md: hot code in which no rule may report anything. */
const myths: Readonly<Record<string, string>> = {
  'Regular expression literals in functions':
    'f(s: string) { return /a+b/.test(s) ? s.replace(/x/g, "y") : s; }',
  'Arrow functions passed to `map`, `filter`, `forEach`':
    'f(xs: number[]) { xs.forEach((x) => use(x)); return xs.map((x) => x + 1).filter((x) => x > 2); }',
  'Small objects and tuples that are returned':
    'f(xs: number[]) { let s = 0; for (const x of xs) { const { a, b } = pair(x); const [c] = two(x); s += a + b + c; } return s; }\nfunction pair(x: number) { return { a: x, b: 1 }; }\nfunction two(x: number): [number, number] { return [x, 1]; }',
  '`+=` on strings': 'f(xs: string[]) { let s = ""; for (const x of xs) s += `${x},`; return s; }',
  'Pools of small objects': 'f(x: number, y: number) { const v = new Point(x, y); return v.length(); }',
  '`array.length = 0`, `set.clear()`, `map.clear()` to reuse memory':
    'f(xs: number[]) { const seen = new Set<number>(); const map = new Map<number, number>(); const rest: number[] = []; for (const x of xs) if (seen.has(x)) { seen.add(x); map.set(x, x); rest.push(x); } return rest.length + map.size; }',
  '`new Array(n)` because of holes':
    'f(n: number) { const a = new Array<number>(n); for (let i = 0; i < n; i++) a[i] = i; return a; }',
  '`new TextEncoder()` in functions': 'f(s: string) { return new TextEncoder().encode(s); }',
  '`[a, b, c].includes(x)`': 'f(x: string) { return ["a", "b", "c"].includes(x); }',
  'A collator instead of `localeCompare` without options':
    'f(xs: string[]) { return xs.sort((a, b) => a.localeCompare(b, "en")); }',
  '`map().flat()` and `filter().map()`':
    'f(xs: number[]) { return [...xs.map((x) => [x, x]).flat(), ...xs.filter((x) => x > 1).map((x) => x * 2)].length; }',
  '`Buffer.allocUnsafe` everywhere': 'f(n: number) { return Buffer.alloc(n); }',
  'Array destructuring': 'f(pair: [number, number]) { const [a, b] = pair; return a + b; }',
  '`new Date().getTime()`': 'f() { return new Date().getTime(); }',
  'Props in JSX': 'f() { return <A style={{ color: "red" }} onClick={() => use(1)} items={[1, 2]} />; }',
};

describe('what is a myth is not reported', () => {
  const page = readFileSync(inRepository('rules', 'typescript', 'myths.md'), 'utf8');
  const headings = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]!);

  it('has a case for each heading of the page', () => {
    assert.deepEqual(Object.keys(myths), headings);
  });

  for (const [heading, code] of Object.entries(myths)) {
    it(heading, async () => {
      const engine = newTypeScriptEngine();
      const { findings, notes } = await analyseTypeScript(
        engine,
        'myth.tsx',
        `/** @hot */\nexport function ${code}\n`,
      );
      assert.deepEqual(notes, []);
      assert.deepEqual(
        findings.map((finding) => `${finding.ruleId}: ${finding.message}`),
        [],
      );
    });
  }
});
