import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { IgnoreRules, maximumPatterns, nameOf } from '../../../server/src/service/gitignore';
import { temporaryFolder } from '../../support/fake-editor';

/** What one .gitignore at the top says of a path; one that ends with a slash is a folder. */
function ignores(text: string, file: string): boolean {
  const parts = file.replace(/\/$/, '').split('/');
  let rules = IgnoreRules.of(text);
  for (const [depth] of parts.entries()) {
    const isFolder = depth < parts.length - 1 || file.endsWith('/');
    if (rules.ignores(parts.slice(0, depth + 1).map(nameOf), isFolder)) return true;
    rules = IgnoreRules.of(undefined, rules);
  }
  return false;
}

describe('a pattern', () => {
  for (const [text, yes, no] of [
    ['a.ts', ['a.ts', 'sub/a.ts', 'a.ts/'], ['b.ts', 'xa.ts', 'a.tsx']],
    ['/a.ts', ['a.ts'], ['sub/a.ts']],
    ['sub/a.ts', ['sub/a.ts'], ['x/sub/a.ts', 'a.ts']],
    ['build/', ['build/', 'build/x.ts', 'x/build/y/z.ts'], ['build']],
    ['*.ts', ['a.ts', '.ts', 'x/b.ts'], ['a.js']],
    ['a*b*c', ['abc', 'axxbyyc', 'abbbcc', 'abcbc'], ['acb', 'abcd', 'bc']],
    ['*', ['a', 'x/y'], []],
    ['a?c', ['abc', 'a😀c'], ['ac', 'abbc']],
    ['x/*', ['x/a', 'x/a/b'], ['x/', 'y/x/a']],
    ['x/**', ['x/a', 'x/a/b'], ['x/']],
    ['**/x', ['x', 'a/x', 'a/b/x'], ['a/xx']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/x', 'x/a/b', 'ab']],
    ['a/**/b/**/c', ['a/b/c', 'a/x/b/y/z/c'], ['a/c', 'a/b/x']],
    ['a/x**y', ['a/xy', 'a/x1y'], ['a/x/y']],
    ['[a-c]x', ['ax', 'bx', 'cx'], ['dx', 'x']],
    ['[!a-c]x', ['dx', '-x'], ['ax']],
    ['[^a]x', ['bx'], ['ax']],
    ['[]a]x', [']x', 'ax'], ['bx']],
    ['[a-]x', ['-x', 'ax'], ['bx']],
    ['[[:digit:][:upper:]]x', ['1x'], ['ax', ':x']],
    ['[a\\]]x', [']x', 'ax'], ['\\x']],
    ['[a', [], ['[a', 'a']],
    ['\\*.ts', ['*.ts'], ['a.ts']],
    ['\\#a', ['#a'], ['a']],
    ['\\!a', ['!a'], ['a']],
    ['a\\', [], ['a', 'a\\']],
    ['# a', [], ['a', '# a']],
    ['a ', ['a'], ['a ']],
    ['a\\ ', ['a '], ['a']],
    ['a\t', ['a\t'], ['a']],
    ['', [], ['a']],
    ['/', [], ['a', 'a/']],
    ['a\r\nb', ['a', 'b'], ['a\r']],
    ['\uFEFFa', ['a'], []],
    ['*.ts\n!a.ts', ['b.ts'], ['a.ts']],
    ['!a.ts\n*.ts', ['a.ts'], []],
    ['x/\n!x/a.ts', ['x/a.ts'], []],
    ['/*\n!/x', ['a', 'y/z'], ['x', 'x/a']],
  ] as const)
    it(JSON.stringify(text), () => {
      for (const file of yes) assert.equal(ignores(text, file), true, `ignores ${file}`);
      for (const file of no) assert.equal(ignores(text, file), false, `keeps ${file}`);
    });
});

describe('the nearest .gitignore decides', () => {
  const top = IgnoreRules.of('*.ts\n/sub/b.js');
  const sub = IgnoreRules.of('!a.ts\nsub/c.js\n/d.js', top);
  const ask = (...names: string[]) => sub.ignores(names.map(nameOf), false);
  it('and the others are relative to their own folder', () => {
    assert.equal(ask('sub', 'a.ts'), false);
    assert.equal(ask('sub', 'x.ts'), true);
    assert.equal(ask('sub', 'b.js'), true);
    assert.equal(ask('sub', 'c.js'), false);
    assert.equal(ask('sub', 'd.js'), true);
  });
});

describe('work', () => {
  const name = 'a'.repeat(255);
  const deep = Array.from({ length: 1000 }, () => 'a');
  for (const [what, text, parts] of [
    ['many stars', `${'*a'.repeat(100)}*b`, [name]],
    ['stars and question marks', `${'*?a'.repeat(60)}*b`, [name]],
    ['stars and classes', `${'*[a-z]'.repeat(100)}*[0-9]`, [name]],
    ['many double stars', `${'**/a/'.repeat(100)}b`, deep],
    ['double stars and stars', `${'**/*a/'.repeat(100)}b`, deep],
    ['a long pattern', '*a'.repeat(100_000), [name]],
    ['a long class', `[${'a-z'.repeat(60_000)}`, [name]],
    ['many spaces', `x${' '.repeat(200_000)}y`, [name]],
    ['many escapes', '\\'.repeat(200_001), [name]],
    ['many patterns', '*a*b\n'.repeat(40_000), [name]],
    ['many open classes', '[[:\n'.repeat(50_000), [name]],
    ['one line of open classes', '[[:'.repeat(70_000), [name]],
    ['classes that never begin', `${'[[:'.repeat(70_000)}]`, [name]],
  ] as const)
    it(`is small for ${what}`, () => {
      const before = process.cpuUsage();
      assert.equal(IgnoreRules.of(text).ignores(parts.map(nameOf), false), false);
      const { user } = process.cpuUsage(before);
      assert.ok(user < 1_000_000, `${user / 1000} ms`);
    });

  it('is bounded by the number of patterns, in all folders together, and that is said', () => {
    const top = IgnoreRules.of('a\n'.repeat(maximumPatterns - 1));
    assert.equal(top.cut, false);
    const sub = IgnoreRules.of('b\nc\n', top);
    assert.equal(sub.cut, true);
    assert.equal(sub.ignores(['x', 'b'].map(nameOf), false), true);
    assert.equal(sub.ignores(['x', 'c'].map(nameOf), false), false);
  });
});

const git = spawnSync('git', ['--version']).status === 0;

/** Numbers from 0 to below 1, the same in every run (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('git itself', { skip: !git && 'there is no git command' }, () => {
  it('says the same of 300 random .gitignore files', (t) => {
    const next = random(20261130);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
    const pieces = ['a', 'b', 'ab', '*', '**', '?', '/', '/', '[ab]', '[!a]', '[a-c]', '\\a', '.', 'c', '***', ' ', '[[:alpha:]]', '[b', '\\*']; // prettier-ignore
    const { folder, remove } = temporaryFolder({});
    t.after(remove);
    execFileSync('git', ['init', '-q'], { cwd: folder });
    const names = ['a', 'b', 'ab', 'abc', '.a', 'c*'];
    const paths: string[] = [];
    for (const x of names) {
      for (const y of names) {
        mkdirSync(path.join(folder, `${x}d`, `${y}d`), { recursive: true });
        for (const z of ['a', 'b', 'ba']) paths.push(`${x}d/${y}d/${z}`);
        paths.push(`${x}d/${y}`);
      }
      paths.push(x);
    }
    for (const file of paths) writeFileSync(path.join(folder, file), '');
    for (let round = 0; round < 300; round++) {
      const lines = Array.from({ length: 1 + Math.floor(next() * 4) }, () => {
        const line = Array.from({ length: 1 + Math.floor(next() * 5) }, () => pick(pieces)).join('');
        // Git takes a literal start off a pattern with slashes, and then `a**/b` for `**/b`, against its own manual.
        const usual = line.replace(/(?<=[^/])\*{2,}(?=\/|$)/g, '*');
        return (next() < 0.3 ? '!' : '') + usual + (next() < 0.2 ? 'd/' : '');
      });
      const text = `${lines.join('\n')}\n`;
      writeFileSync(path.join(folder, '.gitignore'), text);
      const { stdout } = spawnSync(
        'git',
        [
          '-c',
          'core.quotePath=off',
          '-c',
          'core.excludesFile=',
          'check-ignore',
          '--no-index',
          '--stdin',
          '-z',
        ],
        { cwd: folder, input: paths.join('\0'), encoding: 'utf8' },
      );
      const expected = stdout.split('\0').filter((file) => file !== '');
      assert.deepEqual(
        paths.filter((file) => ignores(text, file)),
        expected,
        JSON.stringify(text),
      );
    }
  });
});
